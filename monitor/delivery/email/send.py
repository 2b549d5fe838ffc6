"""One mail to one address over SMTP (RFC 5321). TLS is required and verified unless `security: none` is
written out.

The exchange is driven stage by stage, so that a lost connection is known to be before or after the text was
sent.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import aiosmtplib

from monitor.delivery.channel import Stage, said, smtp_outcome
from monitor.delivery.email import mime
from monitor.delivery.http import within
from monitor.model import Delivered, Outcome, Rejected, TryLater
from monitor.net.certificates import refusal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.delivery.email import EmailConfig, SmtpConfig
    from monitor.model import Delivery

#: seconds for the courtesy of QUIT, after the mail is theirs
GOODBYE = 2.0


@dataclass(frozen=True, slots=True)
class EmailNotifier:
    """Sends through one relay, a connection for each mail."""

    config: EmailConfig

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt, bounded by the relay's timeout; `now` is not needed, the mail carries its own Date."""
        smtp = self.config.smtp
        try:
            mail = _mail(delivery)
        except ValueError:
            return Rejected(reason="the sender's or recipient's address is not an e-mail address")
        try:
            context = None if smtp.security == "none" else tls_context(smtp)
        except OSError as error:
            why = said(error.strerror or type(error).__name__)
            return TryLater(reason=f"ca_file {smtp.ca_file}: {why}", pause_receiver=True)
        return _Attempt(mail, smtp, context).run()


def tls_context(smtp: SmtpConfig) -> ssl.SSLContext:
    """Verifying, with the machine's authorities and `ca_file`'s.

    Raises OSError: the file cannot be read or is none.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if smtp.ca_file:
        context.load_verify_locations(cafile=smtp.ca_file)
    return context


def degraded(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`payload` as text alone, for the one resend after a relay refused the size or form."""
    return {**payload, "html": ""}


@dataclass(frozen=True, slots=True)
class _Mail:
    sender: str
    recipient: str
    data: bytes

    @property
    def utf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


def _mail(delivery: Delivery) -> _Mail:
    payload = delivery.message.payload
    recipient = str(payload.get("to") or delivery.message.recipient)
    return _Mail(
        sender=mime.plain_address(payload["from"]),
        recipient=mime.plain_address(recipient),
        data=mime.build(delivery, {**payload, "to": recipient}),
    )


class _Attempt:
    """One connection; `stage` is how far it got, for the reason and for what an error then means."""

    def __init__(self, mail: _Mail, smtp: SmtpConfig, context: ssl.SSLContext | None) -> None:
        self.mail = mail
        self.smtp = smtp
        self.context = context
        self.stage = Stage.CONNECT
        password = smtp.password.get_secret_value() if smtp.password else ""
        self.secrets = (password, smtp.username or "")

    def run(self) -> Outcome:
        """Everything the world does becomes an outcome."""
        seconds = self.smtp.timeout.total_seconds()
        try:
            return within(seconds, self._exchange(seconds))
        except aiosmtplib.SMTPResponseException as error:
            return smtp_outcome(self.stage, error.code, error.message, self.secrets)
        except TimeoutError:
            return self._lost(f"no end within {seconds:g} s")
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
            return self._lost(refusal(error, "smtp.ca_file") or said(str(error), self.secrets))

    def _lost(self, why: str) -> TryLater:
        """No reply: nobody's verdict on this message, so the relay rests;
        past the text it may have been taken.
        """
        reason = f"{why} (at {self.stage})"
        ambiguous = self.stage is Stage.DATA
        return TryLater(reason=reason, pause_receiver=not ambiguous, ambiguous=ambiguous)

    async def _exchange(self, seconds: float) -> Outcome:
        client = _Client(
            hostname=self.smtp.host,
            port=self.smtp.port,
            timeout=seconds,
            local_hostname=_hello_name(self.mail.sender),
            use_tls=self.smtp.security == "tls",
            start_tls=False,
            tls_context=self.context,
        )
        try:
            await client.connect()
            return await self._session(client)
        finally:
            client.close()

    async def _session(self, client: aiosmtplib.SMTP) -> Outcome:
        return await self._greet(client) or self._unable(client) or await self._hand_over(client)

    async def _greet(self, client: aiosmtplib.SMTP) -> TryLater | None:
        """Hello, TLS and login; None: a mail may follow."""
        self.stage = Stage.HELLO
        await _hello(client)
        if self.smtp.security == "starttls":
            self.stage = Stage.TLS
            if not client.supports_extension("starttls"):
                return TryLater(reason=_NO_TLS, pause_receiver=True)
            await client.starttls()
            self.stage = Stage.HELLO
            await _hello(client)
        if self.smtp.username:
            self.stage = Stage.LOGIN
            password = self.smtp.password.get_secret_value() if self.smtp.password else ""
            await client.login(self.smtp.username, password)
        return None

    def _unable(self, client: aiosmtplib.SMTP) -> Rejected | None:
        """What the server's own words rule out before we try."""
        if self.mail.utf8 and not client.supports_extension("smtputf8"):
            return Rejected(reason="the relay cannot take an address that is not ASCII (no SMTPUTF8)")
        limit = client.esmtp_extensions.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(self.mail.data):
            reason = f"the mail has {len(self.mail.data):,} bytes, the relay takes {int(limit):,}"
            return Rejected(reason=reason, degrade=True)
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP) -> Delivered:
        options = [f"SIZE={len(self.mail.data)}"] if client.supports_extension("size") else []
        options += ["SMTPUTF8"] if self.mail.utf8 else []
        self.stage = Stage.MAIL
        await client.mail(self.mail.sender, options=options, encoding="utf-8")
        self.stage = Stage.RCPT
        await client.rcpt(self.mail.recipient, encoding="utf-8")
        self.stage = Stage.DATA
        reply = await client.data(self.mail.data)
        # from here it is theirs, whatever becomes of the goodbye
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=GOODBYE)
        return Delivered(detail=said(f"{reply.code} {reply.message}", self.secrets))


class _Visit(_Attempt):
    """As far as a mail goes before its first word, and no further."""

    async def _session(self, client: aiosmtplib.SMTP) -> Outcome:
        refused = await self._greet(client)
        if refused is not None:
            return refused
        secure = client.transport.get_extra_info("peercert") if client.transport is not None else None
        until = f", certificate until {secure['notAfter']}" if secure else ", without TLS"
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=GOODBYE)
        login = (
            f"takes the login of {self.smtp.username}" if self.smtp.username else "answers; no login is set"
        )
        return Delivered(detail=f"{self.smtp.host}:{self.smtp.port} {login}{until}")


def visit(config: EmailConfig) -> Outcome:
    """What the relay says to TLS and login; no mail is begun."""
    try:
        context = None if config.smtp.security == "none" else tls_context(config.smtp)
    except OSError as error:
        return TryLater(reason=f"ca_file {config.smtp.ca_file}: {said(error.strerror or '')}")
    return _Visit(_Mail(config.sender, "", b""), config.smtp, context).run()


_NO_TLS = "the relay offers no STARTTLS; nothing was sent (security: none would send in the clear)"


class _Client(aiosmtplib.SMTP):
    """Closes at once, whoever asks for it: over TLS the library would wait for the other side's goodbye."""

    def close(self) -> None:
        if self.transport is not None:
            cast("asyncio.Transport", self.transport).abort()
        super().close()


async def _hello(client: aiosmtplib.SMTP) -> None:
    """EHLO, or HELO to an old server; not left to the library, which would do it inside a later stage."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _hello_name(sender: str) -> str:
    """The sender's domain: a container's host name says nothing, and looking one up may stall."""
    domain = sender.rpartition("@")[2]
    return domain if not domain.startswith("[") else "localhost"

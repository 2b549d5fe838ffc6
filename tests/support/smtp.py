"""A real SMTP server on loopback (aiosmtpd) that can be told what to answer, and keeps what it took.

    with Smtp() as server:
        server.reply["rcpt:gone@example.test"] = "550 5.1.1 no such user"
        server.reply["data"] = DROP
        ...
        server.mails[0].parsed["Subject"]

Stages: greeting, ehlo, mail, rcpt, rcpt:ADDRESS, data (after the final dot). A value is a reply line, DROP or STALL.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

DROP = "(drop the connection)"
STALL = "(never answer)"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One accepted transaction."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    mail_options: tuple[str, ...]
    tls: bool
    login: str | None
    hello: str
    #: when it was taken
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def parsed(self) -> EmailMessage:
        """As a mail client reads it."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class Smtp:
    """The server; a context manager. `mails` are those it took responsibility for, `seen` every text it received."""

    #: offer STARTTLS with this context; None: no TLS at all
    starttls: ssl.SSLContext | None = None
    #: TLS from the first byte
    implicit: ssl.SSLContext | None = None
    #: user -> password; empty: no AUTH
    users: dict[str, str] = field(default_factory=dict)
    #: offer SMTPUTF8
    utf8: bool = True
    #: offer this SIZE; None: 10 MB
    size: int | None = 10_000_000
    #: seconds before the text of a mail is answered
    slow: float = 0.0
    #: the reply to a wrong password
    auth_refusal: str = "535 5.7.8 Authentication credentials invalid"
    reply: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Smtp:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller = _Controller(self)
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.hang_up()
        self._controller.stop()


class _Controller(Controller):
    """Starts `_Server`s; knocks without speaking SMTP, so that a scripted greeting does not break the start."""

    def __init__(self, script: Smtp) -> None:
        self.script = script
        self.servers: list[_Server] = []
        super().__init__(
            _Handler(script), hostname="127.0.0.1", port=script.port, ssl_context=script.implicit
        )

    def factory(self) -> SMTP:
        script = self.script
        server = _Server(
            self.handler,
            script=script,
            tls_context=script.starttls,
            enable_SMTPUTF8=script.utf8,
            data_size_limit=script.size,
            authenticator=self._authenticate if script.users else None,
            auth_require_tls=script.starttls is not None,
            auth_exclude_mechanism=None if script.users else ("LOGIN", "PLAIN"),
            hostname="relay.test",
        )
        self.servers.append(server)
        return server

    def hang_up(self) -> None:
        """Closes every connection that a script left open, before the loop goes."""

        async def close() -> None:
            for transport in filter(None, (server.transport for server in self.servers)):
                transport.abort()
            await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(5)

    def _trigger_server(self) -> None:
        """The library's own check reads a greeting; ours only has to see the port open."""
        with socket.create_connection(("127.0.0.1", self.script.port), timeout=5):
            pass

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        if self.script.users.get(user) == password:
            return AuthResult(success=True, auth_data=user)
        return AuthResult(success=False, handled=False, message=self.script.auth_refusal)


class _Server(SMTP):
    def __init__(self, handler: Any, *, script: Smtp, **options: Any) -> None:
        super().__init__(handler, **options)
        self._script = script
        self._greeted = False

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            status = await scripted(self, self._script.reply.get("greeting"), str(status))
        await super().push(status)


class _Handler:
    def __init__(self, script: Smtp) -> None:
        self.script = script

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if "ehlo" in self.script.reply:
            return [await scripted(server, self.script.reply["ehlo"], "")]
        return responses

    async def handle_HELO(self, server: Any, session: Any, envelope: Any, hostname: str) -> str:
        session.host_name = hostname
        return await scripted(server, self.script.reply.get("ehlo"), "250 relay.test")

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        said = await scripted(server, self.script.reply.get("mail"), "250 OK")
        if said.startswith("250"):
            envelope.mail_from, envelope.mail_options = address, options
        return said

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        script = self.script.reply
        said = await scripted(server, script.get(f"rcpt:{address}", script.get("rcpt")), "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.script.seen.append(envelope.original_content)
        await asyncio.sleep(self.script.slow)
        said = await scripted(server, self.script.reply.get("data"), "250 2.0.0 taken as 7F3A")
        if said.startswith("250"):
            self.script.mails.append(
                Mail(
                    sender=envelope.mail_from,
                    recipients=tuple(envelope.rcpt_tos),
                    raw=envelope.original_content,
                    mail_options=tuple(envelope.mail_options),
                    tls=server.transport.get_extra_info("sslcontext") is not None,
                    login=session.auth_data if session.authenticated else None,
                    hello=session.host_name,
                )
            )
        return said


async def scripted(server: Any, wanted: str | None, usual: str) -> str:
    """The reply to give; drops or stalls the connection where the script says so."""
    if wanted == DROP:
        server.transport.abort()
        await asyncio.sleep(3600)
    if wanted == STALL:
        await asyncio.sleep(3600)
    return usual if wanted is None else wanted

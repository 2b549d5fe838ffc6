"""Pure. What a channel is: how it words a message, how it hands one over, what of its settings cannot work,
and what an answer of the other side means.

compose(rendering, settings) -> (Outgoing, ...)          what will be sent, byte for byte, stored before it is
sent notifier(settings, policy).send(delivery, now) -> Delivered | TryLater | Rejected

What was said about *this message* rejects it, what was said about *us or the hour* waits, and what may have
been taken is ambiguous. No reason repeats a secret, or more than a line of foreign text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from monitor.fields import Strict
from monitor.model import Delivered, Outcome, Rejected, TryLater
from monitor.timing import MAX_RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from monitor.languages.locale import Frame
    from monitor.model import Delivery, Message
    from monitor.net.client import NetPolicy

Settings = TypeVar("Settings", bound=Strict)


class Notifier(Protocol):
    """Whatever can take a message."""

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        """One attempt within the receiver's own deadline. The bytes sent are the same on every attempt."""
        ...


class Receiver(Protocol):
    """A configured receiver: which channel, and what that needs to know."""

    @property
    def kind(self) -> str:
        """The channel's name."""
        ...

    @property
    def settings(self) -> Strict:
        """An instance of the channel's model."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message and the id under which it is delivered: the outbox stores both together."""

    id: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first message that a reader got about something, which a later one updates."""

    id: str
    subject: str
    at: datetime


class Rendering(Protocol):
    """One message to one receiver, about to be rendered (`monitor.messages.render` has the only one)."""

    #: what the templates can say (templates/README.md)
    context: dict[str, Any]
    #: aware; the same on every attempt
    at: datetime
    #: by recipient, the message that this one updates
    firsts: Mapping[str, First]

    @property
    def words(self) -> Frame:
        """The words of the reader's language."""
        ...

    @property
    def name(self) -> str:
        """`alert`, `digest` or `notice`: the name of its templates."""
        ...

    def subject(self) -> str:
        """One line, safe in a header."""
        ...

    def shortened(self, full: int, lines: int) -> dict[str, Any]:
        """The context with at most so many whole stories and single lines of a digest;
        others are as they are.
        """
        ...

    def text(self, context: Mapping[str, Any]) -> str:
        """As plain text for 76 columns."""
        ...

    def html(self, context: Mapping[str, Any]) -> str:
        """As one HTML document, styles inlined."""
        ...

    def data(self, folder: str, context: Mapping[str, Any]) -> dict[str, Any]:
        """As the JSON that the template of this folder says."""
        ...

    def id(self, *parts: object) -> str:
        """A delivery's id: the same whenever the same message is rendered again."""
        ...

    def outgoing(self, id_: str, payload: Mapping[str, Any], recipient: str = "") -> Outgoing:
        """The message with this payload, as the outbox stores it."""
        ...


def _no_complaint(settings: Any) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Generic[Settings]):
    """All that the rest of the house knows of a channel."""

    compose: Callable[[Rendering, Settings], tuple[Outgoing, ...]]
    #: the policy guards what leaves over HTTP
    notifier: Callable[[Settings, NetPolicy], Notifier]
    #: for `check`: what cannot work, each as `key: what is wrong`; and what works but should be known
    mistakes: Callable[[Settings], Iterator[str]] = _no_complaint
    remarks: Callable[[Settings], Iterator[str]] = _no_complaint
    #: for `doctor`: what the server says of us, as far as that can be known without sending anything
    visit: Callable[[Settings, NetPolicy], Outcome | None] | None = None
    #: a payload in its plainest form, for the one resend after Rejected(degrade=True), and what that does not
    #: say
    degraded: Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], str]] | None = None


def bad_url(key: str, url: str) -> Iterator[str]:
    """A complaint about an address that no HTTP client can ask."""
    if not url.startswith(("https://", "http://")):
        yield f"{key}: not an http or https URL: it begins with https://"


def whole(text: str) -> str:
    """`text` that UTF-8 can hold: surrogate pairs joined, lone surrogates U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


#: statuses below 500 that mean "not now" (RFC 9110 section 15.5.9, RFC 8470, RFC 6585)
RETRYABLE = frozenset({408, 425, 429})
SAID_LENGTH = 200
_ADDRESS = re.compile(r"https?:/?/?\S+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer: header names in lower case, the body's first bytes as text."""

    status: int
    headers: Mapping[str, str]
    body: str = ""
    #: the body was read to its end
    complete: bool = True


def said(text: str, secrets: Iterable[str] = ()) -> str:
    """Foreign `text` fit for a reason:
    one line, at most 200 characters, no address and none of our secrets.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    text = _CONTROL.sub(" ", _ADDRESS.sub("[address]", text))
    text = " ".join(text.split())
    return text if len(text) <= SAID_LENGTH else text[: SAID_LENGTH - 1] + "…"


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After in either form (RFC 9110 section 10.2.3); None where absent, unreadable or already past.

    A date is measured against the answer's own Date, so that a wrong clock on either side cancels out.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return min(timedelta(seconds=int(value)), MAX_RETRY_AFTER)
    until = _http_date(value)
    if until is None:
        return None
    wait = until - (_http_date(headers.get("date", "")) or now)
    return min(wait, MAX_RETRY_AFTER) if wait > timedelta() else None


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def http_outcome(answer: Answer, now: datetime, secrets: Iterable[str] = ()) -> Outcome:
    """A status by itself, as Standard Webhooks 1.0.0 reads it ("Webhook consumers' response").

    2xx delivered. 408, 425, 429 and 5xx later, 429 and 503 for the whole receiver. A redirect is never
    followed: a permanent one suspends the receiver (its address must be corrected), a passing one (a login or
    maintenance page) is tried again. 410 suspends. Any other 4xx rejects.
    """
    status = answer.status
    if 200 <= status < 300:
        return Delivered(detail=f"HTTP {status}")
    reason = f"HTTP {status}"
    if answer.body.strip():
        reason += f": {said(answer.body, secrets)}"
    if 300 <= status < 400:
        reason = f"HTTP {status}: a redirect, not followed"
        if status in (301, 308):
            return Rejected(reason=f"{reason}; the address has moved for good", suspend=True)
        return TryLater(reason=reason, pause_receiver=True)
    if status in RETRYABLE or status >= 500:
        crowded = status in (429, 503)
        return TryLater(reason=reason, after=retry_after(answer.headers, now), pause_receiver=crowded)
    return Rejected(reason=reason, suspend=status == 410)


# --- SMTP ------------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """How far a mail got; the words are used in reasons."""

    CONNECT = "connecting"
    HELLO = "the greeting"
    TLS = "STARTTLS"
    LOGIN = "the login"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"


#: enhanced codes (RFC 3463) that blame the message's size or form
_FORM = re.compile(r"\b5\.(?:2\.3|3\.4|6\.\d{1,3})\b")


def smtp_outcome(stage: Stage, code: int, text: str, secrets: Iterable[str] = ()) -> Outcome:
    """A refusing reply `code` at `stage` (RFC 5321 section 4.2, RFC 4954 section 6).

    4xx waits: the recipient's own at RCPT and DATA, else the whole receiver. 5xx rejects at RCPT and DATA; of
    the sender or the login it also suspends the receiver. At the greeting or STARTTLS nothing was said about
    the message, so even a 5xx only waits. A reply that is no reply is ambiguous once the text was sent.
    """
    reason = f"{code} at {stage}: {said(text, secrets)}"
    if not 400 <= code < 600:
        ambiguous = stage is Stage.DATA
        return TryLater(reason=f"no usable reply ({reason})", pause_receiver=True, ambiguous=ambiguous)
    if code < 500 or stage in (Stage.CONNECT, Stage.HELLO, Stage.TLS):
        ours = stage in (Stage.RCPT, Stage.DATA) and code != 421
        return TryLater(reason=reason, pause_receiver=not ours)
    if stage is Stage.LOGIN or code in (530, 534, 535, 538):
        return Rejected(reason=reason, suspend=True)
    if stage is Stage.RCPT:
        # RFC 5321 section 4.5.3.1.10: an old server's 552 here means "too many", not "too large"
        return TryLater(reason=reason) if code == 552 else Rejected(reason=reason)
    if code == 552 or _FORM.search(text):
        return Rejected(reason=reason, degrade=True)
    if stage is Stage.MAIL:
        return Rejected(reason=reason, suspend=True)
    return Rejected(reason=reason, degrade=code == 554)

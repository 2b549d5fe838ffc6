"""Pure. What a channel is: how it words a message, how it hands one over, and what of its settings cannot
work.

compose(rendering, settings) -> (Outgoing, ...)          what will be sent, byte for byte, stored before it is
sent notifier(settings, policy).send(delivery, now) -> Delivered | TryLater | Rejected
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from monitor.fields import Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from monitor.languages.locale import Frame
    from monitor.model import Delivery, Message, Outcome
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
        yield f"{key}: not an http or https URL"


def whole(text: str) -> str:
    """`text` that UTF-8 can hold: surrogate pairs joined, lone surrogates U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

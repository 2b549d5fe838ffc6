"""Pure. Messages, promises to deliver them, and how an attempt ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from typing import Any


class MessageKind(StrEnum):
    """What a message is."""

    ALERT = "alert"
    DIGEST = "digest"
    TEST = "test"
    NOTICE = "notice"  # the monitor about itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Rendered, ready, immutable: what is stored in the outbox and sent byte for byte on every attempt.

    `payload` by channel, JSON-serialisable:
    email   {"from", "to", "subject", "text", "html", "headers": {name: value}} with Message-ID and Date in headers
    slack   the object to POST, and beside it, not sent, "plain": {"text", "left_out"} for when Slack refuses its blocks
    webhook {"body": the exact JSON text, "type": dotted event type}
    apprise {"title", "body": plain text, "type": info | warning}
    file    {"name": stem, "files": {suffix: text}}
    """

    kind: MessageKind
    channel: str
    #: one line for the journal and the terminal
    subject: str
    payload: Mapping[str, Any]
    #: e-mail address; empty where the receiver is the recipient
    recipient: str = ""
    #: what this form of the message leaves out of the whole, as "12 stories"; empty: nothing
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One promise to deliver, claimed under a lease."""

    #: UUID; also the local part of Message-ID and the webhook-id
    id: str
    receiver: str
    message: Message
    #: attempts made before this one
    attempts: int
    created_at: datetime
    lease_token: str = ""
    #: when it is of no use any more; None: our patience decides
    expires_at: datetime | None = None
    #: an earlier attempt may have been taken: it ended without a verdict
    repeat: bool = False
    #: how the channel calls the message that this one belongs under: the first one about the same, which this one
    #: updates, or the first part of the same message; empty where there is none
    thread: Mapping[str, Any] = field(default_factory=dict)
    #: which part of a message in several parts, from 0
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The other side took responsibility."""

    detail: str = ""
    #: how the channel calls the message now, where an update will need that
    remote: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """Not now. `after` is the other side's wish (Retry-After); None: our schedule decides."""

    reason: str
    after: timedelta | None = None
    #: the whole receiver must wait, not this message alone
    pause_receiver: bool = False
    #: it may have been taken: a repeat is possible and carries the same id
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never this message. `suspend` says that the receiver itself is broken (revoked hook, archived channel)."""

    reason: str
    suspend: bool = False
    #: our payload was refused: one resend in the plainest form may pass
    degrade: bool = False


Outcome = Delivered | TryLater | Rejected

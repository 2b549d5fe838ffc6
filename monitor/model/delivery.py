"""Pure. Messages, promises to deliver them, and how an attempt ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from typing import Any

    from monitor.model.matchers import Matcher


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
    email   {"from", "to", "subject", "text", "html", "headers": {name: value}} with Message-ID and Date in
    headers slack   the object to POST, and beside it, not sent, "plain": {"text", "left_out"} for when Slack
    refuses its blocks webhook {"body": the exact JSON text, "type": dotted event type}
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
    #: how the channel calls the message that this one belongs under: the first one about the same, which this
    #: one updates, or the first part of the same message; empty where there is none
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
    """Never this message. `suspend` says that the receiver itself is broken (revoked hook,
    archived channel).
    """

    reason: str
    suspend: bool = False
    #: our payload was refused: one resend in the plainest form may pass
    degrade: bool = False


Outcome = Delivered | TryLater | Rejected


# What people do about alerts: silences and acknowledgements.


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What all of its matchers fit is not alerted between two moments."""

    id: int
    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    #: when a person ended it before its time
    ended_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`pending`, `active` or `expired`."""
        if self.ended_at is not None and self.ended_at <= now:
            return "expired"
        if now < self.starts_at:
            return "pending"
        return "active" if now < self.ends_at else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody looks after a story: what was told of it so far is neither repeated nor escalated."""

    id: int
    story_id: str
    author: str
    at: datetime
    note: str = ""
    #: None: for every receiver
    receiver: str | None = None
    #: None: until the story changes
    expires_at: datetime | None = None


# What a person called a false alarm, and how far that goes: never a whole watchlist, and never for ever.

#: how the `by` of a silenced mention begins where a person's word silenced it
BY = "feedback:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a suppression covers: matches for which everything that is given here holds."""

    story: str | None = None
    #: nothing but these terms is the evidence
    terms: frozenset[str] | None = None
    #: the publisher
    family: str | None = None

    def __str__(self) -> str:
        found = [f"story {self.story}"] if self.story else []
        found += [f"no evidence but {', '.join(sorted(self.terms))}"] if self.terms else []
        found += [f"told by {self.family}"] if self.family else []
        return " and ".join(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Matches of a watchlist that a person called false:
    those that any of `parts` covers, until it expires.
    """

    id: int
    watchlist: str
    #: None: any rule of the watchlist, as far as the parts go
    rule: str | None
    parts: tuple[Part, ...]
    author: str
    reason: str
    at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    #: the item that it was said of; None: it is gone
    item_id: int | None = None

    @property
    def by(self) -> str:
        """How silenced mentions name it."""
        return f"{BY}{self.id}"

    def state(self, now: datetime) -> str:
        """`active`, `expired`, or `ended` by a person."""
        if self.ended_at is not None and self.ended_at <= now:
            return "ended"
        return "active" if now < self.expires_at else "expired"

    def covers(
        self, watchlist: str, rule: str, *, terms: frozenset[str], family: str, story: str | None
    ) -> bool:
        """Whether it silences a match of `rule` with the evidence `terms`, told by `family` in `story`."""
        if watchlist != self.watchlist or self.rule not in (None, rule):
            return False
        return any(
            part.story in (None, story)
            and (part.terms is None or (bool(terms) and terms <= part.terms))
            and part.family in (None, family)
            for part in self.parts
        )

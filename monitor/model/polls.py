"""Pure. What one poll means: the plan that is written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.model.feeds import Coverage, FeedState, Item
    from monitor.model.matching import Contact, Decision, Match


#: an item with so many revisions is one that changes all the time; of those between its first and as many of
#: its newest no text is kept
CHURNING = 20


class Novelty(StrEnum):
    """What an entry is to us."""

    NEW = "new"
    CHANGED = "changed"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """The little the store says about an item that an entry may be."""

    id: int
    key: str
    content_hash: str
    canonical_url: str | None
    revision: int = 1
    #: as stored
    title: str = ""
    published_at: datetime | None = None
    #: how its summary and content begin, to tell an edit from another entry
    excerpt: str = ""
    #: since when it says what it says
    changed_at: datetime | None = None
    #: of an item with `CHURNING` revisions: all that it was ever found to say (`said`)
    said: frozenset[Saying] = frozenset()


#: a rule that holds, or a contact that is told: words to compare
Saying = tuple[str, ...]


def said(matches: Iterable[Match], contacts: Iterable[Contact]) -> frozenset[Saying]:
    """What a text means to us, without its wording:
    the rules that hold, and who has to do with whom, when and how.
    """
    rules = ((m.watchlist, m.rule, m.severity.value) for m in matches)
    met = (
        (c.watchlist, c.type.value, c.status.value, c.place or "", c.date or "", *_named(c)) for c in contacts
    )
    return frozenset((*rules, *met))


def _named(contact: Contact) -> Iterator[str]:
    for party, names in contact.parties.items():
        yield from ("", party, *sorted(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One new or changed item with its decision and the state it ends in."""

    item: Item
    novelty: Novelty
    decision: Decision
    coverage: Coverage
    #: in plain words, for `explain` and the coverage ledger
    coverage_detail: str = ""
    #: the stored item that this one revises; None when new
    revises: int | None = None
    #: the entry's part of the document (`Entry.raw`)
    raw: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """An entry of a document that is a stored item, word for word: the same bytes need not be read again."""

    #: xxh3 of its part of the document
    digest: int
    content_hash: str
    key: str
    #: None: the item is stored by the poll that saw it
    item_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of a feed's last document, to read of the next one only what is new."""

    #: xxh3 of all that stands outside of its entries, and of where it came from
    head: int
    entries: tuple[SeenEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """The plan of one poll: the only thing a poll writes, in one transaction.

    A very long one is written in portions: all but the last hold items only, so that a crash between them
    leaves the feed due, and the items that were written are known when it is read again.
    """

    #: the state to store; its next_poll_at is set
    state: FeedState
    at: datetime
    assessed: tuple[Assessed, ...] = ()
    #: what was written before, in portions of its own
    earlier: tuple[Assessed, ...] = ()
    #: a portion that others follow: it settles nothing
    partial: bool = False
    seen: int = 0
    #: stored ids of the entries that were seen again
    seen_ids: tuple[int, ...] = ()
    #: stored ids and new keys of items whose publisher changed all guids
    renamed: tuple[tuple[int, str], ...] = ()
    #: stored ids of items whose entries were taken out of the feed while older ones stayed
    withdrawn: tuple[int, ...] = ()
    status: str = "ok"  # ok | not-modified | unchanged | failed
    http_status: int | None = None
    size: int = 0
    #: this poll and the one before share no entry: something may have been missed
    gap: bool = False
    #: more new entries than the feed's rhythm explains (re-published GUIDs)
    flood: bool = False
    remarks: tuple[str, ...] = ()
    #: of the document: SHA-256 (hex) of its bytes, where it came from and with which headers, without
    #: credentials
    document_sha256: str = ""
    retrieved_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    #: None where nothing was read: what was remembered before holds
    memory: Memory | None = None
    #: how the two readers differ on this document; empty: they agree, or only one was asked
    differs: str = ""
    elapsed: timedelta = timedelta()


# What is due at a moment, and what was done last: polling, alerting, digests, each receiver's lane.


class WorkKind(StrEnum):
    """Whose work it is."""

    POLLING = "polling"
    ALERTING = "alerting"
    DIGEST = "digest"
    #: the deliveries of one receiver
    LANE = "lane"
    #: a job with a rhythm and nothing that waits for it
    JOB = "job"


class Pace(StrEnum):
    """How work that is due goes on."""

    #: nothing is due, or only just
    WELL = "well"
    #: due for some minutes, and not yet for as long as somebody is to be told
    WAITING = "waiting"
    #: due since before the monitor was started, and that was only now
    CATCHING_UP = "catching-up"
    #: due for too long, while other work of the kind is done
    LATE = "late"
    #: due for too long, and nothing of the kind is done
    STANDS_STILL = "stands-still"
    #: it is not worked at on purpose: its receiver is suspended or paused
    RESTS = "rests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work as the database shows it."""

    kind: WorkKind
    #: the receiver of a lane, the name of a job; empty where there is only one of the kind
    subject: str = ""
    #: how many things wait
    due: int = 0
    #: since when the oldest of them is due; None: nothing is
    since: datetime | None = None
    #: which one that is, or what is known of it
    oldest: str = ""
    #: when something of the kind was completed last
    done_at: datetime | None = None
    #: what is due for so long is told
    tell_after: timedelta
    #: why it is not worked at; empty where it is
    resting: str = ""
    #: another receiver was told of it already
    told: bool = False

    @property
    def name(self) -> str:
        """`polling`, `lane desk`."""
        return f"{self.kind} {self.subject}".rstrip()

"""Pure. Stories with their items, and what was and was not seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model.feeds import DateFlag
from monitor.model.words import UNKNOWN, Severity, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from monitor.model.delivery import Silence
    from monitor.model.events import Event
    from monitor.model.feeds import Coverage, Feed, Item
    from monitor.model.matching import Contact, Match, Speaker, Suppressed
    from monitor.model.words import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """One item of a story, ready for composing."""

    id: int
    item: Item
    feed: Feed
    first_seen_at: datetime
    revision: int
    matches: tuple[Match, ...]
    contacts: tuple[Contact, ...]
    coverage: Coverage
    coverage_detail: str = ""
    #: mentions of this revision that would have counted, and what silenced them
    suppressed: tuple[Suppressed, ...] = ()
    #: whom the text names as denying its news, where it reports no contact
    denier: Speaker | None = None
    story_id: str | None = None
    #: the wire agency that the text credits ("AFP"); empty where it credits none
    credit: str = ""
    #: the stored item that this one repeats: a copy adds an outlet to a story, not a voice
    copy_of: int | None = None
    #: when the entry was taken out of its feed while older ones stayed; None: it was not
    withdrawn_at: datetime | None = None

    @property
    def side(self) -> Side:
        """Who is speaking: the outlet's side where the item says it, otherwise its feed's."""
        return self.item.outlet_side if self.item.outlet_side != UNKNOWN else self.feed.side

    @property
    def outlet(self) -> str:
        """Who published it: the item's own word for it, otherwise the feed's title."""
        return self.item.outlet or self.feed.title or self.feed.id

    @property
    def told_at(self) -> datetime:
        """When it was published, as far as its date can be trusted; otherwise when we first saw it."""
        published = self.item.published_at
        return published if published and self.item.date_flag is DateFlag.OK else self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedStory:
    """A story that has to do with another and is not the same: a second meeting, a reaction, a briefing."""

    id: str
    title: str = ""
    #: what they have in common, in words
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Items that report one event, in the order in which we first saw them."""

    id: str
    items: tuple[StoryItem, ...]
    related: tuple[RelatedStory, ...] = ()

    @property
    def severity(self) -> Severity:
        """The loudest match of any item; info where nothing matched."""
        ranked = [m.severity for i in self.items for m in i.matches]
        return max(ranked, key=lambda s: s.rank, default=Severity.INFO)

    @property
    def excepted(self) -> int:
        """How many mentions an exception took out, each place of a text once, whatever rules asked for it."""
        return len({(i.id, s.field, s.start, s.end) for i in self.items for s in i.suppressed if s.excepted})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One feed's line in the coverage report."""

    feed: Feed
    #: ok | failing | quiet | gone | never | disabled
    state: str
    #: why, in English and for other languages
    detail: str = ""
    why: tuple[Phrase, ...] = ()
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None


class UnseenKind(StrEnum):
    """Why something was not seen, or was seen and not told."""

    #: no monitor was running
    DOWN = "down"
    #: a feed did not answer for an hour or longer
    OUTAGE = "outage"
    #: two polls of a feed share no entry: what stood in between is unknown
    GAP = "gap"
    #: of a feed's document something was cut, broken or left out
    DOCUMENT = "document"
    #: the article behind an entry could not be read; the feed's words were
    ARTICLE = "article"
    #: seen and matched, and kept back: by the flood brake, an exception, or a silence
    FLOOD_HELD = "flood-held"
    SUPPRESSED = "suppressed"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One line of what was not seen, and why."""

    kind: UnseenKind
    #: which feed; of a story that was held, which receiver; empty: all of them
    subject: str = ""
    title: str = ""
    since: datetime
    until: datetime | None = None
    #: polls, documents, items or stories, as the kind says
    count: int = 1
    #: why, in English
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """What was and what was not seen in a window: the line every digest carries."""

    since: datetime
    until: datetime
    #: feeds that are meant to be polled, and those of them that need a look
    watched: int
    unwell: tuple[FeedHealth, ...]
    items: int
    by_state: Mapping[str, int] = field(default_factory=dict)
    #: polls that share no entry with the one before; and those that brought unusually many at once
    gaps: tuple[Phrase, ...] = ()
    floods: tuple[Phrase, ...] = ()
    #: entries that were taken out of their feeds
    withdrawn: int = 0
    #: receivers that get nothing at this moment, and why
    suspended: Mapping[str, str] = field(default_factory=dict)
    #: messages of the window that a receiver got without everything in them
    in_part: tuple[str, ...] = ()
    #: what is silenced at this moment
    silences: tuple[Silence, ...] = ()
    #: what is wrong with the monitor itself, and feeds aside
    events: tuple[Event, ...] = ()
    #: feeds that did not answer for a while, documents and articles that were not read whole
    unseen: tuple[Unseen, ...] = ()

    @property
    def healthy(self) -> int:
        """Feeds that answered lately and are not quiet against their own rhythm."""
        return self.watched - len(self.unwell)

    @property
    def well(self) -> bool:
        """Whether nothing may have been missed and everybody can be reached."""
        outages = any(one.kind is UnseenKind.OUTAGE for one in self.unseen)
        troubles = self.gaps or self.floods or self.suspended or self.in_part or self.events
        return not self.unwell and not troubles and not outages


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """What is to be written of a matched item that comes into a story; the order of a poll's items counts."""

    item_id: int
    #: the story that it joins, begun where there is none, with its severity and title
    joins: str
    severity: Severity
    title: str
    #: stories that then become one: each with the one that takes it in
    merges: tuple[tuple[str, str], ...]
    #: the story that it is in after that
    story: str
    #: other stories that it has to do with, and why
    links: tuple[tuple[str, str], ...]
    credit: str
    copy_of: int | None
    #: an earlier revision of it may be kept
    revised: bool
    #: what later items are compared with, from when it counts, and the keys that it is found by
    signature: Mapping[str, Any]
    at: datetime
    keys: Sequence[int]
    #: where it opened a story: for each watchlist the number of the week and the hashes of what it names
    counts: tuple[tuple[str, int, Sequence[int]], ...] = ()

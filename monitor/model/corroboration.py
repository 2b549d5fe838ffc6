"""Pure. What the items of a story amount to:
voices, corroboration, what changed, and the contacts that can be cited.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Literal

from monitor.model.words import days_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date as Date
    from datetime import datetime

    from monitor.model.matching import ContactStatus, ContactType, Evidence, Speaker
    from monitor.model.stories import Story, StoryItem
    from monitor.model.words import Severity, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One independent telling: a publisher family, or the wire that outlets of any family repeat."""

    #: the family, or the wire agency that the copies credit
    name: str
    #: the sides that speak through it; outlets that repeat it lend it none
    sides: tuple[Side, ...]
    #: Admiralty source letter of the voice's best outlet, A to F
    reliability: str
    #: outlets that carry it, the first to tell it first
    outlets: tuple[str, ...]
    #: denies what the others report, or says the opposite of it
    denies: bool = False
    #: says the opposite, without denying anything in words
    contradicts: bool = False
    #: whom the outlets name as the one who denies it; None: they do it themselves
    speaker: Speaker | None = None
    #: sides of the outlets that report what the speaker says
    through: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corroboration:
    """Who tells a story independently of each other,
    and how far it may be believed (Admiralty code, STANAG 2511).
    """

    voices: tuple[Voice, ...]
    #: Admiralty source letter of the best voice
    reliability: str
    #: information credibility: 1 confirmed … 5 improbable, 6 cannot be judged
    credibility: int
    #: stable words for `credibility` and what it rests on; the frame's words are chosen by them
    grounds: tuple[str, ...]
    #: one English sentence: "reported by northern and southern media; no independent confirmation yet"
    explained: str

    @property
    def sides(self) -> tuple[Side, ...]:
        """Sides that tell it, in the order of their first telling."""
        return tuple(dict.fromkeys(side for voice in self.voices for side in voice.sides))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a reader knows of a story once it was told: the base of the next comparison. Stored as JSON."""

    severity: Severity
    #: sides that report it, and those that deny it
    sides: frozenset[Side] = frozenset()
    denied_by: frozenset[Side] = frozenset()
    #: sides that say the opposite of what was told first
    contradicted_by: frozenset[Side] = frozenset()
    #: who is named as denying it, as a sentence names them ("the foreign ministry"), with the sides of who
    #: reports it
    deniers: Mapping[str, tuple[Side, ...]] = field(default_factory=dict)
    #: voices by name
    voices: frozenset[str] = frozenset()
    participants: frozenset[str] = frozenset()
    #: contact, by its participants in one line, to its status
    statuses: Mapping[str, ContactStatus] = field(default_factory=dict)
    withdrawn: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why a story is worth telling again."""

    kind: Literal["louder", "status", "side", "participant", "withdrawn", "corrected"]
    #: one English line: "now confirmed by southern media; was: northern media only"
    reason: str
    #: what was and what is, as stable words or names, for other languages
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    #: who is named as saying it ("the foreign ministry"), and the sides of who reports that
    speakers: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceThen:
    """What is news in a story to somebody who was told it before."""

    changes: tuple[Change, ...] = ()
    #: how many reports came since
    reports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of a story: an outlet tells it, repeats it, or takes it back."""

    at: datetime
    item: StoryItem
    kind: Literal["told", "copied", "withdrawn"]
    #: what that changed for somebody who knew the story until then; nothing for the first telling
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in a contact, with the office held on its date."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSource:
    """One item that reports a contact."""

    item_id: int
    story_id: str | None
    outlet: str
    side: Side
    reliability: str
    lang: str
    url: str | None
    published_at: datetime | None
    first_seen_at: datetime
    status: ContactStatus
    evidence: tuple[Evidence, ...] = ()
    #: when the entry was taken out of its feed; None: it was not
    withdrawn_at: datetime | None = None
    #: the stored item that this one repeats
    copy_of: int | None = None
    #: whom the item names as the one who says or denies it
    speaker: Speaker | None = None

    @property
    def told_at(self) -> datetime:
        """When it was published, as far as we know."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerContact:
    """One contact across stories and languages, as it may be cited."""

    #: stable for the same first report
    id: str
    type: ContactType
    #: the latest status; `history` has every change with its moment, oldest first
    status: ContactStatus
    history: tuple[tuple[datetime, ContactStatus], ...]
    #: whose parties they are; contacts of two watchlists are never one
    watchlist: str
    #: id of a party to who took part for it, in the order in which the watchlist declares them
    parties: Mapping[str, tuple[Participant, ...]] = field(hash=False)
    place: str | None
    #: ISO date, as exact as any report has it
    date: str | None
    background: bool
    #: oldest first
    sources: tuple[ContactSource, ...]
    corroboration: Corroboration | None = None
    #: every kind that it is told as, the commonest first; `type` is the first
    types: tuple[ContactType, ...] = ()
    #: id of a party to its titles by language, as its watchlist has them
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def title(self, party: str, lang: str = "en") -> str:
        """What a reader of `lang` is shown for a party; the id where its watchlist declares it no more."""
        named = self.titles.get(party, {})
        return named.get(lang) or named.get("en") or party

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Everybody who took part, one party after the other."""
        return tuple(chain.from_iterable(self.parties.values()))

    @property
    def day(self) -> Date:
        """The day to sort and file it under: its first day, else the day when it was first told."""
        named = days_of(self.date)
        return named[0] if named is not None else self.sources[0].told_at.date()

    @property
    def deniers(self) -> tuple[Speaker, ...]:
        """Who is named as denying it, each once."""
        said = (s.speaker for s in self.sources if s.speaker and s.status.value == "denied")
        return tuple(dict.fromkeys(said))

    @property
    def by_side(self) -> Mapping[Side, tuple[ContactSource, ...]]:
        """Sources by who is speaking, the first to tell it first."""
        sides = dict.fromkeys(source.side for source in self.sources)
        return {side: tuple(s for s in self.sources if s.side == side) for side in sides}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A story with what it amounts to, ready for telling."""

    story: Story
    #: the report that speaks for it: its title is the story's line
    best: StoryItem
    corroboration: Corroboration
    #: the contacts that its items report, each once; those that are news before background
    contacts: tuple[LedgerContact, ...] = ()

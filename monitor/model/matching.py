"""Pure. What the matcher says: matches with evidence, contacts, what was silenced."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from monitor.model.words import UNKNOWN, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model.words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why, in the text's own words."""

    #: "title", "summary" or "content"
    field: str
    #: character offsets into the field as cleaned; `text` is exactly that slice
    start: int
    end: int
    text: str
    #: entity id, vocabulary id or the phrase of the rule
    term: str
    #: the sentence around it
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule of a watchlist holds for an item."""

    watchlist: str
    rule: str
    severity: Severity
    #: 0 to 1: how strong the evidence is
    score: float
    evidence: tuple[Evidence, ...]
    #: one line in plain words
    reason: str


#: the term of the evidence that a contact is only said to have taken place: "reportedly", "aurait rencontré"
RUMOUR = "status.hearsay"


class ContactType(StrEnum):
    """What kind of contact; CAMEO/PLOVER inspired (docs/reference/watchlist-language.md)."""

    MEETING = "meeting"
    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    AGREEMENT = "agreement"
    TRANSFER = "transfer"
    OTHER = "other"


class ContactStatus(StrEnum):
    """Whether it took place."""

    HAPPENED = "happened"
    ONGOING = "ongoing"
    PLANNED = "planned"
    INVITED = "invited"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a text names as the one who says, confirms or denies something; the outlet only reports it."""

    #: canonical English
    name: str
    #: person | body | country
    kind: str = "body"
    side: Side = UNKNOWN

    @property
    def told(self) -> str:
        """As an English sentence names it: "the foreign ministry"."""
        return f"the {self.name}" if self.kind == "body" and not self.name.startswith("the ") else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A reported contact between the two parties of a watchlist; names are canonical English."""

    watchlist: str
    #: id of a party to who is named of it, in the order in which the watchlist declares them
    parties: Mapping[str, tuple[str, ...]] = field(hash=False)
    type: ContactType
    status: ContactStatus
    place: str | None = None
    #: ISO date, as exact as the text allows
    date: str | None = None
    background: bool = False
    #: of the names, those that stand for a whole party (its country, a palace, "a delegation"): they tell no
    #: contact from another
    general: frozenset[str] = frozenset()
    evidence: tuple[Evidence, ...] = ()
    #: who says or denies it, where the text names somebody; None: the outlet itself
    speaker: Speaker | None = None

    @property
    def rumoured(self) -> bool:
        """Whether it is only said to have taken place: that confirms nothing."""
        return any(why.term == RUMOUR for why in self.evidence)

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody named, one party after the other."""
        return tuple(chain.from_iterable(self.parties.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A mention that would have counted, and what silenced it."""

    watchlist: str
    rule: str
    #: the id of the `except`, `unless` or guard
    by: str
    text: str
    field: str = "content"
    start: int = 0
    end: int = 0
    sentence: str = ""

    @property
    def excepted(self) -> bool:
        """Whether an exception took these words out;
        else a rule found no contact, or nothing confirmed a weak name.
        """
        return self.by.partition(":")[0] in ("except", "except-near", "namesake")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a text names, in words that are the same in every language:
    the base of telling events apart.
    """

    #: an entity as "@ann-bee", a sense as "%contact.meeting", a UN document as "un:S/RES/2570"
    key: str
    #: 3 in the title, 2 in the lead, 1 further down
    weight: int = 1
    #: of an entity: person | body | place | country | event; empty for everything else
    kind: str = ""
    #: of a place its country, as "@malta", where the lists say it
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything the matcher says about one item."""

    lang: str
    matches: tuple[Match, ...] = ()
    contacts: tuple[Contact, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    #: whom the text names as denying its news, where it reports no contact
    denier: Speaker | None = None
    #: each fact once, with the weight of its best place; none where nothing matched
    facts: tuple[Fact, ...] = ()
    #: of the title what no fact names: its other words as written, and "@france" for "French"
    unnamed: tuple[str, ...] = ()
    #: the item's fields as they were compared, joined; empty where they are kept otherwise
    folded: str = field(default="", compare=False, repr=False)

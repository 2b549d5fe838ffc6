"""Pure. What a sentence is read into: its actors, its words of contact, the frame that holds them, and the
parties to an event.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from monitor.contacts.parties import Rank

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from monitor.languages.grammar import Grammar
    from monitor.matching.mentions import Mention, Sentence

#: letters looked at behind a name: an ending and a word
NEXT = 24
#: letters looked at before one
BEFORE = 100

Part = Literal["core", "indirect", "speaker", "viewer", "topic", "place"]


@dataclass(slots=True)
class Actor:
    """Somebody of the sentence, at `start` to `end` of its plain text."""

    name: str
    side: str
    rank: Rank
    start: int
    end: int
    mention: Mention
    kind: str
    part: Part = "core"

    @property
    def leads(self) -> bool:
        """Whether the words name who leads a body, and not the body: "president of the chamber"."""
        return self.rank is Rank.BODY and self.kind == "person"


@dataclass(frozen=True, slots=True)
class Word:
    """A vocabulary's word in the sentence."""

    sense: str
    start: int
    end: int
    mention: Mention


@dataclass(slots=True)
class Frame:
    """A sentence that was read."""

    sentence: Sentence
    text: str
    grammar: Grammar
    #: the sentence as it was written, and where each letter of it is in `text`
    given: str = ""
    offsets: Sequence[int] = ()
    #: ids of the two parties
    parties: frozenset[str] = frozenset()
    actors: list[Actor] = field(default_factory=list)
    cues: list[Word] = field(default_factory=list)
    statuses: list[Word] = field(default_factory=list)
    offices: list[Word] = field(default_factory=list)
    places: list[Actor] = field(default_factory=list)
    #: countries, their people and cities
    lands: list[Actor] = field(default_factory=list)
    #: the United Nations and what is theirs
    world: list[Mention] = field(default_factory=list)
    #: who is named and belongs to neither party, with the kind: people, bodies, countries, their people and
    #: places
    strangers: list[tuple[Mention, str]] = field(default_factory=list)
    #: of them, the states and bodies
    foreign: list[Actor] = field(default_factory=list)
    #: the vocabularies that have a word in the sentence, with its sense: "%rejection", "%rejection.against"
    said: set[str] = field(default_factory=set)
    #: offices beside no name: "the minister"
    titles: list[Word] = field(default_factory=list)
    #: what a title says in brackets at its end: "(planned)"
    labels: list[Word] = field(default_factory=list)
    #: words of saying, and all who may say something
    sayings: list[Word] = field(default_factory=list)
    voices: list[Actor] = field(default_factory=list)
    #: words of leaning on a country
    leanings: list[Word] = field(default_factory=list)
    #: whom no list has and who is named first, without an office, by whose such given names are
    opening: Actor | None = None
    #: where clauses begin
    bounds: list[int] = field(default_factory=list)
    #: of them, those behind which somebody else acts
    apart: set[int] = field(default_factory=set)

    def clause(self, at: int) -> tuple[int, int]:
        """The clause around a place of the plain text, half-open."""
        number = bisect_right(self.bounds, at)
        end = self.bounds[number] if number < len(self.bounds) else len(self.text)
        return (self.bounds[number - 1] if number else 0), end

    def parts(self, bound: int) -> bool:
        """Whether the clauses before and behind a bound are of different people at the same time."""
        return bound in self.apart or bool(self.grammar.meanwhile.match(self.text[bound : bound + NEXT]))

    def within(self, span: tuple[int, int], *parts: Part) -> list[Actor]:
        """The actors inside a span that have one of `parts`, third parties too."""
        return [a for a in self.actors if span[0] <= a.start < span[1] and a.part in parts]

    def ahead_of(self, at: int, words: re.Pattern[str]) -> re.Match[str] | None:
        """What `words`, which end in `\\Z`, find right before a place; looked for in a hundred letters."""
        return words.search(self.text, max(0, at - BEFORE), at)

    def is_where(self, land: Actor) -> bool:
        """Whether a country is where something is: "in Spain", "İspanya'da"."""
        grammar = self.grammar
        return bool(self.ahead_of(land.start, grammar.at) or grammar.at_after.match(self.text[land.end :]))

    def declined(self, actor: Actor) -> bool:
        """Where verbs come last: whether an ending or a word behind a name makes it no subject."""
        after = self.text[actor.end : actor.end + NEXT]
        behind = self.grammar.agent.match(after) or self.grammar.partner.match(after.lstrip())
        return self.grammar.verb_last and bool(after[:1] == "'" or behind)


@dataclass(slots=True)
class Parties:
    """The two sides of an event."""

    actors: list[Actor]

    def of(self, side: str) -> list[Actor]:
        """The actors of one side, the best names first."""
        return sorted((a for a in self.actors if a.side == side), key=lambda a: a.rank)

    def names(self, side: str) -> set[str]:
        """Who is named on a side, countries left out."""
        return {a.name for a in self.of(side) if a.rank < Rank.METONYM}

    def best(self, side: str) -> Rank:
        """The best rank on a side."""
        return min((a.rank for a in self.of(side)), default=Rank.COUNTRY)

    def listed(self, side: str) -> tuple[str, ...]:
        """The names to give out: persons and bodies;
        an office, a palace or a country only where nothing better is named.
        """
        best = self.best(side)
        wanted = (
            {Rank.PERSON, Rank.BODY}
            if best is Rank.PERSON
            else {Rank.BODY, Rank.OFFICE}
            if best < Rank.METONYM
            else {best}
        )
        return tuple(dict.fromkeys(a.name for a in self.of(side) if a.rank in wanted))

    def reaches_beyond(self, frame: Frame) -> bool:
        """Whether somebody of them is named in another sentence."""
        here = {id(actor) for actor in frame.actors}
        return any(id(a) not in here for a in self.actors)

    def join(self, other: Parties) -> None:
        """Add the people of another telling."""
        known = {(a.side, a.name) for a in self.actors}
        self.actors += [a for a in other.actors if (a.side, a.name) not in known]

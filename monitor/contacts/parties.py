"""Pure. Who is who for the contact extractor: the side, the rank and the canonical name of a mention."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from monitor.matching import tree
from monitor.matching.evaluate import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.matching.mentions import EntitySpec, Mention
    from monitor.matching.rules import ContactSpec
    from monitor.model import Side
    from monitor.model.press import Sides

#: beside the ids of the two parties: everybody else
THIRD = "third"
#: the tag of persons who only speak for others
SPOKESMAN = "spokesman"
_PARTICLES = frozenset(("al", "el", "bek", "bin", "ibn", "of", "the", "and", "for", "in", "on"))


class Rank(IntEnum):
    """What an actor is: the lower, the better it names who took part."""

    PERSON = 0
    #: with a name of its own: "Tatneft"
    BODY = 1
    #: an office or body without one: "Russian ambassador to Libya", "Libyan delegation"
    OFFICE = 2
    #: a palace that stands for its state
    METONYM = 3
    #: a country, its people, its cities
    COUNTRY = 4


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties of one watchlist's contacts, from all its rules: a name is on the same side in each of them."""

    entities: Mapping[str, EntitySpec]
    #: the id of each party to the terms that stand for it, in the order of the watchlist
    parties: Mapping[str, frozenset[str]]
    #: what tells the kind of a contact, "%contact"
    cues: frozenset[str]
    #: name of the country and of its people ("France", "French") by party
    countries: Mapping[str, str]
    demonyms: Mapping[str, str]
    #: English names of persons to the persons
    titles: Mapping[str, EntitySpec]
    #: the sides of outlets
    press_sides: Sides
    #: by party: the outlets' sides that its entities speak for
    voices: Mapping[str, frozenset[Side]] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Mapping[str, EntitySpec], specs: Iterable[ContactSpec], press_sides: Sides) -> Cast:
        """The cast of the rules that have these `contact:` keys."""
        listed = list(specs)
        sides = {
            party: frozenset(k for s in listed for k in _keys(s.parties[party]))
            for party in (listed[0].parties if listed else ())
        }
        return cls(
            entities=entities,
            parties=sides,
            cues=frozenset(k for s in listed for k in _keys(s.type)),
            countries={side: _first(entities, keys, "country", side) for side, keys in sides.items()},
            titles={
                name.casefold(): spec
                for spec in entities.values()
                if spec.kind == "person"
                for name in spec.aliases.get("en", ())
            },
            demonyms={side: _first(entities, keys, "demonym", side) for side, keys in sides.items()},
            press_sides=press_sides,
            voices={side: _voices(entities, keys, press_sides) for side, keys in sides.items()},
        )

    def only(self, spec: ContactSpec) -> Cast:
        """The same cast with one rule's sides."""
        return replace(self, parties={party: frozenset(_keys(n)) for party, n in spec.parties.items()})

    def sides(self, mention: Mention) -> tuple[str, ...]:
        """On whose side a mention is: both for "Franco-British", THIRD for a person of neither, none for what is nobody."""
        own = keys_of(mention)
        found = tuple(party for party, keys in self.parties.items() if not keys.isdisjoint(own))
        spec = self.entity(mention)
        third = spec is not None and (spec.kind == "person" or "third-party" in spec.tags)
        return found or ((THIRD,) if third else ())

    def holder(self, title: str, side: str) -> EntitySpec | None:
        """Whose office a title is on a side, where an entity has it for an English name: "Russian president"."""
        wanted = f"{self.demonyms[side]} {title}".casefold()
        return self.titles.get(wanted)

    def is_cue(self, mention: Mention) -> bool:
        """Whether it is a word of contact."""
        return not self.cues.isdisjoint(keys_of(mention))

    def entity(self, mention: Mention) -> EntitySpec | None:
        """The entity a mention names."""
        return self.entities.get(mention.term[1:]) if mention.term[0] == "@" else None


def rank_of(spec: EntitySpec) -> Rank:
    """What kind of actor an entity is. A proper name has capitals only; an office or "Russian delegation" has not."""
    if spec.kind not in {"person", "body"}:
        return Rank.COUNTRY
    words = spec.name.replace("-", " ").split()
    if any(word.islower() and word not in _PARTICLES for word in words[1:]):
        return Rank.OFFICE
    if spec.kind == "person":
        return Rank.PERSON
    return Rank.METONYM if _palace(spec) else Rank.BODY


def _palace(spec: EntitySpec) -> bool:
    """A state body with a one-word name: what newsrooms say for the state itself ("the Kremlin")."""
    return " " not in spec.name and any(tag.endswith("-state") for tag in spec.tags)


def _keys(node: tree.Node) -> Iterator[str]:
    match node:
        case tree.Term(key, _):
            yield key
        case tree.Not():
            return
        case tree.Near(left, right):
            yield from (*_keys(left), *_keys(right))
        case tree.And(parts) | tree.Or(parts) | tree.Within(parts):
            for part in parts:
                yield from _keys(part)
        case tree.Scoped(_, part):
            yield from _keys(part)
        case _:
            return


def _voices(entities: Mapping[str, EntitySpec], keys: frozenset[str], press_sides: Sides) -> frozenset[Side]:
    """The sides for which a party's entities speak."""
    listed = (spec for spec in entities.values() if not keys.isdisjoint(f"#{tag}" for tag in spec.tags))
    return frozenset(side for spec in listed for side in press_sides.spoken_for(spec.tags))


def _first(entities: Mapping[str, EntitySpec], keys: frozenset[str], kind: str, side: str) -> str:
    """The name of the side's country, or of its people."""
    for spec in entities.values():
        own = {f"@{spec.id}", *(f"#{tag}" for tag in spec.tags)}
        if spec.kind == kind and not keys.isdisjoint(own):
            return spec.name
    return side.capitalize()

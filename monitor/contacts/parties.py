"""Pure. Who is who: the side, the rank and the canonical name of a mention; and what the entity files know of
a name, whether it is a person, what office on what day, and who is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING

import regex

from monitor.folding import fold_all, folded
from monitor.languages import tables
from monitor.languages.given_names import culture_of, parted, sound, usual
from monitor.languages.grammar import plain
from monitor.matching.evaluate import keys_of
from monitor.matching.mentions import EntitySpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from monitor.matching.mentions import Mention
    from monitor.matching.rules import PartySpec
    from monitor.model import Side
    from monitor.model.press import Sides

    #: of watchlists that look for contacts: id to party to language to the party's title
    Titles = Mapping[str, Mapping[str, Mapping[str, str]]]

#: beside the ids of the two parties: everybody else
THIRD = "third"
#: the vocabulary of contact; its senses tell the kind
CONTACT = "%contact"
#: tags that entity files give: what newsrooms say for the state itself ("the Élysée"), who only speaks for
#: others,
#: armed forces as such, and those at sea
METONYM, SPOKESMAN, FORCES, NAVY = "metonym", "spokesman", "forces", "navy"
#: the tag of whoever is of neither party though no person: another state's body, the United Nations
THIRD_PARTY = "third-party"
#: letters by which a country is known in the words of an office
STEM = 5
_PARTICLES = frozenset(("al", "el", "bek", "bin", "ibn", "of", "the", "and", "for", "in", "on"))


class Rank(IntEnum):
    """What an actor is: the lower, the better it names who took part."""

    PERSON = 0
    #: with a name of its own: "Tatneft"
    BODY = 1
    #: an office or body without one: "French ambassador to Spain", "Spanish delegation"
    OFFICE = 2
    #: a palace that stands for its state: an entity tagged `metonym`
    METONYM = 3
    #: a country, its people, its cities
    COUNTRY = 4


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties of one watchlist's contacts, from all its rules:
    a name is on the same side in each of them.
    """

    entities: Mapping[str, EntitySpec]
    #: the id of each party to the tag of its entities ("#france"), in the order of the watchlist
    parties: Mapping[str, str]
    #: name of the country and of its people ("France", "French") by party
    countries: Mapping[str, str]
    demonyms: Mapping[str, str]
    #: English names of persons to the persons
    titles: Mapping[str, EntitySpec]
    #: the sides of outlets
    press_sides: Sides
    #: by party: the culture that most given names of its people are of
    cultures: Mapping[str, str] = field(default_factory=dict)
    #: by party, given name and sound of the family's: the person, where one alone has both
    heard: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    #: by party: a word for its country or people, in any language
    nations: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    #: by party: the outlets' sides that its entities speak for
    voices: Mapping[str, frozenset[Side]] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Mapping[str, EntitySpec], between: Iterable[PartySpec], press_sides: Sides) -> Cast:
        """The cast of a watchlist that looks for contacts between these parties."""
        tags = {party.id: party.tag for party in between}
        return cls(
            entities=entities,
            parties=tags,
            countries={party: _first(entities, tag, "country", party) for party, tag in tags.items()},
            titles={
                name.casefold(): spec
                for spec in entities.values()
                if spec.kind == "person"
                for name in spec.aliases.get("en", ())
            },
            demonyms={party: _first(entities, tag, "demonym", party) for party, tag in tags.items()},
            press_sides=press_sides,
            cultures={party: _culture(entities, tag) for party, tag in tags.items()},
            heard=_heard(entities, tags),
            nations={party: _nation(entities, tag, tags.values()) for party, tag in tags.items()},
            voices={party: _voices(entities, tag, press_sides) for party, tag in tags.items()},
        )

    def sides(self, mention: Mention) -> tuple[str, ...]:
        """On whose side a mention is: both for "Franco-British", THIRD for a person of neither,
        none for what is nobody.
        """
        own = keys_of(mention)
        found = tuple(party for party, tag in self.parties.items() if tag in own)
        spec = self.entity(mention)
        third = spec is not None and (spec.kind == "person" or THIRD_PARTY in spec.tags)
        return found or ((THIRD,) if third else ())

    def holder(self, title: str, side: str) -> EntitySpec | None:
        """Whose office a title is on a side, where an entity has it for an English name:
        "French president".
        """
        wanted = f"{self.demonyms[side]} {title}".casefold()
        return self.titles.get(wanted)

    def listed(self, name: str, side: str) -> str:
        """A full name, in the spelling of the list where it is that of a listed person of the side."""
        return self.heard.get((side, *_sounded(name)), name)

    def entity(self, mention: Mention) -> EntitySpec | None:
        """The entity a mention names."""
        return self.entities.get(mention.term[1:]) if mention.term[0] == "@" else None


def is_namesake(mention: Mention) -> bool:
    """Whether a mention is of somebody else with the same surname: a third party."""
    return (mention.silenced_by or "").startswith("namesake:")


def rank_of(spec: EntitySpec) -> Rank:
    """What kind of actor an entity is.

    A proper name has capitals only; an office or "French delegation" has not.
    """
    if spec.kind not in {"person", "body"}:
        return Rank.COUNTRY
    words = spec.name.replace("-", " ").split()
    if any(word.islower() and word not in _PARTICLES for word in words[1:]):
        return Rank.OFFICE
    if spec.kind == "person":
        return Rank.PERSON
    return Rank.METONYM if METONYM in spec.tags else Rank.BODY


def _voices(entities: Mapping[str, EntitySpec], tag: str, press_sides: Sides) -> frozenset[Side]:
    """The sides for which a party's entities speak."""
    listed = (spec for spec in entities.values() if tag[1:] in spec.tags)
    return frozenset(side for spec in listed for side in press_sides.spoken_for(spec.tags))


def _nation(entities: Mapping[str, EntitySpec], tag: str, tags: Iterable[str]) -> re.Pattern[str]:
    """A word that only this party's country or people has."""
    both = {other[1:] for other in tags} - {tag[1:]}
    said = (
        plain(word).text.removeprefix("ال")[:STEM]
        for spec in entities.values()
        if spec.kind in {"country", "demonym"} and tag[1:] in spec.tags and both.isdisjoint(spec.tags)
        for words in (spec.aliases, spec.exact, spec.exact_case)
        for listed in words.values()
        for word in listed
    )
    return re.compile(rf"(?<!\w)\w{{0,3}}(?:{'|'.join(map(re.escape, dict.fromkeys(said)))})")


def _sounded(name: str) -> tuple[str, str]:
    given, family = parted(name)
    return usual(given) or given, sound(family)


def _heard(entities: Mapping[str, EntitySpec], tags: Mapping[str, str]) -> Mapping[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], set[str]] = {}
    for party, tag in tags.items():
        for spec in entities.values():
            if tag[1:] in spec.tags and spec.kind == "person" and rank_of(spec) is Rank.PERSON:
                for name in (spec.name, *spec.aliases.get("en", ()), *spec.aliases.get("any", ())):
                    if usual(parted(name)[0]):
                        found.setdefault((party, *_sounded(name)), set()).add(spec.name)
    return {key: names.pop() for key, names in found.items() if key[2] and len(names) == 1}


def _culture(entities: Mapping[str, EntitySpec], tag: str) -> str:
    people = (
        spec.name.split()[0] for spec in entities.values() if spec.kind == "person" and tag[1:] in spec.tags
    )
    found = Counter(culture for culture in map(culture_of, people) if culture)
    return next((culture for culture, _ in found.most_common(1)), "")


def both_nations(entities: Iterable[EntitySpec], one: PartySpec, other: PartySpec) -> EntitySpec | None:
    """ "Franco-Spanish" and "Hispano-French" in the languages that make one word of two nations,
    with the tags of both parties; None where no language does.
    """
    people = [spec for spec in entities if spec.kind == "demonym"]
    names: dict[str, list[str]] = {}
    for first, second in ((one.tag[1:], other.tag[1:]), (other.tag[1:], one.tag[1:])):
        halves = [(lang, half) for spec in people if first in spec.tags for lang, half in _halves(spec)]
        for lang, half in halves:
            wholes = (n for spec in people if second in spec.tags for n in spec.aliases.get(lang, ()))
            names.setdefault(lang, []).extend(f"{half}-{name}" for name in wholes if "-" not in name)
    made = {lang: tuple(dict.fromkeys(said)) for lang, said in names.items() if said}
    name, tags = f"{one.id}-{other.id}", (one.tag[1:], other.tag[1:])
    return EntitySpec(id=name, name=name, kind="demonym", tags=tags, aliases=made) if made else None


def _halves(people: EntitySpec) -> Iterator[tuple[str, str]]:
    """By language how a nation's name begins a double one: "turco"."""
    for lang, names in people.aliases.items():
        rows = tables.read(tables.Forms, lang).halves if lang in tables.having(tables.Forms) else ()
        for name, row in product(names, rows):
            if " " not in name and name.endswith(row.ending) and len(name) > row.drop + 1:
                yield from (
                    (lang, name[: len(name) - row.drop] + form) for forms in row.forms for form in forms
                )


def _first(entities: Mapping[str, EntitySpec], tag: str, kind: str, party: str) -> str:
    """The name of the party's country, or of its people."""
    named = (spec.name for spec in entities.values() if spec.kind == kind and tag[1:] in spec.tags)
    return next(named, party.capitalize())


def persons(entities: Iterable[EntitySpec]) -> frozenset[str]:
    """The canonical names of the entities that are a person, not an office."""
    return frozenset(e.name for e in entities if e.kind == "person" and rank_of(e) is Rank.PERSON)


@dataclass(frozen=True, slots=True)
class EntityIndex:
    """Entities by their canonical English names."""

    people: frozenset[str]
    #: watchlist to the ids of its parties to their titles by language
    titles: Titles
    _entities: Mapping[str, EntitySpec] = field(repr=False)
    _aliases: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of(cls, entities: Iterable[EntitySpec], titles: Titles = MappingProxyType({})) -> EntityIndex:
        """From the entities of the watchlists, and the titles of their parties."""
        by_name = {entity.name: entity for entity in entities}
        aliases: dict[str, set[str]] = {}
        pairs = [
            (n, said)
            for n, e in by_name.items()
            for said in (n, *(w for ws in e.aliases.values() for w in ws))
        ]
        for (name, _), said in zip(pairs, fold_all([said for _, said in pairs]), strict=True):
            aliases.setdefault(said, set()).add(name)
        meant = {said: frozenset(names) for said, names in aliases.items()}
        return cls(persons(by_name.values()), titles, by_name, meant)

    def role(self, name: str, on: date | None) -> str:
        """The offices that `name` holds on a day, in the files' words;
        "" for none known, and without a day.
        """
        entity = self._entities.get(name)
        if entity is None or on is None:
            return ""
        held = [r for r in entity.roles if (r.since or on) <= on <= (r.until or on)]
        return ", ".join(role.title for role in held)

    def meant(self, said: str) -> frozenset[str]:
        """The canonical names that go by `said`, in any language; none for an unknown word."""
        return self._aliases.get(folded(said), frozenset())


# What a reader of another language calls somebody.

_SCRIPTS = {
    "ar": regex.compile(r"[\p{Arabic}\s]+"),
    "ru": regex.compile(r"[\p{Cyrillic}\s-]+"),
}


def local_names(entities: Iterable[EntitySpec], languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """By canonical name, what an entity is called in each language whose words it has; else it is missing.

    A place and a body have the first word of the language. A person has a given name and a family name in the
    reader's script, or the family name alone.
    """
    found: dict[str, dict[str, str]] = {}
    # an office may go by the name of who holds it, whose own id is that name
    for entity in sorted(entities, key=lambda one: one.id.replace("-", " ") != one.name.lower()):
        names = {lang: name for lang in languages if (name := _local(entity, lang))}
        if names:
            found.setdefault(entity.name, names)
    return found


def _local(entity: EntitySpec, lang: str) -> str | None:
    sure = (entity.aliases, entity.exact, entity.exact_case)
    own = [str(word) for words in sure for word in words.get(lang, ()) if "*" not in str(word)]
    if entity.kind != "person" or any(word.islower() for word in entity.name.split()):
        return next(iter(own), None)  # "the prime minister" is a person without a name of his own
    script = _SCRIPTS.get(lang)
    if script is None:
        return None
    others = (*entity.aliases.get("any", ()), *entity.weak.get(lang, ()))
    words = [w for w in (*own, *map(str, others)) if script.fullmatch(w)]
    alone = [word for word in words if " " not in word and word[:1].upper() == word[:1]]
    pairs = [
        word for word in words if word.count(" ") == 1 and all(w[:1].upper() == w[:1] for w in word.split())
    ]
    told = [pair for pair in pairs if pair.split()[1] in alone]
    return next(iter((*told, *pairs, *alone)), None)

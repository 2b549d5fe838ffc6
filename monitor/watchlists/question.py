"""Pure. A new question as files: what `monitor init --question` writes, from the table of states
in seeds/question/.

Each party that is a known state gets its country, people and capital in six languages; another party is a
group: a body of the name that is given. Every other state is listed as a third party, so that talks with
somebody else are not taken for a contact.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: an abbreviation counts in its very letters only: "UK", not "uk"
_LONGEST_ABBREVIATION = 4
#: what YAML reads as text without quotes, in a list too
_PLAIN = re.compile(r"(?!(?i:null|true|false)\Z)[^\W\d_][\w '.–-]*")
#: what is to be filled in, in a template: a text in double quotes with blanks in it, or a blank alone
_BLANK = re.compile(r'"(?P<text>[^"\n]*<<[^"\n]*)"|<<(?P<name>[\w-]+)>>')


@dataclass(frozen=True, slots=True)
class Party:
    """By language a state's names, its people and its capital. A group or a body has only names."""

    id: str
    names: Mapping[str, tuple[str, ...]]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    capital: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def group(cls, said: str) -> Party:
        """A party that is not known, under the name that is given; its id is empty without Latin letters."""
        party = re.sub(r"[^a-z0-9]+", "-", folded(said)).strip("-")
        return cls(party if re.search("[a-z]", party) else "", {"en": (said,)})

    @classmethod
    def of(cls, state: str, row: Mapping[str, str]) -> Party:
        """From a row of the table: `name, name | people | capital` for each language."""
        columns: tuple[dict[str, tuple[str, ...]], ...] = ({}, {}, {})
        for language, cells in row.items():
            for column, cell in zip(columns, cells.split("|"), strict=True):
                column[language] = tuple(word.strip() for word in cell.split(","))
        return cls(state, *columns)

    @property
    def name(self) -> str:
        """Its English name."""
        return self.names["en"][0]

    @property
    def nation(self) -> str:
        """Its English adjective; a group's name stands for it."""
        return self.people["en"][0] if self.people else self.name

    @property
    def actor(self) -> str:
        """Somebody who acts for it, for the first tests."""
        return f"the {self.nation} foreign minister" if self.people else f"leaders of {self.name}"


def states_of(data: Mapping[str, Any]) -> dict[str, Party]:
    """The table of states, by id."""
    return {state: Party.of(state, row) for state, row in data["states"].items()}


def bodies_of(data: Mapping[str, Any]) -> dict[str, Party]:
    """The bodies of an entities file, by id."""
    return {
        entity["id"]: Party(entity["id"], {**entity["aliases"], "en": (entity["name"],)})
        for entity in data["entities"]
        if entity["kind"] == "body"
    }


def found(said: str, known: Mapping[str, Party]) -> Party | None:
    """The party that is meant by an id or a name in any of its languages; None for an unknown one."""
    wanted = _slug(said)
    for party in known.values():
        if wanted in {party.id, *(_slug(name) for names in party.names.values() for name in names)}:
            return party
    return None


def parties_in(name: str, known: Mapping[str, Party]) -> tuple[Party, Party] | None:
    """The two parties that a name joins with a hyphen; None where no part of it is a known one."""
    words = name.split("-")
    cuts = [("-".join(words[:cut]), "-".join(words[cut:])) for cut in range(1, len(words))]
    pairs = [(found(one, known), found(other, known), one, other) for one, other in cuts]
    for first, second, _, _ in pairs:
        if first and second and first is not second:
            return first, second
    for first, second, one, other in sorted(pairs, key=lambda pair: -len(pair[2] if pair[0] else pair[3])):
        if first or second:
            return first or Party.group(title(one)), second or Party.group(title(other))
    return None


def entities_of(party: Party) -> Iterator[str]:
    """A group, or a country with its people and its capital: entities with the party's id as their tag."""
    if not party.people:
        yield "  # its other names, and its names in the other letters\n"
        yield _entity(party.id, party.name, "body", [party.id], party.names)
        return
    yield _entity(party.id, party.name, "country", ["country", party.id], party.names)
    yield _entity(f"{party.id}-people", party.nation, "demonym", [party.id], party.people)
    capital = _capital(party)
    if capital:
        yield _entity(f"{party.id}-capital", party.capital["en"][0], "place", [party.id, "metonym"], capital)


def others_of(
    states: Mapping[str, Party], parties: Iterable[Party] = (), tag: str | None = None
) -> Iterator[str]:
    """Every state that is no party, with its capital, and its people; tagged `tag`, else with its id."""
    for state in states.values():
        if state not in parties:
            names = {lang: (*names, *_capital(state).get(lang, ())) for lang, names in state.names.items()}
            tags = [tag or state.id]
            yield _entity(state.id, state.name, "country", tags, names)
            yield _entity(f"{state.id}-people", state.nation, "demonym", tags, state.people)


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with the value in place of each `<<name>>`.

    A text in double quotes with a blank in it stays one text of YAML, whatever the value.
    """

    def value(blank: re.Match[str]) -> str:
        text = blank["text"]
        return _scalar(filled(text, values)) if text else values.get(blank["name"], blank[0])

    return _BLANK.sub(value, template)


def _capital(state: Party) -> dict[str, tuple[str, ...]]:
    """The capital's names, without those that are the country's, too: "Алжир"."""
    own = {
        lang: tuple(n for n in names if n not in state.names[lang]) for lang, names in state.capital.items()
    }
    return {lang: names for lang, names in own.items() if names}


def _entity(name: str, title: str, kind: str, tags: list[str], words: Mapping[str, tuple[str, ...]]) -> str:
    """An entity as a line of YAML; abbreviations apart, since they count in their very letters only."""
    short = {lang: [w for w in said if _is_abbreviation(w)] for lang, said in words.items()}
    long = {lang: [w for w in said if not _is_abbreviation(w)] for lang, said in words.items()}
    said = (("aliases", _by_language(long)), ("exact_case", _by_language(short)))
    forms = "".join(f", {key}: {{{listed}}}" for key, listed in said if listed)
    examined = list(dict.fromkeys(word for listed in short.values() for word in listed))
    forms += f", examined: {_flow(examined)}" if examined else ""
    return f"  - {{id: {name}, name: {_scalar(title)}, kind: {kind}, tags: {_flow(tags)}{forms}}}\n"


def _by_language(words: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{lang}: {_flow(said)}" for lang, said in words.items() if said)


def _is_abbreviation(word: str) -> bool:
    letters = word.replace(".", "")
    return len(letters) <= _LONGEST_ABBREVIATION and letters.isupper()


def title(words: str) -> str:
    """A part of an id as a name: `m23` is M23, `al-shabaab` Al Shabaab."""
    return " ".join(word.capitalize() for word in words.split("-"))


def _slug(said: str) -> str:
    return re.sub(r"[\W_]+", "-", folded(said)).strip("-")


def _flow(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, words))}]"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)

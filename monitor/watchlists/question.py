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
#: what YAML reads as text without quotes, in a list
_PLAIN = re.compile(r"[^\W\d_][\w '-]*")


@dataclass(frozen=True, slots=True)
class State:
    """A state: by language its names, its people and its capital. A group or a body has only names."""

    id: str
    names: Mapping[str, tuple[str, ...]]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    capital: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def group(cls, said: str) -> State:
        """A party that is no state, under the name that is given."""
        return cls(_slug(said), {"en": (said,)})

    @classmethod
    def of(cls, state: str, row: Mapping[str, str]) -> State:
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


def states_of(data: Mapping[str, Any]) -> dict[str, State]:
    """The table of states, by id."""
    return {state: State.of(state, row) for state, row in data["states"].items()}


def bodies_of(data: Mapping[str, Any]) -> dict[str, State]:
    """The bodies of an entities file, by id."""
    return {
        entity["id"]: State(entity["id"], {**entity["aliases"], "en": (entity["name"],)})
        for entity in data["entities"]
        if entity["kind"] == "body"
    }


def found(said: str, states: Mapping[str, State]) -> State | None:
    """The state that is meant by an id or a name in any of its languages; None for an unknown one."""
    wanted = _slug(said)
    for state in states.values():
        if wanted in {state.id, *(_slug(name) for names in state.names.values() for name in names)}:
            return state
    return None


def parties_in(name: str, states: Mapping[str, State]) -> tuple[State, State] | None:
    """The two parties that a name joins: `iran-iraq`, `rwanda-m23`; None where no part of it is a state."""
    words = name.split("-")
    cuts = [("-".join(words[:cut]), "-".join(words[cut:])) for cut in range(1, len(words))]
    pairs = [(found(one, states), found(other, states), one, other) for one, other in cuts]
    for state, another, _, _ in pairs:
        if state and another and state is not another:
            return state, another
    for state, another, one, other in sorted(pairs, key=lambda pair: -len(pair[2] if pair[0] else pair[3])):
        if state or another:
            return state or State.group(title(one)), another or State.group(title(other))
    return None


def entities_of(state: State) -> Iterator[str]:
    """The country, its people and its capital, as entities of a party with the state's id as its tag."""
    if not state.people:
        yield "  # its other names, and its names in the other letters\n"
        yield _entity(state.id, state.name, "body", [state.id], state.names)
        return
    yield _entity(state.id, state.name, "country", ["country", state.id], state.names)
    yield _entity(f"{state.id}-people", state.nation, "demonym", [state.id], state.people)
    capital = _capital(state)
    if capital:
        yield _entity(f"{state.id}-capital", state.capital["en"][0], "place", [state.id, "metonym"], capital)


def others_of(
    states: Mapping[str, State], parties: Iterable[State] = (), tag: str | None = None
) -> Iterator[str]:
    """Every state that is no party, with its capital, and its people; tagged `tag`, else with its id."""
    for state in states.values():
        if state not in parties:
            names = {lang: (*names, *_capital(state).get(lang, ())) for lang, names in state.names.items()}
            tags = [tag or state.id]
            yield _entity(state.id, state.name, "country", tags, names)
            yield _entity(f"{state.id}-people", state.nation, "demonym", tags, state.people)


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with each `<<name>>` in place of its value."""
    for name, value in values.items():
        template = template.replace(f"<<{name}>>", value)
    return template


def _capital(state: State) -> dict[str, tuple[str, ...]]:
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
    return f"  - {{id: {name}, name: {title}, kind: {kind}, tags: {_flow(tags)}{forms}}}\n"


def _by_language(words: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{lang}: {_flow(said)}" for lang, said in words.items() if said)


def _is_abbreviation(word: str) -> bool:
    letters = word.replace(".", "")
    return len(letters) <= _LONGEST_ABBREVIATION and letters.isupper()


def title(words: str) -> str:
    """A part of an id as a name: `m23` is M23, `al-shabaab` Al Shabaab."""
    return " ".join(word.capitalize() for word in words.split("-"))


def _slug(said: str) -> str:
    return folded(said).strip().replace(" ", "-")


def _flow(words: Iterable[str]) -> str:
    listed = (word if _PLAIN.fullmatch(word) else json.dumps(word, ensure_ascii=False) for word in words)
    return f"[{', '.join(listed)}]"

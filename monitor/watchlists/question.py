"""A question of one's own: the files that `monitor init --question` writes, from the table of states in
seeds/question/, and the shipped vocabularies that such a folder names or is read with, and has not.

Each party that is a known state gets its country, people and capital in six languages; another party is a
group: a body of the name that is given. Every other state is listed as a third party, so that talks with
somebody else are not taken for a contact.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.config.load import bundled
from monitor.errors import suggestion
from monitor.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

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


#: what contacts are read with; the file has the vocabulary's name
READ_WITH = (
    "alignment",
    "calls",
    "contact",
    "officials",
    "rejection",
    "saying",
    "sports-context",
    "status",
)
_FOLDER = "vocabulary"
_ASKS_FOR_CONTACTS = re.compile(rb"^contacts:", re.MULTILINE)
_NAMED = re.compile(rb"%([a-z0-9]+(?:-[a-z0-9]+)*)")
_ID = re.compile(rb"^vocabulary:\s*(\S+)", re.MULTILINE)


def shared(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shipped vocabularies that a folder needs and has not, by relative path.

    Those that contacts are read with, where it looks for contacts, and every one that a file of it names
    (`%withdrawal`). A file of the folder takes the place of the shipped one of its name, or of its
    vocabulary's id.
    """
    needed = {found[1].decode() for text in sources.values() for found in _NAMED.finditer(text)}
    if any(_ASKS_FOR_CONTACTS.search(text) for name, text in sources.items() if "/" not in name):
        needed.update(READ_WITH)
    own = {found[1] for name, text in sources.items() if "/" in name for found in _ID.finditer(text)}
    shipped = {f"{_FOLDER}/{path.name}": path for path in _shipped() if path.stem in needed}
    texts = {name: path.read_bytes() for name, path in shipped.items() if name not in sources}
    return {name: text for name, text in texts.items() if not own & set(_ID.findall(text))}


def advice(name: str, known: Iterable[str]) -> str:
    """The name nearest to a `#tag`, `@entity` or `%vocabulary` that nothing is called, or how to make one.

    Shipped vocabularies are near, too, though none is there before a file names it.
    """
    same = {said for said in known if said[0] == name[0]}
    if name[0] == "%":
        same.update(f"%{path.stem}" for path in _shipped())
    bare = name[1:].partition(".")[0]
    make = {
        "#": f"give entities in entities/ the tag: tags: [{bare}]",
        "@": f"write an entity with id: {bare} in entities/",
        "%": f"write vocabulary/{bare}.yaml",
    }
    return suggestion(name, same) or make[name[0]]


def _shipped() -> list[Path]:
    return sorted((bundled("watchlists") / _FOLDER).glob("*.yaml"))

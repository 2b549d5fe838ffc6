"""Pure. Names that count without confirmation although others bear them; each kind is a lint of its own.

What many states, offices and things are called stands in `languages/data/*/shared_names.txt`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from monitor.folding import fold_all
from monitor.languages import remembered, tables
from monitor.languages.grammar import OFFICIAL, is_office
from monitor.watchlists.findings import Finding, Lines, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.documents import Path
    from monitor.matching.mentions import EntitySpec
    from monitor.matching.rules import Watchlists

#: letters of the longest abbreviation that others are likely to share
SHORT = 4
#: the lists of an entity whose names count unconfirmed
_LISTS = ("aliases", "exact", "exact_case")
#: what may stand before a name in languages that have an article, folded
_ARTICLES = ("the ", "le ", "la ", "les ", "l ", "il ", "lo ", "gli ", "i ")
_ARABIC_ARTICLE = "ال"
_REMEDY = (
    "move it to {weak}: and say what confirms it, as confirm: {{any: ['@its-country'], within: item}}; "
    "or put it under examined: and say in a comment why nobody else is meant"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that counts unconfirmed, and where it stands in its entity; `plain`: folded, no article."""

    written: str
    lang: str
    path: Path
    plain: str

    @property
    def is_abbreviation(self) -> bool:
        """Whether it is a few capitals; scripts without capitals cannot tell."""
        letters = self.written.replace(".", "")
        return 1 < len(letters) <= SHORT and letters.isalpha() and letters.isupper()


class SharedName(ABC):
    """One lint: a stable word for it, how bad it is, and what it says of a name."""

    kind: ClassVar[str]
    severity: ClassVar[Severity]

    @abstractmethod
    def why(self, name: Name) -> str:
        """What the name is that others bear; empty: this lint knows nobody else."""


class SharedBody(SharedName):
    """It stands in the list of offices and bodies that more than one state has."""

    kind, severity = "shared-body", "high"

    def why(self, name: Name) -> str:
        return "an office or body of more than one state" if name.plain in _listed("bodies") else ""


class Office(SharedName):
    """It has only words of offices, two or more, or is listed among them: it says not of which state."""

    kind, severity = "office", "high"

    def __init__(self, watchlists: Watchlists) -> None:
        listed = watchlists.vocabularies.get(OFFICIAL.removeprefix("%"))
        senses = listed.senses.values() if listed else ()
        words = (word for sense in senses for said in sense.values() for word in said)
        plain = _folded(word for word in words if not word.endswith("*"))
        nations = _nations(watchlists)
        self._words = {word for word in plain if not any(nation in f" {word}" for nation in nations)}

    def why(self, name: Name) -> str:
        lang = tables.DEFAULT if name.lang == "any" else name.lang
        known = name.plain in self._words or (" " in name.plain and is_office(name.written, lang))
        return "an office of any state" if known else ""


class CommonNoun(SharedName):
    """It is a word for people, groups or things."""

    kind, severity = "common-noun", "high"

    def why(self, name: Name) -> str:
        known = name.plain in _listed("common_nouns") or name.plain in _common_words()
        return "a common noun" if known and not name.is_abbreviation else ""


class Abbreviation(SharedName):
    """It has few letters, and is not known to mean one thing everywhere."""

    kind, severity = "abbreviation", "medium"

    def why(self, name: Name) -> str:
        known = not name.is_abbreviation or name.plain in _listed("known_abbreviations")
        return "" if known else f"an abbreviation of at most {SHORT} letters"


def shared_names(watchlists: Watchlists, sources: Mapping[str, bytes]) -> Iterator[Finding]:
    """For each name the first lint that knows who else bears it.

    `sources`: the files' texts, to tell a name's own line; without them it is its entity's.
    """
    lints = (SharedBody(), Office(watchlists), CommonNoun(), Abbreviation())
    lines = Lines(watchlists, sources)
    for entity in watchlists.entities.values():
        for name in _unconfirmed(entity):
            found = ((lint, lint.why(name)) for lint in lints)
            lint, why = next((both for both in found if both[1]), (None, ""))
            if lint is not None:
                file, line = lines.place(entity.id, name.path)
                yield Finding(
                    kind=lint.kind,
                    file=file,
                    line=line,
                    message=f"@{entity.id}: {name.written!r} ({name.lang}) counts unconfirmed, and is {why}",
                    remedy=_REMEDY.format(weak="weak_case" if name.path[0] == "exact_case" else "weak"),
                    severity=lint.severity,
                )


def _unconfirmed(entity: EntitySpec) -> Iterator[Name]:
    """The names that count wherever they stand, without those of which somebody looked up who bears them."""
    written = [
        (word, (key, lang, position))
        for key in _LISTS
        for lang, words in getattr(entity, key).items()
        for position, word in enumerate(words)
    ]
    examined = frozenset(fold_all([*entity.examined]))
    folded = fold_all([word for word, _ in written])
    for (word, path), plain in zip(written, folded, strict=True):
        if plain not in examined:
            yield Name(word, path[1], path, _without_article(plain))


@cache
def _without_article(folded: str) -> str:
    if _ARABIC_ARTICLE in folded:
        return " ".join(word.removeprefix(_ARABIC_ARTICLE) for word in folded.split())
    return next((folded.removeprefix(a) for a in _ARTICLES if folded.startswith(a)), folded)


def _nations(watchlists: Watchlists) -> frozenset[str]:
    """How names of countries, peoples and places begin: an office beside one says whose it is."""
    entities = (e for e in watchlists.entities.values() if e.kind in ("country", "demonym", "place"))
    named = (words for e in entities for words in (*e.aliases.values(), *e.exact.values()))
    folded = _folded(word for words in named for word in words)
    # the last letter is what most languages inflect: libico, libica
    return frozenset(f" {name[: max(4, len(name) - 1)]}" for name in folded)


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_without_article, fold_all([*words])))


@remembered
def _listed(section: str) -> frozenset[str]:
    """The names in one section of every language's list."""
    return _folded(
        name for table in tables.everywhere(tables.SharedNames) for name in getattr(table, section)
    )


@remembered
def _common_words() -> frozenset[str]:
    profiles = tables.everywhere(tables.Profile)
    return _folded(word for profile in profiles for word in (*profile.little_words, *profile.common_words))

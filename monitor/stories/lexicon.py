"""Pure. Words of six languages that tell what happened and how an item stands to it; the words are in `words/`.

A concept is one thing in every language: "landed", «прибыли» and وصول are `arrive`. So two tellings without a word in
common can be compared. The files are part of the package and read once, when the first item needs them.
"""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from monitor.stories import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LANGUAGES = ("en", "fr", "it", "ru", "ar", "tr")
#: letters of the shortest and the longest beginning of a word that is looked up
SHORTEST, LONGEST = 2, 12
#: particles that Arabic writes in front of a word, the longest first
_PREFIXES = ("وبال", "وال", "بال", "كال", "فال", "لل", "ال", "و", "ف", "ب", "ل", "س")
#: letters that a word must keep behind its particle
_KEPT = 3
#: words between a negation and the verb that it turns round; between "no" and the verb of who did nothing
NEGATED, NOBODY = 2, 4


@dataclass(frozen=True, slots=True)
class _Forms:
    """What words mean in one language: whole words, pairs of words, and beginnings of words."""

    whole: Mapping[str, tuple[str, ...]]
    begun: Mapping[str, tuple[str, ...]]
    #: by first and second word
    pairs: Mapping[str, Mapping[str, tuple[str, ...]]]


def concepts(words: Sequence[str], lang: str) -> Iterator[str]:
    """The concepts and numbers that folded `words` name, in order: "d:arrive", "t:plane", "r:uneasy", "n:40"."""
    lang = lang if lang in LANGUAGES else "en"
    pairs = _forms()[lang].pairs
    for number, word in enumerate(words):
        if word in pairs and number + 1 < len(words):
            yield from pairs[word].get(words[number + 1], ())
        yield from _meaning(word, lang)


@lru_cache(maxsize=100_000)
def _meaning(word: str, lang: str) -> tuple[str, ...]:
    """What one word names: a stream says the same words again and again."""
    forms = _forms()[lang]
    spelled = bare(word) if lang == "ar" else (word,)
    return next((found for form in spelled if (found := _looked_up(form, forms))), ())


def _looked_up(word: str, forms: _Forms) -> tuple[str, ...]:
    found = forms.whole.get(word)
    if found is not None:
        return found
    for length in range(min(len(word), LONGEST), SHORTEST - 1, -1):
        found = forms.begun.get(word[:length])
        if found is not None:
            return found
    return ()


def bare(word: str) -> Iterator[str]:
    """An Arabic word as it stands, and without the particles written in front of it."""
    yield word
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _KEPT:
            yield word[len(prefix) :]


def is_small(word: str, lang: str) -> bool:
    """Whether a folded word only holds a title together, or announces it."""
    return _stances()[lang if lang in LANGUAGES else "en"]["small"].fullmatch(word) is not None


def is_series(words: Sequence[str], lang: str) -> bool:
    """Whether a title of these folded words is a running title or an explainer: it reports many events, or none."""
    return _says("series", words, lang)


def denies(words: Sequence[str], lang: str) -> bool:
    """Whether a title of these folded words says that something is not so."""
    return _says("denies", words, lang)


def _says(what: str, words: Sequence[str], lang: str) -> bool:
    return _stances()[lang if lang in LANGUAGES else "en"][what].search(" ".join(words)) is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a headline says was or will be done, and what not."""

    done: frozenset[str] = frozenset()
    not_done: frozenset[str] = frozenset()

    def contradicts(self, other: Claims) -> bool:
        """Whether both cannot be true: one says that it is so, the other that it is not, or the opposite of it."""
        if not self.done.isdisjoint(other.not_done) or not other.done.isdisjoint(self.not_done):
            return True
        mine, theirs = self.done - other.done, other.done - self.done
        return any((one, another) in opposites() for one in mine for another in theirs)


def claims(words: Sequence[str], lang: str) -> Claims:
    """What a headline of these folded words claims."""
    patterns = _stances()[lang if lang in LANGUAGES else "en"]
    done: dict[bool, set[str]] = {True: set(), False: set()}
    for number, word in enumerate(words):
        deeds = [key for key in concepts([word], lang) if key[0] == "d"]
        before = words[max(0, number - NOBODY) : number + 1] if deeds else ()
        if any(patterns["demands"].fullmatch(near) for near in before):
            continue
        turned = any(patterns["negates"].fullmatch(near) for near in before[-NEGATED - 1 :])
        done[turned or bool(patterns["nobody"].search(f"{' '.join(before[:-1])} "))].update(deeds)
    return Claims(frozenset(done[False] - done[True]), frozenset(done[True]))


@cache
def opposites() -> frozenset[tuple[str, str]]:
    """Pairs of concepts of which only one can be true."""
    pairs = [(f"d:{one}", f"d:{other}") for one, other in _read_stances()["opposites"]]
    return frozenset((*pairs, *((other, one) for one, other in pairs)))


@cache
def _forms() -> Mapping[str, _Forms]:
    whole: dict[str, dict[str, tuple[str, ...]]] = {lang: {} for lang in LANGUAGES}
    begun: dict[str, dict[str, tuple[str, ...]]] = {lang: {} for lang in LANGUAGES}
    for key, lang, form in _listed():
        begins = form.endswith("*")
        plain = " ".join(fingerprint.words(form.rstrip("*").replace("_", " ")))
        table = (begun if begins else whole)[lang]
        table[plain] = (*table.get(plain, ()), key)
    return {lang: _Forms(whole[lang], begun[lang], _pairs(whole[lang])) for lang in LANGUAGES}


def _pairs(whole: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for form, keys in whole.items():
        first, _, second = form.partition(" ")
        if second:
            found.setdefault(first, {})[second] = keys
    return found


def _listed() -> Iterator[tuple[str, str, str]]:
    """Every form of the two tables: its key, its language, and itself."""
    for row in _table("concepts.csv"):
        key = f"{row['kind'][0]}:{row['concept']}"
        yield from ((key, lang, form) for lang in LANGUAGES for form in row[lang].split())
    for row in _table("numbers.csv"):
        yield from ((f"n:{row['value']}", lang, form) for lang in LANGUAGES for form in row[lang].split())


def _table(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(_text(name).splitlines())


@cache
def _stances() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    told = _read_stances()
    return {
        lang: {
            "series": _any([*told["running"][lang], *told["explains"][lang]]),
            "denies": _any(told["denies"][lang]),
            "negates": _any(told["negates"][lang]),
            "small": _any(told["small"][lang]),
            "nobody": re.compile(rf"(?<!\w)(?:{'|'.join(told['nobody'][lang]) or '(?!)'}) \Z"),
            "demands": _any(told["demands"][lang]),
        }
        for lang in LANGUAGES
    }


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{pattern})(?!\w)" for pattern in patterns))


@cache
def _read_stances() -> dict[str, Any]:
    return tomllib.loads(_text("stance.toml"))


def _text(name: str) -> str:
    return resources.files("monitor.stories").joinpath("words", name).read_text("utf-8")

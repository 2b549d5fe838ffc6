"""Pure. Words that tell what happened and how an item stands to it, in every language that has them.

A concept is one thing in every language: "landed", «прибыли» and وصول are `arrive`. So two tellings without a
word in common can be compared. They stand in one table, `words/concepts.csv`: a line is a meaning, a column a
language, so that who adds a word sees it beside the others, and a gap as such. How a title stands to its
event, and numbers, are the languages' own (`stories.txt`, `dates.txt`). All are read once, when the first
item needs them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from monitor.languages import remembered, tables
from monitor.languages.tables import Headlines
from monitor.stories import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: columns of the table of concepts that are no language
_OTHERS = ("concept", "kind", "opposite")
#: whose particles in front of a word are taken away
ARABIC = "ar"
#: letters of the shortest and the longest beginning of a word that is looked up
SHORTEST, LONGEST = 2, 12
#: letters that a word must keep behind its particle
_KEPT = 3
#: stands in a title for whom it names first
FIRST = "@"
#: words of the longest that stand together
PHRASE = 4
#: words between a negation and the verb that it turns round; between "no" and the verb of who did nothing
NEGATED, NOBODY = 2, 4


@dataclass(frozen=True, slots=True)
class _Forms:
    """What words mean in one language: whole words, beginnings of words, and words that stand together."""

    whole: dict[str, tuple[str, ...]] = field(default_factory=dict)
    begun: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: by the first two letters of the first word: what stands together, and what it means
    phrases: dict[str, list[tuple[re.Pattern[str], str]]] = field(default_factory=dict)


def concepts(words: Sequence[str], lang: str) -> Iterator[str]:
    """The concepts and numbers that folded `words` name, in order:
    "d:arrive", "t:plane", "r:uneasy", "n:40".
    """
    lang = lang if lang in _forms() else tables.DEFAULT
    phrases = _forms()[lang].phrases
    for number, word in enumerate(words):
        known = phrases.get(word[:SHORTEST])
        if known:
            there = " ".join(words[number : number + PHRASE])
            yield from (key for phrase, key in known if phrase.match(there))
        yield from _meaning(word, lang)


@lru_cache(maxsize=100_000)
def _meaning(word: str, lang: str) -> tuple[str, ...]:
    """What one word names: a stream says the same words again and again."""
    forms = _forms()[lang]
    spelled = bare(word) if lang == ARABIC else (word,)
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
    for prefix in tables.read(tables.Forms, ARABIC).taken_away:
        if word.startswith(prefix) and len(word) - len(prefix) >= _KEPT:
            yield word[len(prefix) :]


def is_small(word: str, lang: str) -> bool:
    """Whether a folded word only holds a title together, or announces it."""
    return _headlines(lang)["small"].fullmatch(word) is not None


def is_series(words: Sequence[str], lang: str) -> bool:
    """Whether a title of these folded words is a running title or an explainer:
    it reports many events, or none.
    """
    return _headlines(lang)["series"].search(" ".join(words)) is not None


def denies(words: Sequence[str], lang: str) -> bool:
    """Whether a title of these folded words says that something is not so."""
    return _headlines(lang)["denies"].search(" ".join(words)) is not None


def gets(text: str, lang: str) -> bool:
    """Whether a folded title says that they get a message whom it names first: `FIRST` stands for them."""
    return _headlines(lang)["gets"].search(text) is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a headline says was or will be done, and what not."""

    done: frozenset[str] = frozenset()
    not_done: frozenset[str] = frozenset()

    def contradicts(self, other: Claims) -> bool:
        """Whether both cannot be true: one says that it is so, the other that it is not,
        or the opposite of it.
        """
        if not self.done.isdisjoint(other.not_done) or not other.done.isdisjoint(self.not_done):
            return True
        mine, theirs = self.done - other.done, other.done - self.done
        return any((one, another) in opposites() for one in mine for another in theirs)


def claims(words: Sequence[str], lang: str) -> Claims:
    """What a headline of these folded words claims."""
    patterns = _headlines(lang)
    done: dict[bool, set[str]] = {True: set(), False: set()}
    for number, word in enumerate(words):
        deeds = [key for key in concepts([word], lang) if key[0] == "d"]
        before = words[max(0, number - NOBODY) : number + 1] if deeds else ()
        if any(patterns["demands"].fullmatch(near) for near in before):
            continue
        turned = any(patterns["negates"].fullmatch(near) for near in before[-NEGATED - 1 :])
        done[turned or bool(patterns["nobody"].search(f"{' '.join(before[:-1])} "))].update(deeds)
    return Claims(frozenset(done[False] - done[True]), frozenset(done[True]))


@remembered
def opposites() -> frozenset[tuple[str, str]]:
    """Pairs of concepts of which only one can be true."""
    pairs = [(f"d:{row['concept']}", f"d:{row['opposite']}") for row in _concepts() if row["opposite"]]
    return frozenset((*pairs, *((other, one) for one, other in pairs)))


@remembered
def _forms() -> Mapping[str, _Forms]:
    found = {lang: _Forms() for lang in _languages()}
    for key, lang, form in _listed():
        _enter(found[lang], form, key)
    return found


def _enter(forms: _Forms, form: str, key: str) -> None:
    """One form of the table: `word`, `word*` for its beginning, `one_two*_three` for what stands together."""
    parts: list[tuple[str, bool]] = []
    for part in form.split("_"):
        words = fingerprint.words(part)
        parts += [(word, part.endswith("*") and word is words[-1]) for word in words]
    (first, begins), *others = parts
    if others:
        together = " ".join(rf"{word}\w*" if begun else word for word, begun in parts)
        forms.phrases.setdefault(first[:SHORTEST], []).append((re.compile(rf"{together}(?!\w)"), key))
        return
    table = forms.begun if begins else forms.whole
    table[first] = (*table.get(first, ()), key)


def _listed() -> Iterator[tuple[str, str, str]]:
    """Every form of concepts and numbers: its key, its language, and itself."""
    for row in _concepts():
        key = f"{row['kind'][0]}:{row['concept']}"
        yield from ((key, lang, form) for lang in _languages() for form in row[lang].split())
    for lang in _languages():
        for number, words in tables.read(tables.Dates, lang).numbers:
            # one is an article in most languages
            yield from ((f"n:{number}", lang, form) for form in words.split() if number > 1)


def _languages() -> Sequence[str]:
    return [column for column in _concepts()[0] if column not in _OTHERS]


@remembered
def _concepts() -> Sequence[Mapping[str, str]]:
    """The table of concepts."""
    text = resources.files("monitor.stories").joinpath("words/concepts.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _headlines(lang: str) -> Mapping[str, re.Pattern[str]]:
    return _patterns(lang if lang in tables.having(Headlines) else tables.DEFAULT)


@remembered
def _patterns(lang: str) -> Mapping[str, re.Pattern[str]]:
    said = tables.read(Headlines, lang)
    slots = {"series": (*said.running, *said.explains), "denies": said.denies, "negates": said.negates}
    slots |= {"gets": said.gets, "small": said.small, "demands": said.demands}
    found = {
        name: "|".join(rf"(?<!\w)(?:{one})(?!\w)" for one in patterns) for name, patterns in slots.items()
    }
    found["nobody"] = rf"(?<!\w)(?:{'|'.join(said.nobody)}) \Z" if said.nobody else ""
    return {name: tables.expression(one or "(?!)", Headlines, lang) for name, one in found.items()}

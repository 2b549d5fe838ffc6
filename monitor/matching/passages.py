"""Pure. An item in several languages:
which stretch of it is read in which, a boilerplate below a foreign headline too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from monitor.folding import BARRIER
from monitor.languages.detect import LATIN, script_of, usual
from monitor.matching.mentions import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.matching.mentions import Sentence
    from monitor.model import Item

#: letters that stand between fields when they are read as one
JOINT = f" {BARRIER} "
#: sentences of one script amid another: at least this many letters and spaces without a letter of the other
_STRETCH = 20
_SCRIPTS = {
    "latin": (r"\p{Latin}", r"\p{Arabic}\p{Cyrillic}"),
    "cyrillic": (r"\p{Cyrillic}", r"\p{Arabic}\p{Latin}"),
    "arabic": (r"\p{Arabic}", r"\p{Cyrillic}\p{Latin}"),
}
_RUNS = {
    name: regex.compile(rf"[{own}][^{others}]{{{_STRETCH},}}") for name, (own, others) in _SCRIPTS.items()
}


def stretches(item: Item) -> list[tuple[int, str]]:
    """Where each stretch ends in the fields joined by `JOINT`, and its language, in order.

    Needs `item.langs`.
    """
    found: list[tuple[int, str]] = []
    offset = 0
    for text, lang in zip((item.title, item.summary, item.content), item.langs.split(), strict=True):
        for end, own in _within(text, lang, item.langs.split()):
            found.append((offset + end, own))
        offset += len(text) + len(JOINT)
        found[-1] = (offset, found[-1][1])
    return found


def by_sentence(item: Item, sentences: Iterable[Sentence]) -> Mapping[int, str]:
    """The language of each sentence that is not in the item's, by its number."""
    known = dict(zip(FIELDS, item.langs.split(), strict=True))
    told: dict[int, str] = {}
    for sentence in sentences:
        text = getattr(item, sentence.field)[sentence.start : sentence.end]
        lang = max(_lengths(text, known[sentence.field], list(known.values())))[1]
        if lang != item.lang:
            told[sentence.index] = lang
    return told


def _lengths(text: str, lang: str, langs: list[str]) -> Iterator[tuple[int, str]]:
    start = 0
    for end, own in _within(text, lang, langs):
        yield end - start, own
        start = end


def _unsaid(script: str) -> str:
    """Who else writes in a script, where nothing says it."""
    return "und" if script == LATIN else usual(script)


def _within(text: str, lang: str, langs: list[str]) -> Iterator[tuple[int, str]]:
    """The stretches of one field: where each ends and its language."""
    script = script_of(lang) or LATIN
    runs = sorted(
        (run.start(), run.end(), other)
        for other, pattern in _RUNS.items()
        if other != script
        for run in pattern.finditer(text)
    )
    for start, end, other in runs:
        if start:
            yield start, lang
        yield end, next((own for own in langs if (script_of(own) or LATIN) == other), _unsaid(other))
    if not runs or runs[-1][1] < len(text):
        yield len(text), lang

"""Pure. A field's text split into paragraphs and sentences, by offsets into the text as given.

Paragraphs end at blank lines and at line ends that follow a full stop; other line ends are mere wrapping.
Sentences end at . ! ? ؟ ۔ 。 and … with what closes after them; not after abbreviations, initials or
numbers, nor inside addresses; never where the next word is in lower case. A title is one
sentence. Semicolons (؛ too) end nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import regex

from monitor.folding import BARRIER
from monitor.languages import remembered, tables
from monitor.languages.detect import LATIN, script_of, usual
from monitor.matching.mentions import FIELDS, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.model import Item


_LINE_END = re.compile("[\n\u2029\x0c]\\s*")
_FINAL = re.compile(r"""[.!?؟۔…]["'»”’)\]]*[ \t\r]*\Z""")
_STOP = re.compile(r"""([.!?؟۔…。！？]+)(["'»”’›“)\]]*)(\s*)""")
_OPENING = "\"'«“„‘‹([—–- "
_LETTERS_WITH_STOPS = re.compile(r"(?:[^\W\d_]\.-?)*[^\W\d_]")


@remembered
def _words(section: str) -> frozenset[str]:
    """Words that stand before a full stop, of all languages: an abbreviation is one in any text."""
    return frozenset(word for stops in tables.everywhere(tables.Stops) for word in getattr(stops, section))


@remembered
def _special() -> frozenset[str]:
    """Those before which a stop may not end a sentence."""
    return _words("after_numbers") | _words("leaning") | _words("either")


def split(fields: Mapping[str, str]) -> tuple[Sentence, ...]:
    """The sentences of an item's fields (title, summary, content), numbered through;
    blank fields give none.
    """
    sentences: list[Sentence] = []
    paragraph = 0
    for name in FIELDS:
        text = fields.get(name, "")
        for start, end in _paragraphs(text):
            spans = ((start, end),) if name == "title" else sentence_spans(text, start, end)
            for first, last in spans:
                sentences.append(
                    Sentence(field=name, start=first, end=last, index=len(sentences), paragraph=paragraph)
                )
            paragraph += 1
    return tuple(sentences)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _LINE_END.finditer(text):
        wrapped = gap[0].count("\n") == 1 and gap[0][0] == "\n"
        if wrapped and not _FINAL.search(text, max(start, gap.start() - 6), gap.start()):
            continue
        yield from _trimmed(text, start, gap.start())
        start = gap.end()
    yield from _trimmed(text, start, len(text))


def sentence_spans(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Half-open spans of the sentences of one paragraph, white space at their edges left out."""
    first = start
    found: list[tuple[int, int]] = []
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and _ends(text, first, stop):
            found += _trimmed(text, first, stop.end(2))
            first = stop.end()
    found += _trimmed(text, first, end)
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The span without white space at its edges; none where that is all."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return ((start, end),) if start < end else ()


def _ends(text: str, first: int, stop: re.Match[str]) -> bool:
    """Whether the sentence that began at `first` ends at `stop`."""
    marks, closing, space = stop.groups()
    at = stop.end()
    while text[at] in _OPENING and at + 1 < len(text):
        at += 1
    if not space:
        return marks[0] in "。！？؟" or _is_tight_end(text, stop)
    if text[at].islower():
        return False
    if marks != "." or closing:
        return True
    begin = stop.start()
    words = text[max(first, begin - 24) : begin].rsplit(None, 1)
    word = words[-1].lower().lstrip(_OPENING) if words else ""
    if word.isalpha() and len(word) > 1 and word not in _special():
        return True
    return not word or _ends_after(word, text, (first, begin - len(word)), at)


def _is_tight_end(text: str, stop: re.Match[str]) -> bool:
    """A stop with no space after it ("left Moscow.The visit") that is no address or abbreviation."""
    before, after = text[max(0, stop.start() - 3) : stop.start()], text[stop.end() : stop.end() + 2]
    return (
        before.isalpha() and before[1:].islower() and after.istitle() and after.isalpha() and len(after) == 2
    )


def _ends_after(word: str, text: str, span: tuple[int, int], at: int) -> bool:
    """The verdict for the word before the stop;
    `span` runs from the sentence's start to the word, `at` is what follows.
    """
    first, begin = span
    if word.isdigit():
        return bool(text[first:begin].strip())
    if word in _words("after_numbers"):
        return text[max(first, begin - 6) : begin].rstrip()[-1:].isdigit()
    if word in _words("leaning"):
        return False
    if word in _words("either"):
        return text[at].isupper()
    if _LETTERS_WITH_STOPS.fullmatch(word):
        return _next_word(text, at) in _words("starting")
    return True


def _next_word(text: str, at: int) -> str:
    end = at
    while end < len(text) and end - at < 12 and text[end].isalpha():
        end += 1
    return text[at:end].lower()


# An item in several languages:
# which stretch of it is read in which, a boilerplate below a foreign headline too.

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

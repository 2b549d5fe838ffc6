"""Pure. How a name in Cyrillic is spelled in another language: "Сергей" is Sergei, Sergueï, Sergej, سيرغي;
and one in Arabic letters in English: "مسعود عبيد" is Masoud Abid.

The spellings are data, `cyrillic.txt` of each language: letters, then what stands for them, the most usual
first. A word is spelled with the usual choices before the rare ones, so that its first spellings are those
met most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator

from monitor.languages import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: letters after which `~` rules hold
_OPEN = frozenset("аеёиоуыэюяьъ")
#: candidates kept while a word is spelled
_KEPT = 60


def _row(line: str) -> tuple[str, tuple[str, ...]]:
    """ "щ shch sch": letters and their spellings; "-" is none."""
    letters, *spelled = line.split()
    if not spelled:
        raise ValueError(f"{line!r} has no spelling | write the letters, then what stands for them")
    return letters.strip("^~$") and letters, tuple("" if s == "-" else s for s in spelled)


Rows = Annotated[
    tuple[Annotated[tuple[str, tuple[str, ...]], BeforeValidator(_row)], ...], AfterValidator(dict)
]


class Spellings(tables.Table):
    """How letters are spelled (`^` where a word begins, `~` behind a vowel, `$` at its end), and words."""

    FILE = "cyrillic.txt"
    letters: Rows = ()
    words: Rows = ()


class FromArabic(tables.Table):
    """The same for letters of Arabic, in their plain form; `foreign`: in a name of another people.

    `from_cyrillic`: what the letters of an Arabic name become that was spelled from Cyrillic.
    """

    FILE = "arabic.txt"
    letters: Rows = ()
    foreign: Rows = ()
    from_cyrillic: Rows = ()


def spelled(word: str, lang: str, most: int) -> tuple[str, ...]:
    """One word in the letters of `lang`, in small letters, the usual spelling first, at most `most`.

    Nothing where the language has no table.
    """
    if lang not in languages():
        return ()
    table = tables.read(Spellings, lang)
    parts = [_part(part, table, most) for part in word.lower().split("-")]
    found: list[str] = [""]
    for number, choices in enumerate(parts):
        joint = "-" if number else ""
        found = [f"{before}{joint}{choice}" for before in found for choice in choices]
    return tuple(dict.fromkeys(found))[:most]


def languages() -> tuple[str, ...]:
    """The languages that have a table."""
    return tables.having(Spellings)


class FromLatin(tables.Table):
    """How letters of a language that spells foreign names in its own way are spelled in English."""

    FILE = "latin.txt"
    letters: Rows = ()
    foreign: Rows = ()


def from_latin(word: str, lang: str, *, foreign: bool) -> str:
    """One word of an Arabic name, or a `foreign` one, that stands in a text of `lang`; in small letters."""
    if lang not in tables.having(FromLatin):
        return word
    table = tables.read(FromLatin, lang)
    rows = dict(table.letters) | (dict(table.foreign) if foreign else {})
    return next(iter(_by_letters(word, rows)), word)


def arabic_from_cyrillic(word: str) -> str:
    """One word of an Arabic name, spelled from Cyrillic, as names from Arabic are spelled."""
    return next(iter(_by_letters(word, dict(tables.read(FromArabic, tables.DEFAULT).from_cyrillic))), word)


#: where Arabic leaves out a vowel: a word begins with two consonants, or three meet; "sh" is one
_CONSONANT = r"(?:[ksgdt]h|[b-df-hj-np-tv-xz])"
_UNVOICED = re.compile(rf"(?:\A{_CONSONANT}|{_CONSONANT}{_CONSONANT})(?={_CONSONANT})")


def from_arabic(word: str, *, foreign: bool = False) -> str:
    """One word in plain Arabic letters as English papers may spell it, in small letters;
    its vowels are guessed.
    """
    table = tables.read(FromArabic, tables.DEFAULT)
    rows = dict(table.letters) | (dict(table.foreign) if foreign else {})
    made = next(iter(_by_letters(word, rows)), word)
    return made if foreign else _UNVOICED.sub(r"\g<0>a", made)


def _part(part: str, table: Spellings, most: int) -> tuple[str, ...]:
    known = dict(table.words).get(part, ())
    return tuple(dict.fromkeys((*known, *_by_letters(part, dict(table.letters)))))[:most]


def _by_letters(word: str, rows: Mapping[str, Sequence[str]]) -> list[str]:
    """All spellings, those with the fewest rare choices first."""
    longest = max(map(len, rows), default=1)
    found = [(0, "")]
    at = 0
    while at < len(word):
        size, choices = _choices(word, at, rows, longest)
        found = [(cost + n, before + choice) for cost, before in found for n, choice in enumerate(choices)]
        found = sorted(found, key=lambda made: made[0])[:_KEPT]
        at += size
    return [made for _, made in found]


def _choices(
    word: str, at: int, rows: Mapping[str, Sequence[str]], longest: int
) -> tuple[int, Sequence[str]]:
    """How many letters from `at` on have a row together, and their spellings."""
    before = ("^" if at == 0 else "~" if word[at - 1] in _OPEN else "", "")
    for size in range(min(longest, len(word) - at), 0, -1):
        letters = word[at : at + size]
        ends = ("$", "") if at + size == len(word) else ("",)
        for key in (f"{mark}{letters}{end}" for end in ends for mark in before):
            if key in rows:
                return size, rows[key]
    return 1, (word[at],)

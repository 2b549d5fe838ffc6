"""Pure. Text folded for comparing, with the way back to every original offset.

Folding: NFKC, case, diacritics, Arabic letter variants, Turkish i, digits of every script, look-alike letters
of another script; every run of separators becomes one space, zero-width and bidi marks vanish, and so do
suffixes after an apostrophe ("Marin's", "Marin'in"), so that a name is the same word wherever it stands;
"U.N." is "UN"; a joined hashtag is its words ("#RapidForce", "#БыстрыйОтряд").
Folded text begins and ends with a space: a whole word is the word between two spaces.
Unicode 15 data from `unicodedata`; NFKC is UAX #15, applied letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: stands between fields: a word of its own, so that no phrase reaches across
BARRIER = "\ue000"

_SPACE = 32
_DELETE = 0
_EXPAND = 0xFFFFFFFF
#: nobody asked yet what it folds to
_UNKNOWN = 0xFFFFFFFE
#: letters of short texts that are folded in one pass: more would not stay in the processor's cache
TOGETHER = 12_000
#: code points that the table knows; of those beyond, few are ever written
_SIZE = 0x20000
_SOFT_HYPHEN = 0xAD
#: letters beyond the basic plane that fold to something else (styled alphabets, enclosed letters)
_ASTRAL = (range(0x10400, 0x10450), range(0x1D400, 0x1D800), range(0x1F100, 0x1F200))
#: beyond the table: what folds to something else, and what is no letter
_IDEOGRAPHS, _TAGS = range(0x2F800, 0x2FA20), range(0xE0000, 0xE1000)

_LETTERS = {
    **dict(zip("ٱىةکیەۀہےھگڤڨ", "اىهكىهههىهكفق", strict=True)),
    "ى": "ي", "ی": "ي", "ے": "ي", "ـ": "", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h",
    "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t", "ґ": "г", "ˈ": " ", "ʼ": " ", "ʻ": " ", "ʾ": " ", "ʿ": " ", "ʹ": " ",
}  # fmt: skip
_TO_LATIN = dict(zip("аеоорсухіјѕһԁԛԝкмтвн", "aeoopcyxijshdqwkmtbh", strict=True))
_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in reversed(_TO_LATIN.items())}

#: English possessive and Turkish case, possessive and plural chains after an apostrophe (buffer y, n, s by
#: the vowel)
_APOSTROPHES = "'’‘ʼʻ＇`´′"
#: the stops inside "U.N." and "L.N.A."
_ACRONYM_STOP = re.compile(r"\.(?<=\b[^\W\d_]\.)(?=[^\W\d_]\b)")
#: a tag joined of words, and where its next word begins: at a capital, at a number and after it
_TAG = regex.compile(r"(?<![\w/&])[#＃]\w{2,100}")
_HUMP = regex.compile(
    r"(?<=[\p{Ll}\p{Lo}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})"
)
_SUFFIX = re.compile(
    r"""['’‘ʼʻ＇`´′](?<=\w\w.)
    (?: s
      | (?<=[^\Waeıioöuüâîû\d_].) (?: [ıiuü]n | [aeıiuü] ) | (?<=[aeıioöuüâîû\d].) s[ıiuü]
      | n[ıiuü]n | y[aeıiuü] | n[aeıiuü] | n?[dt][ae](?:n|ki(?:ler|nin)?)? | l[ae] | l[ıiuü](?:l[ae]r)? | yl[ae] | [cç][ae] | [dt][ıiuü]r | yken | ki
      | l[ae]r(?:[ıi]n?|[ae]|d[ae]n?)?
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and, per folded character, the index of the original character it came from."""

    text: str
    origins: NDArray[np.int64]
    given: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original half-open offsets of the folded slice, spaces at its edges left out,
        marks kept with their letter.
        """
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        if start == end:
            return (self._origin(start),) * 2
        return int(self.origins[start]), extended(self.given, int(self.origins[end - 1]) + 1)

    @property
    def spaces(self) -> NDArray[np.int64]:
        """The indices of the spaces in the folded text; word n stands between spaces n and n + 1."""
        codes = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        found: NDArray[np.int64] = (codes == _SPACE).nonzero()[0]
        return found

    def _origin(self, index: int) -> int:
        return int(self.origins[index]) if index < len(self.origins) else len(self.given)


def fold(text: str, cuts: Sequence[int] = ()) -> Folded:
    """Fold `text`, keeping offsets. Linear; takes any str, lone surrogates and NUL included.

    `cuts`: places in `text` where words are to be parted that were written as one.
    """
    codes, kept = _folded_codes(text, cuts)
    return Folded(_text(codes), kept, text)


def fold_each(texts: Sequence[str], cuts: Sequence[Sequence[int]]) -> list[Folded]:
    """`fold` of each with its cuts, many in one pass, which spares each a half."""
    found: list[Folded] = []
    start = 0
    while start < len(texts):
        end, letters = start + 1, len(texts[start])
        while end < len(texts) and letters + len(texts[end]) < TOGETHER:
            letters += len(texts[end])
            end += 1
        found += (
            _fold_some(texts[start:end], cuts[start:end])
            if end - start > 1
            else [fold(texts[start], cuts[start])]
        )
        start = end
    return found


def _fold_some(texts: Sequence[str], cuts: Sequence[Sequence[int]]) -> Iterator[Folded]:
    """The same at once: they are lines of one text, whose ends are where their first and last spaces are."""
    firsts = [0, *accumulate(len(text) + 1 for text in texts)]
    codes, kept = _folded_codes(
        "\n".join(texts), [at + n for n, own in zip(firsts, cuts, strict=False) for at in own]
    )
    borders = np.searchsorted(kept, np.array(firsts[1:-1]) - 1, side="right") - 1
    ends = [0, *borders.tolist(), len(codes) - 1]
    whole = _text(codes)
    for text, first, start, end in zip(texts, firsts, ends, ends[1:], strict=False):
        origins = kept[start : end + 1] - first
        origins[-1] = min(origins[-1], len(text))
        origins[0] = 0
        yield Folded(whole[start : end + 1], origins, text)


def tags(text: str) -> Iterator[tuple[int, str]]:
    """The hashtags of `text` that nothing parts into words:
    where each begins behind its mark, and its letters.
    """
    for tag in _TAG.finditer(text) if "#" in text or "＃" in text else ():
        if not _HUMP.search(tag[0], 1) and "_" not in tag[0]:
            yield tag.start() + 1, tag[0][1:]


def _humps(text: str) -> list[int]:
    """Where the words of joined hashtags begin, but for the first of each."""
    if "#" not in text and "＃" not in text:
        return []
    return [
        hump.start()
        for tag in _TAG.finditer(text)
        for hump in _HUMP.finditer(text, tag.start() + 2, tag.end())
    ]


def folded(text: str) -> str:
    """The folded words of `text` without the spaces at its ends: for patterns and comparing."""
    return _text(_folded_codes(text)[0]).strip()


def fold_all(words: Sequence[str]) -> list[str]:
    """`folded` of each word, in one pass: a hundred thousand in about a second."""
    if not words:
        return []
    whole = f" {BARRIER} ".join(word.replace(BARRIER, " ") for word in words)
    return [part.strip() for part in fold(whole).text.split(BARRIER)]


def extended(text: str, end: int) -> int:
    """`end` moved past the accents and vowel signs that belong to the letter before it."""
    while end < len(text) and text[end] >= "\u0300" and _is_mark(text[end]):
        end += 1
    return end


def _text(codes: NDArray[np.uint32]) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _folded_codes(text: str, cuts: Sequence[int] = ()) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    given = _without_clutter(text, np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"))
    letters = _letters(given)
    # found among truth values, and chosen by them, several times as fast as among numbers
    left = letters != _DELETE
    places: NDArray[np.int64] = np.flatnonzero(left)
    letters = letters[left]
    if len(letters) and int(letters.max()) == _EXPAND:
        letters, places = _expanded(given, letters, places)
    parted = sorted({*cuts, *_humps(text)})
    if parted:
        where = np.searchsorted(places, parted)
        letters = np.insert(letters, where, _SPACE)
        places = np.insert(places, where, parted)
    _unmix(letters)
    codes = np.full(len(letters) + 2, _SPACE, dtype=np.uint32)
    codes[1:-1] = letters
    origins = np.zeros(len(codes), dtype=np.int64)
    origins[1:-1], origins[-1] = places, len(text)
    spaces = codes == _SPACE
    keep = np.ones(len(codes), dtype=bool)
    np.logical_not(spaces[1:] & spaces[:-1], out=keep[1:])
    return codes[keep], origins[keep]


def _without_clutter(text: str, given: NDArray[np.uint32]) -> NDArray[np.uint32]:
    spans = [match.span() for match in _ACRONYM_STOP.finditer(text)]
    for mark in _APOSTROPHES:
        at = text.find(mark)
        while at >= 0:
            if suffix := _SUFFIX.match(text, at):
                spans.append(suffix.span())
            at = text.find(mark, at + 1)
    if spans:
        given = given.copy()
        for start, end in spans:
            given[start:end] = _SOFT_HYPHEN
    return given


def _expanded(
    given: NDArray[np.uint32], codes: NDArray[np.uint32], origins: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    letters: list[NDArray[np.uint32]] = []
    places: list[NDArray[np.int64]] = []
    done = 0
    for at in np.flatnonzero(codes == _EXPAND).tolist():
        word = _spelt(int(given[origins[at]]))
        letters += (codes[done:at], word)
        places += (origins[done:at], origins[at : at + 1].repeat(len(word)))
        done = at + 1
    return np.concatenate((*letters, codes[done:])), np.concatenate((*places, origins[done:]))


@lru_cache(maxsize=4096)
def _spelt(code: int) -> NDArray[np.uint32]:
    """The letters that one code point folds to."""
    return np.array([ord(letter) for letter in _expansion(code)], dtype=np.uint32)


def _unmix(codes: NDArray[np.uint32]) -> None:
    """In place: words that mix Latin and Cyrillic letters take the script of the letters
    that have no double.
    """
    if not len(codes) or int(codes.max()) < 0x430:
        return
    cyrillic = (codes - np.uint32(0x430)) < 0x100
    if not cyrillic.any():
        return
    latin = (codes - np.uint32(97)) < 26
    seams = np.flatnonzero((cyrillic[1:] & latin[:-1]) | (latin[1:] & cyrillic[:-1]))
    if not len(seams):
        return
    borders = np.flatnonzero(codes == _SPACE)
    for left in np.unique(np.searchsorted(borders, seams)):
        start = int(borders[left - 1]) + 1 if left else 0
        end = int(borders[left]) if left < len(borders) else len(codes)
        word = [chr(code) for code in codes[start:end]]
        codes[start:end] = [ord(letter) for letter in _one_script(word)]


def _one_script(word: list[str]) -> list[str]:
    cyrillic_only = sum(1 for letter in word if "а" <= letter <= "ԯ" and letter not in _TO_LATIN)
    latin_only = sum(1 for letter in word if "a" <= letter <= "z" and letter not in _TO_CYRILLIC)
    if cyrillic_only and latin_only:
        return word
    change = _TO_CYRILLIC if cyrillic_only else _TO_LATIN
    return [change.get(letter, letter) for letter in word]


def _letters(given: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What each code point folds to, from the table; what the table does not know yet is worked out."""
    table = _table()
    if len(given) and int(given.max()) >= _SIZE:
        return _rare(given)
    letters = table.take(given)
    if len(letters) and int(letters.max()) >= _UNKNOWN:
        for code in set(given[letters == _UNKNOWN].tolist()):
            table[code] = _entry(code)
        letters = table.take(given)
    return letters


def _rare(given: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The same where the table does not know all of them."""
    beyond = given >= _SIZE
    letters = _letters(np.where(beyond, np.uint32(_SPACE), given))
    letters[beyond] = [_entry_beyond(code) for code in given[beyond].tolist()]
    return letters


def _entry(code: int) -> int:
    """What the table says of a code point."""
    word = _expansion(code)
    return _EXPAND if len(word) > 1 else ord(word) if word else _DELETE


def _entry_beyond(code: int) -> int:
    """What it would say if it went on."""
    if code in _TAGS:
        return _DELETE
    return _entry(code) if code in _IDEOGRAPHS else code


@cache
def _table() -> NDArray[np.uint32]:
    """Code point to folded code point, `_DELETE`, `_EXPAND` or `_UNKNOWN`, filled as texts ask."""
    table = np.arange(_SIZE, dtype=np.uint32)
    for block in (
        range(0x3400),
        range(0xA000, 0xAC00),
        range(0xD800, 0xE000),
        range(0xF900, 0x10000),
        *_ASTRAL,
    ):
        table[block.start : block.stop] = _UNKNOWN
    for block in (range(0x1F000, 0x1F100), range(0x1F200, _SIZE)):
        table[block.start : block.stop] = _SPACE
    return table


def _expansion(code: int) -> str:
    """What one code point folds to: nothing, a space, or letters."""
    letters = unicodedata.normalize("NFKD", chr(code)).casefold()
    folded = "".join(map(_letter, unicodedata.normalize("NFKD", letters)))
    return folded if len(folded) <= 1 else folded.strip() or " "


def _letter(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    kind = unicodedata.category(letter)
    if kind in ("Cf", "Me") or _is_mark(letter):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    return letter if kind[0] in "LNM" or letter == BARRIER else " "


def _is_mark(letter: str) -> bool:
    """Accents, Arabic vowel signs, tatweel; not the vowel signs and viramas of Indic scripts."""
    if letter < "\u0300":
        return False
    kind = unicodedata.category(letter)
    return (kind == "Mn" and unicodedata.combining(letter) not in (0, 7, 9)) or letter in "ـ\ufe0f\ufe0e"

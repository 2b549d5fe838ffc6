"""Pure. Small sketches of a text, to find copies and to compare words without keeping the words.

A sketch is the k smallest hashes of a set (bottom-k, Cohen and Kaplan 2007): two of them tell how much of the
two sets is shared, whatever the sizes, and a text with half of its paragraphs gone keeps half of its sketch.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: hashes kept of a text's three-word shingles, and of its words
SHINGLES = 24
WORDS = 32
#: characters of a word that count: endings differ between two reporters
STEM = 6
MIN_WORD = 4
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of `text`, case and accents folded, in order."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    if not plain.isascii():
        # a text has few different marks: faster than a look at each of its characters
        for mark in filter(unicodedata.combining, set(plain)):
            plain = plain.replace(mark, "")
    return _WORD.findall(plain)


def shingles(of: Sequence[str]) -> set[int]:
    """The hashes of every three neighbouring words."""
    return {hashed(f"{one} {two} {three}") for one, two, three in zip(of, of[1:], of[2:], strict=False)}


def stems(of: Iterable[str]) -> set[str]:
    """The first six letters of the longer words: a crude stem that needs no dictionary."""
    return {word[:STEM] for word in of if len(word) >= MIN_WORD}


def sketch(hashes: Iterable[int], size: int) -> array[int]:
    """The `size` smallest of `hashes`, rising;
    an array, because a tuple of ints takes five times the memory.
    """
    return array("q", sorted(hashes)[:size])


def hashed(text: str) -> int:
    """A stable 63-bit number: it fits a signed integer column."""
    return xxhash.xxh3_64_intdigest(text.encode(errors="replace")) >> 1


def resemblance(ours: Sequence[int], theirs: Sequence[int], size: int) -> float:
    """How much of two sets is shared, 0 to 1 (Jaccard), estimated from their sketches of at most `size`."""
    both = set(ours).intersection(theirs)
    if not both:
        return 0.0
    smallest = sorted({*ours, *theirs})[:size]
    return sum(h in both for h in smallest) / len(smallest)


def containment(resembles: float, ours: int, theirs: int) -> float:
    """How much of the smaller set is in the larger, 0 to 1, from their resemblance and sizes."""
    if not ours or not theirs:
        return 0.0
    shared = resembles / (1 + resembles) * (ours + theirs)
    return min(1.0, shared / min(ours, theirs))

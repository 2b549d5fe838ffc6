"""Pure. Whether a page is about what a feed's entry says: what stands before an article never is.

A challenge, consent, paywall or error page holds nothing of the entry, whatever its length, wording and
language. An article may hold little: another headline, other forms of the words, another language than its
title. So words count from their beginnings, and a page may also show what it is by its own title and by what
it declares itself to be.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import combining

from monitor.languages import remembered, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

#: of the longer words of an entry, the share that its article holds, and how many at least
SHARED, SHARED_AT_LEAST = 0.25, 2
#: an entry of fewer longer words says too little to compare
FEW_WORDS = 3
#: nothing is known of the entry: a page of so much text is taken for an article, whatever words it has
LONG = 1_500
#: words of an entry that are looked for
MAX_WORDS = 40
#: of the words of a page's title, the share that the entry says too
SAME_TITLE = 0.5

_WORD = re.compile(r"[^\W\d_]{4,}|\d{3,}")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:[./][\w-]+){2,}")
#: article and particles before an Arabic word, and what a verb's form begins with
_ARABIC_BEFORE = re.compile(r"(?:[وف]?(?:ال|لل|بال|كال)|[وفبلك](?=\w{4}))?(?:ي|ت|ان|است|ا)?(?=\w{3})")
_ARABIC = re.compile("[\u0600-\u06ff]")
_SCRIPTS = {
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "arabic": _ARABIC,
}


@remembered
def _common() -> frozenset[str]:
    """Words that stand in texts on anything, without accents."""
    words = (word for profile in tables.everywhere(tables.Profile) for word in profile.common_words)
    return frozenset(
        "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not combining(c))
        for word in words
    )


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows of itself."""

    #: its title, headings and descriptions, as it gives them itself
    named: str
    #: its main headings, which readers see
    heading: str
    #: it calls itself an article
    declared: bool
    #: what would be kept as its article
    text: str = ""
    #: it has the words of a page that stands before another
    stops: bool = False


def speaks_of(about: str, page: Page) -> bool:
    """Whether `page` can be the article of an entry that says `about`."""
    said = list(dict.fromkeys(map(_beginning, _words(about))))[:MAX_WORDS]
    found = _forms(page.text)
    shared = sum(word in found for word in said)
    if len(said) < FEW_WORDS:
        return bool(shared) or not page.stops or (not about.strip() and len(page.text) >= LONG)
    if shared >= max(SHARED_AT_LEAST, SHARED * len(said)):
        return True
    if page.stops:
        return False
    if shared or _script(about) != _script(page.text):
        return page.declared or _same_title(said, page.named)
    return _same_title(said, page.heading)


def _same_title(said: Sequence[str], named: str) -> bool:
    forms, length = _forms(named), len(_words(named))
    both = sum(word in forms for word in said)
    return both >= max(SHARED_AT_LEAST, SAME_TITLE * min(len(said), length))


def _words(text: str) -> list[str]:
    """The longer words and numbers of a text, without addresses,
    accents and what stands in texts on anything.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", _ADDRESS.sub(" ", text)) if not combining(c))
    common = _common()
    return [bare for word in _WORD.findall(plain.casefold()) if word not in common and (bare := _bare(word))]


def _bare(word: str) -> str:
    """An Arabic word without what grows in front of it: article, particles, the person of a verb."""
    found = _ARABIC_BEFORE.match(word) if _ARABIC.match(word) else None
    return word[found.end() :][:3] if found else word


def _beginning(word: str) -> str:
    """Where the forms of a word do not differ yet."""
    return word[:5] if len(word) > 6 else word[:4]


def _forms(text: str) -> frozenset[str]:
    """Every beginning that a word of `text` may be compared by."""
    return frozenset(word[:n] for word in _words(text) for n in (4, 5))


def _script(text: str) -> str:
    """The script of most letters."""
    counted = {name: len(letters.findall(text[:2_000])) for name, letters in _SCRIPTS.items()}
    return max(counted, key=lambda name: counted[name])

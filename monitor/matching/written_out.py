"""Pure. Short ways of writing many names: alternatives in a phrase, and a person's spellings elsewhere.

"(French|Paris's) (defence|defense) minister" is four phrases; "(Rosa|) Marin" is two. A person's full name in
its own language gives the name, the surname and the spellings that other languages have for both.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING

from monitor.languages.transliteration import languages, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: by language
Listed = dict[str, tuple[str, ...]]

#: phrases that one entry may stand for
MOST = 400
#: spellings of a given name, of a surname beside it (and of a ship's name), of a surname alone
GIVEN, SURNAME, ALONE = 4, 5, 7
#: spellings of each word of another name
WORD = 2
#: letters of a surname that counts alone in another language
SHORTEST = 4
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


def written_out(phrases: Sequence[str]) -> tuple[str, ...]:
    """Every phrase that the entries stand for, in order, none twice. Raises ValueError for a broken entry."""
    if not any("|" in phrase for phrase in phrases):
        return tuple(phrases)
    return tuple(dict.fromkeys(made for phrase in phrases for made in _made(phrase)))


def _made(phrase: str) -> Iterator[str]:
    if "|" not in phrase:
        return iter((phrase,))
    # the odd parts are what stood in brackets
    parts = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(_CHOICE.split(phrase))]
    if any("|" in part for even in parts[::2] for part in even):
        raise ValueError(f"{phrase!r} has a bar outside brackets | write (one|other), brackets side by side")
    number = 1
    for part in parts:
        number *= len(part)
    if number > MOST:
        raise ValueError(f"{phrase!r} stands for {number} phrases | at most {MOST}: write it as several")
    found = (" ".join("".join(choice).split()) for choice in product(*parts))
    return (made for made in found if made)


def names_of(full: str, lang: str) -> tuple[Listed, Listed]:
    """Full names and surnames alone, by language, of a person called `full` in `lang`.

    `full` is given name, further names and surname. Raises ValueError for a name of one word.
    """
    given, *between, surname = full.split()
    own = [f"{given} {surname}", *([full] if between else ())]
    together: Listed = {lang: tuple(own)}
    alone: Listed = {lang: (surname,)}
    for other in languages():
        first, last = spelled(given, other, GIVEN), spelled(surname, other, ALONE)
        together[other] = _titled(f"{one} {two}" for one in first for two in last[:SURNAME])
        alone[other] = _titled(name for name in last if len(name) >= SHORTEST)
    return together, alone


def spelled_names(names: Sequence[str], lang: str) -> Listed:
    """Names of ships, firms or towns in `lang` with their spellings elsewhere, word by word."""
    found: Listed = {lang: tuple(names)}
    for other in languages():
        found[other] = _titled(
            " ".join(words)
            for name in names
            for words in islice(product(*(spelled(word, other, WORD) for word in name.split())), SURNAME)
        )
    return found


def _titled(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.title() for name in names)


def merged(*lists: Mapping[str, Sequence[str]]) -> Listed:
    """Lists by language, joined."""
    langs = dict.fromkeys(lang for listed in lists for lang in listed)
    return {
        lang: tuple(dict.fromkeys(word for listed in lists for word in listed.get(lang, ())))
        for lang in langs
    }

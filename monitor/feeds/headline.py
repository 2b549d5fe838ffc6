"""Pure. The outlet's name that an aggregator puts behind a headline ("Headline - Alpine Herald") is told
apart from it.

Only what is surely an outlet is taken off: the entry's own `<source>`, the feed's title, a name of
`outlets.yaml`, a host name, and what follows the last mark in a document where most titles end so. A tail of
which nobody knows what it is stays.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from monitor.model import Entry
    from monitor.model.press import Outlets

_SPACE = r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]"
#: dashes, bars, points and marks with a space on one side at least, directional marks among it; bars without
#: any
_MARK = re.compile(
    rf"{_SPACE}*[|¦│❘‖｜]{_SPACE}*"
    rf"|(?:{_SPACE}+(?:-{{1,3}}|[‐‑‒–—―−－/‹›«»<>·•∙⋅●▪:]|::|//|>>){_SPACE}*"
    rf"|{_SPACE}*(?:-{{1,3}}|[‐‑‒–—―−－‹›»·•∙⋅●▪]){_SPACE}+)(?!\Z)"
)
#: what closes a headline without a space before it: "Headline. - RT" has one, "Headline: Reuters" has not
_COLON = re.compile(r"[:：]\s+(?=\S+(?:\s\S+){0,3}\Z)")
#: what every one of them has: few titles do, and this is soon seen
_ANY_MARK = re.compile(r"[-|¦│❘‖｜‐‑‒–—―−－/‹›«»<>·•∙⋅●▪:：]")
_HOST = re.compile(r"(?:www\.)?(?:[^\W_](?:[\w-]*[^\W_])?\.)+[a-zа-я]{2,8}", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|le|la|les|il|lo|gli|l) (?=\w)")
#: letters of an outlet's name, and words that must be left of a headline
LONGEST, LEAST = 60, 1
#: words of a name that is told by one of them
WORDS = 4
#: names taken off one headline: "Headline - Alpine Herald - Google News"
MOST = 3
#: titles of a document that end alike, or in some outlet, before the rest of such tails are outlets too
TITLES, SHARE = 4, 0.8


@dataclass(frozen=True, slots=True)
class Headline:
    """A title without the name of its outlet, and that name; empty where it bore none."""

    title: str
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The names of `outlets.yaml`, for comparing."""

    known: frozenset[str]
    #: those that are written with a small letter ("la Repubblica", "il manifesto")
    small: frozenset[str]
    #: how names begin and end that are an outlet's, whatever else is in them
    calls: frozenset[tuple[str, str]]


@lru_cache(maxsize=4)
def listed(outlets: Outlets) -> Listed:
    """The names that a headline may end with; kept for each file that is read."""
    names = outlets.headlines
    parts = (name.partition("*") for name in names.called)
    return Listed(
        known=frozenset(map(_plain, names.names)),
        small=frozenset(_plain(name) for name in names.names if name[0].islower()),
        calls=frozenset(
            (f" {_plain(start)}".rstrip() + " ", " " + f"{_plain(end)} ".lstrip()) for start, _, end in parts
        ),
    )


def parted(title: str, outlets: Outlets, names: Collection[str] = ()) -> Headline:
    """`title` without the outlets behind it. `names`: those known of this entry beside the listed ones."""
    every = listed(outlets)
    outlet = ""
    for _ in range(MOST):
        head, tail = _split(title, every)
        if not tail or not (_plain(tail) in set(map(_plain, names)) - {""} or _is_outlet(tail, every)):
            break
        title, outlet = head, tail
    return Headline(title, outlet)


def credited(entries: Sequence[Entry], outlets: Outlets) -> tuple[Entry, ...]:
    """A document's `entries` with the outlet of each where most titles of the document end in one,
    or all in the same words.
    """
    every = listed(outlets)
    tails = [_split(entry.title, every)[1] for entry in entries]
    named = sum(1 for tail in tails if tail)
    if named < TITLES or named < SHARE * len(entries):
        return tuple(entries)
    alike = Counter(_plain(tail) for tail in tails if tail).most_common(1)[0][1]
    sure = sum(1 for e, tail in zip(entries, tails, strict=True) if tail and _sure(e, tail, every))
    if alike < SHARE * len(entries) and sure < named / 2:
        return tuple(entries)
    return tuple(
        replace(entry, outlet=tail) if tail and not entry.outlet else entry
        for entry, tail in zip(entries, tails, strict=True)
    )


def same(one: str, other: str) -> bool:
    """Whether two names are one outlet's: equal but for case and article, or the one part of the other."""
    first, second = f" {_plain(one)} ", f" {_plain(other)} "
    return bool(first.strip() and second.strip()) and (first in second or second in first)


def _sure(entry: Entry, tail: str, every: Listed) -> bool:
    return _is_outlet(tail, every) or _plain(entry.outlet) == _plain(tail)


def _split(title: str, every: Listed) -> tuple[str, str]:
    """The headline, and what follows its last mark; "" where there is none that could be a name."""
    if not _ANY_MARK.search(title):
        return title, ""
    marks = list(_MARK.finditer(title)) or list(_COLON.finditer(title))
    if not marks:
        return title, ""
    head, tail = title[: marks[-1].start()].rstrip(), title[marks[-1].end() :].strip(" \t\u200e\u200f")
    if not tail or len(tail) > LONGEST or len(head.split()) < LEAST:
        return title, ""
    small = tail[0].islower() and not _HOST.fullmatch(tail) and _plain(tail) not in every.small
    return (title, "") if small else (head, tail)


def _is_outlet(tail: str, every: Listed) -> bool:
    return _plain(tail) in every.known or _HOST.fullmatch(tail) is not None or _is_called_so(tail, every)


def _is_called_so(tail: str, every: Listed) -> bool:
    """Whether a tail is called as papers are: "Port Said Gazette", but no "gazette of the day"."""
    words, name = tail.split(), f" {_plain(tail)} "
    if not 1 < len(words) <= WORDS or any(word[0].islower() for word in words):
        return False
    return any(name.endswith(end) and name.startswith(start) for start, end in every.calls)


@lru_cache(maxsize=4_096)  # a feed's name is asked for with each of its titles
def _plain(name: str) -> str:
    """A name for comparing: no case, accents, article or punctuation."""
    letters = (c for c in normalize("NFKD", name.casefold()) if not combining(c))
    words = " ".join(re.findall(r"\w+", "".join(letters)))
    return _ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words

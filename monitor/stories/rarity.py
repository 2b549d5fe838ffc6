"""Pure. How much a fact tells: little when every story of the watchlist has it, much when hardly any other
does.

Counted over the stream itself, for each watchlist, once a story; until it has run for a while, what is usual
for the kind of fact stands in for it. The subject of a watchlist, its country and its helper tags so tell
nothing, whatever they are called.
"""

from __future__ import annotations

import math
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.stories.signature import Signature

#: the share of stories that have a fact of this kind, before any is counted
USUAL = {
    "p": 0.05, "l": 0.05, "b": 0.1, "c": 0.3, "s": 0.4, "u": 0.03, "n": 0.05, "d": 0.1, "t": 0.06, "r": 0.1, "~": 0.04,
}  # fmt: skip
#: the same for what a watchlist asks for
TOPIC = 0.8
#: as many stories as the usual share counts for
PRIOR = 12
#: a fact that this share of stories has tells all that a fact can
RAREST = 0.02


class Counted(Protocol):
    """In how many stories of a watchlist something is named, by the report that opened each."""

    def items(self, watchlist: str) -> int:
        """How many stories of this watchlist were counted."""

    def having(self, watchlist: str, keys: Iterable[str]) -> Mapping[str, int]:
        """How many of them have each fact."""


class Weeks:
    """Counts in memory, week by week: what is a week older than an item no longer counts for it."""

    def __init__(self) -> None:
        self._weeks: dict[int, _Week] = {}

    def copy(self) -> Weeks:
        """The same counts, to be counted on with."""
        return deepcopy(self)

    def add(self, week: int, watchlist: str, stories: int, having: Mapping[str, int]) -> None:
        """Stories of a week that were counted elsewhere: how many, and how many of them have each fact."""
        counts = self._weeks.setdefault(week, _Week())
        counts.items[watchlist] += stories
        counts.having.setdefault(watchlist, Counter()).update(having)

    def count(self, of: Signature) -> None:
        """One more story, which `of` opened: a fact that forty outlets repeat is no commoner for it."""
        week = self._weeks.setdefault(week_of(of.at), _Week())
        for name in of.lists or ("",):
            week.items[name] += 1
            week.having.setdefault(name, Counter()).update(of.facts.keys())

    def expire(self) -> None:
        """Drop what no longer counts for what comes now."""
        for old in [number for number in self._weeks if number < max(self._weeks) - 1]:
            del self._weeks[old]

    def around(self, at: datetime) -> Counted:
        """The counts of the week of `at` and the one before."""
        return _Sum([self._weeks[n] for n in (week_of(at) - 1, week_of(at)) if n in self._weeks])


def week_of(at: datetime) -> int:
    """The number of a week."""
    return at.toordinal() // 7


@dataclass(slots=True)
class _Week:
    items: Counter[str] = field(default_factory=Counter)
    having: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sum:
    weeks: Sequence[_Week]

    def items(self, watchlist: str) -> int:
        return sum(week.items[watchlist] for week in self.weeks)

    def having(self, watchlist: str, keys: Iterable[str]) -> Mapping[str, int]:
        counts = [week.having[watchlist] for week in self.weeks if watchlist in week.having]
        return {key: sum(count[key] for count in counts) for key in keys}


def weighed(of: Signature, counted: Counted) -> Signature:
    """`of` with what each of its facts tells in this stream;
    of several watchlists the one where it tells least.
    """
    rare, crowd = dict.fromkeys(of.facts, 1.0), 0
    for name in of.lists or ("",):
        total, held = counted.items(name), counted.having(name, of.facts)
        crowd = max(crowd, total)
        for key in rare:
            usual = TOPIC if key in of.topic else USUAL.get(key[0], 0.1)
            share = (held.get(key, 0) + usual * PRIOR) / (total + PRIOR)
            rare[key] = min(rare[key], _told_by(share))
    return replace(of, rare=rare, crowd=crowd)


def _told_by(share: float) -> float:
    """0 where everything has it, 1 where hardly anything does."""
    return max(0.0, min(1.0, math.log(share) / math.log(RAREST)))

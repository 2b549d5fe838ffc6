"""How late is the news, and what does it cost? `python -m benchmarks.polling`: 14 days of feeds, three rules
of asking.

Each shape of feed is a seeded publisher that shows the newest entries of a window. The new rule runs the
product's own `jobs.assess.assess`, as the daemon does, with the default settings; `before` is the rule of an
earlier version, kept here only; `every 15 min` asks by the clock. Delay: from publication to the poll that
brought the item.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from monitor.config.model import PollingConfig
from monitor.jobs.assess import Judge, Poll, assess
from monitor.model import (
    Decision,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchResult,
    Item,
    KnownItem,
    NotModified,
    Novelty,
    ParsedFeed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Rule = Callable[["Shape", "Publisher", random.Random], "Course"]

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = 14
#: how long the publisher was at work before: what the first document shows
BEFORE = timedelta(days=60)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = START + DAYS * DAY
#: feeds of each shape, each with its own luck
FEEDS = 3
#: ten items a day or more
BUSY = 10.0


class Piece(NamedTuple):
    """An item: its number, when it was published,
    and when it moved to the top of the feed, first and last.
    """

    number: int
    at: datetime
    tops: tuple[datetime, ...]


@dataclass(frozen=True)
class Shape:
    """A kind of feed: entries in its document, items a day, how they fall, whether entries carry dates."""

    name: str
    window: int
    daily: float
    times: Callable[[random.Random, float], Iterator[datetime]]
    dated: bool = True
    #: every item comes to the top again, when it is edited, so many hours after its publication
    bumped_after: tuple[float, ...] = ()

    def publisher(self, seed: int) -> Publisher:
        """One such feed."""
        luck = random.Random(f"{self.name} {seed}")
        times = sorted(at for at in self.times(luck, self.daily) if at < END)
        return Publisher([Piece(n, at, self._tops(at, luck)) for n, at in enumerate(times)], self.window)

    def _tops(self, at: datetime, luck: random.Random) -> tuple[datetime, ...]:
        return (at, *(at + HOUR * after * luck.uniform(0.5, 1.5) for after in self.bumped_after))


class Publisher:
    """Shows the `window` entries that came to the top last."""

    def __init__(self, pieces: Sequence[Piece], window: int) -> None:
        self.pieces = pieces
        self._tops = sorted((at, piece.number) for piece in pieces for at in piece.tops)
        self._window = window

    def shown(self, now: datetime) -> list[Piece]:
        """The document at `now`, newest at the top first; a piece stands in it once."""
        found: dict[int, Piece] = {}
        for n in range(bisect_right(self._tops, (now, 1 << 40)) - 1, -1, -1):
            piece = self.pieces[self._tops[n][1]]
            found.setdefault(piece.number, piece)
            if len(found) == self._window:
                break
        return list(found.values())

    def changed(self, since: datetime, now: datetime) -> bool:
        """Whether the document differs."""
        return bisect_right(self._tops, (since, 1 << 40)) < bisect_right(self._tops, (now, 1 << 40))


# --- how items fall


def steadily(luck: random.Random, daily: float) -> Iterator[datetime]:
    """At random, at the same rate at every hour."""
    at = START - BEFORE
    while at < END:
        at += DAY * luck.expovariate(daily)
        yield at


def by_day(luck: random.Random, daily: float) -> Iterator[datetime]:
    """From six to ten at night, with a few at night, and a third as many at weekends."""
    for at in steadily(luck, 2 * daily):
        share = (1.0 if 6 <= at.hour < 22 else 0.08) * (1.0 if at.weekday() < 5 else 0.33)
        if luck.random() < share / 1.14:
            yield at


def in_bursts(luck: random.Random, daily: float) -> Iterator[datetime]:
    """Half at random; the rest when something happens: a dozen within an hour."""
    yield from steadily(luck, daily / 2)
    for at in steadily(luck, daily / 24):
        yield from (at + HOUR * luck.random() for _ in range(12))


def in_issues(luck: random.Random, daily: float) -> Iterator[datetime]:
    """A weekly: on Thursdays between nine and half past, everything."""
    at = START - BEFORE
    while at < END:
        if at.weekday() == 3:
            yield from (at + 9 * HOUR + 30 * MINUTE * luck.random() for _ in range(round(7 * daily)))
        at += DAY


SHAPES = (
    Shape("46 entries, 10 a day", 46, 10, steadily),
    Shape("46 entries, 48 a day", 46, 48, steadily),
    Shape("46 entries, 144 a day", 46, 144, steadily),
    Shape("15 entries, 144 a day", 15, 144, steadily),
    Shape("46 entries, 10 a day, no dates", 46, 10, steadily, dated=False),
    Shape("quiet nights and weekends, 12 a day", 30, 12, by_day),
    Shape("bursts, 24 a day", 20, 24, in_bursts),
    Shape("reordered by edits, 30 a day", 30, 30, steadily, bumped_after=(3.0, 30.0)),
    Shape("5 a day, by day", 20, 5, by_day),
    Shape("quiet, 2 a day, by day", 10, 2, by_day),
    Shape("quiet, 3 a week", 10, 3 / 7, by_day),
    Shape("a weekly, 14 an issue", 40, 2, in_issues),
)


# --- the rules


class Course(NamedTuple):
    """What came of asking one feed for 14 days."""

    delays: list[timedelta]
    lost: int
    requests: int


def before(shape: Shape, publisher: Publisher, luck: random.Random) -> Course:
    """The rule of an earlier version: longer by a fifth after most answers,
    halved when most entries are new.
    """
    interval = 30 * MINUTE

    def wait(_now: datetime, document: list[Piece] | None, new: list[Piece]) -> timedelta:
        nonlocal interval
        if document:
            seen = 1 - len(new) / len(document)
            interval = interval / 2 if seen < 1 / 3 else interval * 1.2 if seen > 2 / 3 else interval
        interval = min(max(interval, 10 * MINUTE), 24 * HOUR)
        return interval * (1 + 0.1 * luck.random())

    return run(shape, publisher, wait, luck)


def by_the_clock(shape: Shape, publisher: Publisher, luck: random.Random) -> Course:
    """Every quarter of an hour."""
    return run(shape, publisher, lambda _now, _document, _new: 15 * MINUTE, luck)


def ours(shape: Shape, publisher: Publisher, luck: random.Random) -> Course:
    """What the daemon does."""
    feed = Feed(id="f", url="https://feed.example/rss", title="F")
    policy = PollingConfig()
    state = FeedState(feed=feed, interval=policy.interval, next_poll_at=START)
    judge = Judge(decide=lambda items: [Decision(lang="en")] * len(items), make_item=_item)

    def wait(now: datetime, document: list[Piece] | None, new: list[Piece]) -> timedelta:
        nonlocal state
        entries = tuple(_entries(shape, document or [], {piece.number for piece in new}))
        answer: FetchResult = NotModified()
        parsed = None
        if document:
            answer = Fetched(url=feed.url, body=b"", content_type="")
            parsed = ParsedFeed(title="F", entries=tuple(e.entry for e in entries))
        gap = state.seen_before and bool(entries) and len(new) == len(entries)
        poll = Poll(state=state, result=answer, parsed=parsed, entries=entries, gap=gap)
        state = assess(poll, judge, policy=policy, now=now, jitter=luck.random()).state
        return state.next_poll_at - now

    return run(shape, publisher, wait, luck)


@dataclass(frozen=True, slots=True)
class _Sorted:
    entry: Entry
    key: str
    novelty: Novelty
    known: KnownItem | None
    renamed: str | None = None


def _entries(shape: Shape, document: Iterable[Piece], new: set[int]) -> Iterator[_Sorted]:
    for piece in document:
        key = f"guid:{piece.number}"
        known = KnownItem(id=piece.number, key=key, content_hash="", canonical_url=None)
        entry = Entry(guid=key, url=None, title="", published_at=piece.at if shape.dated else None)
        fresh = piece.number in new
        yield _Sorted(entry, key, Novelty.NEW if fresh else Novelty.SEEN, None if fresh else known)


def _item(entry: Entry, key: str, state: FeedState, _article: object, _now: datetime) -> Item:
    return Item(key=key, feed_id=state.feed.id, title="", published_at=entry.published_at)


def run(
    shape: Shape,
    publisher: Publisher,
    wait: Callable[[datetime, list[Piece] | None, list[Piece]], timedelta],
    luck: random.Random,
) -> Course:
    """Ask until the end; `wait` gets the time, the document (None: not modified) and what is new in it."""
    known: set[int] = set()
    delays: list[timedelta] = []
    now, last = START + HOUR * luck.random(), None
    for requests in count():
        if now >= END:
            return Course(delays, _lost(publisher, known, last or START), requests)
        document = publisher.shown(now) if last is None or publisher.changed(last, now) else None
        new = [piece for piece in document or () if piece.number not in known]
        if last is not None:
            delays += [now - piece.at for piece in new if piece.at > last - 2 * DAY]
        known |= {piece.number for piece in new}
        last = now
        now += wait(now, document, new)
    raise AssertionError


def _lost(publisher: Publisher, known: set[int], last: datetime) -> int:
    """Items between the first poll and the last that no poll brought."""
    pieces = publisher.pieces[bisect_left(publisher.pieces, START + HOUR, key=lambda piece: piece.at) :]
    return sum(piece.number not in known and piece.at <= last for piece in pieces)


RULES: dict[str, Rule] = {"before": before, "now": ours, "every 15 min": by_the_clock}


# --- the tables


def tried(rule: Rule, shape: Shape, feeds: int = FEEDS) -> Course:
    """Several feeds of one shape under one rule, together."""
    courses = [
        rule(shape, shape.publisher(seed), random.Random(f"{shape.name} {seed}")) for seed in range(feeds)
    ]
    return Course(
        [delay for course in courses for delay in course.delays],
        sum(course.lost for course in courses),
        sum(course.requests for course in courses),
    )


def delay_of_busy_feeds() -> tuple[float, float]:
    """Minutes from publication to poll, median and 95 %, of feeds with ten items a day or more."""
    middle, late, _ = _summed(tried(ours, shape) for shape in SHAPES if shape.daily >= BUSY)
    return middle, late


def main() -> None:
    """Print every table."""
    found = {name: {shape: tried(rule, shape) for shape in SHAPES} for name, rule in RULES.items()}
    print(
        f"{DAYS} days, {FEEDS} feeds of each shape: delay median and 95 % in minutes, lost items, "
        "requests a day"
    )
    print(f"{'':38}" + "".join(f"{name:^27}" for name in RULES))
    for shape in SHAPES:
        print(f"{shape.name:38}" + "".join(_cells([found[name][shape]], FEEDS) for name in RULES))
    busy = [shape for shape in SHAPES if shape.daily >= BUSY]
    quiet = [shape for shape in SHAPES if shape.daily < BUSY]
    for title, some in (("10 a day or more", busy), ("fewer", quiet), ("all", list(SHAPES))):
        cells = (_cells([found[name][s] for s in some], FEEDS * len(some)) for name in RULES)
        print(f"{title:38}" + "".join(cells))
    middle, late, lost = _summed(found["now"].values())
    print(f"delay: median {middle:.1f} min, 95 % {late:.1f} min, lost {lost}")


def _cells(courses: Sequence[Course], feeds: int) -> str:
    middle, late, lost = _summed(courses)
    asked = sum(course.requests for course in courses) / feeds / DAYS
    return f"{middle:7.1f}{late:8.1f}{lost:5}{asked:6.0f} "


def _summed(courses: Iterable[Course]) -> tuple[float, float, int]:
    """Median and 95 % of the delays in minutes, and lost items."""
    courses = list(courses)
    delays = sorted(delay / MINUTE for course in courses for delay in course.delays)
    return median(delays), delays[int(len(delays) * 0.95)], sum(course.lost for course in courses)


if __name__ == "__main__":
    main()

"""Feeds that publish by the clock, whether they are asked or not, and misbehave like the real ones.

Each keeps its newest entries only: who does not ask for a while has missed something, and must know it. Every item says
something that no other says, as in the crash campaign.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from tests.crash.publisher import PEOPLE, XML, Published, head, rss
from tests.support.web import Answer, Raw, Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.web import Request, Script

#: entries of a document
WINDOW = 25
#: items in an hour, of a busy feed (one in ten) and of the others
BUSY, USUAL = 12.0, 1.0
#: feeds of one host
PER_HOST = 3
#: one host in so many does not answer for three hours of each day
FLAPPING, FLAPS = 10, 3.0
#: matching items in the whole run, about
MATCHES = 400


@dataclass(slots=True)
class _Feed:
    name: str
    host: str
    #: items in a second
    rate: float
    #: seconds of a day in which its host does not answer
    silent: tuple[float, float] | None
    next_at: float
    items: list[Published] = field(default_factory=list)


class Press:
    """`feeds` feeds; an hour of theirs takes `hour` seconds, and they publish for `hours` of them."""

    def __init__(self, feeds: int, *, hour: float, hours: float, seed: int) -> None:
        self.calm = False
        self.answered = 0
        self._hour, self._random, self._lock = hour, Random(f"press {seed}"), threading.Lock()
        self._began = time.monotonic()
        self._feeds = {f.name: f for f in map(self._feed, range(feeds))}
        expected = sum(f.rate for f in self._feeds.values()) * hour * hours
        self._matching = min(0.3, MATCHES / expected)
        self._count = self._pairs = 0
        self.web = Web(hosts=tuple(dict.fromkeys(f.host for f in self._feeds.values())))
        for feed in self._feeds.values():
            self.web.handle(f"/{feed.name}", lambda request, feed=feed: self._answer(feed, request))  # type: ignore[misc]

    def _feed(self, number: int) -> _Feed:
        host = number // PER_HOST
        rate = (USUAL if number % 10 else BUSY) / self._hour
        day = 24 * self._hour
        asleep = self._random.uniform(0, day - FLAPS * self._hour)
        return _Feed(
            name=f"feed{number:03d}",
            host=f"127.3.{host // 250}.{host % 250 + 1}",
            rate=rate,
            silent=(asleep, asleep + FLAPS * self._hour) if host % FLAPPING == FLAPPING - 1 else None,
            next_at=self._began + self._random.expovariate(rate),
        )

    @property
    def published(self) -> list[Published]:
        """Everything that was published so far, whether anybody saw it or not."""
        with self._lock:
            return [item for feed in self._feeds.values() for item in feed.items]

    def rest(self) -> None:
        """Publish what is due by now, then nothing any more, and answer well."""
        with self._lock:
            for feed in self._feeds.values():
                self._publish(feed, time.monotonic())
            self.calm = True

    def offered(self) -> set[str]:
        """What the documents hold now."""
        with self._lock:
            return {item.guid for feed in self._feeds.values() for item in feed.items[-WINDOW:]}

    def seeds(self) -> str:
        """The feeds file."""
        rows = (
            f"  - {{id: {f.name}, url: {json.dumps(self.web.url('/' + f.name, host=f.host))}, title: {f.name}, "
            f"language: en, side: independent, family: {f.name}, reliability: B, reliability_reason: invented}}"
            for f in self._feeds.values()
        )
        return "feeds:\n" + "\n".join(rows) + "\n"

    def _answer(self, feed: _Feed, request: Request) -> Script:
        with self._lock:
            now, draw = time.monotonic(), self._random.random()
            self.answered += 1
            if not self.calm:
                self._publish(feed, now)
            asleep = (
                feed.silent and feed.silent[0] <= (now - self._began) % (24 * self._hour) < feed.silent[1]
            )
            body, kind = rss(feed.items[-WINDOW:])
            headers = {"ETag": f'"{feed.name}-{len(feed.items)}"', "Content-Type": kind}
        if self.calm:
            return Answer(body=body, headers=headers)
        return Raw(chunks=()) if asleep else _misbehaves(draw, body) or Answer(body=body, headers=headers)

    def _publish(self, feed: _Feed, now: float) -> None:
        while feed.next_at <= now:
            ago = timedelta(seconds=now - feed.next_at)
            feed.items.append(self._new(feed, datetime.now(UTC) - ago))
            feed.next_at += self._random.expovariate(feed.rate)

    def _new(self, feed: _Feed, at: datetime) -> Published:
        self._count += 1
        matches = self._random.random() < self._matching and self._pairs < PEOPLE**2
        self._pairs += matches
        pair = self._pairs - 1 if matches else None
        return Published(feed=feed.name, number=len(feed.items), place=self._count, pair=pair, at=at)


def _misbehaves(draw: float, body: bytes) -> Script | None:
    """One answer in sixteen is no good, and one in two hundred is slow to come.

    None is 429: whoever said that is asked once an hour for a day, by a clock that nobody makes shorter.
    """
    half = head(XML, len(body)) + body[: len(body) // 2]
    faults: tuple[tuple[float, Script], ...] = (
        (0.02, Answer(status=500, body=b"no")),
        (0.03, Answer(status=503, headers={"Retry-After": "1"})),
        (0.05, Raw(chunks=(half,))),
        (0.06, Raw(chunks=())),
        (0.065, Raw(chunks=_drops(head(XML, len(body)) + body), pause=0.1)),
    )
    return next((fault for limit, fault in faults if draw < limit), None)


def _drops(text: bytes) -> Iterator[bytes]:
    """In forty pieces."""
    size = len(text) // 40 + 1
    return (text[at : at + size] for at in range(0, len(text), size))

"""Twenty feeds on loopback that keep publishing and misbehave: errors, broken bodies, challenges, the same again.

Every item says something that no other item says: its own two people, its own words, its own mark. So each matching
item is a story of its own, and a message that holds the mark has told it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING

from tests.support.web import Answer, Raw, Web

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.web import Request, Script

#: people on each side; an item takes one pair, and no two items the same
PEOPLE = 60
_SYLLABLES = (
    "ba",
    "de",
    "fi",
    "go",
    "ku",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "zo",
    "mar",
    "lin",
    "tor",
)
_NOT_READY = '<!doctype html><html lang="en"><title>Just a moment</title><p>Checking your browser.</html>'


def word(seed: str) -> str:
    """An invented word, always the same for `seed`."""
    return "".join(Random(seed).choices(_SYLLABLES, k=4))


def person(side: str, number: int) -> str:
    """An invented name."""
    return f"{word(f'{side} first {number}')} {word(f'{side} last {number}')}".title()


@dataclass(frozen=True, slots=True)
class Published:
    """An item that some answer offered."""

    feed: str
    number: int
    #: the place among all items
    place: int
    #: which two people it names; None: nobody, it matches nothing
    pair: int | None
    at: datetime

    @property
    def matches(self) -> bool:
        """Whether the watchlist takes it."""
        return self.pair is not None

    @property
    def mark(self) -> str:
        """A word that stands in this item alone."""
        return f"mark{self.place:05d}x"

    @property
    def guid(self) -> str:
        return f"{self.feed}-{self.number}"

    @property
    def title(self) -> str:
        return " ".join((self.mark, *(word(f"title {self.place} {n}") for n in range(5))))

    @property
    def text(self) -> str:
        words = " ".join(word(f"text {self.place} {n}") for n in range(30))
        if self.pair is None:
            return f"{words}."
        russian, libyan = person("russian", self.pair % PEOPLE), person("libyan", self.pair // PEOPLE)
        return f"{russian} and {libyan} {words}."


class Publisher:
    """The feeds. `pace` is the chance that an answer brings a new item; `calm` ends publishing and misbehaviour."""

    def __init__(self, feeds: int, pace: float, seed: int, *, hosts: int = 1) -> None:
        self.names = [f"feed{n:02d}" for n in range(feeds)]
        self.pace = pace
        self.calm = False
        #: called in the middle of a body
        self.halfway: Callable[[], None] = lambda: None
        self.answered = 0
        self._random = Random(f"publisher {seed}")
        self._lock = threading.Lock()
        self._feeds = {name: _Feed() for name in self.names}
        self._count = 0
        self._hosts = tuple(f"127.0.0.{n + 1}" for n in range(hosts))
        self.web = Web(hosts=self._hosts)
        for name in self.names:
            self.web.handle(f"/{name}", lambda request, name=name: self._answer(name, request))  # type: ignore[misc]

    @property
    def published(self) -> list[Published]:
        """Everything that was offered so far."""
        with self._lock:
            return [item for feed in self._feeds.values() for item in feed.items]

    def seeds(self) -> str:
        """The feeds file."""
        rows = (
            f"  - {{id: {name}, url: http://{host}:{self.web.port}/{name}, title: {name}, language: en, "
            "side: independent, family: " + name + ", reliability: B, reliability_reason: invented}"
            for name, host in zip(self.names, cycle(self._hosts), strict=False)
        )
        return "feeds:\n" + "\n".join(rows) + "\n"

    def _answer(self, name: str, request: Request) -> Script:
        with self._lock:
            feed, draw = self._feeds[name], self._random.random()
            self.answered += 1
            fault = (
                None
                if self.calm or (not feed.items and _UNREAD[0] <= draw < _UNREAD[1])
                else _misbehaves(draw)
            )
            if fault is None and not self.calm and self._random.random() < self.pace:
                feed.items.append(self._new(name, len(feed.items)))
            as_json = self.names.index(name) % 5 == 4
            body, kind = (_json_feed if as_json else rss)(feed.items)
            headers = {"ETag": f'"{name}-{len(feed.items)}"', "Content-Type": kind}
        if fault is not None:
            return fault(body)
        half, rest = body[: len(body) // 2], body[len(body) // 2 :]
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Answer(status=304, headers=headers)
        return Raw(chunks=self._halves(head(headers, len(body)) + half, rest))

    def _halves(self, head: bytes, tail: bytes):  # type: ignore[no-untyped-def]
        yield head
        self.halfway()
        yield tail

    def _new(self, name: str, number: int) -> Published:
        self._count += 1
        return Published(
            feed=name,
            number=number,
            place=self._count,
            pair=self._count if self._random.random() < 0.7 else None,
            at=datetime.now(UTC).replace(microsecond=0),
        )


@dataclass(slots=True)
class _Feed:
    items: list[Published] = field(default_factory=list)


#: draws whose answer comes whole and cannot be read: an address that never gave anything else rests for a day
_UNREAD = (0.14, 0.21)


def _misbehaves(draw: float) -> Callable[[bytes], Script] | None:
    """One answer in four is no good."""
    faults: Sequence[tuple[float, Callable[[bytes], Script]]] = (
        (0.05, lambda _body: Answer(status=500, body=b"no")),
        (0.08, lambda _body: Answer(status=503, headers={"Retry-After": "1"})),
        (0.14, lambda body: Answer(body=body[: len(body) * 2 // 3], length=len(body), headers=XML)),
        (0.18, lambda body: Answer(body=body[: len(body) * 2 // 3], headers=XML)),
        (0.21, lambda _body: Answer(body=_NOT_READY.encode(), headers={"Content-Type": "text/html"})),
        (0.25, lambda body: Answer(body=body)),
    )
    return next((fault for limit, fault in faults if draw < limit), None)


XML = {"Content-Type": "application/rss+xml"}


def head(headers: dict[str, str], length: int) -> bytes:
    """The head of a good answer."""
    lines = ["HTTP/1.1 200 OK", *(f"{k}: {v}" for k, v in headers.items()), f"Content-Length: {length}"]
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("ascii")


def rss(items: Sequence[Published]) -> tuple[bytes, str]:
    """The newest first; its bytes and type."""
    rows = "".join(
        f"<item><guid isPermaLink='false'>{i.guid}</guid><link>https://news.example/{i.guid}</link>"
        f"<title>{i.title}</title><description>{i.text}</description>"
        f"<pubDate>{i.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for i in reversed(items)
    )
    text = f"<?xml version='1.0'?><rss version='2.0'><channel><title>feed</title>{rows}</channel></rss>"
    return text.encode("ascii"), "application/rss+xml"


def _json_feed(items: Sequence[Published]) -> tuple[bytes, str]:
    rows = [
        {
            "id": i.guid,
            "url": f"https://news.example/{i.guid}",
            "title": i.title,
            "content_text": i.text,
            "date_published": i.at.isoformat(),
        }
        for i in reversed(items)
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "feed", "items": rows}
    return json.dumps(document).encode("ascii"), "application/feed+json"

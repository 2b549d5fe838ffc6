"""Serves the page behind the signed links.

GET shows and changes nothing (mail scanners follow links); POST acts.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from monitor import logs
from monitor.desk import page
from monitor.errors import StoreError
from monitor.jobs.feedback import Claim
from monitor.languages.locale import frame_for
from monitor.messages import links
from monitor.store import stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.model import Story
    from monitor.model.delivery import Suppression
    from monitor.store.database import Database

log = logs.get("desk")

MAX_BODY = 8_000
#: seconds that a request may take to arrive
PATIENCE = 10
#: requests at a time; more wait
AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the page needs."""

    db: Database
    key: bytes
    #: watchlist id to title
    titles: Callable[[], Mapping[str, str]]
    #: keep a claim: the suppression, and how many items it silenced. Raises StoreError
    act: Callable[[Claim], tuple[Suppression, int]]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and page."""

    status: int
    html: str


def answer(desk: Desk, *, accepted: str, token: str, given: Mapping[str, str] | None) -> Answer:
    """The page for a link; `given`: what was filled in, None where the page is only looked at."""
    words = frame_for(accepted)
    try:
        link = links.read(desk.key, token, desk.clock())
    except links.BadLink as error:
        return Answer(
            410 if str(error) == "expired" else 403, page.message(words, words.word(f"page.{error}"))
        )
    with desk.db.snapshot() as tx:
        story = stories.load(tx, link.story)
    lists = _watchlists(story, desk.titles()) if story is not None else []
    if story is None or not lists:
        return Answer(200, page.message(words, words.word("page.quiet")))
    complaint = ""
    if given is not None:
        claim = _claim(story, given, dict(lists))
        if claim is not None:
            made, count = desk.act(claim)
            detail = words.say("page.detail", id=made.id, until=words.day(made.expires_at), count=count)
            return Answer(200, page.message(words, words.word("page.done"), detail))
        complaint = words.word("page.incomplete")
    title = story.items[0].item.title
    shown = page.form(words, token=token, title=title, watchlists=lists, complaint=complaint)
    return Answer(400 if complaint else 200, shown)


def _watchlists(story: Story, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    names = dict.fromkeys(m.watchlist for item in story.items for m in item.matches)
    return [(name, titles.get(name, name)) for name in names]


def _claim(story: Story, given: Mapping[str, str], lists: Mapping[str, str]) -> Claim | None:
    """What was filled in; None: something is missing or was never offered."""
    author, reason = (" ".join(given.get(name, "").split())[:300] for name in ("author", "reason"))
    days, watchlist = given.get("days", ""), given.get("watchlist", "")
    if not author or not reason or watchlist not in lists or days not in map(str, page.DAYS):
        return None
    return Claim(
        what=story.id, author=author, reason=reason, lasts=timedelta(days=int(days)), watchlist=watchlist
    )


@contextmanager
def served(desk: Desk, listen: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """Serve until the end of the block; the address that is listened at.

    Raises OSError where it cannot be had.
    """
    server = ThreadingHTTPServer(listen, _handler(desk))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="desk", daemon=True)
    thread.start()
    try:
        yield (str(server.server_address[0]), int(server.server_address[1]))
    finally:
        server.shutdown()
        server.server_close()


def _handler(desk: Desk) -> type[_Handler]:
    class Handler(_Handler):
        """For one desk."""

    Handler.desk, Handler.room = desk, threading.BoundedSemaphore(AT_ONCE)
    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One request, one answer, and the connection is closed."""

    desk: Desk
    room: threading.BoundedSemaphore
    timeout = PATIENCE
    server_version, sys_version = "monitor", ""

    def do_GET(self) -> None:
        """Look."""
        self._answer(None)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Act."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= MAX_BODY):
            self._send(Answer(413, ""))
            return
        self._answer(_fields(self.rfile.read(int(length)).decode("utf-8", "replace")))

    def _answer(self, given: Mapping[str, str] | None) -> None:
        asked = urlsplit(self.path)
        accepted = self.headers.get("Accept-Language", "")
        words = frame_for(accepted)
        if not asked.path.endswith("/false-alarm"):
            self._send(Answer(404, page.message(words, words.word("page.missing"))))
            return
        token = (given if given is not None else _fields(asked.query)).get("token", "")
        try:
            with self.room:
                made = answer(self.desk, accepted=accepted, token=token, given=given)
        except StoreError as error:
            log.warning("page_refused", reason=str(error))
            made = Answer(503, page.message(words, words.word("page.busy")))
        except Exception:
            log.exception("page_failed")
            made = Answer(500, page.message(words, words.word("page.busy")))
        self._send(made)

    def _send(self, made: Answer) -> None:
        body = made.html.encode()
        self.send_response(made.status)
        for name, value in page.HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: an address holds a token."""


def _fields(text: str) -> dict[str, str]:
    """The first value of each field; nothing where there are too many."""
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=20).items()}
    except ValueError:
        return {}

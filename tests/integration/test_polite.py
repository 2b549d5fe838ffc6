"""The fourteen rules of a well-behaved feed reader, one test or more for each, over real HTTP on a clock of our own.

The rules: the feed reader score project (rachelbythebay.com), the Open RSS developer's guide, earth.org.uk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from monitor import failpoints
from monitor.app import App, opened
from monitor.config import load
from monitor.store import feeds
from tests.support.line import ENTITIES, WATCHLIST
from tests.support.web import Answer, Request, Web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
#: an ETag with what people put into them
ETAG = 'W/"äb-gzip"'
DATE = "Mon, 02 Mar 2026 08:00:00 GMT"


def rss(*days_old: float, channel: str = "", end: str = "</channel></rss>") -> bytes:
    """A feed with an entry of each age."""
    entries = "".join(
        f"<item><guid>g{age}</guid><title>Harbour report {age}</title><link>https://gazette.example/{age}</link>"
        f"<pubDate>{format_datetime(START - age * DAY)}</pubDate></item>"
        for age in days_old
    )
    return f"<rss version='2.0'><channel><title>G</title>{channel}{entries}{end}".encode()


#: an item a week: asked for hourly
QUIET = rss(*(3 + 7.13 * n for n in range(12)))
#: three an hour: asked for often
BUSY = rss(*(n / 72 for n in range(1, 60)))


@dataclass
class Reader:
    """A monitor on the newsroom's loopback server, and the hour it believes it is."""

    web: Web
    app: App
    now: datetime = START
    #: when each request came, by the reader's clock
    asked: list[datetime] = field(default_factory=list)

    def poll(self, at: datetime) -> None:
        """What is due at this time is asked."""
        self.now = at
        self.app.poll()
        self.asked += [at] * (len(self.web.requests) - len(self.asked))

    def until(self, end: datetime) -> None:
        """Every poll up to `end`, each at its time."""
        while (due := self._due()) is not None and due <= end:
            self.poll(max(due, self.now))
        self.now = end

    def press_the_button(self) -> None:
        """Somebody wants the news now."""
        with self.app.db.transaction() as tx:
            feeds.poll_now(tx, self.now)
        self.poll(self.now)

    @property
    def gaps(self) -> list[timedelta]:
        """Between requests."""
        return [later - earlier for earlier, later in pairwise(self.asked)]

    def _due(self) -> datetime | None:
        with self.app.db.snapshot() as tx:
            return feeds.next_due(tx)


@contextmanager
def reading(folder: Path, web: Web, *urls: str, host_gap: str = "0s", more: str = "") -> Iterator[Reader]:
    """A monitor that reads `urls`; opened again on the same folder, it is the same one after a restart."""
    new = not (folder / "monitor.db").exists()
    (folder / "lists" / "entities").mkdir(parents=True, exist_ok=True)
    (folder / "lists" / "entities" / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (folder / "lists" / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    rows = [f"  - {{id: f{n}, url: '{url}', title: F{n}{more}}}" for n, url in enumerate(urls)]
    (folder / "feeds.yaml").write_text("\n".join(["feeds:", *rows]), encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        f"data: {folder}\nfeeds: {folder}/feeds.yaml\nwatchlists: {folder}/lists\ncontact: ops@example.org\n"
        f"polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{web.port}], host_gap: {host_gap}}}\n",
        encoding="utf-8",
    )
    with opened(load.load(folder / "monitor.yaml", {})) as app:
        reader = Reader(web, app, asked=[START] * len(web.requests))
        app.clock, app.jitter = lambda: reader.now, lambda: 0.5
        with app.db.transaction() as tx:
            if new:
                feeds.poll_now(tx, START)
        yield reader


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def conditional(request: Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


# --- rule 1


def test_rule_1_one_unconditional_get_at_subscription(web: Web, tmp_path: Path) -> None:
    """One GET, and after it none that does not say what is here already."""
    url = web.answer("/rss", body=BUSY, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.poll(START)
        assert len(web.requests) == 1
        reader.until(START + 2 * HOUR)
    assert [conditional(r) for r in web.requests] == [False] + [True] * (len(web.requests) - 1)
    assert len(web.requests) > 10


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!doctype html><title>Welcome</title>", id="a page"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_rule_1_later_at_most_one_a_day(web: Web, tmp_path: Path, body: bytes) -> None:
    """What was never read leaves no validator to ask with; it is asked whole once a day."""
    url = web.answer("/rss", body=body, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.until(START + 3 * DAY)
        whole = [
            at for at, r in zip(reader.asked, web.requests, strict=True) if not conditional(r) and at > START
        ]
    assert 1 <= len(whole) <= 3
    assert all(later - earlier >= DAY for earlier, later in pairwise(whole))


def test_rule_1_a_document_that_ends_early_every_time_is_asked_whole_once_more(
    web: Web, tmp_path: Path
) -> None:
    """Once it might have been cut on its way; the same bytes twice are the publisher's."""
    url = web.answer("/rss", body=rss(1, 2, 3, end=""), headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.until(START + 4 * HOUR)
    assert [conditional(r) for r in web.requests][:3] == [False, False, True]
    assert all(conditional(r) for r in web.requests[2:])


# --- rule 2


def test_rule_2_hourly_at_most_where_little_is_published(web: Web, tmp_path: Path) -> None:
    """59 minutes is early; more often only where a feed publishes often."""
    quiet, busy = (
        web.answer(f"/{name}", body=body, headers={"ETag": ETAG})
        for name, body in (("q", QUIET), ("b", BUSY))
    )
    with reading(tmp_path / "q", web, quiet) as reader:
        reader.until(START + DAY)
        assert min(reader.gaps) >= HOUR
        assert len(reader.gaps) >= 20
    with reading(tmp_path / "b", web, busy) as reader:
        before = len(reader.asked)
        reader.until(START + 2 * HOUR)
        assert len(reader.asked) - before > 10


# --- rules 3 to 5


def test_rules_3_and_4_only_the_last_validators_byte_for_byte(web: Web, tmp_path: Path) -> None:
    """Never one that came before, never one of our own making, also where dates are written oddly."""
    said = [
        {"ETag": ETAG, "Last-Modified": DATE},
        {"ETag": '"two"'},
        {"Last-Modified": "2026-03-02T10:00:00 maybe"},
        {"ETag": "no quotes at all"},
        {},
        {"ETag": '""'},
    ]
    answers = [Answer(body=rss(*range(n + 1)), headers=headers) for n, headers in enumerate(said)]
    with reading(tmp_path, web, web.answer("/rss", *answers)) as reader:
        for n in range(len(said) + 1):
            reader.until(START + (n + 1) * DAY) if n > len(said) else reader.poll(START + n * DAY)
    for before, request in zip(said, web.requests[1:], strict=False):
        assert request.headers.get("if-none-match") == before.get("ETag")
        assert request.headers.get("if-modified-since") == before.get("Last-Modified")
    assert "if-none-match" not in web.requests[0].headers


def test_rule_5_both_renewed_at_every_200_and_304(web: Web, tmp_path: Path) -> None:
    """A 304 may bring one of them; a 200 with the same body brings both."""
    body = rss(1, 2, 3)
    answers = [
        Answer(body=body, headers={"ETag": '"1"', "Last-Modified": DATE}),
        Answer(status=304, headers={"ETag": '"2"'}),
        Answer(status=304, headers={"Last-Modified": "later"}),
        Answer(body=body, headers={"ETag": '"4"', "Last-Modified": "latest"}),
        Answer(status=304),
    ]
    with reading(tmp_path, web, web.answer("/rss", *answers)) as reader:
        for n in range(5):
            reader.poll(START + n * DAY)
    sent = [(r.headers.get("if-none-match"), r.headers.get("if-modified-since")) for r in web.requests]
    assert sent == [(None, None), ('"1"', DATE), ('"2"', DATE), ('"2"', "later"), ('"4"', "latest")]


# --- rule 6


def test_rule_6_no_cookies_no_referrer_no_added_query(web: Web, tmp_path: Path) -> None:
    """Also after a redirect, and when a cookie was offered."""
    web.answer("/new", body=BUSY, headers=[("Set-Cookie", "id=1; Path=/"), ("Set-Cookie", "x=2")])
    web.answer("/rss", status=302, headers=[("Location", "/new?a=1&b"), ("Set-Cookie", "id=3; Path=/")])
    with reading(tmp_path, web, web.url("/rss?page=2")) as reader:
        reader.until(START + 3 * HOUR)
    assert {r.target for r in web.requests} == {"/rss?page=2", "/new?a=1&b"}
    assert not any({"cookie", "referer"} & set(r.headers) for r in web.requests)
    assert len(web.requests) > 6


# --- rule 7


def test_rule_7_a_restart_never_shortens_the_wait(web: Web, tmp_path: Path) -> None:
    """Four of them within the hour, and reloads, ask nobody."""
    url = web.answer("/rss", body=QUIET, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.poll(START)
    for n in range(4):
        with reading(tmp_path, web, url) as reader:
            reader.poll(START + n * 14 * MINUTE)
            reader.app.reload()
            reader.poll(START + n * 14 * MINUTE)
    assert len(web.requests) == 1


def test_rule_7_a_crash_never_shortens_the_wait(web: Web, tmp_path: Path) -> None:
    """Killed after the answer came and before it was read, again and again: the feed is not asked at once."""
    url = web.answer("/rss", body=QUIET, headers={"ETag": ETAG})
    with reading(tmp_path, web, url):
        pass
    once = [sys.executable, "-m", "monitor", "once", "--config", str(tmp_path / "monitor.yaml")]
    for _ in range(3):
        subprocess.run(
            once, env=os.environ | {failpoints.VARIABLE: "fetched:1"}, capture_output=True, timeout=100
        )
    assert len(web.requests) == 1
    with reading(tmp_path, web, url) as reader:
        reader.poll(datetime.now(UTC) + 10 * MINUTE)
        assert len(web.requests) == 1
        reader.poll(datetime.now(UTC) + 20 * MINUTE)
        assert len(web.requests) == 2
        assert reader.app.db.check() == ()


def test_rule_7_a_reload_in_the_midst_of_a_request_never_shortens_the_wait(web: Web, tmp_path: Path) -> None:
    """What was under way is dropped, and was asked all the same."""
    url = web.answer("/rss", body=QUIET, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        with reader.app.db.transaction() as tx:
            feeds.ask(tx, ["f0"], START)
        reader.poll(START + 10 * MINUTE)
        assert not web.requests
        reader.poll(START + 20 * MINUTE)
        assert len(web.requests) == 1


def test_rule_7_a_manual_refresh_never_shortens_the_wait(web: Web, tmp_path: Path) -> None:
    """What the publisher asked for holds for a person with a button; then the button works."""
    url = web.answer("/rss", body=BUSY, headers={"ETag": ETAG, "Cache-Control": "max-age=3600"})
    with reading(tmp_path, web, url) as reader:
        reader.poll(START)
        for minutes in (1, 30, 59):
            reader.now = START + minutes * MINUTE
            reader.press_the_button()
        assert len(web.requests) == 1
        reader.now = START + 61 * MINUTE
        reader.press_the_button()
        assert len(web.requests) == 2


# --- rules 8 and 9


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["36000", "Mon, 02 Mar 2026 19:00:00 GMT"], ids=["seconds", "date"])
def test_rule_8_retry_after_is_waited_out(web: Web, tmp_path: Path, status: int, wait: str) -> None:
    """Ten hours, in both forms; nobody's button shortens it, nor does a restart."""
    headers = {"Retry-After": wait, "Date": "Mon, 02 Mar 2026 09:00:00 GMT"}
    url = web.answer("/rss", Answer(status=status, headers=headers), Answer(body=BUSY))
    with reading(tmp_path, web, url) as reader:
        reader.poll(START)
        reader.now = START + 9 * HOUR
        reader.press_the_button()
    with reading(tmp_path, web, url) as reader:
        reader.until(START + 10 * HOUR - MINUTE)
        assert len(web.requests) == 1
        reader.until(START + 13 * HOUR)
        assert len(web.requests) > 1


def test_rule_8_too_many_requests_is_remembered_for_a_day(web: Web, tmp_path: Path) -> None:
    """A feed that was asked too often is not asked as often again as soon as it answers."""
    url = web.answer("/rss", Answer(body=BUSY), Answer(status=429), Answer(body=BUSY))
    with reading(tmp_path, web, url) as reader:
        reader.until(START + 20 * HOUR)
        assert reader.gaps[0] < 10 * MINUTE
        assert min(reader.gaps[1:]) >= HOUR
        asked = len(reader.asked)
        reader.until(START + 30 * HOUR)
        assert len(reader.asked) - asked > 15


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Cache-Control": "public, max-age=7200"}, id="max-age"),
        pytest.param(
            {"Expires": "Mon, 02 Mar 2026 11:00:00 GMT", "Date": DATE.replace("08", "09")}, id="Expires"
        ),
    ],
)
def test_rule_9_max_age_is_a_floor(web: Web, tmp_path: Path, headers: dict[str, str]) -> None:
    """Also where a 304 does not repeat it, and where a feed publishes often."""
    silent = Answer(status=304)
    url = web.answer("/rss", Answer(body=BUSY, headers={"ETag": ETAG} | headers), silent)
    with reading(tmp_path, web, url) as reader:
        reader.until(START + DAY)
    assert len(web.requests) > 8
    assert min(reader.gaps) >= 2 * HOUR


def test_rule_9_a_ttl_holds_while_the_document_is_not_sent_again(web: Web, tmp_path: Path) -> None:
    """The feed said it once; every 304 after it says nothing."""
    body = rss(*(n / 72 for n in range(1, 60)), channel="<ttl>180</ttl>")
    url = web.answer("/rss", body=body, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.until(START + DAY)
    assert len(web.requests) > 5
    assert min(reader.gaps) >= 3 * HOUR


# --- rules 10 to 12


def test_rule_10_the_agent_names_product_version_and_contact(web: Web, tmp_path: Path) -> None:
    """One agent for everything: feeds and the articles behind them."""
    page = web.answer("/article", body=b"<html><body><article><p>Harbour.</p></article></body></html>")
    entry = f"<item><guid>a</guid><title>t</title><link>{page}</link></item>"
    url = web.answer("/rss", body=rss(end=f"{entry}</channel></rss>"))
    with reading(tmp_path, web, url, more=", fulltext: true") as reader:
        reader.until(START + HOUR)
    agents = {r.headers["user-agent"] for r in web.requests}
    assert {r.path for r in web.requests} == {"/rss", "/article"}
    assert len(agents) == 1
    assert re.fullmatch(r"[\w-]+/[\w.+]+ \(contact: ops@example\.org\)", agents.pop())


def test_rule_11_feeds_of_one_host_are_spaced(web: Web, tmp_path: Path) -> None:
    """Four feeds that are due together are asked one after the other, with a pause."""
    urls = [web.answer(f"/{n}", body=QUIET) for n in range(4)]
    with reading(tmp_path, web, *urls, host_gap="1s") as reader:
        reader.app.jitter = lambda: 0.0
        reader.poll(START)
    times = sorted(r.at for r in web.requests)
    assert len(times) == 4
    assert web.most_at_once == 1
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.9


def test_rule_12_feed_types_gzip_and_nothing_else(web: Web, tmp_path: Path) -> None:
    """No icon, no page of the outlet, no article that nobody asked for."""
    url = web.answer("/rss", body=BUSY, headers={"ETag": ETAG})
    with reading(tmp_path, web, url) as reader:
        reader.until(START + 2 * HOUR)
    assert {(r.method, r.path) for r in web.requests} == {("GET", "/rss")}
    for request in web.requests:
        accepted = request.headers["accept"]
        assert all(f"application/{kind}" in accepted for kind in ("rss+xml", "atom+xml", "feed+json"))
        assert request.headers["accept-encoding"] == "gzip"


# --- rule 13


def days(reader: Reader, count: int, path: str) -> list[int]:
    """How often `path` was asked on each day."""
    found = []
    for day in range(count):
        before = len(reader.web.asked(path))
        reader.until(START + (day + 1) * DAY)
        found.append(len(reader.web.asked(path)) - before)
    return found


@pytest.mark.parametrize("status", [301, 308])
def test_rule_13_a_permanent_move_is_stored_after_a_week(web: Web, tmp_path: Path, status: int) -> None:
    """Up to the first temporary redirect: /old moved to /new, which points to /today for now."""
    web.answer("/today", body=QUIET, headers={"ETag": ETAG})
    web.redirect("/new", web.url("/today"), status=302)
    url = web.redirect("/old", web.url("/new"), status=status)
    with reading(tmp_path, web, url, more=", min_interval: 6h") as reader:
        old = days(reader, 9, "/old")
        assert all(count > 2 for count in old[:7])
        assert old[8] == 0
        assert web.asked("/new")[-1].at < web.asked("/today")[-1].at
        assert conditional(web.asked("/today")[-1])


@pytest.mark.parametrize("statuses", [(302,), (307, 301)], ids=str)
def test_rule_13_a_temporary_one_is_never_stored(web: Web, tmp_path: Path, statuses: tuple[int, ...]) -> None:
    """Nor what follows it."""
    for n, status in enumerate(statuses):
        web.redirect(f"/{n}", web.url(f"/{n + 1}"), status=status)
    web.answer(f"/{len(statuses)}", body=QUIET, headers={"ETag": ETAG})
    with reading(tmp_path, web, web.url("/0"), more=", min_interval: 6h") as reader:
        assert days(reader, 9, "/0")[8] > 2


# --- rule 14


@pytest.mark.parametrize(
    ("said", "skipped"),
    [
        pytest.param(
            "<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(6)) + "</skipHours>",
            lambda at: at.hour < 6,
            id="hours",
        ),
        pytest.param(
            "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>",
            lambda at: at.weekday() >= 5,
            id="days",
        ),
    ],
)
def test_rule_14_hours_and_days_to_skip(
    web: Web, tmp_path: Path, said: str, skipped: Callable[[datetime], bool]
) -> None:
    """Nobody asks then; it is UTC, as RSS has it."""
    body = rss(*(3 + 7.13 * n for n in range(12)), channel=said)
    url = web.answer("/rss", body=body, headers={"ETag": ETAG})
    friday = START + 4 * DAY
    with reading(tmp_path, web, url) as reader:
        reader.poll(friday)
        reader.until(friday + 4 * DAY)
    assert len(web.requests) > 30
    assert not any(skipped(at) for at in reader.asked)

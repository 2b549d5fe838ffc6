"""Feeds as the world has them: they change, redirect, answer 304, 429 and 410, vanish, and tell only the first line."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from monitor.app import App, opened
from monitor.cli.run import pass_once
from monitor.config import load
from monitor.errors import StoreError
from tests.support.line import ENTITIES, WATCHLIST
from tests.support.slackhook import Hook, Reply
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATCHING = "Putin received Khalifa Haftar on Monday."


def rss(*entries: tuple[str, str]) -> bytes:
    """A feed of (guid, title) entries."""
    told = "".join(f"<item><guid>{guid}</guid><title>{title}</title></item>" for guid, title in entries)
    return f'<rss version="2.0"><channel><title>T</title>{told}</channel></rss>'.encode()


@contextmanager
def watching(tmp_path: Path, web: Web, feeds: dict[str, str], more: str = "") -> Iterator[App]:
    """An App over `feeds` (path on `web` -> more YAML keys), alerts to the folder."""
    lists = tmp_path / "watchlists" / "entities"
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (lists.parent / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    rows = "".join(
        f'  - {{id: {path[1:]}, url: "{web.url(path)}", title: {path[1:]}{keys}}}\n'
        for path, keys in feeds.items()
    )
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n{rows}", encoding="utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text(
        f"data: {tmp_path / 'data'}\nfeeds: feeds.yaml\nwatchlists: watchlists\n"
        f"polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{web.port}], host_gap: 0s}}\n{more}",
        encoding="utf-8",
    )
    with opened(load.load(config, {})) as app:
        yield app


def rows(tmp_path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(tmp_path / "data" / "monitor.db")) as db:
        return list(db.execute(query))


def test_a_changing_feed_gives_news_and_revisions_and_no_repeats(tmp_path: Path) -> None:
    """First poll, 304, a new entry beside an edited one: two items, one revision, one alert."""
    with Web() as web:
        web.answer(
            "/a",
            Answer(body=rss(("1", MATCHING)), headers={"ETag": '"1"'}),
            Answer(status=304),
            Answer(
                body=rss(("2", "Lemons ripen late"), ("1", f"{MATCHING} late at night")),
                headers={"ETag": '"2"'},
            ),
        )
        with watching(tmp_path, web, {"/a": ""}) as app:
            for _ in range(3):
                pass_once(app, digest=False, everything=True)
        sent = [r.headers.get("if-none-match") for r in web.asked("/a")]

    assert sent == [None, '"1"', '"1"']
    assert rows(tmp_path, "SELECT key, revision FROM items ORDER BY id") == [("guid:1", 2), ("guid:2", 1)]
    assert rows(tmp_path, "SELECT count(*) FROM deliveries WHERE kind = 'alert'") == [(1,)]


def test_each_broken_feed_costs_only_itself_and_is_reported(tmp_path: Path) -> None:
    """429, 410, 404, a page instead of a feed and a cut body beside one that is well."""
    with Web() as web:
        web.answer("/well", body=rss(("1", MATCHING)))
        web.answer("/busy", status=429, headers={"Retry-After": "7200"})
        web.answer("/gone", status=410)
        web.answer("/page", body=b"<html><title>Just a moment</title><p>Checking your browser</p></html>")
        web.raw("/cut", [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", rss(("1", "x"))])
        feeds = dict.fromkeys(("/well", "/busy", "/gone", "/page", "/cut", "/missing"), "")
        with watching(tmp_path, web, feeds) as app:
            pass_once(app, digest=True, everything=True)
            told = next((tmp_path / "data" / "out").glob("*digest*.txt")).read_text(encoding="utf-8")

    faults = dict(rows(tmp_path, "SELECT id, fault FROM feeds"))
    assert faults == {
        "well": None, "busy": "rate-limited", "gone": "gone", "page": "not-a-feed", "cut": "truncated",
        "missing": "http-4xx",
    }  # fmt: skip
    assert rows(tmp_path, "SELECT gone FROM feeds WHERE id = 'gone'") == [(1,)]
    assert "1 of 6 feeds healthy" in told
    for name in ("busy", "gone", "page", "missing"):
        assert name in told


def test_a_permanent_move_is_followed_at_once_and_kept_after_it_was_repeated(tmp_path: Path) -> None:
    """301: the item is read on the first day; the new address is asked directly after five of them and a week."""
    with Web() as web:
        web.answer("/new", body=rss(("1", MATCHING)))
        web.redirect("/old", web.url("/new"), status=301)
        with watching(tmp_path, web, {"/old": ""}) as app:
            start = datetime.now(UTC)
            for day in range(9):
                app.clock = partial(start.__add__, timedelta(days=day))
                pass_once(app, digest=False, everything=True)
        asked = len(web.asked("/old"))

    assert rows(tmp_path, "SELECT coverage FROM items") == [("matched",)]
    assert asked == 8


def test_the_article_behind_an_entry_is_read_to_its_end(tmp_path: Path) -> None:
    """`fulltext: true`: what matters stands in the last paragraph, the feed has the first line only."""
    paragraph = (
        "The harbour master spoke at length about the depth of the basin and the price of the works. " * 4
    )
    page = f"<html><body><article><h1>Port</h1>{f'<p>{paragraph}</p>' * 6}<p>{MATCHING}</p></article></body></html>"
    entry = "<item><guid>1</guid><title>A port is deepened</title><link>{}</link></item>"
    with Web() as web:
        web.answer("/page", body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        two = entry.format(web.url("/page")) + entry.format(web.url("/none")).replace(">1<", ">2<")
        web.answer("/a", body=f'<rss version="2.0"><channel><title>T</title>{two}</channel></rss>'.encode())
        with watching(tmp_path, web, {"/a": ", fulltext: true"}) as app:
            pass_once(app, digest=False, everything=True)

    found = rows(tmp_path, "SELECT key, coverage, fulltext, fulltext_detail <> '' FROM items ORDER BY id")
    assert found == [("guid:1", "matched", "read", 0), ("guid:2", "no-match", "unavailable", 1)]


def test_a_locked_database_stops_the_tick_and_loses_nothing(tmp_path: Path) -> None:
    """Another process holds it: a clear error; afterwards the same poll brings everything."""
    with Web() as web:
        web.answer("/a", body=rss(("1", MATCHING)), headers={"ETag": '"1"'})
        with watching(tmp_path, web, {"/a": ""}) as app:
            holder = sqlite3.connect(tmp_path / "data" / "monitor.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                app.poll()
            holder.execute("ROLLBACK")
            holder.close()
            pass_once(app, digest=False, everything=True)

    assert rows(tmp_path, "SELECT coverage FROM items") == [("matched",)]
    assert rows(tmp_path, "SELECT state FROM deliveries") == [("delivered",)]


def test_the_heartbeat_is_pinged_only_while_work_is_completed(tmp_path: Path) -> None:
    """No ping before the first ticks, one after them."""
    with Web() as web, Hook(Reply()) as hook:
        web.answer("/a", body=rss(("1", "Lemons")))
        with watching(tmp_path, web, {"/a": ""}, f"heartbeat: {{url: {hook.url}}}\n") as app:
            found = app.parts.settings
            polling = found.config.polling.model_copy(update={"allow_ports": (web.port, hook.port)})
            config = found.config.model_copy(update={"polling": polling})
            app.parts = replace(app.parts, settings=replace(found, config=config))
            before = app.heartbeat()
            pass_once(app, digest=False, everything=True)
            app.prune()
            after = app.heartbeat()

    assert (before, after) == (False, True)
    assert len(hook.requests) == 1

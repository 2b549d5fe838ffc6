"""Polling is a flow: whoever does not answer delays nobody else."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.app import App, opened
from monitor.config import load
from monitor.feeds import hosts
from monitor.feeds.worker import Worker
from monitor.jobs import flow, poll, reading
from monitor.jobs.poll import request as feed_request
from monitor.store import facts, feeds
from tests.support.line import until
from tests.support.newsroom import document
from tests.support.troubled import NEVER, Troubled, troubled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


class Running:
    """A monitor that polls until the block ends, every feed due at its start."""

    def __init__(self, world: Troubled) -> None:
        self._stop = threading.Event()
        self._opened = opened(load.load(world.config, {}), stopping=self._stop.is_set)
        self._thread = threading.Thread(target=self._poll)

    def __enter__(self) -> App:
        self.app = self._opened.__enter__()
        with self.app.db.transaction() as tx:
            feeds.poll_now(tx, self.app.clock())
        self._thread.start()
        return self.app

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)
        ended = not self._thread.is_alive()
        self._opened.__exit__(None, None, None)
        assert ended, "polling did not end when it was told to"

    def _poll(self) -> None:
        while not self._stop.is_set():
            self.app.poll(linger=5)


def asked(world: Troubled, times: int) -> Callable[[], bool]:
    return lambda: all(len(world.web.asked(f"/good{n}")) >= times for n in range(world.good))


def test_a_dead_host_and_silent_articles_delay_nobody_else(tmp_path: Path) -> None:
    """Twenty feeds of a host that never answers, ten silent pages; a request has 30 s, a page 20."""
    with troubled(tmp_path, good=8, dead=20, articles=10, interval=2, gap=0) as world:
        with Running(world):
            assert until(asked(world, 4), 90), world.gaps()
        assert world.web.asked("/page0") or world.web.asked("/page1")
        assert sum(len(world.web.asked(f"/dead{n}")) for n in range(20)) <= 4
    assert statistics.median(world.gaps()) < 15


def test_many_dead_hosts_do_not_use_up_the_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times as many of them as slots, all due before the good ones."""
    monkeypatch.setattr(hosts, "PATIENCE", 0.5)
    monkeypatch.setattr(poll, "request", lambda *asked: replace(feed_request(*asked), deadline=NEVER))
    with troubled(tmp_path, good=4, dead=6, dead_hosts=6, articles=0, interval=2, gap=0) as world:
        config = world.config.read_text(encoding="utf-8")
        world.config.write_text(config.replace("host_gap", "concurrency: 2, host_gap"), encoding="utf-8")
        with Running(world):
            assert until(asked(world, 3), 90), world.gaps()


def test_a_reload_is_heeded_while_a_feed_hangs(tmp_path: Path) -> None:
    """A feed that was added to the file is polled; nobody waits for the one that hangs."""
    with troubled(tmp_path, good=2, dead=1, articles=0, interval=1, gap=0) as world:
        listed = tmp_path / "feeds.yaml"
        rows = listed.read_text(encoding="utf-8")
        listed.write_text("\n".join(row for row in rows.split("\n") if "good1" not in row), encoding="utf-8")
        with Running(world) as app:
            assert until(lambda: len(world.web.asked("/good0")) >= 2, 60)
            assert world.web.asked("/good1") == []
            listed.write_text(rows, encoding="utf-8")
            app.reload()
            assert until(lambda: len(world.web.asked("/good1")) >= 2, 60)


def noted(app: App) -> object:
    """When progress of polling was last noted."""
    with app.db.snapshot() as tx:
        return facts.ticks(tx).get("poll")


def test_progress_is_noted_while_polling_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `health` reads: all feeds that were due at some moment are settled. Silent articles are no feeds."""
    monkeypatch.setattr(flow, "NOTE", 1.0)
    world = troubled(tmp_path, good=2, dead=0, articles=3, interval=1, gap=0)
    with world as made, Running(made) as app:
        assert until(asked(made, 3), 60)
        assert until(lambda: noted(app) is not None, 30)


def test_progress_is_not_noted_while_a_feed_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are polled again and again, but this one was due, too."""
    monkeypatch.setattr(flow, "NOTE", 1.0)
    monkeypatch.setattr(poll, "request", lambda *asked: replace(feed_request(*asked), deadline=NEVER))
    world = troubled(tmp_path, good=2, dead=1, articles=0, interval=1, gap=0)
    with world as made, Running(made) as app:
        assert until(asked(made, 4), 60)
        first = noted(app)
        assert until(asked(made, 7), 60)
        assert noted(app) == first
        assert len(made.web.asked("/dead0")) == 1


def test_a_large_document_is_parsed_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parser takes its time; other feeds are polled again and again meanwhile."""
    monkeypatch.setattr(flow, "LARGE", 20_000)
    monkeypatch.setattr(reading, "PART", 20_000)
    run = Worker.run
    busy = threading.Event()

    def slow(self: Worker, function: Callable[..., object], *arguments: object, **named: object) -> object:
        if arguments and isinstance(arguments[0], bytes) and len(arguments[0]) > 20_000:
            busy.set()
            run(self, time.sleep, 60)
        return run(self, function, *arguments, **named)

    monkeypatch.setattr(Worker, "run", slow)
    with troubled(tmp_path, good=3, dead=0, articles=0, interval=1, gap=0) as world:
        world.web.answer("/good0", body=document(range(200)))
        with Running(world):
            assert busy.wait(60)
            before = len(world.web.asked("/good1"))
            assert until(lambda: len(world.web.asked("/good1")) >= before + 2, 55)


def test_a_document_that_is_too_slow_for_the_quick_parser_is_read_by_the_other(tmp_path: Path) -> None:
    """Small and slow: it is read all the same, and nothing is said of a limit."""
    world = troubled(tmp_path, good=1, dead=0, articles=0, interval=60, gap=0)
    with (
        world as made,
        Worker(seconds=1, wall=0.001) as hasty,
        opened(load.load(made.config, {})) as app,
    ):
        app._quick = hasty
        with app.db.transaction() as tx:
            feeds.poll_now(tx, app.clock())
        assert app.poll()["new"] == 20

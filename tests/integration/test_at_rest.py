"""A daemon that has nothing to do sleeps, and whoever makes something due wakes it."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.app import opened
from monitor.config import load
from monitor.model import Severity
from monitor.store import alerts, facts, feeds, liveness, notify, stories
from monitor.store.database import Database
from monitor.timing import TICKS, UNEASY_SECONDS
from tests.support.stored import feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App

PROGRAM = """
import math, sys
from monitor import daemon, logs
from monitor.store import facts
from monitor.store.database import Database
logs.configure({"MONITOR_LOG_FORMAT": "logfmt"})
signals, stopping, done = daemon.Signals(), daemon.Stopping(), set()

def away():
    with db.snapshot() as tx:
        asked = facts.get(tx, "asked")
    return {"tick": 0.0 if asked and asked not in done else math.inf}

def work():
    with db.snapshot() as tx:
        asked = facts.get(tx, "asked")
    done.add(asked)
    print("worked for", asked, flush=True)

with Database.open(sys.argv[1]) as db, db.listening():
    daemon.run({"tick": (900, work)}, signals=signals, stopping=stopping, reload=lambda: None,
               waits=daemon.Waits(away=away, look_every=900, hear=db.hear))
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of an empty database."""
    return f"sqlite:///{tmp_path}/monitor.db"


def ask(database: str, what: str) -> None:
    with Database.writing(database) as tx:
        facts.put(tx, "asked", what, datetime.now(UTC))


def test_what_another_process_writes_wakes_it_at_once(database: str, tmp_path: Path) -> None:
    """It would have slept for a quarter of an hour."""
    Database.open(database).close()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, database], stdout=subprocess.PIPE, text=True)
    patience = threading.Timer(60, process.kill)
    patience.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "worked for None\n"
    for what in ("one", "two"):
        ask(database, what)
        assert process.stdout.readline() == f"worked for {what}\n"
    process.send_signal(signal.SIGTERM)
    process.communicate()
    patience.cancel()
    assert process.returncode == 0
    assert not notify.path_beside(tmp_path / "monitor.db").exists()


def test_what_is_no_fifo_is_left_alone(database: str, tmp_path: Path) -> None:
    """A file of that name, or a link to one, is neither written to nor waited at."""
    with Database.open(database) as db:
        kept = tmp_path / "kept"
        kept.write_text("mine", encoding="utf-8")
        notify.path_beside(tmp_path / "monitor.db").symlink_to(kept)
        with db.listening():
            assert not db.hears
        ask(database, "one")
    assert kept.read_text(encoding="utf-8") == "mine"


def test_a_fifo_that_a_killed_daemon_left_is_used_again(database: str, tmp_path: Path) -> None:
    """Who writes meanwhile does not wait for a reader."""
    os.mkfifo(notify.path_beside(tmp_path / "monitor.db"))
    heard = threading.Event()
    with Database.open(database) as db:
        ask(database, "one")
        db.hear(heard.set)
        with db.listening():
            ask(database, "two")
            assert heard.wait(30)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A monitor at work that polls nothing."""
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    path = tmp_path / "monitor.yaml"
    path.write_text("data: state\nfeeds: [feeds.yaml]\n", encoding="utf-8")
    with opened(load.load(path, {})) as made:
        yield made


def test_it_sleeps_until_the_first_thing_is_due(app: App) -> None:
    """With nothing to poll and to alert only a digest waits, for its time of day."""
    assert app.away()["poll"] == app.away()["alert"] == math.inf
    assert 0 < app.away()["digest"] <= 3 * 86400

    now = app.clock()
    with app.db.transaction() as tx:
        feeds.add(tx, feed(), now, after=timedelta(hours=1))
        stories.join(tx, "s-1", now, severity=Severity.HIGH, title="The envoy is back")
        alerts.open_group(tx, "files", "s-1", now=now, due_at=now + timedelta(minutes=5))
    assert app.away()["poll"] == pytest.approx(3600, abs=30)
    assert app.away()["alert"] == pytest.approx(300, abs=30)


def test_a_digest_that_was_not_made_stays_due(app: App) -> None:
    """Its time passes while the process is busy: it is due at once, not tomorrow."""
    began, app.clock = app.clock(), lambda: began + timedelta(days=3)
    assert app.away()["digest"] < 0
    app.digest()
    assert app.away()["digest"] > 0


def test_what_goes_wrong_is_looked_at_soon(app: App) -> None:
    """All well, the watcher rests for minutes; a tick that failed calls it within one."""
    app.watch()
    assert app.away()["watch"] == math.inf
    app.failed("alert", RuntimeError("ours"))
    assert 0 < app.away()["watch"] <= UNEASY_SECONDS
    app.watch()
    assert 0 < app.away()["watch"] <= UNEASY_SECONDS


def test_the_health_is_stamped_while_the_watcher_looks(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looks it stays fresh; when no look comes any more, it does not."""
    assert app.db.path is not None
    now = app.clock()
    app.watch()
    app.clock = lambda: now + timedelta(minutes=4)
    assert liveness.read(app.db.path, app.clock()) is None
    app.stamp_health()
    assert liveness.read(app.db.path, app.clock()) is not None

    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + TICKS["watch"] + UNEASY_SECONDS)
    app.clock = lambda: now + timedelta(minutes=8)
    app.stamp_health()
    assert liveness.read(app.db.path, app.clock()) is None

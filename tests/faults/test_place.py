"""The machine fails the monitor: no room, no right to write, a lock that another process keeps, a second monitor."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.errors import StoreError
from monitor.store import facts
from monitor.store.database import Database
from tests.support.disk import fill, mounted
from tests.support.faults import NOW, monitor, parts_of
from tests.support.line import line, start, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.faults import World

HOUR = timedelta(hours=1)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk of its own with that little room; skips where we may not make one."""
    with mounted(size) as (disk, why):
        if disk is None:
            pytest.skip(f"{why}; `test_a_full_disk_is_told` needs nobody")
        yield disk


def read_only(disk: Path, wanted: bool) -> None:
    """As a file system becomes after an error of its disk."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if wanted else 'rw'}", str(disk)], check=True)


def nothing_is_half_done(world: World, delivery: str) -> None:
    """Owed, untried and readable."""
    assert (world.line(delivery).state, world.tried(delivery)) == ("pending", [])
    assert world.app.db.check() == ()


def promise_many(world: World) -> None:
    """More than fits into the pages that the file has."""
    for _ in range(200):
        world.promise("other", "file")


def test_a_full_disk_stops_work_and_loses_nothing() -> None:
    """The tick is refused and says so, reading goes on; with room again work goes on without a restart."""
    with small_disk("6m") as disk, monitor(disk, parts_of(disk / "files", [])) as world:
        (delivery,) = world.promise("other", "file")
        hog = fill(disk)
        with pytest.raises(StoreError, match="disk is full"):
            promise_many(world)
        with world.app.db.snapshot() as tx:
            before = tx.exec_driver_sql("SELECT count(*) FROM deliveries").scalar_one()
        nothing_is_half_done(world, delivery)
        hog.unlink()
        assert world.app.deliver()["delivered"] == before
        assert world.line(delivery).state == "delivered"


def test_a_folder_on_a_full_disk_waits(tmp_path: Path) -> None:
    """The receiver `file`: the messages stay owed and are written when there is room."""
    with small_disk("1m") as disk:
        parts = parts_of(tmp_path / "files", [{"name": "there", "file": {"path": str(disk / "out")}}])
        with monitor(tmp_path, parts) as world:
            (delivery,) = world.promise("there", "file")
            hog = fill(disk)
            world.app.deliver()
            assert "the disk is full" in world.line(delivery).last_error
            hog.unlink()
            world.clock.later(HOUR)
            world.app.deliver()
            assert world.line(delivery).state == "delivered"
        assert [path.suffix for path in (disk / "out").iterdir()] == [".txt"]


def test_a_read_only_disk_is_told_and_what_is_owed_stays() -> None:
    """As after an error of the disk: the refusal names the file and the remedy; mended, the message goes out."""
    with small_disk("6m") as disk:
        parts = parts_of(disk / "files", [])
        with monitor(disk, parts) as world:
            (delivery,) = world.promise("other", "file")
        read_only(disk, True)
        with pytest.raises(
            StoreError, match=r"monitor\.db (is read-only|cannot be (opened|read or written))"
        ):
            write_something(disk)
        read_only(disk, False)
        with monitor(disk, parts) as world:
            nothing_is_half_done(world, delivery)
            world.app.deliver()
            assert world.line(delivery).state == "delivered"


def write_something(disk: Path) -> None:
    """Open the database and write into it."""
    database = Database.open(f"sqlite:///{disk}/monitor.db")
    try:
        with database.transaction() as tx:
            facts.put(tx, "n", 1, NOW)
    finally:
        database.close()


_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_lock_that_another_process_keeps_delays_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the busy timeout the tick is refused; when the other one ends, the next tick does its work."""
    monkeypatch.setattr("monitor.store.database.BUSY_SECONDS", 0.2)
    with monitor(tmp_path, parts_of(tmp_path / "files", [])) as world:
        (delivery,) = world.promise("other", "file")
        command = [sys.executable, "-c", _HOLDER, str(tmp_path / "monitor.db")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(StoreError, match="is locked by another process"):
                world.app.deliver()
            nothing_is_half_done(world, delivery)
            holder.kill()
        world.app.deliver()
        assert world.line(delivery).state == "delivered"


def test_of_two_daemons_started_at_once_one_works(tmp_path: Path) -> None:
    """The other says who runs and exits 2; everything arrives once."""
    with line(tmp_path) as (world, path):
        daemons = [start(path) for _ in range(2)]
        try:
            assert until(lambda: any(d.poll() is not None for d in daemons) and len(world.slack) > 0)
            loser = next(d for d in daemons if d.poll() is not None)
            winner = next(d for d in daemons if d is not loser)
            assert loser.communicate()[0].count("another monitor") == 1
            assert loser.returncode == 2
            assert winner.poll() is None
        finally:
            for daemon in daemons:
                if daemon.poll() is None:
                    daemon.send_signal(signal.SIGTERM)
            for daemon in daemons:
                daemon.communicate(timeout=40)
        assert winner.returncode == 0
        assert len(world.slack) == 1

"""Ten thousand feeds in one process on SQLite: `python -m benchmarks.many [--feeds 10000] [--speed 6] [--rounds 2]`.

The real daemon asks loopback publishers, twenty feeds on each host, by a clock that is `--speed` times as fast: what is
15 minutes is 150 seconds. Between two requests to a host there is a second, as if there were six. After the first poll it
measures so many rounds, in each of which a twentieth of the feeds has two new items: CPU (and its share of one
core, were the clock not faster), by how much the feed that is due longest is late, memory, how much the database
grows, and how many requests each host got. Some minutes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select

from benchmarks.processes import cpu_seconds, pss_mb, tree
from benchmarks.readers.publishers import publishers
from benchmarks.workers import MONITOR, configured, process
from monitor.store.database import Database
from monitor.store.tables_news import feeds, items, polls

if TYPE_CHECKING:
    from collections.abc import Sequence

#: seconds between two polls of a feed, by an honest clock
INTERVAL = 900.0
#: feeds of a host, and entries of a document
PER_HOST, WINDOW = 20, 2
#: seconds between two looks at what is late
LOOK = 1.0


@dataclass
class Course:
    """What was seen while the rounds ran."""

    #: seconds by which the feed that was due longest was late, at each look
    late: list[float] = field(default_factory=list)
    cpu: float = 0.0
    wall: float = 0.0
    polls: int = 0
    items: int = 0
    bytes: int = 0


def main(arguments: Sequence[str]) -> None:
    """Print what it costs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--speed", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args(arguments)
    interval = INTERVAL / asked.speed
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="many-")))
        found = stack.enter_context(publishers(folder, asked.feeds, window=WINDOW, per_host=PER_HOST))
        url = f"sqlite:///{folder}/monitor.db"
        config = configured(found, url, interval=f"{interval:.0f}s", gap="1s")
        db = stack.enter_context(Database.open(url))
        _spread(db, interval)
        pid = stack.enter_context(process((*MONITOR, "run", "--config", str(config))))
        first = _until_polled(db, pid, asked.feeds)
        print(
            f"{asked.feeds:,} feeds on {asked.feeds // PER_HOST:,} hosts; first poll: {first:.0f} CPU s",
            flush=True,
        )
        course = Course()
        began = datetime.now(UTC)
        for _ in range(asked.rounds):
            found.publish()
            _watch(db, pid, interval, course)
        _tell(course, asked.speed, sum(map(pss_mb, tree(pid))), _by_host(db, began))


def _spread(db: Database, interval: float) -> None:
    """The first polls, over one round as a new installation has them."""
    with db.transaction() as tx:
        names = tx.execute(select(feeds.c.id).order_by(feeds.c.id)).scalars().all()
        now, luck = datetime.now(UTC), random.Random(7)
        for name in names:
            at = now + timedelta(seconds=luck.uniform(0, interval))
            tx.execute(feeds.update().where(feeds.c.id == name).values(next_poll_at=at))


def _until_polled(db: Database, pid: int, count: int) -> float:
    before = cpu_seconds(pid)
    while _count(db, polls) < count:
        time.sleep(LOOK)
    return cpu_seconds(pid) - before


def _watch(db: Database, pid: int, interval: float, course: Course) -> None:
    """One round, by the clock."""
    assert db.path is not None
    cpu, asked, stored, size = cpu_seconds(pid), _count(db, polls), _count(db, items), _size(db.path)
    began = time.monotonic()
    while time.monotonic() < began + interval:
        with db.snapshot() as tx:
            oldest = tx.execute(select(func.min(feeds.c.next_poll_at))).scalar_one()
        course.late.append(max(0.0, (datetime.now(UTC) - oldest).total_seconds()))
        time.sleep(LOOK)
    course.wall += time.monotonic() - began
    course.cpu += cpu_seconds(pid) - cpu
    course.polls += _count(db, polls) - asked
    course.items += _count(db, items) - stored
    course.bytes += _size(db.path) - size


def _tell(course: Course, speed: float, memory: float, hosts: Sequence[int]) -> None:
    late = sorted(course.late)
    print(
        f"{course.polls:,} polls and {course.items:,} items in {course.wall:.0f} s: {course.cpu:.1f} CPU s, "
        f"{course.cpu / course.polls * 1000:.2f} ms a poll, {course.cpu / course.wall / speed:.1%} of one core\n"
        f"late, by the honest clock: median {median(late) * speed:.0f} s, "
        f"95 % {late[len(late) * 95 // 100] * speed:.0f} s, most {late[-1] * speed:.0f} s\n"
        f"memory: {memory:.0f} MB; the database grew by {course.bytes / 1e6:.1f} MB\n"
        f"requests to a host: {min(hosts)} to {max(hosts)}, median {median(hosts):.0f}",
        flush=True,
    )


def _by_host(db: Database, since: datetime) -> list[int]:
    """How many polls each host got."""
    with db.snapshot() as tx:
        rows = tx.execute(
            select(feeds.c.url, func.count(polls.c.id))
            .outerjoin(polls, (polls.c.feed_id == feeds.c.id) & (polls.c.at >= since))
            .group_by(feeds.c.id)
        ).all()
    found: dict[str, int] = {}
    for url, count in rows:
        host = urlsplit(url).hostname or ""
        found[host] = found.get(host, 0) + count
    return list(found.values())


def _count(db: Database, table: object) -> int:
    with db.snapshot() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists())


if __name__ == "__main__":
    main(sys.argv[1:])

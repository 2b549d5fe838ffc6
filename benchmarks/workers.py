"""What PostgreSQL and workers cost and bring: `python -m benchmarks.workers [--feeds 120] [--rounds 3]`, some minutes.

The same loopback feeds are polled by one process on SQLite, by one on PostgreSQL, and by a scheduler with one and two
workers: a first poll, then rounds in which a twentieth of the feeds has news. Each round begins when all feeds are made
due, and ends with the last row in the journal of polls. CPU is that of all processes of the monitor, and beside it that
of the server. The server keeps its promises to the disk for the process alone (`fsync = off`), as in the tests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benchmarks.processes import cpu_seconds
from benchmarks.readers.publishers import WINDOW, Publishers, publishers
from monitor.app import opened
from monitor.config import load
from monitor.store import feeds as feed_rows
from monitor.store.database import Database
from monitor.store.tables_news import feeds, items, polls
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table

MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")
#: seconds for a process to come to rest
SETTLING = 2.0
#: the processes of each way to work
WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "SQLite, one process": (("run",),),
    "PostgreSQL, one process": (("run",),),
    "scheduler and 1 worker": (("run", "--role", "scheduler"), ("worker",)),
    "scheduler and 2 workers": (("run", "--role", "scheduler"), ("worker",), ("worker",)),
}
_CONFIG = """
data: {folder}
database: {url}
listen: none
feeds: {folder}/feeds.yaml
receivers: [{{name: folder, file: {{}}}}]
route: {{receiver: folder}}
digests: []
polling:
  {{interval: {interval}, min_interval: {interval}, max_interval: {interval}, host_gap: {gap}, fulltext: false,
    allow_networks: [127.0.0.0/8], allow_ports: [{port}]}}
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a round: by the clock, of CPU by the monitor, and by the server."""

    wall: float
    cpu: float
    server: float


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--feeds", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=list(WAYS), action="append")
    asked = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    print(
        f"{asked.feeds} feeds, {asked.feeds * WINDOW:,} items, {os.cpu_count()} cores; load before: {load:.1f}"
    )
    print(f"{'':26}{'first poll':>12}{'':>10}{'':>10}{'':>10}{'news, a round':>18}{'':>10}")
    print(f"{'':26}{'items/s':>12}{'wall s':>10}{'CPU s':>10}{'server':>10}{'CPU ms':>18}{'server ms':>10}")
    for name in asked.only or WAYS:
        first, later = _measured(name, asked.feeds, asked.rounds)
        rate = asked.feeds * WINDOW / first.wall
        print(
            f"{name:26}{rate:12.0f}{first.wall:10.1f}{first.cpu:10.1f}{first.server:10.1f}"
            f"{mean(s.cpu for s in later) * 1000:18.0f}{mean(s.server for s in later) * 1000:10.0f}",
            flush=True,
        )


def _measured(name: str, count: int, rounds: int) -> tuple[Spent, list[Spent]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workers-")))
        found = stack.enter_context(publishers(folder, count))
        url, server = f"sqlite:///{folder}/monitor.db", None
        if not name.startswith("SQLite"):
            made = stack.enter_context(postgres.server())
            assert made._process is not None
            url, server = made.url(made.create()), made._process.pid
        config = configured(found, url)
        commands = [(*MONITOR, *words, "--config", str(config)) for words in WAYS[name]]
        pids = [stack.enter_context(process(command)) for command in commands]
        db = stack.enter_context(Database.open(url))
        first, later, entries = _round(db, pids, server, count), [], count * WINDOW
        for _ in range(rounds):
            entries += found.publish()[1]
            later.append(_round(db, pids, server, count))
        stored = _count(db, items)
        if stored != entries:
            raise SystemExit(f"{name}: {stored} items, {entries} expected; no figure counts")
        return first, later


def configured(found: Publishers, url: str, interval: str = "6h", gap: str = "0s") -> Path:
    """A configuration, and a database that knows the feeds, of which none is due."""
    rows = "".join(
        f"  - {{id: f{n}, url: '{at}', title: Paper {n}}}\n" for n, at in enumerate(found.addresses)
    )
    (found.folder / "feeds.yaml").write_text(f"feeds:\n{rows}", encoding="utf-8")
    config = found.folder / "monitor.yaml"
    config.write_text(
        _CONFIG.format(folder=found.folder, url=url, port=found.port, interval=interval, gap=gap),
        encoding="utf-8",
    )
    with opened(load.load(config, {}), lasting=False) as app, app.db.transaction() as tx:
        tx.execute(feeds.update().values(next_poll_at=app.clock() + timedelta(days=1)))
    return config


@contextmanager
def process(command: Sequence[str]) -> Iterator[int]:
    """A process of the monitor that has loaded all it needs and waits for work; SystemExit with its words
    where it ends before.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as words:
        said = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=words, text=True)
        try:
            assert said.stdout is not None
            while (line := said.stdout.readline()) and "Ctrl-C stops it" not in line:
                pass
            if not line:
                words.seek(0)
                raise SystemExit(f"{' '.join(command[3:])} does not begin:\n{words.read()}")
            time.sleep(SETTLING)
            yield said.pid
        finally:
            said.terminate()
            said.wait()


def _round(db: Database, pids: Sequence[int], server: int | None, count: int) -> Spent:
    """All feeds become due at once, until all are polled."""
    before = _count(db, polls)
    spent, served = sum(map(_cpu, pids)), _cpu(server)
    began = time.monotonic()
    with db.transaction() as tx:
        feed_rows.poll_now(tx, datetime.now(UTC))
    while _count(db, polls) < before + count:
        time.sleep(0.25)  # each look is the server's work, too
    wall = time.monotonic() - began
    time.sleep(SETTLING)  # what is left to do after the last row
    return Spent(wall, sum(map(_cpu, pids)) - spent, _cpu(server) - served)


def _count(db: Database, table: Table) -> int:
    with db.snapshot() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def _cpu(pid: int | None) -> float:
    return cpu_seconds(pid) if pid is not None else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])

"""What a daemon costs that has nothing to do: `python -m benchmarks.rest [FEEDS] [SECONDS]`, two minutes.

The daemon polls local feeds once, then none is due: CPU of the whole process tree, scaled to an hour, beside a
process that sleeps, and memory as PSS, process by process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import update

from benchmarks.processes import pss_mb, tree
from monitor.store.database import Database
from monitor.store.tables_news import feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")
CONFIG = "data: state\nfeeds: [feeds.yaml]\n"
ENTRIES = 46
#: until the start is over and what was needed for it is put away
SETTLED = 30.0


def main(count: int = 60, seconds: float = 120.0) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _written(folder, count)
        subprocess.run((*MONITOR, "once", "--config", str(config)), check=True, stdout=subprocess.DEVNULL)
        _all_due(folder)
        with (
            _process((*MONITOR, "run", "--config", str(config))) as daemon,
            _process((sys.executable, "-c", "import time; time.sleep(1e6)")) as sleeper,
        ):
            time.sleep(SETTLED)
            before, began = (_cpu(daemon), _cpu(sleeper)), time.monotonic()
            time.sleep(seconds)
            scale = 3600 / (time.monotonic() - began)
            print(f"{count} feeds, none due, {seconds:.0f} s: CPU s an hour")
            print(f"  monitor run          {(_cpu(daemon) - before[0]) * scale:6.2f}")
            print(f"  a process that sleeps {(_cpu(sleeper) - before[1]) * scale:5.2f}")
            _print_memory("at rest", daemon)
            _print_memory("a process that sleeps", sleeper)


def _written(folder: Path, count: int) -> Path:
    """A configuration with `count` local feeds."""
    for n in range(count):
        (folder / f"{n}.xml").write_text(_feed(n), encoding="utf-8")
    listed = "".join(
        f"  - id: f{n}\n    title: Feed {n}\n    url: {(folder / f'{n}.xml').as_uri()}\n"
        for n in range(count)
    )
    (folder / "feeds.yaml").write_text(f"feeds:\n{listed}", encoding="utf-8")
    config = folder / "monitor.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


def _feed(n: int) -> str:
    items = "".join(
        f"<item><title>Council {n} looks at road {i}</title><link>https://f{n}.example/{i}</link>"
        f"<description>{'The council spoke about the road and the harbour. ' * 12}{n} {i}</description></item>"
        for i in range(ENTRIES)
    )
    return f"<rss version='2.0'><channel><title>Feed {n}</title><link>https://f{n}.example/</link>{items}</channel></rss>"


def _all_due(folder: Path) -> None:
    """Once, at the start; then each waits for its interval."""
    with Database.open(f"sqlite:///{folder}/state/monitor.db") as db, db.transaction() as tx:
        tx.execute(update(feeds).values(next_poll_at=datetime.now(UTC)))


@contextmanager
def _process(command: tuple[str, ...]) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _cpu(pid: int) -> float:
    """Seconds of user and system time of those that live, to the nanosecond."""
    # clock_getcpuclockid(3), which Python has for its own process only
    return sum(time.clock_gettime(~one << 3 | 2) for one in tree(pid))


def _print_memory(what: str, pid: int) -> None:
    print(f"memory {what}, MB of PSS")
    sizes = {one: pss_mb(one) for one in tree(pid)}
    for one, size in sizes.items():
        command = Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()[-60:]
        print(f"  {size:6.1f}  {command}")
    print(f"  {sum(sizes.values()):6.1f}  together")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""What a command costs before it does anything: `python -m benchmarks.startup`, a quarter of a minute.

CPU of the whole process, the median of seven runs in turn, as a ratio to `python -c pass`. `health` is asked while
a daemon runs on the loopback folder, as the container's probe asks it; `check` and `explain` have been run before,
so that the word forms of the watchlists lie in their file.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROUNDS = 7
MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")
SENTENCE = "The two ministers met in the capital on Monday."
CONFIG = "data: state\nfeeds: [feeds.yaml]\n"


def main() -> None:
    """Print the table."""
    for line in lines():
        print(line)


def lines() -> Iterator[str]:
    """The table."""
    with tempfile.TemporaryDirectory() as folder, _daemon(Path(folder)) as config:
        (Path(folder) / "text.txt").write_text(SENTENCE, encoding="utf-8")
        commands = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "--version": (*MONITOR, "--version"),
            "health": (*MONITOR, "health", "--config", str(config)),
            "check": (*MONITOR, "check", "--config", str(config)),
            "explain": (*MONITOR, "explain", "--config", str(config), str(Path(folder) / "text.txt")),
        }
        for command in commands.values():
            _seconds(command)
        taken = [{name: _seconds(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    middle = {name: median(one[name] for one in taken) for name in commands}
    floor = middle["python -c pass"]
    yield f"{'CPU of a start, median of ' + str(ROUNDS):32} {'ms':>8} × the floor"
    for name, seconds in middle.items():
        yield f"  {name:30} {seconds * 1000:8.0f} {seconds / floor:8.1f}"


@contextmanager
def _daemon(folder: Path) -> Iterator[Path]:
    """A daemon without feeds at work in `folder`, which has written its health; gives its configuration."""
    (folder / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    config = folder / "monitor.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    process = subprocess.Popen(
        (*MONITOR, "run", "--config", str(config)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 120
        while not (folder / "state" / "monitor.db.health").exists():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("the daemon did not come to write its health")
            time.sleep(0.2)
        yield config
    finally:
        process.terminate()
        process.wait()


def _seconds(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()

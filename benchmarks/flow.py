"""How late good feeds are polled beside hosts that do not answer: `python -m benchmarks.flow`, about three
minutes.

A real `monitor run` with feeds at a 20 s interval, on loopback addresses that are hosts of their own: 40 good
ones with a new entry each time, 20 of one host that never answers, and one with `fulltext` whose ten articles
are silent. A gap is the time between two requests for the same good feed, as its server sees them.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.support import line
from tests.support.troubled import Troubled, troubled

#: what the gaps must stay under, in seconds
MEDIAN, MOST = 30.0, 45.0


def main(arguments: list[str]) -> int:
    """Print the gaps; 1 when they are too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flow", description=__doc__)
    parser.add_argument("--seconds", type=float, default=170, help="how long the monitor runs")
    parser.add_argument("--good", type=int, default=40)
    parser.add_argument("--dead", type=int, default=20)
    parser.add_argument("--articles", type=int, default=10)
    parser.add_argument("--interval", type=int, default=20)
    asked = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        troubled(
            Path(folder), good=asked.good, dead=asked.dead, articles=asked.articles, interval=asked.interval
        ) as world,
    ):
        cpu = _watched(world, asked.seconds)
        return _told(world, asked, cpu)


def _watched(world: Troubled, seconds: float) -> float:
    """Run the monitor; the CPU seconds of its first process."""
    monitor = line.start(world.config)
    try:
        time.sleep(seconds)
        fields = Path(f"/proc/{monitor.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
    finally:
        monitor.send_signal(signal.SIGTERM)
        monitor.communicate(timeout=60)


def _told(world: Troubled, asked: argparse.Namespace, cpu: float) -> int:
    gaps = world.gaps()
    if len(gaps) < asked.good:
        print(f"only {len(gaps)} gaps were seen")
        return 1
    median, most = statistics.median(gaps), gaps[int(0.95 * len(gaps))]
    print(
        f"{asked.good} good feeds every {asked.interval} s beside {asked.dead} of a dead host and "
        f"{asked.articles} silent articles, {asked.seconds:g} s, {cpu:.1f} CPU s: {len(gaps)} gaps"
    )
    asked_dead = sum(len(world.web.asked(f"/dead{n}")) for n in range(asked.dead))
    print(f"the dead host was asked {asked_dead} times; the longest gap was {gaps[-1]:.1f} s")
    print(f"gap: median {median:.1f} s, 95 % {most:.1f} s")
    return int(median > MEDIAN or most > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

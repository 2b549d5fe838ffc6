"""`make bench-peers`: what a poll of many feeds costs this program, PyPI's `reader`, rss2email and a bare client.

All of them ask the same loopback publishers for the same documents, each in a process of its own, one after the
other. CPU is that of the whole process tree, memory its proportional set size (PSS). A figure counts only when the
publishers' log has the right requests, and the contender the right number of entries and of matches.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import psutil

from benchmarks import polling, startup
from benchmarks.readers.contenders import CONTENDERS
from benchmarks.readers.publishers import WINDOW, Publishers, configure, publishers, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    #: publishers, entries known afterwards, requests by status -> CPU seconds
    Go = Callable[[Publishers, int, dict[str, int]], float]

RESULTS = Path(__file__).parent.parent / "results.md"
#: rounds of a kind; the kernel counts CPU in steps of 10 ms, so the mean counts
ROUNDS = 10
#: rounds of a day, one each quarter of an hour, and hours
DAY, HOURS = 96, 24
#: before a daemon is watched at rest, so that what the first polls left to do is done
SETTLING = 20.0
OURS = "monitor"


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a first poll, a round of 304s and a changed round; the most MB in one more of 304s."""

    first: float
    unchanged: float
    changed: float
    memory: float

    @property
    def day(self) -> float:
        """96 rounds in each of which a twentieth of the feeds has two new entries."""
        return DAY * self.changed


class Tree:
    """A process and all that it started."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def cpu(self) -> float:
        """Seconds of processor time so far, of ended children, too."""
        return sum(sum(one.cpu_times()[:4]) for one in self._all())

    def memory(self) -> float:
        """MB of memory, what is shared counted once."""
        return sum(one.memory_full_info().pss for one in self._all()) / 1e6

    def _all(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


def main(arguments: list[str]) -> int:
    """Print the tables and append them to results.md; 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each kind")
    parser.add_argument(
        "--rest", type=float, default=60, help="seconds that the daemon is watched at rest; 0: not"
    )
    parser.add_argument("--only", choices=list(CONTENDERS), action="append", help="these contenders")
    parser.add_argument("--quick", action="store_true", help="the table of rounds alone, written nowhere")
    asked = parser.parse_args(arguments)
    lines = list(_shown(_machine(asked.feeds)))
    rest = 0 if asked.quick else asked.rest
    lines += _shown(*_rounds(asked.feeds, asked.rounds, asked.only or list(CONTENDERS), rest))
    if asked.quick:
        return 0
    lines += _shown("", *startup.lines(), "", _latency())
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write("\n```text\n" + "\n".join(lines) + "\n```\n")
    return 0


def _shown(*lines: str) -> Iterator[str]:
    for line in lines:
        print(line, flush=True)
        yield line


def _machine(feeds: int) -> str:
    load = os.getloadavg()[0]
    return (
        f"{date.today()}, {feeds} feeds, Python {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores at load {load:.1f}, {server()}"
    )


# --- rounds


def _rounds(feeds: int, rounds: int, names: list[str], rest: float) -> Iterator[str]:
    """The table of rounds; and the daemon at rest for so many seconds, 0: not at all."""
    costs: dict[str, Cost] = {}
    resting = ""
    for number, name in enumerate(names):
        _progress(f"{name}, {number + 1} of {len(names)}")
        with tempfile.TemporaryDirectory() as folder, publishers(Path(folder), feeds) as found:
            size = found.size()
            costs[name] = _measured(name, found, rounds)
            if name == OURS and rest:
                resting = _at_rest(found, rest)
    _progress("")
    yield f"{WINDOW} entries a feed, {size / 1000:.0f} kB; CPU seconds of the process tree, mean of {rounds} rounds"
    yield f"{'':12}{'first poll':>12}{'304 round':>12}{'5 % new':>12}{'a day':>12}{'MB (PSS)':>12}"
    for name, cost in costs.items():
        cells = (cost.first, cost.unchanged, cost.changed, cost.day)
        yield f"{name:12}" + "".join(f"{cell:12.3f}" for cell in cells) + f"{cost.memory:12.0f}"
    if OURS in costs:
        yield from _ratios(costs)
    if resting:
        yield from ("", resting)


def _ratios(costs: dict[str, Cost]) -> Iterator[str]:
    """How many times more the others cost; below 1 we are the dearer one."""
    ours = costs[OURS]
    yield ""
    yield "cost of the others over ours"
    for name, cost in costs.items():
        if name != OURS:
            pairs = ((cost.first, ours.first), (cost.unchanged, ours.unchanged), (cost.changed, ours.changed))
            cells = (*pairs, (cost.day, ours.day), (cost.memory, ours.memory))
            yield f"{name:12}" + "".join(f"{theirs / own:11.2f}×" for theirs, own in cells)


def _measured(name: str, found: Publishers, rounds: int) -> Cost:
    configure(found)
    entries = found.feeds * WINDOW
    with _contender(name, found.folder) as (go, tree):
        found.asked()
        first = go(found, entries, {"200": found.feeds})
        unchanged = [go(found, entries, {"304": found.feeds}) for _ in range(rounds)]
        changed = []
        for _ in range(rounds):
            feeds, fresh = found.publish()
            entries += fresh
            changed.append(go(found, entries, {"200": feeds, "304": found.feeds - feeds}))
        with _watched(tree) as most:
            go(found, entries, {"304": found.feeds})
        return Cost(first, mean(unchanged), mean(changed), most[0])


@contextmanager
def _watched(tree: Tree) -> Iterator[list[float]]:
    """The most memory that the tree has meanwhile, in MB, as the only element of a list."""
    most, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            with suppress(psutil.NoSuchProcess):
                most[0] = max(most[0], tree.memory())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


@contextmanager
def _contender(name: str, folder: Path) -> Iterator[tuple[Go, Tree]]:
    """A function that lets the contender go a round and gives CPU seconds, checked; and its processes."""
    command = (sys.executable, "-m", "benchmarks.readers.contenders", name, str(folder))
    log = (folder / f"{name}.log").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        tree = Tree(process.pid)

        def said() -> object:
            assert process.stdout is not None
            while line := process.stdout.readline():
                if line.startswith(("[", '"')):
                    return json.loads(line)
            raise SystemExit(f"{name} ended: {(folder / f'{name}.log').read_text(encoding='utf-8')[-2000:]}")

        def go(found: Publishers, entries: int, statuses: dict[str, int]) -> float:
            assert process.stdin is not None
            before = tree.cpu()
            process.stdin.write("go\n")
            process.stdin.flush()
            known, matched = said()  # type: ignore[misc]
            spent = tree.cpu() - before
            _check(name, "requests", dict(found.asked()), statuses)
            if known is not None:
                _check(name, "entries", known, entries)
            if matched is not None:
                _check(name, "matches", matched, found.matching)
            return spent

        said()
        yield go, tree
        process.stdin.close()  # type: ignore[union-attr]


def _check(name: str, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise SystemExit(f"{name}: {what}: {found}, {expected} expected; no figure counts")


# --- the daemon


def _at_rest(found: Publishers, seconds: float) -> str:
    """The real daemon on what the rounds left, where nothing is due for hours."""
    command = (*startup.MONITOR, "run", "--config", str(found.folder / "monitor.yaml"))
    with (
        (found.folder / "run.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        tree = Tree(process.pid)
        try:
            _sleep(SETTLING, "the daemon comes to rest")
            before, began = tree.cpu(), time.monotonic()
            _sleep(seconds, "the daemon at rest")
            hour = (tree.cpu() - before) / (time.monotonic() - began) * 3600
            memory = tree.memory()
        finally:
            process.terminate()
    _check(OURS, "requests at rest", dict(found.asked()), {})
    return (
        f"the daemon at rest for {seconds:.0f} s: {hour:.2f} CPU s an hour, {hour * HOURS:.0f} a day; "
        f"{memory:.0f} MB (PSS)"
    )


def _latency() -> str:
    """Simulated polls of busy feeds with the default settings, and the wait for a second source."""
    _progress("simulated polls")
    middle, late = polling.delay_of_busy_feeds()
    wait = 0.5  # minutes: `route.group_wait`
    _progress("")
    return (
        "published to Slack, simulated, feeds with ten items a day or more: "
        f"median {middle + wait:.1f} min, 95 % {late + wait:.1f} min"
    )


# --- progress


def _sleep(seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _progress(f"{what}, {left:.0f} s left")
        time.sleep(min(left, 1))


def _progress(what: str) -> None:
    if sys.stderr.isatty():
        print(
            f"\r{what[: shutil.get_terminal_size().columns - 1]}\x1b[K", end="", file=sys.stderr, flush=True
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

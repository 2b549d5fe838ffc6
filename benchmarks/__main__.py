"""Runs the benchmark: `python -m benchmarks [--quick]` in the root of the repository; about a minute."""

from __future__ import annotations

import argparse
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import tables
from benchmarks.timing import Effort
from monitor.watchlists import compile

ROOT = Path(__file__).parents[1]


def main(arguments: list[str]) -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one round and small lists: whether it runs, not how fast"
    )
    quick = parser.parse_args(arguments).quick
    effort = Effort(rounds=1, patience=0.01) if quick else Effort()
    literals, rules, most = (
        ((100, 1000), (3, 30), 500) if quick else ((1000, 10_000, 100_000), (3, 300, 3000), None)
    )
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}, median of {effort.rounds} rounds\n")
    shipped = compile.load(ROOT / "watchlists")
    for table in (
        tables.contenders(shipped, effort=effort, most=most),
        tables.literals_growth(literals, effort=effort),
        tables.rules_growth(rules, effort=effort),
    ):
        print(*table, "", sep="\n", flush=True)


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
    return f"Python {platform.python_version()}, {model}"


if __name__ == "__main__":
    main(sys.argv[1:])

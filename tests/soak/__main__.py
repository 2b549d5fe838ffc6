"""`make soak`: a week of trouble in an hour; prints the report, exit 1 when a promise broke.

`--minutes` sets how long a week takes, at least eleven (a quarter of an hour of it takes whole seconds); `--days` is for
shorter runs at the same speed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.soak import run, verdict

WEEK_POLLS = 7 * 24 * run.POLLS_AN_HOUR


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, help="how long a week takes")
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--keep", type=Path, help="keep the run's folder here")
    args = parser.parse_args()
    interval = max(1, round(args.minutes * 60 / WEEK_POLLS))
    with tempfile.TemporaryDirectory(prefix="monitor-soak-") as made:
        folder = args.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        print(
            f"a quarter of an hour takes {interval} s; the daemon's log: {folder / 'daemon.log'}", flush=True
        )
        soak = run.run(
            folder, feeds=args.feeds, days=args.days, interval=interval, seed=args.seed, kind=args.database,
            told=lambda line: print(line, file=sys.stderr, flush=True),
        )  # fmt: skip
        with soak as outcome:
            judged = verdict.judge(outcome)
            print(verdict.report(outcome, judged, feeds=args.feeds, seed=args.seed))
    return 1 if judged.broken else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.crash --kills 300 --seed 7`: a campaign by hand; prints the report, exit 1 when a promise broke."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash import campaign, plan, report, verdict
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database",
        default="",
        help="instead of a new SQLite file: an address, or `postgres`, a server of its own",
    )
    parser.add_argument(
        "--workers",
        action="store_true",
        help="a scheduler and two workers (always with `--database postgres`)",
    )
    parser.add_argument("--exec", action="store_true", help="a new interpreter for each process (slower)")
    parser.add_argument("--keep", type=Path, help="keep the campaign's folder here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="monitor-crash-") as made, _database(args.database) as url:
        folder = args.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        kills = plan.plan(args.kills, args.seed)
        print(f"{len(kills)} kills, seed {args.seed}; the daemon's log: {folder / 'daemon.log'}", flush=True)
        outcome = campaign.run(
            folder,
            kills,
            seed=args.seed,
            url=url,
            direct=args.exec,
            workers=args.workers or args.database == "postgres",
            told=_progress,
        )
        judged = verdict.judge(outcome)
    print(report.text(outcome, judged, seed=args.seed))
    return 1 if judged.broken else 0


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name != "postgres":
        yield name
        return
    with postgres.server() as server:
        yield server.url(server.create())


def _progress(number: int) -> None:
    if number % 20 == 0:
        print(f"{number} kills", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

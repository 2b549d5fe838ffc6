"""How the archive's size shows: `python -m benchmarks.archive`, a minute or two.

News items in six languages are written as polls write them, until the archive has so many. At each size: what a
new item costs, what a look costs whether an entry is known, a search for a word of one item and for one that
many have, and how large the file is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import texts
from monitor.model import Assessed, Coverage, Decision, Novelty
from monitor.store import archive, feeds, items, memory
from monitor.store.database import Database
from tests.support import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.model import Item

#: items of a poll; entries that a document shows
POLL, SHOWN = 10, 46
#: repetitions of what is timed
ROUNDS = 20
SIZES = (2_000, 20_000, 100_000)
#: a word of every sixth item or so
COMMON = "gazole"


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="items, growing")
    sizes = parser.parse_args(arguments).sizes
    pool = texts.ordinary(3000)
    heads = ("items", "new item µs", "is it known µs", "one item's ms", "common word ms", "bytes an item")
    print("".join(f"{head:>16}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        db, number = Database.open(f"sqlite:///{path}"), 0
        with db.transaction() as tx:
            feeds.sync(tx, (stored.feed(),), stored.NOW, jitter=lambda: 0.5)
        for size in sizes:
            while number < size - ROUNDS * POLL:
                number = _written(db, pool, number, 200)
            cells = list(_measured(db, pool, number))
            number += ROUNDS * POLL
            cells.append(path.stat().st_size / number)
            print(f"{number:16,}" + "".join(f"{cell:16,.1f}" for cell in cells), flush=True)
        db.close()


def _measured(db: Database, pool: list[Item], number: int) -> Iterator[float]:
    """CPU of each operation, in the units of the table's heads."""
    places = iter(range(number, number + ROUNDS * POLL, POLL))
    yield _spent(lambda: _written(db, pool, next(places), POLL)) * 1e6 / POLL
    keys = [f"guid:{n}" for n in range(number - SHOWN, number)]

    def look() -> None:
        with db.snapshot() as tx:
            assert len(memory.known(tx, "gazette", keys=keys)) == SHOWN

    yield _spent(look) * 1e6 / SHOWN
    for word in (str(number - 1), COMMON):

        def search(word: str = word) -> None:
            with db.snapshot() as tx:
                archive.search(tx, archive.Filter(text=word), 50)

        yield _spent(search) * 1e3


def _spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(ROUNDS):
        work()
    return (time.process_time() - start) / ROUNDS


def _written(db: Database, pool: list[Item], number: int, count: int) -> int:
    """Write `count` items from `number` on, in one transaction as a poll does; the next number."""
    with db.transaction() as tx:
        new = [_assessed(pool[n % len(pool)], n) for n in range(number, number + count)]
        items.write(tx, new, stored.NOW + timedelta(seconds=number))
    return number + count


def _assessed(item: Item, number: int) -> Assessed:
    """A new item that matched nothing, as most do; every one has a text of its own."""
    own = replace(
        item,
        key=f"guid:{number}",
        feed_id="gazette",
        title=f"{item.title} {number}",
        content_hash=f"hash {number}",
        canonical_url=f"gazette.example/{number}",
        url=f"https://gazette.example/{number}",
        published_at=stored.NOW + timedelta(seconds=number),
    )
    return Assessed(
        item=own, novelty=Novelty.NEW, decision=Decision(lang=item.lang), coverage=Coverage.NO_MATCH
    )


if __name__ == "__main__":
    main(sys.argv[1:])

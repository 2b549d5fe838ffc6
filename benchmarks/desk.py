"""What the desk costs on a large archive: `python -m benchmarks.desk --items 1000000 --folder DIR [--database URL]`.

The archive is made once (`DIR/monitor.db`, some 6 GB at a million items: `benchmarks.million`). `--database` names a copy
of it on a PostgreSQL server of this machine, made by `monitor db move`. Printed for each page: milliseconds of CPU of
the first view and of the following ones (the median), the server's part of them, and how many bytes the page has. Then
the same of searches, and of what commands ask.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from sqlalchemy import func, select, text

from benchmarks import million
from benchmarks.processes import cpu_exactly
from monitor.app import opened
from monitor.cli import status
from monitor.cli.serve import WARMING, serving
from monitor.config import load
from monitor.desk.filters import wanted
from monitor.store import archive, coverage
from monitor.store.tables_news import items as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.app import App
    from monitor.store.database import Database

VIEWS = 5
#: a word that every sixth item has, one of a few dozen, one of a single item, two letters, and by script
SEARCHES = (
    "gazole", "o", "un", "qx", "zz", "999999", "ofonotfound", "трамвайные", "школу", "ли", "الديزل", "لا", "مدرسة",
    "tramvay", "öğrenci", "Haftar", "حفتر", "Хафтар Путин", "the", "vuzazobale",
)  # fmt: skip
CONFIG = """
data: {folder}
database: {url}
listen: 127.0.0.1:0
digests: [{{series: daily, at: "07:00", timezone: UTC, receivers: [folder]}}]
receivers: [{{name: folder, file: {{}}}}]
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of CPU, the server's part of it, and the bytes of a page."""

    cpu: float
    server: float = 0.0
    size: int = 0


def main(arguments: list[str]) -> None:
    """Make the archive where it is not there yet, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--items", type=int, default=300_000)
    parser.add_argument(
        "--folder", type=Path, help="where the archive is kept; else it is made and thrown away"
    )
    parser.add_argument("--database", help="a copy on a PostgreSQL server, instead of the file")
    parser.add_argument("--only", nargs="*", help="these addresses alone")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as fresh:
        folder = given.folder or Path(fresh)
        if not given.database and not (folder / "monitor.db").exists():
            million.made(folder / "monitor.db", given.items)
        print(f"{'':<44}{'first ms':>10}{'then ms':>10}{'server':>10}{'kB':>8}")
        for name, first, then in measured(folder, given.database, given.only):
            print(
                f"{name[:43]:<44}{first.cpu:>10.0f}{then.cpu:>10.1f}{then.server:>10.1f}{then.size / 1000:>8.1f}",
                flush=True,
            )


def measured(
    folder: Path, database: str | None, only: list[str] | None
) -> Iterator[tuple[str, Spent, Spent]]:
    """What each page, search and question cost at first, and then in the median."""
    path = folder / "monitor.yaml"
    path.write_text(CONFIG.format(folder=folder, url=database or f"sqlite:///{folder}/monitor.db"))
    with opened(load.load(path, {}), exclusive=False) as app, serving(app, needed=True) as desk:
        port = urlsplit(desk or "").port or 0
        ask(app.db, port, "/healthz")  # a probe or a visitor wakes the desk, which then prepares its pages
        for thread in threading.enumerate():
            if thread.name == WARMING:
                thread.join()
        asked: list[tuple[str, Callable[[], Spent]]] = [
            (address, lambda address=address: ask(app.db, port, address))  # type: ignore[misc]
            for address in only or pages(app.db)
        ]
        if not only:
            asked += [(name, lambda do=do: spent(app.db, do)) for name, do in questions(app)]  # type: ignore[misc]
        for name, do in asked:
            found = [do() for _ in range(1 + VIEWS)]
            middle = Spent(
                median(s.cpu for s in found[1:]), median(s.server for s in found[1:]), found[-1].size
            )
            yield name, found[0], middle


def ask(db: Database, port: int, address: str) -> Spent:
    """What a page costs."""
    answered: list[tuple[int, bytes]] = []
    found = spent(db, lambda: answered.append(get(port, address)))
    [(status, page)] = answered
    if status == 503:  # the register is being made aside: not this page's cost
        time.sleep(5)
        return ask(db, port, address)
    assert status == 200, (address, status, page[:500])
    return Spent(found.cpu, found.server, len(page))


def get(port: int, address: str) -> tuple[int, bytes]:
    """The status and the document."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    asked.request("GET", address)
    answer = asked.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        asked.close()


def spent(db: Database, do: Callable[[], object]) -> Spent:
    """CPU of this process and of the server's processes that serve it."""
    served, own = backends(db), time.process_time()
    do()
    own = time.process_time() - own
    after = backends(db)
    server = sum(now - served.get(pid, 0.0) for pid, now in after.items())
    return Spent((own + server) * 1000, server * 1000)


def backends(db: Database) -> dict[int, float]:
    """CPU seconds of the server's processes that this one is connected to; none for a file."""
    if db.path is not None:
        return {}
    with db.snapshot() as tx:
        pids = (
            tx.execute(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))
            .scalars()
            .all()
        )
    return {pid: cpu_exactly(pid) for pid in pids}


def pages(db: Database) -> Iterator[str]:
    """What visitors look at, the filters one by one."""
    with db.snapshot() as tx:
        largest = tx.execute(
            select(rows.c.story_id, func.count().label("n")).group_by(rows.c.story_id)
            .where(rows.c.story_id.is_not(None)).order_by(text("n desc")).limit(1)
        ).scalar()  # fmt: skip
        delivery = tx.execute(text("select id from deliveries limit 1")).scalar()
    yield from ("/", "/?watchlist=wagner", "/?severity=critical", "/?side=un", "/?lang=ar", "/?period=week")
    yield from ("/?who=Khalifa+Haftar", f"/stories/{largest}")
    yield from (f"/?q={quote_plus(word)}" for word in SEARCHES)
    yield from ("/contacts", "/contacts?party=libya&who=Khalifa+Haftar", "/contacts?kind=visit")
    yield from ("/feeds", "/feeds/f3", "/deliveries", f"/deliveries/{delivery}", "/deliveries?kind=digest")
    yield from ("/deliveries/preview?receiver=folder", "/workbench", "/workbench?item=7", "/workbench/edit")
    yield from ("/workbench/edit?file=russia-libya-contacts.yaml", "/metrics")


def questions(app: App) -> Iterator[tuple[str, Callable[[], object]]]:
    """What commands ask: searches of the whole archive, coverage."""

    def search(word: str) -> object:
        with app.db.snapshot() as tx:
            return archive.search(tx, wanted({"q": word}, app.parts.watchlists, datetime.now(UTC)), 50)

    for word in SEARCHES:
        yield f"search {word}", lambda word=word: search(word)  # type: ignore[misc]
    for days in (1, 7):
        yield f"coverage of {days} days", lambda days=days: covered(app.db, days)  # type: ignore[misc]
    yield "status", lambda: status.state(app.parts.settings, datetime.now(UTC))


def covered(db: Database, days: int) -> object:
    """What `monitor coverage` asks."""
    now = datetime.now(UTC)
    since = now - timedelta(days=days)
    with db.snapshot() as tx:
        return coverage.report(tx, since, now, now), coverage.unseen(tx, since, now)


if __name__ == "__main__":
    main(sys.argv[1:])

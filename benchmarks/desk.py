"""What the desk's pages cost on a large archive: `python -m benchmarks.desk --items 1000000 --folder DIR`.

The archive is made once (`DIR/monitor.db`, some 2.5 GB at a million items): stories with their items, matches and
contacts as polls write them, then ordinary news, which is copied in the database until there is enough. Printed for
each page: CPU of the first view and of the following ones (the median), and how many bytes it has.
"""

from __future__ import annotations

import argparse
import http.client
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, insert, literal, select, text

from benchmarks import texts
from monitor.app import opened
from monitor.cli.serve import serving
from monitor.config import load
from monitor.model import Assessed, Coverage, Decision, Evidence, Match, Novelty, Severity, Side
from monitor.store import digests, feeds, items, outbox
from monitor.store.database import Database
from monitor.store.tables_news import items as rows
from monitor.store.tables_news import matches
from tests.support import stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from monitor.model import Contact, Item

STORIES, ORDINARY = 8_000, 60_000
FEEDS, LOOKED_BACK, VIEWS = 120, timedelta(days=730), 5
SIDES = ("independent", "russia-state", "libya-east", "libya-west", "un", "other-state")
NAMES = (
    ("Vladimir Putin", "Sergei Lavrov", "Andrei Belousov", "Yunus-bek Yevkurov"),
    ("Khalifa Haftar", "Saddam Haftar", "Abdulhamid Dbeibah", "Aguila Saleh"),
)
SEVERITIES = (Severity.MEDIUM, Severity.HIGH, Severity.LOW, Severity.CRITICAL)
LISTS = ("russia-libya-contacts", "wagner", "un-withdrawal")


def main(arguments: list[str]) -> None:
    """Make the archive where it is not there yet, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--items", type=int, default=300_000)
    parser.add_argument(
        "--folder", type=Path, help="where the archive is kept; else it is made and thrown away"
    )
    parser.add_argument("--only", nargs="*", help="these addresses alone")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as fresh:
        folder = given.folder or Path(fresh)
        if not (folder / "monitor.db").exists():
            made(folder, given.items)
        print(f"{'page':<44}{'first ms':>10}{'then ms':>10}{'kB':>8}")
        for address, first, then, size in measured(folder, given.only):
            print(f"{address[:43]:<44}{first:>10.0f}{then:>10.1f}{size / 1000:>8.1f}", flush=True)


def measured(folder: Path, only: list[str] | None) -> Iterator[tuple[str, float, float, int]]:
    """Each page: milliseconds of CPU of its first view and of those after it, and its bytes."""
    path = folder / "monitor.yaml"
    path.write_text(
        f'data: {folder}\nlisten: 127.0.0.1:0\ndigests: [{{series: daily, at: "07:00", timezone: UTC, receivers: [folder]}}]\nreceivers: [{{name: folder, file: {{}}}}]\n'
    )
    with opened(load.load(path, {}), exclusive=False) as app, serving(app, needed=True) as desk:
        port = urlsplit(desk or "").port or 0
        ask(port, "/healthz")  # the server's own modules
        for address in only or list(pages(app.db)):
            spent = [ask(port, address) for _ in range(1 + VIEWS)]
            yield address, spent[0][0], median(ms for ms, _ in spent[1:]), spent[-1][1]


def ask(port: int, address: str) -> tuple[float, int]:
    """CPU of this process in milliseconds, and the bytes of the page."""
    start = time.process_time()
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    asked.request("GET", address)
    answer = asked.getresponse()
    page = answer.read()
    spent = (time.process_time() - start) * 1000
    asked.close()
    if answer.status == 503:  # the register is being made aside: not this page's cost
        time.sleep(5)
        return ask(port, address)
    assert answer.status == 200, (address, answer.status, page[:500])
    return spent, len(page)


def pages(db: Database) -> Iterator[str]:
    """What visitors look at, the filters one by one."""
    with db.snapshot() as tx:
        largest = tx.execute(
            select(rows.c.story_id, func.count().label("n")).group_by(rows.c.story_id)
            .where(rows.c.story_id.is_not(None)).order_by(text("n desc")).limit(1)
        ).scalar()  # fmt: skip
        delivery = tx.execute(text("select id from deliveries limit 1")).scalar()
        contact = tx.execute(text("select max(id) from contacts")).scalar()
    assert contact
    yield from ("/", "/?q=haftar", "/?q=gazole", "/?q=ofonotfound", "/?watchlist=wagner")
    yield from ("/?severity=critical", "/?side=un", "/?lang=ar", "/?who=Khalifa+Haftar", "/?period=week")
    yield f"/stories/{largest}"
    yield from ("/contacts", "/contacts?party=libya&who=Khalifa+Haftar", "/contacts?kind=visit")
    yield from (
        "/feeds",
        "/feeds/f3",
        "/deliveries",
        f"/deliveries/{delivery}",
        "/deliveries/preview?receiver=folder",
    )
    yield from ("/deliveries?kind=digest", "/workbench", "/workbench?item=7", "/workbench/edit")
    yield from ("/workbench/edit?file=russia-libya-contacts.yaml", "/metrics")


# --- the archive -----------------------------------------------------------------------------------------------------


def made(folder: Path, size: int) -> None:
    """An archive of `size` items."""
    chance, pool = random.Random(7), texts.ordinary(3000)
    now = datetime.now(UTC).replace(microsecond=0)
    with Database.open(f"sqlite:///{folder}/monitor.db") as db:
        with db.transaction() as tx:
            known = [
                stored.feed(f"f{n}", side=Side(SIDES[n % len(SIDES)]), reliability="ABCD"[n % 4])
                for n in range(FEEDS)
            ]
            feeds.sync(tx, known, now, jitter=lambda: 0.5)
        for begun in range(0, STORIES, 100):
            with db.transaction() as tx:
                for n in range(begun, begun + 100):
                    _story(tx, n, pool, chance, now - LOOKED_BACK * (1 - n / STORIES))
            print(f"{begun} stories", file=sys.stderr, flush=True)
        for begun in range(0, ORDINARY, 500):
            with db.transaction() as tx:
                new = [_new(pool[n % len(pool)], f"o{n}", n % FEEDS) for n in range(begun, begun + 500)]
                items.write(tx, new, now - LOOKED_BACK * (1 - begun / ORDINARY))
        while _copied(db, size):
            print("copied", file=sys.stderr, flush=True)
        with db.transaction() as tx:
            tx.exec_driver_sql("ANALYZE")
            _told(tx, now)


def _told(tx: Connection, now: datetime) -> None:
    """The last digest was a day ago."""
    since = now - timedelta(days=1)
    until = tx.execute(select(func.max(matches.c.id)).where(matches.c.at <= since)).scalar() or 0
    digests.enter(
        tx,
        digests.LedgerRow(
            series="daily", local_date=since.date().isoformat(), receiver="folder", since=since - timedelta(days=1),
            until=since, since_seq=0, until_seq=until, created_at=since,
        ),
    )  # fmt: skip


def _story(tx: Connection, n: int, pool: list[Item], chance: random.Random, at: datetime) -> None:
    """A story of one to nine reports, as often as stories are that long."""
    name = f"s-{n:010x}"
    count = min(9, int(chance.expovariate(0.4)) + 1)
    meeting = _meeting(chance, at) if n % 3 == 0 else ()
    for m in range(count):
        ordinary = pool[chance.randrange(len(pool))]
        who = "Khalifa Haftar" if n % 2 else "حفتر"
        title = f"{who} {n}: {ordinary.title}"
        hit = Evidence(field="title", start=0, end=len(who), text=who, term="khalifa-haftar", sentence=title)
        match = Match(
            watchlist=LISTS[n % 3], rule="named", severity=SEVERITIES[n % 4], score=0.8, evidence=(hit,),
            reason=f"names Khalifa Haftar with “{n}” in one sentence of the title",
        )  # fmt: skip
        new = _new(replace(ordinary, title=title), f"s{n}-{m}", chance.randrange(FEEDS), (match,), meeting)
        later = at + timedelta(hours=3 * m)
        stored.told(
            tx, name, new, at=later, of=stored.state(stored.feed(new.item.feed_id), next_poll_at=later)
        )
    if n % 2 == 0:
        promised = stored.promised(stored.message(f"1 high: story {n}"))
        outbox.enqueue(tx, "folder", promised, at, cause=f"alert:{n}")


def _meeting(chance: random.Random, at: datetime) -> tuple[Contact, ...]:
    (one, other), day = (chance.choice(side) for side in NAMES), at.date().isoformat()
    made = stored.contact(
        watchlist="russia-libya-contacts",
        parties={"russia": (one,), "libya": (other,)},
        place="Moscow",
        date=day,
    )
    return (made,)


def _new(
    item: Item, key: str, feed: int, matches: tuple[Match, ...] = (), contacts: tuple[Contact, ...] = ()
) -> Assessed:
    own = replace(
        item, key=key, feed_id=f"f{feed}", title=f"{item.title} {key}", content_hash=f"hash {key}",
        canonical_url=f"f{feed}.example/{key}", url=f"https://f{feed}.example/{key}",
    )  # fmt: skip
    coverage = Coverage.MATCHED if matches else Coverage.NO_MATCH
    decision = Decision(lang=item.lang, matches=matches, contacts=contacts)
    return Assessed(item=own, novelty=Novelty.NEW, decision=decision, coverage=coverage)


def _copied(db: Database, size: int) -> bool:
    """Twice as many ordinary items, `size` in all at most; whether there were too few."""
    with db.transaction() as tx:
        last = tx.execute(select(func.max(rows.c.id))).scalar_one()
        wanted = size - tx.execute(select(func.count()).select_from(rows)).scalar_one()
        if wanted <= 0:
            return False
        own = {
            "id": rows.c.id + last,
            "key": rows.c.key + f"+{last}",
            "canonical_url": rows.c.canonical_url + f"+{last}",
        }
        columns = [own.get(c.name, literal(None) if c.name == "guid" else c) for c in rows.c]
        more = select(*columns).where(rows.c.coverage == Coverage.NO_MATCH.value).limit(wanted)
        tx.execute(insert(rows).from_select([c.name for c in rows.c], more))
        words = "insert into item_words (rowid, text) select id, folded from items where id > ?"
        tx.exec_driver_sql(words, (last,))
        return True


if __name__ == "__main__":
    main(sys.argv[1:])

"""A database that is moved arrives whole, in either direction, however often the move is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, update

from monitor.errors import StoreError
from monitor.model import Coverage
from monitor.store import alerts, archive, evidence, facts, feeds, items, merges, outbox, signatures, words
from monitor.store import move as moving
from monitor.store.archive import Filter
from monitor.store.database import Database
from monitor.store.move import TABLES, Step, move
from monitor.store.tables_news import items as item_rows
from monitor.store.tables_news import matches as match_rows
from tests.support.line import command
from tests.support.stored import (
    DAY,
    HOUR,
    NOW,
    assessed,
    contact,
    feed,
    match,
    message,
    poll,
    promised,
    silenced,
    told,
)

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from sqlalchemy import Connection

pytestmark = pytest.mark.postgres


def fill(database: Database, count: int = 30) -> None:
    """Something in nearly every table, with copies that refer to later items, NULs, and numbers that are gone."""
    with database.transaction() as tx:
        feeds.sync(tx, [feed(), feed("herald")], NOW, jitter=lambda: 0.0)
        told(tx, "s-1", *(_entry(n) for n in range(count)), at=NOW - 40 * DAY)
        ids = told(tx, "s-2", assessed("guid:last", matches=(match("other"),), content="Хафтар в Москве"))
        record = poll(_entry(1, revises=1), at=NOW)
        evidence.keep(tx, record, items.record(tx, record))
        merges.merge(tx, "s-2", "s-1", NOW)
        tx.execute(update(item_rows).where(item_rows.c.id == 2).values(copy_of=ids[0]))
        signatures.put(tx, [(n, NOW, {"a": [n, "ü"]}, (n, 2**62 + n)) for n in (1, 2, 3)])
        signatures.count_facts(tx, [("envoys", 2900, (2**61, 5))])
        alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW, labels={"outlet": ["Gazette"]})
        outbox.enqueue(tx, "desk", promised(message()), NOW, cause="alert:1")
        assert outbox.claim(tx, NOW, lease=HOUR, token="t") is not None
        facts.put(tx, "instance", {"id": "ß", "n": 0.1, "none": None}, NOW.replace(microsecond=7))
        told(tx, "s-3", assessed("guid:gone", matches=(match("gone"),)))
        tx.execute(delete(match_rows).where(match_rows.c.rule == "gone"))


def _entry(n: int, **changes: object) -> object:
    found = (
        {"matches": (match(),), "contacts": (contact(),), "suppressed": (silenced(),)} if n % 3 == 0 else {}
    )
    texts = {
        "title": f"Item {n}",
        "content": f"Envoy {n} met elders. ووصل المبعوث إلى سرت {n}.",
        "raw": bytes([n, 0, 255]),
    }
    return assessed(f"guid:{n}", **found, **texts, coverage_detail="a\0b" if n == 4 else "", **changes)


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.snapshot() as tx:
        return {t.name: [tuple(row) for row in tx.execute(select(t).order_by(*_key(tx, t)))] for t in TABLES}


def _key(tx: Connection, table: object) -> list[object]:
    return [moving._ordered(tx, column) for column in table.primary_key]


def quietly(_step: Step) -> None:
    """Says nothing."""


def test_a_move_there_and_back_changes_nothing(tmp_path: Path, postgres_url: str) -> None:
    """Not a row, not a time, not the next number; words are found, and the monitor goes on."""
    first, last = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    with Database.open(first) as source:
        fill(source)
        with source.transaction() as tx:
            tx.execute(update(item_rows).values(coverage_detail=""))  # the NUL is for the next test
        before = everything(source)
    assert move(first, postgres_url, quietly).items == 32
    with Database.open(postgres_url) as there:
        assert everything(there) == before
        with there.snapshot() as tx:
            assert archive.count(tx, Filter(text="хафтар")) == 1
    assert move(postgres_url, last, quietly).rows == sum(map(len, before.values()))
    with Database.open(last) as back:
        assert everything(back) == before
        assert back.check() == ()
        with back.transaction() as tx:
            assert archive.count(tx, Filter(text="хафтар")) == 1
            told(tx, "s-4", assessed("guid:new", matches=(match(),)))
            newest = tx.execute(select(func.max(match_rows.c.id))).scalar_one()
        # the match that is gone had a number, which never comes again
        assert newest == max(row[0] for row in before["matches"]) + 2


def test_what_arrives_in_a_file_is_made_as_a_new_one(tmp_path: Path) -> None:
    """The index of words, which is made at once, and what keeps it up; somebody who began with an older program ends
    with the same.
    """
    first, last = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    with Database.open(first) as source:
        fill(source)
        with source.snapshot() as tx:
            made = tx.exec_driver_sql(_MADE).all()
    move(first, last, quietly)
    with Database.open(last) as there, there.transaction() as tx:
        assert tx.exec_driver_sql(_MADE).all() == made
        assert archive.count(tx, Filter(text="хафтар")) == 1
        tx.execute(delete(item_rows).where(item_rows.c.content.contains("Хафтар")))
        tx.exec_driver_sql("INSERT INTO item_words (item_words) VALUES ('integrity-check')")
        assert archive.count(tx, Filter(text="хафтар")) == 0
        words.index(tx)
        assert tx.exec_driver_sql(_MADE).all() == made


_MADE = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"


def test_a_nul_that_postgresql_cannot_keep_is_no_difference(tmp_path: Path, postgres_url: str) -> None:
    """It arrives as the sign for what cannot be shown."""
    url = f"sqlite:///{tmp_path}/first.db"
    with Database.open(url) as source:
        fill(source)
    move(url, postgres_url, quietly)
    with Database.reading(postgres_url) as tx:
        assert (
            tx.execute(select(item_rows.c.coverage_detail).where(item_rows.c.id == 5)).scalar() == "a\ufffdb"
        )


@pytest.mark.parametrize("there", ["sqlite", "postgres"])
def test_a_move_that_was_stopped_goes_on(
    there: str, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No monitor begins on half of it; what was copied is not copied again."""
    monkeypatch.setattr(moving, "PORTION", 7)
    source, target = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    target = postgres_url if there == "postgres" else target
    with Database.open(source) as database:
        fill(database)
        with database.transaction() as tx:
            tx.execute(update(item_rows).values(coverage_detail=""))
        before = everything(database)
    said: list[Step] = []

    def stop(step: Step) -> None:
        said.append(step)
        if step.table == "items" and step.done >= 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, stop)
    with pytest.raises(StoreError, match="half of what is being moved there"):
        Database.open(target)
    assert (said[-1].done, said[-1].total) == (14, 32)
    said.clear()
    move(source, target, said.append)
    copied = [step for step in said if step.doing == "copied" and step.table == "items"]
    assert copied[0].done == 21
    with Database.open(target) as database:
        assert everything(database) == before


def test_what_was_changed_under_way_is_found(tmp_path: Path, postgres_url: str) -> None:
    """By the comparison of every row; the target stays closed."""
    url = f"sqlite:///{tmp_path}/first.db"
    with Database.open(url) as source:
        fill(source)

        def meddle(step: Step) -> None:
            if (step.doing, step.table) == ("copied", "items"):
                with source.transaction() as tx:
                    tx.execute(
                        update(item_rows).where(item_rows.c.id == 3).values(coverage=Coverage.RELATED.value)
                    )

        with pytest.raises(StoreError, match=r"items is not what .*first\.db has \(32 rows for 32"):
            move(url, postgres_url, meddle)
    with pytest.raises(StoreError, match="half of what is being moved there"):
        Database.open(postgres_url)


def test_a_target_that_holds_something_is_refused(tmp_path: Path, postgres_url: str) -> None:
    """And a source at which a monitor is at work, and the source itself."""
    url = f"sqlite:///{tmp_path}/first.db"
    with Database.open(url) as source, Database.open(postgres_url) as target:
        with target.transaction() as tx:
            facts.put(tx, "mine", 1, NOW)
        with pytest.raises(StoreError, match="holds facts already"):
            move(url, postgres_url, quietly)
        with source.lock(), pytest.raises(StoreError, match="another monitor"):
            move(url, postgres_url, quietly)
        with pytest.raises(StoreError, match="is there already"):
            move(url, url, quietly)
        with target.transaction() as tx:
            assert facts.get(tx, "mine") == 1


def test_a_move_from_elsewhere_does_not_go_on(tmp_path: Path, postgres_url: str) -> None:
    """Halves of two databases would make none."""
    one, two = f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"
    for url in (one, two):
        with Database.open(url) as database:
            fill(database)

    def stop(step: Step) -> None:
        if step.table == "items":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(one, postgres_url, stop)
    with pytest.raises(StoreError, match="half of what is being moved there"):
        move(two, postgres_url, quietly)


def test_the_command_says_what_it_moved(tmp_path: Path, postgres_url: str) -> None:
    """And what to do now; a wrong address is a wrong option, and a full target is refused with 2."""
    config = tmp_path / "monitor.yaml"
    config.write_text(f"database: sqlite:///{tmp_path}/first.db\n", encoding="utf-8")
    with Database.open(f"sqlite:///{tmp_path}/first.db") as source:
        fill(source)

    def moved(to: str) -> subprocess.CompletedProcess[str]:
        return command("db", "move", "--to", to, "--config", str(config))

    assert moved("mysql://x").returncode == 2
    done = moved(postgres_url)
    assert done.returncode == 0, done.stderr
    assert "rows moved and compared, 32 items among them" in done.stdout
    assert "now set `database:` to that address" in done.stdout
    assert "items: 32 of 32 rows compared" in done.stderr
    again = moved(postgres_url)
    assert again.returncode == 2
    assert "already (name an empty database)" in again.stderr

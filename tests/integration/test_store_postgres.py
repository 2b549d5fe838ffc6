"""A database on PostgreSQL against a second monitor, lost connections, and a server that refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from monitor.errors import StoreError
from monitor.store import archive, facts, feeds, polls, postgres, sql, tables_news, upgrade
from monitor.store.archive import Filter
from monitor.store.database import Database
from monitor.store.prune import prune
from tests.support import disk
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, match, poll, told
from tests.support.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgres import Server

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[2]


@pytest.fixture
def db(postgres_url: str) -> Iterator[Database]:
    """An empty database."""
    with Database.open(postgres_url) as database:
        yield database


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def put(database: Database, value: object = 1) -> None:
    with database.transaction() as tx:
        facts.put(tx, "n", value, NOW)


def got(database: Database) -> object:
    with database.snapshot() as tx:
        return facts.get(tx, "n")


# One monitor.

_RUNNING = """
import sys
from monitor.store.database import Database
Database.open(sys.argv[1]).lock().acquire()
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_second_monitor_is_refused(db: Database, postgres_url: str) -> None:
    """It may read, and a command may write. After kill -9 of the first the second begins."""
    command = [sys.executable, "-c", _RUNNING, postgres_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"ready\n"
        assert db.in_use()
        with db.snapshot() as tx:
            assert str(postgres.running(tx)).startswith(f"monitor {first.pid}@")
        put(db)
        with pytest.raises(StoreError, match="another monitor uses"):
            db.lock().acquire()
        put(db, 2)
        first.kill()
    with db.lock():
        assert db.in_use()
        put(db, 3)
    assert (db.in_use(), got(db)) == (False, 3)


def test_who_lost_the_right_to_run_cannot_write(postgres: Server, db: Database, postgres_url: str) -> None:
    """The connection that held it was cut, and another monitor was faster."""
    with closing(Database.open(postgres_url)) as other, db.lock():
        put(db, "first")
        cut(postgres, postgres_url)
        with other.lock():
            put(other, "second")
            with pytest.raises(StoreError, match="another monitor uses"):
                put(db, "late")
            assert got(db) == "second"
        put(db, "first again")
        with pytest.raises(StoreError, match="another monitor uses"):
            other.lock().acquire()


def test_the_one_monitor_goes_on_after_its_connections_were_cut(
    postgres: Server, db: Database, postgres_url: str
) -> None:
    """It takes its right back with the new connection."""
    with db.lock():
        put(db, 1)
        assert got(db) == 1
        cut(postgres, postgres_url)
        put(db, 2)
        assert got(db) == 2
        assert db.in_use()


def cut(server: Server, url: str) -> None:
    """End every connection to a database, as a restart of the server does."""
    server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(url)}'")
    threading.Event().wait(0.1)


# One writer.


def test_numbers_rise_in_the_order_of_commits(db: Database, postgres_url: str) -> None:
    """The digests' cursor would pass over a match whose number is lower than one that was told."""
    with closing(Database.open(postgres_url)) as other:
        begun, done = threading.Event(), threading.Event()

        def second() -> None:
            begun.set()
            put(other, "second")
            done.set()

        with db.transaction() as tx:
            facts.put(tx, "n", "first", NOW)
            late = threading.Thread(target=second)
            late.start()
            begun.wait()
            assert not done.wait(0.2)
        late.join()
        assert got(db) == "second"


def test_a_writer_that_holds_on_is_told(
    db: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After as long as on a file; readers go on."""
    monkeypatch.setattr("monitor.store.database.BUSY_SECONDS", 0.1)
    with closing(Database.open(postgres_url)) as other, db.transaction():
        with pytest.raises(StoreError, match="is locked by another process"):
            put(other)
        assert got(other) is None
    put(db)


# What is stored.


def test_a_nul_does_not_stop_the_work(db: Database) -> None:
    """PostgreSQL keeps none in a text; a server may send one in a header."""
    with db.transaction() as tx:
        row = {"id": "gazette", "url": "https://gazette.example/\0", "definition": {"title": "a\0b"}}
        more = {"origin": "file", "enabled": True, "added_at": NOW, "interval": HOUR, "next_poll_at": NOW}
        tx.execute(tables_news.feeds.insert().values(**row, **more))
        found = tx.execute(select(tables_news.feeds.c.url, tables_news.feeds.c.definition)).one()
    assert tuple(found) == ("https://gazette.example/\ufffd", {"title": "a\0b"})


def test_polls_lie_in_months_and_old_months_are_dropped(db: Database) -> None:
    """What is of no month of its own is deleted line by line."""
    with db.transaction() as tx:
        tx.exec_driver_sql("CREATE TABLE polls_2025_12 PARTITION OF polls FOR VALUES FROM ('2025-12-01 00:00+00') TO ('2026-01-01 00:00+00')")  # fmt: skip
        feeds.add(tx, feed(), NOW)
        for days in (80, 70, 30, 0):
            feeds.settle(tx, poll(at=NOW - days * DAY))
        assert len(tx.exec_driver_sql("SELECT * FROM polls_2025_12").all()) == 2
    assert prune(db, NOW, unmatched=DAY, matched=DAY, journal=10 * DAY).polls == 3
    with db.snapshot() as tx:
        assert [line.at for line in polls.latest(tx)] == [NOW]
        parts = tx.exec_driver_sql("SELECT relname FROM pg_class WHERE relname LIKE 'polls_20%%'").scalars()
        assert "polls_2025_12" not in (found := set(parts))
        assert len({name for name in found if len(name) == len("polls_2025_12")}) == 2


def test_a_month_that_a_wrong_clock_wrote_into_gets_no_part(db: Database, postgres_url: str) -> None:
    """Its polls are kept where they are, and the start goes on."""
    with db.transaction() as tx:
        for name in (
            tx.exec_driver_sql("SELECT relname FROM pg_class WHERE relname ~ '^polls_20.._..$'")
            .scalars()
            .all()
        ):
            tx.exec_driver_sql(f"DROP TABLE {name}")
        feeds.add(tx, feed(), NOW)
        now = tx.exec_driver_sql("SELECT now()").scalar_one()
        feeds.settle(tx, poll(at=now))
    with closing(Database.open(postgres_url)) as again, again.snapshot() as tx:
        assert [line.at for line in polls.latest(tx)] == [now]
        found = (
            tx.exec_driver_sql("SELECT relname FROM pg_class WHERE relname ~ '^polls_20.._..$'")
            .scalars()
            .all()
        )
        assert len(found) == 1


def test_a_dump_that_reads_the_journal_stops_no_writer(db: Database, postgres_url: str) -> None:
    """The parts are made and dropped another time; what is old is deleted line by line."""
    with db.transaction() as tx:
        tx.exec_driver_sql("CREATE TABLE polls_2025_12 PARTITION OF polls FOR VALUES FROM ('2025-12-01 00:00+00') TO ('2026-01-01 00:00+00')")  # fmt: skip
        feeds.add(tx, feed(), NOW)
        feeds.settle(tx, poll(at=NOW - 80 * DAY))
    with closing(Database.open(postgres_url)) as dump, dump.snapshot() as reading:
        assert len(polls.latest(reading)) == 1
        assert prune(db, NOW, unmatched=DAY, matched=DAY, journal=10 * DAY).polls == 1
        assert len(polls.latest(reading)) == 1
    with db.snapshot() as tx:
        assert tx.exec_driver_sql("SELECT to_regclass('polls_2025_12')").scalar() is not None
    prune(db, NOW, unmatched=DAY, matched=DAY, journal=10 * DAY)
    with db.snapshot() as tx:
        assert tx.exec_driver_sql("SELECT to_regclass('polls_2025_12')").scalar() is None


@pytest.mark.parametrize("title", ['كلمة ß "q" \\u0000 \\ \n\x1f 🙂', "a\0b"], ids=["text", "nul"])
def test_many_rows_arrive_as_each_alone_does(db: Database, title: str) -> None:
    """They are handed over as one list: texts, bytes, times, numbers, yes and no, nothing, and JSON."""
    row = {
        "id": "a", "url": title, "definition": {"title": title, "n": [1, 0.1, None, True]}, "origin": "file",
        "enabled": True, "added_at": NOW.replace(microsecond=7), "interval": HOUR, "next_poll_at": NOW,
        "etag": None, "rhythm": {"a": [title, 2**53 + 1]},
    }  # fmt: skip
    names = [f"feed-{n}" for n in range(sql.LISTED)]
    with db.transaction() as tx:
        sql.add(tx, tables_news.feeds, [row])
        sql.add(tx, tables_news.feeds, [row | {"id": name} for name in names])
        sql.put_new(tx, tables_news.feeds, [row | {"id": name, "url": "no"} for name in names])
        sql.add(tx, tables_news.memories, [{"feed_id": name, "seen": bytes(range(256))} for name in names])
        later = {"of_url": title.replace("\0", "\ufffd"), "failures": 7, "gone": True, "asked_at": None}
        changed = [later | {"of_id": name} for name in ("a", *names)]
        sql.change(tx, tables_news.feeds, ("failures", "gone", "asked_at"), ("id", "url"), changed[:1])
        sql.change(tx, tables_news.feeds, ("failures", "gone", "asked_at"), ("id", "url"), changed[1:])
        found = [tuple(one)[1:] for one in tx.execute(select(tables_news.feeds))]
        assert set(tx.execute(select(tables_news.memories.c.seen)).scalars()) == {bytes(range(256))}
    assert len(found) == 1 + sql.LISTED
    assert all(one == found[0] for one in found)
    assert {7, True, NOW.replace(microsecond=7)} <= {*map(_hashed, found[0])}


def _hashed(value: object) -> object:
    return value if isinstance(value, int | datetime) else None


# The index of words.

_OPTIONS = "SELECT reloptions FROM pg_class WHERE relname = 'ix_items_folded'"


def test_texts_wait_for_their_place_in_the_index_and_are_found(db: Database) -> None:
    """One by one they would cost the server six times as much; a database of an older monitor is changed."""
    with db.transaction() as tx:
        wanted = tx.exec_driver_sql(_OPTIONS).scalar()
        assert wanted == ["fastupdate=on", f"gin_pending_list_limit={postgres.WORDS_WAITING}"]
        tx.exec_driver_sql("DROP INDEX ix_items_folded")
        postgres.index_words(tx)
        assert tx.exec_driver_sql(_OPTIONS).scalar() == wanted
        tx.exec_driver_sql("ALTER INDEX ix_items_folded SET (fastupdate = off)")
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")
        feeds.add(tx, feed(), NOW)
        told(tx, "s-1", assessed("guid:1", content="Хафтар прибыл в Москву", matches=(match(),)))
    upgrade.to_newest(db)
    with db.transaction() as tx:
        assert tx.exec_driver_sql(_OPTIONS).scalar() == wanted
        told(tx, "s-2", assessed("guid:2", content="Хафтар покинул Москву", matches=(match(),)))
    with db.transaction() as tx:
        tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        assert archive.count(tx, Filter(text="хафтар")) == 2
        tx.exec_driver_sql("DROP INDEX ix_items_folded")
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")
    upgrade.to_newest(db)  # what a move that was broken off has dropped is no obstacle


# What the server refuses.


def test_many_processes_may_make_one_database(postgres: Server) -> None:
    """Only one of them makes the tables."""
    url = postgres.url(postgres.create())
    code = "import sys; from monitor.store.database import Database; Database.open(sys.argv[1]).close()"
    started = [
        subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    with Database.reading(url) as tx:
        assert tx.execute(select(func.count()).select_from(tables_news.feeds)).scalar() == 0


def test_letters_that_the_server_does_not_know_are_told(postgres: Server) -> None:
    """Under LC_CTYPE=C nothing would be found by an Arabic or a Russian word, and nobody would say so."""
    name = postgres.create(locale="C")
    with pytest.raises(StoreError, match=r"createdb --template=template0 --encoding=UTF8 --locale=C\.UTF-8"):
        Database.open(postgres.url(name))


def test_an_empty_database_is_not_filled_by_who_only_looks(postgres: Server) -> None:
    """As on a file."""
    url = postgres.url(postgres.create())
    with pytest.raises(StoreError, match="is empty"):
        Database.open(url, create=False)
    Database.open(url).close()
    Database.open(url, create=False).close()


@pytest.fixture
def guest(postgres: Server, postgres_url: str) -> Iterator[str]:
    """The address of the database for somebody who owns nothing in it."""
    name = name_of(postgres_url)
    postgres.sql("CREATE ROLE guest LOGIN", name)
    yield postgres.url(name, "guest")
    postgres.sql("DROP OWNED BY guest; DROP ROLE guest", name)


ALL = "GRANT ALL ON ALL TABLES IN SCHEMA public TO guest"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        pytest.param("UPDATE alembic_version SET version_num = '9999'", "was made by a newer monitor", id="newer"),
        pytest.param("DROP TABLE alembic_version", "belongs to another program", id="not ours"),
        pytest.param("ALTER ROLE guest SET default_transaction_read_only = on", "is read-only", id="read-only"),
        pytest.param("ALTER ROLE guest CONNECTION LIMIT 0", "does not answer: .*too many connections", id="full house"),
        pytest.param("REVOKE ALL ON facts FROM guest", r"may not be used \(give this user .*permission denied", id="no rights"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_database_is_told(
    postgres: Server, guest: str, statement: str, told: str
) -> None:
    """In words, without a traceback."""
    postgres.sql(f"{ALL}; {statement}", name_of(guest))
    with pytest.raises(StoreError, match=told), closing(Database.open(guest)) as found:
        put(found)


@pytest.mark.parametrize(
    ("user", "name", "told"),
    [
        pytest.param(
            "nobody-here", "postgres", 'does not answer: .*role "nobody-here" does not exist', id="user"
        ),
        pytest.param(
            "monitor", "no-such", 'does not answer: .*database "no-such" does not exist', id="database"
        ),
    ],
)
def test_what_the_address_names_wrongly_is_told(postgres: Server, user: str, name: str, told: str) -> None:
    """In the server's words."""
    with pytest.raises(StoreError, match=told):
        Database.open(postgres.url(name, user))


def test_a_server_that_is_not_there_is_told(postgres_url: str) -> None:
    """With the address, without its password."""
    url = (
        postgres_url.replace("monitor@", "monitor:hush@")
        .replace("127.0.0.1:", "127.0.0.1:1/x?a=")
        .partition("?")[0]
    )
    with pytest.raises(StoreError, match=r"does not answer: .*refused") as told:
        Database.open(url)
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param("disk_full", r"has no room: the disk is full .*work goes on by itself", id="full"),
        pytest.param("out_of_memory", "is out of resources", id="memory"),
        pytest.param("query_canceled", "ended a statement before it was done", id="too slow for the server"),
        pytest.param("io_error", "cannot be read or written", id="disk"),
        pytest.param("data_corrupted", "is damaged", id="damage"),
    ],
)
def test_trouble_of_the_server_is_told(db: Database, error: str, told: str) -> None:
    """Nothing is half written, and work goes on when it is over."""

    def write() -> None:
        with db.transaction() as tx:
            facts.put(tx, "n", "half", NOW)
            tx.exec_driver_sql(f"DO $$ BEGIN RAISE {error} USING MESSAGE = 'as the server says it'; END $$")

    put(db, "before")
    with pytest.raises(StoreError, match=f"{told}.*as the server says it"):
        write()
    assert got(db) == "before"
    put(db, "after")


def test_a_full_disk_of_the_server_is_told_and_lost_is_nothing(postgres: Server) -> None:
    """A real one: what was stored is there, and as soon as there is room work goes on."""
    with disk.mounted("48m") as (small, why):
        if small is None:
            pytest.skip(why)
        if postgres.user is not None:
            shutil.chown(small, postgres.user)
        postgres.sql(f"CREATE TABLESPACE small LOCATION '{small}'")
        postgres.sql("CREATE DATABASE crowded TABLESPACE small")
        try:
            with Database.open(postgres.url("crowded")) as db:
                put(db, "before")
                hog = disk.fill(small)
                with pytest.raises(StoreError, match="has no room: the disk is full"):
                    put(db, "".join(map(chr, range(0x4E00, 0x9E00))) * 40)
                assert got(db) == "before"
                hog.unlink()
                put(db, "after")
                assert got(db) == "after"
        finally:
            postgres.drop("crowded")
            postgres.sql("DROP TABLESPACE small")


# A proxy between.


def test_connections_that_a_proxy_dropped_are_made_anew(postgres: Server, postgres_url: str) -> None:
    """Nothing is lost: neither a write, nor a look, nor the right to run."""
    with Wire(postgres.port) as wire, closing(Database.open(postgres.url(name_of(postgres_url), port=wire.port))) as found, found.lock():  # fmt: skip
        put(found, 0)
        for n in range(1, 4):
            wire.cut()
            put(found, n)
            wire.cut()
            assert got(found) == n


def test_a_transaction_that_is_cut_is_told_and_leaves_nothing(postgres: Server, postgres_url: str) -> None:
    """It is begun anew by whoever began it."""
    with Wire(postgres.port) as wire, closing(Database.open(postgres.url(name_of(postgres_url), port=wire.port))) as found:  # fmt: skip

        def write() -> None:
            with found.transaction() as tx:
                facts.put(tx, "n", "half", NOW)
                wire.cut()
                facts.put(tx, "m", "half", NOW)

        put(found, "before")
        with pytest.raises(StoreError, match="does not answer"):
            write()
        assert got(found) == "before"
        put(found, "after")
        assert got(found) == "after"


def test_a_restart_of_the_server_is_waited_out(postgres: Server, db: Database) -> None:
    """While it is down it does not answer; then work goes on."""
    with db.lock():
        put(db, 1)
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="does not answer"):
                put(db, 2)
            with pytest.raises(StoreError, match="does not answer"):
                got(db)
        finally:
            postgres.start()
        assert got(db) == 1
        put(db, 2)
        assert db.in_use()

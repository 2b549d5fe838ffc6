"""procrastinate as what wakes workers, on a real PostgreSQL: each of its traps, and what we do instead."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import StoreError
from monitor.store import leases, queue
from monitor.store.database import Database
from monitor.store.move import move
from tests.support.line import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tests.support.postgres import Server

pytestmark = pytest.mark.postgres
JOBS = "SELECT status::text, queue_name, lock, queueing_lock, scheduled_at, attempts FROM procrastinate_jobs"


@pytest.fixture
def db(postgres_url: str) -> Iterator[Database]:
    """A database with the queue's tables."""
    with Database.open(postgres_url) as database:
        queue.prepare(database)
        yield database


def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    with db.snapshot() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(query)]


def run(db: Database, statement: str) -> None:
    with db.transaction() as tx:
        tx.exec_driver_sql(statement)


def put(db: Database, *tokens: str, name: str = "poll", for_seconds: float = 60) -> None:
    until_then = datetime.now(UTC) + timedelta(seconds=for_seconds)
    with db.transaction() as tx:
        jobs = [queue.Job(queue=name, token=token, names=("a",), until=until_then) for token in tokens]
        queue.defer(tx, jobs)


@contextmanager
def serving(
    db: Database, handle: Callable[[str], Awaitable[None]], *queues: str, at_once: int = 2
) -> Iterator[queue.Served]:
    """A worker in a thread; what it raises is raised at the end."""
    served = queue.Served()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(served.run, db, queues or ("poll",), handle, at_once=at_once)
        try:
            yield served
        finally:
            served.stop()
    ended.result()


def test_a_job_is_of_the_transaction_that_makes_it_due(db: Database) -> None:
    """Rolled back, there is neither lease nor job."""
    now = datetime.now(UTC)
    for fails in (True, False):
        with pytest.raises(ZeroDivisionError) if fails else db.snapshot(), db.transaction() as tx:
            leases.lay(tx, [("feed", "a")], "job:1", now, now + timedelta(minutes=1))
            queue.defer(tx, [queue.Job(queue="poll", token="job:1", names=("a",), until=now)])
            if fails:
                raise ZeroDivisionError
        assert len(rows(db, JOBS)) == len(rows(db, "SELECT * FROM leases")) == (0 if fails else 1)


def test_no_job_has_a_lock_a_time_or_a_second_try(db: Database) -> None:
    """A lock serves strictly in order; a retry beside a queueing lock is "doing" for ever. We use none of them.

    A job that fails is gone like one that does well, and holds up no other of its kind.
    """
    put(db, "bad", "good", "bad", "good")
    assert {row[2:] for row in rows(db, JOBS)} == {(None, None, None, 0)}
    seen: list[str] = []

    async def handle(token: str) -> None:
        seen.append(token)
        if token == "bad":
            raise ZeroDivisionError

    with serving(db, handle):
        assert until(lambda: len(seen) >= 4 and not rows(db, JOBS))
    assert sorted(seen) == ["bad", "bad", "good", "good"]


def test_a_job_that_takes_long_holds_back_none_of_the_same_feed(db: Database) -> None:
    """With a lock the second would wait for the first, and one for tomorrow would hold back all others."""
    seen, free = [], threading.Event()

    async def handle(token: str) -> None:
        seen.append(token)
        if token == "long":
            await asyncio.to_thread(free.wait)

    put(db, "long", "short")
    with serving(db, handle):
        assert until(lambda: "short" in seen)
        assert rows(db, "SELECT args->>'token' FROM procrastinate_jobs") == [("long",)]
        free.set()


def test_finished_jobs_are_deleted_with_their_events(db: Database) -> None:
    """With thirteen million of them a worker takes minutes to start; and there are no periodic tasks."""
    done: list[str] = []

    async def handle(token: str) -> None:
        done.append(token)

    put(db, *(f"job:{n}" for n in range(20)))
    with serving(db, handle):
        assert until(lambda: len(done) == 20 and not rows(db, JOBS))
    for table in ("jobs", "events", "periodic_defers", "workers"):
        assert rows(db, f"SELECT * FROM procrastinate_{table}") == [], table


def test_a_job_is_found_though_nobody_says_so(db: Database) -> None:
    """NOTIFY is a hint that a pooler swallows; the look every few seconds is the truth."""
    for trigger in rows(
        db,
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'procrastinate_jobs'::regclass AND tgname ~ 'notify'",
    ):
        run(db, f"DROP TRIGGER {trigger[0]} ON procrastinate_jobs")
    seen: list[str] = []

    async def handle(token: str) -> None:
        seen.append(token)

    with serving(db, handle):
        assert until(lambda: bool(rows(db, "SELECT * FROM procrastinate_workers")))
        put(db, "job:1")
        assert until(lambda: seen == ["job:1"])


def test_what_a_dead_worker_took_and_what_nobody_took_is_cleared(db: Database) -> None:
    """Not what waits in time, nor what a living worker does."""
    put(db, "late", for_seconds=-1)
    put(db, "unsaid", for_seconds=-4000)
    put(db, "waits", "dead", "orphaned", "alive")
    run(db, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '1 hour')")
    for token, worker in (("dead", 2), ("alive", 1), ("unsaid", 1), ("orphaned", "NULL")):
        run(
            db,
            f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {worker} WHERE args->>'token' = '{token}'",
        )
    with db.transaction() as tx:
        assert queue.clear(tx) == 4
    left = rows(db, "SELECT args->>'token' FROM procrastinate_jobs ORDER BY 1")
    assert left == [("alive",), ("waits",)]


def test_workers_of_another_version_never_see_a_job(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for one of its own."""
    seen: list[str] = []

    async def handle(token: str) -> None:
        seen.append(token)

    put(db, "ours")
    ours = queue.named("poll")
    monkeypatch.setattr(queue, "named", lambda name: f"monitor {name} 0.0.0")
    put(db, "theirs")
    with serving(db, handle):
        assert until(lambda: seen == ["theirs"])
    assert [row[:2] for row in rows(db, JOBS)] == [("todo", ours)]


def test_a_lease_is_taken_once_held_by_one_and_ends_by_itself(db: Database) -> None:
    """A job that came twice, or too late, finds nothing to take; a host rests before it is another's."""
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    keys = [("feed", "a"), ("feed", "b"), ("host", "h")]
    with db.transaction() as tx:
        assert leases.lay(tx, keys, "job:1", now, now + minute) == set(keys)
        assert leases.lay(tx, [("feed", "a"), ("feed", "c")], "job:2", now, now + minute) == {("feed", "c")}
        assert set(leases.take(tx, "job:1", "worker:1", now + minute)) == set(keys)
        assert leases.take(tx, "job:1", "worker:2", now + minute) == ()
        assert leases.held(tx, "feed", ["a", "b", "c"], "worker:1") == {"a", "b"}
        assert leases.prolong(tx, keys, "worker:2", now + 5 * minute) == 0
        assert leases.prolong(tx, keys, "worker:1", now + 2 * minute) == 3
        assert not leases.over(tx, now + minute / 2)
        leases.free(tx, keys[1:], "worker:1", host_until=now + minute)
        assert leases.alive(tx, now) == {("feed", "a"), ("feed", "c"), ("host", "h")}
        assert leases.lay(tx, [("host", "h")], "job:3", now + minute, now + 9 * minute) == {("host", "h")}
        assert leases.sweep(tx, now + minute) == 1
        assert leases.lay(tx, [("feed", "a")], "job:4", now + 2 * minute, now + 9 * minute) == {("feed", "a")}
        assert leases.held(tx, "feed", ["a"], "worker:1") == set()


# Its tables.


def migrated(db: Database, upto: str) -> None:
    """The tables as an older procrastinate left them, after its migration `upto`."""
    folder = resources.files("procrastinate.sql.migrations")
    for name in (name for name in queue._migrations() if name <= upto):
        with db.transaction() as tx:
            driver: Any = tx.connection.driver_connection
            driver.execute(folder.joinpath(f"{name}.sql").read_text("utf-8"))
    run(db, f"COMMENT ON TABLE procrastinate_jobs IS '{upto}'")


def test_older_tables_are_brought_to_what_this_procrastinate_needs(postgres_url: str) -> None:
    """By its own migrations; afterwards a job goes in and out."""
    with Database.open(postgres_url) as db:
        migrated(db, "03.02.00_50_post_batch_defer_jobs")
        with db.snapshot() as tx:
            assert queue.missing(tx)
        queue.prepare(db)
        queue.prepare(db)
        with db.snapshot() as tx:
            assert not queue.missing(tx)
        put(db, "job:1")
        with db.transaction() as tx:
            assert (
                tx.exec_driver_sql(
                    "SELECT args->>'token' FROM procrastinate_fetch_job_v2(NULL, NULL)"
                ).scalar()
                == "job:1"
            )


@pytest.mark.parametrize(
    ("comment", "said"),
    [("NULL", "are not ours"), ("'99.00.00_01_pre_more'", "of a newer procrastinate")],
    ids=["somebody else's", "newer"],
)
def test_tables_that_are_not_ours_are_left_alone(db: Database, comment: str, said: str) -> None:
    """And said so."""
    run(db, f"COMMENT ON TABLE procrastinate_jobs IS {comment}")
    with pytest.raises(StoreError, match=said):
        queue.prepare(db)


def test_a_move_leaves_the_queue_behind_and_the_next_scheduler_makes_it(
    db: Database, postgres_url: str, tmp_path: Path
) -> None:
    """From PostgreSQL into a file and back: jobs are calls, and what they call to is moved."""
    put(db, "job:1")
    db.close()
    file = f"sqlite:///{tmp_path}/moved.db"
    assert move(postgres_url, file, lambda _step: None).rows >= 0
    run(db, "DROP SCHEMA public CASCADE")
    run(db, "CREATE SCHEMA public")
    db.close()
    move(file, postgres_url, lambda _step: None)
    with Database.open(postgres_url) as back:
        queue.prepare(back)
        put(back, "job:2")
        assert rows(back, "SELECT args->>'token' FROM procrastinate_jobs") == [("job:2",)]


def test_its_tables_come_through_a_dump(
    db: Database, postgres: Server, postgres_url: str, tmp_path: Path
) -> None:
    """What was restored is served without any step: the mark is in the dump, and so is the index of words."""
    put(db, "job:1")
    dump, there = tmp_path / "monitor.dump", postgres.url(postgres.create())
    for command in (
        ("pg_dump", "-Fc", "-f", dump, "-d", plain(postgres_url)),
        ("pg_restore", "-d", plain(there), dump),
    ):
        program = [str(part) for part in (postgres.programs / command[0], *command[1:])]
        subprocess.run(program, check=True)
    seen: list[str] = []

    async def handle(token: str) -> None:
        seen.append(token)

    with Database.open(there, create=False) as restored:
        with restored.snapshot() as tx:
            assert not queue.missing(tx)
        queue.prepare(restored)
        with serving(restored, handle):
            assert until(lambda: seen == ["job:1"])
        assert rows(restored, "SELECT 1 FROM pg_indexes WHERE indexname = 'ix_items_folded'") == [(1,)]


def plain(url: str) -> str:
    """The address as PostgreSQL's own programs take it."""
    return url.replace("+psycopg", "")


def test_without_procrastinate_it_is_said_what_to_install(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver alone is enough for one process."""

    def gone(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(resources, "files", gone)
    with pytest.raises(StoreError, match=r"need procrastinate \(pip install"):
        queue.prepare(db)

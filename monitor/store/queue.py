"""The queue of procrastinate, which wakes workers and no more.

A job says what became due and names the token under which it is leased (`monitor.store.leases`). It is put in
by the transaction that lays the leases, and deleted when it is done, however it ended. No `lock`, no
`queueing_lock`, no retry and no periodic tasks of procrastinate: a lost job is missed by the leases, which
run out. Its NOTIFY is a hint; its workers look every few seconds by themselves.

Its tables are made by `prepare`, and bear the mark of procrastinate's newest migration in their comment.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from monitor import __version__, logs
from monitor.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy import Connection

    from monitor.store.database import Database

log = logs.get("store")

#: what the jobs of each queue are about
QUEUES = {"poll": "feed", "parse": "article", "digest": "tick", "deliver": "receiver"}
#: seconds between two looks of a worker that nobody wakes, and without a sign of life until it counts as dead
LOOK_SECONDS, DEAD_SECONDS = 2.0, 30.0
#: seconds for the work in hand when a worker stops
GRACE_SECONDS = 15.0
_TASK = "monitor.work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call to work: what is due, the token under which it is leased, and until when it is to be taken."""

    queue: str
    token: str
    names: tuple[str, ...]
    until: datetime


def named(queue: str, version: str = __version__) -> str:
    """The queue in the database: workers of another version never see its jobs."""
    return f"monitor {queue} {version}"


def defer(tx: Connection, jobs: Sequence[Job]) -> None:
    """Put in jobs, in the caller's transaction."""
    app, driver = _app(), tx.connection.driver_connection
    for queue in QUEUES:
        said: list[Any] = [
            {"token": job.token, "names": list(job.names), "until": job.until.isoformat()}
            for job in jobs
            if job.queue == queue
        ]
        if said:
            app.configure_task(_TASK, queue=named(queue), connection=driver).batch_defer(*said)


def clear(tx: Connection) -> int:
    """Delete jobs that nobody took in time, that dead workers have taken, and what was left; how many."""
    return int(tx.execute(_CLEAR, {"dead": DEAD_SECONDS}).rowcount)


_CLEAR = text(
    "DELETE FROM procrastinate_jobs AS j WHERE (j.status = 'todo' AND "
    "CAST(j.args->>'until' AS timestamptz) < now()) OR (j.status = 'doing' AND NOT EXISTS (SELECT 1 FROM "
    "procrastinate_workers AS w WHERE w.id = j.worker_id AND "
    "w.last_heartbeat > now() - make_interval(secs => :dead))) OR j.status NOT IN ('todo', 'doing') "
    # of a worker that lives, but could not say that it was done
    "OR CAST(j.args->>'until' AS timestamptz) < now() - interval '1 hour'"
)


# Its tables.

_MARK = text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")
_THERE = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")


def prepare(db: Database) -> None:
    """Make procrastinate's tables, or bring them to what its installed version needs.

    Each step is a transaction, so that it goes on where it was stopped. Raises StoreError: they belong to
    somebody else, or a newer procrastinate made them.
    """
    with db.snapshot() as tx:
        there, mark = tx.execute(_THERE).scalar(), tx.execute(_MARK).scalar()
    newest = _migrations()[-1]
    if there and mark is None:
        raise StoreError(f"{db.name} has tables of procrastinate that are not ours (take another database)")
    if there and mark not in _migrations():
        raise StoreError(
            f"{db.name} has tables of a newer procrastinate ({mark}, this one knows {newest}; "
            "install the newer version)"
        )
    for name, script in _scripts(mark):
        with db.transaction() as tx:
            driver: Any = tx.connection.driver_connection
            driver.execute(script)
            driver.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{name}'")


def missing(tx: Connection) -> bool:
    """Whether its tables are not there, or not those of the installed version."""
    return bool(tx.execute(_MARK).scalar() != _migrations()[-1])


def _migrations() -> list[str]:
    """The names of procrastinate's migrations, in order. Raises StoreError: it is not installed."""
    try:
        folder = resources.files("procrastinate.sql.migrations")
    except ModuleNotFoundError:
        said = "a scheduler and workers need procrastinate"
        raise StoreError(f"{said} (pip install 'foreign-influence-monitor[postgres]')") from None
    return sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))


def _scripts(mark: str | None) -> list[tuple[str, str]]:
    """What leads from the migration `mark` (None: from nothing) to the newest, each with its name."""
    if mark is None:
        whole = resources.files("procrastinate.sql").joinpath("schema.sql")
        return [(_migrations()[-1], whole.read_text("utf-8"))]
    folder = resources.files("procrastinate.sql.migrations")
    return [(n, folder.joinpath(f"{n}.sql").read_text("utf-8")) for n in _migrations() if n > mark]


# Its workers.


class Served:
    """A worker of procrastinate, at work until `stop`, which any thread may call at any time."""

    def __init__(self) -> None:
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Take no more jobs, and end when those in hand have ended."""
        self._stopped = True
        if self._loop is not None and self._work is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._work.cancel)

    def run(
        self,
        db: Database,
        queues: Sequence[str],
        handle: Callable[[str], Awaitable[None]],
        *,
        at_once: int,
    ) -> None:
        """Call `handle` with the token of each job of `queues`, with `at_once` of them at a time.

        It raises nothing that concerns the next job. Raises StoreError: the database does not answer.
        """
        from procrastinate.exceptions import ConnectorException
        from psycopg import Error
        from psycopg_pool import PoolTimeout

        # it logs each failure with a traceback; ours are told where they happen
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        try:
            asyncio.run(self._serve(db, queues, handle, at_once))
        except (ConnectorException, Error, PoolTimeout) as error:
            said = str(error.__cause__ or error).strip().splitlines()
            raise StoreError(
                f"{db.name} does not answer: {said[0] if said else 'no reason given'}"
            ) from error
        if not self._stopped:
            raise StoreError(f"{db.name} does not answer: the queue's connection was lost")

    async def _serve(
        self, db: Database, queues: Sequence[str], handle: Callable[[str], Awaitable[None]], at_once: int
    ) -> None:
        app = _app(db.conninfo())

        @app.task(name=_TASK)
        async def work(token: str, **_about: object) -> None:
            await handle(token)

        async with app.open_async():
            self._loop = asyncio.get_running_loop()
            # a job whose end could not be written down: it is cleared, its worker ends by itself
            self._loop.set_exception_handler(
                lambda _loop, about: log.warning("job_not_ended", reason=str(about["message"]))
            )
            self._work = self._loop.create_task(
                app.run_worker_async(
                    queues=[named(queue) for queue in queues],
                    concurrency=at_once,
                    delete_jobs="always",
                    fetch_job_polling_interval=LOOK_SECONDS,
                    abort_job_polling_interval=DEAD_SECONDS,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    stalled_worker_timeout=DEAD_SECONDS,
                    install_signal_handlers=False,
                )
            )
            if self._stopped:
                self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work


def _app(conninfo: str = "") -> App:
    """Without an address it can only put jobs into somebody's transaction."""
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4, timeout=10.0))

"""The database: one writer at a time, readers on a snapshot, and its refusals as StoreError.

SQLite, or PostgreSQL (`monitor.store.postgres`).

SQLite in WAL mode with `synchronous=FULL`: a commit survives a crash and a power cut. Every writer begins
with BEGIN IMMEDIATE, because a transaction that reads first and writes later is refused at once, whatever the
busy timeout.
"""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, exc, make_url, text

from monitor import file_modes, logs
from monitor.errors import StoreError
from monitor.store import postgres, upgrade
from monitor.store.liveness import InstanceLock
from monitor.store.notify import Listener, ServerListener, notify, notify_server
from monitor.store.sql import MADE_DUE, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry


log = logs.get("store")

#: how long a writer waits for another process's transaction; and where several processes write all the time
BUSY_SECONDS, CROWDED_SECONDS = 5, 60


class Database:
    """An open database, safe to use from many threads. Make one with `Database.open`."""

    def __init__(self, url: URL) -> None:
        self._url = url
        #: the file as the operator named it; None where there is none
        self.path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self.name = str(self.path) if self.path else url.render_as_string(hide_password=True)
        self._patience: float = BUSY_SECONDS
        # one connection for writers: inside the process they queue here, not on the file's lock
        self._writer = self._engine("BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
        self._reader = self._engine("BEGIN", pool_size=4, max_overflow=28)
        self._hearers: list[Callable[[], None]] = []
        self._listener: Listener | ServerListener | None = None
        #: whether the daemon is told of each commit, as by a command, or only of what made something due
        self.tells_all = True

    @classmethod
    def open(cls, url: str, *, create: bool = True, migrate: bool = True, moving: str = "") -> Database:
        """The database at `url` (`sqlite:///file` or `postgresql+psycopg://…`), with its newest tables.

        An older one is migrated, after a backup copy beside it. `moving`: the mark of a move into it that may
        go on. Raises StoreError: it is not there and `create` is false, it is older and `migrate` is false,
        it cannot be opened, it is not ours, or a newer monitor made it.
        """
        database = cls(make_url(url))
        try:
            with store_errors(database.name):
                database._prepare(create)
                upgrade.to_newest(database, create=create, migrate=migrate, moving=moving)
                database._fit()
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    @contextmanager
    def reading(cls, url: str) -> Iterator[Connection]:
        """A snapshot of the database at `url`, closed at the end. Raises StoreError: there is none."""
        with cls.open(url, create=False) as database, database.snapshot() as tx:
            yield tx

    @classmethod
    @contextmanager
    def writing(cls, url: str, *, create: bool = False) -> Iterator[Connection]:
        """A transaction on the database at `url`, closed at the end; beside a running daemon it waits its
        turn.

        Raises StoreError: there is none, and `create` is false.
        """
        with cls.open(url, create=create) as database, database.transaction() as tx:
            yield tx

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writer: commits at the end, rolls back on any error. No network inside: others wait for it."""
        with store_errors(self.name), self._writer.begin() as connection:
            connection.info.pop(MADE_DUE, None)
            yield connection
            made_due = connection.info.pop(MADE_DUE, False)
            if self.path is None and (made_due or (self._listener is None and self.tells_all)):
                notify_server(connection)
        if made_due:
            self._tell()
        if self._listener is None and self.path is not None:
            notify(self.path)

    def hear(self, hearer: Callable[[], None]) -> None:
        """Call `hearer` after every commit here that made something due, and while `listening` after each
        commit of another process.
        """
        self._hearers.append(hearer)

    @property
    def hears(self) -> bool:
        """Whether hearers are told what other processes write; if not, somebody has to look."""
        return self._listener is not None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of what other processes commit while the block runs, where that can be had; for the daemon."""
        try:
            self._listener = (
                Listener(self.path, self._tell)
                if self.path is not None
                else ServerListener(postgres.conninfo(self._url), self._tell)
            )
        except OSError as error:
            log.warning("not_listening", reason=error.strerror, detail="other commands are heard later")
        try:
            yield
        finally:
            listener, self._listener = self._listener, None
            if listener is not None:
                listener.close()

    def _tell(self) -> None:
        for hear in self._hearers:
            hear()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A reader: sees one moment, blocks nobody; a write in it is refused."""
        with store_errors(self.name), self._reader.begin() as connection:
            yield connection

    def files(self) -> tuple[Path, ...]:
        """What there is of it on disk: the file, its logs, its lock,
        the last health, and the copies made before a migration.
        """
        if self.path is None:
            return ()
        beside = (
            self.path.with_name(self.path.name + ending)
            for ending in ("", "-wal", "-shm", ".lock", ".health")
        )
        copies = self.path.parent.glob(f"{glob.escape(self.path.name)}.*.backup")
        return tuple(path for path in (*beside, *copies) if path.exists())

    def lock(self, role: str = "all") -> InstanceLock | postgres.AdvisoryLock:
        """The right to be the one monitor on it, not yet taken.

        On a server also to be one that leaves work to workers (`scheduler`), or such a `worker`.
        """
        if self.path is not None:
            return InstanceLock(self.path)
        if role != "all":
            self._patience = CROWDED_SECONDS
        return postgres.AdvisoryLock(self._writer, self.name, role)

    def clock(self) -> Callable[[], datetime]:
        """The time of the server, for several processes that are to agree on it."""
        return postgres.ServerClock(self.snapshot)

    def conninfo(self) -> str:
        """The server's address as libpq takes it; with the password, where it holds one."""
        return postgres.conninfo(self._url)

    def in_use(self) -> bool | None:
        """Whether a monitor is at work on it; None: nobody can tell."""
        if self.path is not None:
            return InstanceLock(self.path).taken()
        with self.snapshot() as tx:
            return postgres.running(tx) is not None

    def backup(self, target: Path) -> None:
        """A consistent copy at `target` while others read and write: one file, complete or not there at all.

        Raises StoreError: `target` exists, cannot be written, or the copy does not pass its check.
        """
        if self.path is None:
            raise StoreError(f"{self.name} is not a file (use pg_dump)")
        if target.exists():
            raise StoreError(f"{target} exists already (choose another name)")
        part = target.with_name(target.name + ".part")
        with store_errors(str(target)):
            try:
                file_modes.create(part)
                self._copy(part)
                part.replace(target)
            except OSError as error:
                raise StoreError(f"{target} cannot be written: {error.strerror}") from error
            finally:
                part.unlink(missing_ok=True)

    def check(self) -> tuple[str, ...]:
        """What is wrong inside, in the database's words; empty when it is sound."""
        with self.snapshot() as tx:
            if self.path is None:
                return postgres.faults(tx)
            found = [str(row[0]) for row in tx.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
            orphans = tx.execute(text("PRAGMA foreign_key_check")).all()
        return (*found, *(f"row {row[1]} of {row[0]} refers to nothing in {row[2]}" for row in orphans))

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file and shorten it, as far as readers allow."""
        if self.path is not None:
            self._pragma("PRAGMA wal_checkpoint(TRUNCATE)")
            self._pragma("PRAGMA optimize")

    def close(self) -> None:
        """Give back every connection, those in use when they are given back;
        the database may be opened again.
        """
        self._writer.dispose()
        self._reader.dispose()

    def _prepare(self, create: bool) -> None:
        """The folder, the file and its journal mode, before any table."""
        if self.path is None:
            return
        if not self.path.exists():
            if not create:
                raise StoreError(f"{self.path}: no such database (`monitor run` creates it)")
            self._make()
        if self._pragma("PRAGMA journal_mode") != "wal" and self._pragma("PRAGMA journal_mode=WAL") != "wal":
            raise StoreError(f"{self.path} cannot use a write-ahead log (put it on a local disk)")

    def _fit(self) -> None:
        """On a server: that it knows our letters, and has room for the polls of this month and the next."""
        if self.path is not None:
            return
        with self.snapshot() as tx:
            postgres.refuse_unfit(tx, self.name)
            missing = postgres.months_missing(tx)
        if missing:
            self._part_polls(None)

    def drop_polls(self, before: datetime) -> int:
        """Drop the parts of the journal of polls that are old as a whole, where it lies in parts.

        Returns how many polls went.
        """
        return self._part_polls(before) if self.path is None else 0

    def _part_polls(self, drop_before: datetime | None) -> int:
        """Make and drop parts of the journal; another time where somebody reads it long, as a dump does."""
        with suppress(postgres.Held), self.transaction() as tx, postgres.at_once(tx):
            postgres.make_months(tx)
            return postgres.drop_months(tx, drop_before) if drop_before is not None else 0
        return 0

    def _make(self) -> None:
        """An empty file that only we may read; SQLite gives its logs the same rights."""
        assert self.path is not None
        try:
            file_modes.make_folder(self.path.parent)
        except OSError as error:
            raise StoreError(f"{self.path.parent} cannot be made: {error.strerror}") from error
        try:
            file_modes.create(self.path)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be made: {error.strerror}") from error

    def _pragma(self, statement: str) -> Any:
        """Run a pragma outside any transaction; its first value."""
        with store_errors(self.name), closing(self._writer.raw_connection()) as connection:
            row = connection.cursor().execute(statement).fetchone()
            return row[0] if row else None

    def _copy(self, part: Path) -> None:
        with closing(self._reader.raw_connection()) as source, closing(sqlite3.connect(part)) as target:
            driver: Any = source.driver_connection
            # in one step: a stepwise copy starts over at each commit of another process
            driver.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            if target.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise StoreError(f"{part} does not pass its check (run `monitor doctor`)")
        with part.open("rb+") as file:
            os.fsync(file.fileno())

    def _engine(self, begin: str, **pool: int) -> Engine:
        if self.path is None and self._url.get_backend_name() == "sqlite":
            raise StoreError("a database in memory would be lost (name a file: sqlite:///data/monitor.db)")
        if self.path is None:
            writer = begin == "BEGIN IMMEDIATE"
            return postgres.engine(self._url, writer=writer, busy_seconds=lambda: self._patience)
        engine = create_engine(
            self._url,
            connect_args={"timeout": BUSY_SECONDS},
            json_serializer=as_json,
            pool_timeout=60,
            **pool,
        )

        @event.listens_for(engine, "connect")
        def connected(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the driver begins nothing on its own; `begun` does
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=FULL")
            if begin == "BEGIN":
                connection.execute("PRAGMA query_only=ON")
            # SQLite's own lower() leaves all but ASCII as it is
            connection.create_function("lower", 1, _lower, deterministic=True)
            record.info["pool"] = engine.pool

        @event.listens_for(engine, "checkin")
        def returned(_connection: object, record: ConnectionPoolEntry) -> None:
            # it was in use while `close` gave back the others: nobody else would close it
            if record.info.get("pool") is not engine.pool:
                record.invalidate()

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


# One monitor per database: `flock` on a file beside it, which the kernel gives back however the holder ends.


# What the database refuses, as an error for the operator: which file, what is wrong, what to do. Anything
# else is a bug.

#: SQLite's primary result codes (sqlite.org/rescode.html) that are the world's doing
_REFUSALS = {
    sqlite3.SQLITE_PERM: "may not be used: permission denied (give this user the file and its folder)",
    sqlite3.SQLITE_BUSY: "is locked by another process (end that one, or wait until it is done)",
    sqlite3.SQLITE_READONLY: "is read-only (give this user write access to the file and its folder)",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error (look at the system's log)",
    sqlite3.SQLITE_CORRUPT: "is damaged (stop, and put back the newest backup)",
    sqlite3.SQLITE_FULL: "has no room: the disk is full (free some space; nothing is lost, work goes "
    "on by itself)",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened (look at the folder: is it there, and may this user "
    "write to it?)",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database (choose another name, or put back a backup)",
}


@contextmanager
def store_errors(file: str) -> Iterator[None]:
    """Raise StoreError where the database of `file` refuses; every other error passes as it is."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError(f"{file} is busy: no connection became free") from error
    except exc.DBAPIError as error:
        _refuse(file, error.orig, error)
        raise
    except sqlite3.Error as error:
        _refuse(file, error, error)
        raise


def _refuse(file: str, original: BaseException | None, cause: Exception) -> None:
    if isinstance(original, sqlite3.Error):
        # an extended code (SQLITE_IOERR_WRITE) carries its primary code in the low byte
        refusal = _REFUSALS.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
        if refusal is not None:
            raise StoreError(f"{file} {refusal}") from cause
    elif isinstance(cause, exc.DBAPIError) and (said := postgres.refusal(cause)) is not None:
        raise StoreError(f"{file} {said}") from cause

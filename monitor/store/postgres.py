"""PostgreSQL: its connections, the right to be the one monitor on a database, and its refusals in words.

What holds for SQLite holds here by other means. One writer at a time: every writing transaction takes an
advisory lock first, so that numbers rise in the order of commits. One monitor: its lock lives in the very
connection that it writes through. Where that connection ends, the lock ends with it, and the next one must
get the lock before it may write: there is no moment in which two monitors write.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, exc, text

from monitor.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine, Row

#: advisory locks, ours by their numbers: of the one transaction that writes, of the one monitor, of workers
WRITING, RUNNING, WORKING = 0x6D6F6E01, 0x6D6F6E02, 0x6D6F6E03
#: seconds: for a server to answer a new connection, until a connection that a proxy forgot counts as dead
CONNECT_SECONDS, DEAD_SECONDS = 10, 20
#: seconds after which an unused reading connection is made anew, and the server's time is asked again
RECYCLE, CLOCK_SECONDS = 300, 60
#: kB of new texts that wait for their place in the index of words: some two hundred
WORDS_WAITING = 1024
#: seconds for a change of tables to wait for who reads them
PATIENCE = 0.5
#: seconds between tries to get the lock, and how many: a server takes a moment to see that a client died
ASK_SECONDS, ASKS = 0.1, 20

#: how soon the server gives up a client that it cannot reach, and with it the lock
_ABANDONED = (
    f"SET tcp_keepalives_idle = {DEAD_SECONDS}; SET tcp_keepalives_interval = {DEAD_SECONDS // 4}; "
    f"SET tcp_keepalives_count = 3; SET tcp_user_timeout = {DEAD_SECONDS * 1000}"
)
_HOLDER = text(
    "SELECT a.pid, a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = 0 AND l.objid = :key "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def engine(url: URL, *, writer: bool, busy_seconds: Callable[[], float]) -> Engine:
    """Connections for the one writer of this process, or for its readers; none is opened yet.

    Raises StoreError: the driver is not installed.
    """
    pool: dict[str, Any] = (
        {"pool_size": 1, "max_overflow": 0}
        if writer
        else {"pool_size": 4, "max_overflow": 28, "pool_recycle": RECYCLE}
    )
    try:
        made = create_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=60,
            isolation_level="READ COMMITTED" if writer else "REPEATABLE READ",
            connect_args=_options(url),
            **pool,
        )
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs a driver (pip install 'foreign-influence-monitor[postgres]')"
        ) from None
    event.listen(made, "connect", _keep_texts_storable)
    if writer:
        event.listen(made, "connect", _commit_to_disk)
        event.listen(made, "begin", _wait_turn(busy_seconds))
    else:
        event.listen(made, "connect", _read_only)
    return made


def _options(url: URL) -> dict[str, Any]:
    ours = {
        "application_name": f"monitor {os.getpid()}@{socket.gethostname()}",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": DEAD_SECONDS,
        "keepalives_interval": DEAD_SECONDS // 4,
        "keepalives_count": 3,
        "tcp_user_timeout": DEAD_SECONDS * 1000,
    }
    return {name: value for name, value in ours.items() if name not in url.query}


def conninfo(url: URL) -> str:
    """The address and our options as libpq takes them, for who connects without SQLAlchemy."""
    from psycopg.conninfo import make_conninfo

    _, said = url.get_dialect()().create_connect_args(url)
    return make_conninfo(**said, **_options(url))


def _wait_turn(busy_seconds: Callable[[], float]) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = {int(busy_seconds() * 1000)}; "
            f"SELECT pg_advisory_xact_lock({WRITING}); SET LOCAL lock_timeout = DEFAULT"
        )

    return begin


def _commit_to_disk(connection: Any, _record: object) -> None:
    """A promise outlives a crash, whatever the server does for others."""
    with connection.cursor() as asked:
        (said,) = asked.execute("SHOW synchronous_commit").fetchone()
        if said == "off":
            asked.execute("SET synchronous_commit = on")
    connection.commit()


def _read_only(connection: Any, _record: object) -> None:
    connection.read_only = True


def _keep_texts_storable(connection: Any, _record: object) -> None:
    """A NUL, which PostgreSQL keeps in no text, is stored as the sign for what cannot be shown."""
    from psycopg.types.string import StrDumper

    class Storable(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, Storable)


#: role -> what it must get, in this order, and what it means when it does not
_SECOND = "another monitor uses {name} (stop it first, or choose another database)"
_CROWDED = "workers are at work on {name} (stop them, or start this monitor with --role scheduler)"
_ROLES: dict[str, tuple[tuple[str, str], ...]] = {
    "all": ((f"pg_try_advisory_lock({RUNNING})", _SECOND), (f"pg_try_advisory_lock({WORKING})", _CROWDED)),
    "scheduler": ((f"pg_try_advisory_lock({RUNNING})", _SECOND),),
    "worker": (
        (
            f"pg_try_advisory_lock_shared({WORKING})",
            "the monitor on {name} does all the work itself (start it with --role scheduler)",
        ),
    ),
}


class AdvisoryLock:
    """The right to be the one monitor on a database, or one of its workers; also a context manager.

    `role`: `all` needs that there is neither a monitor nor a worker, `scheduler` that there is no monitor,
    `worker` that no monitor does all the work.
    """

    def __init__(self, writer: Engine, name: str, role: str = "all") -> None:
        self._writer = writer
        self._name = name
        self._wanted = _ROLES[role]
        self._held = False

    def acquire(self) -> None:
        """Take it. Raises StoreError, naming the holder, when another has it."""
        event.listen(self._writer, "connect", self._take)
        try:
            # a connection that was there before has no lock
            self._writer.dispose()
            with self._writer.connect():
                self._held = True
        except BaseException:
            event.remove(self._writer, "connect", self._take)
            raise

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._held:
            # closing alone gives it back as soon as the server sees it
            with suppress(StoreError, exc.DBAPIError), self._writer.begin() as connection:
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            self._held = False
            event.remove(self._writer, "connect", self._take)
            self._writer.dispose()

    def holder(self) -> int | None:
        """The pid of this process where it holds the lock: nobody else's pid means anything here."""
        return os.getpid() if self._held else None

    def _take(self, connection: Any, _record: object) -> None:
        for _ in range(ASKS):
            if not self._missing(connection):
                return
            time.sleep(ASK_SECONDS)
        if why := self._missing(connection):
            raise StoreError(why.format(name=self._name))

    def _missing(self, connection: Any) -> str:
        """Take all or nothing; why it is nothing."""
        with connection.cursor() as asked:
            asked.execute(_ABANDONED)
            while asked.nextset():
                pass
            refused = next(
                (why for lock, why in self._wanted if not asked.execute(f"SELECT {lock}").fetchone()[0]), ""
            )
            if refused:
                asked.execute("SELECT pg_advisory_unlock_all()")
        # the lock belongs to the session, not to this transaction
        connection.commit()
        return refused

    def __enter__(self) -> AdvisoryLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class ServerClock:
    """The time of the server, which is the same for all its clients, carried on by our steady clock.

    Asked again every `CLOCK_SECONDS`; where the server does not answer, it goes on as it was. The first call
    raises StoreError.
    """

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._snapshot = snapshot
        self._ahead: timedelta | None = None
        self._again = 0.0

    def __call__(self) -> datetime:
        """Now, in UTC."""
        if self._ahead is None or time.monotonic() >= self._again:
            self._again = time.monotonic() + CLOCK_SECONDS
            self._ask()
        assert self._ahead is not None
        return datetime.fromtimestamp(time.monotonic(), UTC) + self._ahead

    def _ask(self) -> None:
        try:
            with self._snapshot() as tx:
                there = tx.exec_driver_sql("SELECT clock_timestamp()").scalar_one().astimezone(UTC)
        except StoreError:
            if self._ahead is None:
                raise
        else:
            self._ahead = there - datetime.fromtimestamp(time.monotonic(), UTC)


def running(tx: Connection) -> str | None:
    """Who is the one monitor on the database, as `monitor 17@host`; None: nobody is."""
    found = tx.execute(_HOLDER, {"key": RUNNING}).first()
    return (found.application_name or f"backend {found.pid}") if found else None


def faults(tx: Connection) -> tuple[str, ...]:
    """What is wrong inside, as far as the server tells."""
    broken = text(
        "SELECT CAST(indexrelid AS regclass) || ' is an invalid index (REINDEX it)' FROM pg_index "
        "WHERE NOT indisvalid"
    )
    return tuple(tx.execute(broken).scalars())


def index_words(tx: Connection) -> None:
    """Make the index of words anew where it is missing; on many items it is made faster than it grows.

    New texts are put in by the list, which a search reads through: one by one it takes six times as long.
    """
    tx.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS ix_items_folded ON items USING gin (folded gin_trgm_ops) "
        f"WITH (fastupdate = on, gin_pending_list_limit = {WORDS_WAITING})"
    )


def refuse_unfit(tx: Connection, name: str) -> None:
    """Raises StoreError where the server knows ASCII letters alone: it would cut no other word in pieces."""
    if tx.execute(_FITS).scalar():
        return
    raise StoreError(
        f"{name} knows no letters but those of ASCII, so that nothing is found by other words "
        "(make it anew: `createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME`)"
    )


#: under LC_CTYPE=C pg_trgm cuts no pieces out of these, and does not say so
_FITS = text(
    "SELECT current_setting('server_encoding') = 'UTF8' AND cardinality(show_trgm('мир')) > 1 "
    "AND cardinality(show_trgm('سلام')) > 1 AND cardinality(show_trgm('ışık')) > 1"
)


# The journal of polls grows by a row for each poll, so that it lies in months: old ones are dropped whole.
#
# Other tables do not: items and what belongs to them go by when they were last seen, whether they matched
# and what still needs them, and are referred to by their number alone, which a table in parts cannot promise
# to be unique.

_MONTHS = text(
    "SELECT CAST(to_char(m, 'YYYY_MM') AS text) AS name, CAST(m AS date) AS first, "
    "CAST(m + interval '1 month' AS date) AS after FROM generate_series("
    "date_trunc('month', CAST(:since AS timestamptz) AT TIME ZONE 'UTC'), "
    "now() AT TIME ZONE 'UTC' + interval '1 month', interval '1 month') AS m"
)
_PARTS = text(
    "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
    "WHERE i.inhparent = CAST('polls' AS regclass) AND c.relname <> 'polls_other' ORDER BY c.relname"
)


class Held(Exception):
    """Somebody has the table that was to be changed at once."""


@contextmanager
def at_once(tx: Connection) -> Iterator[None]:
    """Wait for nobody in here: all who write would wait, too. Raises Held; the transaction is over then."""
    tx.exec_driver_sql(f"SET LOCAL lock_timeout = {int(PATIENCE * 1000)}")
    try:
        yield
    except exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":
            raise Held from None
        raise


def months_missing(tx: Connection) -> bool:
    """Whether this month or the next has no part of its own."""
    there = set(tx.execute(_PARTS).scalars())
    return any(f"polls_{month.name}" not in there for month in _months(tx, None))


def make_months(tx: Connection, since: datetime | None = None) -> None:
    """Give every month from `since` (None: this one) to the next a part.

    What a clock that was ahead wrote lies in the part for the rest, and its months stay there with it.
    """
    there = set(tx.execute(_PARTS).scalars())
    for month in _months(tx, since):
        bounds = f"FROM ('{month.first} 00:00+00') TO ('{month.after} 00:00+00')"
        stray = text("SELECT 1 FROM polls_other WHERE at >= :first AND at < :after LIMIT 1")
        times = {"first": _utc(month.first), "after": _utc(month.after)}
        if f"polls_{month.name}" not in there and tx.execute(stray, times).first() is None:
            tx.exec_driver_sql(f"CREATE TABLE polls_{month.name} PARTITION OF polls FOR VALUES {bounds}")


def _months(tx: Connection, since: datetime | None) -> Sequence[Row[Any]]:
    return tx.execute(_MONTHS, {"since": since or tx.exec_driver_sql("SELECT now()").scalar_one()}).all()


def drop_months(tx: Connection, before: datetime) -> int:
    """Drop the parts all of whose polls are older than `before`; how many polls went."""
    gone = 0
    for name in tx.execute(_PARTS).scalars().all():
        year, month = map(int, name.removeprefix("polls_").split("_"))
        if _utc(date(year + month // 12, month % 12 + 1, 1)) <= before:
            gone += tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            tx.exec_driver_sql(f"DROP TABLE {name}")
    return gone


def _utc(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


# What the database refuses, as an error for the operator: what is wrong, what to do.

#: by SQLSTATE or its class (postgresql.org/docs/current/errcodes-appendix.html)
_REFUSALS = {
    "25006": "is read-only (is it a standby? name the primary, or end its read-only mode)",
    "28": "refuses the login (look at the user and its password)",
    "3D000": "is not there (create it: `createdb`)",
    "42501": "may not be used (give this user the database and its tables)",
    "53100": "has no room: the disk is full (free some space; nothing is lost, work goes on by itself)",
    "53300": "takes no more connections (raise max_connections, or end other programs)",
    "53": "is out of resources (look at the server's log)",
    "55P03": "is locked by another process (end that one, or wait until it is done)",
    "57014": "ended a statement before it was done (look at statement_timeout)",
    "58P01": "lacks the extension pg_trgm (install the server's package postgresql-contrib)",
    "58": "cannot be read or written: the disk reports an error (look at the server's log)",
    "XX": "is damaged (stop, and put back the newest backup)",
}


def refusal(error: exc.DBAPIError) -> str | None:
    """Why the database refuses, in words; None: it is no refusal but a bug."""
    state = getattr(error.orig, "sqlstate", None) or ""
    found = _REFUSALS.get(state) or _REFUSALS.get(state[:2])
    said = str(error.orig).strip().splitlines()
    reason = said[0] if said else "no reason given"
    if found is not None:
        return f"{found}: {reason}"
    if error.connection_invalidated or isinstance(error, exc.OperationalError):
        return f"does not answer: {reason}"
    return None

"""A database moved elsewhere, SQLite to PostgreSQL or back: copied, compared row by row, then released.

Until all of it is there and the same, the tables of the target bear another version, so that no monitor
begins on half of it; the same command goes on where it was stopped. The source is only read.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Column, String, func, literal_column, select, text, tuple_
from xxhash import xxh3_64_hexdigest, xxh3_128

from monitor.errors import StoreError
from monitor.store import postgres, upgrade, words
from monitor.store.database import Database
from monitor.store.sql import Utc, metadata
from monitor.store.tables_delivery import deliveries
from monitor.store.tables_news import REVISION, polls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

#: rows in one transaction
PORTION = 2_000
#: every table, each after those that it refers to
TABLES = tuple(metadata.sorted_tables)
assert {polls, deliveries} <= set(TABLES), "both halves of the tables are there"

#: a row as SQLite has it: times and JSON as text, yes and no as numbers
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a table is: `doing` is `copied` or `compared`."""

    doing: str
    table: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved."""

    rows: int
    items: int
    seconds: float


def move(source_url: str, target_url: str, tell: Callable[[Step], None]) -> Moved:
    """Move everything at `source_url` to the empty database at `target_url`, or go on with such a move.

    Raises StoreError: a monitor is at work on either, the target holds something else, or what arrived is not
    what was sent.
    """
    began = time.monotonic()
    with _both(source_url, target_url) as (source, target):
        counts = {table.name: _copy(source, target, table, tell) for table in TABLES}
        _refer(source, target)
        _number_on(source, target)
        for table in TABLES:
            _compare(source, target, table, counts[table.name], tell)
        _release(target)
    return Moved(sum(counts.values()), counts["items"], time.monotonic() - began)


@contextmanager
def _both(source_url: str, target_url: str) -> Iterator[tuple[Database, Database]]:
    """Both open and nobody else's; the target is marked as being moved into."""
    if source_url == target_url:
        raise StoreError("the database is there already (name another one)")
    mark = f"{upgrade.MOVING}{REVISION}:{xxh3_64_hexdigest(source_url.encode())[:8]}"
    with (
        Database.open(source_url, create=False) as source,
        source.lock(),
        Database.open(target_url, moving=mark) as target,
        target.lock(),
    ):
        _begin(target, mark)
        yield source, target


def _begin(target: Database, mark: str) -> None:
    with target.transaction() as tx:
        if tx.execute(_VERSION).scalar() == mark:
            return
        if full := next((t.name for t in TABLES if tx.execute(select(t).limit(1)).first()), None):
            raise StoreError(f"{target.name} holds {full} already (name an empty database)")
        tx.execute(_STAMP, {"version": mark})
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("DROP INDEX ix_items_folded")
        else:
            words.leave_unindexed(tx)


def _release(target: Database) -> None:
    with target.transaction() as tx:
        if tx.dialect.name == "postgresql":
            postgres.index_words(tx)
            tx.exec_driver_sql("ANALYZE")
        else:
            words.index(tx)
        tx.execute(_STAMP, {"version": REVISION})


_VERSION = text("SELECT version_num FROM alembic_version")
_STAMP = text("UPDATE alembic_version SET version_num = :version")


# Copying.


def _copy(source: Database, target: Database, table: Table, tell: Callable[[Step], None]) -> int:
    """Copy what the target has not got, in the order of the key; how many rows the source has."""
    with source.snapshot() as tx:
        total = int(tx.execute(select(func.count()).select_from(table)).scalar_one())
        first = tx.execute(select(func.min(polls.c.at))).scalar() if table is polls else None
    with target.transaction() as tx:
        done = int(tx.execute(select(func.count()).select_from(table)).scalar_one())
        last = _last(tx, table)
        if first is not None and tx.dialect.name == "postgresql":
            postgres.make_months(tx, since=first)
    places = [n for n, c in enumerate(table.c) if c.name in _own_references(table)]
    for page in _pages(source, table, last):
        with target.transaction() as tx:
            _put(tx, table, [_without(places, row) for row in page] if places else page)
        done += len(page)
        tell(Step("copied", table.name, done, total))
    return total


def _own_references(table: Table) -> list[str]:
    """Columns that refer to rows of the same table, which may come later."""
    return [c.name for c in table.c if any(key.column.table is table for key in c.foreign_keys)]


def _without(places: Sequence[int], row: Row) -> Row:
    for n in places:
        if row[n] is not None:
            row = (*row[:n], None, *row[n + 1 :])
    return row


def _refer(source: Database, target: Database) -> None:
    """Rows refer to others of their table, now that all are there."""
    for table in TABLES:
        for name in _own_references(table):
            (key,) = table.primary_key
            found = select(key.label("this"), table.c[name].label("that")).where(table.c[name].is_not(None))
            put = text(f"UPDATE {table.name} SET {name} = :that WHERE {key.name} = :this")
            with source.snapshot() as tx:
                pairs = [dict(row) for row in tx.execute(found).mappings()]
            for start in range(0, len(pairs), PORTION):
                with target.transaction() as tx:
                    tx.execute(put, pairs[start : start + PORTION])


def _put(tx: Connection, table: Table, rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{c.name}"' for c in table.c)
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(table.c))})", list(rows)
        )
        return
    forms = [_FOR_COPY.get(type(c.type)) for c in table.c]
    driver: Any = tx.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as out:
        for row in rows:
            out.write_row(
                [v if form is None or v is None else form(v) for form, v in zip(forms, row, strict=True)]
            )


#: what COPY reads where it would not read what SQLite has
_FOR_COPY: dict[type, Callable[[Any], Any]] = {Utc: lambda at: f"{at}+00", Boolean: bool}


# Reading: rows in the order of the key, in one form on both databases.


def _pages(database: Database, table: Table, last: Row | None = None) -> Iterator[list[Row]]:
    while True:
        with database.snapshot() as tx:
            page = [tuple(row) for row in tx.execute(_page(tx, table, last))]
        if not page:
            return
        places = [n for n, c in enumerate(table.c) if c.primary_key]
        last = tuple(page[-1][n] for n in places)
        yield page


def _page(tx: Connection, table: Table, last: Row | None) -> Select[Any]:
    key = [_ordered(tx, c) for c in table.primary_key]
    query = select(*(_plain(tx, c) for c in table.c)).select_from(table).order_by(*key).limit(PORTION)
    return query if last is None else query.where(tuple_(*key) > tuple_(*last))


def _last(tx: Connection, table: Table) -> Row | None:
    """The key of the last row that is there."""
    newest = [_ordered(tx, c).desc() for c in table.primary_key]
    found = tx.execute(select(*table.primary_key).order_by(*newest).limit(1)).first()
    return tuple(found) if found is not None else None


def _ordered(tx: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """By the code of the letters, whatever the database's language."""
    words = isinstance(column.type, String) and tx.dialect.name == "postgresql"
    return column.collate("C") if words else column


def _plain(tx: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """A column as SQLite has it."""
    name = f'{column.table.name}."{column.name}"'
    if tx.dialect.name == "sqlite":
        return literal_column(name)
    if isinstance(column.type, Utc):
        return literal_column(f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
    if isinstance(column.type, Boolean):
        return literal_column(f"CAST({name} AS integer)")
    return literal_column(f"CAST({name} AS text)") if isinstance(column.type, JSON) else literal_column(name)


# Comparing.


def _compare(
    source: Database, target: Database, table: Table, total: int, tell: Callable[[Step], None]
) -> None:
    sent, arrived = _digest(source, table), _digest(target, table)
    tell(Step("compared", table.name, arrived[0], total))
    if sent != arrived:
        raise StoreError(
            f"{target.name}: {table.name} is not what {source.name} has ({arrived[0]:,} rows for {sent[0]:,};"
            " somebody wrote meanwhile? empty the target and move again)"
        )


def _digest(database: Database, table: Table) -> tuple[int, str]:
    """How many rows, and the hash of all of them in order."""
    count, running = 0, xxh3_128()
    for page in _pages(database, table):
        count += len(page)
        # a NUL, which PostgreSQL cannot keep, is no difference
        running.update(repr(page).replace(r"\x00", "\ufffd").encode())
    return count, running.hexdigest()


# Numbers: one that was given never comes again, even where its row is gone.


def _number_on(source: Database, target: Database) -> None:
    for table in TABLES:
        column = table.autoincrement_column
        if column is None or not table.dialect_options["sqlite"]["autoincrement"]:
            continue
        with source.snapshot() as tx:
            last = _given(tx, table, column.name)
        with target.transaction() as tx:
            _go_on(tx, table, column.name, last)


def _given(tx: Connection, table: Table, column: str) -> int:
    """The highest number that was ever given; 0: none."""
    if tx.dialect.name == "sqlite":
        last = tx.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return int(last.scalar() or 0)
    name = tx.execute(_SEQUENCE, {"table": table.name, "column": column}).scalar_one()
    return int(
        tx.exec_driver_sql(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}").scalar_one()
    )


def _go_on(tx: Connection, table: Table, column: str, last: int) -> None:
    if tx.dialect.name == "sqlite":
        tx.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        tx.execute(
            text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": table.name, "last": last}
        )
    elif last:
        name = tx.execute(_SEQUENCE, {"table": table.name, "column": column}).scalar_one()
        tx.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": name, "last": last})


_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")

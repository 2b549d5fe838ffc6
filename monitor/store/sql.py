"""The few places where SQLite and PostgreSQL differ, and small helpers over a connection."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Executable, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

#: values in one IN list; SQLite allows 32,766 variables, plans stay small at this size
BATCH = 500

#: in `Connection.info`: the transaction made a delivery due, and after its commit somebody wants to know
PROMISED = "promised"

Value = TypeVar("Value")


def insert(tx: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An INSERT that knows ON CONFLICT, in the dialect of `tx`."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def put_new(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`; those that are already there (by any uniqueness) stay as they are."""
    if rows:
        tx.execute(_put_new(tx.dialect.name, table), rows)


@lru_cache(maxsize=64)
def _put_new(dialect: str, table: Table) -> PostgresInsert | SqliteInsert:
    """Built once: most of what a small statement costs is its building."""
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing()


def add(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`; a conflict raises IntegrityError."""
    if rows:
        tx.execute(table.insert(), rows)


def changed(tx: Connection, statement: Executable) -> int:
    """Run an UPDATE, DELETE or single-row INSERT; the number of rows that it touched."""
    return int(tx.execute(statement).rowcount)


def batches(values: Iterable[Value], size: int = BATCH) -> Iterator[list[Value]]:
    """`values` without repeats, in lists of at most `size`."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]

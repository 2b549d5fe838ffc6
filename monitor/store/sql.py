"""The few places where SQLite and PostgreSQL differ, and small helpers over a connection."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    and_,
    bindparam,
    false,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import (
        BindParameter,
        ColumnElement,
        Connection,
        Dialect,
        Executable,
        Row,
        Select,
        Table,
        Update,
    )
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
    from sqlalchemy.types import TypeEngine


#: values in one IN list; SQLite allows 32,766 variables, plans stay small at this size
BATCH = 500

#: on PostgreSQL so many rows are handed over as one list, if no text of theirs has a NUL, here as in JSON
LISTED, NUL = 3, b"\\u0000"

#: the values of an IN list, in a statement that is built once
WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)

#: in `Connection.info`: the transaction made something due, and after its commit somebody wants to know
MADE_DUE = "made-due"

Value = TypeVar("Value")


def insert(tx: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An INSERT that knows ON CONFLICT, in the dialect of `tx`."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def put_new(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, all of the same columns; those that are already there (by any uniqueness) stay."""
    _put(tx, table, rows, once=True)


def add(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, all of the same columns; a conflict raises IntegrityError."""
    _put(tx, table, rows, once=False)


def _put(tx: Connection, table: Table, rows: Sequence[dict[str, Any]], *, once: bool) -> None:
    if rows:
        names = tuple(rows[0])
        _run_many(
            tx, _insert(tx.dialect.name, table, once), _inserting(table, names, once), table, names, rows
        )


def change(
    tx: Connection,
    table: Table,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Set `columns` in the row of each of `rows` that has its values under `keys` (there as `of_` and the
    name).
    """
    names = (*columns, *(f"of_{key}" for key in keys))
    _run_many(tx, _update(table, columns, keys), _updating(table, columns, keys), table, names, rows)


def _run_many(
    tx: Connection,
    statement: Insert | Update,
    listed: str,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Run a statement that is built once for each of `rows`, with the values that they have under `names`.

    `listed`: the same for PostgreSQL, of a list of rows.
    """
    if tx.dialect.name != "postgresql":
        text, columns = _compiled(tx.dialect, statement, names)
        tx.exec_driver_sql(text, [tuple([make(row[name]) for name, make in columns]) for row in rows])
        return
    said = _list(tx.dialect, table, names, rows) if len(rows) >= LISTED else None
    if said and NUL not in said:
        tx.exec_driver_sql(listed, {"rows": said.decode()})
    else:
        tx.execute(statement, rows)


@lru_cache(maxsize=64)
def _insert(dialect: str, table: Table, once: bool) -> PostgresInsert | SqliteInsert:
    """Built once: most of what a small statement costs is its building."""
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing() if once else made


@lru_cache(maxsize=64)
def _update(table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> Update:
    mine = and_(*(table.c[key] == bindparam(f"of_{key}") for key in keys))
    kinds = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return update(table).where(mine).values(kinds)


# On PostgreSQL many rows are one statement with one parameter: a statement for each costs both sides more
# than what it does.


@lru_cache(maxsize=64)
def _inserting(table: Table, names: tuple[str, ...], once: bool) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    stay = " ON CONFLICT DO NOTHING" if once else ""
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {_rows_of(table, names)}{stay}"


@lru_cache(maxsize=64)
def _updating(table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    put = ", ".join(f'"{name}" = r."{name}"' for name in columns)
    mine = " AND ".join(f'{table.name}."{key}" = r."of_{key}"' for key in keys)
    found = _rows_of(table, (*columns, *(f"of_{key}" for key in keys)))
    return f"UPDATE {table.name} SET {put} FROM {found} WHERE {mine}"


def _rows_of(table: Table, names: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    kinds = (table.c[name.removeprefix("of_")].type.compile(dialect=dialect) for name in names)
    listed = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, kinds, strict=True))
    return f"json_to_recordset(CAST(%(rows)s AS json)) AS r({listed})"


def _list(
    dialect: Dialect, table: Table, names: tuple[str, ...], rows: Sequence[dict[str, Any]]
) -> bytes | None:
    """Rows as a JSON list that PostgreSQL reads back as they are; None for what each must be sent alone."""
    makers = _makers(dialect, table, names)
    listed = [{name: make(row[name]) if make else row[name] for name, make in makers} for row in rows]
    try:
        return orjson.dumps(listed, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # as in `as_json`
        return None


@lru_cache(maxsize=128)
def _makers(
    dialect: Dialect, table: Table, names: tuple[str, ...]
) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    return tuple((name, _maker(dialect, table.c[name.removeprefix("of_")].type)) for name in names)


def _maker(dialect: Dialect, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, JSON):
        return None
    if isinstance(kind, LargeBinary):
        return _as_hex
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _as_hex(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"


@lru_cache(maxsize=128)
def _compiled(
    dialect: Dialect, statement: Insert | Update, names: tuple[str, ...]
) -> tuple[str, tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """The text of a statement, and what makes its values out of a row's, in order: without a dictionary of
    parameters for each row, which costs more than SQLite itself.
    """
    made = statement.compile(dialect=dialect, column_keys=names if isinstance(statement, Insert) else None)
    assert isinstance(made, SQLCompiler)
    kinds = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()
    }
    return str(made), tuple((name, kinds[name] or _as_is) for name in made.positiontup or ())


def _as_is(value: Any) -> Any:
    return value


def changed(tx: Connection, statement: Executable) -> int:
    """Run an UPDATE, DELETE or single-row INSERT; the number of rows that it touched."""
    # psycopg would have forgotten it where an INSERT returns its key
    return int(tx.execute(statement, execution_options={"preserve_rowcount": True}).rowcount)


def batches(values: Iterable[Value], size: int = BATCH) -> Iterator[list[Value]]:
    """`values` without repeats, in lists of at most `size`."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def among(
    tx: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    """The rows of `query` whose `column` has one of `values`, however many these are."""
    for batch in batches(values):
        yield from tx.execute(query.where(column.in_(batch)))


# What tables are made of: column types that are the same on every database, and the columns that recur.


class Utc(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out. Raises ValueError for a naive one, which could be any instant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    # SQLite holds words in SQLAlchemy's own form, which makes and reads them four times as slowly

    def bind_processor(self, dialect: Dialect) -> Any:
        return super().bind_processor(dialect) if dialect.name != "sqlite" else _to_words

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return super().result_processor(dialect, coltype) if dialect.name != "sqlite" else _from_words


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"naive time {value!r}: the store takes aware times only")
    return value.astimezone(UTC)


def _to_words(value: datetime | None) -> str | None:
    """Of an instant: "2026-03-01 12:00:00.000000"."""
    # two local times of one zone are equal where only their fold differs, and an hour apart
    return None if value is None else _in_words(_in_utc(value))


@lru_cache(maxsize=64)  # the moment of a poll stands in many columns of many rows
def _in_words(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")[: -len("+00:00")]


def _from_words(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def as_json(value: Any) -> str:
    """Plain data for a column of JSON; several times as fast as the usual encoder, which takes the rest."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half of a surrogate pair, a whole number beyond 64 bits
        return json.dumps(value)


class Seconds(TypeDecorator[timedelta]):
    """A duration, stored as seconds."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


class Packed(TypeDecorator[Any]):
    """Plain data that is read by the dozen for each item:
    JSON as text, several times faster than the JSON type.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else as_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:  # half of a surrogate pair
            return json.loads(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: a rising number; on SQLite AUTOINCREMENT, so that a deleted one never comes back (cursors depend on it)
SERIAL = BigInteger().with_variant(Integer, "sqlite")


def serial(name: str = "id") -> Column[int]:
    """The rising number that is a table's key."""
    return Column(name, SERIAL, primary_key=True, autoincrement=True)


def words(name: str, **options: Any) -> Column[str]:
    """Text that is never null; empty where there is nothing to say."""
    return Column(name, Text, nullable=False, server_default=text("''"), **options)


def count(name: str) -> Column[int]:
    """A number that begins at 0."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def flag(name: str) -> Column[bool]:
    """Yes or no, at first no."""
    return Column(name, Boolean, nullable=False, server_default=false())


def item_id(**options: Any) -> Column[int]:
    """The item that a row belongs to and goes with."""
    return Column("item_id", SERIAL, ForeignKey("items.id", ondelete="CASCADE"), nullable=False, **options)

"""What tables are made of: column types that are the same on every database, and the columns that recur."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    false,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class Utc(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out. Raises ValueError for a naive one, which could be any instant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: the store takes aware times only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Seconds(TypeDecorator[timedelta]):
    """A duration, stored as seconds."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


class Packed(TypeDecorator[Any]):
    """Plain data that is read by the dozen for each item: JSON as text, several times faster than the JSON type."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


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

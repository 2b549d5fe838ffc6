"""What is kept of items to find their copies and the event that they report: opaque data, found by shared keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, text

from monitor.store.schema import items, signature_keys, signatures
from monitor.store.sql import add, insert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, TextClause


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored item that shares keys with another."""

    item_id: int
    story_id: str
    #: the item that it repeats, itself no copy
    copy_of: int | None
    data: Mapping[str, Any]


def put(tx: Connection, item_id: int, at: datetime, data: Mapping[str, Any], keys: Sequence[int]) -> None:
    """Keep an item's signature, over that of an earlier revision. `at`: the moment that it counts from."""
    values = {"at": at, "data": dict(data)}
    row = insert(tx, signatures).values(item_id=item_id, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["item_id"], set_=values))
    tx.execute(delete(signature_keys).where(signature_keys.c.item_id == item_id))
    add(tx, signature_keys, [{"key": key, "item_id": item_id} for key in dict.fromkeys(keys)])


def candidates(
    tx: Connection,
    keys: Sequence[int],
    since: datetime,
    *,
    other_than: int = 0,
    common: int = 300,
    limit: int = 40,
) -> tuple[Candidate, ...]:
    """Items in stories, first seen since `since`, that share the most of `keys`, at most `limit`.

    A key that more than `common` of those items have tells nothing and is passed over.
    """
    seen = select(items.c.id).where(items.c.first_seen_at >= since)
    first = tx.execute(seen.order_by(items.c.first_seen_at, items.c.id).limit(1)).scalar()
    if first is None or not keys:
        return ()
    asked: dict[str, int] = {f"k{n}": key for n, key in enumerate(keys)}
    bounds = {"first": first, "own": other_than, "common": common, "limit": limit}
    ids = tx.execute(_sharing(len(asked)), asked | bounds).scalars().all()
    columns = (items.c.id, items.c.story_id, items.c.copy_of, signatures.c.data)
    held = select(*columns).join(signatures, signatures.c.item_id == items.c.id)
    rows = tx.execute(held.where(items.c.id.in_(ids), items.c.story_id.is_not(None))).all()
    return tuple(Candidate(*row) for row in sorted(rows, key=lambda row: row.id))


def count(tx: Connection) -> int:
    """How many items have a signature."""
    return int(tx.execute(select(func.count()).select_from(signatures)).scalar_one())


@lru_cache(maxsize=256)
def _sharing(count: int) -> TextClause:
    """The query for `count` keys, in plain SQL: built anew for each item it would cost more than it takes.

    `column1` is what SQLite and PostgreSQL both call the column of a list of values.
    """
    wanted = ", ".join(f"(:k{n})" for n in range(count))
    return text(f"""
        SELECT held.item_id FROM (VALUES {wanted}) AS asked
        JOIN signature_keys AS held ON held.key = asked.column1
        WHERE held.item_id >= :first AND held.item_id <> :own AND NOT EXISTS (
            SELECT 1 FROM signature_keys AS every
            WHERE every.key = asked.column1 AND every.item_id >= :first LIMIT 1 OFFSET :common
        )
        GROUP BY held.item_id ORDER BY count(*) DESC, held.item_id DESC LIMIT :limit
    """)

"""What is kept of items to find their copies and the event that they report:
opaque data, found by shared keys.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, column, delete, func, select, text

from monitor.store.sql import Utc, batches, insert, put_new
from monitor.store.tables_news import items, signature_keys, signatures, story_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.sql.selectable import TextualSelect


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored item that shares keys with another."""

    item_id: int
    story_id: str
    #: the item that it repeats, itself no copy
    copy_of: int | None
    data: Mapping[str, Any]


def put(
    tx: Connection,
    kept: Sequence[tuple[int, datetime, Mapping[str, Any], Sequence[int]]],
    revised: Iterable[int] = (),
) -> None:
    """Keep signatures of items: item, moment, data, keys; those that were `revised` in place of earlier
    ones.
    """
    for batch in batches(revised):
        tx.execute(delete(signatures).where(signatures.c.item_id.in_(batch)))
    put_new(tx, signatures, [{"item_id": i, "at": at, "data": data} for i, at, data, _ in kept])
    put_new(tx, signature_keys, [{"key": key, "item_id": i} for i, _, _, keys in kept for key in keys])


def sharing(
    tx: Connection,
    keys: Sequence[int],
    since: datetime,
    *,
    other_than: int = 0,
    common: int = 300,
    limit: int = 40,
) -> dict[int, int]:
    """Items first seen since `since` that share the most of `keys`, at most `limit`, and how many they share.

    A key that more than `common` of those items have tells nothing and is passed over.
    """
    if not keys:
        return {}
    asked: dict[str, Any] = {f"k{n}": key for n, key in enumerate(keys)}
    bounds = {"since": since, "own": other_than, "common": common, "limit": limit}
    return {row[0]: row[1] for row in tx.execute(_sharing(len(asked)), asked | bounds)}


def common_keys(tx: Connection, keys: Iterable[int], since: datetime, more_than: int) -> set[int]:
    """Those of `keys` that more than `more_than` items have that were first seen since `since`."""
    found: set[int] = set()
    first = select(items.c.id).where(items.c.first_seen_at >= since)
    oldest = first.order_by(items.c.first_seen_at, items.c.id).limit(1).scalar_subquery()
    for batch in batches(keys):
        held = select(signature_keys.c.key).where(signature_keys.c.key.in_(batch))
        held = held.where(signature_keys.c.item_id >= oldest).group_by(signature_keys.c.key)
        found |= set(tx.execute(held.having(func.count() > more_than)).scalars())
    return found


def load(tx: Connection, item_ids: Iterable[int]) -> tuple[Candidate, ...]:
    """What is kept of these items, of those in stories, by item."""
    return tuple(
        Candidate(*row) for batch in batches(sorted(item_ids)) for row in tx.execute(_KEPT, {"ids": batch})
    )


def openers(tx: Connection, story_ids: Iterable[str]) -> tuple[int, ...]:
    """Of each story the item with a signature that was stored first."""
    found: list[int] = []
    for batch in batches(story_ids):
        found += tx.execute(_OPENERS, {"ids": batch}).scalars()
    return tuple(found)


def count(tx: Connection) -> int:
    """How many items have a signature."""
    return int(tx.execute(select(func.count()).select_from(signatures)).scalar_one())


# built once: these run for every poll with an item that matches
_KEPT = (
    select(items.c.id, items.c.story_id, items.c.copy_of, signatures.c.data)
    .join(signatures, signatures.c.item_id == items.c.id)
    .where(items.c.story_id.is_not(None), items.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(items.c.id)
)
_OPENERS = (
    select(func.min(items.c.id))
    .join(signatures, signatures.c.item_id == items.c.id)
    .where(items.c.story_id.in_(bindparam("ids", expanding=True)))
    .group_by(items.c.story_id)
)


@lru_cache(maxsize=256)
def _sharing(count: int) -> TextualSelect:
    """The query for `count` keys, in plain SQL: built anew for each item it would cost more than it takes.

    Ids rise with the time of first sight, so that the newest end of each key's items is read and no more.
    `column1` is what SQLite and PostgreSQL both call the column of a list of values.
    """
    wanted = ", ".join(f"(:k{n})" for n in range(count))
    first = "(SELECT id FROM items WHERE first_seen_at >= :since ORDER BY first_seen_at, id LIMIT 1)"
    query = text(f"""
        SELECT held.item_id, count(*) AS shared FROM (VALUES {wanted}) AS asked
        JOIN signature_keys AS held ON held.key = asked.column1
        WHERE held.item_id >= {first} AND held.item_id <> :own AND NOT EXISTS (
            SELECT 1 FROM signature_keys AS every
            WHERE every.key = asked.column1 AND every.item_id >= {first} LIMIT 1 OFFSET :common
        )
        GROUP BY held.item_id ORDER BY count(*) DESC, held.item_id DESC LIMIT :limit
    """)
    typed = query.bindparams(bindparam("since", type_=Utc()))
    return typed.columns(items.c.id, column("shared", Integer))


# In how many stories of a watchlist something was named lately: what is in all of them tells none from
# another.

#: the fact that every story has
ALL = 0

_COUNTED = (
    select(story_facts)
    .where(story_facts.c.watchlist.in_(bindparam("watchlists", expanding=True)))
    .where(story_facts.c.week.in_(bindparam("weeks", expanding=True)))
    .where(story_facts.c.fact.in_(bindparam("facts", expanding=True)))
)


def count_facts(tx: Connection, opened: Iterable[tuple[str, int, Iterable[int]]]) -> None:
    """More stories: each of a watchlist, in a week, which names facts (63-bit hashes)."""
    more: Counter[tuple[int, str, int]] = Counter()
    for watchlist, week, facts in opened:
        more.update((week, watchlist, fact) for fact in {ALL, *facts})
    rows = [{"week": w, "watchlist": name, "fact": f, "stories": n} for (w, name, f), n in more.items()]
    if rows:
        put = insert(tx, story_facts)
        total = story_facts.c.stories + put.excluded.stories
        tx.execute(
            put.on_conflict_do_update(index_elements=["week", "watchlist", "fact"], set_={"stories": total}),
            rows,
        )


def known_counts(
    tx: Connection, watchlists: Iterable[str], weeks: Iterable[int], facts: Iterable[int]
) -> dict[tuple[int, str], dict[int, int]]:
    """By week and watchlist in how many stories each fact was named, and under `ALL` how many there were."""
    of = {"watchlists": list(watchlists), "weeks": list(weeks)}
    found: dict[tuple[int, str], dict[int, int]] = {}
    for batch in batches([ALL, *facts]):
        for row in tx.execute(_COUNTED, of | {"facts": batch}):
            found.setdefault((row.week, row.watchlist), {})[row.fact] = row.stories
    return found

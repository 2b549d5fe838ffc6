"""What is kept of items to find their copies and the event that they report:
opaque data, found by shared keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, text

from monitor.store.sql import Utc, insert, put_new
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
    item_id: int,
    at: datetime,
    data: Mapping[str, Any],
    *,
    keys: Sequence[int],
    revised: bool = False,
) -> None:
    """Keep an item's signature; `revised`: in place of that of an earlier revision, if it had one.

    `at` is the moment that the signature counts from.
    """
    if revised:
        tx.execute(delete(signatures).where(signatures.c.item_id == item_id))
    put_new(tx, signatures, [{"item_id": item_id, "at": at, "data": data}])
    put_new(tx, signature_keys, [{"key": key, "item_id": item_id} for key in keys])


def candidates(
    tx: Connection,
    keys: Sequence[int],
    since: datetime,
    *,
    other_than: int = 0,
    common: int = 300,
    limit: int = 40,
) -> tuple[Candidate, ...]:
    """Items in stories, first seen since `since`, that share the most of `keys`, at most `limit`, oldest
    first.

    A key that more than `common` of those items have tells nothing and is passed over.
    """
    if not keys:
        return ()
    asked: dict[str, Any] = {f"k{n}": key for n, key in enumerate(keys)}
    bounds = {"since": since, "own": other_than, "common": common, "limit": limit}
    return tuple(Candidate(*row) for row in tx.execute(_sharing(len(asked)), asked | bounds))


def openers(tx: Connection, story_ids: Iterable[str]) -> tuple[Candidate, ...]:
    """Of each story the item with a signature that was stored first, by item."""
    kept = select(func.min(items.c.id)).join(signatures, signatures.c.item_id == items.c.id)
    kept = kept.where(items.c.story_id.in_(list(story_ids))).group_by(items.c.story_id)
    found = select(items.c.id, items.c.story_id, items.c.copy_of, signatures.c.data).join(
        signatures, signatures.c.item_id == items.c.id
    )
    rows = tx.execute(found.where(items.c.id.in_(kept)).order_by(items.c.id))
    return tuple(Candidate(*row) for row in rows)


def count(tx: Connection) -> int:
    """How many items have a signature."""
    return int(tx.execute(select(func.count()).select_from(signatures)).scalar_one())


@lru_cache(maxsize=256)
def _sharing(count: int) -> TextualSelect:
    """The query for `count` keys, in plain SQL: built anew for each item it would cost more than it takes.

    Ids rise with the time of first sight, so that the newest end of each key's items is read and no more.
    `column1` is what SQLite and PostgreSQL both call the column of a list of values.
    """
    wanted = ", ".join(f"(:k{n})" for n in range(count))
    first = "(SELECT id FROM items WHERE first_seen_at >= :since ORDER BY first_seen_at, id LIMIT 1)"
    query = text(f"""
        SELECT items.id, items.story_id, items.copy_of, signatures.data FROM (
            SELECT held.item_id FROM (VALUES {wanted}) AS asked
            JOIN signature_keys AS held ON held.key = asked.column1
            WHERE held.item_id >= {first} AND held.item_id <> :own AND NOT EXISTS (
                SELECT 1 FROM signature_keys AS every
                WHERE every.key = asked.column1 AND every.item_id >= {first} LIMIT 1 OFFSET :common
            )
            GROUP BY held.item_id ORDER BY count(*) DESC, held.item_id DESC LIMIT :limit
        ) AS close
        JOIN items ON items.id = close.item_id
        JOIN signatures ON signatures.item_id = close.item_id
        WHERE items.story_id IS NOT NULL
        ORDER BY items.id
    """)
    typed = query.bindparams(bindparam("since", type_=Utc()))
    return typed.columns(items.c.id, items.c.story_id, items.c.copy_of, signatures.c.data)


# In how many stories of a watchlist something was named lately: what is in all of them tells none from
# another.

#: the fact that every story has
ALL = 0

_KNOWN = (
    select(story_facts.c.fact, func.sum(story_facts.c.stories))
    .where(story_facts.c.watchlist == bindparam("watchlist"))
    .where(story_facts.c.week.in_(bindparam("weeks", expanding=True)))
    .where(story_facts.c.fact.in_(bindparam("facts", expanding=True)))
    .group_by(story_facts.c.fact)
)


def count_facts(tx: Connection, watchlists: Iterable[str], week: int, facts: Iterable[int]) -> None:
    """One more story of each watchlist in a week, which names `facts` (63-bit hashes)."""
    rows = [
        {"week": week, "watchlist": name, "fact": fact, "stories": 1}
        for name in watchlists
        for fact in {ALL, *facts}
    ]
    if rows:
        more = insert(tx, story_facts)
        tx.execute(
            more.on_conflict_do_update(
                index_elements=["week", "watchlist", "fact"],
                set_={"stories": story_facts.c.stories + 1},
            ),
            rows,
        )


def known_counts(
    tx: Connection, watchlist: str, weeks: Iterable[int], facts: Iterable[int]
) -> Mapping[int, int]:
    """In how many stories of these weeks each fact was named, and under `ALL` how many there were."""
    asked = {"watchlist": watchlist, "weeks": list(weeks), "facts": [ALL, *facts]}
    return {fact: int(stories) for fact, stories in tx.execute(_KNOWN, asked)}

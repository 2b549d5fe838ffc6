"""Retention: what is old enough to go, in small transactions so that polls and deliveries never wait long.

Never touched: what is still in a feed (it would come back as new), what a digest has not told, what an open
alert group needs, and any delivery that is owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, null, select, update

from monitor import failpoints
from monitor.store.items import TOUCHED_EVERY
from monitor.store.outbox import OPEN
from monitor.store.sql import changed
from monitor.store.tables_delivery import alert_groups, alert_members, deliveries
from monitor.store.tables_news import entries, feeds, items, matches, polls, signatures, stories, story_facts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table, Update
    from sqlalchemy.sql.dml import Delete

    from monitor.store.database import Database

#: rows in one transaction
BATCH = 500
#: signatures older than this find no more items: an event is told within days
SIGNED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows went."""

    items: int = 0
    stories: int = 0
    polls: int = 0
    #: settled deliveries that lost their message, and those that went whole
    payloads: int = 0
    deliveries: int = 0
    #: what was kept of items to find others like them
    signatures: int = 0
    #: entries that lost their bytes; their links of the chain stay
    entries: int = 0


def prune(
    database: Database,
    now: datetime,
    *,
    unmatched: timedelta,
    matched: timedelta,
    journal: timedelta,
    told_through: int | None = None,
    batch: int = BATCH,
) -> Pruned:
    """Delete what is older than its time, then shorten the write-ahead log.

    `unmatched` and `matched` count from when an item was last seen; `journal` is for polls and settled
    deliveries' messages, whose rows stay as long as `matched`. `told_through` is the match id up to which all
    digests have told (`digests.told_through`); None: there are no digests to wait for.
    """
    settled = deliveries.c.state.not_in(OPEN) & (deliveries.c.settled_at < now - journal)
    forgotten = update(deliveries).values(payload=null())
    free = _free_items(now - unmatched, now - matched, told_through)
    pruned = Pruned(
        items=sum(_sweep(database, delete(items), left & free, batch) for left in _left(database)),
        stories=_sweep(database, delete(stories), _empty_stories(now - unmatched), batch),
        polls=database.drop_polls(now - journal)
        + _sweep(database, delete(polls), polls.c.at < now - journal, batch),
        payloads=_sweep(database, forgotten, settled & deliveries.c.payload.is_not(None), batch),
        deliveries=_sweep(
            database, delete(deliveries), settled & (deliveries.c.settled_at < now - matched), batch
        ),
        signatures=_sweep(database, delete(signatures), signatures.c.at < now - SIGNED, batch),
        entries=_sweep(database, update(entries).values(raw=null()), _orphaned(), batch),
    )
    week = (now - SIGNED).toordinal() // 7
    _sweep(database, delete(story_facts), story_facts.c.week < week, batch)
    # groups whose stories have all gone tell nothing any more
    _sweep(database, delete(alert_groups), _empty_groups(now - journal), batch)
    database.checkpoint()
    return pruned


def _sweep(database: Database, statement: Delete | Update, old: ColumnElement[bool], batch: int) -> int:
    """Apply `statement` to the rows that are `old`, a batch in each transaction, until none is left."""
    total = 0
    while True:
        with database.transaction() as tx:
            touched = _batch(tx, statement, old, batch)
            if touched:
                failpoints.passed("pruning")
        total += touched
        if touched < batch:
            return total


def _batch(tx: Connection, statement: Delete | Update, old: ColumnElement[bool], batch: int) -> int:
    table: Table = statement.table  # type: ignore[assignment]
    key = next(iter(table.primary_key))
    return changed(tx, statement.where(key.in_(select(key).where(old).limit(batch))))


def _left(database: Database) -> list[ColumnElement[bool]]:
    """By feed, the items that its last parsed document did not hold;
    `last_seen_at` may lag by a day behind.
    """
    with database.snapshot() as tx:
        parsed = tx.execute(
            select(feeds.c.id, feeds.c.last_parsed_at).where(feeds.c.last_parsed_at.is_not(None))
        ).all()
    return [(items.c.feed_id == row[0]) & (items.c.last_seen_at < row[1] - TOUCHED_EVERY) for row in parsed]


def _free_items(
    unmatched_before: datetime, matched_before: datetime, told_through: int | None
) -> ColumnElement[bool]:
    """Items past their time that neither a digest nor an alert waits for."""
    ours = matches.c.item_id == items.c.id
    is_matched = exists().where(ours)
    last = items.c.last_seen_at
    past = (~is_matched & (last < unmatched_before)) | (is_matched & (last < matched_before))
    waiting = exists().where(
        alert_members.c.story_id == items.c.story_id,
        alert_members.c.group_id == alert_groups.c.id,
        alert_groups.c.state == "open",
    )
    if told_through is None:
        return past & ~waiting
    return past & ~waiting & ~exists().where(ours, matches.c.id > told_through)


def _empty_stories(before: datetime) -> ColumnElement[bool]:
    """Redirects have no items and go with their target."""
    empty = ~exists().where(items.c.story_id == stories.c.id)
    return (stories.c.changed_at < before) & stories.c.merged_into.is_(None) & empty


def _empty_groups(before: datetime) -> ColumnElement[bool]:
    told = exists().where(alert_members.c.group_id == alert_groups.c.id)
    return (alert_groups.c.settled_at < before) & ~told


def _orphaned() -> ColumnElement[bool]:
    """Entries with bytes whose item is gone."""
    return entries.c.item_id.is_(None) & entries.c.raw.is_not(None)

"""The ledger of digests: one row for each series, local date, receiver and recipient,
written with its deliveries.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from monitor.model import Severity
from monitor.store import archive
from monitor.store.sql import changed, insert
from monitor.store.tables_delivery import digests
from monitor.store.tables_news import items, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One digest for one reader."""

    series: str
    #: ISO date local to the reader; of a brief with its time: `2026-11-24T13:00`
    local_date: str
    receiver: str
    #: e-mail address; empty where the receiver is the recipient
    recipient: str = ""
    #: the window, half-open
    since: datetime
    until: datetime
    #: matches with since_seq < id <= until_seq
    since_seq: int
    until_seq: int
    created_at: datetime
    kind: str = "normal"  # normal | catch-up


_FIELDS = tuple(f.name for f in fields(LedgerRow))


def last(tx: Connection, series: str, receiver: str, recipient: str = "") -> LedgerRow | None:
    """The row of a reader that was written last; the next window begins where it ends.

    Not the one whose window ends last: that may have been written while the clock was years ahead.
    """
    return _newest(
        tx, digests.c.series == series, digests.c.receiver == receiver, digests.c.recipient == recipient
    )


def enter(tx: Connection, row: LedgerRow) -> bool:
    """Write `row`. False: this reader has this digest, and must not get another."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return changed(tx, insert(tx, digests).values(values).on_conflict_do_nothing()) == 1


def entered(tx: Connection, series: str, local_date: str, receiver: str) -> bool:
    """Whether the receiver has the digest of that date."""
    named = (digests.c.series == series) & (digests.c.local_date == local_date)
    row = select(digests.c.id).where(named, digests.c.receiver == receiver, digests.c.recipient == "")
    return tx.execute(row).first() is not None


def recipients(tx: Connection, series: str, local_date: str) -> frozenset[str]:
    """Addresses that have this digest, through whichever receiver."""
    named = (digests.c.series == series) & (digests.c.local_date == local_date) & (digests.c.recipient != "")
    return frozenset(tx.execute(select(digests.c.recipient).where(named)).scalars())


def told_through(tx: Connection, readers: Collection[tuple[str, str]]) -> int | None:
    """The match id up to which every one of `readers` (series, receiver) was told; None: there are no
    readers.

    A reader without a digest was told nothing: 0.
    """
    told = []
    for series, receiver in readers:
        row = _newest(tx, digests.c.series == series, digests.c.receiver == receiver)
        told.append(row.until_seq if row is not None else 0)
    return min(told, default=None)


def _newest(tx: Connection, *conditions: ColumnElement[bool]) -> LedgerRow | None:
    columns = [digests.c[name] for name in _FIELDS]
    found = select(*columns).where(*conditions).order_by(digests.c.id.desc()).limit(1)
    row = tx.execute(found).mappings().first()
    return LedgerRow(**row) if row is not None else None


def stories_in(
    tx: Connection, edges: Sequence[datetime], min_severity: Severity = Severity.INFO
) -> tuple[int, ...]:
    """How many stories of at least `min_severity` had new items in each
    of the half-open windows between `edges`.
    """
    loud = matches.c.severity.in_(archive.at_least(min_severity)) & ~matches.c.again
    within = (items.c.first_seen_at >= edges[0]) & (items.c.first_seen_at < edges[-1])
    news = select(items.c.first_seen_at, items.c.story_id, items.c.id).where(within)
    found: list[set[str]] = [set() for _ in edges[1:]]
    for row in tx.execute(news.where(exists().where(matches.c.item_id == items.c.id, loud))):
        found[bisect_right(edges, row.first_seen_at) - 1].add(row.story_id or f"i-{row.id}")
    return tuple(len(names) for names in found)

"""A clock that was set back: what was written before lies in the future, and would wait there for as long as the error.

The newest completed tick tells by how much. An hour ahead, a year ahead or a night without a daemon: the same rule.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from monitor.store import facts
from monitor.store.tables_news import alert_groups, articles, deliveries, feeds, receivers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Column, Connection

#: below this it is the adjusting that every clock does
NOTICED = timedelta(seconds=2)

#: every moment that something waits for, with the key of its table
_WAITS = (
    (feeds.c.id, feeds.c.next_poll_at),
    (feeds.c.id, feeds.c.not_before),
    (articles.c.item_id, articles.c.next_try_at),
    (alert_groups.c.id, alert_groups.c.due_at),
    (deliveries.c.seq, deliveries.c.not_before),
    (deliveries.c.seq, deliveries.c.lease_until),
    (receivers.c.name, receivers.c.paused_until),
)


def bring_back(tx: Connection, now: datetime) -> timedelta:
    """Move every wait that lies in the future back with the clock; by how much it was set back, zero where it was not.

    What people named an end for (a silence, the expiry of an alert) stays: they meant the calendar.
    """
    ticks = facts.ticks(tx)
    by = max(ticks.values(), default=now) - now
    if by <= NOTICED:
        return timedelta()
    for key, moment in _WAITS:
        _move(tx, key, moment, by, now)
    for name, at in ticks.items():
        facts.ticked(tx, name, min(at, now))
    return by


def _move(
    tx: Connection, key: Column[object], moment: Column[datetime], by: timedelta, now: datetime
) -> None:
    # the databases reckon with times in different words; these are few rows and a rare day
    waiting = tx.execute(select(key, moment).where(moment > now)).all()
    for row_key, at in waiting:
        tx.execute(update(moment.table).where(key == row_key).values({moment.name: max(now, at - by)}))

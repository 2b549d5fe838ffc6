"""What is due and not done, kind by kind, and when something of the kind was done last.

Each is read from an index however long the journals are: it costs as much as there is due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, text

from monitor.model import Work, WorkKind
from monitor.store import feeds as feed_rows
from monitor.store import receivers as receiver_rows
from monitor.store.receivers import ReceiverState
from monitor.store.tables_delivery import GROUP_OPEN, OWED, alert_groups, deliveries, receivers
from monitor.store.tables_news import feeds, polls

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, RowMapping, Select


def polling(tx: Connection, now: datetime, tell_after: timedelta) -> Work:
    """The feeds whose time has come, and when any of them was polled last."""
    waiting = tx.execute(feeds_waiting(now)).one()
    first = tx.execute(first_feed(now)).scalar()
    return Work(
        kind=WorkKind.POLLING,
        due=waiting.due,
        since=waiting.since,
        oldest=first or "",
        done_at=tx.execute(last_poll()).scalar(),
        tell_after=tell_after,
    )


def alerting(tx: Connection, now: datetime, tell_after: timedelta) -> Work:
    """Groups of stories whose wait is over and that are no messages yet."""
    waiting = tx.execute(groups_waiting(now)).one()
    return Work(
        kind=WorkKind.ALERTING,
        due=waiting.due,
        since=waiting.since,
        done_at=tx.execute(last_settled()).scalar(),
        tell_after=tell_after,
    )


def lanes(tx: Connection, now: datetime, tell_after: timedelta) -> tuple[Work, ...]:
    """A lane for each receiver that was ever tried or is owed something, by name.

    What is owed is due since it was promised, whether it waits, is in a sender's hands or is to be tried
    again.
    """
    owed = {row["receiver"]: row for row in tx.execute(owed_by_receiver(now)).mappings()}
    known = {state.name: state for state in receiver_rows.states(tx)}
    return tuple(
        _lane(known.get(name, ReceiverState(name=name)), owed.get(name), now, tell_after)
        for name in sorted(owed.keys() | known.keys())
    )


def _lane(state: ReceiverState, owed: RowMapping | None, now: datetime, tell_after: timedelta) -> Work:
    return Work(
        kind=WorkKind.LANE,
        subject=state.name,
        due=owed["due"] if owed else 0,
        since=owed["since"] if owed else None,
        oldest=_detail(state, owed) if owed else "",
        done_at=state.last_delivered_at,
        tell_after=tell_after,
        resting=_resting(state, now),
        told=state.told_at is not None,
    )


def _resting(state: ReceiverState, now: datetime) -> str:
    if state.suspended_at is not None:
        return "suspended"
    paused = state.paused_until is not None and state.paused_until > now
    return f"paused until {state.paused_until:%Y-%m-%d %H:%M:%S} UTC" if paused else ""


def _detail(state: ReceiverState, owed: RowMapping) -> str:
    held = "being sent" if owed["held"] else ""
    error = f"the last answer: {state.last_error}" if state.last_error else ""
    return ", ".join(part for part in (held, error) if part)


def feeds_waiting(now: datetime) -> Select[*tuple[Any, ...]]:
    """How many feeds are due, and since when the first of them."""
    return select(func.count().label("due"), func.min(feeds.c.next_poll_at).label("since")).where(
        feed_rows.polled(), feeds.c.next_poll_at <= now
    )


def first_feed(now: datetime) -> Select[*tuple[Any, ...]]:
    """The feed that is due longest."""
    waiting = select(feeds.c.id).where(feed_rows.polled(), feeds.c.next_poll_at <= now)
    return waiting.order_by(feeds.c.next_poll_at).limit(1)


def last_poll() -> Select[*tuple[Any, ...]]:
    """When a feed was polled last, whatever came of it."""
    return select(func.max(polls.c.at))


def groups_waiting(now: datetime) -> Select[*tuple[Any, ...]]:
    """How many groups are due, and since when the first of them."""
    found = select(func.count().label("due"), func.min(alert_groups.c.due_at).label("since"))
    return found.where(text(f"alert_groups.{GROUP_OPEN}"), alert_groups.c.due_at <= now)


def last_settled() -> Select[*tuple[Any, ...]]:
    """When a group was sent on or dropped last, from the index by receiver."""
    theirs = select(func.max(alert_groups.c.settled_at)).where(alert_groups.c.receiver == receivers.c.name)
    return select(func.max(theirs.correlate(receivers).scalar_subquery())).select_from(receivers)


def owed_by_receiver(now: datetime) -> Select[*tuple[Any, ...]]:
    """Of each receiver how much is owed, since when, and how much of it is being sent."""
    d = deliveries.c
    held = case((d.lease_until > now, 1), else_=0)
    found = select(
        d.receiver,
        func.count().label("due"),
        func.min(d.queued_at).label("since"),
        func.sum(held).label("held"),
    )
    return found.where(text(f"deliveries.{OWED}")).group_by(d.receiver)

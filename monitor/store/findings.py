"""What the database shows to be amiss: feeds that fail or fall silent, gaps, floods, receivers that are suspended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from monitor.model import EventKind, Finding
from monitor.store import receivers
from monitor.store.health import FAILURES, spoken, unwell
from monitor.store.tables_news import feeds, polls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

#: this long without one successful poll, of any feed, and the monitor is blind
BLIND = timedelta(hours=1)
#: a gap or a flood is found for this long after its poll
LATELY = timedelta(hours=1)
DAY = timedelta(days=1)
_FEED_KINDS = {
    "failing": EventKind.FEED_FAILING,
    "gone": EventKind.FEED_FAILING,
    "quiet": EventKind.FEED_QUIET,
}


def look(tx: Connection, now: datetime) -> tuple[Finding, ...]:
    """Everything that is amiss by what is stored."""
    return (*_feeds(tx, now), *_oddities(tx, now), *_nothing(tx, now), *_receivers(tx))


def _feeds(tx: Connection, now: datetime) -> Iterator[Finding]:
    lasting = _failing_long(tx, now)
    for line in unwell(tx, now):
        if line.state in _FEED_KINDS and (line.state != "failing" or line.feed.id in lasting):
            yield Finding(kind=_FEED_KINDS[line.state], subject=line.feed.id, detail=line.detail)


def _failing_long(tx: Connection, now: datetime) -> set[str]:
    """Feeds that failed several times in a row, or have not answered for a day: one hiccup is nobody's business."""
    long = or_(
        feeds.c.failures >= FAILURES, func.coalesce(feeds.c.last_success_at, feeds.c.added_at) < now - DAY
    )
    return set(tx.execute(select(feeds.c.id).where(long)).scalars())


def _oddities(tx: Connection, now: datetime) -> Iterator[Finding]:
    odd = select(polls.c.feed_id, polls.c.at, polls.c.gap, polls.c.new).where(
        polls.c.at > now - LATELY, or_(polls.c.gap, polls.c.flood)
    )
    for row in tx.execute(odd.order_by(polls.c.id)):
        at = f"{row.at:%H:%M} UTC"
        if row.gap:
            detail = f"no entry in common with the poll before at {at}: something may have been missed"
            yield Finding(kind=EventKind.FEED_GAP, subject=row.feed_id, detail=detail)
        else:
            detail = f"{row.new} entries at once at {at}: stored and in the digest, not alerted"
            yield Finding(kind=EventKind.FEED_FLOOD, subject=row.feed_id, detail=detail)


def _nothing(tx: Connection, now: datetime) -> Iterator[Finding]:
    """Polls were tried or are overdue, and none went through for an hour. Feeds that are asked seldom do not count."""
    ends = select(
        func.max(feeds.c.last_success_at).label("answered"),
        func.min(feeds.c.added_at).label("added"),
        func.min(feeds.c.next_poll_at).label("due"),
        func.max(feeds.c.last_polled_at).label("tried"),
    )
    row = tx.execute(ends.where(feeds.c.enabled, ~feeds.c.gone)).one()
    last, added, due, tried = row.answered, row.added, row.due, row.tried
    if added is None or (last or added) > now - BLIND:
        return
    if due < now - BLIND or (tried is not None and tried > now - BLIND):
        detail = f"no feed has answered for {spoken(now - last)}" if last else "no feed has ever answered"
        yield Finding(kind=EventKind.NOTHING_POLLED, detail=detail)


def _receivers(tx: Connection) -> Iterator[Finding]:
    for state in receivers.states(tx):
        if state.suspended_at is not None:
            detail = state.suspended_reason
            yield Finding(kind=EventKind.RECEIVER_SUSPENDED, subject=state.name, detail=detail)

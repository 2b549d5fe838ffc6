"""What was and what was not seen in a window: the counts that a digest's last line stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from monitor.model import Coverage, CoverageReport
from monitor.store.health import health
from monitor.store.schema import feeds, items, polls

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

#: gaps told one by one; the rest is counted
GAPS_TOLD = 50


def report(tx: Connection, since: datetime, until: datetime, now: datetime) -> CoverageReport:
    """Items first seen in [since, until) by the state they ended in, gaps and floods, and every feed's health."""
    seen = (items.c.first_seen_at >= since) & (items.c.first_seen_at < until)
    ended = select(items.c.coverage, func.count()).where(seen).group_by(items.c.coverage)
    counted = {row[0]: row[1] for row in tx.execute(ended)}
    by_state = {state.value: counted.get(state.value, 0) for state in Coverage}
    return CoverageReport(
        since=since,
        until=until,
        feeds=health(tx, now),
        items=sum(counted.values()),
        by_state=by_state,
        gaps=_gaps(tx, since, until),
    )


def _gaps(tx: Connection, since: datetime, until: datetime) -> tuple[str, ...]:
    odd = select(feeds.c.definition, polls.c.at, polls.c.gap, polls.c.flood, polls.c.new).join(feeds)
    odd = odd.where(polls.c.at >= since, polls.c.at < until, or_(polls.c.gap, polls.c.flood))
    found = tx.execute(odd.order_by(polls.c.at, polls.c.id)).all()
    told = [_told(row.definition["title"], row.at, row.gap, row.new) for row in found[:GAPS_TOLD]]
    rest = len(found) - len(told)
    return (*told, f"and {rest} more") if rest else tuple(told)


def _told(title: str, at: datetime, gap: bool, new: int) -> str:
    moment = f"{at:%Y-%m-%d %H:%M} UTC"
    if gap:
        return f"{title}, {moment}: no entry in common with the poll before, something may have been missed"
    return f"{title}, {moment}: {new} entries at once, probably published again"

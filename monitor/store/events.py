"""What happens to the monitor itself:
each event is open once, seen again while it lasts, and closed when it is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import null, or_, select, update

from monitor.model import Event, EventKind, Severity
from monitor.store.sql import put_new
from monitor.store.tables_delivery import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import Finding

Key = tuple[EventKind, str]


def unclosed(tx: Connection) -> tuple[Event, ...]:
    """What is amiss now, as far as it is known, the oldest first."""
    return _events(tx, events.c.closed_at.is_(None))


def untold(tx: Connection) -> tuple[Event, ...]:
    """Events that nobody was told of yet, and those whose end somebody is to hear of; oldest first."""
    fresh = events.c.closed_at.is_(None) & events.c.told_at.is_(None)
    ended = events.c.closed_at.is_not(None) & events.c.told_to.is_not(None)
    return _events(tx, or_(fresh, ended))


def since(tx: Connection, at: datetime) -> tuple[Event, ...]:
    """Events that were open at `at` or later, oldest first."""
    return _events(tx, or_(events.c.closed_at.is_(None), events.c.closed_at >= at))


def see(tx: Connection, findings: Iterable[Finding], now: datetime) -> int:
    """Open an event for each finding, or note that its open one lasts; how many were opened."""
    known = {event.key: event for event in unclosed(tx)}
    found = {finding.key: finding for finding in findings}
    for key, finding in found.items():
        if key in known:
            this = update(events).where(events.c.id == known[key].id)
            tx.execute(this.values(seen_at=now, detail=finding.detail))
    fresh = [_row(finding, now) for key, finding in found.items() if key not in known]
    put_new(tx, events, fresh)
    return len(fresh)


def _row(finding: Finding, now: datetime) -> dict[str, Any]:
    row = {"kind": finding.kind.value, "subject": finding.subject, "severity": finding.severity.value}
    return row | {"detail": finding.detail, "opened_at": now, "seen_at": now}


def openings(tx: Connection, after: datetime) -> Mapping[Key, int]:
    """How often each event was opened since `after`."""
    found: dict[Key, int] = {}
    opened = select(events.c.kind, events.c.subject).where(events.c.opened_at >= after)
    for row in tx.execute(opened):
        key = (EventKind(row.kind), row.subject)
        found[key] = found.get(key, 0) + 1
    return found


def close(tx: Connection, over: Sequence[Event], now: datetime) -> None:
    """These are over. Of what only happened for a moment nobody hears the end."""
    for event in over:
        silent = event.kind.momentary
        values: dict[str, Any] = {"closed_at": now} | ({"told_to": null()} if silent else {})
        tx.execute(update(events).where(events.c.id == event.id).values(values))


def told(tx: Connection, event: Event, to: Sequence[str], now: datetime) -> None:
    """The receivers `to` were told of an open event, or of the end of a closed one."""
    if event.closed_at is not None:
        left = [name for name in event.told_to if name not in to]
        values: dict[str, Any] = {"told_to": left or null()}
    else:
        values = {"told_at": now, "told_to": sorted({*event.told_to, *to})}
    tx.execute(update(events).where(events.c.id == event.id).values(values))


def _events(tx: Connection, which: ColumnElement[bool]) -> tuple[Event, ...]:
    found = tx.execute(select(events).where(which).order_by(events.c.id)).mappings()
    return tuple(_event(row) for row in found)


def _event(row: RowMapping) -> Event:
    read = {"kind": EventKind(row["kind"]), "severity": Severity(row["severity"])}
    return Event(**{**row, **read, "told_to": tuple(row["told_to"] or ())})

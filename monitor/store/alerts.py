"""Alert groups: a story that waits to be told to a receiver, and what each receiver was told last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, select, update

from monitor.model import Severity
from monitor.store import rows
from monitor.store.schema import alert_groups
from monitor.store.sql import changed, insert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from monitor.model import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """A story for a receiver, open until it is sent or dropped."""

    id: int
    receiver: str
    story_id: str
    opened_at: datetime
    due_at: datetime
    state: str
    reason: str = ""
    settled_at: datetime | None = None
    #: how loud the story was, and its last match, when the receiver was told
    severity: Severity | None = None
    match_id: int | None = None
    #: what the receiver knows of the story since it was told; None: told before that was kept
    told: Standing | None = None


def open_group(
    tx: Connection, receiver: str, story_id: str, *, now: datetime, due_at: datetime, reason: str = ""
) -> bool:
    """Let a story wait for a receiver until `due_at`. One that waits already stays, and is never put off.

    True when it is new.
    """
    row = {"receiver": receiver, "story_id": story_id, "opened_at": now, "due_at": due_at, "state": "open"}
    waiting = alert_groups.c.state == "open"
    statement = insert(tx, alert_groups).values(reason=reason, **row)
    unless = statement.on_conflict_do_nothing()
    if changed(tx, unless):
        return True
    this = (alert_groups.c.receiver == receiver) & (alert_groups.c.story_id == story_id) & waiting
    tx.execute(update(alert_groups).where(this, alert_groups.c.due_at > due_at).values(due_at=due_at))
    return False


def due(tx: Connection, now: datetime, limit: int = 100) -> tuple[AlertGroup, ...]:
    """Open groups whose wait is over, the longest waiting first."""
    found = select(alert_groups).where(alert_groups.c.state == "open", alert_groups.c.due_at <= now)
    ordered = found.order_by(alert_groups.c.due_at, alert_groups.c.id).limit(limit)
    return tuple(_group(row) for row in tx.execute(ordered).mappings())


def settle(
    tx: Connection,
    group_id: int,
    state: Literal["sent", "dropped"],
    now: datetime,
    *,
    reason: str = "",
    severity: Severity | None = None,
    match_id: int | None = None,
    told: Standing | None = None,
) -> bool:
    """Close an open group, with what was told. False: it was closed already, so nothing may be sent for it."""
    values: dict[str, object] = {"state": state, "settled_at": now, "match_id": match_id}
    values["severity"] = severity.value if severity is not None else None
    values["told"] = rows.standing_row(told) if told is not None else None
    if reason:
        values["reason"] = reason
    this = (alert_groups.c.id == group_id) & (alert_groups.c.state == "open")
    return changed(tx, update(alert_groups).where(this).values(values)) == 1


def sent(tx: Connection, receiver: str, story_id: str) -> tuple[AlertGroup, ...]:
    """Everything that the receiver was told of the story, and of the stories that it took in, oldest first."""
    told = select(alert_groups).where(
        alert_groups.c.receiver == receiver,
        alert_groups.c.story_id == story_id,
        alert_groups.c.state == "sent",
    )
    return tuple(_group(row) for row in tx.execute(told.order_by(alert_groups.c.id)).mappings())


def last_sent(tx: Connection, receiver: str, story_id: str) -> AlertGroup | None:
    """What the receiver was told of the story last; None: nothing yet."""
    return next(reversed(sent(tx, receiver, story_id)), None)


def ever(tx: Connection, story_id: str) -> bool:
    """Whether the story was told to anybody, waits to be told, or was dropped."""
    any_group = select(alert_groups.c.id).where(alert_groups.c.story_id == story_id).limit(1)
    return tx.execute(any_group).first() is not None


def next_due(tx: Connection) -> datetime | None:
    """When the next open group is due."""
    return tx.execute(select(func.min(alert_groups.c.due_at)).where(alert_groups.c.state == "open")).scalar()


def _group(row: RowMapping) -> AlertGroup:
    severity = Severity(row["severity"]) if row["severity"] else None
    told = rows.standing(row["told"]) if row["told"] is not None else None
    return AlertGroup(**{**row, "severity": severity, "told": told})


def hurry(tx: Connection, now: datetime) -> int:
    """End the wait of every open group, for a single pass that waits for nobody. Returns how many waited."""
    waiting = update(alert_groups).where(alert_groups.c.state == "open", alert_groups.c.due_at > now)
    return changed(tx, waiting.values(due_at=now))

"""Receivers: who rests until when, who is suspended and why. A receiver without a row is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from monitor.model import Delivered, Rejected, TryLater
from monitor.store.schema import receivers
from monitor.store.sql import changed, insert

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverState:
    """What we know of a receiver."""

    name: str
    paused_until: datetime | None = None
    #: broken until the operator resumes it
    suspended_at: datetime | None = None
    suspended_reason: str = ""
    last_error: str = ""
    last_delivered_at: datetime | None = None


def learn(tx: Connection, name: str, outcome: Outcome, retry_at: datetime | None, now: datetime) -> None:
    """What an attempt says about the receiver as a whole."""
    match outcome:
        case Delivered():
            _put(tx, name, last_delivered_at=now, paused_until=None, last_error="")
        case TryLater(reason=reason, pause_receiver=True):
            _put(tx, name, paused_until=retry_at, last_error=reason)
        case Rejected(reason=reason, suspend=True):
            _put(tx, name, suspended_at=now, suspended_reason=reason, last_error=reason)
        case TryLater(reason=reason) | Rejected(reason=reason):
            _put(tx, name, last_error=reason)


def resume(tx: Connection, names: Iterable[str] | None = None) -> int:
    """End pauses and suspensions (the operator mended it, or the configuration changed). Returns how many ended."""
    resting = or_(receivers.c.suspended_at.is_not(None), receivers.c.paused_until.is_not(None))
    if names is not None:
        resting &= receivers.c.name.in_(list(names))
    well = {"suspended_at": None, "suspended_reason": "", "paused_until": None}
    return changed(tx, update(receivers).where(resting).values(well))


def states(tx: Connection) -> tuple[ReceiverState, ...]:
    """Every receiver that was ever tried, by name."""
    found = tx.execute(select(receivers).order_by(receivers.c.name)).mappings()
    return tuple(ReceiverState(**row) for row in found)


def _put(tx: Connection, name: str, **values: Any) -> None:
    row = insert(tx, receivers).values(name=name, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))

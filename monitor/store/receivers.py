"""Receivers: who rests until when, who is suspended and why. A receiver without a row is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select, text, true, update

from monitor.model import Delivered, Rejected, TryLater
from monitor.store.sql import MADE_DUE, changed, insert
from monitor.store.tables_delivery import OWED, deliveries, receivers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from monitor.model import Outcome


#: a suspended receiver is tried again this often, with one message, where it may have recovered by itself
PROBE_EVERY = timedelta(hours=1)
_RESUMED: dict[str, Any] = {"suspended_at": None, "suspended_reason": "", "paused_until": None, "refusals": 0}
_WELL: dict[str, Any] = _RESUMED | {"failing_since": None}


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
    #: messages that it refused one after the other
    refusals: int = 0
    #: since when nothing has reached it; None: the last attempt did
    failing_since: datetime | None = None
    #: when another receiver was told of it, and which
    told_at: datetime | None = None
    told_to: str = ""


def learn(
    tx: Connection,
    name: str,
    outcome: Outcome,
    retry_at: datetime | None,
    now: datetime,
    *,
    suspend_after: int | None = None,
) -> datetime | None:
    """What an attempt says about the receiver as a whole.

    The breaker: a receiver that refused `suspend_after` messages one after the other is suspended, but for a
    probe from time to time. Returns the time of the next probe when what it refused belongs to such a row.
    """
    if isinstance(outcome, Delivered):
        _put(tx, name, last_delivered_at=now, last_error="", **_WELL)
        return None
    state = _state(tx, name)
    common = {"last_error": outcome.reason, "failing_since": state.failing_since or now}
    match outcome:
        case TryLater(pause_receiver=True):
            _put(tx, name, paused_until=retry_at, **common)
        case Rejected(reason=reason, suspend=True):
            _put(tx, name, suspended_at=now, suspended_reason=reason, paused_until=None, **common)
        case TryLater():
            _put(tx, name, **common)
        case Rejected(reason=reason):
            refusals = state.refusals + 1
            broken = suspend_after is not None and refusals >= suspend_after
            said = f"{refusals} messages refused in a row, the last: {reason}"
            breaker = {"suspended_reason": said, "paused_until": now + PROBE_EVERY} if broken else {}
            breaker |= {"suspended_at": state.suspended_at or now} if broken else {}
            _put(tx, name, refusals=refusals, **common, **breaker)
            return now + PROBE_EVERY if broken else None
    return None


def failing(tx: Connection, before: datetime) -> tuple[ReceiverState, ...]:
    """Receivers that are suspended, or that what they are owed has not reached since `before`."""
    owed = exists().where(deliveries.c.receiver == receivers.c.name, text(f"deliveries.{OWED}"))
    mute = or_(receivers.c.suspended_at.is_not(None), and_(receivers.c.failing_since <= before, owed))
    return _states(tx, mute)


def all_well(tx: Connection) -> bool:
    """Whether nothing is owed, and of no receiver there is any trouble to be told, or its end."""
    r = receivers.c
    trouble = r.suspended_at.is_not(None) | r.failing_since.is_not(None) | r.told_at.is_not(None)
    owed = select(deliveries.c.seq).where(text(f"deliveries.{OWED}")).exists()
    return not tx.execute(select(owed | select(r.name).where(trouble).exists())).scalar()


def recovered(tx: Connection) -> tuple[ReceiverState, ...]:
    """Receivers that work again, of which somebody was told that they did not."""
    well = receivers.c.suspended_at.is_(None) & receivers.c.failing_since.is_(None)
    return _states(tx, well & receivers.c.told_at.is_not(None))


def note_notified(tx: Connection, name: str, to: str, at: datetime | None) -> None:
    """Remember that `to` was told of the receiver's trouble; `at` None: of its end."""
    _put(tx, name, told_at=at, told_to=to)


def resume(tx: Connection) -> int:
    """End pauses and suspensions (the operator corrected it, or the configuration changed). Returns how many
    ended.

    What waits for those receivers is tried at once.
    """
    resting = or_(receivers.c.suspended_at.is_not(None), receivers.c.paused_until.is_not(None))
    d = deliveries.c
    waits = text(f"deliveries.{OWED}"), d.state == "pending"
    theirs = d.receiver.in_(select(receivers.c.name).where(resting))
    tx.execute(update(deliveries).where(*waits, theirs).values(not_before=d.queued_at))
    tx.info[MADE_DUE] = True
    return changed(tx, update(receivers).where(resting).values(_RESUMED))


def states(tx: Connection) -> tuple[ReceiverState, ...]:
    """Every receiver that was ever tried, by name."""
    return _states(tx, true())


def _states(tx: Connection, which: ColumnElement[bool]) -> tuple[ReceiverState, ...]:
    found = tx.execute(select(receivers).where(which).order_by(receivers.c.name)).mappings()
    return tuple(ReceiverState(**row) for row in found)


def _state(tx: Connection, name: str) -> ReceiverState:
    return next(iter(_states(tx, receivers.c.name == name)), ReceiverState(name=name))


def _put(tx: Connection, name: str, **values: Any) -> None:
    row = insert(tx, receivers).values(name=name, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))

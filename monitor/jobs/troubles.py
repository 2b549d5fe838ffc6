"""A receiver that takes nothing cannot say so itself: another one is told, once, and once more when it works again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import logs
from monitor.store import backlog, receivers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import DeliveryConfig
    from monitor.jobs.notices import Notices
    from monitor.store.receivers import ReceiverState

log = logs.get("deliver")

#: subjects of waiting messages that are listed
SHOWN = 12


def tell(tx: Connection, notices: Notices, patience: DeliveryConfig, now: datetime) -> int:
    """Tell of the receivers that are suspended or have failed for too long, and of those that work again; how many.

    While no other receiver works, nobody is told: an outage of the network would be told everywhere when it is over.
    """
    count = 0
    unwell = {state.name for state in receivers.failing(tx, now)}
    for state in receivers.failing(tx, now - patience.tell_after):
        to = notices.beside(state.name, unwell) if state.name in notices.receivers else None
        if state.told_at is None and to is not None:
            log.error("receiver_mute", receiver=state.name, told=to, reason=_why(state))
            subject, lines = _trouble(tx, state, patience)
            notices.put(tx, to, subject, lines, now=now)
            receivers.told(tx, state.name, to, now)
            count += 1
    for state in receivers.recovered(tx):
        log.info("receiver_works_again", receiver=state.name)
        if state.told_to in notices.receivers and state.name in notices.receivers:
            subject, lines = _end(state)
            notices.put(tx, state.told_to, subject, lines, now=now)
            count += 1
        receivers.told(tx, state.name, "", None)
    return count


def _why(state: ReceiverState) -> str:
    return state.suspended_reason or state.last_error


def _trouble(tx: Connection, state: ReceiverState, patience: DeliveryConfig) -> tuple[str, list[str]]:
    hours = f"{patience.expire_alerts.total_seconds() / 3600:g}"
    mend = "Mend it and reload the monitor (SIGHUP), or run `monitor deliveries retry`."
    if state.suspended_at is None:
        subject = f"Nothing has reached receiver {state.name} since {_when(state.failing_since)}"
        mend = "It is tried again by itself."
    else:
        subject = f"Receiver {state.name} is suspended"
        if state.paused_until is not None:
            mend = f"It is tried once an hour. {mend}"
    waiting = backlog.owed_subjects(tx, state.name, limit=1000)
    lines = [f"The last answer: {_why(state)}", mend]
    lines += [f"{len(waiting)} messages wait for it; an alert is kept for {hours} hours."]
    lines += [f"Waiting: {subject}" for subject in waiting[:SHOWN]]
    lines += [f"… and {len(waiting) - SHOWN} more"] if len(waiting) > SHOWN else []
    return subject, lines


def _end(state: ReceiverState) -> tuple[str, list[str]]:
    subject = f"Receiver {state.name} works again"
    return subject, [f"You were told of it at {_when(state.told_at)}. What waited for it is on its way."]


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "now"

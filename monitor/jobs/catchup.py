"""A receiver that comes back after a long outage gets one summary, not a storm."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from monitor import logs
from monitor.store import backlog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import CatchUpConfig
    from monitor.jobs.notices import Notices
    from monitor.model import Delivery
    from monitor.store.backlog import Waiting

log = logs.get("deliver")

#: messages in one list; the next list follows when this one went through
LISTED = 400


def catch_up(tx: Connection, notices: Notices, policy: CatchUpConfig, taken: Delivery, now: datetime) -> int:
    """After `taken` went through, list in one message what has waited too long for the same reader; how many alerts.

    What waits is listed when it is more than the policy allows; what expired, always: it is told late, but told.
    """
    if taken.receiver not in notices.receivers:
        return 0
    found = backlog.undelivered(tx, taken.receiver, before=now - policy.older_than)
    ours = [w for w in found if w.recipient == taken.message.recipient]
    stormy = len({w.batch for w in ours if w.state == "pending"}) > policy.more_than
    listed = (ours if stormy else [w for w in ours if w.state == "expired"])[:LISTED]
    if not listed:
        return 0
    subject, lines = _summary(listed)
    ids = notices.put(tx, taken.receiver, subject, lines, now=now, recipient=taken.message.recipient)
    if not ids:  # an address that the receiver no longer has: what waits for it goes out as it is
        return 0
    backlog.summarise(tx, [w.id for w in listed], into=ids[0], now=now)
    log.warning("caught_up", receiver=taken.receiver, alerts=len(lines) - 1, summary=ids[0])
    return len(lines) - 1


def _summary(listed: Sequence[Waiting]) -> tuple[str, list[str]]:
    """One line for each alert, however many messages it had."""
    alerts = [next(parts) for _batch, parts in groupby(listed, key=lambda w: w.batch)]
    first, last = (f"{w.created_at:%Y-%m-%d %H:%M}" for w in (alerts[0], alerts[-1]))
    many = f"{len(alerts)} messages" if len(alerts) > 1 else "1 message"
    subject = f"{many} could not be delivered between {first} and {last} UTC"
    head = "Nothing could be delivered here for a while. This list takes their place; each is in the archive."
    return subject, [head, *(f"{w.created_at:%Y-%m-%d %H:%M} UTC: {w.subject}" for w in alerts)]

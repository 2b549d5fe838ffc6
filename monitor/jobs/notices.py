"""What the monitor says about itself to a receiver: through the outbox, like every other message."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import logs
from monitor.messages.alert import notice_context
from monitor.messages.render import render
from monitor.store import journal, outbox, receivers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import CatchUpConfig, DeliveryConfig, ReceiverConfig
    from monitor.messages.templates import Templates
    from monitor.model import Delivery
    from monitor.store.journal import Waiting
    from monitor.store.receivers import ReceiverState


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What notices are made with."""

    templates: Templates
    receivers: Mapping[str, ReceiverConfig]
    #: the receiver of the top route
    root: str

    def put(
        self,
        tx: Connection,
        to: str,
        subject: str,
        lines: Sequence[str],
        *,
        now: datetime,
        cause: str | None = None,
        recipient: str | None = None,
    ) -> tuple[str, ...]:
        """Promise a notice to the receiver `to`, or to one `recipient` of it; the ids of its messages.

        `cause` makes it once only: the ids are empty the second time.
        """
        context = notice_context(subject, lines, now=now)
        made = render(self.templates, context, self.receivers[to], batch=str(uuid4()), at=now)
        messages = [(o.id, o.message) for o in made if recipient in (None, o.message.recipient)]
        return outbox.enqueue(tx, to, messages, now, cause=cause)

    def beside(self, name: str, avoid: Collection[str] = ()) -> str | None:
        """Who is told that nothing reaches `name`: its fallback, else the top route's receiver, else another one.

        None of those in `avoid`; None: there is nobody else.
        """
        named = [self.receivers[name].fallback, self.root, *self.receivers]
        others = [other for other in dict.fromkeys(named) if other in self.receivers and other != name]
        return next((other for other in others if other not in avoid), None)


# A receiver that comes back after a long outage gets one summary, not a storm.

log = logs.get("deliver")

#: messages in one list; the next list follows when this one went through
LISTED = 400


def catch_up(tx: Connection, notices: Notices, policy: CatchUpConfig, taken: Delivery, now: datetime) -> int:
    """After `taken` went through, list in one message what has waited too long for the same reader; how many alerts.

    What waits is listed when it is more than the policy allows; what expired, always: it is told late, but told.
    """
    if taken.receiver not in notices.receivers:
        return 0
    found = journal.undelivered(tx, taken.receiver, before=now - policy.older_than)
    ours = [w for w in found if w.recipient == taken.message.recipient]
    stormy = len({w.batch for w in ours if w.state == "pending"}) > policy.more_than
    listed = (ours if stormy else [w for w in ours if w.state == "expired"])[:LISTED]
    if not listed:
        return 0
    subject, lines = _summary(listed)
    ids = notices.put(tx, taken.receiver, subject, lines, now=now, recipient=taken.message.recipient)
    if not ids:  # an address that the receiver no longer has: what waits for it goes out as it is
        return 0
    journal.summarise(tx, [w.id for w in listed], into=ids[0], now=now)
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


# A receiver that takes nothing cannot say so itself: another one is told, once, and once more when it works again.

#: subjects of waiting messages that are listed
SHOWN = 12


def tell_of_receivers(tx: Connection, notices: Notices, patience: DeliveryConfig, now: datetime) -> int:
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
    waiting = journal.owed_subjects(tx, state.name, limit=1000)
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

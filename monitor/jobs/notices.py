"""What the monitor says about itself to a receiver: through the outbox, like every other message."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import logs
from monitor.languages.locale import frame
from monitor.messages.alert import notice_context
from monitor.messages.render import render
from monitor.store import journal, outbox, receivers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import CatchUpConfig, DeliveryConfig, ReceiverConfig
    from monitor.languages.locale import Frame
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
        context = notice_context(subject, lines, now=now, language=self.receivers[to].language)
        made = render(self.templates, context, self.receivers[to], batch=str(uuid4()), at=now)
        messages = [(o.id, o.message) for o in made if recipient in (None, o.message.recipient)]
        return outbox.enqueue(tx, to, messages, now, cause=cause)

    def frame(self, to: str) -> Frame:
        """The words of the receiver `to`."""
        return frame(self.receivers[to].language)

    def beside(self, name: str, avoid: Collection[str] = ()) -> str | None:
        """Who is told that nothing reaches `name`: its fallback, else the top route's receiver, else another
        one.

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
    """After `taken` went through, list in one message what has waited too long for the same reader; how many
    alerts.

    What waits is listed when it is more than the policy allows; what expired, always: it is told late, but
    told.
    """
    if taken.receiver not in notices.receivers:
        return 0
    found = journal.undelivered(tx, taken.receiver, before=now - policy.older_than)
    ours = [w for w in found if w.recipient == taken.message.recipient]
    stormy = len({w.batch for w in ours if w.state == "pending"}) > policy.more_than
    listed = (ours if stormy else [w for w in ours if w.state == "expired"])[:LISTED]
    if not listed:
        return 0
    subject, lines = _summary(listed, notices.frame(taken.receiver))
    ids = notices.put(tx, taken.receiver, subject, lines, now=now, recipient=taken.message.recipient)
    if not ids:  # an address that the receiver no longer has: what waits for it goes out as it is
        return 0
    journal.summarise(tx, [w.id for w in listed], into=ids[0], now=now)
    log.warning("caught_up", receiver=taken.receiver, alerts=len(lines) - 1, summary=ids[0])
    return len(lines) - 1


def _summary(listed: Sequence[Waiting], words: Frame) -> tuple[str, list[str]]:
    """One line for each alert, however many messages it had."""
    alerts = [next(parts) for _batch, parts in groupby(listed, key=lambda w: w.batch)]
    first, last = (f"{w.created_at:%Y-%m-%d %H:%M}" for w in (alerts[0], alerts[-1]))
    many = words.count("messages", len(alerts))
    subject = words.say("notice.undelivered", messages=many, first=first, last=last)
    head = words.word("notice.undelivered_head")
    return subject, [head, *(f"{w.created_at:%Y-%m-%d %H:%M} UTC: {w.subject}" for w in alerts)]


# A receiver that takes nothing cannot say so itself: another one is told, once, and once more when it works
# again.

#: subjects of waiting messages that are listed
SHOWN = 12


def tell_of_receivers(tx: Connection, notices: Notices, patience: DeliveryConfig, now: datetime) -> int:
    """Tell of the receivers that are suspended or have failed for too long, and of those that work again; how
    many.

    While no other receiver works, nobody is told: an outage of the network would be told everywhere when it
    is over.
    """
    count = 0
    unwell = {state.name for state in receivers.failing(tx, now)}
    for state in receivers.failing(tx, now - patience.tell_after):
        to = notices.beside(state.name, unwell) if state.name in notices.receivers else None
        if state.told_at is None and to is not None:
            log.error("receiver_mute", receiver=state.name, notified=to, reason=_why(state))
            subject, lines = _trouble(tx, state, patience, notices.frame(to))
            notices.put(tx, to, subject, lines, now=now)
            receivers.note_notified(tx, state.name, to, now)
            count += 1
    for state in receivers.recovered(tx):
        log.info("receiver_works_again", receiver=state.name)
        if state.told_to in notices.receivers and state.name in notices.receivers:
            subject, lines = _end(state, notices.frame(state.told_to))
            notices.put(tx, state.told_to, subject, lines, now=now)
            count += 1
        receivers.note_notified(tx, state.name, "", None)
    return count


def _why(state: ReceiverState) -> str:
    return state.suspended_reason or state.last_error


def _trouble(
    tx: Connection, state: ReceiverState, patience: DeliveryConfig, words: Frame
) -> tuple[str, list[str]]:
    hours = f"{patience.expire_alerts.total_seconds() / 3600:g}"
    remedy = words.word("notice.remedy")
    if state.suspended_at is None:
        when = _when(state.failing_since, words)
        subject = words.say("notice.nothing_reached", name=state.name, when=when)
        remedy = words.word("notice.by_itself")
    else:
        subject = words.say("notice.suspended", name=state.name)
        if state.paused_until is not None:
            remedy = words.say("notice.hourly", remedy=remedy)
    waiting = journal.owed_subjects(tx, state.name, limit=1000)
    lines = [words.say("notice.last_answer", why=words.retold(_why(state))), remedy]
    lines += [words.say("notice.waiting", n=len(waiting), hours=hours)]
    lines += [words.say("notice.waiting_line", subject=subject) for subject in waiting[:SHOWN]]
    lines += [f"… {words.say('and_more', n=len(waiting) - SHOWN)}"] if len(waiting) > SHOWN else []
    return subject, lines


def _end(state: ReceiverState, words: Frame) -> tuple[str, list[str]]:
    subject = words.say("notice.works_again", name=state.name)
    return subject, [words.say("notice.was_told", when=_when(state.told_at, words))]


def _when(at: datetime | None, words: Frame) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else words.word("notice.now")

"""The outbox: promises to deliver, kept until each is settled.

    pending → leased → delivered
                     → pending    try later, or the receiver is suspended, or once more in the plainest form
                     → rejected   never this message
                     → dead       tried for as long as our schedule goes
    leased  → leased              the lease ran out: the sender died, another takes over with the same id
    pending → expired             too late to be of use
    pending → summarised          listed in one message after an outage (`monitor.store.journal`)

A lease is fenced by its token: who lost it cannot settle. What `rejected`, `dead` and `expired` hold waits
for a person (`monitor.store.journal`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select, text, update

from monitor.model import Delivered, Delivery, Message, MessageKind, Rejected, TryLater
from monitor.store import receivers
from monitor.store.sql import MADE_DUE, changed, insert
from monitor.store.tables_delivery import LEASED, OWED, attempts, deliveries
from monitor.store.tables_delivery import receivers as receiver_rows
from monitor.timing import LIFETIMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import Outcome

#: states that still owe something
OPEN = ("pending", "leased")


def enqueue(
    tx: Connection,
    receiver: str,
    messages: Sequence[tuple[str, Message]],
    now: datetime,
    *,
    cause: str | None = None,
    expires_at: datetime | None = None,
    threads: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Promise `messages`, each with its id (a UUID), to a receiver, in the transaction of what made them.

    Several messages to one recipient are parts and go in order. `cause` ("alert:7",
    "digest:daily:2026-01-01") makes the promise once only: parts that were promised for it before are passed
    over. `expires_at`: by default what the kind of message says. `threads`: by recipient, the delivery that
    this one updates. Returns the ids that are new.
    """
    parts: dict[str, int] = {}
    new: list[str] = []
    for delivery_id, message in messages:
        part = parts[message.recipient] = parts.get(message.recipient, -1) + 1
        row = _row(delivery_id, receiver, message, now) | {
            "cause": cause,
            "expires_at": expires_at or _end(message, now),
            "thread": (threads or {}).get(message.recipient),
            "batch": messages[0][0],
            "part": part,
        }
        once = (
            insert(tx, deliveries)
            .values(row)
            .on_conflict_do_nothing(index_elements=["cause", "receiver", "recipient", "part"])
        )
        if changed(tx, once):
            new.append(delivery_id)
    tx.info[MADE_DUE] = True
    return tuple(new)


def due(tx: Connection, now: datetime) -> Mapping[str, datetime]:
    """By receiver, from when its next delivery may be tried; those that are suspended without a probe are not
    there.

    What another sender is at work on may be tried when its lease ends.
    """
    d, r = deliveries.c, receiver_rows.c
    waiting = select(d.receiver, func.min(d.not_before).label("at")).where(
        text(f"deliveries.{OWED}"), d.state == "pending", _first_owed()
    )
    found = {row.receiver: row.at for row in tx.execute(waiting.group_by(d.receiver))}
    leased = select(d.receiver, func.max(d.lease_until).label("until")).where(text(f"deliveries.{LEASED}"))
    for row in tx.execute(leased.group_by(d.receiver)):
        found[row.receiver] = max(row.until, found.get(row.receiver, row.until))
    if not found:
        return found
    resting = select(r.name, r.paused_until).where(_resting(now))
    for name, until in tx.execute(resting):
        if until is None:
            found.pop(name, None)
        elif name in found:
            found[name] = max(found[name], until)
    return found


def claim(
    tx: Connection, now: datetime, *, lease: timedelta, token: str, receiver: str | None = None
) -> Delivery | None:
    """The oldest delivery of `receiver`, or of any, that may be tried now, leased to `token`; None: there is
    none.

    Not tried: a receiver that is paused, suspended or in the midst of another lease; a part whose earlier
    part is still owed. A delivery that waits for its retry holds up no other.
    """
    d = deliveries.c
    pending = and_(d.state == "pending", d.not_before <= now)
    ready = or_(pending, and_(d.state == "leased", d.lease_until <= now))
    candidate = select(deliveries).where(text(f"deliveries.{OWED}"), ready, *_free(now))
    if receiver is not None:
        candidate = candidate.where(d.receiver == receiver)
    row = tx.execute(candidate.order_by(d.seq).limit(1).with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    if row["state"] == "leased":
        _note(tx, row["id"], row["attempts"], now, ("lost", "the sender ended before it could say"))
    values = {"state": "leased", "lease_until": now + lease, "lease_token": token}
    tx.execute(update(deliveries).where(d.id == row["id"]).values(values))
    return _delivery(row, token, _thread(tx, row))


def settle(
    tx: Connection,
    delivery: Delivery,
    outcome: Outcome,
    retry_at: datetime | None,
    now: datetime,
    *,
    elapsed: timedelta | None = None,
    plainer: Message | None = None,
    suspend_after: int | None = None,
) -> bool:
    """Write down how an attempt ended. False, and nothing is written: the lease was lost to another sender.

    `retry_at` is when to try again after TryLater; None: never, it is dead. `plainer` replaces a message that
    was rejected for its form and is tried at once, once. A suspended receiver's message waits for the
    receiver; after `suspend_after` refusals in a row it is suspended, and what it refused waits, too.
    """
    this = (deliveries.c.id == delivery.id) & (deliveries.c.state == "leased")
    held = this & (deliveries.c.lease_token == delivery.lease_token)
    row = tx.execute(select(deliveries.c.degraded).where(held)).first()
    if row is None:
        return False
    values = _settled(outcome, retry_at, now, plainer if not row.degraded else None)
    common = {"lease_until": None, "lease_token": "", "attempts": delivery.attempts + 1}
    tx.execute(update(deliveries).where(held).values(common | values))
    _note(tx, delivery.id, delivery.attempts + 1, now, _said(outcome, delivery.message), elapsed)
    probe = receivers.learn(tx, delivery.receiver, outcome, retry_at, now, suspend_after=suspend_after)
    if probe is not None:
        _wait_again(tx, delivery.receiver, probe)
    return True


def _wait_again(tx: Connection, receiver: str, probe_at: datetime) -> None:
    """What a receiver refused before it was suspended is owed again, behind all that it has not seen yet."""
    d, r = deliveries.c, receiver_rows.c
    since = select(r.failing_since).where(r.name == receiver).scalar_subquery()
    refused = (d.receiver == receiver) & (d.state == "rejected") & (d.settled_at >= since)
    again = {"state": "pending", "settled_at": None, "not_before": probe_at + receivers.PROBE_EVERY}
    tx.execute(update(deliveries).where(refused, d.payload.is_not(None)).values(again))


def extend(tx: Connection, delivery: Delivery, until: datetime) -> bool:
    """Prolong a lease while a long send goes on. False: it was lost."""
    held = (deliveries.c.id == delivery.id) & (deliveries.c.lease_token == delivery.lease_token)
    held &= deliveries.c.state == "leased"
    return changed(tx, update(deliveries).where(held).values(lease_until=until)) == 1


def prolong(tx: Connection, sender: str, until: datetime) -> int:
    """Prolong every lease whose token begins with `sender`; how many."""
    mine = text(f"deliveries.{LEASED}"), deliveries.c.lease_token.startswith(sender, autoescape=True)
    return changed(tx, update(deliveries).where(*mine).values(lease_until=until))


def release(tx: Connection, delivery: Delivery, now: datetime) -> bool:
    """Give back a claim that was not tried (the process stops). False: the lease was lost."""
    held = (deliveries.c.id == delivery.id) & (deliveries.c.lease_token == delivery.lease_token)
    values = {"state": "pending", "not_before": now, "lease_until": None, "lease_token": ""}
    return changed(tx, update(deliveries).where(held, deliveries.c.state == "leased").values(values)) == 1


def release_orphans(tx: Connection, now: datetime) -> int:
    """End every lease at start, when the instance lock says that no other sender lives. Returns how many."""
    return changed(tx, update(deliveries).where(deliveries.c.state == "leased").values(lease_until=now))


def expire(tx: Connection, now: datetime) -> int:
    """Mark what is past its time and not in a sender's hands. Returns how many."""
    late = text(f"deliveries.{OWED}"), deliveries.c.state == "pending", deliveries.c.expires_at <= now
    return changed(tx, update(deliveries).where(*late).values(state="expired", settled_at=now))


def _free(now: datetime) -> list[ColumnElement[bool]]:
    """Nothing stands in the way of a delivery:
    neither its receiver, nor a sender at work, nor an earlier part.
    """
    d, r = deliveries.c, receiver_rows.c
    other = deliveries.alias("other")
    # the first two lists are made once, not for each row
    resting = select(r.name).where(_resting(now))
    at_work = select(other.c.receiver).where(text(f"other.{LEASED}"), other.c.lease_until > now)
    return [d.receiver.not_in(resting), d.receiver.not_in(at_work), _first_owed()]


def _first_owed() -> ColumnElement[bool]:
    """No earlier part to the same recipient is still owed."""
    d, other = deliveries.c, deliveries.alias("earlier")
    same = and_(other.c.batch == d.batch, other.c.recipient == d.recipient)
    return or_(d.part == 0, ~exists().where(same, other.c.part < d.part, other.c.state.in_(OPEN)))


def _resting(now: datetime) -> ColumnElement[bool]:
    """A suspended receiver rests until a person resumes it, or until its probe, where it has one."""
    r = receiver_rows.c
    return or_(r.paused_until > now, and_(r.suspended_at.is_not(None), r.paused_until.is_(None)))


def _settled(
    outcome: Outcome, retry_at: datetime | None, now: datetime, plainer: Message | None
) -> dict[str, Any]:
    again = {"state": "pending", "not_before": now, "settled_at": None}
    match outcome:
        case Delivered(remote=remote):
            taken = {"state": "delivered", "settled_at": now, "last_error": ""}
            return taken | ({"remote": dict(remote)} if remote else {})
        case TryLater(reason=reason) if retry_at is not None:
            return again | {"not_before": retry_at, "last_error": reason}
        case TryLater(reason=reason):
            return {"state": "dead", "settled_at": now, "last_error": reason}
        case Rejected(reason=reason, suspend=True):
            return again | {"last_error": reason}
        case Rejected(reason=reason) if plainer is not None:
            plain = {"payload": dict(plainer.payload), "subject": plainer.subject, "degraded": True}
            plain["left_out"] = plainer.left_out
            return again | plain | {"last_error": reason}
        case Rejected(reason=reason):
            return {"state": "rejected", "settled_at": now, "last_error": reason}


def _said(outcome: Outcome, message: Message) -> tuple[str, str]:
    match outcome:
        case Delivered(detail=detail) if message.left_out:
            return "delivered", f"in part: {message.left_out} left out; {detail}"
        case Delivered(detail=detail):
            return "delivered", detail
        case TryLater(reason=reason, ambiguous=ambiguous):
            return "try-later", f"{reason} (it may have been taken)" if ambiguous else reason
        case Rejected(reason=reason):
            return "rejected", reason


def _note(
    tx: Connection,
    delivery_id: str,
    attempt: int,
    at: datetime,
    said: tuple[str, str],
    elapsed: timedelta | None = None,
) -> None:
    values = {"delivery_id": delivery_id, "attempt": attempt, "at": at, "elapsed": elapsed or timedelta()}
    tx.execute(attempts.insert().values(outcome=said[0], detail=said[1], **values))


def _row(delivery_id: str, receiver: str, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "id": delivery_id,
        "receiver": receiver,
        "kind": message.kind.value,
        "channel": message.channel,
        "recipient": message.recipient,
        "subject": message.subject,
        "payload": dict(message.payload),
        "state": "pending",
        "not_before": now,
        "created_at": now,
        "queued_at": now,
    }


def _end(message: Message, now: datetime) -> datetime | None:
    lifetime = LIFETIMES.get(message.kind)
    return now + lifetime if lifetime is not None else None


def _thread(tx: Connection, row: RowMapping) -> Mapping[str, Any]:
    """How the channel calls the message that this one belongs under; empty where it never took it.

    That is the one that it updates; for a later part of a message that updates none, its first part.
    """
    d = deliveries.c
    above = (d.batch == row["batch"]) & (d.recipient == row["recipient"]) & (d.part == 0)
    for known, which in ((row["thread"], d.id == row["thread"]), (row["part"], above)):
        found = tx.execute(select(d.remote).where(which)).scalar() if known else None
        if found:
            return dict(found)
    return {}


def _delivery(row: RowMapping, token: str, thread: Mapping[str, Any]) -> Delivery:
    message = Message(
        kind=MessageKind(row["kind"]),
        channel=row["channel"],
        subject=row["subject"],
        payload=row["payload"],
        recipient=row["recipient"],
        left_out=row["left_out"],
    )
    return Delivery(
        id=row["id"],
        receiver=row["receiver"],
        message=message,
        attempts=row["attempts"],
        created_at=row["queued_at"],
        lease_token=token,
        expires_at=row["expires_at"],
        repeat=row["state"] == "leased" or row["attempts"] > 0,
        thread=thread,
        part=row["part"],
    )

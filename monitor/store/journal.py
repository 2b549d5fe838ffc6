"""The journal of deliveries: what is owed, what went out, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sqlalchemy import case, func, insert, select, text, update

from monitor.store.outbox import OPEN
from monitor.store.sql import MADE_DUE
from monitor.store.tables_delivery import EXPIRED, IN_PART, OWED, attempts, deliveries

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, RowMapping


#: settled without having been delivered: dead letters
DEAD = ("rejected", "dead", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One delivery as a person reads it; the message itself stays in the outbox."""

    id: str
    receiver: str
    kind: str
    channel: str
    recipient: str
    subject: str
    state: str
    attempts: int
    not_before: datetime
    created_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None
    last_error: str
    cause: str | None
    #: what a plainer form left out, as "12 stories"; empty: nothing
    left_out: str

    @property
    def asked_by(self) -> tuple[str, str]:
        """Of one that was sent again: the delivery that it repeats, and who asked for it; else empty."""
        kind, _, rest = (self.cause or "").partition("again:")
        ids, _, author = rest.partition(" by ")
        return ("", "") if kind or not rest else (ids.partition(":")[0], author)

    @property
    def end(self) -> str:
        """The state in words: `delivered in part: 12 stories left out` is not `delivered`."""
        if self.state == "delivered" and self.left_out:
            return f"delivered in part: {self.left_out} left out"
        return self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery."""

    attempt: int
    at: datetime
    #: delivered | try-later | rejected | lost
    outcome: str
    detail: str
    elapsed: timedelta


#: the columns of a line
LINE = [deliveries.c[name] for name in JournalLine.__dataclass_fields__]
_ATTEMPT = [attempts.c[name] for name in Attempt.__dataclass_fields__]


def lines(
    tx: Connection, *, states: Collection[str] = (), receiver: str | None = None, limit: int = 50
) -> tuple[JournalLine, ...]:
    """The newest deliveries, newest first; all states where none is named."""
    query = select(*LINE).order_by(deliveries.c.seq.desc()).limit(limit)
    if states:
        query = query.where(deliveries.c.state.in_(list(states)))
    if receiver is not None:
        query = query.where(deliveries.c.receiver == receiver)
    return tuple(JournalLine(**row) for row in tx.execute(query).mappings())


def in_part(tx: Connection, since: datetime, until: datetime) -> tuple[JournalLine, ...]:
    """What was delivered in [since, until) and is not whole."""
    d = deliveries.c
    which = (
        text(f"deliveries.{IN_PART}"),
        d.state == "delivered",
        d.settled_at >= since,
        d.settled_at < until,
    )
    found = select(*LINE).where(*which).order_by(d.settled_at, d.seq)
    return tuple(JournalLine(**row) for row in tx.execute(found).mappings())


def tries(tx: Connection, delivery_id: str) -> tuple[Attempt, ...]:
    """Every attempt of a delivery, in order."""
    found = select(*_ATTEMPT).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    return tuple(Attempt(**row) for row in tx.execute(found).mappings())


def retry(tx: Connection, now: datetime, delivery_ids: Collection[str] | None = None) -> tuple[str, ...]:
    """Try dead letters again under their old ids, from the start of our schedule; None: all of them.

    One that was listed in a summary is sent by itself only when it is named. Returns the ids that will be
    tried; those whose message was pruned are not.
    """
    d = deliveries.c
    again = d.state.in_(DEAD) & d.payload.is_not(None)
    if delivery_ids is not None:
        again = d.state.in_((*DEAD, "summarised")) & d.payload.is_not(None) & d.id.in_(list(delivery_ids))
    ids = tuple(tx.execute(select(d.id).where(again).order_by(d.seq)).scalars())
    values = {"state": "pending", "attempts": 0, "not_before": now, "queued_at": now, "expires_at": None}
    tx.execute(update(deliveries).where(again).values(settled_at=None, **values))
    tx.info[MADE_DUE] = True
    return ids


def send_again(tx: Connection, delivery_id: str, now: datetime, *, new_id: str, author: str) -> bool:
    """Promise the message of a settled delivery once more, as a delivery of its own that `author` asked for;
    of one in several parts all of them, in order.

    A mail gets a date and an id of its own, or its readers' programs would hide it as a copy, and a file a
    name of its own. False: a part is not settled, or the message was pruned.
    """
    d = deliveries.c
    one = tx.execute(select(d.batch, d.receiver, d.recipient).where(d.id == delivery_id)).first()
    if one is None:
        return False
    of = (d.batch == one.batch) & (d.receiver == one.receiver) & (d.recipient == one.recipient)
    rows = tx.execute(select(deliveries).where(of).order_by(d.part)).mappings().all()
    if any(row["state"] in OPEN or row["payload"] is None for row in rows):
        return False
    kept = ("receiver", "kind", "channel", "recipient", "part", "subject", "thread", "degraded", "left_out")
    moment = dict.fromkeys(("not_before", "created_at", "queued_at"), now)
    cause = f"again:{delivery_id}:{new_id} by {author}"
    common = {**moment, "batch": new_id, "state": "pending", "cause": cause}
    for row in rows:
        id_ = new_id if row["id"] == delivery_id else str(uuid5(UUID(new_id), row["id"]))
        own = {name: row[name] for name in kept} | {"id": id_, "payload": _copied(row, id_)}
        tx.execute(insert(deliveries).values(own | common))
    tx.info[MADE_DUE] = True
    return True


def _copied(row: RowMapping, new_id: str) -> Mapping[str, Any]:
    payload: dict[str, Any] = row["payload"]
    if row["channel"] == "file":
        return {**payload, "name": f"{payload['name']}-{new_id[:8]}"}
    headers = {k: v for k, v in payload.get("headers", {}).items() if k not in ("Date", "Message-ID")}
    return {**payload, "headers": headers} if headers else payload


def counts(tx: Connection) -> Mapping[str, int]:
    """How many deliveries are in each state; `delivered in part` where a plainer form left something out."""
    in_part = (deliveries.c.state == "delivered") & (deliveries.c.left_out != "")
    state = case((in_part, "delivered in part"), else_=deliveries.c.state).label("how")
    return {row[0]: row[1] for row in tx.execute(select(state, func.count()).group_by(state))}


def owed(tx: Connection) -> Mapping[str, int]:
    """By receiver, how many deliveries are still to be made."""
    found = select(deliveries.c.receiver, func.count()).where(deliveries.c.state.in_(OPEN))
    return {row[0]: row[1] for row in tx.execute(found.group_by(deliveries.c.receiver))}


def next_due(tx: Connection) -> datetime | None:
    """When the next pending delivery may be tried."""
    return tx.execute(
        select(func.min(deliveries.c.not_before)).where(deliveries.c.state == "pending")
    ).scalar()


# What has piled up for a receiver, told in one message instead of a storm; and who was told of a story first.


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alert or a digest that a receiver has not got."""

    id: str
    recipient: str
    subject: str
    #: pending | expired
    state: str
    created_at: datetime
    batch: str


_NAMES = tuple(Waiting.__dataclass_fields__)
_WAITING = [deliveries.c[name] for name in _NAMES]


def undelivered(tx: Connection, receiver: str, *, before: datetime) -> tuple[Waiting, ...]:
    """A receiver's alerts that have waited since `before`, and what expired, oldest first.

    What is in a sender's hands is not among them, nor what a person asked for again.
    """
    d = deliveries.c
    ours = (d.receiver == receiver) & d.payload.is_not(None)
    stale = text(f"deliveries.{OWED}"), d.state == "pending", d.queued_at <= before, d.kind == "alert"
    expired = text(f"deliveries.{EXPIRED}"), d.kind.in_(("alert", "digest"))
    found = []
    # apart, so that each is read from its own index, however long the journal is
    for which in (expired, stale):
        rows = tx.execute(select(d.seq, *_WAITING).where(ours, *which)).mappings()
        found += [(row["seq"], Waiting(**{name: row[name] for name in _NAMES})) for row in rows]
    return tuple(waiting for _seq, waiting in sorted(found, key=itemgetter(0)))


def summarise(tx: Connection, ids: Collection[str], *, into: str, now: datetime) -> None:
    """Settle alerts that are listed in the delivery `into`."""
    told = {"state": "summarised", "settled_at": now, "last_error": f"listed in {into}"}
    tx.execute(update(deliveries).where(deliveries.c.id.in_(list(ids))).values(told))


def owed_subjects(tx: Connection, receiver: str, limit: int) -> tuple[str, ...]:
    """The subjects of what a receiver is owed, newest first."""
    d = deliveries.c
    owed = (text(f"deliveries.{OWED}"), d.receiver == receiver)
    return tuple(tx.execute(select(d.subject).where(*owed).order_by(d.seq.desc()).limit(limit)).scalars())


def first_for(
    tx: Connection, receiver: str, causes: Sequence[str]
) -> Mapping[str, tuple[str, str, datetime]]:
    """By recipient, the first delivery made for any of `causes`: its id, its subject and when it was made."""
    d = deliveries.c
    about = (d.receiver == receiver) & d.cause.in_(list(causes)) & (d.part == 0)
    found = select(d.recipient, d.id, d.subject, d.created_at).where(about).order_by(d.seq.desc())
    return {row.recipient: (row.id, row.subject, row.created_at) for row in tx.execute(found)}

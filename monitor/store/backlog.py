"""What has piled up for a receiver, told in one message instead of a storm; and who was told of a story first."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import select, text, update

from monitor.store.tables_news import EXPIRED, OWED, deliveries

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection


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

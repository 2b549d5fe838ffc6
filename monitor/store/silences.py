"""Silences: made by people, always with an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from monitor.errors import StoreError
from monitor.model.delivery import Ack, Silence
from monitor.model.matchers import parse
from monitor.store import stories
from monitor.store.sql import changed
from monitor.store.tables_delivery import acks, alert_groups, alert_members, silences

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from monitor.model.matchers import Matcher


def add(
    tx: Connection,
    matchers: Sequence[Matcher],
    *,
    author: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Silence:
    """Silence what all of `matchers` fit.

    Raises StoreError: nothing is asked for, or it is over before it begins.
    """
    if not matchers:
        raise StoreError("a silence without a matcher would silence everything (name at least one)")
    if ends_at <= max(starts_at, now):
        raise StoreError("a silence must end after it begins and after now (give a later end)")
    row = {
        "matchers": [str(matcher) for matcher in matchers],
        "author": author,
        "reason": reason,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "created_at": now,
    }
    made = tx.execute(silences.insert().values(row).returning(*silences.c)).mappings().one()
    return _silence(made)


def alive(tx: Connection, now: datetime) -> tuple[Silence, ...]:
    """Those that are active or will be, the oldest first."""
    goes_on = (silences.c.ends_at > now) & or_(silences.c.ended_at.is_(None), silences.c.ended_at > now)
    found = tx.execute(select(silences).where(goes_on).order_by(silences.c.id))
    return tuple(_silence(row) for row in found.mappings())


def every(tx: Connection, limit: int = 1000) -> tuple[Silence, ...]:
    """All of them, also those that are over, the newest first."""
    found = tx.execute(select(silences).order_by(silences.c.id.desc()).limit(limit))
    return tuple(_silence(row) for row in found.mappings())


def expire(tx: Connection, silence_id: int, now: datetime) -> bool:
    """End a silence now. False: there is none of this number, or it is over."""
    goes_on = (silences.c.id == silence_id) & silences.c.ended_at.is_(None) & (silences.c.ends_at > now)
    return changed(tx, update(silences).where(goes_on).values(ended_at=now)) == 1


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "matchers": tuple(parse(text) for text in row["matchers"])})


# Acknowledgements: somebody looks after a story.


def acknowledge(
    tx: Connection,
    story_id: str,
    *,
    author: str,
    now: datetime,
    note: str = "",
    receiver: str | None = None,
    expires_at: datetime | None = None,
) -> Ack:
    """Acknowledge what was told of a story so far; an id that was merged leads to the story that took it in.

    Raises StoreError: there is no such story.
    """
    name = stories.resolve_id(tx, story_id)
    if name is None:
        raise StoreError(f"there is no story {story_id} (`monitor stories` lists them)")
    row = {"story_id": name, "author": author, "note": note, "receiver": receiver}
    made = acks.insert().values(row | {"at": now, "expires_at": expires_at}).returning(*acks.c)
    ack = Ack(**tx.execute(made).mappings().one())
    holds = select(alert_members.c.group_id).where(
        alert_members.c.story_id == name, alert_members.c.held == ""
    )
    told = alert_groups.c.id.in_(holds) & (alert_groups.c.state == "sent") & alert_groups.c.acked_at.is_(None)
    if receiver is not None:
        told &= alert_groups.c.receiver == receiver
    tx.execute(update(alert_groups).where(told).values(acked_at=now, acked_by=author))
    return ack


def acknowledgements(tx: Connection, story_ids: Collection[str]) -> tuple[Ack, ...]:
    """Every acknowledgement of the stories, the oldest first."""
    found = select(acks).where(acks.c.story_id.in_(list(story_ids))).order_by(acks.c.id)
    return tuple(Ack(**row) for row in tx.execute(found).mappings())

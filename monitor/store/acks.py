"""Acknowledgements: somebody looks after a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from monitor.errors import StoreError
from monitor.model.alerting import Ack
from monitor.store import stories
from monitor.store.tables_news import acks, alert_groups, alert_members

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection


def add(
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


def of(tx: Connection, story_ids: Collection[str]) -> tuple[Ack, ...]:
    """Every acknowledgement of the stories, the oldest first."""
    found = select(acks).where(acks.c.story_id.in_(list(story_ids))).order_by(acks.c.id)
    return tuple(Ack(**row) for row in tx.execute(found).mappings())

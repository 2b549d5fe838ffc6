"""Items that report contacts, for the ledger: all of them, because one contact is told over months."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from monitor.store import archive
from monitor.store.tables_news import contacts, items

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import StoryItem

#: items in memory at a time with their texts
PAGE = 500


def count(tx: Connection) -> int:
    """How many items report a contact."""
    return int(tx.execute(select(func.count(contacts.c.item_id.distinct()))).scalar_one())


def reported(tx: Connection, since: datetime | None = None) -> Iterator[StoryItem]:
    """Items that report a contact, in the order in which we first saw them, without their texts.

    `since`: only those first seen from then on.
    """
    wanted = select(contacts.c.item_id).distinct().order_by(contacts.c.item_id)
    if since is not None:
        wanted = wanted.join(items).where(items.c.first_seen_at >= since)
    ids = tx.execute(wanted).scalars().all()
    for start in range(0, len(ids), PAGE):
        for found in archive.load(tx, ids[start : start + PAGE]):
            yield replace(found, item=replace(found.item, summary="", content=""))

"""Items that change all the time: what they were ever found to say, and the few of their texts that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, null, or_, select, update

from monitor.model.polls import CHURNING, said
from monitor.store import rows
from monitor.store.sql import batches
from monitor.store.tables_news import contacts, entries, items, matches, revisions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, Connection

    from monitor.model.polls import Saying


def sayings(tx: Connection, item_ids: Iterable[int]) -> dict[int, dict[Saying, int]]:
    """By item: each thing that it was found to say (`model.polls.said`), and the revision that said it first."""
    found: dict[int, dict[Saying, int]] = {}
    for batch in batches(item_ids):
        for table in (matches, contacts):
            held = select(table).where(table.c.item_id.in_(batch)).order_by(table.c.revision)
            for row in tx.execute(held).mappings():
                one = said((rows.match(row),), ()) if table is matches else said((), (rows.contact(row),))
                for saying in one:
                    found.setdefault(row["item_id"], {}).setdefault(saying, row["revision"])
    return found


def thin(tx: Connection, newest: Mapping[int, int]) -> None:
    """Drop texts, and bytes of evidence, between an item's first revision and its newest `CHURNING`.

    `newest`: item to its revision. A text that was the first to say something stays; the chain's links all do.
    """
    many = {item_id: revision for item_id, revision in newest.items() if revision - CHURNING > 1}
    firsts = sayings(tx, many)
    for item_id, revision in many.items():
        keep = {1, *firsts.get(item_id, {}).values()}
        for table, drop in (
            (revisions, delete(revisions)),
            (entries, update(entries).where(entries.c.raw.is_not(None)).values(raw=null())),
        ):
            old = table.c.revision < revision - CHURNING
            tx.execute(drop.where(table.c.item_id == item_id, old, table.c.revision.not_in(keep)))


def is_kept() -> ColumnElement[bool]:
    """Of an entry joined to its item: whether the text of its revision is there, or ought to be."""
    text = select(revisions.c.item_id).where(
        revisions.c.item_id == entries.c.item_id, revisions.c.revision == entries.c.revision
    )
    lately = entries.c.revision >= items.c.revision - CHURNING
    return and_(entries.c.item_id == items.c.id, or_(entries.c.revision == 1, lately, text.exists()))

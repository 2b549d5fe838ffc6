"""Stories that have to do with each other and are not the same: a second meeting, a reaction, a briefing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from monitor.model import RelatedStory
from monitor.store.sql import batches, put_new
from monitor.store.tables_news import stories, story_links

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection


def link(tx: Connection, story_id: str, others: Iterable[tuple[str, str]], at: datetime) -> None:
    """A story has to do with `others`, each with the reason in words; pairs that are known stay as they are."""
    rows = [{**_pair(story_id, other), "why": why, "at": at} for other, why in others if other != story_id]
    put_new(tx, story_links, rows)


def of(tx: Connection, story_ids: Iterable[str]) -> dict[str, tuple[RelatedStory, ...]]:
    """The stories that each of these has to do with, the earliest link first."""
    found: dict[str, list[RelatedStory]] = {}
    for batch in batches(story_ids):
        for mine, theirs in (
            (story_links.c.one, story_links.c.other),
            (story_links.c.other, story_links.c.one),
        ):
            linked = select(mine.label("mine"), story_links.c.why, stories.c.id, stories.c.title)
            linked = linked.join(stories, stories.c.id == theirs).where(mine.in_(batch))
            for row in tx.execute(linked.order_by(story_links.c.at, stories.c.id)):
                found.setdefault(row.mine, []).append(RelatedStory(id=row.id, title=row.title, why=row.why))
    return {story_id: tuple(related) for story_id, related in found.items()}


def move(tx: Connection, loser: str, winner: str) -> None:
    """What had to do with a story has to do with the one that took it in."""
    mine = or_(story_links.c.one == loser, story_links.c.other == loser)
    rows = [dict(row) for row in tx.execute(select(story_links).where(mine)).mappings()]
    tx.execute(delete(story_links).where(mine))
    others = [(row["other"] if row["one"] == loser else row["one"], row) for row in rows]
    put_new(tx, story_links, [{**row, **_pair(winner, other)} for other, row in others if other != winner])


def _pair(one: str, other: str) -> dict[str, str]:
    return dict(zip(("one", "other"), sorted((one, other)), strict=True))

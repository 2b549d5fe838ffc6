"""Stories: which items report one event, by the keys that they share; keys are made elsewhere and opaque here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from monitor.model import Severity, Story
from monitor.store import archive
from monitor.store.schema import items, matches, stories, story_keys
from monitor.store.sql import batches, insert, put_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import StoryItem


def resolve(tx: Connection, keys: Sequence[str], since: datetime | None = None) -> str | None:
    """The story that holds the first of `keys` that any story holds; only stories that changed since `since`."""
    held = select(story_keys.c.key, story_keys.c.story_id).where(story_keys.c.key.in_(keys))
    if since is not None:
        held = held.join(stories, stories.c.id == story_keys.c.story_id).where(stories.c.changed_at >= since)
    found = {row.key: row.story_id for row in tx.execute(held)}
    return next((found[key] for key in keys if key in found), None)


def join(
    tx: Connection,
    story_id: str,
    keys: Iterable[str],
    at: datetime,
    *,
    severity: Severity,
    title: str = "",
    since: datetime | None = None,
) -> None:
    """An item joins a story, or begins it with `title`. The story is as loud as its loudest item.

    A key that another story holds stays there, unless that story has not changed since `since`.
    """
    fresh = {
        "id": story_id,
        "first_seen_at": at,
        "changed_at": at,
        "severity": severity.value,
        "title": title,
    }
    put_new(tx, stories, [fresh])
    louder = [s.value for s in Severity if s.rank < severity.rank]
    this = stories.c.id == story_id
    tx.execute(update(stories).where(this, stories.c.changed_at < at).values(changed_at=at))
    tx.execute(update(stories).where(this, stories.c.severity.in_(louder)).values(severity=severity.value))
    _hold(tx, story_id, list(keys), since)


def load(tx: Connection, story_id: str) -> Story | None:
    """The story with its items, oldest first; None when it has none."""
    ids = tx.execute(select(items.c.id).where(items.c.story_id == story_id)).scalars()
    found = archive.load(tx, ids)
    return Story(id=story_id, items=found) if found else None


def matched(
    tx: Connection, since_seq: int, until_seq: int, min_severity: Severity = Severity.INFO
) -> tuple[Story, ...]:
    """Stories with news in the matches since_seq < id <= until_seq of at least `min_severity`, by their first news.

    An edited item that matches the same rule again is not news. Items in no story come as stories of their own.
    """
    news = (
        select(matches.c.item_id, func.min(matches.c.id).label("first"))
        .where(matches.c.id > since_seq, matches.c.id <= until_seq, ~matches.c.again)
        .where(matches.c.severity.in_(archive.at_least(min_severity)))
        .group_by(matches.c.item_id)
        .order_by("first")
    )
    found = tx.execute(news.add_columns(items.c.story_id).join(items).group_by(items.c.story_id)).all()
    names = dict.fromkeys(row.story_id or _alone(row.item_id) for row in found)
    members = _members(tx, [row.story_id for row in found if row.story_id], [row.item_id for row in found])
    return tuple(Story(id=name, items=members[name]) for name in names)


def last_match(tx: Connection) -> int:
    """The newest match id, 0 before the first: the cursor of digests."""
    return int(tx.execute(select(func.coalesce(func.max(matches.c.id), 0))).scalar_one())


def last_match_of(tx: Connection, story_id: str) -> int:
    """The newest match id of a story, edits not counted; 0 when nothing matched."""
    newest = select(func.coalesce(func.max(matches.c.id), 0)).join(items).where(items.c.story_id == story_id)
    return int(tx.execute(newest.where(~matches.c.again)).scalar_one())


def recent(tx: Connection, since: datetime, limit: int = 100) -> tuple[Story, ...]:
    """Stories that changed since `since`, the latest first."""
    latest = select(stories.c.id).where(stories.c.changed_at >= since)
    names = (
        tx.execute(latest.order_by(stories.c.changed_at.desc(), stories.c.id).limit(limit)).scalars().all()
    )
    members = _members(tx, names, ())
    return tuple(Story(id=name, items=members[name]) for name in names if name in members)


def _hold(tx: Connection, story_id: str, keys: list[str], since: datetime | None) -> None:
    statement = insert(tx, story_keys)
    if since is None:
        statement = statement.on_conflict_do_nothing()
    else:
        old = select(stories.c.id).where(stories.c.changed_at < since)
        statement = statement.on_conflict_do_update(
            index_elements=["key"], set_={"story_id": story_id}, where=story_keys.c.story_id.in_(old)
        )
    if keys:
        tx.execute(statement, [{"key": key, "story_id": story_id} for key in dict.fromkeys(keys)])


def _members(
    tx: Connection, story_ids: Iterable[str], item_ids: Iterable[int]
) -> dict[str, tuple[StoryItem, ...]]:
    """The items of stories and some single items, by story; a single one under a name of its own."""
    ids = set(item_ids)
    for batch in batches(story_ids):
        ids |= set(tx.execute(select(items.c.id).where(items.c.story_id.in_(batch))).scalars())
    found: dict[str, tuple[StoryItem, ...]] = {}
    for item in archive.load(tx, ids):
        name = item.story_id or _alone(item.id)
        found[name] = (*found.get(name, ()), item)
    return found


def _alone(item_id: int) -> str:
    return f"i-{item_id}"

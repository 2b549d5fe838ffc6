"""Stories: which items report one event.

What belongs together is decided elsewhere; merging is in `merges`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select, true, update

from monitor.model import RelatedStory, Severity, Story
from monitor.store import archive, words
from monitor.store.sql import WANTED, among, batches, put_new
from monitor.store.tables_news import items, matches, stories, story_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from monitor.model import StoryItem
    from monitor.store.words import Words

#: latest stories that are read for words before an index is asked
READ = 150

# built once: these run for every item that matches
_ONE = select(stories.c.merged_into, stories.c.severity, stories.c.changed_at).where(
    stories.c.id == bindparam("this")
)
_NEWS = (
    update(stories)
    .where(stories.c.id == bindparam("this"))
    .values(severity=bindparam("loud"), changed_at=bindparam("at"))
)
_CALLED = select(stories.c.id, func.coalesce(stories.c.merged_into, stories.c.id)).where(
    stories.c.id.in_(bindparam("ids", expanding=True))
)
_MEMBERS = select(items.c.id).where(items.c.story_id == bindparam("story"))
_RESOLVED = select(func.coalesce(stories.c.merged_into, stories.c.id)).where(
    stories.c.id == bindparam("this")
)
_PUT = (
    update(items)
    .where(items.c.id == bindparam("this"))
    .values(story_id=bindparam("story"), credit=bindparam("wire"), copy_of=bindparam("original"))
)


def join(
    tx: Connection, story_id: str, at: datetime, *, severity: Severity = Severity.INFO, title: str = ""
) -> str:
    """Something new in a story, which begins with `title` where there is none. It is as loud as its loudest
    item.

    Returns the id under which the story goes on.
    """
    row = tx.execute(_ONE, {"this": story_id}).first()
    if row is None:
        fresh = {"id": story_id, "first_seen_at": at, "changed_at": at, "severity": severity.value}
        put_new(tx, stories, [fresh | {"title": title}])
        return story_id
    if row.merged_into is not None:
        return join(tx, row.merged_into, at, severity=severity)
    louder = max(severity, Severity(row.severity), key=lambda s: s.rank)
    if louder is not Severity(row.severity) or row.changed_at < at:
        tx.execute(_NEWS, {"this": story_id, "loud": louder.value, "at": max(at, row.changed_at)})
    return story_id


def put_items(tx: Connection, placed: Iterable[tuple[int, str, str, int | None]]) -> None:
    """Items are in stories: item, story, wire that it credits ("": none), item that it repeats."""
    rows = [dict(zip(("this", "story", "wire", "original"), one, strict=True)) for one in placed]
    if rows:
        tx.execute(_PUT, rows)


def lead_on(tx: Connection, item_id: int, copy_of: int) -> None:
    """What repeats an item repeats the one that it turned out to repeat itself."""
    tx.execute(update(items).where(items.c.copy_of == item_id).values(copy_of=copy_of))


def of_items(tx: Connection, item_ids: Iterable[int]) -> dict[int, str | None]:
    """The story of each stored item."""
    held = select(items.c.id, items.c.story_id)
    return {row.id: row.story_id for row in among(tx, held, items.c.id, item_ids)}


def first_seen(tx: Connection, item_ids: Iterable[int]) -> dict[int, datetime]:
    """When each stored item was first seen."""
    held = select(items.c.id, items.c.first_seen_at)
    return {row.id: row.first_seen_at for row in among(tx, held, items.c.id, item_ids)}


def resolve_id(tx: Connection, story_id: str) -> str | None:
    """The id under which a story goes on: its own, or that of the story that took it in;
    None: there is none.
    """
    found: str | None = tx.execute(_RESOLVED, {"this": story_id}).scalar()
    return found


def called(tx: Connection, story_ids: Iterable[str]) -> dict[str, str]:
    """`resolve_id` of many: those that there are."""
    found: dict[str, str] = {}
    for batch in batches(story_ids):
        found |= {row[0]: row[1] for row in tx.execute(_CALLED, {"ids": batch})}
    return found


def sizes(tx: Connection, story_ids: Iterable[str]) -> dict[str, int]:
    """How many items each of these stories has."""
    held = select(items.c.story_id, func.count().label("n")).group_by(items.c.story_id)
    return {row.story_id: row.n for row in among(tx, held, items.c.story_id, story_ids)}


def load(tx: Connection, story_id: str) -> Story | None:
    """The story with its items, oldest first; None when it has none.

    The id of a story that was taken in leads on.
    """
    goes_on = resolve_id(tx, story_id)
    found = archive.load(tx, tx.execute(_MEMBERS, {"story": goes_on}).scalars())
    if goes_on is None or not found:
        return None
    return Story(id=goes_on, items=found, related=related(tx, [goes_on]).get(goes_on, ()))


def matched(
    tx: Connection, since_seq: int, until_seq: int, min_severity: Severity = Severity.INFO
) -> tuple[Story, ...]:
    """Stories with news in the matches since_seq < id <= until_seq of at least `min_severity`, by their first
    news.

    An edited item that matches the same rule again is not news. Items in no story come as stories of their
    own.
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
    return _made(tx, names, members)


def last_match(tx: Connection) -> int:
    """The newest match id, 0 before the first: the cursor of digests."""
    return int(tx.execute(select(func.coalesce(func.max(matches.c.id), 0))).scalar_one())


def last_match_of(tx: Connection, story_id: str) -> int:
    """The newest match id of a story, edits not counted; 0 when nothing matched."""
    newest = select(func.coalesce(func.max(matches.c.id), 0)).join(items).where(items.c.story_id == story_id)
    return int(tx.execute(newest.where(~matches.c.again)).scalar_one())


def changes(tx: Connection, story_ids: Iterable[str]) -> dict[str, datetime]:
    """When something was last new in each of these stories."""
    held = select(stories.c.id, stories.c.changed_at)
    return {row.id: row.changed_at for row in among(tx, held, stories.c.id, story_ids)}


def changed_at(tx: Connection, story_id: str) -> datetime | None:
    """When something was last new in a story; None: there is none."""
    return tx.execute(select(stories.c.changed_at).where(stories.c.id == story_id)).scalar()


def recent(tx: Connection, since: datetime, limit: int = 100) -> tuple[Story, ...]:
    """Stories that changed since `since`, the latest first."""
    return _latest(tx, stories.c.changed_at >= since, limit)


def search(
    tx: Connection, wanted: archive.Filter, limit: int = 50, after: tuple[datetime, str] | None = None
) -> tuple[Story, ...]:
    """Whole stories with an item that passes, those with the latest news first.

    `after`: only what comes after a story of that moment of change and id: the next page.
    """
    passing = archive.passing(wanted)
    if asked := wanted.words:
        return _whole(tx, _telling(tx, asked, passing, limit, after))
    there = select(items.c.id).where(*passing, items.c.story_id == stories.c.id)
    return _latest(tx, there.exists() & _comes_after(after), limit)


def _telling(
    tx: Connection,
    asked: Words,
    passing: Sequence[ColumnElement[bool]],
    limit: int,
    after: tuple[datetime, str] | None,
) -> list[str]:
    """The latest stories with an item that passes and holds the words; some are read first."""
    latest = [row.id for row in tx.execute(_ordered(_comes_after(after)).limit(READ))]
    told = words.of_stories(tx, asked, passing, latest)
    if len(told) < limit and len(latest) == READ:
        told = words.in_stories(tx, asked, passing)
        found = (tx.execute(_ordered(_comes_after(after), stories.c.id.in_(b))).all() for b in batches(told))
        rows = sorted(chain.from_iterable(found), key=lambda row: (-row.changed_at.timestamp(), row.id))
        latest = [row.id for row in rows]
    return [name for name in latest if name in told][:limit]


def _comes_after(last: tuple[datetime, str] | None) -> ColumnElement[bool]:
    if last is None:
        return true()
    same = (stories.c.changed_at == last[0]) & (stories.c.id > last[1])
    return (stories.c.changed_at <= last[0]) & or_(stories.c.changed_at < last[0], same)


def _latest(tx: Connection, wanted: ColumnElement[bool], limit: int) -> tuple[Story, ...]:
    return _whole(tx, [row.id for row in tx.execute(_ordered(wanted).limit(limit))])


def _ordered(*wanted: ColumnElement[bool]) -> Select[tuple[str, datetime]]:
    latest = select(stories.c.id, stories.c.changed_at).where(*wanted, stories.c.merged_into.is_(None))
    return latest.order_by(stories.c.changed_at.desc(), stories.c.id)


def _whole(tx: Connection, names: Sequence[str]) -> tuple[Story, ...]:
    return _made(tx, names, _members(tx, names, ()))


def _made(
    tx: Connection, names: Iterable[str], members: Mapping[str, tuple[StoryItem, ...]]
) -> tuple[Story, ...]:
    """The stories of these names that have members, with what they have to do with."""
    there = [name for name in names if name in members]
    links = related(tx, there)
    return tuple(Story(id=name, items=members[name], related=links.get(name, ())) for name in there)


def _members(
    tx: Connection, story_ids: Iterable[str], item_ids: Iterable[int]
) -> dict[str, tuple[StoryItem, ...]]:
    """The items of stories and some single items, by story; a single one under a name of its own."""
    held = among(tx, select(items.c.id), items.c.story_id, story_ids)
    ids = {*item_ids, *(row.id for row in held)}
    found: dict[str, tuple[StoryItem, ...]] = {}
    for item in archive.load(tx, ids):
        name = item.story_id or _alone(item.id)
        found[name] = (*found.get(name, ()), item)
    return found


def _alone(item_id: int) -> str:
    return f"i-{item_id}"


# Stories that have to do with each other and are not the same: a second meeting, a reaction, a briefing.


def link(tx: Connection, story_id: str, others: Iterable[tuple[str, str]], at: datetime) -> None:
    """A story has to do with `others`, each with the reason in words;
    pairs that are known stay as they are.
    """
    rows = [{**_pair(story_id, other), "why": why, "at": at} for other, why in others if other != story_id]
    put_new(tx, story_links, rows)


def _linked(mine: ColumnElement[str], theirs: ColumnElement[str]) -> Select[tuple[str, str, str, str]]:
    named = select(mine.label("mine"), story_links.c.why, stories.c.id, stories.c.title)
    mates = named.join(stories, stories.c.id == theirs).where(mine.in_(WANTED))
    return mates.order_by(story_links.c.at, stories.c.id)


_LINKED = (
    _linked(story_links.c.one, story_links.c.other),
    _linked(story_links.c.other, story_links.c.one),
)


def related(tx: Connection, story_ids: Iterable[str]) -> dict[str, tuple[RelatedStory, ...]]:
    """The stories that each of these has to do with, the earliest link first."""
    found: dict[str, list[RelatedStory]] = {}
    for batch in batches(story_ids):
        for linked in _LINKED:
            for row in tx.execute(linked, {"wanted": batch}):
                found.setdefault(row.mine, []).append(RelatedStory(id=row.id, title=row.title, why=row.why))
    return {story_id: tuple(related) for story_id, related in found.items()}


def move_links(tx: Connection, loser: str, winner: str) -> None:
    """What had to do with a story has to do with the one that took it in."""
    mine = or_(story_links.c.one == loser, story_links.c.other == loser)
    rows = [dict(row) for row in tx.execute(select(story_links).where(mine)).mappings()]
    tx.execute(delete(story_links).where(mine))
    others = [(row["other"] if row["one"] == loser else row["one"], row) for row in rows]
    put_new(tx, story_links, [{**row, **_pair(winner, other)} for other, row in others if other != winner])


def _pair(one: str, other: str) -> dict[str, str]:
    return dict(zip(("one", "other"), sorted((one, other)), strict=True))

"""Articles behind items: which ones are still to be fetched,
and which items have an article's text as content.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from monitor.model import Fulltext
from monitor.store.sql import WANTED, batches, put_new
from monitor.store.tables_news import articles, feeds, items

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Assessed, PollRecord

#: articles of one feed that wait at a time; more are not asked for
PER_FEED = 200
#: articles of one feed that a new one is compared with, the newest; by how many characters they are looked
#: up; of what is left of them without numbers, the beginning and the end that must be the same
COMPARED, BEGINNING, FIRST, LAST = 500, 20, 500, 200
_ENDED = (
    select(items.c.id, items.c.fulltext, items.c.fulltext_detail, items.c.content, articles.c.item_id)
    .outerjoin(articles, articles.c.item_id == items.c.id)
    .where(items.c.id.in_(WANTED), items.c.fulltext.in_((Fulltext.READ.value, Fulltext.UNAVAILABLE.value)))
)
_WITH_DIGITS = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An article to be fetched for an item."""

    item_id: int
    feed_id: str
    url: str
    #: what the feed's entry says, title and summary: the article must be about it
    about: str
    user_agent: str | None
    wanted_at: datetime
    #: those that failed
    attempts: int
    #: the item came in a flood: nothing in it is alerted
    flood_held: bool


def want(tx: Connection, poll: PollRecord, ids: Sequence[int]) -> int:
    """Note the articles that a poll's items wait for (`ids`: of `poll.assessed`, in its order); how many are
    new.

    What is over the bound for one feed is given up at once, and says so.
    """
    asked = dict.fromkeys(i for i, a in zip(ids, poll.assessed, strict=True) if _waits(a))
    asked_before = {i for batch in batches(asked) for i in _noted(tx, batch)}
    fresh = [i for i in asked if i not in asked_before]
    room = max(0, PER_FEED - _waiting(tx, poll.state.feed.id)) if fresh else 0
    row = {"wanted_at": poll.at, "next_try_at": poll.at, "flood_held": poll.flood}
    put_new(tx, articles, [{"item_id": i} | row for i in fresh[:room]])
    for item_id in fresh[room:]:
        give_up(tx, item_id, f"{PER_FEED} articles of this feed waited already")
    return min(len(fresh), room)


def due(
    tx: Connection, now: datetime, limit: int, *, only: Collection[int] | None = None
) -> tuple[Wish, ...]:
    """Articles whose time has come, and of `only`, the longest waiting first."""
    found = (
        select(articles, items.c.feed_id, items.c.url, items.c.title, items.c.summary, feeds.c.definition)
        .join(items, items.c.id == articles.c.item_id)
        .join(feeds, feeds.c.id == items.c.feed_id)
        .where(articles.c.next_try_at <= now)
        .order_by(articles.c.next_try_at, articles.c.item_id)
        .limit(limit)
    )
    if only is not None:
        found = found.where(articles.c.item_id.in_(only))
    return tuple(
        Wish(
            item_id=row.item_id,
            feed_id=row.feed_id,
            url=row.url or "",
            about=f"{row.title} {row.summary}",
            user_agent=row.definition.get("user_agent"),
            wanted_at=row.wanted_at,
            attempts=row.attempts,
            flood_held=row.flood_held,
        )
        for row in tx.execute(found)
    )


def next_due(tx: Connection) -> datetime | None:
    """When the next article is due; None when none waits."""
    return tx.execute(select(func.min(articles.c.next_try_at))).scalar()


def waiting(tx: Connection) -> Mapping[str, int]:
    """How many articles wait, by feed."""
    held = select(items.c.feed_id).join(articles, articles.c.item_id == items.c.id)
    return Counter(tx.execute(held.where(articles.c.next_try_at.is_not(None))).scalars())


def kept(tx: Connection, item_ids: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    """Of items whose article waits no more: its text, and why there is none.

    Both are empty where it was read and the feed had given more.
    """
    found: dict[int, tuple[str, str]] = {}
    for batch in batches(item_ids):
        for row in tx.execute(_ENDED, {"wanted": batch}):
            if row.fulltext == Fulltext.READ.value:
                found[row.id] = (row.content if row.item_id is not None else "", "")
            else:
                found[row.id] = ("", row.fulltext_detail or "not fetched")
    return found


def stands_elsewhere(tx: Connection, item_id: int, text: str, since: datetime) -> bool:
    """Whether another address of the feed, in its document since then, had the same text, but for its numbers
    and codes.

    An article has one address; a challenge, an error or a front page answers at any.
    """
    here = tx.execute(select(items.c.feed_id, items.c.canonical_url).where(items.c.id == item_id)).one()
    alike = (items.c.feed_id == here.feed_id) & (items.c.last_seen_at >= since) & (items.c.id != item_id)
    alike &= (items.c.fulltext == Fulltext.READ.value) & (items.c.canonical_url != here.canonical_url)
    found = select(items.c.content).where(alike).order_by(items.c.id.desc()).limit(COMPARED).subquery()
    held = select(found.c.content).where(func.substr(found.c.content, 1, BEGINNING) == text[:BEGINNING])
    mine = _plain(text)
    return any(_same(mine, _plain(content)) for content in tx.execute(held).scalars())


def _plain(text: str) -> str:
    """Without what differs from visit to visit: whatever has a digit in it, and line breaks."""
    return " ".join(_WITH_DIGITS.sub("", text).split())


def _same(text: str, content: str) -> bool:
    """Whether one begins and ends as the other; what follows in `content` may be the feed's own text."""
    return content.startswith(text[:FIRST]) and text[-LAST:] in content


def postpone(tx: Connection, item_id: int, until: datetime) -> None:
    """Another try failed; the next one is at `until`."""
    values = {"next_try_at": until, "attempts": articles.c.attempts + 1}
    tx.execute(update(articles).where(articles.c.item_id == item_id).values(**values))


def give_up(tx: Connection, item_id: int, detail: str) -> None:
    """The article cannot be had, and why; what the feed gave stays as it is."""
    values = {"fulltext": Fulltext.UNAVAILABLE.value, "fulltext_detail": detail}
    tx.execute(update(items).where(items.c.id == item_id).values(**values))
    tx.execute(delete(articles).where(articles.c.item_id == item_id))


def was_read(tx: Connection, item_id: int, *, used: bool) -> None:
    """The article waits no more; `used`: its text is the item's content."""
    mine = articles.c.item_id == item_id
    tx.execute(
        update(articles).where(mine).values(next_try_at=None) if used else delete(articles).where(mine)
    )


def _waits(assessed: Assessed) -> bool:
    return assessed.item.fulltext is Fulltext.WAITING


def _noted(tx: Connection, item_ids: Sequence[int]) -> Iterable[int]:
    return tx.execute(select(articles.c.item_id).where(articles.c.item_id.in_(item_ids))).scalars()


def _waiting(tx: Connection, feed_id: str) -> int:
    held = select(func.count()).select_from(articles).join(items, items.c.id == articles.c.item_id)
    ours = held.where(items.c.feed_id == feed_id, articles.c.next_try_at.is_not(None))
    return int(tx.execute(ours).scalar_one())

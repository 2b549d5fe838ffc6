"""The archive: stored items given back whole, searched, or walked through from a moment on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Text, cast, func, or_, select

from monitor.model import Contact, Coverage, Match, Severity, StoryItem, Suppressed
from monitor.store import rows, words
from monitor.store.items import reported
from monitor.store.sql import WANTED, batches
from monitor.store.tables_news import contact_parties, contacts, feeds, items, matches, revisions, suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table

    from monitor.model import Item


Noun = TypeVar("Noun")

#: all but what only a search compares
_COLUMNS = tuple(column for column in items.c if column.name != "folded")
#: of a feed; the definition as its JSON text, by which the feed is remembered
_FEED = (cast(feeds.c.definition, Text).label("definition"), feeds.c.enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items are wanted: every condition that is given must hold."""

    #: each word must occur in title, summary or content, folded as for matching (`words.Words`)
    text: str = ""
    #: of each, one of the forms occurs (`words.Words`)
    spelt: tuple[tuple[str, ...], ...] = ()
    watchlist: str | None = None
    min_severity: Severity | None = None
    feed_id: str | None = None
    story_id: str | None = None
    side: str | None = None
    lang: str | None = None
    coverage: Coverage | None = None
    has_contact: bool = False
    #: it reports a contact in which this party is named
    party: str | None = None
    #: it reports a contact in which one of these names takes part
    names: tuple[str, ...] = ()
    #: by the moment when we first saw them, half-open
    since: datetime | None = None
    until: datetime | None = None
    #: items before this id: the next page
    before_id: int | None = None

    @property
    def words(self) -> words.Words | None:
        """What the texts must hold; None: anything."""
        return words.Words.of(self.text, self.spelt)


def get(tx: Connection, item_id: int) -> StoryItem | None:
    """One item with its feed, matches, contacts and what was silenced."""
    return next(iter(load(tx, [item_id])), None)


def load(tx: Connection, item_ids: Iterable[int]) -> tuple[StoryItem, ...]:
    """Items by id, in the order in which we first saw them; unknown ids are missing.

    Matches and contacts are those of the newest revision that matched: an edit does not unsay an alert.
    """
    found: list[StoryItem] = []
    for batch in batches(sorted(item_ids)):
        found += _assembled(tx, tx.execute(_THESE, {"wanted": batch}).mappings().all())
    return tuple(found)


def search(tx: Connection, wanted: Filter, limit: int = 50) -> tuple[StoryItem, ...]:
    """The newest `limit` items that pass, newest first."""
    if asked := wanted.words:
        return load(tx, words.newest(tx, asked, passing(wanted), limit))[::-1]
    query = _whole(newest_first=True).where(*passing(wanted)).limit(limit)
    return tuple(_assembled(tx, tx.execute(query).mappings().all()))


def count(tx: Connection, wanted: Filter) -> int:
    """How many items pass."""
    if asked := wanted.words:
        return len(words.newest(tx, asked, passing(wanted), sys.maxsize))
    return int(tx.execute(select(func.count()).select_from(items).where(*passing(wanted))).scalar_one())


def walk(
    tx: Connection, since: datetime, until: datetime | None = None, *, newest_first: bool = False
) -> Iterator[tuple[int, Item]]:
    """Every item first seen in [since, until) with its id, oldest first or not, a batch at a time."""
    last = None
    order = items.c.id.desc() if newest_first else items.c.id
    first_seen = passing(Filter(since=since, until=until))
    while True:
        page = select(*_COLUMNS).where(*first_seen).order_by(order).limit(500)
        if last is not None:
            page = page.where(items.c.id < last if newest_first else items.c.id > last)
        found = tx.execute(page).mappings().all()
        if not found:
            return
        for row in found:
            yield row["id"], rows.item(row)
        last = found[-1]["id"]


def by_address(tx: Connection, *addresses: str) -> StoryItem | None:
    """The newest item whose address, canonical or as given, is one of `addresses`."""
    held = or_(items.c.url.in_(addresses), items.c.canonical_url.in_(addresses))
    item_id = tx.execute(select(func.max(items.c.id)).where(held)).scalar()
    return get(tx, item_id) if item_id is not None else None


def past_texts(tx: Connection, item_id: int) -> tuple[tuple[int, datetime, str, str, str], ...]:
    """Earlier revisions of an item: number, since when, title, summary, content; oldest first."""
    r = revisions.c
    past = (
        select(r.revision, r.at, r.title, r.summary, r.content)
        .where(r.item_id == item_id)
        .order_by(r.revision)
    )
    return tuple((row[0], row[1], row[2], row[3], row[4]) for row in tx.execute(past))


def _whole(*, newest_first: bool = False) -> Select[tuple[object, ...]]:
    order = items.c.id.desc() if newest_first else items.c.id
    return select(*_COLUMNS, *_FEED).join(feeds, feeds.c.id == items.c.feed_id).order_by(order)


#: built once: most of what a small statement costs is its building
_THESE = _whole().where(items.c.id.in_(WANTED))


@lru_cache(maxsize=16)
def _of_items(table: Table) -> Select[tuple[object, ...]]:
    return select(table).where(table.c.item_id.in_(WANTED)).order_by(table.c.id)


def passing(wanted: Filter) -> list[ColumnElement[bool]]:
    """What an item must be, all but its words."""
    found: list[ColumnElement[bool]] = []
    equal = {
        "feed_id": wanted.feed_id,
        "story_id": wanted.story_id,
        "outlet_side": wanted.side,
        "lang": wanted.lang,
    }
    found += [items.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.coverage is not None:
        found.append(items.c.coverage == wanted.coverage.value)
    if wanted.watchlist is not None or wanted.min_severity is not None:
        found.append(_matched(wanted.watchlist, wanted.min_severity))
    if wanted.has_contact or wanted.party is not None or wanted.names:
        found.append(_contact(wanted))
    if wanted.since is not None:
        found.append(items.c.first_seen_at >= wanted.since)
    if wanted.until is not None:
        found.append(items.c.first_seen_at < wanted.until)
    if wanted.before_id is not None:
        found.append(items.c.id < wanted.before_id)
    return found


def _contact(wanted: Filter) -> ColumnElement[bool]:
    query = select(contacts.c.id).where(contacts.c.item_id == items.c.id)
    named = select(contact_parties.c.party).where(contact_parties.c.contact_id == contacts.c.id)
    if wanted.party is not None:
        query = query.where(named.where(contact_parties.c.party == wanted.party).exists())
    if wanted.names:
        query = query.where(named.where(contact_parties.c.name.in_(wanted.names)).exists())
    return query.exists()


def _matched(watchlist: str | None, severity: Severity | None) -> ColumnElement[bool]:
    query = select(matches.c.id).where(matches.c.item_id == items.c.id)
    if watchlist is not None:
        query = query.where(matches.c.watchlist == watchlist)
    if severity is not None:
        query = query.where(matches.c.severity.in_(at_least(severity)))
    return query.exists()


def at_least(severity: Severity) -> list[str]:
    """The stored words of `severity` and all that are louder."""
    return [s.value for s in Severity if s.rank >= severity.rank]


def _assembled(tx: Connection, found: Sequence[RowMapping]) -> list[StoryItem]:
    ids = [row["id"] for row in found]
    matched = _by_revision(tx, matches, ids, rows.match)
    met: dict[tuple[int, int], tuple[Contact, ...]] = {}
    for item_id, revision, contact in reported(tx, ids):
        met[item_id, revision] = (*met.get((item_id, revision), ()), contact)
    silenced = _by_revision(tx, suppressed, ids, rows.suppressed)
    last_told = dict(sorted(matched))  # the highest revision of each item stands last
    whole: list[StoryItem] = []
    for row in found:
        now = (row["id"], row["revision"])
        told = (row["id"], last_told.get(row["id"], row["revision"]))
        whole.append(_story_item(row, matched.get(told, ()), met.get(told, ()), silenced.get(now, ())))
    return whole


def _by_revision(
    tx: Connection, table: Table, item_ids: Sequence[int], noun: Callable[[RowMapping], Noun]
) -> dict[tuple[int, int], tuple[Noun, ...]]:
    """The rows of `table` by item and revision."""
    grouped: dict[tuple[int, int], list[Noun]] = {}
    for batch in batches(item_ids):
        for row in tx.execute(_of_items(table), {"wanted": batch}).mappings():
            grouped.setdefault((row["item_id"], row["revision"]), []).append(noun(row))
    return {place: tuple(nouns) for place, nouns in grouped.items()}


def _story_item(
    row: RowMapping,
    matched: tuple[Match, ...],
    met: tuple[Contact, ...],
    silenced: tuple[Suppressed, ...],
) -> StoryItem:
    return StoryItem(
        id=row["id"],
        item=rows.item(row),
        feed=rows.feed_of(row["definition"], enabled=row["enabled"]),
        first_seen_at=row["first_seen_at"],
        revision=row["revision"],
        matches=matched,
        contacts=met,
        coverage=Coverage(row["coverage"]),
        coverage_detail=row["coverage_detail"],
        suppressed=silenced,
        denier=rows.speaker(row["denier"]),
        story_id=row["story_id"],
        credit=row["credit"],
        copy_of=row["copy_of"],
        withdrawn_at=row["withdrawn_at"],
    )


# Items that report contacts, for the ledger: all of them, because one contact is told over months.

#: items in memory at a time with their texts
PAGE = 500


def count_with_contacts(tx: Connection) -> int:
    """How many items report a contact."""
    return int(tx.execute(select(func.count(contacts.c.item_id.distinct()))).scalar_one())


def reporting_contacts(tx: Connection, since: datetime | None = None) -> Iterator[StoryItem]:
    """Items that report a contact, in the order in which we first saw them, without their texts.

    `since`: only those first seen from then on.
    """
    wanted = select(contacts.c.item_id).distinct().order_by(contacts.c.item_id)
    if since is not None:
        wanted = wanted.join(items).where(items.c.first_seen_at >= since)
    ids = tx.execute(wanted).scalars().all()
    for start in range(0, len(ids), PAGE):
        for found in load(tx, ids[start : start + PAGE]):
            yield replace(found, item=replace(found.item, summary="", content=""))

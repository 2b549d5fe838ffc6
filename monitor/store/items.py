"""Items: the one transaction in which polls become durable. What of a document is known: `store.memory`."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, func, null, or_, select, update

from monitor.model import Coverage, Fulltext
from monitor.model.polls import CHURNING, said
from monitor.store import feeds, rows
from monitor.store.sql import WANTED, add, among, batches, changed, put_new
from monitor.store.tables_news import (
    contact_parties,
    contacts,
    entries,
    items,
    matches,
    revisions,
    suppressed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import Assessed, Contact, FeedState, PollRecord
    from monitor.model.polls import Saying

    #: what was stored: its id, its revision, and when its poll was
    _Written = tuple[Assessed, int, int, datetime]


#: how exact `last_seen_at` is
TOUCHED_EVERY = timedelta(days=1)

_NEWEST = select(func.max(items.c.id))
# built once: most of what a small statement costs is its building
_ADDED = select(items.c.feed_id, items.c.key, items.c.id).where(items.c.id > bindparam("newest"))
_UNDER = select(items.c.feed_id, items.c.key, items.c.id).where(
    items.c.feed_id == bindparam("feed_id"), items.c.key.in_(WANTED)
)
_CONTACTS = select(contacts).where(contacts.c.item_id.in_(WANTED)).order_by(contacts.c.id)
_NAMED = (
    select(contact_parties)
    .join(contacts)
    .where(contacts.c.item_id.in_(WANTED))
    .order_by(contact_parties.c.position)
)
_TOUCH = (
    update(items)
    .where(
        items.c.id.in_(WANTED),
        or_(items.c.last_seen_at < bindparam("stale"), items.c.withdrawn_at.is_not(None)),
    )
    .values(last_seen_at=bindparam("at"), withdrawn_at=None)
)


def record(tx: Connection, poll: PollRecord) -> tuple[int, ...]:
    """`record_all` of one poll."""
    return record_all(tx, [(None, poll)])[0]


def record_all(
    tx: Connection, decided: Sequence[tuple[FeedState | None, PollRecord]]
) -> tuple[tuple[int, ...], ...]:
    """Write all that polls mean, each with the state before it where that is known: states, journal lines,
    items with their decisions, who was seen again or withdrawn.

    Returns the item ids of each poll's `assessed`, in its order. An item that another poll stored meanwhile
    is not doubled. Of a partial one only the items are written.
    """
    whole = [(before, poll) for before, poll in decided if not poll.partial]
    if whole:
        feeds.settle_all(tx, whole)
    _touch(tx, [poll for _, poll in whole])
    for _, poll in whole:
        _rename(tx, poll)
        for batch in batches(poll.withdrawn):
            gone = items.c.id.in_(batch) & items.c.withdrawn_at.is_(None)
            tx.execute(update(items).where(gone).values(withdrawn_at=poll.at))
    ids = iter(_write(tx, [(a, poll.at) for _, poll in decided for a in poll.assessed]))
    return tuple(tuple(islice(ids, len(poll.assessed))) for _, poll in decided)


def _rename(tx: Connection, poll: PollRecord) -> None:
    """Items go by their new guids, or they would be unknown as soon as the feed holds few
    that went by the old ones.
    """
    for item_id, key in poll.renamed:
        held = select(items.c.id).where(items.c.feed_id == poll.state.feed.id, items.c.key == key)
        if tx.execute(held).scalar() is None:
            tx.execute(update(items).where(items.c.id == item_id).values(key=key))


def write(tx: Connection, assessed: Sequence[Assessed], at: datetime) -> tuple[int, ...]:
    """Store new items and revisions with their matches, contacts and what was silenced; their ids, in order.

    A new item is in no story yet, a revised one stays in its own.
    """
    return _write(tx, [(a, at) for a in assessed])


def _write(tx: Connection, found: Sequence[tuple[Assessed, datetime]]) -> tuple[int, ...]:
    """The same, each with the time of its poll."""
    existing = _existing(tx, (a for a, _ in found))
    # an entry that stands twice in a document is one item: the first
    new = {_place(a): (a, at) for a, at in reversed(found) if a.revises not in existing}
    here, newest = _put_in(tx, list(reversed(new.values())))
    # what another poll stored meanwhile is not doubled
    fresh = {place: a for place, (a, _) in new.items() if here[place] > newest}
    ids: list[int] = []
    written: list[_Written] = []
    for a, at in found:
        old = existing.get(a.revises)
        ids.append(old["id"] if old is not None else here[_place(a)])
        if old is not None:
            written.append((a, ids[-1], _revise(tx, a, at, old), at))
        elif fresh.get(_place(a)) is a:
            written.append((a, ids[-1], 1, at))
    _write_decisions(tx, written)
    thin(tx, {item_id: revision for _, item_id, revision, _ in written})
    return tuple(ids)


def _put_in(
    tx: Connection, new: Sequence[tuple[Assessed, datetime]]
) -> tuple[dict[tuple[str, str], int], int]:
    """Insert what is not there; ids of all by feed and key, and the highest id before."""
    if not new:
        return {}, 0
    newest: int = tx.execute(_NEWEST).scalar() or 0
    put_new(tx, items, [_new_row(a, at) for a, at in new])
    here = {(row[0], row[1]): row[2] for row in tx.execute(_ADDED, {"newest": newest})}
    missing: dict[str, list[str]] = {}
    for feed_id, key in (place for a, _ in new if (place := _place(a)) not in here):
        missing.setdefault(feed_id, []).append(key)
    for feed_id, keys in missing.items():
        for batch in batches(keys):
            under = tx.execute(_UNDER, {"feed_id": feed_id, "wanted": batch})
            here |= {(row[0], row[1]): row[2] for row in under}
    return here, newest


def add_matches(tx: Connection, assessed: Assessed, at: datetime) -> bool:
    """Store matches of an item as it stands (`assessed.revises`) by rules that had not matched it, and its
    new state.

    False: the item is gone, or they had. An item that alerts already keeps its state.
    """
    item_id = assessed.revises
    revision = tx.execute(select(items.c.revision).where(items.c.id == item_id)).scalar()
    if item_id is None or revision is None:
        return False
    before = _matched_before(tx, [item_id])
    found = [m for m in assessed.decision.matches if (item_id, m.watchlist, m.rule) not in before]
    put_new(tx, matches, [rows.match_row(m, item_id, revision, at, again=False) for m in found])
    quieter = (items.c.id == item_id) & (items.c.coverage != Coverage.MATCHED.value)
    if found:
        tx.execute(update(items).where(quieter).values(**_ending(assessed)))
    return bool(found)


def complete(tx: Connection, assessed: Assessed, revision: int, at: datetime) -> bool:
    """Put an article's text and what it means into the item `assessed.revises`, which waits for it at
    `revision`.

    No revision: the publisher edited nothing. What the feed's text had matched stays, so that nothing told is
    unsaid, and is not told again; only a rule that had not matched is news. False: the item is gone, edited,
    or waits no more.
    """
    item_id, item = assessed.revises, assessed.item
    waits = (items.c.id == item_id) & (items.c.revision == revision)
    waits &= items.c.fulltext == Fulltext.WAITING.value
    columns = rows.item_columns(item, assessed.decision.folded)
    values = {name: columns[name] for name in _FROM_ARTICLE} | _ending(assessed)
    if item_id is None or not changed(tx, update(items).where(waits).values(**values)):
        return False
    decision = assessed.decision
    for table, wanted in (
        (contacts, decision.matches),
        (suppressed, decision.matches or decision.suppressed),
    ):
        if wanted:
            tx.execute(delete(table).where(table.c.item_id == item_id, table.c.revision == revision))
    for match in decision.matches:
        _rematch(tx, rows.match_row(match, item_id, revision, at, again=False))
    _write_decisions(tx, [(assessed, item_id, revision, at)])
    return True


#: of an item, what its article changes
_FROM_ARTICLE = ("content", "folded", "lang", "fulltext", "fulltext_detail")


def _rematch(tx: Connection, row: rows.Row) -> None:
    """Bring a match of this revision, where there is one, up to the new text; it stays the same match."""
    same = [matches.c[name] == row[name] for name in ("item_id", "revision", "watchlist", "rule")]
    found = {name: row[name] for name in ("severity", "score", "reason", "evidence")}
    tx.execute(update(matches).where(*same).values(**found))


def _place(assessed: Assessed) -> tuple[str, str]:
    return assessed.item.feed_id, assessed.item.key


def _existing(tx: Connection, assessed: Iterable[Assessed]) -> dict[int | None, RowMapping]:
    """The rows that are to be revised; one that was pruned meanwhile is missing and is written as new."""
    revised = among(tx, select(items), items.c.id, (a.revises for a in assessed if a.revises is not None))
    return {row.id: row._mapping for row in revised}


def _new_row(assessed: Assessed, at: datetime) -> rows.Row:
    seen = {"first_seen_at": at, "changed_at": at, "last_seen_at": at, "revision": 1}
    return rows.item_columns(assessed.item, assessed.decision.folded) | seen | _ending(assessed)


def _ending(assessed: Assessed) -> rows.Row:
    return {
        "coverage": assessed.coverage.value,
        "coverage_detail": assessed.coverage_detail,
        "denier": rows.speaker_row(assessed.decision.denier),
    }


def _revise(tx: Connection, assessed: Assessed, at: datetime, old: RowMapping) -> int:
    """Keep the old text, write the new; the item's new revision.

    Its key stays, unless the poll renames it.
    """
    past = {name: old[name] for name in ("title", "summary", "content", "content_hash", "revision")}
    tx.execute(revisions.insert().values(item_id=old["id"], at=old["changed_at"], **past))
    values = rows.item_columns(assessed.item, assessed.decision.folded) | _ending(assessed)
    values |= {"revision": old["revision"] + 1, "changed_at": at, "last_seen_at": at, "key": old["key"]}
    tx.execute(update(items).where(items.c.id == old["id"]).values(**values, withdrawn_at=None))
    return int(old["revision"]) + 1


def _write_decisions(tx: Connection, written: Sequence[_Written]) -> None:
    before = _matched_before(tx, [item_id for _, item_id, revision, _ in written if revision > 1])
    put_new(
        tx,
        matches,
        [
            rows.match_row(m, item_id, revision, at, again=(item_id, m.watchlist, m.rule) in before)
            for a, item_id, revision, at in written
            for m in a.decision.matches
        ],
    )
    _add_contacts(tx, [(c, i, r) for a, i, r, _ in written for c in a.decision.contacts])
    silenced = [rows.suppressed_row(s, i, r) for a, i, r, _ in written for s in a.decision.suppressed]
    add(tx, suppressed, silenced)


def _add_contacts(tx: Connection, found: Sequence[tuple[Contact, int, int]]) -> None:
    if found:
        put = contacts.insert().returning(contacts.c.id, sort_by_parameter_order=True)
        ids = tx.execute(put, [rows.contact_row(*one) for one in found]).scalars()
        named = (rows.party_rows(of, key) for (of, *_), key in zip(found, ids, strict=True))
        add(tx, contact_parties, list(chain.from_iterable(named)))


def reported(tx: Connection, item_ids: Iterable[int]) -> Iterator[tuple[int, int, Contact]]:
    """(item, revision, contact) for every contact of these items, in the order in which they were stored."""
    for batch in batches(item_ids):
        named: dict[int, list[RowMapping]] = {}
        reports = tx.execute(_CONTACTS, {"wanted": batch}).mappings().all()
        for row in tx.execute(_NAMED, {"wanted": batch}).mappings() if reports else ():
            named.setdefault(row["contact_id"], []).append(row)
        for row in reports:
            yield row["item_id"], row["revision"], rows.contact(row, named.get(row["id"], ()))


def _matched_before(tx: Connection, item_ids: Iterable[int]) -> set[tuple[int, str, str]]:
    told = select(matches.c.item_id, matches.c.watchlist, matches.c.rule)
    found = among(tx, told, matches.c.item_id, item_ids)
    return {(row.item_id, row.watchlist, row.rule) for row in found}


def _touch(tx: Connection, polls: Sequence[PollRecord]) -> None:
    """Note who is still in the feeds, at most once a day each (most polls see the same
    entries again), or back in them.
    """
    for batch in batches(chain.from_iterable(poll.seen_ids for poll in polls)):
        at = max(poll.at for poll in polls)
        tx.execute(_TOUCH, {"wanted": batch, "at": at, "stale": at - TOUCHED_EVERY})


# Items that change all the time: what they were ever found to say, and the few of their texts that are kept.


def sayings(tx: Connection, item_ids: Iterable[int]) -> dict[int, dict[Saying, int]]:
    """By item: each thing that it was found to say (`model.polls.said`),
    and the revision that said it first.
    """
    found: dict[int, dict[Saying, int]] = {}

    asked = list(item_ids)

    def note(item_id: int, revision: int, sayings: Iterable[Saying]) -> None:
        for saying in sayings:
            first = found.setdefault(item_id, {})
            first[saying] = min(revision, first.get(saying, revision))

    for row in among(tx, select(matches), matches.c.item_id, asked):
        note(row.item_id, row.revision, said((rows.match(row._mapping),), ()))
    for item_id, revision, contact in reported(tx, asked):
        note(item_id, revision, said((), (contact,)))
    return found


def thin(tx: Connection, newest: Mapping[int, int]) -> None:
    """Drop texts, and bytes of evidence, between an item's first revision and its newest `CHURNING`.

    `newest`: item to its revision. A text that was the first to say something stays; the chain's links all
    do.
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

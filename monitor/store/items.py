"""Items: what of a document is known, and the one transaction in which a poll becomes durable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, null, or_, select, update

from monitor.model import Coverage, DateFlag, Fulltext, KnownItem
from monitor.model.polls import CHURNING, said
from monitor.store import feeds, rows
from monitor.store.sql import add, batches, changed, put_new
from monitor.store.tables_news import (
    contact_parties,
    contacts,
    entries,
    items,
    matches,
    revisions,
    suppressed,
)
from monitor.store.tables_news import feeds as feed_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import Assessed, Contact, PollRecord
    from monitor.model.polls import Saying


#: how exact `last_seen_at` is
TOUCHED_EVERY = timedelta(days=1)
#: of a feed's items, those that its last documents may have held
LISTED = 500
#: so many of them, and such a share, may be known as withdrawn
LOST, LOST_SHARE = 3, 0.1

#: of a feed's items under a few addresses or with one text, those that are looked at
ALIKE = 500
#: characters of an item's text by which an edit is told from another entry
EXCERPT = 2_000

_KNOWN = (
    items.c.id,
    items.c.key,
    items.c.content_hash,
    items.c.canonical_url,
    items.c.revision,
    items.c.title,
    items.c.published_at,
    items.c.changed_at,
)
_NEWEST = select(func.max(items.c.id))
_EXCERPT = func.substr(items.c.summary + " " + items.c.content, 1, EXCERPT).label("excerpt")


def known(
    tx: Connection,
    feed_id: str,
    *,
    keys: Iterable[str],
    hashes: Iterable[str] = (),
    addresses: Iterable[str] = (),
) -> tuple[KnownItem, ...]:
    """The items of a feed that entries may be:
    by key, by content hash, and the newest `ALIKE` by canonical address.
    """
    ours = select(*_KNOWN, _EXCERPT).where(items.c.feed_id == feed_id).order_by(items.c.id)
    newest = ours.order_by(None).order_by(items.c.id.desc()).limit(ALIKE)
    found: dict[int, KnownItem] = {}
    for wanted, column, query in (
        (keys, items.c.key, ours),
        (hashes, items.c.content_hash, newest),
        (addresses, items.c.canonical_url, newest),
    ):
        for batch in batches(wanted):
            for row in tx.execute(query.where(column.in_(batch))).mappings():
                found[row["id"]] = KnownItem(**row)
    restless = sayings(tx, (i.id for i in found.values() if i.revision >= CHURNING))
    for item_id, firsts in restless.items():
        found[item_id] = replace(found[item_id], said=frozenset(firsts))
    return tuple(found.values())


def of_feed(tx: Connection, feed_id: str, ids: Iterable[int]) -> dict[int, KnownItem]:
    """Items of a feed by id, without their excerpts; those that are gone are missing."""
    found: dict[int, KnownItem] = {}
    for batch in batches(ids):
        ours = select(*_KNOWN).where(items.c.feed_id == feed_id, items.c.id.in_(batch))
        found |= {row["id"]: KnownItem(**row) for row in tx.execute(ours).mappings()}
    return found


def listed(tx: Connection, feed_id: str) -> tuple[KnownItem, ...]:
    """Items that stood in the feed's last document or left it a day or two ago, not known as withdrawn,
    newest first.

    Only those whose date can be believed; at most `LISTED`. None where the feed loses entries all the time,
    as one that keeps the newest of each of its sections does: there it means nothing.
    """
    last = tx.execute(select(feed_table.c.last_parsed_at).where(feed_table.c.id == feed_id)).scalar()
    if last is None:
        return ()
    there = (items.c.feed_id == feed_id) & (items.c.last_seen_at >= last - 2 * TOUCHED_EVERY)
    dated = items.c.published_at.is_not(None) & (items.c.date_flag == DateFlag.OK.value)
    held = select(*_KNOWN, items.c.withdrawn_at).where(there, dated)
    found = tx.execute(held.order_by(items.c.id.desc()).limit(LISTED)).mappings().all()
    still = [{c.name: row[c.name] for c in _KNOWN} for row in found if row["withdrawn_at"] is None]
    if len(found) - len(still) > max(LOST, LOST_SHARE * len(found)):
        return ()
    return tuple(KnownItem(**row) for row in still)


def record(tx: Connection, poll: PollRecord) -> tuple[int, ...]:
    """Write all that a poll means: state, journal line, items with their decisions, who was seen again or
    withdrawn.

    Returns the item ids of `poll.assessed`, in its order. An item that another poll stored meanwhile is not
    doubled. Of a partial one only the items are written.
    """
    if poll.partial:
        return write(tx, poll.assessed, poll.at)
    feeds.settle(tx, poll)
    _touch(tx, poll.seen_ids, poll.at)
    _rename(tx, poll)
    for batch in batches(poll.withdrawn):
        gone = items.c.id.in_(batch) & items.c.withdrawn_at.is_(None)
        tx.execute(update(items).where(gone).values(withdrawn_at=poll.at))
    return write(tx, poll.assessed, poll.at)


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
    existing = _existing(tx, assessed)
    # an entry that stands twice in a document is one item: the first
    new = {_place(a): a for a in reversed(assessed) if a.revises not in existing}
    newest = tx.execute(_NEWEST).scalar() or 0
    put_new(tx, items, [_new_row(a, at) for a in reversed(new.values())])
    here = _ids(tx, new.values())
    # what another poll stored meanwhile is not doubled
    fresh = {place: a for place, a in new.items() if here[place] > newest}
    ids: list[int] = []
    written: list[tuple[Assessed, int, int]] = []
    for a in assessed:
        old = existing.get(a.revises)
        ids.append(old["id"] if old is not None else here[_place(a)])
        if old is not None:
            written.append((a, ids[-1], _revise(tx, a, at, old)))
        elif fresh.get(_place(a)) is a:
            written.append((a, ids[-1], 1))
    _write_decisions(tx, written, at)
    thin(tx, {item_id: revision for _, item_id, revision in written})
    return tuple(ids)


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
    columns = rows.item_columns(item)
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
    _write_decisions(tx, [(assessed, item_id, revision)], at)
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


def _ids(tx: Connection, assessed: Iterable[Assessed]) -> dict[tuple[str, str], int]:
    """Stored ids of items by feed and key."""
    keys: dict[str, list[str]] = {}
    for a in assessed:
        keys.setdefault(a.item.feed_id, []).append(a.item.key)
    found: dict[tuple[str, str], int] = {}
    for feed_id, of_feed in keys.items():
        for batch in batches(of_feed):
            held = select(items.c.key, items.c.id).where(items.c.feed_id == feed_id, items.c.key.in_(batch))
            found |= {(feed_id, row.key): row.id for row in tx.execute(held)}
    return found


def _existing(tx: Connection, assessed: Iterable[Assessed]) -> dict[int | None, RowMapping]:
    """The rows that are to be revised; one that was pruned meanwhile is missing and is written as new."""
    found: dict[int | None, RowMapping] = {}
    for batch in batches(a.revises for a in assessed if a.revises is not None):
        found |= {row["id"]: row for row in tx.execute(select(items).where(items.c.id.in_(batch))).mappings()}
    return found


def _new_row(assessed: Assessed, at: datetime) -> rows.Row:
    seen = {"first_seen_at": at, "changed_at": at, "last_seen_at": at, "revision": 1}
    return rows.item_columns(assessed.item) | seen | _ending(assessed)


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
    values = rows.item_columns(assessed.item) | _ending(assessed)
    values |= {"revision": old["revision"] + 1, "changed_at": at, "last_seen_at": at, "key": old["key"]}
    tx.execute(update(items).where(items.c.id == old["id"]).values(**values, withdrawn_at=None))
    return int(old["revision"]) + 1


def _write_decisions(tx: Connection, written: Sequence[tuple[Assessed, int, int]], at: datetime) -> None:
    before = _matched_before(tx, [item_id for _, item_id, revision in written if revision > 1])
    put_new(
        tx,
        matches,
        [
            rows.match_row(m, item_id, revision, at, again=(item_id, m.watchlist, m.rule) in before)
            for a, item_id, revision in written
            for m in a.decision.matches
        ],
    )
    _add_contacts(
        tx, [(c, item_id, revision) for a, item_id, revision in written for c in a.decision.contacts]
    )
    add(tx, suppressed, [rows.suppressed_row(s, i, r) for a, i, r in written for s in a.decision.suppressed])


def _add_contacts(tx: Connection, found: Sequence[tuple[Contact, int, int]]) -> None:
    if found:
        put = contacts.insert().returning(contacts.c.id, sort_by_parameter_order=True)
        ids = tx.execute(put, [rows.contact_row(*one) for one in found]).scalars()
        named = (rows.party_rows(of, key) for (of, *_), key in zip(found, ids, strict=True))
        add(tx, contact_parties, list(chain.from_iterable(named)))


def reported(tx: Connection, item_ids: Iterable[int]) -> Iterator[tuple[int, int, Contact]]:
    """(item, revision, contact) for every contact of these items, in the order in which they were stored."""
    for batch in batches(item_ids):
        ours = contacts.c.item_id.in_(batch)
        of_ours = select(contact_parties).join(contacts).where(ours).order_by(contact_parties.c.position)
        named: dict[int, list[RowMapping]] = {}
        for row in tx.execute(of_ours).mappings():
            named.setdefault(row["contact_id"], []).append(row)
        for row in tx.execute(select(contacts).where(ours).order_by(contacts.c.id)).mappings():
            yield row["item_id"], row["revision"], rows.contact(row, named.get(row["id"], ()))


def _matched_before(tx: Connection, item_ids: Iterable[int]) -> set[tuple[int, str, str]]:
    found: set[tuple[int, str, str]] = set()
    for batch in batches(item_ids):
        told = select(matches.c.item_id, matches.c.watchlist, matches.c.rule).where(
            matches.c.item_id.in_(batch)
        )
        found |= {(row.item_id, row.watchlist, row.rule) for row in tx.execute(told)}
    return found


def _touch(tx: Connection, item_ids: Iterable[int], at: datetime) -> None:
    """Note who is still in the feed, at most once a day each (most polls see the same
    entries again), or back in it.
    """
    for batch in batches(item_ids):
        stale = or_(items.c.last_seen_at < at - TOUCHED_EVERY, items.c.withdrawn_at.is_not(None))
        tx.execute(
            update(items).where(items.c.id.in_(batch), stale).values(last_seen_at=at, withdrawn_at=None)
        )


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

    for batch in batches(asked):
        for row in tx.execute(select(matches).where(matches.c.item_id.in_(batch))).mappings():
            note(row["item_id"], row["revision"], said((rows.match(row),), ()))
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

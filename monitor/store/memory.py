"""What of a document is known: the stored items that its entries may be, and what is remembered of each
feed's last document, a few bytes for each entry that is a stored item.

The memory is written with the items, so that a crash never makes an entry seen whose item is not stored. It
may be lost, or hold too little: then more is read than is new. Each entry has the digest of its bytes, its
item's id, and a digest of the content that the item had: an item that says something else since is read
again.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import xxhash
from sqlalchemy import bindparam, delete, func, select

from monitor.model import DateFlag, KnownItem
from monitor.model.polls import CHURNING
from monitor.store.items import TOUCHED_EVERY, sayings
from monitor.store.sql import WANTED, add, batches
from monitor.store.tables_news import feeds, items, memories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model.polls import Memory

#: of a feed's items, those that its last documents may have held
LISTED = 500
#: so many of them, and such a share, may be known as withdrawn
LOST, LOST_SHARE = 3, 0.1

#: of a feed's items under a few addresses or with one text, those that are looked at
ALIKE = 500
#: characters of an item's text by which an edit is told from another entry
EXCERPT = 2_000

#: entries of one document that are remembered; the rest is read each time
MOST = 6_000
#: the format, then the digest of the head; for each entry digest, item, digest of the content
_FORMAT = 1
_HEAD, _ENTRY = struct.Struct("<BQ"), struct.Struct("<QqQ")

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
_KNOWN_NAMES = tuple(column.name for column in _KNOWN)
_EXCERPT = func.substr(items.c.summary + " " + items.c.content, 1, EXCERPT).label("excerpt")

# built once: most of what a small statement costs is its building
_OURS = items.c.feed_id == bindparam("feed_id")
_ANY = select(items.c.id).where(_OURS).limit(1)
_OF_FEED = select(*_KNOWN).where(_OURS, items.c.id.in_(WANTED))
_FOUND = select(*_KNOWN, _EXCERPT).where(_OURS)
_BY_KEY = _FOUND.where(items.c.key.in_(WANTED)).order_by(items.c.id)
_BY_HASH, _BY_ADDRESS = (
    _FOUND.where(column.in_(WANTED)).order_by(items.c.id.desc()).limit(ALIKE)
    for column in (items.c.content_hash, items.c.canonical_url)
)
_SEEN = select(memories.c.seen).where(memories.c.feed_id == bindparam("feed_id"))
_FORGET = delete(memories).where(memories.c.feed_id.in_(WANTED))
_LAST_PARSED = select(feeds.c.last_parsed_at).where(feeds.c.id == bindparam("feed_id"))
#: those of a feed whose date can be believed, of the last days
_LATELY = (
    _OURS
    & (items.c.last_seen_at >= bindparam("since"))
    & items.c.published_at.is_not(None)
    & (items.c.date_flag == DateFlag.OK.value)
)
_BETWEEN = select(items.c.id).where(
    _LATELY,
    items.c.published_at > bindparam("after"),
    items.c.published_at < bindparam("before"),
    items.c.withdrawn_at.is_(None),
)
_LISTED = select(*_KNOWN, items.c.withdrawn_at).where(_LATELY).order_by(items.c.id.desc()).limit(LISTED)


def remember(tx: Connection, found: Sequence[tuple[str, Memory, Mapping[str, int]]]) -> None:
    """Keep memories in place of those before, by feed id; with each, by key, the ids of items that were
    stored just now.
    """
    for batch in batches(feed_id for feed_id, _, _ in found):
        tx.execute(_FORGET, {"wanted": batch})
    rows = ((feed_id, _packed(memory, ids)) for feed_id, memory, ids in found)
    add(tx, memories, [{"feed_id": feed_id, "seen": seen} for feed_id, seen in rows if seen])


def _packed(memory: Memory, ids: Mapping[str, int]) -> bytes:
    found = ((one, one.item_id or ids.get(one.key)) for one in memory.entries[:MOST])
    known = [
        _ENTRY.pack(one.digest, id_, _content(one.content_hash)) for one, id_ in found if id_ is not None
    ]
    return _HEAD.pack(_FORMAT, memory.head) + b"".join(known) if known else b""


def recalled(tx: Connection, feed_id: str, head: int, digests: Collection[int]) -> dict[int, KnownItem]:
    """Of the entries with these digests, in a document with this head: those that are stored items, and
    which.
    """
    seen = tx.execute(_SEEN, {"feed_id": feed_id}).scalar() or b""
    if len(seen) < _HEAD.size or _HEAD.unpack_from(seen) != (_FORMAT, head):
        return {}
    body = seen[_HEAD.size :]
    listed = _ENTRY.iter_unpack(body[: len(body) // _ENTRY.size * _ENTRY.size])
    wanted = {digest: (item_id, content) for digest, item_id, content in listed if digest in digests}
    stored = of_feed(tx, feed_id, [item_id for item_id, _ in wanted.values()])
    return {
        digest: item
        for digest, (item_id, content) in wanted.items()
        if (item := stored.get(item_id)) is not None and _content(item.content_hash) == content
    }


def _content(content_hash: str) -> int:
    return xxhash.xxh3_64_intdigest(content_hash.encode())


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
    found: dict[int, KnownItem] = {}
    for wanted, query in ((keys, _BY_KEY), (hashes, _BY_HASH), (addresses, _BY_ADDRESS)):
        for batch in batches(wanted):
            for row in tx.execute(query, {"feed_id": feed_id, "wanted": batch}).mappings():
                found[row["id"]] = KnownItem(**row)
    restless = sayings(tx, (i.id for i in found.values() if i.revision >= CHURNING))
    for item_id, firsts in restless.items():
        found[item_id] = replace(found[item_id], said=frozenset(firsts))
    return tuple(found.values())


def has_items(tx: Connection, feed_id: str) -> bool:
    """Whether anything of a feed is stored."""
    return tx.execute(_ANY, {"feed_id": feed_id}).scalar() is not None


def of_feed(tx: Connection, feed_id: str, ids: Iterable[int]) -> dict[int, KnownItem]:
    """Items of a feed by id, without their excerpts; those that are gone are missing."""
    found: dict[int, KnownItem] = {}
    for batch in batches(ids):
        for row in tx.execute(_OF_FEED, {"feed_id": feed_id, "wanted": batch}).all():
            found[row[0]] = KnownItem(**dict(zip(_KNOWN_NAMES, row, strict=True)))
    return found


def listed(tx: Connection, feed_id: str) -> tuple[KnownItem, ...]:
    """Items that stood in the feed's last document or left it a day or two ago, not known as withdrawn,
    newest first.

    Only those whose date can be believed; at most `LISTED`. None where the feed loses entries all the time,
    as one that keeps the newest of each of its sections does: there it means nothing.
    """
    since = _lately(tx, feed_id)
    if since is None:
        return ()
    found = tx.execute(_LISTED, {"feed_id": feed_id, "since": since}).mappings().all()
    still = [{name: row[name] for name in _KNOWN_NAMES} for row in found if row["withdrawn_at"] is None]
    if len(found) - len(still) > max(LOST, LOST_SHARE * len(found)):
        return ()
    return tuple(KnownItem(**row) for row in still)


def listed_between(tx: Connection, feed_id: str, after: datetime, before: datetime) -> tuple[int, ...]:
    """Of the items that `listed` would give were there no bounds, the ids of those published between two
    moments.
    """
    since = _lately(tx, feed_id)
    if since is None:
        return ()
    bounds = {"feed_id": feed_id, "since": since, "after": after, "before": before}
    return tuple(tx.execute(_BETWEEN, bounds).scalars())


def _lately(tx: Connection, feed_id: str) -> datetime | None:
    """Since when an item was seen that `listed` means; None where the feed was not read yet."""
    last: datetime | None = tx.execute(_LAST_PARSED, {"feed_id": feed_id}).scalar()
    return None if last is None else last - 2 * TOUCHED_EVERY

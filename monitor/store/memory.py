"""What is remembered of each feed's last document: a few bytes for each entry that is a stored item.

It is written with the items, so that a crash never makes an entry seen whose item is not stored. It may be
lost, or hold too little: then more is read than is new. Each entry has the digest of its bytes, its item's
id, and a digest of the content that the item had: an item that says something else since is read again.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import xxhash
from sqlalchemy import delete, select

from monitor.store.items import of_feed
from monitor.store.tables_news import memories

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from monitor.model import KnownItem
    from monitor.model.polls import Memory

#: entries of one document that are remembered; the rest is read each time
MOST = 6_000
#: the format, then the digest of the head; for each entry digest, item, digest of the content
_FORMAT = 1
_HEAD, _ENTRY = struct.Struct("<BQ"), struct.Struct("<QqQ")


def remember(tx: Connection, feed_id: str, memory: Memory, ids: Mapping[str, int]) -> None:
    """Keep a memory in place of the one before; `ids`: by key, those of items that were stored just now."""
    found = ((one, one.item_id or ids.get(one.key)) for one in memory.entries[:MOST])
    known = [
        _ENTRY.pack(one.digest, id_, _content(one.content_hash)) for one, id_ in found if id_ is not None
    ]
    tx.execute(delete(memories).where(memories.c.feed_id == feed_id))
    if known:
        seen = _HEAD.pack(_FORMAT, memory.head) + b"".join(known)
        tx.execute(memories.insert().values(feed_id=feed_id, seen=seen))


def recalled(tx: Connection, feed_id: str, head: int, digests: Collection[int]) -> dict[int, KnownItem]:
    """Of the entries with these digests, in a document with this head: those that are stored items, and
    which.
    """
    seen = tx.execute(select(memories.c.seen).where(memories.c.feed_id == feed_id)).scalar() or b""
    if len(seen) < _HEAD.size or _HEAD.unpack_from(seen) != (_FORMAT, head):
        return {}
    body = seen[_HEAD.size :]
    listed = _ENTRY.iter_unpack(body[: len(body) // _ENTRY.size * _ENTRY.size])
    wanted = {digest: (item_id, content) for digest, item_id, content in listed if digest in digests}
    items = of_feed(tx, feed_id, [item_id for item_id, _ in wanted.values()])
    return {
        digest: item
        for digest, (item_id, content) in wanted.items()
        if (item := items.get(item_id)) is not None and _content(item.content_hash) == content
    }


def _content(content_hash: str) -> int:
    return xxhash.xxh3_64_intdigest(content_hash.encode())

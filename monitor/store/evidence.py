"""Evidence: what each feed said, byte for byte, in one chain of hashes for each feed."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from monitor.model.evidence import Kept, Link, digest
from monitor.store import items as restlessness
from monitor.store.sql import WANTED, add, among, batches
from monitor.store.tables_news import entries, feeds, items

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping

    from monitor.model import Assessed, PollRecord

#: rows in memory at a time when a chain is walked
PAGE = 500
#: of compression: half the time of the usual one, and a tenth more bytes
LEVEL = 3
_LINK = (
    entries.c.id,
    entries.c.feed_id,
    entries.c.item_id,
    entries.c.item_key,
    entries.c.revision,
    entries.c.retrieved_at,
    entries.c.url,
    entries.c.headers,
    entries.c.sha256,
    entries.c.document_sha256,
    entries.c.previous,
    entries.c.chain,
)


# built once: most of what a small statement costs is its building
_NEWEST = select(entries.c.chain).where(entries.c.feed_id == feeds.c.id).order_by(entries.c.id.desc())
_HEADS = select(feeds.c.id, _NEWEST.limit(1).scalar_subquery()).where(feeds.c.id.in_(WANTED))
_REVISIONS = select(items.c.id, items.c.revision).where(items.c.id.in_(WANTED))


def keep(tx: Connection, poll: PollRecord, ids: Sequence[int]) -> None:
    """`keep_all` of one poll."""
    keep_all(tx, [(poll, ids)])


def keep_all(tx: Connection, polls: Sequence[tuple[PollRecord, Sequence[int]]]) -> None:
    """Append what polls brought to the chains of their feeds: with each the stored items of its `assessed`,
    in its order.
    """
    bringing = [(poll, ids) for poll, ids in polls if poll.assessed]
    if not bringing:
        return
    revisions = _revisions(tx, itertools.chain.from_iterable(ids for _, ids in bringing))
    heads = _heads(tx, {poll.state.feed.id for poll, _ in bringing})
    rows: list[dict[str, object]] = []
    for poll, ids in bringing:
        feed_id = poll.state.feed.id
        # an entry that stands twice in a document is one item: the first
        first: dict[int, Assessed] = {}
        for assessed, item_id in zip(poll.assessed, ids, strict=True):
            first.setdefault(item_id, assessed)
        for item_id, assessed in first.items():
            link = Link(
                feed_id=feed_id,
                item_key=assessed.item.key,
                revision=revisions[item_id],
                retrieved_at=poll.at,
                url=poll.retrieved_url,
                headers=poll.headers,
                sha256=digest(assessed.raw),
                document_sha256=poll.document_sha256,
                previous=heads.get(feed_id, ""),
            )
            heads[feed_id] = link.chain
            rows.append(_row(link, heads[feed_id], item_id, assessed.raw))
    add(tx, entries, rows)


def head(tx: Connection, feed_id: str) -> str:
    """The newest link of a feed's chain; empty where there is none."""
    newest = select(entries.c.chain).where(entries.c.feed_id == feed_id).order_by(entries.c.id.desc())
    return tx.execute(newest.limit(1)).scalar() or ""


def _heads(tx: Connection, feed_ids: Collection[str]) -> dict[str, str]:
    """The same of several feeds."""
    found: dict[str, str] = {}
    for batch in batches(feed_ids):
        found |= {row[0]: row[1] or "" for row in tx.execute(_HEADS, {"wanted": batch})}
    return found


def of_items(tx: Connection, item_ids: Iterable[int]) -> tuple[Kept, ...]:
    """All that was kept of these items, each revision, with its bytes; in the order of the archive."""
    held = among(tx, select(*_LINK, entries.c.raw), entries.c.item_id, item_ids)
    return tuple(sorted((_kept(row._mapping, row.raw) for row in held), key=lambda kept: kept.id))


@dataclass(frozen=True, slots=True)
class Chained:
    """A feed's chain beside what the archive holds of the feed."""

    feed_id: str
    #: stored items that must have a link: those first seen since evidence is kept at all
    expected: int
    #: of those, how many have one
    found: int
    #: all links, those of pruned items included
    links: int


def chained(tx: Connection) -> tuple[Chained, ...]:
    """Every feed that has items or a chain, by id."""
    kept_since = select(func.min(entries.c.retrieved_at)).scalar_subquery()
    since_then = or_(items.c.first_seen_at >= kept_since, kept_since.is_(None))
    has_link = select(entries.c.id).where(entries.c.item_id == items.c.id).exists()
    wanted = tx.execute(
        select(items.c.feed_id, func.count(), func.count().filter(has_link))
        .where(since_then)
        .group_by(items.c.feed_id)
    ).all()
    links = tx.execute(select(entries.c.feed_id, func.count()).group_by(entries.c.feed_id)).all()
    expected = {feed: (count, found) for feed, count, found in wanted}
    counted: dict[str, int] = {feed: int(count) for feed, count in links}
    return tuple(
        Chained(feed, *expected.get(feed, (0, 0)), counted.get(feed, 0))
        for feed in sorted(expected.keys() | counted.keys())
    )


def holds(tx: Connection, chain: str) -> str | None:
    """The feed in whose chain a link's hash stands; None: in none."""
    return tx.execute(select(entries.c.feed_id).where(entries.c.chain == chain).limit(1)).scalar()


def between(tx: Connection, feed_id: str, first: int = 0, last: int | None = None) -> Iterator[Kept]:
    """The links of a feed's chain from entry `first` to entry `last`, both included, without bytes."""
    at = first - 1
    ours = select(*_LINK).where(entries.c.feed_id == feed_id).order_by(entries.c.id).limit(PAGE)
    if last is not None:
        ours = ours.where(entries.c.id <= last)
    while page := tx.execute(ours.where(entries.c.id > at)).mappings().all():
        yield from (_kept(row, None) for row in page)
        at = page[-1]["id"]


def faults(tx: Connection, feed_id: str) -> Iterator[str]:
    """What is wrong with a feed's chain, one line each:
    links that do not fit, bytes that are not what they were.
    """
    previous = ""
    for kept in between(tx, feed_id):
        if kept.link.previous != previous:
            yield f"{feed_id}: entry {kept.id} does not follow the one before it"
        if kept.link.chain != kept.chain:
            yield f"{feed_id}: entry {kept.id} was changed"
        previous = kept.chain
    at = 0
    with_bytes = select(entries.c.id, entries.c.raw, entries.c.sha256).where(
        entries.c.feed_id == feed_id, entries.c.raw.is_not(None)
    )
    while page := tx.execute(with_bytes.where(entries.c.id > at).order_by(entries.c.id).limit(PAGE)).all():
        for row in page:
            if digest(_unpacked(row.raw)) != row.sha256:
                yield f"{feed_id}: the bytes of entry {row.id} were changed"
        at = page[-1].id
    if gone := _without_bytes(tx, feed_id):
        yield f"{feed_id}: the bytes of {gone:,} entries are gone although their items are stored"


def _without_bytes(tx: Connection, feed_id: str) -> int:
    """Entries that say a hash and have no bytes,
    though their item is stored and the text of their revision is kept.
    """
    e = entries.c
    gone = (e.feed_id == feed_id) & e.raw.is_(None) & (e.sha256 != "") & restlessness.is_kept()
    return int(tx.execute(select(func.count()).select_from(entries.join(items)).where(gone)).scalar_one())


def _revisions(tx: Connection, ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for batch in batches(ids):
        found |= {row[0]: row[1] for row in tx.execute(_REVISIONS, {"wanted": batch})}
    return found


def _row(link: Link, chain: str, item_id: int, raw: bytes) -> dict[str, object]:
    return {
        "feed_id": link.feed_id,
        "item_id": item_id,
        "item_key": link.item_key,
        "revision": link.revision,
        "retrieved_at": link.retrieved_at,
        "url": link.url,
        "raw": zlib.compress(raw, LEVEL) if raw else None,
        "sha256": link.sha256,
        "document_sha256": link.document_sha256,
        "headers": [list(header) for header in link.headers],
        "previous": link.previous,
        "chain": chain,
    }


def _kept(row: RowMapping, raw: bytes | None) -> Kept:
    link = Link(
        feed_id=row["feed_id"],
        item_key=row["item_key"],
        revision=row["revision"],
        retrieved_at=row["retrieved_at"],
        url=row["url"],
        headers=tuple((name, value) for name, value in row["headers"]),
        sha256=row["sha256"],
        document_sha256=row["document_sha256"],
        previous=row["previous"],
    )
    unpacked = _unpacked(raw) if raw is not None else None
    return Kept(id=row["id"], item_id=row["item_id"], link=link, chain=row["chain"], raw=unpacked)


def _unpacked(raw: bytes) -> bytes:
    """The bytes; what is no longer readable comes back as it is, and its hash gives it away."""
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw

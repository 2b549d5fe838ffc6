"""What a feed's answer says: parsed where it is new, and each entry known again.

Of a document like the one before only the entries with other bytes are parsed, here and now; all others are
the items they were. Where that is uncertain, the whole document is parsed in a worker. One document in a
hundred is read by both readers, and where they differ, feedparser is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import xxhash

from monitor.feeds import headline, identity, novelty, slices
from monitor.feeds.local import is_local
from monitor.feeds.parse import parse_part
from monitor.jobs.assess import ArticleText, Poll
from monitor.model import (
    Entry,
    EventKind,
    Fetched,
    FetchFailed,
    FetchFault,
    Finding,
    KnownItem,
    Novelty,
    ParsedFeed,
)
from monitor.model.polls import Memory, SeenEntry
from monitor.store import articles, events, memory, polls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.feeds.secrets import AddressBook
    from monitor.feeds.slices import Parted
    from monitor.feeds.worker import WorkerFault
    from monitor.model import FeedState, FetchResult, PollRecord
    from monitor.model.press import Outlets
    from monitor.store.database import Database

#: one document in so many is read both ways
CHECKED = 100
#: bytes of a document that is looked at here, and characters of what is new in it that are parsed here
LARGE, PART = 2_000_000, 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading needs."""

    db: Database
    #: parses a document in a worker: body, content type, address, whether thoroughly
    parse: Callable[[bytes, str, str, bool], ParsedFeed | FetchFailed]
    addresses: AddressBook
    outlets: Outlets
    now: datetime

    def read(self, state: FeedState, result: FetchResult) -> Poll:
        """Parse an answer where it is new, and find out which entries are."""
        if not isinstance(result, Fetched):
            return Poll(state=state, result=result)
        body_hash = xxhash.xxh3_128_hexdigest(result.body)
        if is_local(state.feed.url):
            return self._whole(state, result, body_hash, None)
        if body_hash == state.body_hash:
            return Poll(state=state, result=result, body_hash=body_hash)
        parted = slices.parted(result.body) if len(result.body) <= LARGE else None
        checked = is_checked(state.feed.id, body_hash)
        found = self._part(state, result, body_hash, parted) if parted is not None else None
        if found is None:
            found = self._whole(state, result, body_hash, parted)
        return self._compared(found, result, body_hash) if checked else found

    def _part(self, state: FeedState, result: Fetched, body_hash: str, parted: Parted) -> Poll | None:
        """What is new in a document; None where it must be read whole."""
        with self.db.snapshot() as tx:
            known = memory.recalled(tx, state.feed.id, parted.around(result.url), set(parted.digests))
            rest = parted.without(known) if known else ""
            if not known or len(rest) > PART:
                return None
            fresh = parse_part(rest, result.url)
            if fresh is None or len(fresh.entries) != sum(d not in known for d in parted.digests):
                return None
            entries, recalled = _together(parted.digests, known, fresh.entries)
            poll = self._sorted_out(tx, state, result, replace(fresh, entries=entries), body_hash, recalled)
        return poll if poll is None else replace(poll, head=parted.around(result.url))

    def _whole(self, state: FeedState, result: Fetched, body_hash: str, parted: Parted | None) -> Poll:
        parsed = self._parsed(result, parted)
        if isinstance(parsed, FetchFailed):
            return Poll(state=state, result=parsed)
        with self.db.snapshot() as tx:
            poll = self._sorted_out(tx, state, result, parsed, body_hash, {})
        assert poll is not None
        if parted is None or parsed.remarks:
            return poll
        return replace(poll, head=parted.around(result.url))

    def _parsed(self, result: Fetched, parted: Parted | None) -> ParsedFeed | FetchFailed:
        """What a document says: a small one of a common shape here, any other in the worker."""
        small = parted is not None and len(result.body) <= PART
        found = parse_part(parted.without(()), result.url) if small and parted is not None else None
        return found or self.parse(result.body, result.content_type, result.url, False)

    def _compared(self, found: Poll, result: Fetched, body_hash: str) -> Poll:
        """What was found, and feedparser's word where it says something else; not where it was too much for
        it.
        """
        parsed = self.parse(result.body, result.content_type, result.url, True)
        if isinstance(parsed, FetchFailed) and parsed.fault is FetchFault.PARSER_LIMIT:
            return found
        if isinstance(parsed, FetchFailed):
            other = Poll(state=found.state, result=parsed)
        else:
            with self.db.snapshot() as tx:
                sorted_out = self._sorted_out(tx, found.state, result, parsed, body_hash, {})
            assert sorted_out is not None
            other = sorted_out
        differs = difference(found, other)
        return replace(other, differs=differs) if differs else found

    def _sorted_out(
        self,
        tx: Connection,
        state: FeedState,
        result: Fetched,
        parsed: ParsedFeed,
        body_hash: str,
        recalled: Mapping[int, tuple[int, KnownItem]],
    ) -> Poll | None:
        """Each entry known again. `recalled`: by their places, entries that were not parsed, with digest
        and item; None where one of them may be another item now.
        """
        parsed = replace(parsed, entries=headline.credited(parsed.entries, self.outlets))
        parsed = self.addresses.unsaid(state.feed.id, state.feed.url, parsed)
        document = identity.Document.of(parsed.entries, {n: item for n, (_, item) in recalled.items()})
        local, seen = is_local(state.feed.url), state.seen_before
        known = _known(tx, state, document)
        entries = identity.sort_out(document, (*document.recalled, *known))
        many = not local and seen and novelty.news(entries) >= novelty.FLOOD_MINIMUM
        expected = polls.expected_new(tx, state, self.now) if many else None
        gone = () if local or parsed.truncated else _withdrawn(tx, state.feed.id, entries)
        known_articles = _articles(tx, entries)
        if not document.is_recalled(entries):
            return None
        return Poll(
            state=state,
            result=result,
            parsed=parsed,
            entries=entries,
            articles=known_articles,
            body_hash=body_hash,
            gap=not local and novelty.is_gap(entries, seen_before=seen),
            flood=not local and novelty.is_flood(entries, seen_before=seen, expected=expected),
            withdrawn=gone,
            recalled=recalled,
        )


def _withdrawn(tx: Connection, feed_id: str, entries: Sequence[identity.Sorted]) -> tuple[int, ...]:
    """The ids of items that were taken out of the feed; what the feed held is looked at only where one of
    them may be missing.
    """
    bounds = novelty.bounds(entries)
    if bounds is None:
        return ()
    present = {s.known.id for s in entries if s.known is not None}
    if present.issuperset(memory.listed_between(tx, feed_id, *bounds)):
        return ()
    return novelty.withdrawn(entries, memory.listed(tx, feed_id))


def _known(tx: Connection, state: FeedState, document: identity.Document) -> tuple[KnownItem, ...]:
    if not state.seen_before and not memory.has_items(tx, state.feed.id):
        return ()
    return memory.known(
        tx, state.feed.id, keys=document.keys, hashes=document.hashes, addresses=document.addresses
    )


def is_checked(feed_id: str, body_hash: str) -> bool:
    """Whether a document is read both ways: one in a hundred, whoever asks and whenever."""
    return xxhash.xxh3_64_intdigest(f"{feed_id}\0{body_hash}".encode()) % CHECKED == 0


def difference(found: Poll, other: Poll) -> str:
    """How two readings of one document differ, in plain words; empty where they do not."""
    one, two = found.parsed, other.parsed
    if one is None or two is None:
        return "" if one is two else f"only {'feedparser' if one is None else 'the quick reader'} can read it"
    for name in ("title", "language", "ttl", "skip_hours", "skip_days", "truncated"):
        if getattr(one, name) != getattr(two, name):
            return f"the feed's {name}"
    if len(one.entries) != len(two.entries):
        return f"{len(one.entries)} entries, and {len(two.entries)} for feedparser"
    for n, (entry, again) in enumerate(zip(one.entries, two.entries, strict=True)):
        if n in found.recalled:
            same = found.recalled[n][1].content_hash == identity.content_hash(again)
        else:
            same = entry == again
        if not same:
            return f"entry {n + 1} of {len(two.entries)}"
    return ""


def remembered(poll: Poll, record: PollRecord) -> Memory | None:
    """What of a document need not be read again: entries that are stored items now, with all that an item
    says.
    """
    if poll.parsed is None:
        return None
    stored = {a.item.key: a.item for a in record.assessed}
    digests = {item.id: digest for digest, item in poll.recalled.values()}
    return Memory(
        head=poll.head or 0,
        entries=tuple(
            SeenEntry(
                digest=digest, content_hash=s.content_hash, key=s.key, item_id=s.known.id if s.known else None
            )
            for s in poll.entries
            if poll.head is not None
            and s.plain
            and (item := s.known if s.novelty is Novelty.SEEN else stored.get(s.key)) is not None
            and (item.title, item.published_at) == (s.entry.title, s.entry.published_at)
            and (digest := digests.get(s.known.id if s.known else 0) or _digest(s.entry))
        ),
    )


def keep(tx: Connection, polls: Sequence[tuple[PollRecord, Sequence[int]]]) -> None:
    """Write what polls remember of their documents, and that the readers differ, with their items: with each
    the ids of its `assessed`, in its order.
    """
    whole = [(record, ids) for record, ids in polls if not record.partial]
    remembered = (
        (
            record.state.feed.id,
            record.memory,
            {a.item.key: item_id for a, item_id in zip(record.assessed, ids, strict=True)},
        )
        for record, ids in whole
        if record.memory is not None
    )
    memory.remember(tx, list(remembered))
    for record, _ in whole:
        if record.differs:
            detail = f"{record.differs}; feedparser's reading was kept"
            finding = Finding(kind=EventKind.READERS_DIFFER, subject=record.state.feed.id, detail=detail)
            events.see(tx, [finding], record.at)


def _digest(entry: Entry) -> int:
    """Of its part of the document; 0 where that is not known."""
    return xxhash.xxh3_64_intdigest(entry.raw) if entry.raw else 0


def _together(
    digests: Sequence[int], known: Mapping[int, KnownItem], fresh: Sequence[Entry]
) -> tuple[tuple[Entry, ...], dict[int, tuple[int, KnownItem]]]:
    """All entries of a document in its order, and by their places those that are known without having been
    read.
    """
    rest = iter(fresh)
    recalled = {n: (digest, known[digest]) for n, digest in enumerate(digests) if digest in known}
    entries = (_unread(recalled[n][1]) if n in recalled else next(rest) for n in range(len(digests)))
    return tuple(entries), recalled


def _unread(item: KnownItem) -> Entry:
    """As much of an entry that was not read as anybody asks of one that was seen before."""
    return Entry(guid=None, url=None, title=item.title, published_at=item.published_at)


def _articles(tx: Connection, entries: Sequence[identity.Sorted]) -> dict[str, ArticleText]:
    """What is known of the articles behind entries that were edited:
    the edit does not take them out again.
    """
    edited = {s.known.id: s.key for s in entries if s.novelty is Novelty.CHANGED and s.known is not None}
    ended = articles.kept(tx, edited)
    return {edited[i]: ArticleText(text=text, detail=detail) for i, (text, detail) in ended.items()}


def faulty(fault: WorkerFault) -> FetchFailed:
    """What is said of a document that was too much for the worker."""
    return FetchFailed(fault=FetchFault.PARSER_LIMIT, detail=fault.reason)

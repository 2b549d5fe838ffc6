"""Pure. Know an item again: its key, whether it is new, changed or seen, and what a whole document's novelty means.

Facts this rests on (200 real feeds): ids are missing, repeated within one document, and replaced wholesale when a
publisher moves. So an entry has two identities: its key (guid, else address, else text) and its address with its title.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import xxhash

from monitor.feeds.clean import canonical_url
from monitor.model import Novelty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.model import Entry, KnownItem

#: longer guids and addresses are kept as a hash
MAX_KEY = 500
#: fewer new entries than this are never a flood
FLOOD_MINIMUM = 20
#: this many times the expected number is one
FLOOD_FACTOR = 5.0
#: in documents with fewer dated entries than this nothing is called withdrawn
WITHDRAWN_MINIMUM = 6
#: of a document's entries, the share (and at least `OLDER_STAY` of them) that must be older than what is missing: a few
#: pinned ones stay while everything else passes
OLDER_SHARE, OLDER_STAY = 0.2, 3
#: of neighbouring entries, the share that may stand against the order of their dates
DISORDER = 0.1
#: when more of the document's size than this is missing, the feed was rearranged
WITHDRAWN_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Sorted:
    """One entry of a document and what it is to us."""

    entry: Entry
    key: str
    novelty: Novelty
    #: the stored item it is, when CHANGED or SEEN
    known: KnownItem | None
    canonical_url: str | None
    content_hash: str


def item_key(entry: Entry) -> str:
    """Identity within a feed: `guid:…`, else `url:…` (reduced), else `hash:…` of the text."""
    if entry.guid:
        return _key("guid", entry.guid)
    address = canonical_url(entry.url) if entry.url else None
    return _key("url", address) if address else f"hash:{content_hash(entry)}"


def content_hash(entry: Entry) -> str:
    """xxh3-128 (hex) of title, summary and content as cleaned; a changed hash is a revision."""
    return xxhash.xxh3_128_hexdigest("\x1f".join((entry.title, entry.summary, entry.content)).encode())


def lookups(entries: Sequence[Entry]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys and the canonical addresses under which the store should look for `entries`."""
    plain = [item_key(entry) for entry in entries]
    addresses = [canonical_url(entry.url) if entry.url else None for entry in entries]
    doubled = {key for key, count in Counter(plain).items() if count > 1}
    own = [_own_key(k, e, a) for k, e, a in zip(plain, entries, addresses, strict=True) if k in doubled]
    return tuple(dict.fromkeys((*plain, *own))), tuple(dict.fromkeys(filter(None, addresses)))


def sort_out(
    entries: Sequence[Entry], by_key: Mapping[str, KnownItem], by_url: Mapping[str, KnownItem]
) -> tuple[Sorted, ...]:
    """Each entry once, in document order, as NEW, CHANGED or SEEN.

    `by_key` and `by_url` hold the feed's stored items by key and by canonical address (see `lookups`). Entries that
    share a key but differ in address or title are kept apart; an exact repetition within the document is dropped. An
    entry under a new guid whose address and title (or whole text) are known is that item: a publisher changing all
    guids floods nobody.
    """
    drafts = [
        _Draft(e, item_key(e), canonical_url(e.url) if e.url else None, content_hash(e)) for e in entries
    ]
    groups: dict[str, set[tuple[str, str]]] = {}
    for draft in drafts:
        groups.setdefault(draft.key, set()).add(draft.second)
    found: dict[tuple[str, str, str], Sorted] = {}
    for draft in drafts:
        shared = len(groups[draft.key]) > 1
        found.setdefault((draft.key, *draft.second), _sorted(draft, by_key, by_url, shared=shared))
    return tuple(found.values())


def is_gap(result: Sequence[Sorted], *, seen_before: bool) -> bool:
    """Whether this poll and the one before share no entry, so that something may have passed between them."""
    return seen_before and bool(result) and all(s.novelty is Novelty.NEW for s in result)


def is_flood(result: Sequence[Sorted], *, seen_before: bool, expected: float | None) -> bool:
    """Whether a document brings far more new entries than the feed's rhythm explains.

    `expected`: new entries that the time since the last successful poll would bring (rate times elapsed time), None
    where the rhythm is not known yet; then nothing is called a flood.
    """
    new = sum(s.novelty is Novelty.NEW for s in result)
    if not seen_before or expected is None or new < FLOOD_MINIMUM:
        return False
    return new > FLOOD_FACTOR * max(expected, 1.0)


def withdrawn(result: Sequence[Sorted], listed: Sequence[KnownItem]) -> tuple[int, ...]:
    """The ids of `listed` items (lately in this feed, dated) that were taken out of it by hand.

    A feed of the newest entries loses its oldest: what is missing although several older ones and a newer one are
    there was withdrawn. Where the entries do not stand in the order of their dates (search results, most read) nothing
    can be said, nor where an entry with the address or title of the missing one is there: it was replaced.
    """
    dates = [at for s in result if (at := s.entry.published_at or (s.known and s.known.published_at))]
    if len(dates) < WITHDRAWN_MINIMUM or not _in_order(dates):
        return ()
    present = {s.known.id for s in result if s.known is not None}
    addresses = {s.canonical_url for s in result if s.canonical_url}
    titles = {folded_title(s.entry.title) for s in result}
    stay = max(OLDER_STAY, OLDER_SHARE * len(dates))
    missing = [
        known.id
        for known in listed
        if known.id not in present
        and known.canonical_url not in addresses
        and folded_title(known.title) not in titles
        and known.published_at is not None
        and known.published_at < max(dates)
        and sum(at < known.published_at for at in dates) >= stay
    ]
    return tuple(missing) if len(missing) <= WITHDRAWN_SHARE * len(dates) else ()


def _in_order(dates: Sequence[datetime]) -> bool:
    """Newest first or oldest first, but for a few."""
    falling = sum(later > earlier for earlier, later in pairwise(dates))
    rising = sum(later < earlier for earlier, later in pairwise(dates))
    return min(falling, rising) <= DISORDER * len(dates)


def folded_title(title: str) -> str:
    """A title for comparing: no case, accents, punctuation or spacing."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True, slots=True)
class _Draft:
    entry: Entry
    key: str
    address: str | None
    digest: str

    @property
    def second(self) -> tuple[str, str]:
        return self.address or "", folded_title(self.entry.title)


def _key(kind: str, value: str) -> str:
    if len(value) > MAX_KEY:
        value = xxhash.xxh3_128_hexdigest(value.encode())
    return f"{kind}:{value}"


def _own_key(key: str, entry: Entry, address: str | None) -> str:
    """The key of an entry whose guid another entry of the document bears too."""
    words = f"{address or ''}\x1f{folded_title(entry.title)}"
    return f"{key}#{xxhash.xxh3_64_hexdigest(words.encode())[:12]}"


def _sorted(
    draft: _Draft, by_key: Mapping[str, KnownItem], by_url: Mapping[str, KnownItem], *, shared: bool
) -> Sorted:
    own = _own_key(draft.key, draft.entry, draft.address)
    known = by_key.get(draft.key)
    if shared:  # the stored bearer of the guid is only the entry that looks like it
        known = by_key.get(own) or (known if known is not None and _same(draft, known) else None)
    if known is None:
        known = _second_identity(draft, by_url)
    if known is None:
        key = own if shared else draft.key
        return Sorted(draft.entry, key, Novelty.NEW, None, draft.address, draft.digest)
    novelty = Novelty.SEEN if known.content_hash == draft.digest else Novelty.CHANGED
    return Sorted(draft.entry, known.key, novelty, known, draft.address, draft.digest)


def _second_identity(draft: _Draft, by_url: Mapping[str, KnownItem]) -> KnownItem | None:
    known = by_url.get(draft.address) if draft.address else None
    return known if known is not None and _same(draft, known) else None


def _same(draft: _Draft, known: KnownItem) -> bool:
    """Same address and title, or the same text to the letter. Without either, losing an item is the worse error."""
    if known.content_hash == draft.digest:
        return True
    titled = bool(known.title) and folded_title(known.title) == folded_title(draft.entry.title)
    return titled and known.canonical_url == draft.address

"""Pure. Know an item again: its key, and whether it is new, changed or seen.

Facts this rests on (200 real feeds): ids are missing, repeated within one document, and replaced wholesale
when a publisher moves. A guid is believed before everything else: two guids are two items, whatever title and
link they share. Where there is none, or several entries bear it, the whole content counts. Every stored item
is claimed by one entry at most, so no sequence of documents makes two revisions of one item at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import xxhash

from monitor.feeds.addresses import canonical_url, same_page
from monitor.model import Novelty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Entry, KnownItem

#: longer guids and addresses are kept as a hash
MAX_KEY = 500
#: a publisher who changes all guids changes at least so many entries of a document, and this share of them
MOVED_MINIMUM, MOVED_SHARE = 3, 0.5
#: of the words of two texts, the share in common from which one is an edit of the other
ALIKE = 0.5
#: of two undated entries: on one page with others; on a page of their own
NEARLY_THE_SAME, A_LITTLE_ALIKE = 0.9, 0.2
#: characters of each that are compared
MAX_COMPARED = 2_000
#: pairs of entries and items that are compared word by word in one document
MAX_PAIRS = 5_000
#: between a key and what tells its bearers apart
_APART = "#"
_WORD = re.compile(r"\w+")
#: what `str.isalnum` says no to
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


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
    #: the key that the stored item gets from now on: its publisher changed all guids
    renamed: str | None = None
    #: its own key alone tells which item it is, and the item has its address
    plain: bool = False


def item_key(entry: Entry, address: str | None) -> str:
    """Identity within a feed: `guid:…`, else `url:…` of the canonical address, else `hash:…` of the text."""
    if entry.guid:
        return _key("guid", entry.guid)
    return _key("url", address) if address else f"hash:{content_hash(entry)}"


def content_hash(entry: Entry) -> str:
    """xxh3-128 (hex) of title, summary and content as cleaned; a changed hash is a revision."""
    return xxhash.xxh3_128_hexdigest("\x1f".join((entry.title, entry.summary, entry.content)).encode())


@dataclass(frozen=True, slots=True)
class Document:
    """The distinct entries of a document,
    and under what the store should look for them (`store.memory.known`).
    """

    drafts: tuple[_Draft, ...]

    @classmethod
    def of(cls, entries: Sequence[Entry], recalled: Mapping[int, KnownItem] | None = None) -> Document:
        """An exact repetition within the document is one entry.

        `recalled`: by their places, entries that were not read, since the items that they are have been
        stored from the same bytes under their plain keys; of the entries themselves only title and date are
        there.
        """
        distinct = dict.fromkeys(_identified(entries, recalled or {}))
        bearers = Counter(one.key for one in distinct)
        return cls(tuple(_Draft(*one.parts, shared=bearers[one.key] > 1, item=one.item) for one in distinct))

    @property
    def recalled(self) -> tuple[KnownItem, ...]:
        """The items of entries that were not read."""
        return tuple(draft.item for draft in self.drafts if draft.item is not None)

    def is_recalled(self, result: Sequence[Sorted]) -> bool:
        """Whether each entry that was not read is the item it was, beyond doubt;
        else the whole document must be read.
        """
        moved = bool(self.recalled) and any(one.renamed for one in result)
        return not moved and all(
            not draft.shared
            and one.novelty is Novelty.SEEN
            and one.known is not None
            and one.known.id == draft.item.id
            for draft, one in zip(self.drafts, result, strict=True)
            if draft.item is not None
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that an entry may be stored under."""
        return tuple(dict.fromkeys(key for draft in self._read for key in draft.keys))

    @property
    def hashes(self) -> tuple[str, ...]:
        """The whole contents, for entries whose key has changed."""
        return tuple(dict.fromkeys(draft.digest for draft in self._read))

    @property
    def _read(self) -> Iterator[_Draft]:
        return (draft for draft in self.drafts if draft.item is None)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Canonical addresses that may identify an entry: its own alone, or all it has.

        A live page's is neither.
        """
        bearers = Counter(draft.address for draft in self.drafts)
        found = (d.address for d in self._read if d.address and (d.weak or bearers[d.address] == 1))
        return tuple(dict.fromkeys(filter(None, found)))


def sort_out(document: Document, known: Iterable[KnownItem]) -> tuple[Sorted, ...]:
    """Each entry once, in document order, as NEW, CHANGED or SEEN. `known`: the feed's stored items it may
    be.

    In this order: the same content under the same key; the same guid with other content (an edit); the same
    content under another key, where there is no guid to believe or the publisher changed them all; an edit of
    an entry without a guid of its own.
    """
    claims = _Claims(document.drafts, known)
    for step in (_EXACT, _SAME_GUID, _SAME_CONTENT, _SAME_VISIT, _SAME_LINK):
        claims.settle(step)
    moved = claims.moved()
    claims.adopt(moved)
    if moved:
        claims.settle(_SAME_PLACE)
    claims.settle(_EDITED)
    taken = {item.key for item in claims.known}
    return tuple(_sorted(draft, claims.found.get(n), taken) for n, draft in enumerate(document.drafts))


def folded_title(title: str) -> str:
    """A title for comparing: no case, accents, punctuation or spacing."""
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKD", title.casefold()))


@dataclass(frozen=True, slots=True)
class _Identified:
    """What makes two entries of one document the same: key, address, title and content."""

    key: str
    address: str | None
    title: str
    digest: str
    entry: Entry = field(compare=False)
    item: KnownItem | None = field(default=None, compare=False)

    @property
    def parts(self) -> tuple[str, str | None, str, str, Entry]:
        return self.key, self.address, self.title, self.digest, self.entry


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry on its way to being known or new."""

    key: str
    address: str | None
    #: folded; empty where the entry was not read
    title: str
    digest: str
    entry: Entry
    #: other entries of the document bear its key, too
    shared: bool = False
    #: the stored item it is, where it was not read
    item: KnownItem | None = None

    @property
    def weak(self) -> bool:
        """Whether its key does not identify it."""
        return self.shared or not self.key.startswith("guid:")

    @property
    def keys(self) -> tuple[str, str, str]:
        """Under which it may be stored: plain; with its address and title; with its content besides."""
        words = f"{self.address or ''}\x1f{self.title}"
        return self.key, _with(self.key, words), _with(self.key, f"{words}\x1f{self.digest}")

    @property
    def evidence(self) -> tuple[str, datetime | None]:
        return self.digest, self.entry.published_at


def _identified(entries: Sequence[Entry], recalled: Mapping[int, KnownItem]) -> Iterator[_Identified]:
    for place, entry in enumerate(entries):
        if (item := recalled.get(place)) is not None:
            yield _Identified(item.key, item.canonical_url, "", item.content_hash, entry, item)
            continue
        address = canonical_url(entry.url) if entry.url else None
        yield _Identified(
            item_key(entry, address), address, folded_title(entry.title), content_hash(entry), entry
        )


class _Claims:
    """Which stored item each draft is; each item is claimed once."""

    def __init__(self, drafts: Sequence[_Draft], known: Iterable[KnownItem]) -> None:
        self.drafts = drafts
        self.known = tuple({item.id: item for item in known}.values())
        #: by the draft's place in the document
        self.found: dict[int, KnownItem] = {}
        self._free = {item.id: item for item in self.known}
        for n, draft in enumerate(drafts):
            if draft.item is not None and not draft.shared:
                self._claim(n, draft.item)

    def settle(self, step: _Step) -> None:
        """Give each open draft the free item that fits it best, the best pairs first."""
        if not self._free:
            return
        items: dict[object, list[KnownItem]] = defaultdict(list)
        for item in self._free.values():
            items[step.of_item(item)].append(item)
        met = [
            (n, draft, item)
            for n, draft in self._open()
            for key in step.of_draft(draft)
            for item in items[key]
        ]
        if step.score is None:
            for n, _, item in met:
                self._claim(n, item)
            return
        scored = [(-step.score(draft, item), n, item.id, item) for n, draft, item in met[:MAX_PAIRS]]
        for score, n, _, item in sorted(scored, key=lambda pair: pair[:3]):
            if score < 0:
                self._claim(n, item)

    def moved(self) -> dict[int, KnownItem]:
        """Where a publisher changed all guids, or gave the first:
        the drafts that are stored items, each beyond doubt.
        """
        drafts = [(n, draft) for n, draft in self._open() if not draft.weak]
        items = list(self._free.values())
        bearers = Counter(draft.evidence for _, draft in drafts)
        stored = Counter((item.content_hash, item.published_at) for item in items)
        by_evidence = {(item.content_hash, item.published_at): item for item in items}
        pairs = {
            n: by_evidence[draft.evidence]
            for n, draft in drafts
            if bearers[draft.evidence] == stored[draft.evidence] == 1
            and same_page(draft.address, by_evidence[draft.evidence].canonical_url)
        }
        return pairs if len(pairs) >= max(MOVED_MINIMUM, MOVED_SHARE * len(self.drafts)) else {}

    def adopt(self, pairs: Mapping[int, KnownItem]) -> None:
        """Claim what was found elsewhere."""
        for n, item in pairs.items():
            self._claim(n, item)

    def _open(self) -> list[tuple[int, _Draft]]:
        return [(n, draft) for n, draft in enumerate(self.drafts) if n not in self.found]

    def _claim(self, n: int, item: KnownItem) -> None:
        if n not in self.found and item.id in self._free:
            self.found[n] = self._free.pop(item.id)


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to know an item again: what a stored item and an entry have in common,
    and how well they fit.
    """

    of_item: Callable[[KnownItem], object]
    of_draft: Callable[[_Draft], Iterable[object]]
    #: 0: not at all; None: what they have in common is enough
    score: Callable[[_Draft, KnownItem], float] | None = None


def _likeness(draft: _Draft, item: KnownItem) -> float:
    """Of an entry without a guid of its own, on one page with the item:
    its title or date, or most of its words again.
    """
    alike = _alike(f"{draft.entry.title} {draft.entry.summary} {draft.entry.content}", item)
    at, before = draft.entry.published_at, item.published_at
    if draft.shared and at != before:
        return 0.0  # another post of one page, however alike its words
    if alike >= (NEARLY_THE_SAME if draft.shared and at is None else ALIKE):
        return 1.0 + alike
    if draft.shared:
        return 0.0
    same_time = at == before and at is not None
    undated = at is None or before is None
    return 0.5 + alike if same_time or (undated and alike >= A_LITTLE_ALIKE) else 0.0


def _if_weak(draft: _Draft, *common: object) -> Iterable[object]:
    return common if draft.weak else ()


_EXACT = _Step(lambda item: (item.key, item.content_hash), lambda d: ((key, d.digest) for key in d.keys))
_SAME_GUID = _Step(lambda item: item.key, lambda d: () if d.weak else (d.key,))
#: without a guid to believe, the same words at the same place are the same entry
_SAME_CONTENT = _Step(
    lambda item: (item.content_hash, item.canonical_url), lambda d: _if_weak(d, (d.digest, d.address))
)
_SAME_VISIT = _Step(
    lambda item: item.content_hash,
    lambda d: _if_weak(d, d.digest),
    lambda d, item: float(same_page(d.address, item.canonical_url)),
)
#: the guid is an address, and only the reader's way to it or a visit's token changed, in not a single word of
#: the text
_SAME_LINK = _Step(
    lambda item: item.content_hash,
    lambda d: (d.digest,) if _is_address(d.key) else (),
    lambda d, item: float(_is_address(item.key) and same_page(_address(d.key), _address(item.key))),
)
#: only where all guids were changed: an entry that was edited in passing
_SAME_PLACE = _Step(
    lambda item: (folded_title(item.title), item.canonical_url),
    lambda d: ((d.title, d.address),) if d.title and not d.weak else (),
)
_EDITED = _Step(
    lambda item: (_plain(item.key), item.canonical_url), lambda d: _if_weak(d, (d.key, d.address)), _likeness
)


def _is_address(key: str) -> bool:
    return key.startswith(("guid:http://", "guid:https://"))


def _address(key: str) -> str | None:
    """The page that a guid names, which is an address."""
    return canonical_url(key.removeprefix("guid:"))


def _alike(text: str, item: KnownItem) -> float:
    """The share of words in common (Jaccard), of the beginnings of both texts."""
    one = set(_WORD.findall(text[:MAX_COMPARED].casefold()))
    other = set(_WORD.findall(f"{item.title} {item.excerpt}"[:MAX_COMPARED].casefold()))
    return len(one & other) / len(one | other) if one and other else 0.0


def _key(kind: str, value: str) -> str:
    if len(value) > MAX_KEY:
        value = xxhash.xxh3_128_hexdigest(value.encode())
    return f"{kind}:{value}"


def _with(key: str, words: str) -> str:
    """The key of an entry that shares `key` with others; `words` tell it apart."""
    return f"{key}{_APART}{xxhash.xxh3_64_hexdigest(words.encode())[:12]}"


def _plain(key: str) -> str:
    return key[: -len(_APART) - 12] if key[-12 - len(_APART) : -12] == _APART else key


def _sorted(draft: _Draft, known: KnownItem | None, taken: set[str]) -> Sorted:
    """`taken`: keys that are in use; the new one is added."""
    if known is not None:
        novelty = Novelty.SEEN if known.content_hash == draft.digest else Novelty.CHANGED
        another = draft.key not in taken and not draft.weak and known.key not in draft.keys
        renamed = draft.key if another else None
        plain = not draft.shared and known.key == draft.key
        plain &= novelty is Novelty.CHANGED or known.canonical_url == draft.address
        taken.add(draft.key)
        return Sorted(
            draft.entry, known.key, novelty, known, draft.address, draft.digest, renamed, plain=plain
        )
    key = draft.key
    if draft.shared or key in taken:
        key = next((key for key in draft.keys[1:] if key not in taken), draft.keys[-1])
    taken.add(key)
    plain = key == draft.key
    return Sorted(draft.entry, key, Novelty.NEW, None, draft.address, draft.digest, plain=plain)

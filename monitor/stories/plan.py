"""Pure. Which stories the items of one poll belong to, one after the other, each among what is stored and
those before it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.model import PlacedItem
from monitor.stories import cluster, event
from monitor.stories.cluster import Member
from monitor.stories.fingerprint import hashed
from monitor.stories.rarity import week_of, weighed
from monitor.stories.signature import as_json, from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Severity
    from monitor.stories.cluster import Placement
    from monitor.stories.rarity import Weeks
    from monitor.stories.signature import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A matched item that is to come into a story."""

    item_id: int
    signature: Signature
    #: the story that it begins where it belongs to none
    fresh: str
    #: the story that an earlier revision of it is in
    already: str | None
    revised: bool
    first_seen_at: datetime
    severity: Severity
    title: str
    credit: str


@dataclass(frozen=True, slots=True)
class Near:
    """A stored item that shares keys with an entry, or that opened a story of one that does."""

    item_id: int
    story: str
    #: the item that it repeats, itself no copy
    copy_of: int | None
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored and may matter for the entries of a poll; it is read before anything is decided."""

    counts: Weeks
    #: by entry the stored items that share the most keys with it, and how many
    sharing: Mapping[int, Mapping[int, int]]
    #: all of those, and the openers of their stories
    near: Iterable[Near]
    #: keys that so many stored items have that they tell nothing
    common: Collection[int] = ()
    #: under which id a stored story goes on
    called: Mapping[str, str] = field(default_factory=dict)
    #: how many items the stories have that entries are in already
    sizes: Mapping[str, int] = field(default_factory=dict)
    #: stories that a person took apart, in pairs
    apart: Iterable[frozenset[str]] = ()


def since(of: Signature, at: datetime) -> datetime:
    """The first sight from which stored items are compared with one that came at `at`."""
    return min(of.at, at) - event.REACH


def place(entries: Iterable[Entry], known: Known, at: datetime) -> tuple[PlacedItem, ...]:
    """What becomes of the entries of a poll at `at`, in their order: each is decided as if those before it
    were stored already.

    An entry may come out with other keys than `known.sharing` was asked with, because those before it changed
    what its facts tell; ask again with its keys then. The first such entry is right in the next round.
    """
    state = _State(known)
    return tuple(_placed(state, entry, at) for entry in entries)


class _State:
    """The stored stories as they are after the entries so far."""

    def __init__(self, known: Known) -> None:
        self.counts, self.sharing, self.common = known.counts.copy(), known.sharing, known.common
        near = tuple(known.near)
        self.signatures = {one.item_id: one.signature for one in near}
        self.copies = {one.item_id: one.copy_of for one in near}
        self._stories = {one.item_id: one.story for one in near}
        self._called = dict(known.called)
        self._sizes = dict(known.sizes)
        self._apart = set(known.apart)
        self._openers: dict[str, int] = {}
        for one in near:
            self._open(one.story, one.item_id)
        self._postings: dict[int, list[int]] = {}
        self._seen: dict[int, datetime] = {}

    def called(self, story: str) -> str:
        """The id under which a story goes on."""
        while (later := self._called.get(story, story)) != story:
            story = later
        return story

    def member(self, item_id: int) -> Member:
        """A known item in the story that it is in now."""
        return Member(item_id, self.called(self._stories[item_id]), self.signatures[item_id])

    def candidates(self, entry: Entry, keys: Sequence[int], since: datetime) -> list[Member]:
        """Items that share the most of `keys`, and the report that opened each of their stories:
        a story is judged by it.
        """
        # what was revised in this poll no longer has the keys that are stored
        shared = Counter({i: n for i, n in self.sharing[entry.item_id].items() if i not in self._seen})
        for key in keys:
            holders = self._postings.get(key, ())
            if len(holders) <= cluster.COMMON and key not in self.common:
                shared.update(holder for holder in holders if self._seen[holder] >= since)
        best = sorted(((n, i) for i, n in shared.items()), reverse=True)[: cluster.COMPARED]
        found = {i: self.member(i) for _, i in best}
        first = {self._openers[member.story] for member in found.values()} - {entry.item_id, *found}
        return [*map(self.member, first), *found.values()]

    def is_alone(self, story: str) -> bool:
        """Whether a story that an entry is in has no other item; one that was not asked for has others."""
        return self._sizes.get(story, 2) == 1

    def merge(self, loser: str, winner: str) -> bool:
        """`loser` goes on in `winner`, unless a person took them apart or they are one."""
        if loser == winner or frozenset((loser, winner)) in self._apart:
            return False
        self._called[loser] = winner
        self._apart = {frozenset(winner if s == loser else s for s in pair) for pair in self._apart}
        self._sizes[winner] = self._sizes.get(winner, 2) + self._sizes.get(loser, 2)
        if loser in self._openers:
            self._open(winner, self._openers[loser])
        return True

    def remember(self, entry: Entry, story: str, of: Signature, keys: Sequence[int]) -> None:
        """An entry has come into a story."""
        self._stories[entry.item_id] = story
        # as it will be read again
        self.signatures[entry.item_id] = from_json(as_json(of))
        self._seen[entry.item_id] = entry.first_seen_at
        self._open(story, entry.item_id)
        if entry.already is None and story in self._sizes:
            self._sizes[story] += 1
        for key in keys:
            self._postings.setdefault(key, []).append(entry.item_id)

    def repeat(self, item_id: int, copy_of: int | None, *, lead_on: bool) -> None:
        """An item repeats another; with `lead_on` what repeats it does too."""
        self.copies[item_id] = copy_of
        if lead_on:
            self.copies |= {i: copy_of for i, original in self.copies.items() if original == item_id}

    def _open(self, story: str, item_id: int) -> None:
        self._openers[story] = min(item_id, self._openers.get(story, item_id))


def _placed(state: _State, entry: Entry, at: datetime) -> PlacedItem:
    own = weighed(entry.signature, state.counts.around(entry.signature.at))
    keys = cluster.keys(own)
    found = state.candidates(entry, keys, since(own, at))
    placement = cluster.place(own, found)
    joins, story, merges = _story(state, entry, placement)
    copy_of = _original(state, found, placement, entry.item_id, {story, *(loser for loser, _ in merges)})
    state.repeat(entry.item_id, copy_of, lead_on=entry.revised and copy_of is not None)
    state.remember(entry, story, own, keys)
    opens = placement.story is None and not entry.revised
    if opens:
        state.counts.count(own)
    return PlacedItem(
        item_id=entry.item_id,
        joins=joins,
        story=story,
        merges=merges,
        severity=entry.severity,
        title=entry.title,
        credit=entry.credit,
        copy_of=copy_of,
        links=tuple((other.story, other.why) for other in placement.related),
        at=own.at,
        signature=as_json(own),
        keys=keys,
        revised=entry.revised,
        counts=tuple((name, week_of(own.at), tuple(map(hashed, own.facts))) for name in own.lists)
        if opens
        else (),
    )


def _story(state: _State, entry: Entry, placed: Placement) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The story that the item joins or stays in, the one that it is in after the merges, and those: each
    story with the one that takes it in.

    An edited item stays where it was, unless it was alone there and is now known to belong to another story.
    """
    # an item before it may have merged its story into another: the id leads on
    story = state.called(entry.already or placed.story or entry.fresh)
    losers = list(placed.merges) if story in (placed.story, *placed.merges) else []
    if placed.story and story != placed.story and (story in losers or state.is_alone(story)):
        losers.append(story)
    target = placed.story if losers and placed.story else story
    merges = tuple((loser, target) for loser in dict.fromkeys(losers) if state.merge(loser, target))
    # a person may have forbidden the merge: then the item stays
    return story, target if (story, target) in merges else story, merges


def _original(
    state: _State, found: Iterable[Member], placed: Placement, item_id: int, within: Collection[str]
) -> int | None:
    """The item that this one repeats: in its story, never a copy itself, and never this one."""
    for member in found:
        if member.item == placed.copy_of and member.story in within:
            original = state.copies[member.item] or member.item
            return original if original != item_id else None
    return None

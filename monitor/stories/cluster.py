"""Pure. Which story an item belongs to: candidates share a key, relations decide, a story needs more than one friend.

One likeness is not enough where a story has many members: chains of half-likenesses would make one story of a week.
An item that belongs to two stories makes them one, under the id of the older.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from monitor.stories import event, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.model import Item
    from monitor.stories.event import Relation
    from monitor.stories.signature import Signature

#: of an item's shingles, those that are keys: copies that lost half of their text still share some
INDEXED = 12
#: of an item's facts, those whose pairs are keys
PAIRED = 6
#: items that name fewer are also found by single facts and title words
SPARSE = 3
#: of a story's compared members, the share that must be related
SUPPORT = 0.4
#: two stories become one when an item is this much above the bar with both, or holds this much of both texts
MERGE_MARGIN = 0.08
MERGE_COPY = 0.8


@dataclass(frozen=True, slots=True)
class Member:
    """An item that is in a story."""

    item: int
    story: str
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an item belongs. `story` None: it begins one of its own."""

    story: str | None = None
    #: the item that it repeats
    copy_of: int | None = None
    #: stories that turned out to be the same one as `story`
    merges: tuple[str, ...] = ()
    reason: str = "nothing like it"


@dataclass(frozen=True, slots=True)
class _Bond:
    """An item's ties to one story."""

    story: str
    relation: Relation
    friend: Member
    first: datetime


def new_id(item: Item) -> str:
    """The id of the story that `item` begins: stable for the same first item."""
    return f"s-{fingerprint.hashed(f'{item.feed_id} {item.key}'):016x}"[:12]


def keys(of: Signature) -> tuple[int, ...]:
    """What items of one story are likely to share at least one of, as 63-bit numbers."""
    found = dict.fromkeys(of.shingles[:INDEXED])
    if of.address:
        found[of.address] = None
    if len(of.title) >= event.MIN_TITLE:
        found[_key("h", of.lang, *of.title)] = None
    named = [key for key in of.facts if key[0] in "@u"][:PAIRED]
    found.update((_key("f", *sorted(pair)), None) for pair in combinations(named, 2))
    if len(named) < SPARSE:
        found.update((_key("f", key), None) for key in named)
        found.update((_key("t", of.lang, stem), None) for stem in of.title)
    for meeting in of.meetings:
        found.update((_key("m", r, x), None) for r in meeting.russian for x in meeting.libyan)
    return tuple(found)


def _key(*parts: object) -> int:
    return fingerprint.hashed(" ".join(map(str, parts)))


def place(of: Signature, candidates: Iterable[Member]) -> Placement:
    """Where an item with this signature belongs, among members of stories that share a key with it."""
    stories: dict[str, list[tuple[Member, Relation | None]]] = {}
    for member in candidates:
        related = event.relation(of, member.signature)
        stories.setdefault(member.story, []).append((member, related))
    bonds = sorted(
        (bond for name, told in stories.items() if (bond := _bond(name, told)) is not None),
        key=lambda b: (b.relation.kind != "copy", -b.relation.strength, b.first, b.story),
    )
    if not bonds:
        return Placement()
    best = bonds[0]
    same = [b for b in bonds if b is best or _sure(b, of)]
    oldest = min(same, key=lambda b: (b.first, b.story))
    return Placement(
        story=oldest.story,
        copy_of=best.friend.item if best.relation.kind == "copy" else None,
        merges=tuple(sorted(b.story for b in same if b is not oldest)),
        reason=best.relation.why,
    )


def _bond(story: str, told: Sequence[tuple[Member, Relation | None]]) -> _Bond | None:
    """The strongest tie to a story, when enough of its members are related."""
    friends = [(member, relation) for member, relation in told if relation is not None]
    copies = [pair for pair in friends if pair[1].kind == "copy"]
    if not friends or (not copies and len(friends) < SUPPORT * len(told)):
        return None
    friend, relation = min(copies or friends, key=lambda p: (-p[1].strength, p[0].signature.at, p[0].item))
    return _Bond(story, relation, friend, min(member.signature.at for member, _ in told))


def _sure(bond: _Bond, of: Signature) -> bool:
    """Whether the tie is strong enough to make two stories one."""
    if bond.relation.kind == "copy":
        return bond.relation.strength >= MERGE_COPY
    return bond.relation.strength >= event.bar(abs(of.at - bond.friend.signature.at)) + MERGE_MARGIN

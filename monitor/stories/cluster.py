"""Pure. Which story an item belongs to: candidates share a key, and the story's core event decides.

The core is the report that opened the story. An item joins when it tells the event of some member and fits
the core too; a briefing, an explainer or a reaction so bridges nothing. In doubt it begins a story of its
own, which is linked. Two stories become one only where an item is the text of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from monitor.stories import event, fingerprint
from monitor.stories.signature import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from monitor.model import Item
    from monitor.stories.event import Relation
    from monitor.stories.signature import Signature

#: of an item's shingles, those that are keys: copies that lost half of their text still share some
INDEXED = 12
#: of an item's facts, those that are keys, sounds that are, and facts whose pairs are
SINGLE, SOUNDS, PAIRED = 10, 5, 6
#: a fact less rare than this is no key
KEY_RARE = 0.35
#: how far below the bar an item may stand to a story's core
CORE_MARGIN = 1.0
#: two stories become one when an item holds this much of both texts
MERGE_COPY = 0.8
#: stories that an item is linked with, at most
LINKS = 4


@dataclass(frozen=True, slots=True)
class Member:
    """An item that is in a story."""

    item: int
    story: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Link:
    """A story that has to do with an item and is not its own."""

    story: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an item belongs. `story` None: it begins one of its own."""

    story: str | None = None
    #: the item that it repeats
    copy_of: int | None = None
    #: stories that turned out to be the same one as `story`
    merges: tuple[str, ...] = ()
    #: stories that it has to do with, the closest first
    related: tuple[Link, ...] = ()
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
    if len(of.title) >= event.MIN_TITLE:
        found[_key("h", of.lang, *of.title)] = None
    telling = list(_by_rarity(of))
    found.update((_key("f", key), None) for key in [k for k in telling if k[0] in "pludtn"][:SINGLE])
    found.update((_key("f", key), None) for key in [k for k in telling if k[0] == "~"][:SOUNDS])
    named = [key for key in _by_rarity(of, 0.0) if key[0] in "plubdts"][:PAIRED]
    found.update((_key("f", *sorted(pair)), None) for pair in combinations(named, 2))
    for meeting in of.meetings:
        found.update((_key("m", r, x), None) for r, x in product(*meeting.sides))
    return tuple(found)


def _by_rarity(of: Signature, least: float = KEY_RARE) -> Iterator[str]:
    told = ((key, of.rare.get(key, 0.0) * place) for key, place in of.facts.items() if place >= LEAD)
    return (
        key for key, weight in sorted(told, key=lambda p: (-p[1], p[0])) if of.rare.get(key, 0.0) >= least
    )


def _key(*parts: object) -> int:
    return fingerprint.hashed(" ".join(map(str, parts)))


def place(of: Signature, candidates: Iterable[Member]) -> Placement:
    """Where an item with this signature belongs, among members of stories that share a key with it."""
    stories: dict[str, list[tuple[Member, Relation]]] = {}
    links: dict[str, Relation] = {}
    for story, told in _compared(of, candidates).items():
        bonds = [(m, r) for m, r in told if r is not None and r.kind != "related"]
        if bonds and _fits(told):
            stories[story] = bonds
        else:
            close = [r for _, r in told if r is not None]
            if close:
                links[story] = max(close, key=lambda r: r.strength)
    return _placement(of, [_bond(name, told) for name, told in stories.items()], links)


def _compared(of: Signature, candidates: Iterable[Member]) -> dict[str, list[tuple[Member, Relation | None]]]:
    """By story its members, the oldest first, and how the item hangs together with each."""
    found: dict[str, list[tuple[Member, Relation | None]]] = {}
    for member in sorted(candidates, key=lambda m: (m.signature.at, m.item)):
        found.setdefault(member.story, []).append((member, event.relation(of, member.signature)))
    return found


def _fits(told: Sequence[tuple[Member, Relation | None]]) -> bool:
    """Whether an item fits the core of a story: its oldest report that is known here."""
    if any(r is not None and r.apart for _, r in told):
        return False
    core = told[0][1]
    if core is None:
        return any(r is not None and r.kind == "copy" for _, r in told)
    return core.kind != "related" or core.strength >= event.JOIN - CORE_MARGIN


def _bond(story: str, friends: Sequence[tuple[Member, Relation]]) -> _Bond:
    friend, relation = min(
        friends, key=lambda p: (p[1].kind != "copy", -p[1].strength, p[0].signature.at, p[0].item)
    )
    return _Bond(story, relation, friend, min(member.signature.at for member, _ in friends))


def _placement(of: Signature, bonds: Iterable[_Bond], links: dict[str, Relation]) -> Placement:
    ranked = sorted(bonds, key=lambda b: (b.relation.kind != "copy", -b.relation.strength, b.first, b.story))
    if not ranked:
        return Placement(related=_linked(links))
    best = ranked[0]
    same = [b for b in ranked if b is best or (_sure(b) and _sure(best))]
    oldest = min(same, key=lambda b: (b.first, b.story))
    links |= {b.story: b.relation for b in ranked if b not in same}
    return Placement(
        story=oldest.story,
        copy_of=best.friend.item if best.relation.kind == "copy" else None,
        merges=tuple(sorted(b.story for b in same if b is not oldest)),
        related=_linked(links),
        reason=best.relation.why,
    )


def _linked(links: dict[str, Relation]) -> tuple[Link, ...]:
    closest = sorted(links.items(), key=lambda pair: (-pair[1].strength, pair[0]))[:LINKS]
    return tuple(Link(story, relation.why) for story, relation in closest)


def _sure(bond: _Bond) -> bool:
    """Whether the tie is strong enough to make two stories one."""
    return bond.relation.kind == "copy" and bond.relation.strength >= MERGE_COPY

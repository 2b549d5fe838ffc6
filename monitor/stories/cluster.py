"""Pure. Which story an item belongs to: candidates share a key, and the story's core event decides.

The core is the report that opened the story. An item joins when it tells the event of some member and fits
the core too; a briefing, an explainer or a reaction so bridges nothing. In doubt it begins a story of its
own, which is linked. Two stories become one only where an item is the text of both.

`Window` keeps the last days' items in memory, for streams without a database (`monitor match --stories`) and
for measuring. What is older than `event.REACH` is dropped when half of its table is old.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, product
from typing import TYPE_CHECKING

from monitor.stories import event
from monitor.stories.fingerprint import hashed
from monitor.stories.rarity import Weeks, weighed
from monitor.stories.signature import LEAD, TITLE, signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.model import Decision, Item
    from monitor.stories.event import Relation
    from monitor.stories.signature import Signature

#: a key that this many items of the window share tells nothing
COMMON = 150
#: members compared with one item, those that share the most keys
COMPARED = 20


class Window:
    """Stories over a stream of decided items. Not for sharing between threads."""

    def __init__(self) -> None:
        self._members: list[Member] = []
        self._postings: dict[int, list[int]] = {}
        self._renamed: dict[str, str] = {}
        #: the place of the report that opened each story
        self._openers: dict[str, int] = {}
        self._newest = datetime.min.replace(tzinfo=UTC)
        self._weeks = Weeks()

    def __len__(self) -> int:
        return len(self._members)

    def assign(self, item: Item, decision: Decision, now: datetime) -> str:
        """The story of `item` as it stands; the item is remembered. `now` stands in for a missing date."""
        return self.put(signature(item, decision, now), new_id(item))

    def put(self, of: Signature, fresh: str) -> str:
        """The story of an item with this signature; `fresh` where it begins one."""
        of = weighed(of, self._weeks.around(of.at))
        placed = place(of, self._candidates(of))
        story = placed.story or fresh
        for loser in placed.merges:
            self._renamed[loser] = story
        self._remember(of, story)
        if placed.story is None:
            self._weeks.count(of)
            self._weeks.expire()
        return story

    def placed(self, of: Signature) -> Placement:
        """Where an item belongs; nothing is remembered."""
        of = weighed(of, self._weeks.around(of.at))
        return place(of, self._candidates(of))

    def now_called(self, story: str) -> str:
        """The id under which a story goes on after merges."""
        while story in self._renamed:
            story = self._renamed[story]
        return story

    def _candidates(self, of: Signature) -> list[Member]:
        shared: Counter[int] = Counter()
        for key in keys(of):
            posting = self._postings.get(key, ())
            if len(posting) <= COMMON:
                shared.update(posting)
        best = sorted(((times, place) for place, times in shared.items()), reverse=True)[:COMPARED]
        found = {place for _, place in best}
        # a story is judged by the report that opened it, whether or not that shares a key
        found |= {self._openers[self.now_called(self._members[place].story)] for place in found}
        members = (self._members[place] for place in found)
        return [Member(m.item, self.now_called(m.story), m.signature) for m in members]

    def _remember(self, of: Signature, story: str) -> None:
        place = len(self._members)
        self._members.append(Member(place, story, of))
        self._openers.setdefault(story, place)
        for key in keys(of):
            self._postings.setdefault(key, []).append(place)
        self._newest = max(self._newest, of.at)
        if place and place % 4096 == 0:
            self._expire()

    def _expire(self) -> None:
        """Drop what no later item can join, when that is half of the table."""
        alive = [m for m in self._members if self._newest - m.signature.at <= event.REACH]
        if len(alive) * 2 > len(self._members):
            return
        self._members, self._postings, self._openers = [], {}, {}
        for member in alive:
            place = len(self._members)
            story = self.now_called(member.story)
            self._members.append(Member(place, story, member.signature))
            self._openers.setdefault(story, place)
            for key in keys(member.signature):
                self._postings.setdefault(key, []).append(place)
        self._renamed = {}


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
    return f"s-{hashed(f'{item.feed_id} {item.key}'):016x}"[:12]


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
    # what a rule asks for is told in whatever words: by it and the body it is asked by
    asked = product(of.named("b", TITLE), of.topic & of.named("d"))
    found.update((_key("f", *sorted(pair)), None) for pair in asked)
    for meeting in of.meetings:
        found.update((_key("m", r, x), None) for r, x in product(*meeting.sides))
    return tuple(found)


def _by_rarity(of: Signature, least: float = KEY_RARE) -> Iterator[str]:
    told = ((key, of.rare.get(key, 0.0) * place) for key, place in of.facts.items() if place >= LEAD)
    return (
        key for key, weight in sorted(told, key=lambda p: (-p[1], p[0])) if of.rare.get(key, 0.0) >= least
    )


def _key(*parts: object) -> int:
    return hashed(" ".join(map(str, parts)))


def place(of: Signature, candidates: Iterable[Member]) -> Placement:
    """Where an item with this signature belongs, among members of stories that share a key with it."""
    stories: dict[str, list[tuple[Member, Relation]]] = {}
    links: dict[str, Relation] = {}
    for story, told in _compared(of, candidates).items():
        bonds = [(m, r) for m, r in told if r is not None and r.kind != "related"]
        if bonds and _fits(of, told):
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


def _fits(of: Signature, told: Sequence[tuple[Member, Relation | None]]) -> bool:
    """Whether an item fits the core of a story: its oldest report that is known here.

    A report of its language that words it otherwise keeps the item out; one of another language, where few
    words can be compared, unless most of the story tells what the item tells.
    """
    core = told[0][1]
    apart = [m.signature.lang for m, r in told if r is not None and r.apart]
    alike = sum(r is not None and r.kind != "related" for _, r in told)
    if apart and (of.lang in apart or alike <= len(apart) or core is None or core.kind == "related"):
        return False
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

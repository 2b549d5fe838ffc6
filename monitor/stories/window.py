"""The last days' items in memory, for streams without a database (`monitor match --stories`) and for
measuring.

Postings are lists of places in one table; what is older than `event.REACH` is dropped when half of the table
is old.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.stories import cluster, event
from monitor.stories.cluster import Member
from monitor.stories.rarity import Weeks, weighed
from monitor.stories.signature import signature

if TYPE_CHECKING:
    from monitor.model import Decision, Item
    from monitor.stories.cluster import Placement
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
        return self.put(signature(item, decision, now), cluster.new_id(item))

    def put(self, of: Signature, fresh: str) -> str:
        """The story of an item with this signature; `fresh` where it begins one."""
        of = weighed(of, self._weeks.around(of.at))
        placed = cluster.place(of, self._candidates(of))
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
        return cluster.place(of, self._candidates(of))

    def now_called(self, story: str) -> str:
        """The id under which a story goes on after merges."""
        while story in self._renamed:
            story = self._renamed[story]
        return story

    def _candidates(self, of: Signature) -> list[Member]:
        shared: Counter[int] = Counter()
        for key in cluster.keys(of):
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
        for key in cluster.keys(of):
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
            for key in cluster.keys(member.signature):
                self._postings.setdefault(key, []).append(place)
        self._renamed = {}

"""Put the matched items of a poll into their stories, in its transaction:
weigh, find, join, link, remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import Coverage
from monitor.store import alerts, merges, signatures, stories
from monitor.stories import cluster, event, outlets, window
from monitor.stories.cluster import Member
from monitor.stories.fingerprint import hashed
from monitor.stories.rarity import week_of, weighed
from monitor.stories.signature import as_json, from_json, signature

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Assessed
    from monitor.model.press import Outlets
    from monitor.store.signatures import Candidate
    from monitor.stories.cluster import Placement
    from monitor.stories.signature import Signature


def gather(
    tx: Connection, assessed: Sequence[Assessed], ids: Sequence[int], at: datetime, known: Outlets
) -> tuple[str, ...]:
    """The stored items `ids` of `assessed`, of which those that matched join stories, one after the other.

    Returns the stories with news that may be worth an alert, in the order of that news.
    """
    matched = {item_id: a for a, item_id in zip(assessed, ids, strict=True) if a.decision.matches}
    already = stories.of_items(tx, matched)
    news: list[str] = []
    changed = False
    for item_id, entry in matched.items():
        story, merged = _join(tx, entry, item_id, already[item_id], at, known)
        changed = changed or merged
        # a merge may have dropped an alert that waited
        if entry.coverage is Coverage.MATCHED or (merged and alerts.ever(tx, story)):
            news.append(story)
    if changed:
        news = [stories.resolve_id(tx, story) or story for story in news]
    return tuple(dict.fromkeys(news))


def withdrawn(tx: Connection, ids: Sequence[int], at: datetime) -> tuple[str, ...]:
    """The stories of items that left their feed; that is news of theirs."""
    touched = dict.fromkeys(stories.of_items(tx, ids).values())
    return tuple(stories.join(tx, story, at) for story in touched if story is not None)


def _join(
    tx: Connection, entry: Assessed, item_id: int, already: str | None, at: datetime, known: Outlets
) -> tuple[str, bool]:
    """The story that the item is in now, and whether others were merged into it."""
    own = signature(entry.item, entry.decision, at)
    own = weighed(own, _Lately(tx, (week_of(own.at) - 1, week_of(own.at))))
    keys = cluster.keys(own)
    found = _candidates(tx, keys, min(own.at, at) - event.REACH, item_id)
    placed = cluster.place(own, [Member(c.item_id, c.story_id, from_json(c.data)) for c in found])
    story, merged = _story(tx, entry, already, placed, at)
    revised = entry.revises is not None
    copy_of = _original(found, placed, item_id, {story, *merged})
    stories.put_item(tx, item_id, story, credit=outlets.credit(entry.item, known), copy_of=copy_of)
    if revised and copy_of is not None:
        stories.lead_on(tx, item_id, copy_of)
    signatures.put(tx, item_id, own.at, as_json(own), keys=keys, revised=revised)
    stories.link(tx, story, ((other.story, other.why) for other in placed.related), at)
    if placed.story is None and not revised:
        _count(tx, own)
    return story, bool(merged)


def _candidates(tx: Connection, keys: Sequence[int], since: datetime, item_id: int) -> list[Candidate]:
    """Items that share the most of `keys`, and the report that opened each of their stories:
    a story is judged by it.
    """
    found = signatures.candidates(
        tx, keys, since, other_than=item_id, common=window.COMMON, limit=window.COMPARED
    )
    known = {candidate.item_id for candidate in found} | {item_id}
    first = signatures.openers(tx, {candidate.story_id for candidate in found}) if found else ()
    return [*(opener for opener in first if opener.item_id not in known), *found]


@dataclass(frozen=True, slots=True)
class _Lately:
    """What the archive counted in some weeks (`rarity.Counted`)."""

    tx: Connection
    weeks: tuple[int, int]

    def items(self, watchlist: str) -> int:
        return signatures.known_counts(self.tx, watchlist, self.weeks, ()).get(signatures.ALL, 0)

    def having(self, watchlist: str, keys: Iterable[str]) -> Mapping[str, int]:
        by_hash = {hashed(key): key for key in keys}
        found = signatures.known_counts(self.tx, watchlist, self.weeks, by_hash)
        return {key: found[number] for number, key in by_hash.items() if number in found}


def _count(tx: Connection, of: Signature) -> None:
    """A story was opened: what it names is that much commoner."""
    signatures.count_facts(tx, of.lists, week_of(of.at), map(hashed, of.facts))


def _story(
    tx: Connection, entry: Assessed, already: str | None, placed: Placement, at: datetime
) -> tuple[str, list[str]]:
    """The story that the item joins or stays in, made where it must be, and those that were merged into it.

    An edited item stays where it was, unless it was alone there and is now known to belong to another story.
    """
    loudest = max((m.severity for m in entry.decision.matches), key=lambda s: s.rank)
    begun = already or placed.story or cluster.new_id(entry.item)
    # an item before it may have merged its story into another: the id leads on
    story = stories.join(tx, begun, at, severity=loudest, title=entry.item.title)
    losers = list(placed.merges) if story in (placed.story, *placed.merges) else []
    if placed.story and story != placed.story and (story in losers or stories.is_alone(tx, story)):
        losers.append(story)
    target = placed.story if losers and placed.story else story
    merged = [loser for loser in dict.fromkeys(losers) if merges.merge(tx, loser, target, at)]
    # a person may have forbidden the merge: then the item stays
    return target if story in merged else story, merged


def _original(
    found: Sequence[Candidate], placed: Placement, item_id: int, within: Collection[str]
) -> int | None:
    """The item that this one repeats: in its story, never a copy itself, and never this one."""
    for candidate in found:
        if candidate.item_id == placed.copy_of and candidate.story_id in within:
            original = candidate.copy_of or candidate.item_id
            return original if original != item_id else None
    return None

"""Put the matched items of a poll into their stories, in its transaction: find, join, merge, remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Coverage
from monitor.store import alerts, merges, signatures, stories
from monitor.stories import cluster, event, window
from monitor.stories.cluster import Member
from monitor.stories.signature import as_json, from_json, signature

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Assessed
    from monitor.store.signatures import Candidate
    from monitor.stories.cluster import Placement


def gather(tx: Connection, assessed: Sequence[Assessed], ids: Sequence[int], at: datetime) -> tuple[str, ...]:
    """The stored items `ids` of `assessed`, of which those that matched join stories, one after the other.

    Returns the stories with news that may be worth an alert, in the order of that news.
    """
    matched = {item_id: a for a, item_id in zip(assessed, ids, strict=True) if a.decision.matches}
    already = stories.of_items(tx, matched)
    news: dict[str, None] = {}
    for item_id, entry in matched.items():
        # an item before it may have merged its story into another
        here = already[item_id]
        story, merged = _join(tx, entry, item_id, here and stories.resolve_id(tx, here), at)
        # a merge may have dropped an alert that waited
        if entry.coverage is Coverage.MATCHED or (merged and alerts.ever(tx, story)):
            news[story] = None
    return tuple(dict.fromkeys(stories.resolve_id(tx, story) or story for story in news))


def withdrawn(tx: Connection, ids: Sequence[int], at: datetime) -> tuple[str, ...]:
    """The stories of items that left their feed; that is news of theirs."""
    touched = [story for story in dict.fromkeys(stories.of_items(tx, ids).values()) if story is not None]
    for story in touched:
        stories.join(tx, story, at)
    return tuple(touched)


def _join(
    tx: Connection, entry: Assessed, item_id: int, already: str | None, at: datetime
) -> tuple[str, bool]:
    """The story that the item is in now, and whether others were merged into it."""
    own = signature(entry.item, entry.decision, at)
    keys = cluster.keys(own)
    found = signatures.candidates(
        tx,
        keys,
        min(own.at, at) - event.REACH,
        other_than=item_id,
        common=window.COMMON,
        limit=window.COMPARED,
    )
    placed = cluster.place(own, [Member(c.item_id, c.story_id, from_json(c.data)) for c in found])
    story, merged = _story(tx, entry, already, placed, at)
    copy_of = _original(found, placed, item_id)
    if copy_of is not None and stories.of_items(tx, [copy_of]).get(copy_of) != story:
        copy_of = None
    stories.put_item(tx, item_id, story, copy_of=copy_of)
    signatures.put(tx, item_id, own.at, as_json(own), keys)
    return story, merged


def _story(
    tx: Connection, entry: Assessed, already: str | None, placed: Placement, at: datetime
) -> tuple[str, bool]:
    """The story that the item joins or stays in, made or merged where it must be.

    An edited item stays where it was, unless it was alone there and is now known to belong to another story.
    """
    begun = cluster.new_id(entry.item)
    story = already or placed.story or stories.resolve_id(tx, begun) or begun
    losers = list(placed.merges) if story in (placed.story, *placed.merges) else []
    if placed.story and story != placed.story and (story in losers or stories.is_alone(tx, story)):
        losers = [*losers, story]
        story = placed.story
    loudest = max((m.severity for m in entry.decision.matches), key=lambda s: s.rank)
    stories.join(tx, story, at, severity=loudest, title=entry.item.title)
    merged = [loser for loser in dict.fromkeys(losers) if merges.merge(tx, loser, story, at)]
    # a person may have forbidden the merge: then the item stays
    return stories.resolve_id(tx, already or story) or story, bool(merged)


def _original(found: Sequence[Candidate], placed: Placement, item_id: int) -> int | None:
    """The item that this one repeats: never a copy itself, and never this one."""
    original = next((c.copy_of or c.item_id for c in found if c.item_id == placed.copy_of), None)
    return original if original != item_id else None

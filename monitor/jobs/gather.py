"""Put the matched items of a poll into their stories, in its transaction: find, join, merge, remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Coverage
from monitor.store import alerts, merges, signatures, stories
from monitor.stories import cluster, event, window, wires
from monitor.stories.cluster import Member
from monitor.stories.signature import as_json, from_json, signature

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
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
    news: list[str] = []
    changed = False
    for item_id, entry in matched.items():
        story, merged = _join(tx, entry, item_id, already[item_id], at)
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
    revised = entry.revises is not None
    copy_of = _original(found, placed, item_id, {story, *merged})
    stories.put_item(tx, item_id, story, credit=wires.credit(entry.item), copy_of=copy_of)
    if revised and copy_of is not None:
        stories.lead_on(tx, item_id, copy_of)
    signatures.put(tx, item_id, own.at, as_json(own), keys=keys, revised=revised)
    return story, bool(merged)


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

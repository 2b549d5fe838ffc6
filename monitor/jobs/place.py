"""Put the matched items of a poll into their stories, in its transaction:
read what is near, let `stories.plan` decide, write it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Coverage
from monitor.store import alerts, merges, signatures, stories
from monitor.stories import cluster, outlets, plan
from monitor.stories.fingerprint import hashed
from monitor.stories.rarity import Weeks, week_of, weighed
from monitor.stories.signature import from_json, signature

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Assessed, PlacedItem
    from monitor.model.press import Outlets
    from monitor.stories.plan import Entry, Known

#: how often what is near a poll's items is looked up at the most; twice is usual, once where only one matched
ROUNDS = 10


def gather(
    tx: Connection, assessed: Sequence[Assessed], ids: Sequence[int], at: datetime, known: Outlets
) -> tuple[str, ...]:
    """The stored items `ids` of `assessed`, of which those that matched join stories, one after the other.

    Returns the stories with news that may be worth an alert, in the order of that news.
    """
    matched = {item_id: a for a, item_id in zip(assessed, ids, strict=True) if a.decision.matches}
    if not matched:
        return ()
    entries = _entries(tx, matched, at, known)
    placed = _placed(tx, entries, at)
    merges.put_placed(tx, placed, at)
    called = stories.called(tx, [one.story for one in placed]) if any(one.merges for one in placed) else {}
    news: dict[str, None] = {}
    for one in placed:
        story = called.get(one.story, one.story)
        # a merge may have dropped an alert that waited
        if matched[one.item_id].coverage is Coverage.MATCHED or (one.merges and alerts.ever(tx, story)):
            news[story] = None
    return tuple(news)


def withdrawn(tx: Connection, ids: Sequence[int], at: datetime) -> tuple[str, ...]:
    """The stories of items that left their feed; that is news of theirs."""
    touched = dict.fromkeys(stories.of_items(tx, ids).values())
    return tuple(stories.join(tx, story, at) for story in touched if story is not None)


def _entries(
    tx: Connection, matched: Mapping[int, Assessed], at: datetime, known: Outlets
) -> tuple[Entry, ...]:
    already = stories.of_items(tx, matched)
    seen = stories.first_seen(tx, [i for i, entry in matched.items() if entry.revises is not None])
    return tuple(
        plan.Entry(
            item_id=item_id,
            signature=signature(entry.item, entry.decision, at),
            fresh=cluster.new_id(entry.item),
            already=already[item_id],
            revised=entry.revises is not None,
            first_seen_at=seen.get(item_id, at),
            severity=max((m.severity for m in entry.decision.matches), key=lambda s: s.rank),
            title=entry.item.title,
            credit=outlets.credit(entry.item, known),
        )
        for item_id, entry in matched.items()
    )


def _placed(tx: Connection, entries: Sequence[Entry], at: datetime) -> tuple[PlacedItem, ...]:
    """The plan for `entries`: read again until each was looked up by the keys that it has in the plan."""
    counts = _counts(tx, entries)
    keys = {e.item_id: cluster.keys(weighed(e.signature, counts.around(e.signature.at))) for e in entries}
    asked: dict[tuple[int, Sequence[int]], Mapping[int, int]] = {}
    for _ in range(ROUNDS):
        placed = plan.place(entries, _known(tx, entries, keys, counts, asked, at), at)
        found = {one.item_id: tuple(one.keys) for one in placed}
        if found == keys:
            break
        keys = found
    return placed


def _known(
    tx: Connection,
    entries: Sequence[Entry],
    keys: Mapping[int, tuple[int, ...]],
    counts: Weeks,
    asked: dict[tuple[int, Sequence[int]], Mapping[int, int]],
    at: datetime,
) -> Known:
    """All that may matter for `entries` with these keys; `asked` keeps what was looked up for an entry."""
    # those that a revision in this poll takes the place of may come off
    room = cluster.COMPARED + sum(e.revised for e in entries)
    since = {e.item_id: plan.since(e.signature, at) for e in entries}
    for i, own in keys.items():
        if (i, own) not in asked:
            asked[i, own] = signatures.sharing(
                tx, own, since[i], other_than=i, common=cluster.COMMON, limit=room
            )
    sharing = {i: asked[i, own] for i, own in keys.items()}
    near = {one.item_id: one for one in signatures.load(tx, {i for found in sharing.values() for i in found})}
    already = {entry.already for entry in entries if entry.already is not None}
    touched = already | {one.story_id for one in near.values()}
    called = stories.called(tx, {entry.fresh for entry in entries if entry.already is None})
    touched |= set(called.values())
    first = set(signatures.openers(tx, touched)) - near.keys()
    near |= {one.item_id: one for one in signatures.load(tx, first)}
    return plan.Known(
        counts=counts,
        sharing={i: {n: times for n, times in found.items() if n in near} for i, found in sharing.items()},
        near=[plan.Near(n.item_id, n.story_id, n.copy_of, from_json(n.data)) for n in near.values()],
        common=_common(tx, keys, min(since.values())),
        called=called,
        sizes=stories.sizes(tx, already),
        apart=merges.apart(tx, touched),
    )


def _common(tx: Connection, keys: Mapping[int, Collection[int]], since: datetime) -> set[int]:
    """Of the keys that items of the poll share with each other those that tell nothing."""
    once: set[int] = set()
    shared: set[int] = set()
    for some in keys.values():
        shared |= once.intersection(some)
        once |= set(some)
    return signatures.common_keys(tx, shared, since, cluster.COMMON)


def _counts(tx: Connection, entries: Sequence[Entry]) -> Weeks:
    """What was named in the weeks of `entries`."""
    by_hash = {hashed(key): key for entry in entries for key in entry.signature.facts}
    weeks = {week_of(entry.signature.at) - back for entry in entries for back in (0, 1)}
    watchlists = {name for entry in entries for name in entry.signature.lists}
    counts = Weeks()
    for (week, name), found in signatures.known_counts(tx, watchlists, weeks, by_hash).items():
        total = found.pop(signatures.ALL, 0)
        counts.add(week, name, total, {by_hash[number]: times for number, times in found.items()})
    return counts

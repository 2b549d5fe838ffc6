"""Let a new or edited rule speak of what was seen before it, because a person asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.jobs import feedback
from monitor.jobs.assess import coverage
from monitor.jobs.groups import open_groups
from monitor.jobs.place import gather
from monitor.model import Assessed, Novelty
from monitor.store import archive, items, rulebook
from monitor.store.sql import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.routes import RouteConfig
    from monitor.model import Decision, Item
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """What a backfill needs."""

    db: Database
    decide: Callable[[Item], Decision]
    #: `watchlist/rule` to its digest, of all rules
    rules: Mapping[str, str]
    route: RouteConfig
    judge: StoryJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What it came to."""

    read: int = 0
    #: items that the rule matches now and did not before
    matched: int = 0
    #: stories that wait to be told because of it
    waiting: int = 0


def backfill(work: Backfill, rule: str, since: datetime, now: datetime) -> Backfilled:
    """Match the items first seen since `since` with `rule`; what it newly finds joins its stories, alerts and digests.

    What it found before stays as it was, so that it may be run again. Nothing is done for a rule that is not there.
    """
    with work.db.transaction() as tx:
        rulebook.note(tx, work.rules, now)
        if not rulebook.backdate(tx, rule, since, now):
            return Backfilled()
    found: dict[int, Assessed] = {}
    read = 0
    with work.db.snapshot() as tx:
        for item_id, item in archive.walk(tx, since):
            read += 1
            entry = _fires(work, rule, item_id, item)
            if entry is not None:
                found[item_id] = entry
    matched = waiting = 0
    for ids in batches(found, 100):
        with work.db.transaction() as tx:
            new, opened = _write(tx, work, [found[item_id] for item_id in ids], now)
        matched, waiting = matched + new, waiting + opened
    return Backfilled(read=read, matched=matched, waiting=waiting)


def _fires(work: Backfill, rule: str, item_id: int, item: Item) -> Assessed | None:
    decision = work.decide(item)
    hits = tuple(m for m in decision.matches if f"{m.watchlist}/{m.rule}" == rule)
    if not hits:
        return None
    decision = replace(decision, matches=hits)
    state, detail = coverage(decision)
    return Assessed(
        item=item,
        novelty=Novelty.CHANGED,
        decision=decision,
        coverage=state,
        coverage_detail=detail,
        revises=item_id,
    )


def _write(tx: Connection, work: Backfill, entries: Sequence[Assessed], now: datetime) -> tuple[int, int]:
    fresh = [entry for entry in entries if items.add_matches(tx, entry, now)]
    ids = [entry.revises for entry in fresh if entry.revises is not None]
    told = gather(tx, fresh, ids, now)
    feedback.apply(tx, ids, now)
    return len(fresh), open_groups(tx, told, work.route, judge=work.judge, now=now)

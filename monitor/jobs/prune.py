"""Forget what is past its time: nothing undelivered or untold ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor import failpoints, logs
from monitor.store import digests, facts
from monitor.store.prune import Pruned
from monitor.store.prune import prune as delete_old

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.config.model import DigestConfig, RetentionConfig
    from monitor.store.database import Database

log = logs.get("prune")

#: how much further than the last pruning one may reach: a clock that is years ahead for an hour must not
#: empty the
#: archive, and after a long rest a few days more or less of old rows do no harm
REACH = timedelta(days=1)
REACHED = "pruned-through"


def prune(
    db: Database, retention: RetentionConfig, series: Sequence[DigestConfig], clock: Callable[[], datetime]
) -> Pruned:
    """Delete what is older than its retention and told in every digest."""
    readers = [(s.series, receiver) for s in series for receiver in s.receivers]
    with db.transaction() as tx:
        told = digests.told_through(tx, readers)
        now = _reached(facts.get(tx, REACHED), clock())
        facts.put(tx, REACHED, now.isoformat(), now)
    gone = delete_old(
        db,
        now,
        unmatched=retention.unmatched,
        matched=retention.matched,
        journal=retention.journal,
        told_through=told,
    )
    failpoints.passed("pruned")
    log.info("pruned", items=gone.items, polls=gone.polls, deliveries=gone.deliveries)
    return gone


def _reached(last: str | None, now: datetime) -> datetime:
    """The moment to prune from: `now`, but at most a day after the `last` one."""
    return min(now, datetime.fromisoformat(last) + REACH) if last else now

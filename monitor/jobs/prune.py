"""Forget what is past its time: nothing undelivered or untold ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import arrows, logs
from monitor.store import digests
from monitor.store.prune import Pruned
from monitor.store.prune import prune as delete_old

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.config import DigestConfig, RetentionConfig
    from monitor.store.database import Database

log = logs.get("prune")


def prune(
    db: Database, retention: RetentionConfig, series: Sequence[DigestConfig], clock: Callable[[], datetime]
) -> Pruned:
    """Delete what is older than its retention and told in every digest."""
    readers = [(s.series, receiver) for s in series for receiver in s.receivers]
    with db.snapshot() as tx:
        told = digests.told_through(tx, readers)
    gone = delete_old(
        db,
        clock(),
        unmatched=retention.unmatched,
        matched=retention.matched,
        journal=retention.journal,
        told_through=told,
    )
    arrows.passed("pruned")
    log.info("pruned", items=gone.items, polls=gone.polls, deliveries=gone.deliveries)
    return gone

"""How far pruning reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.config.model import RetentionConfig
from monitor.jobs.prune import prune
from monitor.store import feeds, items
from monitor.store.database import Database
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, poll

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clock_that_is_years_ahead_does_not_empty_the_archive(tmp_path: Path) -> None:
    """Each pruning reaches a day further than the one before, at most; once the clock is right, none reaches too far."""
    db = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        items.record(tx, poll(assessed("left its feed since"), at=NOW))
        items.record(tx, poll(assessed("current"), at=NOW + 2 * DAY))
    keep = RetentionConfig(unmatched=60 * DAY, matched=60 * DAY)

    def pruned(now: object) -> int:
        return prune(db, keep, [], lambda: now).items  # type: ignore[arg-type, return-value]

    assert pruned(NOW + HOUR) == 0
    assert [pruned(NOW + 5 * 365 * DAY + n * HOUR) for n in range(3)] == [0, 0, 0]
    assert pruned(NOW + DAY) == 0
    assert [pruned(NOW + n * DAY) for n in range(2, 70)].count(1) == 1
    db.close()

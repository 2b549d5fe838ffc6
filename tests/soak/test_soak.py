"""Four hours of trouble with nine feeds, on both databases: the whole harness, and the promises in small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.soak import run, verdict

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(420)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_that_was_published_is_lost_without_a_word(kind: str, tmp_path: Path) -> None:
    """Through kills, a stop, held databases, a full disk or a restarted server, and receivers that refuse."""
    with run.run(tmp_path, feeds=9, days=0.15, interval=1, seed=3, kind=kind) as outcome:
        judged = verdict.judge(outcome)
        assert judged.broken == [], verdict.report(outcome, judged, feeds=9, seed=3)
    assert judged.alerts > 5
    assert judged.digests >= 3
    assert len(outcome.lives) >= 4

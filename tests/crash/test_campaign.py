"""The daemon is killed at every named failpoint and at random moments; afterwards nothing is missing and little came twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.failpoints import FAILPOINTS
from tests.crash import campaign, plan, report, verdict

MONITOR = Path(__file__).resolve().parents[2] / "monitor"


@pytest.mark.timeout(420)
def test_no_kill_costs_a_message_or_more_than_one_repeat(tmp_path: Path) -> None:
    """Every failpoint once and six random moments, under load, on SQLite."""
    kills = plan.plan(len(plan.failpoints()) + 6, seed=5)

    outcome = campaign.run(tmp_path, kills, seed=5)
    try:
        judged = verdict.judge(outcome)
        assert judged.broken == [], report.text(outcome, judged, seed=5)
    finally:
        outcome.workplace.db.close()
    assert judged.alerts > 20
    assert judged.digests > 40
    reached = {life.kill.failpoint for life in outcome.lives if life.kill is not None and life.reached}
    assert reached >= set(plan.failpoints())


def test_every_failpoint_stands_in_the_code_and_no_other() -> None:
    """What is named is passed somewhere; what is passed is named, and so part of every campaign."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in MONITOR.rglob("*.py"))
    passed = re.findall(r'failpoints\.passed\(f?"([^"]+)"\)', source)

    assert {re.sub(r"\{.*\}", "CHANNEL", name) for name in passed} == set(FAILPOINTS)

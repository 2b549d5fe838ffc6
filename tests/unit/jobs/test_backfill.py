"""A rule that is asked to speak of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.config.routes import RouteConfig
from monitor.jobs.backtest import Backfill, Backfilled, backfill
from monitor.model import Coverage, Decision, Item, Severity
from monitor.store import alerts, archive, facts, feeds, items
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, match, poll

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = {"envoys/named": "a", "envoys/flights": "b"}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An archive of two days whose items no rule matched."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        facts.note_rules(tx, {"envoys/flights": "b"}, NOW - 9 * DAY)
        for n, days in enumerate((5, 1)):
            entry = assessed(f"guid:{n}", title=f"Envoy {n} seen", coverage=Coverage.NO_MATCH)
            items.record(tx, poll(entry, at=NOW - days * DAY))
    yield database
    database.close()


def work(db: Database, severity: Severity = Severity.HIGH) -> Backfill:
    def decide(item: Item) -> Decision:
        return Decision(lang="en", matches=(match(severity=severity), match("flights")))

    route = RouteConfig(receiver="desk")
    return Backfill(db=db, decide=decide, rules=RULES, route=route, judge=StoryJudge(frozenset(), PRESS))


def test_only_what_was_asked_for_is_matched(db: Database) -> None:
    """By that rule, since that day; a second time there is nothing new."""
    assert backfill(work(db), "envoys/named", NOW - 2 * DAY, NOW) == Backfilled(read=1, matched=1, waiting=1)
    assert backfill(work(db), "envoys/named", NOW - 2 * DAY, NOW) == Backfilled(read=1)
    with db.snapshot() as tx:
        first, second = archive.load(tx, [1, 2])
        waiting = alerts.due(tx, NOW + HOUR)
    assert (first.matches, first.coverage) == ((), Coverage.NO_MATCH)
    assert [m.rule for m in second.matches] == ["named"]
    assert second.coverage is Coverage.MATCHED
    assert [group.story_id for group in waiting] == [second.story_id]


def test_what_is_quiet_is_matched_and_alerts_nobody(db: Database) -> None:
    """It is related, for the digest."""
    assert backfill(work(db, Severity.LOW), "envoys/named", NOW - 9 * DAY, NOW) == Backfilled(
        read=2, matched=2
    )


def test_a_rule_that_is_not_there_does_nothing(db: Database) -> None:
    """The command names the rules that are."""
    assert backfill(work(db), "envoys/gone", NOW - 9 * DAY, NOW) == Backfilled()

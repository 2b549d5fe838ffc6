"""Which groups are opened, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.config.routes import RouteConfig
from monitor.jobs.alert import Alerter, alert_due
from monitor.jobs.groups import open_groups
from monitor.jobs.place import gather
from monitor.messages.templates import load
from monitor.model import Decision, Fact, Severity, Side
from monitor.store import alerts, feeds, items, outbox, stories
from monitor.store.database import Database
from monitor.store.tables_delivery import deliveries
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import HOUR, MINUTE, NOW, assessed, feed, match, poll
from tests.support.tellings import PEOPLE, met

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Contact

ROUTE = RouteConfig(receiver="desk", group_wait=MINUTE, group_interval=10 * MINUTE)
JUDGE = StoryJudge(PEOPLE, PRESS)
FACTS = (Fact("@khalifa-haftar", 3), Fact("@andrei-belousov", 3), Fact("@moscow", 2))
FEEDS = [
    feed("gazette", side=Side("russia-state"), reliability="C"),
    feed("courier", side=Side("libya-east"), reliability="D"),
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with two feeds of two sides."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as tx:
        feeds.sync(tx, FEEDS, NOW, jitter=lambda: 0.0)
    yield database
    database.close()


def told(
    db: Database, key: str, *contacts: Contact, at: datetime = NOW, feed_id: str = "gazette",
    severity: Severity = Severity.HIGH,
) -> str:  # fmt: skip
    """A new report, whose story's groups are opened; the story."""
    matches = (match(severity=severity),)
    entry = assessed(
        key, matches=matches, feed_id=feed_id, title=f"Report {key} of two men", content=f"{key}.",
        published_at=at, outlet=feed_id.title(), canonical_url=None, url=None,
        outlet_side=next(f.side for f in FEEDS if f.id == feed_id),
    )  # fmt: skip
    entry = replace(entry, decision=Decision(lang="en", matches=matches, contacts=contacts, facts=FACTS))
    with db.transaction() as tx:
        ids = items.record(tx, poll(entry, at=at))
        (story,) = gather(tx, [entry], ids, at, PRESS.outlets)
        open_groups(tx, [story], ROUTE, judge=JUDGE, now=at)
    return story


def send(db: Database, now: datetime, receiver: str = "desk", **more: Any) -> int:
    """Alert what is due."""
    alerter = Alerter(
        db=db, templates=load(settings.bundled("templates")), titles={}, judge=JUDGE, public_url=None,
        receivers={receiver: ReceiverConfig.model_validate({"name": receiver, "file": {"path": "out"}, **more})},
        clock=lambda: now,
    )  # fmt: skip
    return alert_due(alerter)


def waiting(db: Database) -> list[tuple[str, str]]:
    """Why each open group waits, and from when it may go."""
    with db.snapshot() as tx:
        return [(g.reason, f"{g.due_at:%H:%M}") for g in alerts.due(tx, NOW + 99 * HOUR)]


def test_a_new_story_waits_for_its_other_reports(db: Database) -> None:
    """A minute here; then it is sent with what is known by then."""
    story = told(db, "a", met("planned"))
    assert waiting(db) == [("new", "12:01")]
    assert (send(db, NOW), send(db, NOW + MINUTE)) == (0, 1)
    with db.snapshot() as tx:
        last = alerts.last_sent(tx, "desk", story)
    assert last is not None
    assert last.told is not None
    assert (last.told.sides, last.told.participants) == (
        frozenset({Side("russia-state")}),
        PEOPLE - {"Saddam Haftar"},
    )


def test_a_change_waits_longer_and_says_so(db: Database) -> None:
    """More of the same opens nothing."""
    told(db, "a", met("planned"))
    send(db, NOW + MINUTE)
    told(db, "b", met("planned"), at=NOW + HOUR)
    assert waiting(db) == []
    told(db, "c", met(), at=NOW + HOUR, feed_id="courier")
    assert waiting(db) == [("changed", "13:10")]
    told(db, "d", met(), at=NOW + HOUR, severity=Severity.CRITICAL)
    assert len(waiting(db)) == 1


def test_an_alert_is_in_the_language_of_its_receiver(db: Database) -> None:
    """Every word but the outlets' own."""
    told(db, "a", met("planned"))
    assert send(db, NOW + MINUTE, language="ru") == 1
    with db.transaction() as tx:
        sent = outbox.claim(tx, NOW + MINUTE, lease=HOUR, token="t")
    assert sent is not None
    assert sent.message.subject == "[высокая] Report a of two men"
    assert "по сообщениям: российские государственные СМИ" in " ".join(
        sent.message.payload["files"]["txt"].split()
    )


def test_what_only_got_louder_says_that(db: Database) -> None:
    """As before there were changes."""
    told(db, "a", met())
    send(db, NOW + MINUTE)
    told(db, "b", met(), at=NOW + HOUR, severity=Severity.CRITICAL)
    assert [reason for reason, _ in waiting(db)] == ["louder"]


def test_a_group_from_before_standings_were_kept_compares_severity(db: Database) -> None:
    """Nothing else is known of what its receiver knows."""
    story = told(db, "a", met())
    with db.transaction() as tx:
        (group,) = alerts.due(tx, NOW + HOUR)
        alerts.settle(tx, group.id, "sent", NOW, severity=Severity.HIGH, match_id=1)
    told(db, "b", met("denied"), at=NOW + HOUR, feed_id="courier")
    assert waiting(db) == []
    told(db, "c", met(), at=NOW + HOUR, severity=Severity.CRITICAL)
    assert [reason for reason, _ in waiting(db)] == ["louder"]
    with db.snapshot() as tx:
        found = stories.load(tx, story)
    assert found is not None
    assert len(found.items) == 3


def test_a_change_that_was_told_meanwhile_is_dropped(db: Database) -> None:
    """Two groups of stories that became one: the second has nothing to say."""
    story = told(db, "a", met())
    send(db, NOW + MINUTE)
    with db.transaction() as tx:
        alerts.open_group(tx, "desk", story, now=NOW, due_at=NOW, reason="changed")
    assert send(db, NOW + HOUR) == 0
    assert waiting(db) == []


def test_a_receiver_that_is_gone_is_told_nothing(db: Database) -> None:
    """Its group is closed, and the log says why."""
    told(db, "a", met())
    assert send(db, NOW + HOUR, receiver="other") == 0
    assert waiting(db) == []


def test_quiet_stories_open_nothing(db: Database) -> None:
    """They are related at most."""
    told(db, "a", met(), severity=Severity.LOW)
    assert waiting(db) == []


def test_an_alert_tells_the_time_of_its_reader(db: Database) -> None:
    """In the reader's words."""
    told(db, "a", met("planned"))
    send(db, NOW + MINUTE, language="ru", timezone="Africa/Tripoli")
    with db.snapshot() as tx:
        (row,) = tx.execute(deliveries.select())

    assert "Впервые замечено: 1 марта, 14:00 EET" in str(row.payload)
    assert "UTC" not in str(row.payload)

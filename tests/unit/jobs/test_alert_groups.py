"""Groups of stories on their way: one message for several, silences, mutes, throttles, repetition, escalation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.config.routes import InhibitConfig, RouteConfig, TimeIntervalConfig
from monitor.jobs import alert
from monitor.jobs.alert import Alerter, alert_due
from monitor.jobs.groups import open_groups
from monitor.messages.templates import load
from monitor.model import Severity, Side
from monitor.model.matchers import parse
from monitor.store import alerts, facts, feeds, merges, silences, tables_delivery
from monitor.store.database import Database
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, feed, match, told
from tests.support.tellings import PEOPLE, met

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.store.alerts import AlertGroup

JUDGE = StoryJudge(PEOPLE, PRESS)
TEMPLATES = load(settings.bundled("templates"))
TOWNS = ("Sirte", "Ghat", "Derna", "Zuwara", "Brega", "Hun", "Kufra", "Nalut")


class Desk:
    """A monitor without feeds: stories are given, alerts are read from the outbox."""

    def __init__(self, db: Database, route: dict[str, Any], **alerter: Any) -> None:
        self.db = db
        self.route = RouteConfig.model_validate({"receiver": "desk", "group_wait": "1m", **route})
        self.throttle = alerter.pop("throttle", None)
        self.more = alerter

    def story(self, n: int, at: datetime = NOW, severity: Severity = Severity.HIGH, **more: Any) -> str:
        """A new report of story `n`, whose waits begin."""
        town, side = TOWNS[n], more.pop("side", "gazette")
        matches = (match(severity=severity, **more),)
        entry = assessed(
            f"{side}-{n}-{at:%d%H%M}", matches=matches, feed_id=side, title=f"Two men met in {town}",
            content=f"They met in {town}.", published_at=at, canonical_url=None, url=None, contacts=(met(),),
            outlet=side.title(), outlet_side=Side("russia-state") if side == "gazette" else Side("libya-east"),
        )  # fmt: skip
        story = f"s-{n}"
        with self.db.transaction() as tx:
            told(tx, story, entry, at=at)
            open_groups(tx, [story], self.route, judge=JUDGE, now=at)
        return story

    def tick(self, at: datetime) -> list[str]:
        """Alert what is due at `at`; receiver and subject of each new message."""
        receivers = {
            name: ReceiverConfig.model_validate(
                {"name": name, "file": {"path": "out"}, "throttle": self.throttle}
            )
            for name in ("desk", "boss")
        }
        before = {row.id for row in self._sent()}
        alert_due(
            Alerter(
                db=self.db, templates=TEMPLATES, titles={}, judge=JUDGE, public_url=None, receivers=receivers,
                clock=lambda: at, route=self.route, **self.more,
            )
        )  # fmt: skip
        return [f"{row.receiver}: {row.subject}" for row in self._sent() if row.id not in before]

    def _sent(self) -> list[Any]:
        with self.db.snapshot() as tx:
            return list(
                tx.execute(tables_delivery.deliveries.select().order_by(tables_delivery.deliveries.c.seq))
            )

    def open(self) -> list[AlertGroup]:
        """What waits."""
        with self.db.snapshot() as tx:
            return list(alerts.due(tx, NOW + 999 * DAY))

    def held(self, *stories: str) -> dict[str, str]:
        """Why stories were not told."""
        with self.db.snapshot() as tx:
            return alerts.held(tx, stories)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with two feeds of two sides."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    both = [feed("gazette", side=Side("russia-state")), feed("courier", side=Side("libya-east"))]
    with database.transaction() as tx:
        feeds.sync(tx, both, NOW, jitter=lambda: 0.0)
    yield database
    database.close()


def test_all_that_is_due_is_told_at_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many groups are read at a time: a single pass has no next one, and nobody waits for another tick."""
    monkeypatch.setattr(alert, "BATCH", 2)
    desk = Desk(db, {})
    for n in range(len(TOWNS)):
        desk.story(n)
    assert len(desk.tick(NOW + MINUTE)) == len(TOWNS)
    assert desk.open() == []


def test_a_group_that_fails_keeps_no_other_from_its_readers(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest of a batch of one; it is tried again, and the error is told each time."""
    monkeypatch.setattr(alert, "BATCH", 1)
    desk = Desk(db, {}, links=_refusing("s-0"))
    for n in range(3):
        desk.story(n, at=NOW + n * MINUTE)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            desk.tick(NOW + HOUR)
    assert [row.subject for row in desk._sent()] == [
        "[high] Two men met in Ghat",
        "[high] Two men met in Derna",
    ]
    assert [group.story_id for group in desk.open()] == ["s-0"]


def _refusing(story: str) -> Callable[[str], dict[str, str]]:
    def link(asked: str) -> dict[str, str]:
        if asked == story:
            raise ZeroDivisionError(asked)
        return {}

    return link


def test_nothing_is_begun_when_the_process_is_to_end(db: Database) -> None:
    """What is due is due still."""
    desk = Desk(db, {}, stopping=lambda: True)
    desk.story(0)
    assert desk.tick(NOW + MINUTE) == []
    assert len(desk.open()) == 1


def test_a_group_is_one_message_with_the_loudest_first(db: Database) -> None:
    """And each of its stories counts as told; a later story of the group waits for the interval."""
    desk = Desk(db, {"group_by": ["watchlist"], "group_interval": "10m"})
    one = desk.story(0)
    two = desk.story(1, severity=Severity.CRITICAL)
    assert len({one, two}) == 2
    assert desk.tick(NOW + MINUTE) == ["desk: [critical] Two men met in Ghat (+1)"]
    with db.snapshot() as tx:
        assert all(alerts.last_sent(tx, "desk", story) for story in (one, two))
    desk.story(2, at=NOW + 2 * MINUTE)
    assert [g.due_at for g in desk.open()] == [NOW + 11 * MINUTE]
    assert desk.tick(NOW + 10 * MINUTE) == []
    assert desk.tick(NOW + 11 * MINUTE) == ["desk: [high] Two men met in Derna"]


def test_stories_of_other_watchlists_are_other_messages(db: Database) -> None:
    """`group_by` takes apart."""
    desk = Desk(db, {"group_by": ["watchlist"]})
    desk.story(0)
    desk.story(1, watchlist="wagner")
    assert len(desk.tick(NOW + MINUTE)) == 2


def test_what_is_silenced_is_held_and_told_when_it_changes_later(db: Database) -> None:
    """The reason is kept for the digest; the rest of the group goes."""
    desk = Desk(db, {"group_by": []})
    quiet, loud = desk.story(0), desk.story(1, watchlist="wagner")
    with db.transaction() as tx:
        silences.add(
            tx, [parse(f"story={quiet}")], author="ann", reason="drill", starts_at=NOW, ends_at=NOW + HOUR, now=NOW
        )  # fmt: skip
    assert desk.tick(NOW + MINUTE) == ["desk: [high] Two men met in Ghat"]
    assert desk.held(quiet, loud) == {quiet: "silenced by ann until 2026-03-01 13:00 UTC: drill (silence 1)"}
    desk.story(0, at=NOW + 2 * HOUR, side="courier")
    assert desk.tick(NOW + 3 * HOUR) == ["desk: [high] Two men met in Sirte"]
    assert desk.held(quiet) == {}


def test_a_weightier_story_about_the_same_keeps_others_quiet(db: Database) -> None:
    """In whatever order they come due."""
    rule = InhibitConfig.model_validate(
        {
            "source_match": {"severity": "critical"},
            "target_match": {"severity": "high"},
            "equal": "participants",
        }
    )
    desk = Desk(db, {}, inhibit=(rule,))
    target = desk.story(0)
    source = desk.story(1, severity=Severity.CRITICAL)
    assert desk.tick(NOW + MINUTE) == ["desk: [critical] Two men met in Ghat"]
    assert desk.held(target) == {target: f"inhibited by story {source}"}


def test_a_story_that_only_waits_to_be_repeated_keeps_nobody_quiet(db: Database) -> None:
    """It is as fresh as its last telling."""
    rule = InhibitConfig.model_validate(
        {"source_match": {"severity": "critical"}, "target_match": {"severity": "high"}, "for": "2h"}
    )
    desk = Desk(db, {"repeat_interval": "1d"}, inhibit=(rule,))
    desk.story(1, severity=Severity.CRITICAL)
    desk.tick(NOW + MINUTE)
    desk.story(0, at=NOW + 3 * HOUR)
    assert desk.tick(NOW + 4 * HOUR) == ["desk: [high] Two men met in Sirte"]


def test_a_muted_route_tells_everything_when_it_goes_on(db: Database) -> None:
    """Nothing is dropped."""
    noon = TimeIntervalConfig.model_validate(
        {"name": "noon", "time_intervals": [{"times": [{"start_time": "12:00", "end_time": "14:00"}]}]}
    )
    desk = Desk(db, {"mute_time_intervals": ["noon"]}, time_intervals={"noon": noon})
    desk.story(0)
    assert desk.tick(NOW + MINUTE) == []
    assert [g.due_at for g in desk.open()] == [NOW + 2 * HOUR]
    assert desk.tick(NOW + 2 * HOUR) == ["desk: [high] Two men met in Sirte"]


def test_what_is_over_the_limit_is_told_in_one_summary(db: Database) -> None:
    """Two an hour: the third and all after it wait until there is room, and none is missing."""
    desk = Desk(db, {}, throttle={"messages": 2, "per": "1h"})
    made = [desk.story(n, at=NOW + n * MINUTE) for n in range(7)]
    first = [line for n in range(1, 9) for line in desk.tick(NOW + n * MINUTE)]
    assert len(first) == 2
    (summary,) = desk.tick(NOW + 61 * MINUTE)
    assert summary.startswith("desk: [high] 5 more in the last hour: Two men met in ")
    with db.snapshot() as tx:
        assert all(alerts.last_sent(tx, "desk", story) for story in made)
    assert desk.open() == []


def test_the_loudest_do_not_wait(db: Database) -> None:
    """Where the throttle exempts them."""
    desk = Desk(db, {}, throttle={"messages": 1, "exempt": ["critical"]})
    desk.story(0)
    desk.story(1, severity=Severity.CRITICAL)
    assert len(desk.tick(NOW + MINUTE)) == 2


def acknowledge(db: Database, story: str, at: datetime) -> None:
    with db.transaction() as tx:
        silences.acknowledge(tx, story, author="ann", now=at)


def test_an_open_story_is_repeated_until_it_is_acknowledged(db: Database) -> None:
    """Only where the route asks for it."""
    desk = Desk(db, {"repeat_interval": "4h"})
    story = desk.story(0)
    desk.tick(NOW + MINUTE)
    assert desk.tick(NOW + 4 * HOUR) == []
    assert desk.tick(NOW + 4 * HOUR + MINUTE) == ["desk: [high] Two men met in Sirte"]
    assert [g.repeats for g in desk.open()] == [2]
    acknowledge(db, story, NOW + 5 * HOUR)
    assert desk.tick(NOW + 9 * HOUR) == []
    assert desk.open() == []


def test_a_story_that_is_over_is_not_repeated(db: Database) -> None:
    """A week after its last news."""
    desk = Desk(db, {"repeat_interval": "8d"})
    desk.story(0)
    desk.tick(NOW + MINUTE)
    assert desk.tick(NOW + 9 * DAY) == []
    assert desk.open() == []


def test_a_change_is_told_at_once_and_begins_the_wait_anew(db: Database) -> None:
    """There is one repetition, counted from the last telling; what was acknowledged before it is not covered."""
    desk = Desk(db, {"repeat_interval": "4h", "group_interval": "5m"})
    story = desk.story(0)
    desk.tick(NOW + MINUTE)
    acknowledge(db, story, NOW + 2 * MINUTE)
    desk.story(0, at=NOW + HOUR, side="courier")
    assert desk.tick(NOW + HOUR + 5 * MINUTE) == ["desk: [high] Update: Two men met in Sirte"]
    assert [(g.reason, g.due_at) for g in desk.open()] == [("repeat", NOW + 5 * HOUR + 5 * MINUTE)]
    assert len(desk.tick(NOW + 5 * HOUR + 5 * MINUTE)) == 1


ESCALATE = {"escalate": {"after": "1h", "to": "boss"}}


def test_what_nobody_acknowledged_is_told_to_another(db: Database) -> None:
    """Once, an hour later."""
    desk = Desk(db, ESCALATE)
    desk.story(0)
    desk.tick(NOW + MINUTE)
    assert desk.tick(NOW + HOUR) == []
    assert desk.tick(NOW + HOUR + MINUTE) == ["boss: [high] Two men met in Sirte"]
    assert desk.open() == []


def test_an_escalation_does_not_wait_for_the_mute_of_the_first_route(db: Database) -> None:
    """The one who is called has other hours."""
    later = TimeIntervalConfig.model_validate(
        {"name": "later", "time_intervals": [{"times": [{"start_time": "12:30", "end_time": "20:00"}]}]}
    )
    muted = {**ESCALATE, "mute_time_intervals": ["later"]}
    desk = Desk(db, muted, time_intervals={"later": later})
    desk.story(0)
    desk.tick(NOW + MINUTE)
    assert desk.tick(NOW + HOUR + MINUTE) == ["boss: [high] Two men met in Sirte"]


def test_a_mute_of_the_first_route_does_not_keep_a_story_from_who_is_called(db: Database) -> None:
    """At night the desk hears nothing until morning, and whoever is on duty an hour later; each once."""
    night = TimeIntervalConfig.model_validate(
        {"name": "night", "time_intervals": [{"times": [{"start_time": "09:00", "end_time": "18:00"}]}]}
    )
    desk = Desk(db, {**ESCALATE, "mute_time_intervals": ["night"]}, time_intervals={"night": night})
    desk.story(0)
    desk.story(1, severity=Severity.MEDIUM)
    assert desk.tick(NOW + MINUTE) == []
    assert desk.tick(NOW + HOUR + MINUTE) == ["boss: [high] Two men met in Sirte"]
    assert sorted(desk.tick(NOW + 12 * HOUR)) == [
        "desk: [high] Two men met in Sirte",
        "desk: [medium] Two men met in Ghat",
    ]
    assert desk.tick(NOW + 14 * HOUR) == []


def test_who_acknowledges_what_is_muted_is_not_called(db: Database) -> None:
    """On the desk it stands although nobody was told."""
    night = TimeIntervalConfig.model_validate(
        {"name": "night", "time_intervals": [{"times": [{"start_time": "09:00", "end_time": "18:00"}]}]}
    )
    desk = Desk(db, {**ESCALATE, "mute_time_intervals": ["night"]}, time_intervals={"night": night})
    story = desk.story(0)
    desk.tick(NOW + MINUTE)
    acknowledge(db, story, NOW + 2 * MINUTE)
    assert desk.tick(NOW + HOUR + MINUTE) == []


@pytest.mark.parametrize(
    ("severity", "acked", "told"),
    [
        pytest.param(Severity.HIGH, True, [], id="acknowledged"),
        pytest.param(Severity.MEDIUM, False, [], id="too quiet"),
        pytest.param(Severity.CRITICAL, False, ["boss: [critical] Two men met in Sirte"], id="loud and open"),
    ],
)
def test_who_is_called(db: Database, severity: Severity, acked: bool, told: list[str]) -> None:
    """High and louder, and nobody looks after it."""
    desk = Desk(db, ESCALATE)
    story = desk.story(0, severity=severity)
    desk.tick(NOW + MINUTE)
    if acked:
        acknowledge(db, story, NOW + 10 * MINUTE)
    assert desk.tick(NOW + HOUR + MINUTE) == told


def test_an_acknowledgement_survives_a_merge(db: Database) -> None:
    """The id that was acknowledged leads to the whole, which is neither escalated nor lost."""
    desk = Desk(db, ESCALATE)
    one, other = desk.story(0), desk.story(1)
    desk.tick(NOW + MINUTE)
    acknowledge(db, one, NOW + 2 * MINUTE)
    with db.transaction() as tx:
        assert merges.merge(tx, one, other, NOW + 3 * MINUTE)
    assert desk.tick(NOW + HOUR + MINUTE) == []
    assert desk.open() == []


def test_a_single_pass_does_not_hurry_what_is_not_news(db: Database) -> None:
    """`once` ends the waits of stories, not those of repetition and escalation."""
    desk = Desk(db, ESCALATE | {"repeat_interval": "4h"})
    desk.story(0)
    desk.tick(NOW + MINUTE)
    with db.transaction() as tx:
        assert alerts.hurry(tx, NOW + 2 * MINUTE) == 0


def test_a_new_rule_speaks_of_what_comes(db: Database) -> None:
    """A story of items that were seen before it waits for nobody; one new item of it, and it does."""
    desk = Desk(db, {})
    rules = {"envoys/named": "a"}
    with db.transaction() as tx:
        facts.note_rules(tx, rules, NOW - DAY)
        facts.note_rules(tx, {"envoys/named": "edited"}, NOW + MINUTE)
    desk.story(0)
    assert desk.open() == []
    desk.story(0, at=NOW + HOUR, side="courier")
    assert [group.reason for group in desk.open()] == ["new"]

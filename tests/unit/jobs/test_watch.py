"""The monitor says when it is blind or mute: once, together, to whom it should, and when it is over."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config import load as settings
from monitor.config.model import ReceiverConfig
from monitor.config.routes import RouteConfig, TimeIntervalConfig
from monitor.jobs.notices import Notices
from monitor.jobs.watch import SELDOM, Memory, Watcher, note, watch
from monitor.messages.templates import load
from monitor.model import Delivered, EventKind, Finding, Rejected
from monitor.model.matchers import parse
from monitor.store import events, facts, feeds, journal, outbox, receivers, silences
from monitor.store.database import Database
from monitor.timing import TICKS
from tests.support.stored import DAY, HOUR, MINUTE, NOW, feed, message, poll, promised, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

TEMPLATES = load(settings.bundled("templates"))
ROUTE = {
    "receiver": "desk",
    "routes": [{"match": {"event": ["disk-nearly-full"]}, "receiver": "ops", "group_wait": "0s"}],
}


class World:
    """A monitor with forty feeds, two receivers and a clock that the test moves."""

    def __init__(self, db: Database, data: Path) -> None:
        self.db, self.data, self.now = db, data, NOW
        self.own: list[Finding] = []
        self.route: dict[str, Any] = dict(ROUTE)
        self.intervals: list[TimeIntervalConfig] = []
        self.language = "en"
        #: ticks that were completed at another time than now, and receivers that nothing is handed to
        self.ticked: dict[str, datetime] = {}
        self.deaf: list[str] = []
        self.papers = [feed(f"paper-{n}") for n in range(40)]
        with db.transaction() as tx:
            feeds.sync(tx, self.papers, NOW, jitter=lambda: 0.0)
        self.settle(0, *range(40))

    def settle(self, failures: int, *numbers: int) -> None:
        """Let these feeds have failed so often."""
        with self.db.transaction() as tx:
            for n in numbers:
                fields = {"last_polled_at": self.now, "last_success_at": self.now, "last_new_at": self.now}
                now = state(self.papers[n], failures=failures, next_poll_at=self.now + DAY, **fields)
                feeds.settle(tx, poll(at=self.now, of=now, status="not-modified"))

    def due(self, at: datetime, *numbers: int) -> None:
        """Let these feeds be due since `at`."""
        with self.db.transaction() as tx:
            feeds.poll_now(tx, at, [self.papers[n].id for n in numbers])

    def promise(self, receiver: str) -> None:
        """Owe an alert to a receiver."""
        with self.db.transaction() as tx:
            outbox.enqueue(tx, receiver, promised(message()), self.now)

    def look(self, after: timedelta = timedelta()) -> int:
        self.now += after
        configured = {
            name: ReceiverConfig.model_validate(
                {"name": name, "webhook": {"url": "https://x.example"}, "language": self.language}
            )
            for name in ("desk", "ops")
        }
        self.work()
        return watch(
            Watcher(
                db=self.db,
                notices=Notices(templates=TEMPLATES, receivers=configured, root="desk"),
                settings=self.settings(configured),
                own=lambda: self.own,
                clock=lambda: self.now,
            )
        ).messages

    def work(self) -> None:
        """What the other jobs do meanwhile: their ticks, and deliveries to all but those who take nothing."""
        with self.db.transaction() as tx:
            for name in TICKS:
                facts.ticked(tx, name, self.ticked.get(name, self.now))
            for name in outbox.due(tx, self.now).keys() - set(self.deaf):
                while held := outbox.claim(tx, self.now, lease=HOUR, token="me", receiver=name):
                    outbox.settle(tx, held, Delivered(), None, self.now)

    def settings(self, configured: Mapping[str, ReceiverConfig]) -> settings.Settings:
        """As they would be read from a file."""
        made = settings.load(None, {"MONITOR_DATA": str(self.data)})
        said = {
            "receivers": tuple(configured.values()),
            "time_intervals": tuple(self.intervals),
            "route": RouteConfig.model_validate(self.route),
            "digests": (),
        }
        return replace(made, config=made.config.model_copy(update=said))

    def told(self) -> list[str]:
        """`receiver: subject` of everything promised, the oldest first."""
        with self.db.snapshot() as tx:
            lines = journal.lines(tx)
        return [f"{line.receiver}: {line.subject.removeprefix('[Notice] ')}" for line in reversed(lines)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Nothing is wrong yet."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    yield World(database, tmp_path)
    database.close()


def test_nothing_is_said_while_all_is_well(world: World) -> None:
    """No message, no event."""
    assert [world.look(), world.look(HOUR)] == [0, 0]


def test_forty_failing_feeds_are_one_message(world: World) -> None:
    """After the wait of a group; never again while they fail."""
    world.settle(3, *range(40))
    assert world.look() == 0
    assert world.look(MINUTE) == 1
    assert [world.look(MINUTE) for _ in range(15)] == [0] * 15

    assert world.told() == ["desk: 40 feeds are failing"]


def test_all_feeds_are_looked_through_every_few_minutes(world: World) -> None:
    """Not each minute; and at once when the clock was set back."""
    memory = Memory()
    with world.db.snapshot() as tx:
        assert memory.found(tx, NOW) == ()
    world.settle(3, *range(40))
    with world.db.snapshot() as tx:
        assert memory.found(tx, NOW + MINUTE) == ()
        assert len(memory.found(tx, NOW + SELDOM)) == 40
        assert len(memory.found(tx, NOW - HOUR)) == 40


def test_the_monitor_speaks_of_itself_in_its_readers_language(world: World) -> None:
    """Subject, head and kind of message."""
    world.language = "fr"
    world.settle(3, 1, 2)
    world.look()
    world.look(MINUTE)

    assert world.told() == ["desk: [Avis] 2 flux sont en panne"]


def test_its_end_is_told_to_those_who_heard_of_it(world: World) -> None:
    """Once it has rested."""
    world.settle(3, 1, 2)
    world.look()
    world.look(MINUTE)
    world.settle(0, 1, 2)
    assert world.look(9 * MINUTE) == 0
    assert [world.look(MINUTE) for _ in range(4)].count(1) == 1

    assert world.told()[-1] == "desk: Over: 2 feeds are failing"
    assert [world.look(HOUR), world.look(HOUR)] == [0, 0]


def test_flapping_is_one_event(world: World) -> None:
    """Well for five minutes, ill for five: told once, and its end once, at the end."""
    for n in range(20):
        world.settle(3 if n % 2 == 0 else 0, 1)
        world.look(5 * MINUTE)

    assert world.told() == ["desk: Feed paper-1 is failing"]


def test_what_passes_before_it_was_told_is_not_told(world: World) -> None:
    """A hiccup costs nobody's attention."""
    world.settle(3, 1)
    world.look()
    world.settle(0, 1)

    assert [world.look(MINUTE), world.look(HOUR), world.look(HOUR)] == [0, 0, 0]


def test_what_follows_waits_for_the_interval(world: World) -> None:
    """Ten minutes by default, then in one message."""
    world.settle(3, 1)
    world.look()
    world.look(MINUTE)
    world.settle(3, 2)
    world.settle(3, 3)
    assert [world.look(MINUTE) for _ in range(9)] == [0] * 9
    assert world.look(MINUTE) == 1

    assert world.told() == ["desk: Feed paper-1 is failing", "desk: 2 feeds are failing"]


def test_a_full_disk_goes_where_its_route_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, as the route asks."""
    full = SimpleNamespace(total=10**11, free=5 * 10**7)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)

    assert world.look() == 1
    assert world.told() == ["ops: The disk is nearly full"]


def test_a_stalled_job_is_told_but_not_while_it_catches_up(world: World) -> None:
    """One that has just begun may be behind."""
    world.ticked["prune"] = NOW - 8 * HOUR
    with world.db.transaction() as tx:
        facts.at_work(tx, NOW)
    assert world.look() == world.look(MINUTE) == world.look(57 * MINUTE) == 0

    assert world.look(2 * MINUTE) == 0
    assert world.look(MINUTE) == 1
    assert world.told() == ["desk: Prune has stalled"]


def test_polling_that_stands_still_is_told_and_so_is_its_end(world: World) -> None:
    """Ticks are completed all the while."""
    world.due(NOW, *range(40))
    assert [world.look(59 * MINUTE), world.look(MINUTE), world.look(MINUTE)] == [0, 0, 1]
    world.settle(0, *range(40))
    assert [world.look(MINUTE) for _ in range(20)].count(1) == 1

    assert world.told() == [
        "desk: No feed answers; polling stands still",
        "desk: Over: no feed answers; over: polling stands still",
    ]


def test_feeds_that_wait_while_others_are_polled_are_late(world: World) -> None:
    """It is told too, more quietly: something moves."""
    world.due(NOW, 1, 2)
    world.now += HOUR
    world.settle(0, *range(3, 40))
    world.look()
    world.look(MINUTE)

    assert world.told() == ["desk: Polling is late"]


@pytest.mark.parametrize(
    ("deaf", "told"),
    [
        pytest.param("ops", "desk: Lane ops stands still", id="as the route says"),
        pytest.param("desk", "ops: Lane desk stands still", id="never through the lane itself"),
    ],
)
def test_a_lane_that_stands_still_is_told_through_another(world: World, deaf: str, told: str) -> None:
    """A message about a lane that is stuck does not wait behind what is stuck there."""
    world.deaf = [deaf]
    world.promise(deaf)
    assert [world.look(59 * MINUTE), world.look(MINUTE), world.look(MINUTE)] == [0, 0, 1]
    assert world.told()[-1] == told

    world.deaf = []
    assert [world.look(MINUTE) for _ in range(20)].count(1) == 1
    assert world.told()[-1] == told.replace("Lane", "Over: lane")


def test_whoever_stands_in_hears_it_once(world: World) -> None:
    """Also where a route leads there as well."""
    both = [{"match": {"event": "any"}, "receiver": name, "continue": True} for name in ("desk", "ops")]
    world.route = {"receiver": "desk", "group_wait": "0s", "routes": both}
    world.deaf = ["desk"]
    world.promise("desk")
    world.look(HOUR)
    world.look(MINUTE)

    with world.db.snapshot() as tx:
        (notice,) = [line for line in journal.lines(tx) if line.receiver == "ops"]
        (event,) = events.unclosed(tx)
    assert notice.subject.endswith("Lane desk stands still")
    assert event.told_to == ("ops",)


def test_of_a_lane_that_was_told_of_no_more_is_said(world: World) -> None:
    """The deliverer said that nothing reaches it."""
    world.deaf = ["ops"]
    world.promise("ops")
    with world.db.transaction() as tx:
        receivers.note_notified(tx, "ops", "desk", NOW)

    assert [world.look(HOUR), world.look(MINUTE)] == [0, 0]


def test_a_monitor_that_has_nobody_else_to_tell_stays_silent(world: World) -> None:
    """An outage of its one channel would be told there when it is over."""
    world.deaf = ["desk"]
    world.promise("desk")
    with world.db.transaction() as tx:
        receivers.learn(tx, "ops", Rejected(reason="gone", suspend=True), None, NOW)
        receivers.note_notified(tx, "ops", "desk", NOW)

    assert [world.look(HOUR), world.look(MINUTE), world.look(MINUTE)] == [0, 0, 0]


def test_what_happened_for_a_moment_is_told_and_ends_in_silence(world: World) -> None:
    """The clock was set."""
    with world.db.transaction() as tx:
        note(tx, Finding(kind=EventKind.CLOCK_SET, detail="back by 3600 s"), NOW)
    assert world.look(MINUTE) == 1

    assert [world.look(HOUR), world.look(HOUR)] == [0, 0]
    with world.db.snapshot() as tx:
        assert events.unclosed(tx) == ()


def test_what_the_process_knows_is_told_too(world: World) -> None:
    """A database that refuses says the same louder than the tick that failed."""
    world.own = [
        Finding(kind=EventKind.DATABASE_REFUSED, detail="locked"),
        Finding(kind=EventKind.TICK_FAILED, subject="poll"),
    ]
    world.look()
    world.look(MINUTE)

    assert world.told() == ["desk: The database refused"]


@pytest.mark.parametrize(
    ("matchers", "told"),
    [
        pytest.param(["event=feed-failing", "feed=paper-1"], 0, id="it names the event"),
        pytest.param(["severity=medium"], 1, id="it is for stories"),
        pytest.param(["event=feed-failing", "feed=paper-2"], 1, id="another feed"),
    ],
)
def test_a_silence_holds_where_it_names_the_event(world: World, matchers: list[str], told: int) -> None:
    """Nobody mutes the monitor by the way."""
    with world.db.transaction() as tx:
        silences.add(
            tx,
            [parse(text) for text in matchers],
            author="ana",
            reason="maintenance",
            starts_at=NOW,
            ends_at=NOW + HOUR,
            now=NOW,
        )
    world.settle(3, 1)
    world.look()

    assert world.look(MINUTE) == told


def test_a_muted_route_waits(world: World) -> None:
    """And tells when the interval ends, if it still lasts."""
    noon = {"times": [{"start_time": "12:00", "end_time": "13:00"}]}
    world.intervals.append(TimeIntervalConfig.model_validate({"name": "noon", "time_intervals": [noon]}))
    world.route["mute_time_intervals"] = ["noon"]
    world.settle(3, 1)

    assert [world.look(), world.look(30 * MINUTE), world.look(30 * MINUTE)] == [0, 0, 1]


def test_a_receiver_that_was_removed_is_owed_nothing(world: World) -> None:
    """Its end is not kept for ever."""
    world.settle(3, 1)
    world.look()
    with world.db.transaction() as tx:
        (event,) = events.unclosed(tx)
        events.note_notified(tx, event, ["left"], NOW)
    world.settle(0, 1)
    world.look(HOUR)

    assert world.look(HOUR) == 0
    with world.db.snapshot() as tx:
        assert events.unnotified(tx) == ()

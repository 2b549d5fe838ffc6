"""What happens when a receiver takes nothing: it rests, another one is told, and it catches up without a storm."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.config import load as settings
from monitor.config.model import DeliveryConfig, ReceiverConfig
from monitor.jobs.deliver import Deliverer, deliver_due
from monitor.jobs.notices import Notices
from monitor.messages.templates import load
from monitor.model import Delivered, MessageKind, Rejected, TryLater
from monitor.store import journal, outbox, receivers
from monitor.store.database import Database
from tests.support.stored import DAY, HOUR, MINUTE, NOW, message, promised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Delivery, Outcome

TEMPLATES = load(settings.bundled("templates"))
REFUSED = Rejected(reason="HTTP 401")
DOWN = TryLater(reason="cannot connect", pause_receiver=True)


class Place:
    """A receiver that answers as told, and keeps what it took."""

    def __init__(self) -> None:
        self.answer: Outcome = Delivered()
        self.tried: list[Delivery] = []
        self.taken: list[Delivery] = []

    def send(self, delivery: Delivery, now: datetime) -> Outcome:
        self.tried.append(delivery)
        if isinstance(self.answer, Delivered):
            self.taken.append(delivery)
        return self.answer

    @property
    def subjects(self) -> list[str]:
        return [delivery.message.subject.removeprefix("[Notice] ") for delivery in self.taken]


class World:
    """Two receivers, `desk` and `siem`, and a clock that the test moves."""

    def __init__(self, db: Database, **config: object) -> None:
        self.db = db
        self.now = NOW
        self.desk, self.siem = Place(), Place()
        self.patience = DeliveryConfig.model_validate(config)
        self.receivers = {
            name: ReceiverConfig.model_validate(
                {"name": name, "webhook": {"url": "https://x.example"}} | more
            )
            for name, more in (("desk", {}), ("siem", {"fallback": "desk"}))
        }

    def promise(self, receiver: str, *subjects: str) -> list[str]:
        with self.db.transaction() as tx:
            return [outbox.enqueue(tx, receiver, promised(message(s)), self.now)[0] for s in subjects]

    def deliver(self, after: timedelta = timedelta()) -> Counter[str]:
        self.now += after
        return deliver_due(
            Deliverer(
                db=self.db,
                notifiers={"desk": self.desk, "siem": self.siem},
                clock=lambda: self.now,
                jitter=lambda: 0.5,
                stopping=lambda: False,
                notices=Notices(templates=TEMPLATES, receivers=self.receivers, root="desk"),
                patience=self.patience,
            )
        )

    def states(self) -> Counter[str]:
        with self.db.snapshot() as tx:
            return Counter(journal.counts(tx))

    def siem_state(self) -> receivers.ReceiverState:
        with self.db.snapshot() as tx:
            return next(r for r in receivers.states(tx) if r.name == "siem")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    yield database
    database.close()


@pytest.fixture
def world(db: Database) -> World:
    """With the patience that is the default."""
    return World(db)


# --- the breaker ------------------------------------------------------------------------------------------


def test_a_receiver_that_refuses_everything_is_suspended_and_loses_nothing(world: World) -> None:
    """What it refused waits for it, and what comes later is not spent on it."""
    world.promise("siem", *(f"alert {n}" for n in range(8)))
    world.siem.answer = REFUSED
    world.deliver()
    assert len(world.siem.tried) == 5, "not all eight"
    assert world.states() == {"pending": 8}
    assert "5 messages refused in a row, the last: HTTP 401" in world.siem_state().suspended_reason


def test_a_suspended_receiver_is_probed_with_what_it_has_not_seen(world: World) -> None:
    """One message an hour; as soon as one is taken, the rest follows."""
    world.promise("siem", *(f"alert {n}" for n in range(7)))
    world.siem.answer = REFUSED
    world.deliver()
    world.deliver(30 * MINUTE)
    assert len(world.siem.tried) == 5
    world.deliver(31 * MINUTE)
    assert [d.message.subject for d in world.siem.tried[5:]] == ["alert 5"]
    world.siem.answer = Delivered()
    world.deliver(61 * MINUTE)
    assert world.siem_state().suspended_at is None
    world.deliver(2 * HOUR)
    assert len(set(world.siem.subjects) & {f"alert {n}" for n in range(7)}) == 7


def test_what_a_suspended_receiver_is_owed_goes_out_as_soon_as_it_is_resumed(world: World) -> None:
    """Nobody waits for the next probe after mending it."""
    world.promise("siem", *(f"alert {n}" for n in range(7)))
    world.siem.answer = REFUSED
    world.deliver()
    world.siem.answer = Delivered()
    with world.db.transaction() as tx:
        receivers.resume(tx)
    world.deliver(MINUTE)
    assert sorted(world.siem.subjects) == [f"alert {n}" for n in range(7)]


def test_refusals_between_successes_suspend_nobody(world: World) -> None:
    """A bad message is the message's fault."""
    for n in range(12):
        world.promise("siem", f"alert {n}")
        world.siem.answer = REFUSED if n % 3 else Delivered()
        world.deliver()
    assert world.siem_state().suspended_at is None
    assert world.states() == {"rejected": 8, "delivered": 4}


def test_the_messages_of_a_receiver_that_was_removed_are_dead_letters(world: World) -> None:
    """They wait for nobody."""
    world.promise("gone", *(f"alert {n}" for n in range(8)))
    world.deliver()
    assert world.states() == {"rejected": 8}


# --- another one is told ----------------------------------------------------------------------------------


def test_a_suspension_is_told_to_the_fallback_once_and_so_is_its_end(world: World) -> None:
    """With the reason, what waits and what to do."""
    world.promise("siem", "[critical] Haftar in Moscow")
    world.siem.answer = Rejected(reason="HTTP 410", suspend=True)
    world.deliver()
    for _ in range(5):
        world.deliver(HOUR)
    assert world.desk.subjects == ["Receiver siem is suspended"]
    body = world.desk.taken[0].message.payload["body"]
    for said in ("HTTP 410", "[critical] Haftar in Moscow", "monitor deliveries retry"):
        assert said in body
    assert world.desk.taken[0].message.kind is MessageKind.NOTICE
    world.siem.answer = Delivered()
    with world.db.transaction() as tx:
        receivers.resume(tx)
    for _ in range(3):
        world.deliver(MINUTE)
    assert world.desk.subjects[1:] == ["Receiver siem works again"]


def test_the_next_suspension_is_told_again(world: World) -> None:
    """Once for each, not once for ever."""
    for _ in range(2):
        world.promise("siem", "alert")
        world.siem.answer = Rejected(reason="HTTP 410", suspend=True)
        world.deliver(), world.deliver(MINUTE)
        world.siem.answer = Delivered()
        with world.db.transaction() as tx:
            receivers.resume(tx)
        world.deliver(MINUTE), world.deliver(MINUTE)
    assert Counter(world.desk.subjects) == {"Receiver siem is suspended": 2, "Receiver siem works again": 2}


def test_a_receiver_that_nothing_reaches_is_told_of_without_being_suspended(world: World) -> None:
    """An hour of refused connections is as mute as a revoked hook; it is tried again by itself."""
    world.promise("siem", "alert")
    world.siem.answer = DOWN
    for _ in range(14):
        world.deliver(10 * MINUTE)
    (subject,) = world.desk.subjects
    assert subject.startswith("Nothing has reached receiver siem since")
    assert world.siem_state().suspended_at is None


def test_one_bad_message_long_ago_is_no_outage(world: World) -> None:
    """Nothing is owed, so nothing is known."""
    world.promise("siem", "alert")
    world.siem.answer = REFUSED
    for _ in range(30):
        world.deliver(HOUR)
    assert world.desk.subjects == []


def test_the_only_other_receiver_is_told_when_the_top_one_is_mute(world: World) -> None:
    """Whoever can still hear."""
    world.promise("desk", "alert")
    world.desk.answer = Rejected(reason="HTTP 410", suspend=True)
    world.deliver(), world.deliver(MINUTE)
    assert world.siem.subjects == ["Receiver desk is suspended"]


def test_an_outage_of_everything_is_told_to_nobody(world: World) -> None:
    """Nobody could hear it, and when it is over there is nothing to tell; the heartbeat is for that."""
    world.promise("desk", "alert")
    world.promise("siem", "alert")
    world.desk.answer = world.siem.answer = DOWN
    for _ in range(4):
        world.deliver(HOUR)
    world.desk.answer = world.siem.answer = Delivered()
    for _ in range(4):
        world.deliver(HOUR)
    assert (world.desk.subjects, world.siem.subjects) == (["alert"], ["alert"])


# --- catching up ------------------------------------------------------------------------------------------


def test_a_receiver_that_comes_back_gets_one_summary_not_a_storm(world: World) -> None:
    """The oldest is the probe, the list names every other one, and the journal knows where each was told."""
    ids = world.promise("siem", *(f"alert {n}" for n in range(40)))
    world.siem.answer = DOWN
    world.deliver()
    world.siem.answer = Delivered()
    world.deliver(3 * HOUR)
    probe, summary = world.siem.subjects
    assert probe == "alert 0"
    assert summary.startswith("39 messages could not be delivered between")
    body = world.siem.taken[1].message.payload["body"]
    assert [n for n in range(40) if f"alert {n}" in body] == list(range(1, 40))
    with world.db.snapshot() as tx:
        lines = {line.id: line for line in journal.lines(tx)}
    assert {lines[i].state for i in ids[1:]} == {"summarised"}
    assert {lines[i].last_error for i in ids[1:]} == {f"listed in {world.siem.taken[1].id}"}
    assert lines[ids[1]].settled_at == world.now
    with world.db.transaction() as tx:
        assert journal.retry(tx, world.now) == ()
        assert journal.retry(tx, world.now, [ids[1]]) == (ids[1],)
    world.deliver(MINUTE)
    assert world.siem.subjects[2:] == ["alert 1"], "whoever asks for one gets it whole"


def test_a_very_long_list_comes_in_parts(world: World) -> None:
    """None of them too large for a channel, and nothing is left out."""
    world.promise("siem", *(f"alert {n};" for n in range(1000)))
    world.siem.answer = DOWN
    world.deliver()
    world.siem.answer = Delivered()
    world.deliver(3 * HOUR)
    told = "".join(taken.message.subject + taken.message.payload["body"] for taken in world.siem.taken)
    assert len(world.siem.taken) == 6, "three lists, and the oldest alert before each"
    assert not [n for n in range(1000) if f"alert {n};" not in told]


def test_a_few_late_alerts_go_out_as_themselves(world: World) -> None:
    """Twenty at most."""
    world.promise("siem", *(f"alert {n}" for n in range(21)))
    world.siem.answer = DOWN
    world.deliver()
    world.siem.answer = Delivered()
    world.deliver(3 * HOUR)
    assert world.siem.subjects == [f"alert {n}" for n in range(21)]


def test_a_burst_of_new_alerts_is_no_backlog(world: World) -> None:
    """What is not late is not summarised here, however much it is."""
    world.promise("siem", *(f"alert {n}" for n in range(40)))
    world.deliver(10 * MINUTE)
    assert len(world.siem.subjects) == 40


def test_what_expired_is_listed_when_the_receiver_comes_back(world: World) -> None:
    """An alert of three days ago is not sent as news; it is not lost either."""
    world.promise("siem", "old 1", "old 2")
    world.siem.answer = DOWN
    world.deliver()
    world.deliver(3 * DAY)
    assert world.states()["expired"] == 2
    world.siem.answer = Delivered()
    world.promise("siem", "news")
    world.deliver(HOUR)
    news, summary = world.siem.taken
    assert news.message.subject == "news"
    assert all(f"old {n}" in summary.message.payload["body"] for n in (1, 2))
    assert world.states() == {"summarised": 2, "delivered": 3}, "with what the desk was told"
    world.promise("siem", "more news")
    world.deliver(HOUR)
    assert world.siem.subjects[2:] == ["more news"], "listed once"


def test_readers_of_one_receiver_catch_up_apart(world: World) -> None:
    """Two addresses: the list of the one is not the other's."""
    world.receivers["siem"] = ReceiverConfig.model_validate(
        {
            "name": "siem",
            "email": {
                "to": ["a@x.example", "b@x.example"], "from": "m@x.example", "smtp": {"host": "mail.example"},
            },
        }
    )  # fmt: skip
    for n in range(25):
        with world.db.transaction() as tx:
            pair = promised(message(f"a {n}", "a@x.example"), message(f"b {n}", "b@x.example"))
            outbox.enqueue(tx, "siem", pair, NOW)
    world.siem.answer = DOWN
    world.deliver()
    world.siem.answer = Delivered()
    world.deliver(3 * HOUR)
    got = {
        to: [d for d in world.siem.taken if d.message.recipient == to]
        for to in ("a@x.example", "b@x.example")
    }
    for reader, taken in got.items():
        assert len(taken) == 2, reader
        text = taken[1].message.payload["text"]
        assert f"{reader[0]} 24" in text
        assert f"{'b' if reader[0] == 'a' else 'a'} 24" not in text


def test_an_address_that_was_removed_gets_what_was_promised_to_it(world: World) -> None:
    """No list can be made for it, so nothing is taken off the outbox."""
    world.receivers["siem"] = ReceiverConfig.model_validate(
        {
            "name": "siem",
            "email": {"to": ["b@x.example"], "from": "m@x.example", "smtp": {"host": "mail.example"}},
        }
    )
    with world.db.transaction() as tx:
        for n in range(25):
            outbox.enqueue(tx, "siem", promised(message(f"a {n}", "a@x.example")), NOW)
    world.deliver(3 * HOUR)
    assert len(world.siem.taken) == 25


# --- patience ---------------------------------------------------------------------------------------------


def test_an_alert_is_tried_fast_then_slower_until_it_expires(world: World) -> None:
    """Nine times in the first hour, then once an hour; after 48 hours it is a dead letter."""
    world.promise("siem", "alert")
    world.siem.answer = TryLater(reason="HTTP 500")
    for _ in range(60):
        world.deliver(MINUTE)
    assert 7 <= len(world.siem.tried) <= 10
    for _ in range(50):
        world.deliver(HOUR)
    assert 40 <= len(world.siem.tried) <= 58
    assert world.states()["expired"] == 1

"""Digests from the store to the outbox: once for each reader, each in their own time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from monitor.config import load as settings
from monitor.config.model import DigestConfig, ReceiverConfig
from monitor.jobs.digest import INSTALLED, Digester, digest_due, send_now
from monitor.jobs.place import gather
from monitor.messages.templates import load
from monitor.model import Rejected, Severity
from monitor.store import facts, feeds, items, receivers
from monitor.store.database import Database
from monitor.store.tables_delivery import deliveries, digests
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, feed, match, poll
from tests.support.tellings import PEOPLE, met

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Contact

SMTP = {"host": "mail.example", "security": "none", "port": 25}
TEMPLATES = load(settings.bundled("templates"))


def mailed(name: str, *to: str, **more: Any) -> ReceiverConfig:
    said = {"to": list(to), "from": "monitor@x.example", "smtp": SMTP}
    return ReceiverConfig.model_validate({"name": name, "email": said, **more})


def hook(name: str = "desk", **more: Any) -> ReceiverConfig:
    return ReceiverConfig.model_validate({"name": name, "webhook": {"url": "https://x.example/"}, **more})


def series(name: str = "daily", *to: str, **more: Any) -> DigestConfig:
    return DigestConfig.model_validate({"series": name, "receivers": list(to) or ["desk"], **more})


@dataclass
class World:
    """A monitor that was installed at NOW (12:00 UTC on 1 March), with the stories that it is told."""

    db: Database
    series: list[DigestConfig] = field(default_factory=lambda: [series()])
    receivers: list[ReceiverConfig] = field(default_factory=lambda: [hook()])

    def tell(self, key: str, at: datetime, *contacts: Contact, severity: Severity = Severity.HIGH) -> None:
        entry = assessed(
            key, matches=(match(severity=severity),), contacts=contacts, title=f"Report {key} of the day",
            content=f"It is about {key}.", canonical_url=None, url=None,
        )  # fmt: skip
        with self.db.transaction() as tx:
            gather(tx, [entry], items.record(tx, poll(entry, at=at)), at, PRESS.outlets)

    def digester(self, now: datetime) -> Digester:
        return Digester(
            db=self.db, templates=TEMPLATES, receivers={r.name: r for r in self.receivers}, series=self.series,
            titles={}, judge=StoryJudge(PEOPLE, PRESS), public_url=None, clock=lambda: now,
        )  # fmt: skip

    def due(self, now: datetime) -> int:
        return digest_due(self.digester(now))

    def sent(self) -> list[dict[str, Any]]:
        """The bodies of webhooks, oldest first."""
        with self.db.snapshot() as tx:
            rows = tx.execute(deliveries.select().order_by(deliveries.c.seq)).mappings().all()
        return [json.loads(row["payload"]["body"])["data"] for row in rows if row["channel"] == "webhook"]

    def addressed(self) -> list[tuple[str, str]]:
        with self.db.snapshot() as tx:
            rows = tx.execute(deliveries.select().order_by(deliveries.c.seq)).mappings().all()
        return [(row["receiver"], row["recipient"]) for row in rows]

    def ledger(self) -> list[tuple[str, str, str, str]]:
        with self.db.snapshot() as tx:
            rows = tx.execute(digests.select().order_by(digests.c.id)).mappings().all()
        return [(row["series"], row["local_date"], row["receiver"], row["recipient"]) for row in rows]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A database with one feed."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as tx:
        facts.first(tx, INSTALLED, NOW.isoformat(), NOW)
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
    yield World(database)
    database.close()


def titles(body: dict[str, Any]) -> list[str]:
    return [story["title"] for story in body["stories"]]


def test_each_reader_is_told_each_story_once(world: World) -> None:
    """At seven, and not again on that day."""
    world.tell("one", NOW + HOUR)
    assert world.due(NOW + 18 * HOUR) == 0
    assert world.due(NOW + 19 * HOUR) == 1
    assert world.due(NOW + 20 * HOUR) == 0
    world.tell("two", NOW + 21 * HOUR)
    world.due(NOW + 43 * HOUR)
    assert [titles(body) for body in world.sent()] == [["Report one of the day"], ["Report two of the day"]]
    assert world.ledger() == [("daily", "2026-03-02", "desk", ""), ("daily", "2026-03-03", "desk", "")]


def test_a_late_digest_tells_what_came_in_the_meantime_once(world: World) -> None:
    """What was stored after its window's end and before it was made is in it, and not in the next."""
    world.tell("late", NOW + 20 * HOUR)
    world.due(NOW + 21 * HOUR)
    world.due(NOW + 43 * HOUR)
    assert [titles(body) for body in world.sent()] == [["Report late of the day"], []]


def test_several_series_have_their_own_ledgers(world: World) -> None:
    """The brief of the hour, the day and the week tell the same story, each once."""
    world.series = [series(), series("hourly", every="1h"), series("weekly", days="mon", at="08:00")]
    world.tell("one", NOW + 10 * MINUTE)
    for hours in range(1, 45):
        world.due(NOW + hours * HOUR)
    told = [(body["series"], body["date"], body["time"], titles(body)) for body in world.sent()]
    assert told == [
        ("hourly", "2026-03-01", "13:00", ["Report one of the day"]),
        ("daily", "2026-03-02", "", ["Report one of the day"]),
        ("weekly", "2026-03-02", "", ["Report one of the day"]),
        ("daily", "2026-03-03", "", []),
    ]
    assert sum(name == "hourly" for name, *_ in world.ledger()) == 44


def test_readers_of_one_series_read_in_their_own_zones(world: World) -> None:
    """Seven o'clock in New York is noon in London; neither hears of it at the other's time."""
    world.series = [series("daily", "desk", "york")]
    world.receivers = [hook(timezone="Europe/London"), hook("york", timezone="America/New_York")]
    world.due(NOW + 19 * HOUR)
    assert world.addressed() == [("desk", "")]
    world.due(NOW + 24 * HOUR)
    assert world.addressed() == [("desk", ""), ("york", "")]
    assert [body["until"][11:16] for body in world.sent()] == ["07:00", "12:00"]


def test_an_address_of_two_receivers_gets_one_digest(world: World) -> None:
    """The ledger has a row for each of them."""
    world.series = [series("daily", "analysts", "leads")]
    world.receivers = [
        mailed("analysts", "a@x.example", "b@x.example"),
        mailed("leads", "b@x.example", "c@x.example"),
    ]
    assert world.due(NOW + 19 * HOUR) == 3
    assert world.addressed() == [
        ("analysts", "a@x.example"), ("analysts", "b@x.example"), ("leads", "c@x.example"),
    ]  # fmt: skip
    assert [row[2:] for row in world.ledger()] == [
        ("analysts", ""), ("analysts", "a@x.example"), ("analysts", "b@x.example"),
        ("leads", ""), ("leads", "c@x.example"),
    ]  # fmt: skip


def test_what_was_told_before_comes_as_an_update(world: World) -> None:
    """A plan told yesterday took place today: after the new story, with the change in words."""
    world.tell("plan", NOW + HOUR, met("planned"))
    world.due(NOW + 19 * HOUR)
    world.tell("fresh", NOW + 21 * HOUR)
    with world.db.transaction() as tx:
        known = tx.execute(items.items.select()).mappings().first()
        assert known is not None
        entry = assessed("met", matches=(match(),), contacts=(met(),), title="They met", content="It took place.",
                         canonical_url=None, url=None)  # fmt: skip
        (new,) = items.record(tx, poll(entry, at=NOW + 22 * HOUR))
        tx.execute(items.items.update().where(items.items.c.id == new).values(story_id=known["story_id"]))
    world.due(NOW + 43 * HOUR)
    told = {story["title"]: story for story in world.sent()[1]["stories"]}
    assert [s["news"] for s in world.sent()[1]["stories"]] == ["new", "changed"]
    changed = next(s for s in told.values() if s["news"] == "changed")
    assert [c["kind"] for c in changed["changes"]] == ["status"]
    (contact,) = world.sent()[1]["contacts"]
    assert [step["status"] for step in contact["history"]] == ["planned", "happened"]


@pytest.mark.parametrize(("empty", "sent"), [("send", 1), ("skip", 0), ("only-when-unhealthy", 0)])
def test_an_empty_day_goes_out_as_configured(world: World, empty: str, sent: int) -> None:
    """Skipped or not, it is over: the next window begins after it."""
    with world.db.transaction() as tx:
        items.record(tx, poll(at=NOW + 18 * HOUR))
    world.series = [series(empty=empty)]
    assert world.due(NOW + 19 * HOUR) == sent
    assert len(world.ledger()) == 1


def test_a_suspended_receiver_is_a_reason_to_write_on_an_empty_day(world: World) -> None:
    """The reader of the other one learns of it."""
    with world.db.transaction() as tx:
        receivers.learn(tx, "siem", Rejected(reason="410 Gone", suspend=True), None, NOW)
    world.series = [series(empty="only-when-unhealthy")]
    assert world.due(NOW + 19 * HOUR) == 1
    (body,) = world.sent()
    assert [(n["state"], n["rows"][0]["name"]) for n in body["coverage"]["notices"]] == [
        ("suspended", "siem")
    ]


def test_a_trend_begins_with_the_installation(world: World) -> None:
    """Days before it are not counted as silent, nor is the part of the first; of few days nothing is said."""
    for day in range(5):
        world.tell(f"day{day}", NOW + day * DAY)
        world.due(NOW + day * DAY + 19 * HOUR)
    assert [len(body["trend"]) for body in world.sent()] == [0, 0, 0, 0, 4]
    assert world.sent()[-1]["trend"][-1] == 1


def test_a_digest_asked_for_now_is_one_of_its_day(world: World) -> None:
    """`monitor once --digest`: not twice, and the regular one does not repeat it."""
    world.tell("one", NOW + HOUR)
    assert send_now(world.digester(NOW + 2 * HOUR)) == 1
    assert send_now(world.digester(NOW + 3 * HOUR)) == 0
    assert world.due(NOW + 19 * HOUR) == 1
    assert [titles(body) for body in world.sent()] == [["Report one of the day"], []]


@pytest.mark.parametrize(
    ("given", "days"),
    [
        pytest.param({}, 2, id="daily"),
        pytest.param({"days": ["mon"]}, 8, id="weekly"),
        pytest.param({"every": "6h", "empty": "send"}, 1.25, id="briefs"),
    ],
)
def test_a_digest_is_of_use_until_the_next_one_and_a_day(world: World, given: Any, days: float) -> None:
    """Then it is a dead letter: its reader has newer ones."""
    world.series = [series("daily", at="07:00", **given)]
    monday = NOW + DAY - 5 * HOUR
    assert world.due(monday) == 1
    with world.db.snapshot() as tx:
        (ends,) = tx.execute(select(deliveries.c.expires_at)).scalars()
    assert ends == monday + days * DAY

"""Days that are not 24 hours long, and clocks that are wrong, through the real digest job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from monitor.config.model import DigestConfig
from monitor.jobs import digest as digesting
from monitor.jobs.groups import open_groups
from monitor.store import digests, facts
from monitor.timing import TICKS
from tests.support.faults import monitor, parts_of, with_config
from tests.support.slackhook import Hook, Reply
from tests.support.stored import assessed, match, told

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.parts import Parts
    from monitor.store.digests import LedgerRow
    from tests.support.faults import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The parts that all tests share."""
    return parts_of(tmp_path_factory.mktemp("parts"), [])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def with_digest(base: Parts, **said: Any) -> Parts:
    """`base` with one series for the receiver `other`."""
    series = DigestConfig.model_validate({"series": "daily", "receivers": ["other"], "empty": "send", **said})
    return with_config(base, digests=(series,))


def ledger(world: World) -> list[LedgerRow]:
    """Every digest of the series, as it was written."""
    with world.app.db.snapshot() as tx:
        columns = ", ".join(digests._FIELDS)
        rows = tx.exec_driver_sql(f"SELECT {columns} FROM digests ORDER BY id").mappings().all()
    times = ("since", "until", "created_at")
    return [digests.LedgerRow(**{**row, **{t: utc(row[t]) for t in times}}) for row in rows]


def matched(world: World, name: str) -> None:
    """An item that matched just now, a story of its own."""
    with world.app.db.transaction() as tx:
        told(tx, f"s-{name}", assessed(f"guid:{name}", matches=(match(),), title=name), at=world.clock())


def each_is_told_once(rows: list[LedgerRow]) -> None:
    """Every match number is in the digest of exactly one row."""
    numbers = [n for row in rows for n in range(row.since_seq + 1, row.until_seq + 1)]
    assert numbers == list(range(1, len(numbers) + 1))


DAYS = [
    pytest.param("Africa/Tripoli", "01:30", "2012-11-08T23:30 2012-11-09T23:30 2012-11-11T00:30", id="Tripoli, 10 November 2012: an hour twice"),
    pytest.param("Africa/Tripoli", "01:30", "2013-03-28T00:30 2013-03-29T00:00 2013-03-29T23:30", id="Tripoli, 29 March 2013: an hour left out"),
    pytest.param("Africa/Tripoli", "02:30", "2013-10-24T00:30 2013-10-25T00:30 2013-10-26T00:30", id="Tripoli, 25 October 2013: the change that was called off"),
    pytest.param("Europe/Rome", "02:30", "2026-03-28T01:30 2026-03-29T01:00 2026-03-30T00:30", id="Rome, spring"),
    pytest.param("Europe/Rome", "02:30", "2026-10-24T00:30 2026-10-25T00:30 2026-10-26T01:30", id="Rome, autumn"),
    pytest.param("Africa/Cairo", "00:30", "2026-04-22T22:30 2026-04-23T22:00 2026-04-24T21:30", id="Cairo, spring: no midnight"),
    pytest.param("Africa/Cairo", "23:30", "2026-10-28T20:30 2026-10-29T20:30 2026-10-30T21:30", id="Cairo, autumn: the hour before midnight twice"),
    pytest.param("America/New_York", "02:15", "2026-03-07T07:15 2026-03-08T07:00 2026-03-09T06:15", id="New York, spring"),
    pytest.param("America/New_York", "01:15", "2026-10-31T05:15 2026-11-01T05:15 2026-11-02T06:15", id="New York, autumn"),
    pytest.param("Africa/Tripoli", "07:00", "2028-02-28T05:00 2028-02-29T05:00 2028-03-01T05:00", id="leap day"),
    pytest.param("Africa/Tripoli", "07:00", "2026-12-31T05:00 2027-01-01T05:00 2027-01-02T05:00", id="year end"),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "at", "expected"), DAYS)
def test_one_digest_on_each_local_date(
    zone: str, at: str, expected: str, base: Parts, tmp_path: Path
) -> None:
    """Not a minute early, at its minute, once; windows meet, and each item is in one of them."""
    due = [utc(text) for text in expected.split()]
    with monitor(tmp_path, with_digest(base, at=at, timezone=zone), now=due[0] - 3 * HOUR) as world:
        sent = []
        for number, moment in enumerate(due):
            matched(world, f"news {number}")
            while world.clock() < moment - HOUR:
                world.clock.later(HOUR)
                assert world.app.digest() == 0
            world.clock.now = moment - MINUTE
            assert world.app.digest() == 0
            world.clock.now = moment
            sent.append(world.app.digest())
            assert world.app.digest() == 0
        rows = ledger(world)
    assert sent == [1, 1, 1]
    assert [row.until for row in rows] == due
    assert len({row.local_date for row in rows}) == 3
    assert all(a.until == b.since for a, b in pairwise(rows))
    each_is_told_once(rows)
    assert rows[-1].until_seq == 3


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([15 * HOUR, -15 * HOUR], id="15 hours forward, then right again"),
        pytest.param([-15 * HOUR, 15 * HOUR], id="15 hours back, then right again"),
        pytest.param([5 * 365 * DAY, -5 * 365 * DAY], id="five years forward, then right again"),
        pytest.param([-3 * DAY], id="three days back, for good"),
        pytest.param([2 * HOUR, -2 * HOUR] * 3, id="to and fro"),
    ],
)
def test_a_wrong_clock_repeats_no_item_and_loses_none(
    steps: list[timedelta], base: Parts, tmp_path: Path
) -> None:
    """Whatever the clock says meanwhile: each item is in exactly one digest, and no local date has two."""
    noon = utc("2026-03-04T12:00")
    with monitor(tmp_path, with_digest(base, at="13:00", timezone="UTC"), now=noon) as world:
        for number, step in enumerate(steps):
            for part in range(3):
                matched(world, f"news {number}-{part}")
                world.clock.later(40 * MINUTE)
                world.app.digest()
            world.clock.later(step)
            world.app.repair_clock()
            world.app.digest()
        for _ in range(10):
            world.clock.later(DAY)
            world.app.digest()
        rows = ledger(world)
    each_is_told_once(rows)
    assert rows[-1].until_seq == 3 * len(steps)
    assert len({row.local_date for row in rows}) == len(rows)
    assert [row.local_date for row in rows[-3:]] == sorted(row.local_date for row in rows[-3:])


def test_a_digest_that_went_out_is_not_made_again_at_each_tick(
    base: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger row from next week makes today's digest look due; that the ledger has it is seen before any work."""
    made: list[str] = []
    real = digesting.make

    def counted(*args: Any) -> Any:
        made.append(args[-1].key)
        return real(*args)

    monkeypatch.setattr(digesting, "make", counted)
    noon = utc("2026-03-04T12:00")
    with monitor(tmp_path, with_digest(base, at="07:00", timezone="UTC"), now=noon - DAY) as world:
        for step in (DAY, 7 * DAY, -7 * DAY, MINUTE, MINUTE, MINUTE):
            world.clock.later(step)
            world.app.digest()
    assert made == ["2026-03-04", "2026-03-11"]


@pytest.mark.parametrize("restart", [False, True], ids=["while it runs", "while it is down"])
def test_a_retry_does_not_wait_for_the_hour_that_the_clock_had_shown(
    restart: bool, base: Parts, tmp_path: Path, database_url: str
) -> None:
    """Set back by fifteen hours: the message goes out after its wait of seconds, not the next day."""
    with Hook(Reply(500, "busy"), Reply()) as hook:
        parts = parts_of(
            tmp_path / "files",
            [{"name": "there", "slack": {"webhook_url": hook.url}}],
            polling={"allow_networks": ["127.0.0.0/8"], "allow_ports": [hook.port]},
        )
        with monitor(tmp_path, parts, database=database_url) as world:
            (delivery,) = world.promise("there", "slack")
            world.app.deliver()
            assert world.line(delivery).state == "pending"
            moment = world.clock()
            if not restart:
                world.clock.later(-15 * HOUR)
                assert world.app.repair_clock() == 15 * HOUR
        with monitor(tmp_path, parts, database=database_url, now=moment - 15 * HOUR + MINUTE) as world:
            world.app.repair_clock()
            world.app.deliver()
            # down, nobody saw when the clock was set: the wait counts from the last tick
            assert world.line(delivery).state == ("pending" if restart else "delivered")
            world.clock.later(HOUR)
            world.app.deliver()
            assert world.line(delivery).state == "delivered"
    assert len(hook.requests) == 2


def test_ticks_of_the_future_do_not_hide_a_stall(base: Parts, tmp_path: Path, database_url: str) -> None:
    """After the clock was set back, `health` sees again when a tick is late."""
    with monitor(tmp_path, base, database=database_url) as world:
        for name in TICKS:
            if name not in ("poll", "prune"):
                getattr(world.app, name)()
        world.clock.later(-15 * HOUR)
        world.app.repair_clock()
        world.clock.later(2 * HOUR)
        with world.app.db.snapshot() as tx:
            assert all(at <= world.clock() for at in facts.ticks(tx).values())


def test_an_alert_that_a_wrong_clock_let_expire_is_told_all_the_same(
    tmp_path: Path, database_url: str
) -> None:
    """Five years forward while its receiver is down: once both are right again, a summary lists it."""
    with Hook(Reply(500, "busy")) as hook:
        parts = parts_of(
            tmp_path / "files",
            [{"name": "there", "slack": {"webhook_url": hook.url}}],
            route={"receiver": "there", "group_wait": "0s"},
            polling={"allow_networks": ["127.0.0.0/8"], "allow_ports": [hook.port]},
        )
        with monitor(tmp_path, parts, database=database_url) as world:
            alert(world, "s-1", "Envoy in Sirte")
            world.clock.later(5 * 365 * DAY)
            world.app.deliver()
            world.clock.later(-5 * 365 * DAY)
            world.app.repair_clock()
            hook.answers = [Reply()]
            hook.requests.clear()
            alert(world, "s-2", "Patrushev in Tobruk")
            world.clock.later(3 * HOUR)
            world.app.deliver()
            world.clock.later(HOUR)
            world.app.deliver()
        said = [request.body.decode() for request in hook.requests]
    assert [sum("Envoy in Sirte" in text for text in said), sum("Tobruk" in text for text in said)] == [1, 1]


def alert(world: World, story: str, title: str) -> None:
    """A story that matched, its alert, and a try to deliver it."""
    parts = world.app.parts
    with world.app.db.transaction() as tx:
        told(tx, story, assessed(f"guid:{story}", matches=(match(),), title=title), at=world.clock())
        open_groups(tx, [story], parts.settings.route, judge=parts.judge, now=world.clock())
    assert world.app.alert() == 1
    world.app.deliver()

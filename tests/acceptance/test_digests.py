"""Digests over a week in which the clocks change and the monitor is down for three days, as their readers get them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from monitor.app import App
from monitor.config import load
from monitor.feeds.worker import Worker
from monitor.jobs.place import gather
from monitor.parts import build
from monitor.store import items
from monitor.store.database import Database
from tests.support.press import PRESS
from tests.support.stored import assessed, feed, match, poll, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 27, 12, tzinfo=UTC)
#: Rome leaves out 02:30 on the 29th; Tripoli has no summer time
CONFIG = """
data: {folder}/data
feeds: {folder}/feeds.yaml
receivers:
- {{name: desk, file: {{path: {folder}/desk}}}}
- {{name: rome, timezone: Europe/Rome, file: {{path: {folder}/rome}}}}
digests:
- {{series: daily, at: "02:30", timezone: Africa/Tripoli, receivers: [desk, rome]}}
- {{series: weekly, days: mon, at: "08:00", timezone: Europe/Rome, receivers: [desk]}}
- {{series: hourly, every: 6h, between: ["06:00", "18:00"], at: "06:00", receivers: [rome]}}
"""
FEEDS = "feeds:\n- {id: gazette, url: https://gazette.example/rss, title: Gazette, language: en, side: independent}\n"


@dataclass
class Week:
    """A monitor with a clock that the test sets, which is told a story every eight hours."""

    app: App
    now: datetime = START
    told: int = 0

    def hour(self, *, running: bool = True) -> None:
        """An hour passes; a monitor that runs polls and makes its digests."""
        self.now += HOUR
        if running and self.now.hour % 8 == 0:
            self.tell()
        if running:
            self.app.digest()
            self.app.deliver()

    def tell(self) -> None:
        """A story of its own, told by one feed."""
        self.told += 1
        entry = assessed(
            f"guid:{self.told}", matches=(match(),), title=f"Envoys, part {self.told}", content="They came.",
            url=None, canonical_url=None,
        )  # fmt: skip
        found = state(feed(), next_poll_at=self.now + HOUR, last_polled_at=self.now, last_success_at=self.now)
        with self.app.db.transaction() as tx:
            gather(tx, [entry], items.record(tx, poll(entry, at=self.now, of=found)), self.now, PRESS.outlets)


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    """Everything that the daemon has, but for its clock."""
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    (tmp_path / "monitor.yaml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    found = load.load(tmp_path / "monitor.yaml", {})
    db = Database.open(found.database)
    made: list[Week] = []
    with Worker() as worker:
        clock = lambda: made[0].now if made else START  # noqa: E731
        app = App(build(found), db, worker, stopping=lambda: False, clock=clock, jitter=lambda: 0.0)
        made.append(Week(app))
        app.sync_feeds()
        yield made[0]
    db.close()


def received(folder: Path, series: str) -> list[dict[str, Any]]:
    """The digests of a series that lie in a folder, oldest first."""
    found = sorted(folder.glob(f"*-digest-{series}-*.json"))
    return [json.loads(path.read_text(encoding="utf-8"))["data"] for path in found]


def spans(bodies: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(body["date"], body["until"][:16], body["missed"]) for body in bodies]


def parts(bodies: list[dict[str, Any]]) -> list[int]:
    """The stories of all digests, in the order of their numbers."""
    return sorted(int(story["title"].rsplit(" ", 1)[1]) for body in bodies for story in body["stories"])


def test_a_week_with_a_change_of_clocks_and_three_days_of_silence(week: Week, tmp_path: Path) -> None:
    """Every story once in each series, windows that tile, one digest for what was missed, which says so."""
    for _ in range(54):  # to the evening of the 29th
        week.hour()
    for _ in range(73):
        week.hour(running=False)
    for _ in range(8):
        week.hour()

    desk, rome = received(tmp_path / "desk", "daily"), received(tmp_path / "rome", "daily")
    assert spans(desk) == [
        ("2026-03-28", "2026-03-28T00:30", 0),
        ("2026-03-29", "2026-03-29T00:30", 0),
        ("2026-04-01", "2026-04-01T00:30", 2),
        ("2026-04-02", "2026-04-02T00:30", 0),
    ]
    assert spans(rome) == [
        ("2026-03-28", "2026-03-28T01:30", 0),
        ("2026-03-29", "2026-03-29T01:00", 0),
        ("2026-04-01", "2026-04-01T00:30", 2),
        ("2026-04-02", "2026-04-02T00:30", 0),
    ]
    weekly, briefs = received(tmp_path / "desk", "weekly"), received(tmp_path / "rome", "hourly")
    assert spans(weekly) == [("2026-03-30", "2026-03-30T06:00", 0)]
    assert [(body["date"], body["time"]) for body in briefs] == [
        ("2026-03-27", "18:00"), ("2026-03-28", "06:00"), ("2026-03-28", "12:00"), ("2026-03-28", "18:00"),
        ("2026-03-29", "06:00"), ("2026-03-29", "12:00"), ("2026-03-29", "18:00"),
    ]  # fmt: skip

    everything = list(range(1, week.told + 1))
    for bodies in (desk, rome):
        assert parts(bodies) == everything
        for before, after in pairwise(bodies):
            assert before["until"] == after["since"]
    assert "(covers 2 earlier briefings)" in desk[2]["subject"]


def test_asking_more_often_sends_nothing_more(week: Week, tmp_path: Path) -> None:
    """The ledger decides, not what the process remembers."""
    for _ in range(30):
        week.hour()
        week.app.digest()
        week.app.deliver()
    assert [body["date"] for body in received(tmp_path / "desk", "daily")] == ["2026-03-28"]
    assert len(received(tmp_path / "rome", "hourly")) == len(
        {b["since"] for b in received(tmp_path / "rome", "hourly")}
    )

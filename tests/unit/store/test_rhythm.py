"""How much a feed usually brings is read from its polls."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.config.model import PollingConfig
from monitor.store import feeds, items, polls
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, poll, state

if TYPE_CHECKING:
    from sqlalchemy import Connection


def brought(tx: Connection, *counts: int, flood_at: int | None = None) -> None:
    """One poll an hour from NOW on, each with so many new items."""
    for hour, count in enumerate(counts):
        entries = [assessed(f"{hour}-{n}") for n in range(count)]
        items.record(tx, poll(*entries, at=NOW + hour * HOUR, flood=hour == flood_at))


def expected(tx: Connection, hours: int, silent_for: int) -> float | None:
    """What `silent_for` hours would bring after polls over `hours`."""
    last = NOW + hours * HOUR
    return polls.expected_new(tx, state(last_success_at=last), last + silent_for * HOUR)


def test_the_backlog_is_no_rhythm(tx: Connection) -> None:
    """Forty entries of the first poll say nothing about the two an hour that follow."""
    brought(tx, 40, 2, 2, 2, 2)
    assert expected(tx, 4, 3) == 6.0


def test_a_flood_is_no_rhythm(tx: Connection) -> None:
    """Else the second flood would look usual."""
    brought(tx, 1, 1, 1, 30, 1, 1, flood_at=3)
    found = expected(tx, 5, 5)
    assert found is not None
    assert found < 6


def test_few_polls_are_no_rhythm(tx: Connection) -> None:
    """Nothing is known, so nothing is called a flood; failed polls do not count."""
    brought(tx, 1, 1, 1, 1)
    feeds.settle(tx, poll(at=NOW + 4 * HOUR, status="failed"))
    assert expected(tx, 4, 1) is None
    assert polls.expected_new(tx, state(last_success_at=None), NOW + 5 * HOUR) is None


@pytest.mark.parametrize(
    ("waits", "failures", "asked_again"),
    [
        pytest.param(24 * HOUR, 0, timedelta(minutes=15), id="its own interval: cut"),
        pytest.param(46 * HOUR, 0, 46 * HOUR, id="longer than its interval: the publisher asked for it"),
        pytest.param(24 * HOUR, 2, 24 * HOUR, id="it fails"),
    ],
)
def test_a_feed_of_an_older_monitor_is_learnt_from_its_items(
    tx: Connection, waits: timedelta, failures: int, asked_again: timedelta
) -> None:
    """Ten items a day at an interval of a day: after the start it is asked for like any other."""
    dates = [NOW - DAY * (n + n * 0.618034 % 1 + 0.1) / 10 for n in range(140)]
    entries = [assessed(f"guid:{n}", published_at=at) for n, at in enumerate(dates)]
    old = state(
        interval=24 * HOUR,
        last_success_at=NOW,
        last_polled_at=NOW,
        next_poll_at=NOW + waits,
        failures=failures,
    )
    items.record(tx, poll(*entries, of=old))
    polls.catch_up(tx, PollingConfig(), NOW)
    polls.catch_up(tx, PollingConfig(), NOW)
    found = feeds.get(tx, "gazette")
    assert found is not None
    assert found.rhythm is not None
    assert found.rhythm.window == 140
    assert abs(found.interval - timedelta(minutes=15)) < 2 * MINUTE
    assert abs(found.next_poll_at - NOW - asked_again) < 2 * MINUTE

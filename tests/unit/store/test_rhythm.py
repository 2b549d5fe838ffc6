"""How much a feed usually brings is read from its polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.store import feeds, items, rhythm
from tests.support.stored import HOUR, NOW, assessed, poll, state

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
    return rhythm.expected_new(tx, state(last_success_at=last), last + silent_for * HOUR)


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
    assert rhythm.expected_new(tx, state(last_success_at=None), NOW + 5 * HOUR) is None

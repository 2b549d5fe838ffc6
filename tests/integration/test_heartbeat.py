"""The dead-man switch is pinged while work goes on, and stays away when the monitor is blind or mute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.store import facts, feeds, receivers
from monitor.timing import BY_DUE, BY_RHYTHM
from tests.support.faults import monitor, parts_of
from tests.support.slackhook import Hook
from tests.support.stored import DAY, HOUR, MINUTE, feed, poll, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from pathlib import Path

    from tests.support.faults import World

HOURS = 9 * HOUR


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A monitor at work for a day, whose feed was polled just now, with a switch to ping."""
    with Hook() as hook:
        parts = parts_of(
            tmp_path / "files",
            [{"name": "desk", "webhook": {"url": hook.url}}],
            heartbeat={"url": hook.url},
            polling={"allow_networks": ["127.0.0.0/8"], "allow_ports": [hook.port]},
        )
        with monitor(tmp_path, parts) as made:
            ticked(made)
            with made.app.db.transaction() as tx:
                facts.at_work(tx, made.clock() - DAY)
                settled = state(feed(), next_poll_at=made.clock() + 2 * DAY, last_success_at=made.clock())
                feeds.settle(tx, poll(of=settled, at=made.clock(), status="not-modified"))
            yield made


def ticked(world: World) -> None:
    with world.app.db.transaction() as tx:
        for name in (*BY_DUE, *BY_RHYTHM):
            facts.ticked(tx, name, world.clock())


def well(_world: World) -> None:
    """Nothing is due."""


def a_lane_is_stuck(world: World) -> None:
    """Nothing that desk is owed goes out."""
    world.promise("desk", "webhook")


def another_was_told(world: World) -> None:
    """It is stuck, and the other receiver knows."""
    a_lane_is_stuck(world)
    with world.app.db.transaction() as tx:
        receivers.note_notified(tx, "desk", "other", world.clock())


def a_feed_waits(world: World) -> None:
    """It is due, and nothing is polled."""
    with world.app.db.transaction() as tx:
        feeds.poll_now(tx, world.clock())


@pytest.mark.parametrize(
    ("trouble", "after", "pinged"),
    [
        pytest.param(well, HOURS, True, id="nothing is due"),
        pytest.param(a_lane_is_stuck, 59 * MINUTE, True, id="a lane is behind"),
        pytest.param(a_lane_is_stuck, HOURS, False, id="a lane is stuck"),
        pytest.param(another_was_told, HOURS, True, id="a lane is stuck and somebody knows"),
        pytest.param(a_feed_waits, HOURS, False, id="nothing is polled"),
    ],
)
def test_the_heartbeat_is_withheld_while_work_stands_still(
    world: World, trouble: Callable[[World], None], after: timedelta, pinged: bool
) -> None:
    """Whatever ticks."""
    trouble(world)
    world.clock.later(after)
    ticked(world)

    assert world.app.heartbeat() is pinged


def test_a_watcher_that_hangs_withholds_it(world: World) -> None:
    """The other threads of the process may go on."""
    world.clock.later(12 * MINUTE)

    assert not world.app.heartbeat()


def test_after_a_long_stop_there_is_time_to_catch_up(world: World) -> None:
    """Until `tell_after` from the start; one more start beside it gives no more."""
    a_feed_waits(world)
    world.clock.later(HOURS)
    world.app.begin()
    ticked(world)
    assert world.app.heartbeat()

    world.clock.later(HOUR)
    ticked(world)
    world.app.begin()
    assert not world.app.heartbeat()


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
def test_after_the_clock_was_set_there_is_time_to_catch_up(world: World, jump: timedelta) -> None:
    """Forward, everything is overdue at once; back, nothing waits for the time that was."""
    a_feed_waits(world)
    world.clock.later(jump)
    world.app.clock_jumped(jump.total_seconds())
    ticked(world)
    assert world.app.heartbeat()

    world.clock.later(HOUR + MINUTE)
    ticked(world)
    assert not world.app.heartbeat()

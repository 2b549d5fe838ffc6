"""A clock that was set back leaves nothing waiting for the time that it had reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.model import Rejected, Severity, TryLater
from monitor.store import alerts, facts, feeds, outbox, receivers, stories
from tests.support.stored import DAY, HOUR, MINUTE, NOW, feed, message, promised

if TYPE_CHECKING:
    from sqlalchemy import Connection


def waiting(tx: Connection) -> None:
    """One wait of each kind, begun at NOW: a poll, an alert, a retry, a lease, a resting receiver."""
    feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
    feeds.take(tx, "gazette", NOW, NOW + HOUR)
    stories.join(tx, "s-1", NOW, severity=Severity.HIGH)
    alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW + MINUTE)
    for receiver, outcome in (("mail", TryLater(reason="busy")), ("siem", Rejected(reason="no"))):
        outbox.enqueue(tx, receiver, promised(message()), NOW)
        held = outbox.claim(tx, NOW, lease=MINUTE, token=receiver)
        assert held is not None
        if receiver == "mail":
            outbox.settle(tx, held, outcome, NOW + HOUR, NOW)
    outbox.enqueue(tx, "desk", promised(message()), NOW)
    held = outbox.claim(tx, NOW, lease=MINUTE, token="desk", receiver="desk")
    assert held is not None
    outbox.settle(tx, held, TryLater(reason="429", pause_receiver=True), NOW + HOUR, NOW)


@pytest.mark.parametrize(
    "back", [pytest.param(15 * HOUR, id="15 hours"), pytest.param(5 * 365 * DAY, id="five years")]
)
def test_what_waits_goes_on_as_if_the_clock_had_been_right(tx: Connection, back: timedelta) -> None:
    """Each wait keeps its length: nothing is early, nothing is as late as the clock was wrong."""
    waiting(tx)
    facts.ticked(tx, "poll", NOW - MINUTE)
    facts.ticked(tx, "deliver", NOW)
    now = NOW - back
    assert facts.bring_back(tx, now) == back
    assert feeds.next_due(tx) == now + HOUR
    assert alerts.next_due(tx) == now + MINUTE
    assert [s.paused_until for s in receivers.states(tx) if s.name == "desk"] == [now + HOUR]
    assert outbox.claim(tx, now, lease=MINUTE, token="x") is None
    due = {
        d.receiver for at in (MINUTE, HOUR, HOUR) if (d := outbox.claim(tx, now + at, lease=DAY, token="x"))
    }
    assert due == {"siem", "mail", "desk"}
    assert set(facts.ticks(tx).values()) == {now}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(-5 * HOUR, id="forward: what is due is due"),
        pytest.param(timedelta(seconds=1), id="what every clock does"),
    ],
)
def test_another_clock_moves_nothing(tx: Connection, step: timedelta) -> None:
    """Only a clock that was set back leaves something behind."""
    waiting(tx)
    facts.ticked(tx, "poll", NOW)
    assert facts.bring_back(tx, NOW - step) == timedelta()
    assert feeds.next_due(tx) == NOW + HOUR


def test_a_database_without_a_tick_is_left_alone(tx: Connection) -> None:
    """It is new, or nothing tells by how much the clock was wrong."""
    feeds.take(tx, "gazette", NOW, NOW + HOUR)
    assert facts.bring_back(tx, NOW - DAY) == timedelta()
    assert feeds.next_due(tx) == NOW + HOUR

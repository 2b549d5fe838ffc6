"""What is due and when something was done last, as the tables say, and from an index each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import Delivered, Rejected, TryLater
from monitor.store import alerts, facts, feeds, outbox, polls, receivers
from tests.support.stored import HOUR, MINUTE, NOW, assessed, feed, message, plan, poll, promised, state, told

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from monitor.model import Work


def polling(tx: Connection) -> Work:
    return polls.polling(tx, NOW, HOUR)


def lane(tx: Connection, name: str = "desk") -> Work:
    (found,) = [work for work in polls.lanes(tx, NOW, HOUR) if work.subject == name]
    return found


def settled(tx: Connection, name: str = "gazette", **changes: Any) -> None:
    feeds.settle(tx, poll(of=state(feed(name), **changes), at=NOW - HOUR, status="not-modified"))


def promise(tx: Connection, count: int = 1) -> None:
    for _ in range(count):
        outbox.enqueue(tx, "desk", promised(message()), NOW - HOUR)


def test_polling_waits_since_the_longest_overdue_feed(tx: Connection) -> None:
    """Feeds that are disabled or gone wait for nothing."""
    feeds.sync(tx, [feed(n) for n in ("gazette", "later", "gone", "off", "soon")], NOW, jitter=lambda: 0.0)
    settled(tx, next_poll_at=NOW - 10 * MINUTE)
    settled(tx, "later", next_poll_at=NOW - MINUTE)
    settled(tx, "gone", next_poll_at=NOW - 2 * HOUR, gone=True)
    settled(tx, "soon", next_poll_at=NOW + MINUTE)
    settled(tx, "off", next_poll_at=NOW - 3 * HOUR)
    feeds.sync(tx, [feed(n) for n in ("gazette", "later", "gone", "soon")], NOW, jitter=lambda: 0.0)
    found = polling(tx)

    assert (found.due, found.since, found.oldest) == (2, NOW - 10 * MINUTE, "gazette")
    assert found.done_at == NOW - HOUR


def test_nothing_is_due_where_nothing_is(tx: Connection) -> None:
    """And nothing was done."""
    settled(tx, next_poll_at=NOW + MINUTE)

    assert (polling(tx).due, polling(tx).since, polling(tx).oldest) == (0, None, "")
    assert polls.lanes(tx, NOW, HOUR) == ()
    assert polls.alerting(tx, NOW, HOUR).done_at is None


def test_a_group_that_is_due_waits_until_it_is_sent(tx: Connection) -> None:
    """One that is not due yet does not count."""
    told(tx, "s-1", assessed())
    for receiver, ago in (("desk", 5 * MINUTE), ("ops", -MINUTE)):
        alerts.open_group(tx, receiver, "s-1", now=NOW - HOUR, due_at=NOW - ago, reason="new", key=receiver)
    found = polls.alerting(tx, NOW, HOUR)
    assert (found.due, found.since, found.done_at) == (1, NOW - 5 * MINUTE, None)

    receivers.learn(tx, "desk", Delivered(), None, NOW)
    (group,) = alerts.due(tx, NOW)
    alerts.settle(tx, group.id, "sent", NOW)
    found = polls.alerting(tx, NOW, HOUR)
    assert (found.due, found.since, found.done_at) == (0, None, NOW)


def test_a_lane_waits_while_a_sender_hangs(tx: Connection) -> None:
    """What is in its hands is owed as before."""
    promise(tx, 2)
    assert outbox.claim(tx, NOW - MINUTE, lease=5 * MINUTE, token="me") is not None
    found = lane(tx)

    assert (found.due, found.since, found.oldest) == (2, NOW - HOUR, "being sent")


def test_a_lane_waits_between_two_tries(tx: Connection) -> None:
    """What is tried again later has been due since it was promised; the last answer is known."""
    promise(tx)
    held = outbox.claim(tx, NOW - HOUR, lease=MINUTE, token="me")
    assert held is not None
    outbox.settle(tx, held, TryLater(reason="HTTP 503"), NOW + HOUR, NOW - HOUR)
    found = lane(tx)

    assert (found.due, found.since, found.resting) == (1, NOW - HOUR, "")
    assert found.oldest == "the last answer: HTTP 503"


def test_a_lane_that_is_served_has_nothing_due(tx: Connection) -> None:
    """And says when it was served last."""
    promise(tx)
    held = outbox.claim(tx, NOW, lease=MINUTE, token="me")
    assert held is not None
    outbox.settle(tx, held, Delivered(), None, NOW)

    assert (lane(tx).due, lane(tx).since, lane(tx).done_at) == (0, None, NOW)


@pytest.mark.parametrize(
    ("outcome", "resting"),
    [
        pytest.param(Rejected(reason="gone", suspend=True), "suspended", id="suspended"),
        pytest.param(
            TryLater(reason="crowded", pause_receiver=True),
            "paused until 2026-03-01 12:01:00 UTC",
            id="paused",
        ),
        pytest.param(TryLater(reason="slow"), "", id="only late"),
    ],
)
def test_a_lane_that_rests_says_why(tx: Connection, outcome: Any, resting: str) -> None:
    """And whether somebody knows."""
    receivers.learn(tx, "desk", outcome, NOW + MINUTE, NOW)
    assert (lane(tx).resting, lane(tx).told) == (resting, False)

    receivers.note_notified(tx, "desk", "ops", NOW)
    assert lane(tx).told


def test_since_when_a_monitor_is_at_work_is_kept(tx: Connection) -> None:
    """It is no tick."""
    assert facts.at_work_since(tx) is None
    facts.at_work(tx, NOW)

    assert facts.at_work_since(tx) == NOW
    assert facts.ticks(tx) == {}


@pytest.mark.parametrize(
    ("query", "by"),
    [
        pytest.param(polls.feeds_waiting(NOW), "SEARCH feeds USING INDEX ix_feeds_next_poll_at", id="feeds"),
        pytest.param(polls.first_feed(NOW), "SEARCH feeds USING INDEX ix_feeds_next_poll_at", id="the first"),
        pytest.param(polls.last_poll(), "SEARCH polls USING COVERING INDEX ix_polls_at", id="the last poll"),
        pytest.param(polls.groups_waiting(NOW), "USING INDEX uq_alert_groups_open", id="groups"),
        pytest.param(
            polls.last_settled(),
            "SEARCH alert_groups USING COVERING INDEX ix_alert_groups_receiver_settled_at",
            id="the last group",
        ),
        pytest.param(polls.owed_by_receiver(NOW), "USING INDEX ix_deliveries_owed", id="deliveries"),
    ],
)
def test_what_is_due_is_read_from_an_index(tx: Connection, query: Select[Any], by: str) -> None:
    """However many feeds there are, and however long the journals."""
    steps = plan(tx, query)
    if tx.dialect.name == "postgresql":  # which words it otherwise, and has the journal in parts
        by = by.split()[-1].replace("ix_polls_at", "polls_other_at_idx")

    assert any(by in step for step in steps), steps

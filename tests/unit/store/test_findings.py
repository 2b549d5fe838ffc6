"""What the tables show to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import EventKind, FetchFault, Rejected
from monitor.store import events, feeds, items, receivers
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, feed, poll, state

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

WELL: dict[str, Any] = {
    "last_polled_at": NOW,
    "last_success_at": NOW,
    "last_new_at": NOW,
    "next_poll_at": NOW + HOUR,
    "interval": HOUR,
}
DOWN = {"failures": 3, "fault": FetchFault.TIMEOUT, "last_success_at": NOW - 2 * HOUR}


def settled(tx: Connection, name: str = "gazette", **changes: Any) -> None:
    feeds.settle(tx, poll(of=state(feed(name), **WELL | changes), status="not-modified"))


def found(tx: Connection, now: datetime = NOW) -> list[tuple[EventKind, str]]:
    return [finding.key for finding in events.look(tx, now)]


def test_a_well_monitor_has_nothing_to_say(tx: Connection) -> None:
    """One feed, polled now."""
    settled(tx)

    assert found(tx) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param(DOWN | {"last_success_at": NOW}, EventKind.FEED_FAILING, id="failing"),
        pytest.param({"gone": True}, EventKind.FEED_FAILING, id="gone for good"),
        pytest.param({"last_new_at": NOW - 8 * DAY}, EventKind.FEED_QUIET, id="quiet"),
    ],
)
def test_a_feed_is_as_its_health_says(tx: Connection, changes: dict[str, Any], kind: EventKind) -> None:
    """One definition for `status`, the digest and events."""
    settled(tx, **changes)

    assert found(tx) == [(kind, "gazette")]


def test_a_new_feed_that_failed_once_is_nobodys_business(tx: Connection) -> None:
    """A day later it is."""
    settled(tx, failures=1, fault=FetchFault.DNS, last_success_at=None)

    assert found(tx) == []
    assert (EventKind.FEED_FAILING, "gazette") in found(tx, NOW + 25 * HOUR)


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        pytest.param({"gap": True}, EventKind.FEED_GAP, id="gap"),
        pytest.param({"flood": True}, EventKind.FEED_FLOOD, id="flood"),
    ],
)
def test_a_gap_and_a_flood_are_found_for_an_hour(
    tx: Connection, odd: dict[str, Any], kind: EventKind
) -> None:
    """They are over by themselves."""
    items.record(tx, poll(assessed(), **odd))

    assert found(tx, NOW + MINUTE) == [(kind, "gazette")]
    assert found(tx, NOW + HOUR) == []


@pytest.mark.parametrize(
    ("changes", "blind"),
    [
        pytest.param(DOWN | {"last_polled_at": NOW - MINUTE}, True, id="tried in vain"),
        pytest.param({"last_success_at": NOW - 3 * HOUR, "next_poll_at": NOW - 2 * HOUR}, True, id="overdue"),
        pytest.param(
            {"last_polled_at": NOW - 2 * HOUR, "last_success_at": NOW - 2 * HOUR}, False, id="asked seldom"
        ),
        pytest.param({}, False, id="answered just now"),
    ],
)
def test_an_hour_without_one_answer_is_blindness(
    tx: Connection, changes: dict[str, Any], blind: bool
) -> None:
    """Where feeds were asked, or should have been."""
    settled(tx, **changes)

    assert ((EventKind.NOTHING_POLLED, "") in found(tx)) is blind


def test_one_feed_that_answers_is_sight(tx: Connection) -> None:
    """However many others fail."""
    feeds.sync(tx, [feed(), feed("herald")], NOW, jitter=lambda: 0.0)
    settled(tx, **DOWN)
    settled(tx, "herald")

    assert found(tx) == [(EventKind.FEED_FAILING, "gazette")]


def test_a_suspended_receiver_is_found(tx: Connection) -> None:
    """With its reason."""
    settled(tx)
    receivers.learn(tx, "desk", Rejected(reason="HTTP 404 no_service", suspend=True), None, NOW)
    (finding,) = events.look(tx, NOW)

    assert finding.key == (EventKind.RECEIVER_SUSPENDED, "desk")
    assert finding.detail == "HTTP 404 no_service"

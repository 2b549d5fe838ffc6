"""When things are due."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import PollingConfig
from monitor.model import FetchFailed, FetchFault, MessageKind
from monitor.timing import (
    BACKOFF_CEILING,
    GIVE_UP_AFTER,
    adapted_interval,
    backoff,
    next_attempt_at,
    next_poll_at,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = PollingConfig()
HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("entries", "new", "expected"),
    [
        pytest.param(10, 9, timedelta(minutes=15), id="few entries were known: ask twice as often"),
        pytest.param(10, 5, HALF_HOUR, id="half were known: keep the rhythm"),
        pytest.param(10, 0, timedelta(minutes=36), id="all were known: ask a little later"),
        pytest.param(0, 0, HALF_HOUR, id="an empty feed tells nothing"),
    ],
)
def test_the_interval_follows_the_share_of_known_entries(entries: int, new: int, expected: timedelta) -> None:
    """Media Cloud's rule."""
    assert adapted_interval(HALF_HOUR, entries=entries, new=new, policy=POLICY, floor=None) == expected


def test_the_interval_never_leaves_its_bounds() -> None:
    """Neither a feed's own floor nor the configured bounds are passed."""
    short, long = timedelta(minutes=1), timedelta(days=9)

    assert adapted_interval(short, entries=10, new=10, policy=POLICY, floor=None) == POLICY.min_interval
    assert adapted_interval(short, entries=10, new=10, policy=POLICY, floor=timedelta(hours=1)) == timedelta(
        hours=1
    )
    assert adapted_interval(long, entries=10, new=0, policy=POLICY, floor=None) == POLICY.max_interval


def test_the_publishers_wish_is_honoured_up_to_a_day() -> None:
    """ttl, Cache-Control and Expires lengthen the wait; an absurd one is capped."""
    two_hours = next_poll_at(NOW, HALF_HOUR, wishes=(timedelta(hours=2), None), jitter=0, policy=POLICY)
    absurd = next_poll_at(NOW, HALF_HOUR, wishes=(timedelta(days=400),), jitter=0, policy=POLICY)

    assert two_hours == NOW + timedelta(hours=2)
    assert absurd == NOW + timedelta(hours=24)


def test_a_failing_feed_is_asked_ever_later_but_always_again() -> None:
    """Doubling up to a ceiling; fifty failures do not stop it."""
    failed = FetchFailed(fault=FetchFault.TIMEOUT, detail="")
    waits = [backoff(NOW, failed, failures=n, interval=HALF_HOUR, jitter=0.5) - NOW for n in (1, 2, 3, 50)]

    assert waits == [HALF_HOUR, HALF_HOUR * 2, HALF_HOUR * 4, BACKOFF_CEILING]


def test_retry_after_is_a_lower_bound() -> None:
    """A server that names a time is not asked before it."""
    failed = FetchFailed(fault=FetchFault.RATE_LIMITED, detail="", retry_after=timedelta(hours=20))

    assert backoff(NOW, failed, failures=1, interval=HALF_HOUR, jitter=0) == NOW + timedelta(hours=20)


def test_delivery_is_tried_until_three_days_are_over() -> None:
    """Then a person must look."""
    first = next_attempt_at(NOW, attempts=1, after=None, created_at=NOW, jitter=0.5)
    wished = next_attempt_at(NOW, attempts=1, after=timedelta(hours=1), created_at=NOW, jitter=0)
    late = next_attempt_at(NOW + GIVE_UP_AFTER, attempts=30, after=None, created_at=NOW, jitter=0)

    assert first == NOW + timedelta(seconds=5)
    assert wished == NOW + timedelta(hours=1)
    assert late is None


@pytest.mark.parametrize(
    ("kind", "expires", "tries"),
    [
        pytest.param(
            MessageKind.ALERT, timedelta(hours=48), 56, id="an alert: fast, then hourly for two days"
        ),
        pytest.param(MessageKind.DIGEST, timedelta(days=2), 9, id="a digest: patient"),
        pytest.param(MessageKind.DIGEST, None, 10, id="a digest without an end of its own: three days"),
        pytest.param(MessageKind.TEST, timedelta(minutes=10), 13, id="a test: short"),
    ],
)
def test_each_kind_has_its_schedule(kind: MessageKind, expires: timedelta | None, tries: int) -> None:
    """How often it is tried until its time is over."""
    now, count = NOW, 0
    end = NOW + expires if expires is not None else None
    while (
        later := next_attempt_at(
            now,
            attempts=count + 1,
            after=None,
            created_at=NOW,
            jitter=0.5,
            kind=kind,
            expires_at=end,
        )
    ) is not None:
        now, count = later, count + 1
    assert count == tries

"""When things are due."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Asks, FetchFailed, FetchFault, MessageKind
from monitor.timing import (
    BACKOFF_CEILING,
    GIVE_UP_AFTER,
    backoff,
    next_attempt_at,
    next_poll,
    unskipped,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def test_the_publishers_wish_is_honoured_up_to_a_day() -> None:
    """ttl, Cache-Control and Expires lengthen the wait, also a person's; an absurd one is capped."""
    two_hours = next_poll(NOW, HALF_HOUR, Asks(fresh_for=timedelta(hours=2), ttl=HALF_HOUR), jitter=0)
    absurd = next_poll(NOW, HALF_HOUR, Asks(ttl=timedelta(days=400)), jitter=1)
    ours = next_poll(NOW, HALF_HOUR, Asks(fresh_for=timedelta(minutes=10)), jitter=0)

    assert two_hours == (NOW + timedelta(hours=2), NOW + timedelta(hours=2))
    assert absurd == (NOW + timedelta(days=1) * 1.05, NOW + timedelta(days=1))
    assert ours == (NOW + HALF_HOUR, NOW + timedelta(minutes=10))


def test_after_too_many_requests_a_day_of_hourly_polls_follows() -> None:
    """Else the feed would be asked too often again as soon as it answers."""
    asks = Asks(slow_until=NOW + timedelta(hours=5))

    assert next_poll(NOW, HALF_HOUR, asks, jitter=0)[0] == NOW + timedelta(hours=1)
    assert next_poll(NOW + timedelta(hours=5), HALF_HOUR, asks, jitter=0)[0] == NOW + timedelta(hours=5.5)


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        pytest.param((13, 14, 15), (), NOW.replace(hour=16), id="three hours"),
        pytest.param((11, 14), (), None, id="other hours"),
        pytest.param((), (6,), NOW.replace(day=2, hour=0), id="a Sunday"),
        pytest.param((0, 1), (6,), NOW.replace(day=2, hour=2), id="a Sunday and the night after"),
        pytest.param(tuple(range(24)), (), None, id="every hour: said by mistake"),
        pytest.param((), tuple(range(7)), None, id="every day: said by mistake"),
    ],
)
def test_skipped_hours_and_days_are_waited_out(
    hours: tuple[int, ...], days: tuple[int, ...], expected: datetime | None
) -> None:
    """NOW is a Sunday at noon; an hour later the feed would be due."""
    later = NOW + timedelta(hours=1)
    asks = Asks(skip_hours=hours, skip_days=days)

    assert unskipped(later, asks, 0.0) == (expected or later)
    assert timedelta() <= unskipped(later, asks, 1.0) - (expected or later) <= timedelta(minutes=5)


def test_a_failing_feed_is_asked_ever_later_but_always_again() -> None:
    """Doubling up to a ceiling; fifty failures do not stop it."""
    failed = FetchFailed(fault=FetchFault.TIMEOUT, detail="")
    waits = [backoff(NOW, failed, failures=n, interval=HALF_HOUR, jitter=0.5) - NOW for n in (1, 2, 3, 50)]

    assert waits == [HALF_HOUR, HALF_HOUR * 2, HALF_HOUR * 4, BACKOFF_CEILING]


def test_retry_after_is_a_lower_bound() -> None:
    """A server that names a time is not asked before it."""
    failed = FetchFailed(fault=FetchFault.RATE_LIMITED, detail="", retry_after=timedelta(hours=20))

    assert backoff(NOW, failed, failures=1, interval=HALF_HOUR, jitter=0) == NOW + timedelta(hours=20)


def test_too_many_requests_without_a_time_is_an_hour() -> None:
    """However often the feed would be asked otherwise."""
    failed = FetchFailed(fault=FetchFault.RATE_LIMITED, detail="")

    assert backoff(NOW, failed, failures=1, interval=HALF_HOUR / 6, jitter=1) == NOW + timedelta(hours=1)


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

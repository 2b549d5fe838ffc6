"""How often a feed is asked follows from what it brings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor import rhythm
from monitor.config.model import PollingConfig
from monitor.model import Feed, Rhythm

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
POLICY = PollingConfig()
FEED = Feed(id="a", url="https://a.example/feed", title="A")


def steady(daily: float, days: float, *, entries: int = 46) -> Rhythm:
    """So many items a day up to NOW, one in each part of the time, at no hour of its own."""
    dates = [NOW - DAY * (n + n * 0.618034 % 1 + 0.1) / daily for n in range(int(days * daily))]
    return rhythm.begun(dates, NOW, entries=entries)


def minutes(found: Rhythm | None, now: datetime = NOW, feed: Feed = FEED, *, burst: bool = False) -> float:
    return rhythm.interval(found, now, feed=feed, policy=POLICY, burst=burst) / MINUTE


@pytest.mark.parametrize(
    ("daily", "days", "least", "most"),
    [
        pytest.param(10, 4.6, 14, 16, id="ten a day, read from one document"),
        pytest.param(10, 60, 14, 16, id="ten a day for two months"),
        pytest.param(48, 1, 6, 8, id="a news agency"),
        pytest.param(400, 0.12, 5, 5, id="more than we ask for: the least that is configured"),
        pytest.param(2, 23, 30, 36, id="two a day"),
        pytest.param(1 / 7, 300, 60, 60, id="one a week: hourly"),
    ],
)
def test_the_interval_follows_the_rate(daily: float, days: float, least: float, most: float) -> None:
    """In proportion to one over its square root; ten a day are a quarter of an hour."""
    assert least <= minutes(steady(daily, days)) <= most


def test_a_feed_without_dates_starts_as_configured_and_learns() -> None:
    """Also from answers without news, which teach without being written down."""
    begun = rhythm.begun([], NOW, entries=20)

    assert minutes(None) == minutes(begun) == 15
    assert 15 < minutes(begun, NOW + 6 * HOUR) < minutes(begun, NOW + 2 * DAY) <= 60
    assert rhythm.learnt(begun, [], NOW + HOUR, since=NOW, entries=0) is begun


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param([NOW] * 40, id="all of the moment of the request"),
        pytest.param([NOW - DAY] * 40, id="all alike"),
        pytest.param([NOW + n * HOUR for n in range(40)], id="all in the future"),
        pytest.param([NOW - n * timedelta(seconds=1) for n in range(40)], id="within a minute"),
    ],
)
def test_dates_that_say_nothing_are_not_believed(dates: list[datetime]) -> None:
    """The feed starts like one without dates."""
    assert rhythm.begun(dates, NOW, entries=40) == Rhythm(since=NOW, at=NOW, window=40)


def test_a_pinned_entry_does_not_make_a_feed_slow() -> None:
    """Three years old, while the others are of this week."""
    pinned = [NOW - 1000 * DAY, NOW - 900 * DAY]
    fresh = [NOW - DAY * (n + n * 0.618034 % 1) / 10 for n in range(40)]

    assert 13 <= minutes(rhythm.begun(fresh + pinned, NOW, entries=42)) <= 17


def test_a_burst_shortens_at_once_and_passes() -> None:
    """A feed of one item a week brings six within the hour."""
    quiet = steady(1 / 7, 300)
    news = [NOW + n * 10 * MINUTE for n in range(6)]
    burst = rhythm.learnt(quiet, news, NOW + HOUR, since=NOW, entries=46)
    single = rhythm.learnt(quiet, news[:1], NOW + HOUR, since=NOW, entries=46)

    assert minutes(quiet) == 60
    assert minutes(single, NOW + HOUR) > 50
    assert minutes(burst, NOW + HOUR) < 8
    assert minutes(burst, NOW + 5 * HOUR) > 20
    assert minutes(quiet, burst=True) == 5


def test_a_document_half_of_which_is_new_is_a_burst() -> None:
    """Something may have passed already."""
    assert rhythm.is_burst(10, 20)
    assert not rhythm.is_burst(9, 20)
    assert not rhythm.is_burst(0, 0)


def test_nights_and_weekends_are_asked_less_often() -> None:
    """An outlet that publishes from eight to six on weekdays; the hour before the first item is awake already."""
    dates = [NOW - 30 * MINUTE * n for n in range(48 * 60)]
    working = [at for at in dates if 8 <= at.hour < 18 and at.weekday() < 5]
    found = rhythm.begun(working, NOW, entries=60)
    day, night, dawn = (minutes(found, NOW + hours * HOUR) for hours in (24, 14, 19))
    sunday = minutes(found, NOW + 6 * DAY)

    assert day < 9
    assert dawn < 11
    assert night > 2 * day
    assert sunday > 2 * day


def test_three_days_tell_nothing_of_weekdays() -> None:
    """What was never seen is not quiet."""
    found = steady(10, 4)

    assert minutes(found, NOW + 5 * HOUR) < 17
    assert minutes(found, NOW + DAY) < 20


def test_the_document_bounds_the_interval() -> None:
    """Fifteen entries that can all be new within an hour: three polls an hour, at night too."""
    morning = [NOW - day * DAY - 4 * HOUR + n * 4 * MINUTE for day in range(30) for n in range(15)]
    small, large = (rhythm.begun(morning, NOW, entries=n) for n in (15, 500))
    night = NOW + 13 * HOUR

    held = rhythm.held_for(small, night)
    assert held is not None
    assert timedelta(minutes=20) <= held <= timedelta(minutes=40)
    assert minutes(small, night) <= held / MINUTE
    assert minutes(large, night) >= minutes(small, night)
    assert rhythm.held_for(None, NOW) is None


def test_dates_outside_of_the_two_polls_are_moved_between_them() -> None:
    """An item that says it is of tomorrow, or of last week, was heard of now; those without a date spread evenly."""
    begun = rhythm.begun([], NOW, entries=20)
    dates = [NOW + DAY, NOW - 7 * DAY, None, None]
    found = rhythm.learnt(begun, dates, NOW + 4 * HOUR, since=NOW, entries=20)

    assert [h for h, count in enumerate(found.hours) if count > 0] == [12, 14, 15, 16]
    assert found.at == NOW + 4 * HOUR


def test_what_was_learnt_fades() -> None:
    """A feed that fell silent is asked less and less."""
    found = steady(48, 14)
    waits = [minutes(found, NOW + days * DAY) for days in (1, 7, 14, 60)]

    assert waits == sorted(waits)
    assert waits[-1] == 60


@pytest.mark.parametrize(
    ("feed", "least", "most"),
    [
        pytest.param({}, 5, 60, id="as configured"),
        pytest.param({"interval": 20 * MINUTE}, 5, 20, id="at least every 20 minutes"),
        pytest.param({"interval": 2 * MINUTE}, 2, 2, id="more often than anybody else"),
        pytest.param(
            {"interval": 6 * HOUR}, 5, 60, id="an upper bound past the configured one changes nothing"
        ),
        pytest.param({"min_interval": 2 * HOUR}, 120, 120, id="slowed down"),
        pytest.param({"interval": 30 * MINUTE, "min_interval": 10 * MINUTE}, 10, 30, id="both"),
    ],
)
def test_a_feed_may_have_bounds_of_its_own(feed: dict[str, timedelta], least: float, most: float) -> None:
    """`interval` is the most, `min_interval` the least."""
    own = Feed(id="a", url="https://a.example/feed", title="A", **feed)  # type: ignore[arg-type]

    assert minutes(steady(1000, 0.05), feed=own) == least
    assert minutes(steady(1 / 30, 600), feed=own) == most


def test_the_configured_start_is_what_is_believed() -> None:
    """An operator who starts at an hour gets an hour until more is known."""
    policy = PollingConfig(interval="1h")
    assert rhythm.interval(None, NOW, feed=FEED, policy=policy) == HOUR


def test_a_clock_that_was_set_back_breaks_nothing() -> None:
    """The last answer lies in the future."""
    found = steady(10, 14)
    later = rhythm.learnt(found, [None, NOW - HOUR], NOW - HOUR, since=NOW, entries=46)

    assert 5 <= minutes(later, NOW - HOUR) <= 60

"""When digests are due, and that their windows tile time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.digest_schedule import (
    Due,
    LastDigest,
    due,
    edges,
    for_reader,
    instant,
    next_due,
    should_send,
)
from monitor.config.model import DigestConfig, ReceiverConfig

ZONES = (
    "Africa/Tripoli",
    "Europe/Rome",
    "Africa/Cairo",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def series(**said: Any) -> DigestConfig:
    return DigestConfig.model_validate({"receivers": ["folder"], "timezone": "Africa/Tripoli", **said})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        pytest.param(
            "2026-03-29", time(2, 30), "Europe/Rome", "2026-03-29T01:00", id="gap: the first instant after it"
        ),
        pytest.param(
            "2026-03-29", time(2, 0), "Europe/Rome", "2026-03-29T01:00", id="gap: its very beginning"
        ),
        pytest.param("2026-03-29", time(3, 0), "Europe/Rome", "2026-03-29T01:00", id="just after the gap"),
        pytest.param(
            "2026-10-25", time(2, 30), "Europe/Rome", "2026-10-25T00:30", id="twice: the first of both"
        ),
        pytest.param(
            "2026-04-24", time(0, 0), "Africa/Cairo", "2026-04-23T22:00", id="midnight that does not exist"
        ),
        pytest.param(
            "2026-03-08", time(2, 15), "America/New_York", "2026-03-08T07:00", id="New York, spring"
        ),
        pytest.param(
            "2026-11-01", time(1, 15), "America/New_York", "2026-11-01T05:15", id="New York, autumn"
        ),
        pytest.param(
            "2011-12-30", time(7, 0), "Pacific/Apia", "2011-12-30T10:00", id="a day that Samoa skipped"
        ),
        pytest.param(
            "2026-07-01", time(7, 0), "Africa/Tripoli", "2026-07-01T05:00", id="no summer time in Tripoli"
        ),
    ],
)
def test_local_times_become_instants(day: str, at: time, zone: str, expected: str) -> None:
    """A gap means the first valid instant, a repeated hour its first pass."""
    assert instant(date.fromisoformat(day), at, ZoneInfo(zone)) == utc(expected)


def test_the_first_digest_begins_at_the_installation() -> None:
    """Nothing is due before the first time of day has passed."""
    installed = utc("2026-11-23T12:00")
    assert due(series(), None, utc("2026-11-24T04:59"), installed_at=installed) is None
    found = due(series(), None, utc("2026-11-24T05:00"), installed_at=installed)
    assert found == Due(
        local_date=date(2026, 11, 24),
        due_at=utc("2026-11-24T05:00"),
        since=installed,
        until=utc("2026-11-24T05:00"),
    )


def test_a_digest_that_went_out_is_not_due_again() -> None:
    """Neither later that day nor when the time of day is changed to a later one."""
    last = LastDigest(local_date=date(2026, 11, 24), until=utc("2026-11-24T05:00"))
    for at in ("07:00", "09:30"):
        assert due(series(at=at), last, utc("2026-11-24T20:00"), installed_at=last.until) is None


def test_downtime_is_caught_up_by_one_digest_that_says_so() -> None:
    """Three days of silence: one digest, its window from the last one's end, two missed."""
    last = LastDigest(local_date=date(2026, 11, 20), until=utc("2026-11-20T05:00"))
    found = due(series(), last, utc("2026-11-23T13:00"), installed_at=last.until)
    assert found is not None
    assert (found.local_date, found.since, found.until) == (
        date(2026, 11, 23),
        last.until,
        utc("2026-11-23T05:00"),
    )
    assert (found.catch_up, found.missed) == (True, 2)


def test_being_a_few_hours_late_is_not_catching_up() -> None:
    """The daemon was down over the hour itself: the same digest, later."""
    last = LastDigest(local_date=date(2026, 11, 22), until=utc("2026-11-22T05:00"))
    found = due(series(), last, utc("2026-11-23T11:00"), installed_at=last.until)
    assert found is not None
    assert (found.catch_up, found.until) == (False, utc("2026-11-23T05:00"))


def test_days_left_out_are_not_missed() -> None:
    """A series of working days covers the week-end on Monday and does not call it catching up."""
    last = LastDigest(local_date=date(2026, 11, 20), until=utc("2026-11-20T05:00"))
    working = series(days=DAYS[:5])
    assert due(working, last, utc("2026-11-22T12:00"), installed_at=last.until) is None
    found = due(working, last, utc("2026-11-23T06:00"), installed_at=last.until)
    assert found is not None
    assert (found.since, found.missed) == (last.until, 0)


def test_a_clock_that_was_years_ahead_does_not_silence_the_series() -> None:
    """The ledger's row from 2031 is ignored; the window is the regular one."""
    last = LastDigest(local_date=date(2031, 1, 1), until=utc("2031-01-01T05:00"))
    found = due(series(), last, utc("2026-11-24T06:00"), installed_at=utc("2026-01-01T00:00"))
    assert found is not None
    assert (found.since, found.until) == (utc("2026-11-23T05:00"), utc("2026-11-24T05:00"))


def test_an_installation_while_the_clock_was_ahead_does_not_silence_the_series() -> None:
    """The first digest comes on its day, not in 2031."""
    found = due(series(), None, utc("2026-11-24T06:00"), installed_at=utc("2031-01-01T00:00"))
    assert found is not None
    assert (found.since, found.until) == (utc("2026-11-23T05:00"), utc("2026-11-24T05:00"))


def test_a_small_step_back_sends_nothing_twice() -> None:
    """The clock went back two minutes just after a digest."""
    last = LastDigest(local_date=date(2026, 11, 24), until=utc("2026-11-24T05:00"))
    assert due(series(), last, utc("2026-11-24T04:58"), installed_at=utc("2026-11-01T00:00")) is None


def test_a_change_of_time_zone_never_turns_a_window_round() -> None:
    """From New York to Kiritimati the next local time lies before the last window's end: it is passed over."""
    last = LastDigest(local_date=date(2026, 11, 23), until=utc("2026-11-24T04:00"))
    moved = series(timezone="Pacific/Kiritimati", at="00:00")
    assert due(moved, last, utc("2026-11-24T04:01"), installed_at=last.until) is None
    later = due(moved, last, utc("2026-11-24T10:00"), installed_at=last.until)
    assert later is not None
    assert later.since == last.until


def test_briefs_come_at_every_step_of_the_day_between_two_times() -> None:
    """The anchor sets the minutes; times before it count as well."""
    assert [f"{t:%H:%M}" for t in series(every="4h").times] == [
        "03:00", "07:00", "11:00", "15:00", "19:00", "23:00",
    ]  # fmt: skip
    office = series(at="08:30", every="1h", between=["08:00", "11:00"])
    assert [f"{t:%H:%M}" for t in office.times] == ["08:30", "09:30", "10:30"]
    assert series().times == (time(7, 0),)


def test_a_brief_is_known_by_its_date_and_time() -> None:
    """Each of a day's briefs has its own row, and the next window begins where the last one ended."""
    hourly = series(every="1h", between=["08:00", "20:00"])
    last = LastDigest.of("2026-11-24T08:00", utc("2026-11-24T06:00"))
    assert due(hourly, last, utc("2026-11-24T06:59"), installed_at=last.until) is None
    found = due(hourly, last, utc("2026-11-24T07:10"), installed_at=last.until)
    assert found is not None
    assert (found.key, found.since, found.until) == ("2026-11-24T09:00", last.until, utc("2026-11-24T07:00"))
    assert (found.catch_up, LastDigest.of(found.key, found.until).local_time) == (False, time(9, 0))
    morning = due(hourly, LastDigest.of("2026-11-24T20:00", utc("2026-11-24T18:00")), utc("2026-11-25T06:00"),
                  installed_at=last.until)  # fmt: skip
    assert morning is not None
    assert (morning.since, morning.missed) == (utc("2026-11-24T18:00"), 0)


def test_briefs_that_were_missed_are_counted() -> None:
    """Down from nine till half past twelve: the brief of noon stands for two others."""
    hourly = series(every="1h")
    last = LastDigest.of("2026-11-24T09:00", utc("2026-11-24T07:00"))
    found = due(hourly, last, utc("2026-11-24T10:30"), installed_at=last.until)
    assert found is not None
    assert (found.key, found.missed) == ("2026-11-24T12:00", 2)


@pytest.mark.parametrize(
    ("last", "until", "now", "key", "since_until"),
    [
        pytest.param("2026-03-29T01:00", "2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T03:00",
                     ("2026-03-29T00:00", "2026-03-29T01:00"), id="the hour that is left out"),
        pytest.param("2026-10-25T02:00", "2026-10-25T00:00", "2026-10-25T02:00", "2026-10-25T03:00",
                     ("2026-10-25T00:00", "2026-10-25T02:00"), id="the hour that comes twice"),
    ],
)  # fmt: skip
def test_hourly_briefs_on_the_days_when_clocks_change(
    last: str, until: str, now: str, key: str, since_until: tuple[str, str]
) -> None:
    """No brief of an hour that does not exist, one of an hour that exists twice; neither is catching up."""
    rome = series(every="1h", timezone="Europe/Rome")
    found = due(rome, LastDigest.of(last, utc(until)), utc(now), installed_at=utc(until))
    assert found is not None
    assert (found.key, found.since, found.until) == (key, utc(since_until[0]), utc(since_until[1]))
    assert not found.catch_up


def test_a_series_turned_into_briefs_and_back_sends_nothing_twice() -> None:
    """A row of the one form is understood by the other."""
    daily = LastDigest.of("2026-11-24", utc("2026-11-24T05:00"))
    brief = due(series(every="2h"), daily, utc("2026-11-24T07:00"), installed_at=daily.until)
    assert brief is not None
    assert (brief.key, brief.since) == ("2026-11-24T09:00", daily.until)
    back = LastDigest.of(brief.key, brief.until)
    assert due(series(), back, utc("2026-11-24T20:00"), installed_at=daily.until) is None
    assert due(series(), back, utc("2026-11-25T05:00"), installed_at=daily.until) is not None


def test_a_weekly_series_covers_a_week() -> None:
    """One day of the week, and none is missed in between."""
    weekly = series(days="mon", at="08:00")
    last = LastDigest.of("2026-11-16", utc("2026-11-16T06:00"))
    assert due(weekly, last, utc("2026-11-22T23:00"), installed_at=last.until) is None
    found = due(weekly, last, utc("2026-11-23T06:00"), installed_at=last.until)
    assert found is not None
    assert (found.until - found.since, found.missed) == (timedelta(days=7), 0)


def test_a_receiver_reads_in_its_own_time_zone() -> None:
    """Over the series' zone, where it has one."""
    rome = ReceiverConfig.model_validate({"name": "rome", "timezone": "Europe/Rome", "file": {}})
    here = ReceiverConfig.model_validate({"name": "here", "file": {}})
    july = utc("2026-07-01T00:00")
    assert next_due(for_reader(series(), rome), july) == utc("2026-07-01T05:00")
    assert next_due(for_reader(series(timezone="UTC"), here), july) == utc("2026-07-01T07:00")
    assert next_due(for_reader(series(timezone="UTC"), rome), july) == utc("2026-07-01T05:00")


def test_a_receiver_reads_in_its_own_language() -> None:
    """Over the series' language, where it has one."""
    reader = ReceiverConfig.model_validate({"name": "roma", "language": "it", "file": {}})
    here = ReceiverConfig.model_validate({"name": "here", "file": {}})

    assert [for_reader(series(language="fr"), r).language for r in (reader, here)] == ["it", "fr"]


def test_a_series_with_no_day_is_never_due() -> None:
    """`days` that are all left out stop it, and no daemon with it."""
    never = series().model_copy(update={"days": ()})

    assert next_due(never, utc("2026-11-23T06:00")) is None
    assert due(never, None, utc("2026-11-23T06:00"), installed_at=utc("2026-11-01T00:00")) is None


def test_the_regular_windows_before_a_moment() -> None:
    """For the trend: the due instants before, over week-ends and summer time."""
    working = series(days="weekdays", timezone="Europe/Rome")
    assert edges(working, utc("2026-10-26T06:00"), 3) == (
        utc("2026-10-21T05:00"), utc("2026-10-22T05:00"), utc("2026-10-23T05:00"),
    )  # fmt: skip


SPANS = st.sampled_from(
    [
        "2026-03-06",
        "2026-03-27",
        "2026-04-22",
        "2026-10-23",
        "2026-10-29",
        "2024-02-27",
        "2026-12-29",
        "2011-12-28",
    ]
)


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    start=SPANS,
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    every=st.sampled_from([None, "15m", "1h", "8h"]),
    steps=st.lists(st.integers(1, 60 * 40), min_size=1, max_size=40),
)
def test_windows_tile_time(
    zone: str, at: time, start: str, days: set[str], every: str | None, steps: list[int]
) -> None:
    """Whatever the ticks: no gap, no overlap, no date twice, every window ends at its due time and is not empty."""
    chosen = series(timezone=zone, at=f"{at:%H:%M}", days=sorted(days), every=every)
    installed = now = utc(f"{start}T00:00")
    last: LastDigest | None = None
    edge = installed
    keys: set[str] = set()
    for minutes in steps:
        now += timedelta(minutes=minutes)
        found = due(chosen, last, now, installed_at=installed)
        if found is None:
            assert edge == installed or next_due(chosen, edge) is None or next_due(chosen, edge) > now  # type: ignore[operator]
            continue
        assert found.since == edge < found.until == found.due_at <= now
        assert found.key not in keys
        keys.add(found.key)
        assert DAYS[found.local_date.weekday()] in days
        expected = next_due(chosen, edge)
        assert expected is not None
        assert expected <= found.until
        between = [e for e in edges(chosen, found.until, found.missed + 1) if e > edge]
        assert last is None or len(between) == found.missed
        edge = found.until
        last = LastDigest.of(found.key, found.until)
        assert due(chosen, last, now, installed_at=installed) is None


@given(
    zone=st.sampled_from(ZONES),
    at=st.times(),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)),
)
def test_the_next_due_time_is_after_now_and_within_two_days(zone: str, at: time, moment: datetime) -> None:
    """For a daily series, in every zone, on every day."""
    now = moment.replace(tzinfo=UTC)
    found = next_due(series(timezone=zone, at=f"{at:%H:%M}"), now)
    assert found is not None
    assert now < found <= now + timedelta(hours=50)


@pytest.mark.parametrize(
    ("empty", "stories", "healthy", "expected"),
    [
        ("send", 0, True, True),
        ("skip", 0, False, False),
        ("skip", 1, True, True),
        ("only-when-unhealthy", 0, True, False),
        ("only-when-unhealthy", 0, False, True),
    ],
)
def test_an_empty_digest_is_sent_as_configured(
    empty: str, stories: int, healthy: bool, expected: bool
) -> None:
    """One with stories always is."""
    assert should_send(series(empty=empty), stories=stories, healthy=healthy) is expected

"""Time intervals: Alertmanager's words, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.alerts.grouping import AHEAD, muted, resumes, within
from monitor.config.routes import IntervalConfig, TimeIntervalConfig

ROME = ZoneInfo("Europe/Rome")


def interval(**given: Any) -> IntervalConfig:
    return IntervalConfig.model_validate(given)


def times(start: str, end: str) -> list[dict[str, str]]:
    return [{"start_time": start, "end_time": end}]


@pytest.mark.parametrize(
    ("given_", "at", "expected"),
    [
        pytest.param({"times": times("09:00", "17:00")}, "2026-03-04T09:00", True, id="the start is within"),
        pytest.param({"times": times("09:00", "17:00")}, "2026-03-04T17:00", False, id="the end is not"),
        pytest.param({"times": times("22:00", "24:00")}, "2026-03-04T23:59:59", True, id="to the end of the day"),
        pytest.param({"weekdays": ["saturday:sunday"]}, "2026-03-07T12:00", True, id="a range of days"),
        pytest.param({"weekdays": ["saturday:sunday"]}, "2026-03-09T12:00", False, id="Monday is no weekend"),
        pytest.param({"weekdays": ["friday"]}, "2026-03-06T12:00", True, id="one day"),
        pytest.param({"days_of_month": ["1:5", "-3:-1"]}, "2026-02-26T12:00", True, id="the third day from the end"),
        pytest.param({"days_of_month": ["-3:-1"]}, "2026-02-25T12:00", False, id="the fourth from the end is not"),
        pytest.param({"days_of_month": ["28:31"]}, "2026-02-28T12:00", True, id="a range beyond a short month"),
        pytest.param({"days_of_month": ["31"]}, "2026-02-28T12:00", False, id="a day that a month does not have"),
        pytest.param({"days_of_month": ["29"]}, "2028-02-29T12:00", True, id="leap day"),
        pytest.param({"months": ["january:march"]}, "2026-03-31T23:00", True, id="months by name"),
        pytest.param({"months": ["1:3"]}, "2026-04-01T00:00", False, id="months by number"),
        pytest.param({"years": ["2027:2028"]}, "2026-12-31T23:59", False, id="years"),
        pytest.param({"weekdays": ["monday"], "months": ["march"]}, "2026-04-06T12:00", False, id="all must fit"),
        pytest.param({}, "2026-04-06T12:00", True, id="what names nothing is always"),
        pytest.param(
            {"times": times("22:00", "24:00"), "location": "Africa/Tripoli"}, "2026-03-04T20:30", True, id="by its zone"
        ),
        pytest.param(
            {"weekdays": ["friday"], "location": "Africa/Tripoli"}, "2026-03-05T22:30", True, id="its zone's day"
        ),
    ],
)  # fmt: skip
def test_a_moment_is_within(given_: dict[str, Any], at: str, expected: bool) -> None:
    """Each field limits; a field that is left out does not."""
    assert within(datetime.fromisoformat(at).replace(tzinfo=UTC), [interval(**given_)]) is expected


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        pytest.param(datetime(2026, 3, 29, tzinfo=ROME), 5, id="an hour is missing"),
        pytest.param(datetime(2026, 10, 25, tzinfo=ROME), 7, id="an hour comes twice"),
        pytest.param(datetime(2026, 6, 1, tzinfo=ROME), 6, id="any other night"),
    ],
)
def test_a_night_is_as_long_as_it_is(night: datetime, hours: int) -> None:
    """From midnight to six by the clock on the wall, on the days on which it changes too."""
    quiet = [interval(times=times("00:00", "06:00"), location="Europe/Rome")]
    start = night.astimezone(UTC)
    minutes = [start + timedelta(minutes=n) for n in range(-60, 9 * 60)]
    assert sum(within(m, quiet) for m in minutes) == hours * 60


NAMED = {
    "nights": TimeIntervalConfig(name="nights", time_intervals=(interval(times=times("00:00", "06:00")),)),
    "office": TimeIntervalConfig(
        name="office", time_intervals=(interval(times=times("09:00", "17:00"), weekdays=["monday:friday"]),)
    ),
}


@pytest.mark.parametrize(
    ("mute", "active", "at", "until"),
    [
        pytest.param(["nights"], [], "2026-03-04T03:10:20", "2026-03-04T06:00:00", id="until the mute ends"),
        pytest.param(["nights"], [], "2026-03-04T06:00:00", "2026-03-04T06:00:00", id="not muted"),
        pytest.param([], ["office"], "2026-03-04T08:10:20", "2026-03-04T09:00:00", id="until the active begins"),
        pytest.param([], ["office"], "2026-03-07T08:00:00", "2026-03-08T08:00:00", id="looked at again after a day"),
        pytest.param([], [], "2026-03-04T03:00:00", "2026-03-04T03:00:00", id="no intervals, never muted"),
        pytest.param(["gone"], ["gone"], "2026-03-04T03:00:00", "2026-03-04T03:00:00", id="a name that is gone"),
    ],
)  # fmt: skip
def test_when_a_muted_route_goes_on(mute: list[str], active: list[str], at: str, until: str) -> None:
    """The first full minute; a long mute is looked at again."""
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = resumes(now, mute=mute, active=active, named=NAMED)
    assert found == datetime.fromisoformat(until).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))
def test_it_goes_on_when_nothing_is_muted(naive: datetime) -> None:
    """Or a day later, to look again; never in the past."""
    now = naive.replace(tzinfo=UTC)
    found = resumes(now, mute=["nights"], active=["office"], named=NAMED)
    assert found >= now
    assert found >= now + AHEAD - timedelta(minutes=1) or not muted(
        found, mute=["nights"], active=["office"], named=NAMED
    )


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        pytest.param(
            {"times": times("22:00", "06:00")}, "over midnight takes two ranges", id="over midnight"
        ),
        pytest.param({"times": times("25:00", "26:00")}, "is not a time of day", id="no such time"),
        pytest.param({"times": [{"start_time": "08:00"}]}, "it has start_time and end_time", id="no end"),
        pytest.param({"weekdays": ["funday"]}, "monday … sunday", id="no such day"),
        pytest.param({"days_of_month": ["0"]}, "-31 … 31", id="day nought"),
        pytest.param({"months": ["march:january"]}, "ends before it begins", id="backwards"),
        pytest.param({"location": "Tripoli"}, "is not an IANA time zone", id="no such zone"),
    ],
)
def test_mistakes_say_what_to_write(given_: dict[str, Any], says: str) -> None:
    """They come with line and column in `check`."""
    with pytest.raises(ValidationError, match=says):
        interval(**given_)

"""Dates in the words that feeds really use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.dates import parse_date, read_date
from monitor.model import DateFlag

NOW = datetime(2024, 11, 6, 12, tzinfo=UTC)
QUARTER_PAST_TEN = datetime(2024, 11, 5, 10, 15, tzinfo=UTC)
MIDNIGHT = datetime(2024, 11, 5, tzinfo=UTC)

SAME_INSTANT = """
Tue, 05 Nov 2024 10:15:00 GMT
Tue, 05 Nov 2024 13:15:00 MSK
Tue, 05 Nov 2024 14:15:00 MSD
Tue, 05 Nov 2024 12:15:00 EET
Tue, 05 Nov 2024 13:15:00 EEST
Tue, 05 Nov 2024 05:15:00 EST
Tue, 05 Nov 2024 11:15:00 Europe/Rome
Tue, 05 Nov 2024 13:15 +0300
Tue, 05 Nov 24 10:15:00 GMT
Tue, 05 Nov 2024 13:15:00 GMT+3
Tue Nov  5 13:15:00 +0300 2024
Tue Nov 05 10:15:00 UTC 2024
2024-11-05T10:15:00Z
2024-11-05T13:15:00.250+03:00
2024-11-05 10:15
2024/11/05 10:15:00
20241105T101500Z
1730801700
1730801700000
05.11.2024 10:15
11/05/2024 10:15 AM
10:15 05.11.2024
5 ноября 2024, 13:15 МСК
5 ноября 2024 г. 10:15
mardi 5 novembre 2024 - 11h15 CET
mar. 5 nov. 2024 10:15
5. November 2024 11:15 MEZ
martedì 5 novembre 2024 10.15
5 Kasım 2024 Salı 13:15 TRT
٥ نوفمبر ٢٠٢٤ 10:15
الثلاثاء 5 نوفمبر 2024 - 10:15 ص
5 تشرين الثاني 2024 10:15
5 تشرين 2 2024 10:15
5 تشرين2 2024 10:15
5 نونبر 2024 10:15
5 تشرين ثاني 2024، 10:15
Tue, 05 Nov 2024 05:15:00 ET
Tue, 05 Nov 2024 02:15:00 PT
Tue, 05 Nov 2024 04:15:00 CT
Tue, 05 Nov 2024 11:15:00 MET
Tue, 05 Nov 2024 12:15:00 MEST
2024-11-05T11:15:0+01:00
Tue, 05 Nov 2024 20:15:00 AEST
November 5, 2024 10:15 a.m.
Nov 5th, 2024 10:15
"""


@pytest.mark.parametrize("words", SAME_INSTANT.strip().splitlines())
def test_the_same_instant_in_many_words(words: str) -> None:
    """Zones feedparser calls UTC, months in six languages, numbers in every order."""
    at = parse_date(words)
    assert at is not None
    assert at.replace(microsecond=0) == QUARTER_PAST_TEN


@pytest.mark.parametrize(
    "words", ["2024-11-05", "20241105", "05 Kasım 2024", "5 novembre 2024", "2024 November 5"]
)
def test_a_day_without_time_is_its_midnight(words: str) -> None:
    """UTC, where no zone is given."""
    assert parse_date(words) == MIDNIGHT


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        pytest.param("", DateFlag.MISSING, id="nothing"),
        pytest.param("  ", DateFlag.MISSING, id="blank"),
        pytest.param("0000-00-00 00:00:00", DateFlag.UNREADABLE, id="database zero"),
        pytest.param("30 Feb 2024", DateFlag.UNREADABLE, id="no such day"),
        pytest.param("16:04", DateFlag.UNREADABLE, id="time only"),
        pytest.param("2 hours ago", DateFlag.UNREADABLE, id="relative"),
        pytest.param("Tue, 05 Nov 2024 10:15:00 +9999", DateFlag.UNREADABLE, id="absurd zone"),
        pytest.param("9" * 300, DateFlag.UNREADABLE, id="absurd length"),
        pytest.param("Thu, 07 Nov 2024 11:59:00 GMT", DateFlag.OK, id="within a day ahead"),
        pytest.param("Thu, 07 Nov 2024 12:01:00 GMT", DateFlag.FUTURE, id="more than a day ahead"),
        pytest.param("Wed, 31 Dec 1969 23:59:59 GMT", DateFlag.ANCIENT, id="before the epoch"),
        pytest.param("1 Jan 1995", DateFlag.OK, id="old"),
    ],
)
def test_odd_dates_are_flagged_not_dropped(words: str, flag: DateFlag) -> None:
    """A date never decides whether an item alerts, so an odd one is kept with its flag."""
    at, found = read_date(words, NOW)
    assert found is flag
    assert (at is None) == (flag in (DateFlag.MISSING, DateFlag.UNREADABLE))


def test_digits_that_stand_alone_are_read() -> None:
    assert parse_date("2024-11-05T1:2:3Z") == datetime(2024, 11, 5, 1, 2, 3, tzinfo=UTC)
    assert parse_date("5 Nov 2024 1:2:3 +0100") == datetime(2024, 11, 5, 0, 2, 3, tzinfo=UTC)


def test_leap_seconds_and_hour_24_are_read() -> None:
    """Both occur; both are within a second of what is meant."""
    assert parse_date("5 Nov 2024 24:00 GMT") == datetime(2024, 11, 6, tzinfo=UTC)
    assert parse_date("5 Nov 2024 10:15:60 GMT") == datetime(2024, 11, 5, 10, 15, 59, tzinfo=UTC)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="0123456789-/.: TZ+novmayпм", max_size=40))
def test_reading_a_date_never_raises(words: str) -> None:
    """Any string gives an aware instant or None."""
    at = parse_date(words)
    assert at is None or at.utcoffset() is not None


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Mon, 01 Jul 2024 06:15:00 ET", datetime(2024, 7, 1, 10, 15, tzinfo=UTC)),
        ("2024-11-29T10:20:3+01:00", datetime(2024, 11, 29, 9, 20, 3, tzinfo=UTC)),
        ("5 août 2026 à 8 h 05", datetime(2026, 8, 5, 8, 5, tzinfo=UTC)),
        ("12 دجنبر 2024", datetime(2024, 12, 12, tzinfo=UTC)),
        ("9 شتنبر 2024 10:00", datetime(2024, 9, 9, 10, tzinfo=UTC)),
        ("3 غشت 2024", datetime(2024, 8, 3, tzinfo=UTC)),
        ("1 كانون 2 2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("20 كانون الأول 2023 18:30", datetime(2023, 12, 20, 18, 30, tzinfo=UTC)),
    ],
)
def test_names_that_depend_on_the_place(words: str, at: datetime) -> None:
    """American zones follow summer time; Morocco and the Levant have months of their own."""
    assert parse_date(words) == at


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Okt"]
TIMES = st.builds("{:02}:{:02}:{:02}".format, *3 * [st.integers(0, 62)])
ZONES = st.one_of(
    st.sampled_from(["GMT", "UTC", "Z", "EST", ""]),
    st.builds(
        "{}{:02}{}{:02}".format,
        st.sampled_from("+-"),
        st.integers(0, 30),
        st.sampled_from([":", ""]),
        st.integers(0, 70),
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.builds(
            "Tue, {} {} {} ".format,
            st.integers(0, 32),
            st.sampled_from(MONTHS),
            st.integers(1, 9999).map("{:04}".format),
        ),
        st.builds("{:04}-{:02}-{:02}T".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    ),
    TIMES,
    ZONES,
    st.sampled_from(["", " "]),
)
def test_usual_dates_are_read_as_all_others(date: str, clock: str, zone: str, apart: str) -> None:
    """They have a way of their own; in the other case they are read word by word."""
    said = f"{date}{clock}{apart}{zone}"
    assert parse_date(said) == parse_date(said.swapcase())

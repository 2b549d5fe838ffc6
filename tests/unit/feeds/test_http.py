"""Validators, freshness and waiting, as the RFCs word them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds import http

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DATE = ("Date", "Tue, 24 Nov 2026 12:00:00 GMT")


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([], None, id="nothing-said"),
        pytest.param([("Cache-Control", "max-age=600")], seconds(600), id="max-age"),
        pytest.param([("Cache-Control", "public, MAX-AGE=600")], seconds(600), id="any-case"),
        pytest.param([("Cache-Control", 'max-age="600"')], seconds(600), id="quoted"),
        pytest.param([("Cache-Control", "max-age=600, max-age=5")], seconds(600), id="first-counts"),
        pytest.param(
            [("Cache-Control", "public"), ("Cache-Control", "max-age=60")], seconds(60), id="two-fields"
        ),
        pytest.param([("Cache-Control", "max-age=600"), ("Age", "200")], seconds(400), id="aged"),
        pytest.param([("Cache-Control", "max-age=600"), ("Age", "900")], seconds(0), id="over-aged"),
        pytest.param([("Cache-Control", "max-age=0")], seconds(0), id="zero"),
        pytest.param([("Cache-Control", "max-age=-5")], None, id="negative"),
        pytest.param([("Cache-Control", "max-age=soon")], None, id="no-number"),
        pytest.param([("Cache-Control", "max-age=99999999999999999999")], http.LONGEST, id="absurd"),
        pytest.param([("Cache-Control", "s-maxage=600")], None, id="shared-caches-only"),
        pytest.param([("Cache-Control", "no-store, max-age=600")], None, id="no-store"),
        pytest.param([("Cache-Control", "max-age=600, no-cache")], None, id="no-cache"),
        pytest.param([("Cache-Control", 'x="no-cache", max-age=60')], seconds(60), id="word-inside-quotes"),
        pytest.param([DATE, ("Expires", "Tue, 24 Nov 2026 13:00:00 GMT")], seconds(3600), id="expires"),
        pytest.param([DATE, ("Expires", "Tuesday, 24-Nov-26 13:00:00 GMT")], seconds(3600), id="rfc850"),
        pytest.param([DATE, ("Expires", "Tue Nov 24 13:00:00 2026")], seconds(3600), id="asctime"),
        pytest.param([DATE, ("Expires", "Tue, 24 Nov 2020 13:00:00 GMT")], seconds(0), id="expired"),
        pytest.param([DATE, ("Expires", "0")], None, id="expires-zero"),
        pytest.param([("Expires", "Tue, 24 Nov 2026 13:00:00 GMT")], None, id="expires-without-date"),
        pytest.param(
            [DATE, ("Expires", "Tue, 24 Nov 2026 13:00:00 GMT"), ("Cache-Control", "max-age=60")],
            seconds(60),
            id="max-age-beats-expires",
        ),
    ],
)
def test_freshness_follows_max_age_then_expires(
    headers: list[tuple[str, str]], expected: timedelta | None
) -> None:
    assert http.fresh_for(tuple(headers)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("120", seconds(120), id="seconds"),
        pytest.param(" 120 ", seconds(120), id="spaces"),
        pytest.param("172800", seconds(172_800), id="two-days-are-kept"),
        pytest.param("9" * 400, None, id="no-number-any-more"),
        pytest.param("9" * 30, http.LONGEST, id="absurd"),
        pytest.param("Tue, 24 Nov 2026 12:10:00 GMT", seconds(600), id="date"),
        pytest.param("Tue, 24 Nov 2026 11:00:00 GMT", seconds(0), id="past"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("٣", None, id="other-digits"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="empty"),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, expected: timedelta | None) -> None:
    assert http.retry_after((DATE, ("Retry-After", value)), NOW + timedelta(days=400)) == expected


def test_a_retry_date_without_date_header_counts_from_our_clock() -> None:
    headers = (("retry-after", "Tue, 24 Nov 2026 12:10:00 GMT"),)
    assert http.retry_after(headers, NOW) == seconds(600)


@pytest.mark.parametrize(
    "value",
    [
        '"a"',
        'W/"a-gzip"',
        "unquoted",
        '"with, comma"',
        '"é\xff"',
        "Tue, 31 Feb 2026 99:99:99 GMT",
        '"' + "x" * 1000 + '"',
    ],
)
def test_a_validator_survives_the_round_trip_byte_for_byte(value: str) -> None:
    raw = [(b"eTaG", value.encode("latin-1"))]
    kept = http.validator(http.headers_of(raw), "etag")
    assert http.conditional(kept, None) == [(b"If-None-Match", value.encode("latin-1"))]


@pytest.mark.parametrize("value", ["", "x" * 5000, "a\r\nX-Evil: 1", "a\x00b"])
def test_a_validator_that_could_not_be_sent_is_not_sent(value: str) -> None:
    assert http.conditional(value, value) == []


def test_cookies_are_not_kept_with_the_headers() -> None:
    raw = [(b"Set-Cookie", b"session=1"), (b"Server", b"x")] + [(b"X", b"y")] * 500
    kept = http.headers_of(raw)
    assert kept[0] == ("Server", "x")
    assert len(kept) == 100


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("x-GZIP", "gzip"),
        ("utf-8", "identity"),
        ("none", "identity"),
        ("gzip, gzip", None),
        ("gzip, identity", "gzip"),
        ("br", None),
        ("zstd", None),
        ("deflate", None),
    ],
)
def test_one_gzip_is_all_the_coding_we_take(value: str, expected: str | None) -> None:
    assert http.coding((("Content-Encoding", value),)) == expected

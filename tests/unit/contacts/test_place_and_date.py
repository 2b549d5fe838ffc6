"""Days are counted from the item's own date, as exactly as the words allow and no more so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.contacts.place_and_date import day_of, is_long_ago

FRIDAY = datetime(2024, 5, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        pytest.param("en", "met on thursday", "2024-05-09", id="en weekday"),
        pytest.param("en", "met yesterday", "2024-05-09", id="en yesterday"),
        pytest.param("en", "received on september 28, 2023", "2023-09-28", id="en month first"),
        pytest.param("en", "received on 2 may", "2024-05-02", id="en day first"),
        pytest.param("en", "in september", "2023-09", id="en last september"),
        pytest.param("en", "two months ago", "2024-03", id="en counted"),
        pytest.param("en", "5 days ago", "2024-05-05", id="en counted in figures"),
        pytest.param("en", "12 days ago", "2024-04-28", id="en two figures"),
        pytest.param("en", "120 days ago", None, id="en too many to be meant"),
        pytest.param("ru", "5 дней назад", "2024-05-05", id="ru counted in figures"),
        pytest.param("en", "last year", "2023", id="en last year"),
        pytest.param("en", "for the first time since 2019", "2019", id="en year"),
        pytest.param("en", "he may visit", None, id="may is no month here"),
        pytest.param("fr", "reçu le 28 septembre 2023", "2023-09-28", id="fr date"),
        pytest.param("fr", "reçu jeudi", "2024-05-09", id="fr weekday"),
        pytest.param("fr", "il y a deux mois", "2024-03", id="fr counted"),
        pytest.param("it", "ricevuto giovedì", "2024-05-09", id="it weekday"),
        pytest.param("it", "il 28 settembre", "2023-09-28", id="it date"),
        pytest.param("it", "due settimane fa", "2024-04", id="it counted"),
        pytest.param("ru", "встретились в четверг", "2024-05-09", id="ru weekday"),
        pytest.param("ru", "28 сентября 2023 года", "2023-09-28", id="ru date"),
        pytest.param("ru", "в сентябре", "2023-09", id="ru month"),
        pytest.param("ru", "накануне", "2024-05-09", id="ru the day before"),
        pytest.param("ar", "يوم الخميس", "2024-05-09", id="ar weekday"),
        pytest.param("ar", "في 28 سبتمبر 2023", "2023-09-28", id="ar date"),
        pytest.param("ar", "28 ايلول", "2023-09-28", id="ar Levantine month"),
        pytest.param("tr", "perşembe günü", "2024-05-09", id="tr weekday"),
        pytest.param("tr", "28 eylül 2023", "2023-09-28", id="tr date"),
        pytest.param("tr", "iki ay önce", "2024-03", id="tr counted"),
        pytest.param("en", "nothing about days", None, id="no day"),
    ],
)
def test_a_day_is_as_exact_as_the_words(lang: str, text: str, day: str | None) -> None:
    """The item came out on Friday, the 10th of May 2024."""
    assert day_of(text, lang, FRIDAY) == day


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        pytest.param("en", "will meet on monday", "2024-05-13", id="en"),
        pytest.param("ru", "встретится 19 мая", "2024-05-19", id="ru"),
        pytest.param("fr", "rencontrera en janvier", "2025-01", id="fr next year"),
        pytest.param("tr", "yarın görüşecek", "2024-05-11", id="tr tomorrow"),
    ],
)
def test_days_of_what_is_planned_lie_ahead(lang: str, text: str, day: str) -> None:
    """A Monday after the item's date, not the one before it."""
    assert day_of(text, lang, FRIDAY, ahead=True) == day


def test_without_a_date_of_its_own_an_item_only_tells_full_dates() -> None:
    """Weekdays and months without a year cannot be counted from nowhere."""
    assert day_of("on thursday, two months ago, in may", "en", None) is None
    assert day_of("on 28 september 2023", "en", None) == "2023-09-28"
    assert day_of("in may, and again on 28 september 2023", "en", None) == "2023-09-28"


@pytest.mark.parametrize(
    ("day", "long"),
    [
        ("2024-05-09", False),
        ("2024-04-20", True),
        ("2024-04-29", True),
        ("2024-04-30", False),
        ("2024-05", False),
        ("2024-03", True),
        ("2023", True),
        ("2024", False),
        (None, False),
    ],
)
def test_more_than_ten_days_are_long_ago(day: str | None, *, long: bool) -> None:
    """Counted by the latest day that the words allow."""
    assert is_long_ago(day, FRIDAY) is long

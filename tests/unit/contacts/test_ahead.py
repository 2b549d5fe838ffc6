"""A contact whose day is still to come is planned, whatever the tense; a status in brackets behind a title is read."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.model import Contact, Item
from monitor.watchlists.compile import load

ROOT = Path(__file__).parents[3]
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)


@cache
def matcher() -> Matcher:
    lists = load(ROOT / "watchlists")
    return Matcher(lists, extract=extractor(lists))


def contacts(lang: str, title: str) -> tuple[Contact, ...]:
    item = Item(key="k", feed_id="f", title=title, lang=lang, published_at=WEDNESDAY)
    return matcher().decide(item).contacts


@pytest.mark.parametrize(
    ("lang", "title", "day"),
    [
        pytest.param("en", "Haftar and Lavrov meet in Moscow on Friday", "2026-11-27", id="en weekday"),
        pytest.param("en", "Dbeibah travels to Moscow for talks with Lavrov on Friday", "2026-11-27", id="en trip"),
        pytest.param("en", "Haftar left for Moscow on Wednesday for talks with Lavrov on Friday", "2026-11-27", id="en left for"),
        pytest.param("en", "Libya, Russia agree joint commission for next February", "2027-02", id="en next month of the name"),
        pytest.param("en", "Lavrov and Dbeibah meet on 3 December 2026 in Tripoli", "2026-12-03", id="en date"),
        pytest.param("en", "Haftar and Lavrov meet in Moscow on 2 January", "2027-01-02", id="en date of next year"),
        pytest.param("en", "Haftar and Lavrov meet in Moscow next Tuesday", "2026-12-01", id="en next weekday"),
        pytest.param("fr", "Haftar à Moscou vendredi pour des entretiens avec Lavrov", "2026-11-27", id="fr weekday"),
        pytest.param("fr", "Lavrov s'entretient demain avec Dbeibah à Moscou", "2026-11-26", id="fr tomorrow"),
        pytest.param("it", "Haftar vola a Mosca venerdì per colloqui con Lavrov", "2026-11-27", id="it weekday"),
        pytest.param("ru", "Хафтар прилетает в Москву в пятницу на переговоры с Лавровым", "2026-11-27", id="ru weekday"),
        pytest.param("ru", "Лавров встречается с Менфи 3 декабря в Москве", "2026-12-03", id="ru date"),
        pytest.param("ar", "حفتر يزور موسكو الجمعة للقاء لافروف", "2026-11-27", id="ar weekday"),
        pytest.param("ar", "يجتمع لافروف مع المنفي في 3 ديسمبر في موسكو", "2026-12-03", id="ar date"),
        pytest.param("tr", "Hafter cuma günü Moskova'da Lavrov ile görüşüyor", "2026-11-27", id="tr weekday"),
        pytest.param("en", "Haftar in Moscow: talks with Lavrov still open, date not set", None, id="no day yet"),
    ],
)  # fmt: skip
def test_what_is_still_to_come_is_planned(lang: str, title: str, day: str | None) -> None:
    (contact,) = contacts(lang, title)
    assert (contact.status, contact.date) == ("planned", day)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        pytest.param("en", "Khalifa Haftar met Sergei Lavrov in Moscow on Friday", id="en past tense"),
        pytest.param("en", "Haftar meets Lavrov in Moscow on Wednesday", id="en today"),
        pytest.param("en", "Haftar meets Lavrov in Moscow on Tuesday", id="en yesterday"),
        pytest.param("en", "Haftar and Lavrov meet in Moscow last Friday", id="en last weekday"),
        pytest.param("en", "Haftar and Lavrov meet in Moscow on 20 November", id="en date of last week"),
        pytest.param("en", "Haftar and Lavrov meet in Moscow on 3 December 2025", id="en date of last year"),
        pytest.param(
            "en", "Haftar met Lavrov ahead of a summit next week", id="en something else is next week"
        ),
        pytest.param("ru", "Хафтар встретился с Лавровым в пятницу", id="ru past tense"),
        pytest.param("ar", "التقى حفتر لافروف الجمعة", id="ar past tense"),
    ],
)
def test_what_is_over_is_over(lang: str, title: str) -> None:
    assert [c.status for c in contacts(lang, title)] == ["happened"]


@pytest.mark.parametrize(
    ("lang", "title", "status"),
    [
        pytest.param("en", "Meeting: Sergei Lavrov – Abdulhamid Dbeibah, Tripoli (planned)", "planned", id="en planned"),
        pytest.param("en", "Meeting: Sergei Lavrov – Abdulhamid Dbeibah, Tripoli (invited)", "invited", id="en invited"),
        pytest.param("en", "Meeting: Sergei Lavrov – Abdulhamid Dbeibah, Tripoli (called off)", "cancelled", id="en called off"),
        pytest.param("en", "Visit: Yunus-bek Yevkurov – Khalifa Haftar, Benghazi (took place)", "happened", id="en took place"),
        pytest.param("en", "Phone call: Vladimir Putin – Aguila Saleh (planned)", "planned", id="en a call"),
        pytest.param("en", "Delivery: Russia – Khalifa Haftar, Tobruk (denied)", "denied", id="en a delivery"),
        pytest.param("en", "Meeting: Sergei Lavrov – Khalifa Haftar [planned] (video)", "planned", id="en square, and a second one"),
        pytest.param("en", "Meeting: Sergei Lavrov – Khalifa Haftar – planned", "planned", id="en behind a dash"),
        pytest.param("fr", "Rencontre : Sergueï Lavrov – Abdelhamid Dbeiba, Tripoli (démentie)", "denied", id="fr denied"),
        pytest.param("it", "Incontro: Sergej Lavrov – Mohamed al Menfi, Tripoli (annullato)", "cancelled", id="it cancelled"),
        pytest.param("ru", "Встреча: Сергей Лавров – Халифа Хафтар, Москва (запланирована)", "planned", id="ru planned"),
        pytest.param("ar", "لقاء: سيرغي لافروف – خليفة حفتر، موسكو (مقرَّر)", "planned", id="ar planned"),
        pytest.param("ar", "لقاء: سيرغي لافروف – خليفة حفتر، موسكو (دعوة)", "invited", id="ar invited"),
        pytest.param("tr", "Görüşme: Sergey Lavrov – Halife Hafter, Moskova (ertelendi)", "postponed", id="tr postponed"),
    ],
)  # fmt: skip
def test_a_status_in_brackets_is_read(lang: str, title: str, status: str) -> None:
    assert [c.status for c in contacts(lang, title)] == [status]

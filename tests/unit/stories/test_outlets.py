"""Whose voice an item is."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.model import Item, Side
from monitor.stories import outlets
from tests.support.press import HORN_PRESS, PRESS
from tests.support.tellings import telling


@pytest.mark.parametrize(
    ("given", "name", "side"),
    [
        pytest.param({"family": "France Médias Monde"}, "France Médias Monde", Side("independent"), id="feed's family"),
        pytest.param({}, "Outlet 1", Side("independent"), id="no family: the outlet"),
        pytest.param({"credit": "AFP"}, "AFP", Side("independent"), id="credited wire"),
        pytest.param({"side": Side("libya-west"), "credit": "TASS"}, "TASS", Side("russia-state"), id="a wire speaks for itself"),
        pytest.param({"credit": "Sputnik"}, "Rossiya Segodnya", Side("russia-state"), id="a wire's publisher"),
        pytest.param({"credit": "Telegraph Agency of Nowhere"}, "Telegraph Agency of Nowhere", Side("unknown"), id="unknown wire"),
        pytest.param({"outlet": "RT Arabic", "family": "articles"}, "TV-Novosti", Side("independent"), id="outlet of a house"),
        pytest.param({"outlet": "The Hill via Yahoo News"}, "The Hill", Side("independent"), id="via"),
        pytest.param({"outlet": "The Libya Observer"}, "The Libya Observer", Side("independent"), id="outlet by its name"),
    ],
)  # fmt: skip
def test_a_voice_is_a_publisher_or_a_wire(given: dict[str, Any], name: str, side: Side) -> None:
    """An outlet that prints an agency lends it no side."""
    item = telling(1, given.pop("side", Side("independent")), "B", **given)
    assert outlets.voice(item, PRESS.outlets) == (name, side)


@pytest.mark.parametrize(
    ("given", "reprint"),
    [
        pytest.param({"family": "allAfrica - Libya"}, True, id="by family"),
        pytest.param({"family": "Pravda network"}, True, id="mirror network"),
        pytest.param({"url": "https://allafrica.com/stories/1.html"}, True, id="by the item's host"),
        pytest.param(
            {"feed": {"url": "https://libya.news-pravda.com/rss.xml"}}, True, id="by the feed's host"
        ),
        pytest.param({"url": "https://www.msn.com/x"}, True, id="www"),
        pytest.param({"url": "https://notmsn.com/x"}, False, id="a host that only ends alike"),
        pytest.param({"url": "https://[broken"}, False, id="no address"),
        pytest.param({"family": "allAfrica - Libya", "credit": "AFP"}, False, id="origin credited"),
        pytest.param({"outlet": "AP via Yahoo News"}, False, id="origin before via"),
        pytest.param({}, False, id="an outlet"),
    ],
)
def test_aggregators_have_no_word_of_their_own(given: dict[str, Any], reprint: bool) -> None:
    """Unless the text says whose it is."""
    assert outlets.is_aggregator(telling(1, **given), PRESS.outlets) is reprint


def test_a_google_news_headline_names_its_outlet() -> None:
    """It stands after the last dash."""
    feed = {"url": "https://news.google.com/rss/search?q=libya"}
    item = telling(1, feed=feed, title="Envoy in Tripoli - again - Cyprus Mail")
    assert outlets.family(item, PRESS.outlets) == "Cyprus Mail"
    assert not outlets.is_aggregator(item, PRESS.outlets)


# --- credits ---


def item(content: str = "", *, title: str = "A title", **more: str) -> Item:
    return Item(key="k", feed_id="f", title=title, content=content, **more)  # type: ignore[arg-type]


REST = " The two men talked for an hour about grain, and nobody signed anything." * 6


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        pytest.param("TRIPOLI, Nov 3 (Reuters) - The commander left." + REST, "Reuters", id="english dateline"),
        pytest.param("UNITED NATIONS (AP) — Envoys met." + REST, "AP", id="two letters between brackets"),
        pytest.param("BENGHAZI, Libya, Nov. 3 (Xinhua) -- Officials met." + REST, "Xinhua", id="xinhua"),
        pytest.param("MOSCOW, September 5. /TASS/. The minister left." + REST, "TASS", id="tass in strokes"),
        pytest.param("МОСКВА, 3 ноя — РИА Новости. Министр принял гостя." + REST, "RIA Novosti", id="ria"),
        pytest.param("ТРИПОЛИ, 3 ноября. /ТАСС/. Делегация прибыла." + REST, "TASS", id="tass in russian"),
        pytest.param("طرابلس 3 نوفمبر (رويترز) - وصل الوفد اليوم." + REST, "Reuters", id="arabic brackets"),
        pytest.param("طرابلس – وال – وصل الوفد اليوم." + REST, "LANA", id="arabic dashes"),
        pytest.param("القاهرة - أ ش أ: التقى الوزير نظيره." + REST, "MENA", id="letters with spaces"),
        pytest.param("(ANSA) - ROMA, 3 NOV - Il generale è a Mosca." + REST, "ANSA", id="italian"),
        pytest.param("Roma, 3 nov. (askanews) - Il generale è a Mosca." + REST, "Askanews", id="lower case"),
        pytest.param("TRABLUS (AA) - Heyet sabah geldi." + REST, "Anadolu", id="turkish"),
        pytest.param("AFP - La délégation est arrivée." + REST, "AFP", id="at the very start"),
        pytest.param(REST + " Ils sont repartis le soir. (AFP)", "AFP", id="footer between brackets"),
        pytest.param(REST + " Ils sont repartis le soir. Avec AFP", "AFP", id="footer with"),
        pytest.param(REST + " Geri döndüler. Kaynak: Anadolu Ajansı", "Anadolu", id="footer source"),
        pytest.param(REST + " They left at night. AFP", "AFP", id="footer alone"),
        pytest.param(REST + " (Reporting by A. Bee; Editing by C. Dee)", "Reuters", id="signed as Reuters does"),
        pytest.param("The commander flew to Moscow, TASS reported on Monday." + REST, "TASS", id="reported"),
        pytest.param("He flew to Moscow, according to the Russian news agency Interfax." + REST, "Interfax", id="according to"),
        pytest.param("Хафтар прилетел в Москву, передаёт ТАСС." + REST, "TASS", id="russian attribution"),
        pytest.param("Хафтар прилетел, сообщает агентство «Интерфакс»." + REST, "Interfax", id="russian quotes"),
        pytest.param("وصل حفتر إلى موسكو نقلا عن وكالة سبوتنيك." + REST, "Sputnik", id="arabic attribution"),
        pytest.param("Le maréchal est à Moscou, selon l'AFP." + REST, "AFP", id="french attribution"),
        pytest.param("Il maresciallo è a Mosca, riferisce l'agenzia ANSA." + REST, "ANSA", id="italian attribution"),
        pytest.param("AFP'nin aktardığına göre mareşal Moskova'da." + REST, "AFP", id="turkish attribution"),
    ],
)  # fmt: skip
def test_a_text_credits_its_agency(text: str, agency: str) -> None:
    """Dateline, footer and attribution in six languages."""
    assert outlets.credit(item(text), PRESS.outlets) == agency


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He was leaving, two diplomats told AFP on Monday." + REST, id="told"),
        pytest.param("Кто это был, источник рассказал ТАСС в среду." + REST, id="told in russian"),
        pytest.param("قال الوزير لوكالة نوفوستي إن الأمر يسير ببطء." + REST, id="told in arabic"),
        pytest.param("AA'ya konuşan yetkili sayıyı doğruladı." + REST, id="told in turkish"),
        pytest.param("Deliveries of Sputnik V should speed up." + REST, id="the vaccine"),
        pytest.param(
            "Nova elezioni in vista, dice il governo. La Casa Nova apre." + REST, id="a word like a name"
        ),
        pytest.param(REST + " The MENA region needs rain." + REST, id="a region"),
        pytest.param(
            REST + " Last year (Reuters) showed pictures of the base." + REST, id="deep in the text"
        ),
        pytest.param("", id="nothing"),
    ],
)
def test_a_mention_is_no_credit(text: str) -> None:
    """Otherwise every quoted interview would be an agency's text."""
    assert outlets.credit(item(text), PRESS.outlets) == ""


@pytest.mark.parametrize(
    ("given", "agency"),
    [
        pytest.param(item(REST, title="رويترز: روسيا ترسل مدربين"), "Reuters", id="title begins with it"),
        pytest.param(item(REST, title="Haftar returns to Moscow (AFP)"), "AFP", id="title ends with it"),
        pytest.param(item(REST, author="Le Monde avec AFP"), "AFP", id="byline"),
        pytest.param(item(summary="Tripoli (AFP) – Le maréchal est parti."), "AFP", id="summary"),
    ],
)
def test_titles_and_bylines_count(given: Item, agency: str) -> None:
    """An entry may have nothing but a headline and a name."""
    assert outlets.credit(given, PRESS.outlets) == agency


def test_another_question_has_its_own_agencies_and_words() -> None:
    """Nothing of the shipped file is left: the agency, its side, its house, the words that credit it."""
    text = "The minister left, according to SONNA."
    assert outlets.credit(item(text), HORN_PRESS.outlets) == "SONNA"
    assert outlets.credit(item(text), PRESS.outlets) == ""
    assert outlets.credit(item("He left, according to TASS."), HORN_PRESS.outlets) == ""
    assert outlets.voice(telling(1, credit="SONNA"), HORN_PRESS.outlets) == ("SONNA", Side("mogadishu"))
    assert outlets.voice(telling(1, outlet="Horn Radio"), HORN_PRESS.outlets)[0] == "Horn House"

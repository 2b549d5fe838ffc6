"""Whose text an item is."""

from __future__ import annotations

import pytest

from monitor.model import Item
from monitor.stories import wires


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
    assert wires.credit(item(text)) == agency


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
    assert wires.credit(item(text)) == ""


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
    assert wires.credit(given) == agency


def test_every_form_belongs_to_one_agency() -> None:
    """No name is claimed twice, and none is empty."""
    forms = [form for wire in wires.WIRES for form in (*wire.forms, *wire.short)]

    assert len(forms) == len(set(forms))
    assert all(form.strip() == form and form for form in forms)

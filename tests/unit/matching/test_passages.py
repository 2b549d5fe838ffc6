"""Each part of an item is read in its own language: a headline over a feed's boilerplate in another."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor
from monitor.languages import detect
from monitor.matching import sentences
from monitor.matching.matcher import Matcher
from monitor.model import Item
from monitor.watchlists.compile import load
from monitor.watchlists.explain import as_polled
from monitor.watchlists.files import shipped_press

ROOT = Path(__file__).parents[3]
ARABIC = "تابعوا آخر الأخبار على قناتنا في تلغرام وفيسبوك. جميع الحقوق محفوظة لوكالة الأنباء. " * 3
ENGLISH = "Follow the latest news on our channel. All rights reserved to the news agency. " * 3
TURKISH = (
    "Son dakika haberleri için kanalımızı takip edin. Tüm hakları saklıdır, ajans ile iletişime geçin. " * 3
)
FRENCH = "Suivez toute l'actualité sur notre chaîne et abonnez-vous à la lettre. Tous droits réservés. " * 3


@cache
def matcher() -> Matcher:
    lists = load(ROOT / "watchlists")
    return Matcher(lists, extract=extractor(lists))


def item(title: str, content: str, lang: str = "und") -> Item:
    return as_polled(
        Item(key="k", feed_id="f", title=title, content=content, lang=lang), shipped_press().outlets
    )


@pytest.mark.parametrize(
    ("title", "content", "lang", "told"),
    [
        pytest.param("Haftar meets Lavrov in Moscow", ARABIC, "und", "en", id="en over ar"),
        pytest.param("Haftar meets Lavrov in Moscow", ARABIC, "en", "en", id="en over ar, said"),
        pytest.param("Haftar reçu par Lavrov à Moscou", ARABIC, "und", "fr", id="fr over ar"),
        pytest.param("حفتر يلتقي لافروف في موسكو", ENGLISH, "und", "ar", id="ar over en"),
        pytest.param("Хафтар встретился с Лавровым в Москве", ENGLISH, "und", "ru", id="ru over en"),
        pytest.param("Haftar meets Lavrov at the ministry in Moscow", TURKISH, "und", "en", id="en over tr, one script"),
        pytest.param("Haftar receives Lavrov in Moscow", TURKISH, "tr", "tr", id="en over tr, a wrong label"),
        pytest.param("Haftar incontra Lavrov a Mosca", ENGLISH, "en", "en", id="it over en, a wrong label"),
        pytest.param("Haftar incontra Lavrov a Mosca", FRENCH, "und", "fr", id="it over fr"),
        pytest.param("Hafter Moskova'da Lavrov ile görüştü", FRENCH, "fr", "fr", id="tr over fr"),
        pytest.param("News of the day", ARABIC + "Khalifa Haftar met Sergei Lavrov in Moscow on Sunday. " + ARABIC, "ar", "ar", id="an English sentence amid Arabic"),
    ],
)  # fmt: skip
def test_a_part_is_read_in_its_own_language(title: str, content: str, lang: str, told: str) -> None:
    decision = matcher().decide(item(title, content, lang))
    assert decision.lang == told
    assert [tuple(c.parties.values()) for c in decision.contacts] == [
        (("Sergei Lavrov",), ("Khalifa Haftar",))
    ]


def test_a_headline_of_names_alone_is_read_in_all_languages() -> None:
    body = "The field marshal has met the minister in the capital on Sunday."
    assert detect.parts("Haftar, Lavrov, Yevkurov, Benghazi", body, "", "en") == ("en", "und en en")


def test_an_item_in_one_language_has_no_parts() -> None:
    assert detect.parts("Rain in the port", "It rained on Monday.", "The port was closed for the day.") == (
        "en",
        "",
    )
    assert detect.parts("", "", "")[1] == ""


def test_stretches_cover_the_whole_item() -> None:
    read = item("Haftar meets Lavrov in Moscow", ARABIC)
    found = sentences.stretches(read)
    assert [lang for _, lang in found] == ["en", "en", "ar"]
    assert found[-1][0] >= len(read.title) + len(read.content)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        pytest.param("en", "#WagnerGroup seen near Sirte", id="en"),
        pytest.param("ru", "Бойцы #ЧВКВагнер замечены", id="ru, an abbreviation first"),
        pytest.param("en", "#wagnergroup in Mali", id="in one case"),
        pytest.param("ar", "#فاغنر تنسحب من ليبيا", id="ar"),
    ],
)
def test_joined_hashtags_are_words(lang: str, title: str) -> None:
    assert any(m.watchlist == "wagner" for m in matcher().decide(item(title, "", lang)).matches)


@pytest.mark.parametrize(
    "title",
    [
        "#KhalifaHaftar met #SergeiLavrov in Moscow",
        "#khalifahaftar met #lavrov",
        "#خليفة_حفتر يلتقي #لافروف",
    ],
)
def test_joined_names_are_people(title: str) -> None:
    (contact,) = matcher().decide(item(title, "", "ar" if title[1] > "z" else "en")).contacts
    assert contact.parties["libya"] == ("Khalifa Haftar",)
    evidence = next(e for e in contact.evidence if e.term == "khalifa-haftar")
    assert title[evidence.start : evidence.end] == evidence.text


@pytest.mark.parametrize(
    "name",
    ["Almenfi", "Elmenfi", "Mohamed Almenfi", "Abdulhamid Aldbeibah", "Eldbeibah", "ad-Dbeibah", "Khaled Almishri",
     "Mohamed Alhaddad", "Abdullah Allafi", "El Menfi", "al Dbeibah"],
)  # fmt: skip
def test_a_glued_article_is_the_name(name: str) -> None:
    decision = matcher().decide(item(f"{name} met Lavrov in Tripoli", "", "en"))
    assert [bool(c.parties["libya"]) for c in decision.contacts] == [True]


@pytest.mark.parametrize(
    "name",
    ["Альменфи", "Эль-Менфи", "Эльменфи", "с Мухаммедом Альхаддадом", "Аннадури", "Муса Алькуни", "Аддабиба"],
)
def test_a_glued_article_in_russian_letters_is_the_name(name: str) -> None:
    said = f"Лавров встретился {name}" if name.startswith("с ") else f"{name} встретился с Лавровым"
    assert [len(c.parties["libya"]) for c in matcher().decide(item(said, "", "ru")).contacts] == [1]

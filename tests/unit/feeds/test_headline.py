"""The outlet's name behind a headline is told apart from it, in every script; a tail that nobody knows stays."""

from __future__ import annotations

import pytest

from monitor.feeds.headline import Headline, credited, parted, same
from monitor.feeds.parse import parse
from monitor.model import Entry, ParsedFeed
from monitor.model.press import HeadlineNames, Outlets
from monitor.watchlists.files import shipped_press

OUTLETS = shipped_press().outlets


@pytest.mark.parametrize(
    ("title", "head", "outlet"),
    [
        pytest.param("Haftar meets ambassador - The Moscow Times", "Haftar meets ambassador", "The Moscow Times", id="hyphen"),
        pytest.param("Haftar meets ambassador – The Moscow Times", "Haftar meets ambassador", "The Moscow Times", id="en dash"),
        pytest.param("Войска ушли — РИА Новости", "Войска ушли", "РИА Новости", id="em dash, Cyrillic"),
        pytest.param("Talks in port | Libya Herald", "Talks in port", "Libya Herald", id="bar"),
        pytest.param("Talks in port|Libya Observer", "Talks in port", "Libya Observer", id="bar without spaces"),
        pytest.param("Accord signé › Jeune Afrique", "Accord signé", "Jeune Afrique", id="angle"),
        pytest.param("Africa news ‹ Africanews", "Africa news", "Africanews", id="other angle"),
        pytest.param("Il porto riapre · la Repubblica", "Il porto riapre", "la Repubblica", id="dot, small letter"),
        pytest.param("Accord signé : Le Monde", "Accord signé", "Le Monde", id="French colon"),
        pytest.param("Envoy leaves: Reuters", "Envoy leaves", "Reuters", id="colon"),
        pytest.param("مجلس الأمن يطالب بالخروج - ليبيا الأحرار", "مجلس الأمن يطالب بالخروج", "ليبيا الأحرار", id="Arabic"),
        pytest.param("مجلس الأمن يطالب بالخروج | \u200fالمرصد", "مجلس الأمن يطالب بالخروج", "المرصد", id="a directional mark"),
        pytest.param("Talks end - libyaobserver.ly", "Talks end", "libyaobserver.ly", id="a host"),
        pytest.param("Talks end - Libya Observer - Google News", "Talks end", "Libya Observer", id="two, the inner one counts"),
        pytest.param("Talks in port - Sabha Courier", "Talks in port", "Sabha Courier", id="called as papers are"),
        pytest.param("Accord signé - Libye Actu", "Accord signé", "Libye Actu", id="fr, called so"),
        pytest.param("Heyet geldi - Libya Haber", "Heyet geldi", "Libya Haber", id="tr, called so"),
        pytest.param("الوفد وصل - قناة ليبيا اليوم", "الوفد وصل", "قناة ليبيا اليوم", id="ar, called so"),
        pytest.param("Talks end - Signs of the times", "Talks end - Signs of the times", "", id="a phrase"),
        pytest.param("الوفد وصل - ليبيا في صحيفة", "الوفد وصل - ليبيا في صحيفة", "", id="ar, a phrase"),
        pytest.param("Haftar meets Lavrov - Kremlin", "Haftar meets Lavrov - Kremlin", "", id="not an outlet"),
        pytest.param("Mercenaries must leave - UN envoy", "Mercenaries must leave - UN envoy", "", id="a speaker"),
        pytest.param("Russia and Libya: a love story", "Russia and Libya: a love story", "", id="a colon in the headline"),
        pytest.param("Meeting: Lavrov – Dbeibah, Tripoli (planned)", "Meeting: Lavrov – Dbeibah, Tripoli (planned)", "", id="a title of our own"),
        pytest.param("Libya Herald", "Libya Herald", "", id="nothing else"),
    ],
)  # fmt: skip
def test_an_outlet_behind_a_headline_is_taken_off(title: str, head: str, outlet: str) -> None:
    assert parted(title, OUTLETS) == Headline(head, outlet)


def test_what_the_entry_says_of_itself_counts() -> None:
    title = "Talks end - Gazette of Port Said"
    assert parted(title, OUTLETS).outlet == ""
    assert parted(title, OUTLETS, ["The Gazette of Port Said"]) == Headline(
        "Talks end", "Gazette of Port Said"
    )


def entries(*titles: str) -> list[Entry]:
    return [Entry(guid=str(n), url=None, title=title) for n, title in enumerate(titles)]


def test_a_tail_that_all_titles_share_is_the_outlet() -> None:
    told = credited(entries(*(f"Headline number {n} - Port Gazette" for n in range(5))), OUTLETS)
    assert {e.outlet for e in told} == {"Port Gazette"}
    assert told[0].title == "Headline number 0 - Port Gazette"


def test_where_most_tails_are_outlets_all_are() -> None:
    told = credited(
        entries("A b c - Reuters", "D e f - TASS", "G h i - Port Gazette", "J k l - Le Monde"), OUTLETS
    )
    assert [e.outlet for e in told] == ["Reuters", "TASS", "Port Gazette", "Le Monde"]


def test_headlines_with_dashes_of_their_own_stay() -> None:
    told = credited(
        entries("Haftar - Lavrov in Moscow", "War - Peace", "Talks - Day two", "Rain - Floods", "Quiet day"),
        OUTLETS,
    )
    assert {e.outlet for e in told} == {""}


def test_the_names_are_the_files() -> None:
    """Another folder's outlets.yaml names others."""
    own = Outlets(headlines=HeadlineNames(names=("Porto Nuovo", "il porto"), called=("Bote *",)))
    for title, outlet in (
        ("Talks end - Porto Nuovo", "Porto Nuovo"),
        ("Talks end - il porto", "il porto"),
        ("Talks end - Bote vom Hafen", ""),
        ("Talks end - Bote Nord", "Bote Nord"),
        ("Talks end - Reuters", ""),
    ):
        assert parted(title, own).outlet == outlet


def test_rss_says_whose_entry_it_is() -> None:
    """RSS 2.0, source: "its value is the name of the RSS channel that the item came from"."""
    document = (
        b'<rss version="2.0"><channel><title>Search</title><item><guid>1</guid><title>Talks end - Port Gazette</title>'
        b'<source url="https://port.example">Port Gazette</source></item></channel></rss>'
    )
    found = parse(document, "", "https://search.example/rss")
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].outlet == "Port Gazette"


@pytest.mark.parametrize(
    ("one", "other", "yes"),
    [
        pytest.param("The Guardian", "The Guardian: Libya", True, id="a section"),
        pytest.param("BBC News", "BBC", True, id="a house"),
        pytest.param("Reuters", "TASS", False, id="others"),
        pytest.param("", "TASS", False, id="nobody"),
    ],
)
def test_a_feed_of_the_outlet_keeps_its_name(one: str, other: str, yes: bool) -> None:
    assert same(one, other) is yes

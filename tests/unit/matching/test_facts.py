"""Facts are the same in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.config.load import bundled
from monitor.matching.facts import BODY, LEAD, MAX_NUMBERS, TITLE, facts
from monitor.matching.matcher import Matcher
from monitor.model import Item
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from monitor.watchlists.compile import Watchlists


@pytest.fixture(scope="module")
def lists() -> Watchlists:
    return load(bundled("watchlists"))


def found(lists: Watchlists, lang: str, title: str, summary: str = "", content: str = "") -> dict[str, int]:
    item = Item(key="k", feed_id="f", lang=lang, title=title, summary=summary, content=content)
    return {f.key: f.weight for f in facts(lists.lexicon.scan(item), {"%contact"}, kinds(lists), {})}


def kinds(lists: Watchlists) -> dict[str, str]:
    return {f"@{e.id}": e.kind for e in lists.entities.values() if e.kind != "demonym"}


@pytest.mark.parametrize(
    ("lang", "title", "words"),
    [
        ("en", "Libyan envoy meets Lavrov in Lusaka", "envoy meets in Lusaka @libya"),
        ("fr", "Lavrov à Lusaka", "à Lusaka"),
        ("ar", "لافروف يزور كمبالا", "يزور كمبالا"),
        ("ru", "Лавров и Менфи в Лусаке", "и в Лусаке"),
    ],
)
def test_what_no_list_knows_of_a_title_is_told(lists: Watchlists, lang: str, title: str, words: str) -> None:
    """So that an unknown place sets one headline apart from another; a nation is its country."""
    decided = Matcher(lists).decide(Item(key="k", feed_id="f", lang=lang, title=title), facts_always=True)
    assert decided.unnamed == tuple(words.split())


def test_a_place_says_its_country(lists: Watchlists) -> None:
    """Where a list's tags name it."""
    item = Item(key="k", feed_id="f", lang="en", title="Haftar in Benghazi")
    decided = Matcher(lists).decide(item, facts_always=True)
    assert {f.key: f.country for f in decided.facts} == {"@khalifa-haftar": "", "@benghazi": "@libya"}


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Malian troops in Kidal"),
        ("fr", "Forces maliennes à Kidal"),
        ("it", "Soldati maliani a Kidal"),
        ("ru", "Малийские солдаты в Кидале"),
        ("ar", "الجيش المالي في كيدال"),
    ],
)
def test_a_nation_is_its_country_and_a_town_itself(lists: Watchlists, lang: str, title: str) -> None:
    """In every gender and number."""
    item = Item(key="k", feed_id="f", lang=lang, title=title)
    decided = Matcher(lists).decide(item, facts_always=True)
    assert {"@mali", "@kidal"} <= {f.key for f in decided.facts}


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Haftar meets Putin in Moscow over resolution 2570"),
        ("fr", "Haftar rencontre Poutine à Moscou, résolution 2570"),
        ("ru", "Хафтар встретился с Путиным в Москве, резолюция 2570"),
        ("ar", "حفتر يلتقي بوتين في موسكو بشأن القرار ٢٥٧٠"),
    ],
)
def test_one_event_has_the_same_facts_in_every_language(lists: Watchlists, lang: str, title: str) -> None:
    """People, places and documents in one form."""
    assert {"@khalifa-haftar", "@vladimir-putin", "@moscow", "un:S/RES/2570"} <= found(
        lists, lang, title
    ).keys()


def test_the_best_place_weighs(lists: Watchlists) -> None:
    """Title before lead before the rest."""
    weights = found(lists, "en", "Haftar", "Putin spoke.", "Lead on Sirte.\n\nHaftar and Putin, in Tobruk.")
    assert (weights["@khalifa-haftar"], weights["@vladimir-putin"]) == (TITLE, LEAD)
    assert (weights["@sirte"], weights["@tobruk"]) == (LEAD, BODY)


def test_numbers_are_facts_in_the_digits_of_any_script_and_years_are_not(lists: Watchlists) -> None:
    """1,300 fighters are 1300 in Arabic too."""
    assert "n:1300" in found(lists, "en", "Haftar: 1,300 men left in 2022")
    numbers = found(lists, "ar", "حفتر: سحب ١٣٠٠ عنصر عام 2022")
    assert "n:1300" in numbers
    assert "n:2022" not in numbers
    many = " ".join(str(100 + n) for n in range(200))
    assert sum(key.startswith("n:") for key in found(lists, "en", "Haftar", many)) == MAX_NUMBERS


def test_an_item_about_nothing_has_no_facts(lists: Watchlists) -> None:
    """Figures alone tell nothing."""
    assert found(lists, "en", "Rates stay at 425 points") == {}

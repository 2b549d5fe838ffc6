"""Another given name, initial or trade before a surname, or a namesake introduced before it, says that somebody else is meant."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.model import Decision, Item
from monitor.watchlists.compile import load

ROOT = Path(__file__).parents[3]


@cache
def matcher() -> Matcher:
    lists = load(ROOT / "watchlists")
    return Matcher(lists, extract=extractor(lists))


def decide(lang: str, title: str, content: str = "") -> Decision:
    return matcher().decide(Item(key="k", feed_id="f", title=title, content=content, lang=lang))


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        pytest.param("en", "Daniil Medvedev meets fans in Tripoli before the Libya Open", id="tennis player"),
        pytest.param("en", "Economist Dmitry Belousov meets Dbeibah at a forum", id="economist"),
        pytest.param("ru", "Дмитрий Белоусов встретился с Дбейбой", id="ru first name"),
        pytest.param("ru", "Дбейба встретился с Дмитрием Белоусовым", id="ru first name declined"),
        pytest.param("en", "Okba Haftar met Lavrov", id="another Haftar"),
        pytest.param("en", "Kirill Lavrov met Haftar", id="another Lavrov"),
        pytest.param("en", "Mustafa al-Menfi met Lavrov", id="another Menfi, with the article"),
        pytest.param("ar", "التقى كيريل لافروف حفتر", id="ar first name"),
        pytest.param("fr", "Kirill Lavrov a rencontré Haftar à Moscou", id="fr first name"),
        pytest.param("it", "Il tennista Medvedev incontra Dbeibah a Tripoli", id="it trade"),
        pytest.param("tr", "Ekonomist Belousov, Dibeybe ile görüştü", id="tr trade"),
        pytest.param("en", "D. Belousov met Dbeibah in Tripoli", id="another initial"),
        pytest.param(
            "en", "Medvedev, the tennis player, met Dbeibah in Tripoli", id="a trade behind the name"
        ),
    ],
)
def test_a_namesake_is_not_the_official(lang: str, title: str) -> None:
    decision = decide(lang, title)
    assert decision.contacts == ()
    assert any(s.by.startswith("namesake:") and s.excepted for s in decision.suppressed)


def test_a_namesake_that_was_introduced_keeps_his_surname() -> None:
    later = decide(
        "en", "Court opens", "Kirill Lavrov, 24, opened the court. Lavrov met Haftar and took photographs."
    )
    before = decide("en", "Lavrov meets Haftar", "Kirill Lavrov, who sells cars, met Khalifa Haftar.")
    assert later.contacts == ()
    assert before.contacts == ()


@pytest.mark.parametrize(
    ("lang", "title", "russian"),
    [
        pytest.param("en", "Sergey Lavrov met Haftar", "Sergei Lavrov", id="his own name"),
        pytest.param("en", "Dmitriy Medvedev met Dbeibah", "Dmitry Medvedev", id="his own name in a spelling not listed"),
        pytest.param("ru", "Хафтар встретился с Сергеем Лавровым", "Sergei Lavrov", id="declined"),
        pytest.param("en", "Foreign minister Lavrov met Haftar", "Sergei Lavrov", id="his own trade"),
        pytest.param("en", "S. Lavrov met Haftar", "Sergei Lavrov", id="his own initial"),
        pytest.param("en", "Meanwhile Lavrov met Haftar", "Sergei Lavrov", id="no name before it"),
    ],
)  # fmt: skip
def test_the_official_is_still_found(lang: str, title: str, russian: str) -> None:
    assert [c.parties["russia"] for c in decide(lang, title).contacts] == [(russian,)]


@pytest.mark.parametrize(
    ("title", "content", "fires"),
    [
        pytest.param("Port", "The Wagner Group landed two hundred fighters. An orchestra played Richard Wagner.", True, id="the group, then the composer"),
        pytest.param("Opera", "An orchestra played Richard Wagner. The Wagner Group landed two hundred fighters at Sirte.", True, id="the composer, then the group"),
        pytest.param("Bayreuth", "Katharina Wagner opened the festival in Moscow. Wagner divides us, she said.", False, id="the bare name of her who was introduced"),
        pytest.param("Sandro Wagner sacked", "The Wagner group, as fans called his staff, had won in August.", False, id="a joke on the coach's name"),
    ],
)  # fmt: skip
def test_exclusion_is_per_mention(title: str, content: str, fires: bool) -> None:
    assert any(m.watchlist == "wagner" for m in decide("en", title, content).matches) is fires


def test_nothing_is_counted_as_excepted_that_was_not() -> None:
    """A rule that finds no contact, and a weak name that nothing confirms, are no exceptions."""
    decision = decide("en", "Haftar and Lavrov are on the cover", "Both were born in autumn.")
    assert not any(s.excepted for s in decision.suppressed)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        pytest.param("tr", "Lavrov görüşmede menfi bir yanıt aldı", id="tr: negative"),
        pytest.param("ru", "Хафтар встретил сытого гостя: лавров он не обещал", id="ru: laurels"),
    ],
)
def test_a_surname_in_small_letters_is_a_common_word(lang: str, title: str) -> None:
    assert decide(lang, title).contacts == ()


@pytest.mark.parametrize(
    "title",
    ["putin meets haftar in moscow", "Haftar meets #lavrov in Moscow"],
    ids=["all small", "a hashtag"],
)
def test_small_letters_may_be_the_style_of_a_text(title: str) -> None:
    assert decide("en", title).contacts


@pytest.mark.parametrize(
    ("lang", "title", "fires"),
    [
        pytest.param("ru", "Иван Вагнер снимает Мали с орбиты", False, id="a given name"),
        pytest.param(
            "it", "Sergio Wagner insegna in Mali, tra mercenari e maestri", False, id="it given name"
        ),
        pytest.param("en", "Mali: Wagner mercenaries leave the town", True, id="no given name"),
        pytest.param("ar", "غادر ايفان فاغنر مالي", True, id="Arabic has no capitals to tell by"),
    ],
)
def test_a_given_name_before_the_bare_name_of_a_body_is_a_person(lang: str, title: str, fires: bool) -> None:
    assert bool(decide(lang, title).matches) is fires

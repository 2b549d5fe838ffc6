"""A denial, confirmation or claim belongs to whom the text names, in six languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor, listener
from monitor.matching.matcher import Matcher
from monitor.model import Item, Side
from monitor.watchlists.compile import load

ROOT = Path(__file__).parents[3]


@cache
def matcher() -> Matcher:
    lists = load(ROOT / "watchlists")
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


@pytest.mark.parametrize(
    ("lang", "content", "speaker", "side"),
    [
        pytest.param("en", "The Kremlin denied that Yunus-bek Yevkurov met Khalifa Haftar.", "Kremlin", "russia-state", id="en active"),
        pytest.param("en", "A meeting between Lavrov and Dbeibah was denied by the Russian foreign ministry.", "Russian Foreign Ministry", "russia-state", id="en passive"),
        pytest.param("en", "Putin did not meet Haftar, Peskov said.", "Dmitry Peskov", "russia-state", id="en said at the end"),
        pytest.param("en", "According to the Libyan National Army, Haftar did not meet Yevkurov.", "Libyan National Army", "libya-east", id="en according to"),
        pytest.param("en", "“There was no meeting with Lavrov,” said Dbeibah.", "Abdulhamid Dbeibah", "libya-west", id="en quotes"),
        pytest.param("en", "Moscow denies Haftar met Shoigu.", "Moscow", "russia-state", id="en capital for state"),
        pytest.param("fr", "Le Kremlin a démenti que Poutine ait rencontré Haftar.", "Kremlin", "russia-state", id="fr active"),
        pytest.param("fr", "La rencontre entre Lavrov et Dbeiba a été démentie par le Kremlin.", "Kremlin", "russia-state", id="fr passive"),
        pytest.param("fr", "Poutine n'a pas rencontré Haftar, dément le Kremlin.", "Kremlin", "russia-state", id="fr inverted"),
        pytest.param("fr", "Selon le Kremlin, aucune rencontre entre Poutine et Haftar n'a eu lieu.", "Kremlin", "russia-state", id="fr according to"),
        pytest.param("it", "Il Cremlino ha smentito l'incontro tra Putin e Haftar.", "Kremlin", "russia-state", id="it active"),
        pytest.param("it", "L'incontro tra Lavrov e Haftar è stato smentito dal Cremlino.", "Kremlin", "russia-state", id="it passive"),
        pytest.param("ar", "نفى الكرملين لقاء بوتين وحفتر في موسكو.", "Kremlin", "russia-state", id="ar verb first"),
        pytest.param("ar", "لم يلتق لافروف حفتر، بحسب الكرملين.", "Kremlin", "russia-state", id="ar according to"),
        pytest.param("ar", "الكرملين ينفي لقاء بوتين مع حفتر.", "Kremlin", "russia-state", id="ar headline"),
        pytest.param("ru", "Кремль опроверг встречу Путина с Хафтаром.", "Kremlin", "russia-state", id="ru active"),
        pytest.param("ru", "Лавров не встречался с Хафтаром, заявил Песков.", "Dmitry Peskov", "russia-state", id="ru inverted"),
        pytest.param("ru", "Встреча Лаврова с Дбейбой была опровергнута Кремлем.", "Kremlin", "russia-state", id="ru passive"),
        pytest.param("tr", "Kremlin, Putin'in Hafter ile görüştüğünü yalanladı.", "Kremlin", "russia-state", id="tr active"),
        pytest.param("tr", "Putin'in Hafter ile görüşmesi Kremlin tarafından yalanlandı.", "Kremlin", "russia-state", id="tr passive"),
        pytest.param("tr", "Peskov, Putin'in Hafter ile görüşmediğini söyledi.", "Dmitry Peskov", "russia-state", id="tr that"),
    ],
)  # fmt: skip
def test_a_denial_belongs_to_whom_the_text_names(lang: str, content: str, speaker: str, side: str) -> None:
    contacts = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang=lang)).contacts
    assert [(c.status, c.speaker and c.speaker.name) for c in contacts] == [("denied", speaker)]
    assert [c.speaker and c.speaker.side for c in contacts] == [Side(side)]


def test_a_headline_quotes_who_stands_before_the_colon() -> None:
    item = Item(key="k", feed_id="f", title="Kremlin: no meeting planned between Putin and Haftar", lang="en")
    (contact,) = matcher().decide(item).contacts
    assert (contact.speaker and contact.speaker.told) == "the Kremlin"


@pytest.mark.parametrize(
    ("content", "speaker"),
    [
        pytest.param("Haftar met Lavrov in Moscow, Peskov confirmed.", "Dmitry Peskov", id="confirmed"),
        pytest.param("Haftar met Lavrov in Moscow on Monday.", None, id="the outlet's own word"),
    ],
)
def test_who_says_that_it_took_place(content: str, speaker: str | None) -> None:
    (contact,) = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang="en")).contacts
    assert (contact.speaker and contact.speaker.name) == speaker


@pytest.mark.parametrize(
    ("lang", "title", "speaker", "side"),
    [
        pytest.param("en", "US Africa Command denies that Wagner fighters left Libya", "US Africa Command", "unknown", id="words of a headline"),
        pytest.param("en", "UN denies report of Wagner fighters at Jufra", "United Nations", "un", id="subject, not object"),
        pytest.param("en", "Report of Wagner fighters at Jufra denied by the UN", "United Nations", "un", id="passive"),
        pytest.param("fr", "L'ONU dément le départ des combattants de Wagner de Libye", "United Nations", "un", id="fr"),
        pytest.param("tr", "Türkiye Wagner savaşçılarının Libya'dan ayrıldığını yalanladı", "Turkey", "unknown", id="tr"),
        pytest.param("ar", "نفى المتحدث وصول مقاتلي فاغنر إلى طبرق", None, None, id="nobody that is known"),
        pytest.param("en", "Wagner fighters leave Libya", None, None, id="no denial"),
    ],
)  # fmt: skip
def test_a_denial_of_what_is_no_contact_belongs_to_whom_the_text_names(
    lang: str, title: str, speaker: str | None, side: str | None
) -> None:
    """ "Denies that fighters arrived" is news of who denies it, not of the outlet that reports it."""
    decision = matcher().decide(Item(key="k", feed_id="f", title=title, lang=lang))
    assert decision.matches
    assert not decision.contacts
    found = decision.denier
    assert (found.name if found else None, found.side.value if found else None) == (speaker, side)

"""The kind of a contact by its main verb, invitations and states told in other words, and the press of a nation."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.model import Item
from monitor.watchlists.compile import load

ROOT = Path(__file__).resolve().parents[3]


@lru_cache(maxsize=1)
def matcher() -> Matcher:
    lists = load(ROOT / "watchlists")
    return Matcher(lists, extract=extractor(lists))


def told(lang: str, content: str) -> list[tuple[str, str]]:
    found = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang=lang)).contacts
    return [(contact.type.value, contact.status.value) for contact in found]


@pytest.mark.parametrize(
    ("lang", "content", "kind"),
    [
        ("en", "Aguila Saleh flew to Moscow to meet Volodin.", "visit"),
        ("en", "Aguila Saleh flew to Moscow and met Volodin.", "meeting"),
        ("en", "In Moscow Lavrov is due to meet al-Menfi.", "meeting"),
        ("fr", "Aguila Saleh est arrivé à Moscou pour rencontrer Volodine.", "visit"),
        ("it", "Aguila Saleh è arrivato a Mosca per incontrare Volodin.", "visit"),
        ("ar", "وصل عقيلة صالح إلى موسكو للقاء فولودين.", "visit"),
        ("ru", "Агила Салех прилетел в Москву на переговоры с Володиным.", "visit"),
        ("ru", "Агила Салех прилетел в Москву и встретился с Володиным.", "meeting"),
        ("tr", "Akile Salih, Volodin ile görüşmek üzere Moskova'ya ulaştı.", "visit"),
        ("en", "The Russian consul general in Benghazi presented his exequatur to al-Hwej.", "other"),
        ("ru", "Посол Аганин вручил верительные грамоты Менфи.", "other"),
    ],
)  # fmt: skip
def test_the_main_verb_tells_the_kind(lang: str, content: str, kind: str) -> None:
    assert [found for found, _ in told(lang, content)] == [kind]


@pytest.mark.parametrize(
    ("lang", "content", "status"),
    [
        ("en", "A meeting between Lavrov and Dbeibah is in the works.", "planned"),
        ("fr", "Une rencontre entre Lavrov et Dbeibah est en préparation.", "planned"),
        ("it", "Dbeibah si appresta a volare a Mosca per incontrare Mishustin.", "planned"),
        ("ar", "يجري الإعداد للقاء بين لافروف والدبيبة.", "planned"),
        ("tr", "Dibeybe, Mişustin ile görüşmek üzere Moskova'ya gitmeyi planlıyor.", "planned"),
        ("ar", "دعا فولودين عقيلة صالح إلى زيارة موسكو.", "invited"),
        ("en", "Putin has asked Haftar to come to Moscow.", "invited"),
        ("it", "Non c'è stato alcun colloquio tra Lavrov e Dbeibah.", "denied"),
        ("fr", "Haftar a renoncé à sa visite à Moscou pour rencontrer Poutine.", "cancelled"),
        ("ru", "Хафтар отказался от поездки в Москву на встречу с Путиным.", "cancelled"),
        ("fr", "Poutine et Haftar s'entretiennent en ce moment au Kremlin.", "ongoing"),
        ("en", "Aguila Saleh wound up a two-day stay in Moscow.", "happened"),
    ],
)  # fmt: skip
def test_whether_it_took_place_is_told_in_many_words(lang: str, content: str, status: str) -> None:
    assert [found for _, found in told(lang, content)] == [status]


@pytest.mark.parametrize(
    ("lang", "content"),
    [
        ("it", "Haftar ha consegnato le armi ai suoi soldati, scrive un giornale russo."),
        ("tr", "Hafter göreve başladı, Rus medyası yazdı."),
        ("ru", "Хафтар приступил к обязанностям, сообщили российские СМИ."),
        ("ru", "В Кремле обсудили ситуацию в Ливии."),
    ],
)
def test_who_reports_or_lends_his_place_takes_no_part(lang: str, content: str) -> None:
    assert told(lang, content) == []

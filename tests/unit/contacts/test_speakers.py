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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Putin did not meet Haftar, Peskov said.", "person", id="a person"),
        pytest.param("The Kremlin denied that Yunus-bek Yevkurov met Khalifa Haftar.", "body", id="a body"),
        pytest.param("Russia denied that Yunus-bek Yevkurov met Khalifa Haftar.", "country", id="a country"),
    ],
)
def test_who_denies_is_a_person_a_body_or_a_country(text: str, kind: str) -> None:
    """Messages say "the Kremlin" and "Dmitry Peskov" by it."""
    (found,) = matcher().decide(Item(key="k", feed_id="f", title="", content=text, lang="en")).contacts
    assert found.speaker is not None
    assert found.speaker.kind == kind


def test_a_headline_quotes_who_stands_before_the_colon() -> None:
    item = Item(key="k", feed_id="f", title="Kremlin: no meeting planned between Putin and Haftar", lang="en")
    (contact,) = matcher().decide(item).contacts
    assert (contact.speaker and contact.speaker.told) == "the Kremlin"


@pytest.mark.parametrize(
    ("between", "denier"),
    [
        pytest.param("Nothing else was said.", "Dmitry Peskov", id="the one who spoke two sentences before"),
        pytest.param("Nothing else was said. It rained.", None, id="three sentences before is too long ago"),
    ],
)
def test_he_who_denies_is_who_spoke_lately(between: str, denier: str | None) -> None:
    """Else a denial is laid into the mouth of somebody whom the reader has forgotten."""
    content = f"Putin met Haftar in Moscow, Peskov confirmed. {between} He denied that Lavrov met Dbeibah."
    found = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang="en")).contacts
    assert [(c.status.value, c.speaker and c.speaker.name) for c in found] == [
        ("happened", "Dmitry Peskov"), ("denied", denier),
    ]  # fmt: skip


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
        pytest.param("en", "Reports of Wagner fighters leaving Libya denied", None, None, id="nobody"),
        pytest.param("fr", "Le départ de Wagner de Libye démenti", None, None, id="nobody, fr"),
        pytest.param("ar", "نفي وصول مقاتلي فاغنر إلى طبرق", None, None, id="nobody, ar"),
        pytest.param("ru", "Опровергнуто прибытие бойцов «Вагнера» в Тобрук", None, None, id="nobody, ru"),
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
    assert (found.name if found else None, found.side if found else None) == (speaker, side)


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        pytest.param("en", "Port director Ali Salem denied that Wagner fighters had arrived in Tobruk.", "Port director Ali Salem", id="en active"),
        pytest.param("en", "But the head of the port authority, Ali Salem, denied on Monday that Wagner fighters had left.", "the head of the port authority", id="en apposition"),
        pytest.param("en", "The arrival of Wagner fighters in Tobruk was denied by the town council on Friday.", "the town council", id="en passive"),
        pytest.param("en", "According to the town council there was no arrival of Wagner fighters in Tobruk.", "the town council", id="en according to"),
        pytest.param("en", "Residents say Wagner fighters did not leave Jufra.", "Residents", id="en say"),
        pytest.param("en", "He denied that Wagner fighters had left.", None, id="en a pronoun is nobody"),
        pytest.param("fr", "Il a nié que les combattants de Wagner aient quitté la Libye.", None, id="fr a pronoun is nobody"),
        pytest.param("ru", "Он опроверг, что бойцы «Вагнера» покинули Ливию.", None, id="ru a pronoun is nobody"),
        pytest.param("it", "Lui ha smentito che i combattenti di Wagner abbiano lasciato la Libia.", None, id="it a pronoun is nobody"),
        pytest.param("tr", "Wagner savaşçılarının Libya'dan ayrıldığı yalanlandı, liman belediye tarafından korunuyor.", None, id="tr who guards the port denies nothing"),
        pytest.param("fr", "Le maire de Syrte, Ali Salem, a catégoriquement nié l'arrivée de combattants de Wagner.", "le maire de Syrte", id="fr active"),
        pytest.param("fr", "L'arrivée des combattants de Wagner a été démentie mardi par un responsable du port.", "un responsable du port", id="fr passive"),
        pytest.param("fr", "« Aucun combattant de Wagner n'est arrivé », dément le maire de Tobrouk.", "le maire de Tobrouk", id="fr inverted"),
        pytest.param("fr", "Aucun combattant de Wagner n'est arrivé à Tobrouk, selon la mairie.", "la mairie", id="fr according to"),
        pytest.param("it", "Il sindaco di Sirte ha smentito l'arrivo dei combattenti Wagner.", "il sindaco di Sirte", id="it active"),
        pytest.param("it", "L'arrivo dei combattenti Wagner è stato smentito da un funzionario del porto.", "un funzionario del porto", id="it passive"),
        pytest.param("it", "Nessun combattente Wagner è arrivato a Tobruk, secondo il municipio.", "il municipio", id="it according to"),
        pytest.param("ru", "Глава порта Али Салем во вторник опроверг прибытие бойцов «Вагнера».", "Глава порта Али Салем", id="ru active"),
        pytest.param("ru", "Информацию о бойцах «Вагнера» не подтвердили. Эти сообщения опроверг мэр Сирта Али Салем.", "мэр Сирта Али Салем", id="ru what is denied first"),
        pytest.param("ru", "Прибытие бойцов «Вагнера» опровергнуто администрацией аэропорта.", "администрацией аэропорта", id="ru passive"),
        pytest.param("ru", "Бойцы «Вагнера» не прибывали в Тобрук, заявили в управлении порта.", "управлении порта", id="ru said in"),
        pytest.param("ar", "ونفى مدير المطار أحمد الجبري وصول مقاتلي فاغنر إلى طبرق.", "مدير المطار أحمد الجبري", id="ar verb first"),
        pytest.param("ar", "وقد نفت إدارة الميناء الأنباء عن وصول مقاتلي فاغنر.", "إدارة الميناء", id="ar particle"),
        pytest.param("ar", "مسؤول في ميناء طبرق ينفي وصول مقاتلي فاغنر.", "مسؤول في ميناء طبرق", id="ar subject first"),
        pytest.param("ar", "لم يصل أي مقاتل من فاغنر إلى طبرق، بحسب إدارة المطار.", "إدارة المطار", id="ar according to"),
        pytest.param("tr", "Havalimanı yönetimi Wagner savaşçılarının Tobruk'a geldiğini yalanladı.", "Havalimanı yönetimi", id="tr active"),
        pytest.param("tr", "Wagner savaşçılarının Tobruk'a geldiği havalimanı yönetimi tarafından yalanlandı.", "havalimanı yönetimi", id="tr passive"),
    ],
)  # fmt: skip
def test_a_denier_whom_no_list_knows_is_named_in_the_texts_own_words(
    lang: str, text: str, speaker: str | None
) -> None:
    """In any script; never whom the denial is about."""
    for item in (
        Item(key="k", feed_id="f", title="", content=text, lang=lang),
        Item(key="k", feed_id="f", title=text.rstrip("."), lang=lang),
    ):
        found = matcher().decide(item, facts_always=True).denier
        assert (found.name if found else None) == speaker


@pytest.mark.parametrize(
    ("lang", "title", "speaker"),
    [
        pytest.param("en", "Tobruk port office: no Wagner fighters arrived", "Tobruk port office", id="en"),
        pytest.param(
            "en", "No Wagner fighters arrived in Tobruk: port director", "port director", id="en behind"
        ),
        pytest.param(
            "fr", "Port de Tobrouk : aucun combattant de Wagner n'est arrivé", "Port de Tobrouk", id="fr"
        ),
        pytest.param(
            "it", "Porto di Tobruk: nessun combattente Wagner è arrivato", "Porto di Tobruk", id="it"
        ),
        pytest.param("ru", "Управление порта: бойцы «Вагнера» не прибывали", "Управление порта", id="ru"),
        pytest.param("ar", "إدارة الميناء: لم يصل أي من مقاتلي فاغنر إلى طبرق", "إدارة الميناء", id="ar"),
        pytest.param("tr", "Liman müdürü: Wagner savaşçıları gelmedi", "Liman müdürü", id="tr"),
        pytest.param("en", "Tobruk port office: Wagner fighters arrived", None, id="it is so"),
    ],
)
def test_a_headline_quotes_somebody_whom_no_list_knows(lang: str, title: str, speaker: str | None) -> None:
    """Before the colon or behind it, where what is said is that it is not so."""
    found = matcher().decide(Item(key="k", feed_id="f", title=title, lang=lang)).denier
    assert (found.name if found else None) == speaker


@pytest.mark.parametrize(
    ("lang", "content", "speaker"),
    [
        pytest.param(
            "en",
            "Haftar's former aide denied that Haftar met Yevkurov.",
            "Haftar's former aide",
            id="en of somebody",
        ),
        pytest.param(
            "en",
            "Benghazi airport authority denied that Haftar met Yevkurov.",
            "Benghazi airport authority",
            id="en",
        ),
        pytest.param(
            "ru",
            "Администрация порта опровергла встречу Хафтара с Евкуровым.",
            "Администрация порта",
            id="ru",
        ),
        pytest.param("ar", "نفى مصدر مقرب لقاء حفتر ويفكوروف.", "مصدر مقرب", id="ar"),
        pytest.param(
            "tr", "Liman müdürü, Hafter'in Yevkurov ile görüştüğünü yalanladı.", "Liman müdürü", id="tr"
        ),
        pytest.param(
            "tr", "Hafter, Yevkurov ile görüşmeyi reddetti.", None, id="tr who refuses denies nothing"
        ),
        pytest.param("ar", "رفض خليفة حفتر لقاء يفكوروف.", None, id="ar who refuses denies nothing"),
    ],
)
def test_a_denied_contact_has_a_denier_whom_no_list_knows(
    lang: str, content: str, speaker: str | None
) -> None:
    (contact,) = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang=lang)).contacts
    assert (contact.status, contact.speaker and contact.speaker.name) == ("denied", speaker)


@pytest.mark.parametrize(
    ("lang", "content", "rumoured"),
    [
        pytest.param("en", "Haftar reportedly met Yevkurov in Benghazi.", True, id="en"),
        pytest.param("fr", "Haftar aurait rencontré Evkourov à Benghazi.", True, id="fr"),
        pytest.param("it", "Haftar avrebbe incontrato Yevkurov a Bengasi.", True, id="it"),
        pytest.param("ru", "Хафтар якобы встретился с Евкуровым в Бенгази.", True, id="ru"),
        pytest.param("ar", "أفادت تقارير بأن حفتر التقى يفكوروف في بنغازي.", True, id="ar"),
        pytest.param("tr", "Hafter Bingazi'de Yevkurov ile görüşmüş.", True, id="tr"),
        pytest.param("en", "Haftar met Yevkurov in Benghazi.", False, id="firm"),
        pytest.param("tr", "Hafter Bingazi'de Yevkurov ile görüştü.", False, id="tr firm"),
    ],
)
def test_what_is_only_said_is_marked(lang: str, content: str, rumoured: bool) -> None:
    (contact,) = matcher().decide(Item(key="k", feed_id="f", title="", content=content, lang=lang)).contacts
    assert (contact.status, contact.rumoured) == ("happened", rumoured)

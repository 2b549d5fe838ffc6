"""Words of six languages for what happened, and how a headline stands to it."""

from __future__ import annotations

import pytest

from monitor.stories import fingerprint, lexicon


def concepts(text: str, lang: str) -> set[str]:
    return set(lexicon.concepts(fingerprint.words(text), lang))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Forty trucks left the port"),
        ("fr", "Quarante camions ont quitté le port"),
        ("it", "Quaranta camion hanno lasciato il porto"),
        ("ru", "Сорок грузовиков покинули порт"),
        ("ar", "غادرت أربعون شاحنة الميناء"),
        ("tr", "Kırk kamyon limandan ayrıldı"),
    ],
)
def test_one_event_has_the_same_concepts_in_every_language(lang: str, text: str) -> None:
    """Numbers in words too."""
    assert {"d:leave", "t:convoy", "t:port", "n:40"} <= concepts(text, lang)


@pytest.mark.parametrize(
    ("lang", "text", "concept"),
    [
        ("tr", "otobüs kazasında can kaybı", "d:kill"),
        ("tr", "can kaybı beş", "d:kill"),
        ("it", "i miliziani aprono il fuoco sulla folla", "d:shoot"),
        ("tr", "polis altınlara el koydu", "d:arrest"),
        ("tr", "bakanlık öneriyi geri çevirdi", "d:refuse"),
        ("en", "minister called off his trip", "d:cancel"),
        ("fr", "les rebelles s'emparent de la ville", "d:take-over"),
        ("it", "il giudice dà il via libera alla causa", "d:agree"),
        ("tr", "yerini yeni birliğin alması", "d:replace"),
        ("ar", "تحل القوة الجديدة محل القديمة", "d:replace"),
        ("ru", "прогресса нет", "d:progress"),
        ("tr", "pusunun kaybı 24'e çıktı", "d:kill"),
        ("it", "approvato il bilancio dello Stato", "t:budget"),
    ],
)  # fmt: skip
def test_words_that_mean_one_thing_together_are_read_wherever_they_stand(
    lang: str, text: str, concept: str
) -> None:
    """At the end of a headline too, where Turkish has its verb."""
    assert concept in concepts(text, lang)


def test_a_toll_is_no_budget() -> None:
    """*Bilancio* is either in Italian."""
    assert "t:budget" not in concepts("si aggrava il bilancio dell'imboscata", "it")


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Evening briefing: who said what"), ("en", "Sahel live: latest updates"), ("en", "What we know so far"),
        ("fr", "Libye : l'essentiel de la journée"), ("fr", "Pourquoi les convois passent par Sebha"),
        ("it", "Il punto sul Sahel"), ("it", "Chi sono gli uomini della base"),
        ("ru", "Сахель: главное за день"), ("ru", "Что известно о колонне"),
        ("ar", "موجز الأنباء"), ("ar", "ماذا نعرف عن القاعدة"), ("tr", "Günün özeti"), ("tr", "Afrika Kolordusu nedir"),
    ],
)  # fmt: skip
def test_running_titles_and_explainers_are_told(lang: str, title: str) -> None:
    """They report many events or none."""
    assert lexicon.is_series(fingerprint.words(title), lang)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Live mine found at Sirte"), ("en", "Haftar to fly to Moscow this week"), ("en", "Talks on a daily ferry"),
        ("fr", "Poutine recevra Haftar la semaine prochaine"), ("ar", "اتفاق على خط جوي مباشر"),
        ("tr", "Hafter Moskova'da canlı mermi istedi"),
    ],
)  # fmt: skip
def test_news_is_no_running_title(lang: str, title: str) -> None:
    """Though it has a word of one."""
    text = title.replace("Live mine", "A live mine")
    assert not lexicon.is_series(fingerprint.words(text), lang)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Army denies that fighters arrived"), ("fr", "L'armée dément l'arrivée de combattants"),
        ("it", "L'esercito smentisce l'arrivo"), ("ru", "Штаб опроверг прибытие бойцов"),
        ("ar", "القيادة تنفي وصول مقاتلين"), ("tr", "Komutanlık iddiayı yalanladı"),
    ],
)  # fmt: skip
def test_denials_are_told(lang: str, title: str) -> None:
    """Of what is no contact too."""
    assert lexicon.denies(fingerprint.words(title), lang)


@pytest.mark.parametrize(
    ("lang", "one", "other", "expected"),
    [
        ("en", "Fighters arrive in Sirte", "Fighters left Sirte", True),
        ("en", "Fighters will leave Sirte", "Fighters will not leave Sirte", True),
        ("ru", "Бойцы покинут Сирт", "Бойцы не покинут Сирт", True),
        ("ar", "المقاتلون غادروا سرت", "المقاتلون لن يغادروا سرت", True),
        ("en", "Fighters arrive in Sirte", "Fighters shoot in Sirte", False),
        ("en", "Fighters leave Sirte", "Fighters leave Sirte without weapons", False),
        ("en", "Fighters arrive in Sirte", "No Wagner fighters arrived in Sirte", True),
        ("en", "Fighters leave Sirte", "No progress on fighters leaving Sirte", False),
        ("en", "Fighters return to Sirte", "Fighters must not return to Sirte", False),
        ("it", "Combattenti arrivano a Sirte", "Nessun combattente Wagner è arrivato a Sirte", True),
        ("it", "I combattenti lasceranno Sirte", "I combattenti non lasceranno Sirte", True),
        ("tr", "Savaşçılar Sirte'den ayrılacak", "Savaşçılar Sirte'den ayrılmayacak", True),
        ("ar", "مقاتلون يصلون إلى سرت", "المقاتلون لم يصلوا إلى سرت", True),
    ],
)
def test_claims_that_cannot_both_be_true(lang: str, one: str, other: str, expected: bool) -> None:
    """The opposite deed, or the same one turned round."""
    first, second = (lexicon.claims(fingerprint.words(text), lang) for text in (one, other))
    assert first.contradicts(second) is second.contradicts(first) is expected

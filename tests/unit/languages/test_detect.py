"""The language of short titles and long texts, with right, wrong and no hints."""

from __future__ import annotations

import pytest

from monitor.languages import detect as detect_module
from monitor.languages.detect import detect

LONG = {
    "en": "The envoy told the Council that foreign fighters must leave the country before the vote is held next year.",
    "fr": "L'émissaire a déclaré au Conseil que les combattants étrangers devaient quitter le pays avant le scrutin.",
    "it": "L'inviato ha detto al Consiglio che i combattenti stranieri devono lasciare il Paese prima del voto.",
    "tr": "Temsilci, yabancı savaşçıların seçimden önce ülkeyi terk etmesi gerektiğini Konsey'e söyledi.",
    "de": "Der Gesandte sagte dem Rat, die ausländischen Kämpfer müssten das Land vor der Wahl verlassen.",
    "ru": "Посланник заявил Совету, что иностранные бойцы должны покинуть страну до выборов.",
    "uk": "Посланець заявив Раді, що іноземні бійці мають залишити країну до виборів.",
    "bg": "Пратеникът заяви пред Съвета, че чуждите бойци трябва да напуснат страната преди изборите.",
    "ar": "قال المبعوث لمجلس الأمن إن على المقاتلين الأجانب مغادرة البلاد قبل الانتخابات.",
    "fa": "فرستاده به شورا گفت که جنگجویان خارجی باید پیش از انتخابات کشور را ترک کنند.",
    "ur": "ایلچی نے کونسل کو بتایا کہ غیر ملکی جنگجوؤں کو انتخابات سے پہلے ملک چھوڑنا ہوگا۔",
}


@pytest.mark.parametrize("hint", [None, "mul", "right", "en", "ru", "ar"])
@pytest.mark.parametrize("lang", LONG)
def test_a_sentence_is_told_whatever_the_hint(lang: str, hint: str | None) -> None:
    """A confident reading and another script overrule the feed's word."""
    assert detect(LONG[lang], lang if hint == "right" else hint) == lang


@pytest.mark.parametrize(
    ("title", "hint", "lang"),
    [
        pytest.param("Haftar a Mosca", "it", "it", id="the hint decides a short title"),
        pytest.param("Wagner", "fr", "fr", id="a name alone"),
        pytest.param("Wagner", None, "und", id="a name without hint"),
        pytest.param("UNSMIL", "mul", "und", id="mul is no hint"),
        pytest.param("حفتر", "en", "ar", id="script overrules in one word"),
        pytest.param("Хафтар в Москве", "ar", "ru", id="Cyrillic under an Arabic hint"),
        pytest.param("Хафтар в Москве", "bg", "bg", id="a Cyrillic hint for undecided letters"),
        pytest.param("Haftar visits Moscow for talks", "ru", "en", id="Latin under a Cyrillic hint"),
        pytest.param("دیدار حفتر با پوتین", "ar", "fa", id="Persian letters under an Arabic hint"),
        pytest.param("شركة گازبروم في ليبيا", None, "ar", id="one borrowed letter makes no Persian"),
        pytest.param("Вагнер и Africa Corps: что известно", "en", "ru", id="the majority script"),
        pytest.param("https://example.org/the-news-in-english", "ru", "ru", id="addresses say nothing"),
        pytest.param("", None, "und", id="nothing"),
        pytest.param("12:30 — 15 %", "tr", "tr", id="no letters"),
        pytest.param("ראש הממשלה", "en", "he", id="Hebrew"),
        pytest.param("モスクワで会談", None, "ja", id="Japanese, with Chinese characters"),
        pytest.param("fr-FR", "fr-FR", "fr", id="a region in the hint"),
    ],
)
def test_short_titles(title: str, hint: str | None, lang: str) -> None:
    """Titles lean on the hint, unless the script says otherwise."""
    assert detect(title, hint) == lang


@pytest.mark.parametrize(
    ("text", "hint", "lang"),
    [
        pytest.param(LONG["en"], "fr", "en", id="function words against the hint"),
        pytest.param(LONG["it"], None, "it", id="function words without a hint"),
        pytest.param(
            "Yağmur yüzünden ikinci yarı on dakika geç başladı, maç ağır oldu.", "en", "tr", id="letters"
        ),
    ],
)
def test_words_of_one_language_alone_need_no_model(
    monkeypatch: pytest.MonkeyPatch, text: str, hint: str | None, lang: str
) -> None:
    """The model is half a second to load and dear to ask."""
    monkeypatch.setattr(detect_module, "_odds", None)

    assert detect(text, hint) == lang


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Erdoğan Kılıçdaroğlu Yıldız", id="names have the letters of their language"),
        pytest.param("de la Cruz, de la Vega et de la Rosa", id="the same word again is no other one"),
    ],
)
def test_names_alone_are_left_to_the_model(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A few words prove nothing."""
    asked: list[str] = []
    monkeypatch.setattr(detect_module, "_odds", lambda text: asked.append(text) or {"en": 1.0})

    assert detect(text) == "en"
    assert asked

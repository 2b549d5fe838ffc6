"""A Cyrillic name in the letters of other languages."""

import pytest

from monitor.folding import folded
from monitor.languages.transliteration import from_arabic, languages, spelled


@pytest.mark.parametrize(
    ("name", "lang", "spellings"),
    [
        ("Сергей", "en", {"sergei", "sergey"}),
        ("Герасимов", "fr", {"guerassimov", "gerasimov"}),
        ("Шойгу", "fr", {"choigou"}),
        ("Цивилев", "tr", {"tsivilev", "tsivilyov"}),
        ("Захарова", "it", {"zakharova", "zacharova"}),
        ("Патрушев", "tr", {"patrusev"}),
        ("Евкуров", "en", {"yevkurov", "evkurov"}),
        ("Аганин", "ar", {"اغانين", "اغنين"}),
        ("Богданов", "ar", {"بوغدانوف", "بوجدانوف"}),
        ("Юнус-Бек", "fr", {"iounous bek", "younous bek"}),
    ],
)
def test_the_usual_spellings_of_a_name(name: str, lang: str, spellings: set[str]) -> None:
    found = {folded(made) for made in spelled(name, lang, 8)}
    assert {folded(wanted) for wanted in spellings} <= found


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("مرغني", "marghani"),
        ("نصيه", "nasiya"),
        ("بوجواري", "bujwari"),
        ("عبيد", "abid"),
        ("منقوش", "manqoush"),
    ],
)
def test_vowels_that_arabic_leaves_out_are_put_in(word: str, wanted: str) -> None:
    assert from_arabic(word) == wanted


def test_a_russian_name_in_arabic_letters_is_not_vowelled() -> None:
    assert from_arabic("سوروكين", foreign=True) == "sorokin"


def test_the_most_usual_spelling_comes_first_and_no_more_than_asked_for() -> None:
    assert spelled("Лавров", "ar", 3)[0] == "لافروف"
    assert all(len(spelled("Александровский", lang, 4)) <= 4 for lang in languages())


def test_nothing_is_made_for_a_language_without_a_table() -> None:
    assert spelled("Лавров", "ru", 4) == ()
    assert spelled("Лавров", "xx", 4) == ()


def test_a_letter_without_a_row_stays() -> None:
    assert spelled("O'Лав", "en", 2) == ("o'lav",)

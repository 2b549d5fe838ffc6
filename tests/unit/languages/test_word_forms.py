"""Listed names are found in the forms their language writes them in."""

from __future__ import annotations

import pytest

from monitor.languages.word_forms import inflected


@pytest.mark.parametrize(
    ("name", "lang", "kind", "expected"),
    [
        pytest.param("Хафтар", "ru", "person", "Хафтара Хафтару Хафтаром Хафтаре", id="consonant surname"),
        pytest.param("Путин", "ru", "person", "Путина Путину Путиным Путине", id="surname in -ин"),
        pytest.param("Лавров", "ru", "person", "Лаврова Лаврову Лавровым Лаврове", id="surname in -ов"),
        pytest.param("Захарова", "ru", "person", "Захаровой Захарову", id="woman's surname"),
        pytest.param(
            "Полянский", "ru", "person", "Полянского Полянскому Полянским Полянском", id="adjective surname"
        ),
        pytest.param("Сергей", "ru", "person", "Сергея Сергею Сергеем Сергее", id="first name in -ей"),
        pytest.param("Евгений", "ru", "person", "Евгения Евгению Евгением Евгении", id="first name in -ний"),
        pytest.param("Игорь", "ru", "person", "Игоря Игорю Игорем Игоре", id="first name in -ь"),
        pytest.param("Ливия", "ru", "country", "Ливии Ливию Ливией", id="country"),
        pytest.param("Москва", "ru", "place", "Москвы Москве Москву Москвой", id="town"),
        pytest.param("Казань", "ru", "place", "Казани Казанью", id="town in -ь"),
        pytest.param("Кремль", "ru", "body", "Кремля Кремлю Кремлем Кремле", id="body in -ь"),
        pytest.param(
            "вагнеровец", "ru", "demonym", "вагнеровца вагнеровцы вагнеровцев вагнеровцам", id="fighter"
        ),
        pytest.param("вагнеровцы", "ru", "body", "вагнеровцев вагнеровцами вагнеровцах", id="fighters"),
        pytest.param(
            "ливийский", "ru", "demonym", "ливийского ливийская ливийскую ливийские ливийских", id="adjective"
        ),
        pytest.param(
            "россиянин", "ru", "demonym", "россиянина россияне россиян россиянам", id="people in -анин"
        ),
        pytest.param("ливиец", "ru", "demonym", "ливийца ливийцы ливийцев", id="people in -ец after a vowel"),
        pytest.param(
            "Hafter", "tr", "person", "Hafterin Haftere Hafteri Hafterden Hafterle", id="turkish, glued"
        ),
        pytest.param(
            "Libya", "tr", "country", "Libyanın Libyadaki Libyaya Libyalı Libyalıların", id="turkish country"
        ),
        pytest.param("حفتر", "ar", "person", "وحفتر لحفتر بحفتر ولحفتر", id="arabic proclitics"),
        pytest.param(
            "ليبي", "ar", "demonym", "الليبي الليبية الليبيون والليبيين لليبيين للليبيين", id="arabic people"
        ),
        pytest.param("libyen", "fr", "demonym", "libyens libyenne libyennes", id="french people"),
        pytest.param(
            "Мальдивы", "ru", "country", "Мальдив Мальдивам Мальдивах", id="russian country in the plural"
        ),
        pytest.param("Афины", "ru", "place", "Афин Афинах", id="russian town in the plural"),
        pytest.param("soudanais", "fr", "demonym", "soudanaise soudanaises", id="french people in -s"),
        pytest.param("libico", "it", "demonym", "libica libici libiche", id="italian people"),
        pytest.param("Libyan", "en", "demonym", "Libyans", id="english people"),
        pytest.param(
            "наёмник", "ru", "word", "наёмника наёмники наёмников наёмниками", id="plain russian word"
        ),
        pytest.param(
            "asker", "tr", "word", "askerler askerlerin askerleri askerlerinin", id="plain turkish word"
        ),
    ],
)
def test_a_word_is_written_in_its_cases(name: str, lang: str, kind: str, expected: str) -> None:
    forms = inflected(name, lang, kind)
    assert forms[0] == name
    assert set(expected.split()) <= set(forms)


@pytest.mark.parametrize(
    ("name", "lang", "kind", "expected"),
    [
        pytest.param("Халифа Хафтар", "ru", "person", "Халифе Хафтару", id="both words decline"),
        pytest.param("Халифа Хафтар", "ru", "person", "Халифа Хафтара", id="the first left as it is"),
        pytest.param("Юнус-бек Евкуров", "ru", "person", "Юнус-беком Евкуровым", id="hyphen"),
        pytest.param("Сергей Шойгу", "ru", "person", "Сергея Шойгу", id="indeclinable surname"),
        pytest.param("Сейф аль-Ислам Каддафи", "ru", "person", "Сейфа аль-Ислама Каддафи", id="particle"),
        pytest.param("Африканский корпус", "ru", "body", "Африканскому корпусу", id="adjective and noun"),
        pytest.param("Ливийская национальная армия", "ru", "body", "Ливийской национальной армией", id="feminine body"),
        pytest.param("Совет Безопасности", "ru", "body", "Советом Безопасности", id="only the head declines"),
        pytest.param("Правительство национального единства", "ru", "body", "Правительства национального единства", id="neuter"),
        pytest.param("ЧВК Вагнер", "ru", "body", "ЧВК Вагнера", id="after an abbreviation"),
        pytest.param("الجيش الوطني الليبي", "ar", "body", "وللجيش الوطني الليبي", id="article after a preposition"),
        pytest.param("مجموعة فاغنر", "ar", "body", "بمجموعة فاغنر", id="preposition"),
        pytest.param("Güvenlik Konseyi", "tr", "body", "Güvenlik Konseyinden", id="possessed word takes n"),
    ],
)  # fmt: skip
def test_several_words_agree(name: str, lang: str, kind: str, expected: str) -> None:
    assert expected in inflected(name, lang, kind)


@pytest.mark.parametrize(
    ("name", "lang", "kind"),
    [
        pytest.param("Каддафи", "ru", "person", id="vowel surname"),
        pytest.param("Триполи", "ru", "place", id="vowel town"),
        pytest.param("Wagner", "ru", "body", id="latin name in a russian list"),
        pytest.param("Haftar", "en", "person", id="english name"),
        pytest.param("Bamako", "de", "place", id="language without rules"),
    ],
)
def test_what_does_not_change_gives_itself_alone(name: str, lang: str, kind: str) -> None:
    assert inflected(name, lang, kind) == (name,)


def test_the_genitive_after_a_head_noun_does_not_decline() -> None:
    assert not any("Безопасностью" in form for form in inflected("Совет Безопасности", "ru", "body"))


def test_very_short_arabic_names_take_only_the_and() -> None:
    """With a preposition عون would be the common word for help."""
    assert inflected("عون", "ar", "person") == ("عون", "وعون")


def test_no_word_explodes() -> None:
    assert len(inflected("ский ная цы ов а ия " * 30, "ru", "person")) <= 200


def test_nothing_has_no_forms() -> None:
    assert inflected("  ", "ru", "person") == ()

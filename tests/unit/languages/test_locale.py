"""The words of messages: complete in every language, and a new language is a folder."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from pydantic import ValidationError

from monitor.config.model import DigestConfig, ReceiverConfig
from monitor.demo import messages
from monitor.languages import locale
from monitor.languages.locale import ENGLISH, frame, frame_for, languages
from monitor.messages.digest import digest_context
from monitor.model import ContactStatus, ContactType, EventKind, Phrase, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIX = ("ar", "en", "fr", "it", "ru", "tr")
OTHERS = [lang for lang in SIX if lang != ENGLISH]
ENGLISH_FILES = locale.messages(ENGLISH)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_six_are_there() -> None:
    """Each is a folder."""
    assert languages() == SIX


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_has_every_sentence_with_its_values(lang: str) -> None:
    """What is missing would be said in English, and a value would be lost."""
    english, own = locale.texts(ENGLISH_FILES), locale.texts(locale.messages(lang))

    assert own.keys() == english.keys()
    assert {k for k in english if placeholders(own[k]) != placeholders(english[k])} == set()
    assert {k for k, text in own.items() if not text.strip(" ") and k != "comma"} == set()


@pytest.mark.parametrize("lang", SIX)
def test_every_noun_has_the_forms_that_its_numbers_ask_for(lang: str) -> None:
    """By CLDR's categories; one form alone is for a language or a phrase in which the number changes nothing."""
    files = locale.messages(lang)
    plural = Locale.parse(files["locale"]).plural_form
    asked = {plural(n) for n in range(1000)}

    assert files["nouns"].keys() == ENGLISH_FILES["nouns"].keys()
    for noun, said in files["nouns"].items():
        forms = {"other": said} if isinstance(said, str) else said
        assert isinstance(said, str) or asked <= forms.keys(), noun
        assert all(placeholders(form) <= {"n"} for form in forms.values()), noun
        assert "{n}" in list(forms.values())[-1], noun


@pytest.mark.parametrize("lang", OTHERS)
def test_little_is_said_as_in_english(lang: str) -> None:
    """A sentence that was copied and not translated."""
    english, own = locale.texts(ENGLISH_FILES), locale.texts(locale.messages(lang))
    copied = {
        k
        for k, text in own.items()
        if text == english[k] and re.search(r"[a-z]{4}", re.sub(r"\{\w+\}", "", text))
    }

    assert len(copied) <= 8, copied


@pytest.mark.parametrize("lang", SIX)
def test_the_stable_words_of_the_model_are_known(lang: str) -> None:
    """Statuses, types, severities, events; the sides of outlets have their words in `sides.yaml`."""
    words = frame(lang)
    known = words.words.keys()

    assert {*Severity, *ContactStatus, *ContactType} <= known
    assert {f"{section}.{kind}" for kind in EventKind for section in ("event", "event_name")} <= known
    assert set(Severity) <= words.nouns.keys()


@pytest.mark.parametrize(
    ("lang", "n", "said"),
    [
        ("en", 1, "1 story"), ("en", 1234, "1,234 stories"), ("ar", 0, "لا أخبار"), ("ar", 2, "خبران"), ("ar", 7, "7 أخبار"),
        ("ar", 11, "11 خبرًا"), ("ar", 100, "100 خبر"), ("ar", 103, "103 أخبار"), ("ru", 1, "1 сюжет"), ("ru", 3, "3 сюжета"),
        ("ru", 11, "11 сюжетов"), ("ru", 21, "21 сюжет"), ("fr", 0, "0 information"), ("fr", 2, "2 informations"),
        ("it", 1234, "1.234 notizie"), ("tr", 5, "5 haber"), ("fr", 2_000_000, "2\u202f000\u202f000 informations"),
    ],
)  # fmt: skip
def test_numbers_bring_their_forms(lang: str, n: int, said: str) -> None:
    """As the language counts, in Western digits."""
    assert frame(lang).count("story", n) == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Tuesday, 24 November 2026"), ("ar", "الثلاثاء، 24 نوفمبر 2026"), ("fr", "mardi 24 novembre 2026"),
        ("it", "martedì 24 novembre 2026"), ("ru", "вторник, 24 ноября 2026\u202fг."), ("tr", "24 Kasım 2026 Salı"),
    ],
)  # fmt: skip
def test_days_are_written_as_the_language_writes_them(lang: str, said: str) -> None:
    """Order, months, what follows the year."""
    assert frame(lang).day(date(2026, 11, 24), weekday=True).replace("\u00a0", "\u202f") == said


def test_a_moment_at_the_edge_of_the_calendar_is_said() -> None:
    """In whatever zone and language."""
    late = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

    assert all("9999" in frame(lang).moment(late, ZoneInfo("Asia/Tokyo")) for lang in SIX)


def test_capitals_are_the_languages_own() -> None:
    """A Turkish i has a dot."""
    assert (frame("tr").upper("kritik"), frame("en").upper("kritik")) == ("KRİTİK", "KRITIK")
    assert frame("tr").sentence("ilgili") == "İlgili"


def test_phrases_are_put_into_words() -> None:
    """Durations, counted nouns and other people's text within them."""
    phrases = (
        Phrase(
            key="flood_line", values={"feed": "F", "when": "now", "entries": Phrase(key="entry", count=3)}
        ),
        Phrase(key="feed.no_answer", values={"time": timedelta(hours=5)}),
        Phrase(text="http-5xx: {503}"),
    )

    assert frame("ru").said(phrases) == (
        "F, now: сразу 3 записи, вероятно, опубликовано заново; нет ответа 5 ч; сбой сервера: {503}"
    )


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("de,fr;q=0.5", "fr"), ("ar-LY", "ar"), ("", "en"), ("xx;;,*", "en")],
)
def test_the_page_follows_the_browser(accepted: str, lang: str) -> None:
    """The first language that we speak."""
    assert frame_for(accepted).lang == lang


SEVENTH = """
locale: de
words: {comma: ' + ', semicolon: ' | ', high: hocho, told_independents: bestato}
nouns: {story: {one: '{n} storo', other: '{n} storoj'}}
telling: {reported: 'lau {who}'}
"""


@pytest.fixture
def seventh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A folder with a few words, and nothing else."""
    shutil.copytree(locale.DATA / ENGLISH, tmp_path / ENGLISH)
    (tmp_path / "qx").mkdir()
    (tmp_path / "qx" / "messages.yaml").write_text(SEVENTH, encoding="utf-8")
    monkeypatch.setattr(locale, "DATA", tmp_path)
    locale._frame.cache_clear()
    yield "qx"
    locale._frame.cache_clear()


def test_a_language_is_a_folder(seventh: str) -> None:
    """Its own words where it has them, CLDR's days, and English for the rest; the configuration takes it."""
    series = messages.series(seventh)
    sides = messages.judge().press.sides
    told = digest_context(
        messages.findings(seventh), messages.DUE, series=series, now=messages.NOW, sides=sides
    )
    story = told["stories"][0]

    assert languages() == ("en", "qx")
    assert told["lang"] == seventh
    assert told["date"] == "Dienstag, 24. November 2026"
    assert told["trend"]["line"] == "7 storoj, usually 3"
    assert story["severity_word"] == "hocho"
    assert story["corroboration"]["line"].startswith("lau independent media, ")
    assert " | only one independent voice yet" in story["corroboration"]["line"]


def test_other_languages_are_refused_with_those_there_are() -> None:
    """In a series and in a receiver."""
    for model, said in ((DigestConfig, {"receivers": ["a"]}), (ReceiverConfig, {"name": "a", "file": {}})):
        with pytest.raises(
            ValidationError, match=r"'xx' is no language of messages . ar, en, fr, it, ru or tr"
        ):
            model.model_validate({**said, "language": "xx"})


@pytest.mark.parametrize(
    ("recorded", "lang", "said"),
    [
        ("2 times from 12:00 to 12:01 UTC, the last: gone", "ru", "2 раза с"),
        ("21 times from 12:00 to 12:01 UTC, the last: gone", "ru", "21 раз с"),
        ("2 times from 12:00 to 12:01 UTC, the last: gone", "ar", "مرتان من"),
        ("5 messages refused in a row, the last: HTTP 400", "ru", "5 сообщений"),
        ("5 messages refused in a row, the last: HTTP 400", "ar", "5 رسائل"),
        ("nothing is due; never done before", "it", "nulla in attesa; mai fatto finora"),
        ("1 due, the oldest since 12:00 UTC; last done 11:59 UTC", "fr", "fait la dernière fois 11:59 UTC"),
    ],
)
def test_what_was_written_down_is_counted_as_the_language_counts(recorded: str, lang: str, said: str) -> None:
    """And what was never done has words of its own."""
    assert said in frame(lang).retold(recorded)

"""The judgement in the reader's language."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from monitor.demo import messages
from monitor.languages.locale import Frame, frame, languages
from monitor.messages import sources
from monitor.model import Change, ContactStatus, Corroboration, RelatedStory, Side, Voice
from monitor.stories import change, corroboration
from monitor.stories.judgement import StoryJudge
from tests.support.press import HORN_PRESS, PRESS
from tests.support.tellings import PEOPLE, met, story
from tests.support.tellings import telling as item

ARABIC, ENGLISH = (frame(lang, PRESS.sides) for lang in ("ar", "en"))
LATIN = re.compile(r"[A-Za-z]{3}")


def found(*voices: Voice, grounds: tuple[str, ...] = ("one-side",)) -> Corroboration:
    return Corroboration(
        voices=voices, reliability="C", credibility=3, grounds=grounds, explained="in English"
    )


def voice(side: Side, *, denies: bool = False) -> Voice:
    return Voice(name="v", sides=(side,), reliability="C", outlets=("o",), denies=denies)


@pytest.mark.parametrize("lang", languages())
def test_every_language_has_every_word_of_the_judgement(lang: str) -> None:
    """Every ground and every kind of change: nothing is said in English by accident."""
    grounds = set(corroboration._WORDS)
    kinds = re.findall(r"\w+(?=['\"])", str(Change.__dataclass_fields__["kind"].type))
    assert len(kinds) == 6
    wanted = {f"telling.{key}" for key in (*grounds, *(f"change_{kind}" for kind in kinds))}
    assert frame(lang).words.keys() >= wanted


@pytest.mark.parametrize("ground", sorted(corroboration._WORDS))
@pytest.mark.parametrize("side", PRESS.sides.ids)
def test_a_line_is_in_one_language(ground: str, side: Side) -> None:
    """English comes with the judgement; the others are made of its stable words."""
    judged = found(voice(side), voice(Side("libya-west"), denies=True), grounds=(ground, "denied"))
    said = sources.corroboration(judged, ARABIC)
    assert not LATIN.search(said["line"] + sources.corroboration(judged, frame("ru", PRESS.sides))["line"])
    assert said["line"].count("؛") == 2
    assert sources.corroboration(judged, ENGLISH)["line"] == "in English"
    assert said["code"] == "C3"


def test_a_grade_is_a_code_and_words() -> None:
    """Letter and number."""
    assert (
        sources.corroboration(found(voice(Side("un"))), ENGLISH)["grade"] == "fairly reliable, possibly true"
    )
    assert sources.corroboration(found(voice(Side("un"))), ENGLISH)["told_by"] == "1 voice, 1 side"


def test_what_changed_is_a_sentence_each() -> None:
    """In English as it was judged, in Arabic by its words; names stay as they are."""
    assert sources.change_line(messages.change(), ENGLISH) == (
        "Took place; was: planned. Denied by western Libyan media. "
        "Now confirmed by eastern Libyan media; was: Russian state media only. New participant: Khalifa Haftar."
    )
    said = sources.change_line(messages.change(), ARABIC)
    assert said.count(".") == len(messages.change())
    assert set(LATIN.findall(said.replace("Khalifa Haftar", ""))) == set()
    assert sources.change_line((), ENGLISH) == ""


@pytest.mark.parametrize(
    ("one", "arabic"),
    [
        (
            Change(kind="louder", reason="x", before=("medium",), after=("high",)),
            "أشدّ مما كان: عالٍ؛ سابقًا: متوسط.",
        ),
        (Change(kind="withdrawn", reason="x", before=("Gulf Ledger",)), "سُحبت مادة من مصدرها."),
        (Change(kind="corrected", reason="x"), "نشر أحد المصادر تصحيحًا."),
        (Change(kind="status", reason="x", before=("happened",), after=("denied",)), "نُفي؛ سابقًا: تمّ."),
        (
            Change(kind="status", reason="x", before=("planned",), after=("happened", "A / B")),
            "تمّ؛ سابقًا: مقرَّر (\u2068A / B\u2069).",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Change) else "",
)
def test_every_kind_of_change_is_said_in_arabic(one: Change, arabic: str) -> None:
    """With what was before, where that is a word."""
    assert sources.change_line([one], ARABIC) == arabic


def test_copies_are_carried_and_not_told() -> None:
    """An outlet with a report of its own is not listed again; denials, wires and what was taken back are marked."""
    judged = messages.judge().judge(
        story(
            item(1, Side("russia-state"), "C", met(), credit="TASS"),
            item(2, Side("independent"), "B", met(), copy_of=1),
            item(3, Side("libya-west"), "C", met("denied")),
            item(4, Side("libya-east"), "D", withdrawn_at=messages.NOW),
        )
    )
    own, cut, carried, carried_cut = sources.outlets(judged, ENGLISH)
    assert [(outlet["name"], outlet["notes"]) for outlet in own] == [
        ("Outlet 1", ["TASS"]),
        ("Outlet 3", ["denies it"]),
        ("Outlet 4", ["taken back"]),
    ]
    assert ([outlet["name"] for outlet in carried], cut, carried_cut) == (["Outlet 2"], 0, 0)


def test_a_contact_shows_how_it_came_to_its_status() -> None:
    """Only where there is more than one step; the arrow points the way the language is read."""
    told = [
        item(1, Side("russia-state"), "C", met("planned")),
        item(2, Side("libya-east"), "D", met(), hours=30),
    ]
    judged = messages.judge().judge(story(*told))
    (row,), _ = sources.contacts(judged.contacts, ENGLISH, ZoneInfo("UTC"))
    assert row["history_line"] == "planned 4 March → took place 5 March"
    (row,), _ = sources.contacts(judged.contacts, ARABIC, ZoneInfo("UTC"))
    assert " ← " in row["history_line"]
    single = messages.judge().judge(story(told[0]))
    (row,), _ = sources.contacts(single.contacts, ENGLISH, ZoneInfo("UTC"))
    assert (row["status"], row["history_line"]) == ("planned", "")


def test_what_is_cut_is_counted() -> None:
    """Contacts, names, voices and outlets."""
    names = tuple(f"Person {n}" for n in range(12))
    many = tuple(met(russian=(f"Minister {n}",), date=f"2026-0{n}-01") for n in range(1, 9))
    judged = messages.judge().judge(
        story(item(1, Side("russia-state"), "C", *many), item(2, Side("un"), "A", met(libyan=names)))
    )
    rows, cut = sources.contacts(judged.contacts, ENGLISH, ZoneInfo("UTC"))
    assert len(rows) + cut == len(judged.contacts)
    assert any(row["parties"][1]["names"][-1] == "+4" for row in rows) or cut
    voices = replace(judged.corroboration, voices=judged.corroboration.voices * 6)
    assert sources.corroboration(voices, ENGLISH)["voices_cut"] == 4


def test_stable_words_of_changes_are_known_to_the_frames() -> None:
    """Statuses are said in the frame's own words."""
    words = chain(change._STATUS, (ContactStatus.DENIED,))
    assert all(status.value in ARABIC.words for status in words)


@pytest.mark.parametrize(("words", "line"), [(ENGLISH, "Related: “"), (ARABIC, "ذو صلة: “")])
def test_related_stories_are_named(words: Frame, line: str) -> None:
    """Three at most, the rest counted; with the desk's address where there is one."""
    others = tuple(RelatedStory(id=f"s-{n}", title=f"Talks {n}", why="the same person") for n in range(5))
    told = sources.related(replace(story(item(1)), related=others), words, "https://desk.example/")

    assert [other["link"] for other in told["related"]] == [
        f"https://desk.example/stories/s-{n}" for n in range(3)
    ]
    assert told["related_cut"] == 2
    assert told["related_line"].startswith(line)
    assert sources.related(story(item(1)), words, None)["related_line"] == ""


def test_a_contradiction_is_no_denial() -> None:
    """Nobody denied anything in words."""
    judged = found(
        voice(Side("un")),
        replace(voice(Side("libya-east"), denies=True), contradicts=True),
        grounds=("one-voice", "denied"),
    )
    said = sources.corroboration(judged, ARABIC)
    assert "خلاف" in said["line"]
    assert "نفي" not in said["line"]
    opposite = Change(
        kind="status", reason="contradicted by the United Nations", after=("contradicted", "un")
    )
    assert sources.change_line([opposite], ENGLISH) == "Contradicted by the United Nations."
    assert not LATIN.search(sources.change_line([opposite], ARABIC))


def test_another_question_is_told_in_its_own_words() -> None:
    """Sides by the titles of its file, in sentences by their media; English where a language is missing."""
    arabic = frame("ar", HORN_PRESS.sides)
    judge = StoryJudge(PEOPLE, HORN_PRESS)
    judged = judge.judge(
        story(
            item(1, Side("ankara"), "C", met()),
            item(2, Side("observers"), "A", met()),
            item(3, Side("gone"), "C"),
        )
    )
    said = sources.corroboration(judged.corroboration, arabic)
    assert "الإعلام التركي وبعثة المراقبين" in said["line"]
    assert "بتأكيد من بعثة المراقبين" in said["line"]
    assert [voice["sides_line"] for voice in said["voices"]] == ["أنقرة", "Observers", "gone"]
    own, *_ = sources.outlets(judged, arabic)
    assert {outlet["side_word"] for outlet in own} == {"أنقرة", "Observers", "gone"}
    (row,), _ = sources.contacts(judged.contacts, frame("en", HORN_PRESS.sides), ZoneInfo("UTC"))
    assert row["told_by"] == "Outlet 1 (Ankara), Outlet 2 (Observers)"

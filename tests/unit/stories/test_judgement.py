"""What a story amounts to: for which reader, with which contacts first, and what is news since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.model import Severity
from monitor.stories.judgement import StoryJudge
from tests.support.press import EAST, FREE, PRESS, RU
from tests.support.tellings import NOON, PEOPLE, met, story, telling

if TYPE_CHECKING:
    from monitor.model import Contact

LAVROV, SALEH, OUN, NOVAK = "Sergei Lavrov", "Aguila Saleh", "Mohamed Oun", "Alexander Novak"
JUDGE = StoryJudge(
    PEOPLE | {LAVROV, SALEH, OUN, NOVAK},
    PRESS,
    titles={"russia-libya-contacts": {"russia": {"en": "Russian side"}}},
)
LONG = "The two men met on Wednesday in a town by the sea"


def pair(russian: str, libyan: str, status: str = "happened", **more: Any) -> Contact:
    """A contact of two people."""
    return met(status, russian=(russian,), libyan=(libyan,), **more)


def test_a_reader_gets_the_report_in_the_readers_language() -> None:
    """And the same judgement: nobody's grade depends on who reads it."""
    told = JUDGE.judge(story(telling(1, title=LONG), telling(2, lang="fr", title=f"{LONG}, en France")))
    french = JUDGE.for_reader(told, "fr")

    assert (told.best.id, french.best.id) == (1, 2)
    assert replace(french, best=told.best) == told


def test_english_is_read_where_nobody_says_what() -> None:
    """A worse source in English before a better one in Russian."""
    told = story(telling(1, letter="A", lang="ru", title=LONG), telling(2, letter="C", title=LONG))

    assert JUDGE.judge(told).best.id == 2


def test_news_comes_before_what_is_remembered_and_what_most_report_first() -> None:
    """Else an alert would name a meeting of last year in its first line."""
    once, often = pair(LAVROV, OUN), pair(NOVAK, SALEH)
    past = pair(LAVROV, SALEH, background=True, date="2025-01-02")
    told = JUDGE.judge(
        story(
            telling(1, FREE, "B", past, once),
            telling(2, FREE, "B", past, often),
            telling(3, FREE, "B", past, often),
        )
    )
    named = [[p.name for p in contact.participants] for contact in told.contacts]

    assert named == [[NOVAK, SALEH], [LAVROV, OUN], [LAVROV, SALEH]]
    assert told.contacts[0].title("russia") == "Russian side"


def test_the_register_puts_what_took_place_before_plans_and_plans_before_denials() -> None:
    """And within each the latest day: the digest's table is read from the top."""
    of = {
        "old": pair(LAVROV, OUN, date="2026-03-01"),
        "new": pair(NOVAK, OUN, date="2026-03-03"),
        "plan": pair(LAVROV, SALEH, "planned", date="2026-03-09"),
        "denied": pair(NOVAK, SALEH, "denied", date="2026-03-02"),
        "off": pair("Andrei Belousov", OUN, "cancelled", date="2026-03-01"),
        "past": pair("Andrei Belousov", SALEH, date="2025-03-04", background=True),
    }  # fmt: skip
    items = [telling(n, FREE, "B", contact) for n, contact in enumerate(of.values(), start=1)]
    found = JUDGE.register(items, {item.id for item in items})

    assert [[*of][contact.sources[0].item_id - 1] for contact in found] == [
        "new",
        "old",
        "plan",
        "denied",
        "off",
        "past",
    ]


def test_the_register_has_what_was_told_as_everybody_tells_it() -> None:
    """A contact of another day's items is left out; one that another outlet tells too has both as its voices."""
    items = [
        telling(1, RU, "C", pair(LAVROV, SALEH)),
        telling(2, EAST, "D", pair(LAVROV, SALEH)),
        telling(3, FREE, "B", pair(NOVAK, OUN)),
    ]
    (found,) = JUDGE.register(items, {2})

    assert [p.name for p in found.participants] == [LAVROV, SALEH]
    assert [source.item_id for source in found.sources] == [1, 2]
    assert found.corroboration is not None
    assert [voice.name for voice in found.corroboration.voices] == ["Outlet 1", "Outlet 2"]
    assert found.title("russia") == "Russian side"


def test_what_is_news_since_a_moment() -> None:
    """With how many reports came; what a reader could not have been told before has no "since"."""
    plan = telling(1, RU, "C", met("planned"), hours=0)
    told = story(plan, telling(2, RU, "C", met(), hours=2), telling(3, RU, "C", met(), hours=3))
    found = JUDGE.since(told, NOON + timedelta(hours=1))

    assert found is not None
    assert ([change.reason for change in found.changes], found.reports) == (["took place; was: planned"], 2)
    assert JUDGE.since(told, NOON) is None
    quiet = story(replace(plan, matches=()), telling(2, RU, "C", met(), hours=2))
    assert JUDGE.since(quiet, NOON + timedelta(hours=1)) is None


def test_who_was_never_told_has_no_news() -> None:
    """A first telling is not a list of changes."""
    now = JUDGE.standing(JUDGE.judge(story(telling(1, RU, "C", met(), severity=Severity.CRITICAL))))

    assert JUDGE.changes(None, now) == ()


def test_a_reader_is_told_names_places_and_titles_in_the_readers_language() -> None:
    """Where there are none, in English; the judgement stays as it is."""
    judge = replace(
        JUDGE,
        headings={"wagner": {"en": "Wagner", "ru": "Вагнер"}, "un": {"en": "The UN"}},
        names={LAVROV: {"ru": "Сергей Лавров"}, "Moscow": {"ru": "Москва"}},
    )
    told = judge.judge(story(telling(1, FREE, "B", pair(LAVROV, SALEH, place="Moscow"))))
    (contact,) = judge.for_reader(told, "ru").contacts

    assert [p.name for p in contact.participants] == ["Сергей Лавров", SALEH]
    assert contact.place == "Москва"
    assert judge.for_reader(told, "en") == told
    assert judge.standing(told).participants == frozenset({LAVROV, SALEH})
    assert judge.called_in("ru") == {
        "wagner": "Вагнер", "un": "The UN", LAVROV: "Сергей Лавров", "Moscow": "Москва",
    }  # fmt: skip

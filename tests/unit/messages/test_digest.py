"""What a digest says: in which order, how it compares, what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.demo import messages
from monitor.demo.stories import evidence, stories
from monitor.messages.digest import MAX_CONTACTS, digest_context, shorten
from monitor.model import Change, Severity, SinceThen, Story
from tests.support.press import PRESS

NOW = messages.NOW
STORIES = stories()


def digest(told: tuple[Story, ...] = STORIES, **said: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "series": messages.series(),
        "now": NOW,
        "titles": messages.TITLES,
        "sides": PRESS.sides,
    }
    due = said.pop("due", messages.DUE)
    own = {key: said.pop(key) for key in ("known", "contacts", "trend") if key in said}
    found = replace(messages.findings(told=told, report=said.pop("coverage", messages.coverage())), **own)
    return digest_context(found, due, **given | said)


def named(series: str) -> Any:
    return messages.series().model_copy(update={"series": series})


def test_a_digest_goes_from_loud_to_quiet_and_from_new_to_old() -> None:
    """What its readers know already comes after what they do not; low stories are a list of their own."""
    context = digest()
    assert [(s["severity"], s["id"]) for s in context["stories"]] == [
        ("high", "s-4f19"),
        ("high", "s-71c2"),
        ("medium", "s-90aa"),
        ("medium", "s-c417"),
        ("medium", "s-b3d0"),
    ]
    assert [s["id"] for s in context["related"]] == ["s-d5e8", "s-e6f9"]
    assert context["summary"] == "2 high, 3 medium, 2 related"


def test_stories_below_the_threshold_are_counted() -> None:
    """A series of medium and louder says how many it does not show."""
    context = digest(series=messages.series().model_copy(update={"min_severity": Severity.MEDIUM}))
    assert context["related"] == []
    assert (context["quieter"], context["quieter_note"]) == (2, "2 stories below this series' threshold")


def test_the_subject_tells() -> None:
    """How much, what, and what it is worth; of other series which it is."""
    assert digest()["subject"] == (
        "2 high, 3 medium: Haftar received in Moscow as defence ministry promises more instructors; "
        "Drivers describe a night convoy leaving Brak air base, confirmed independently"
    )
    assert digest(due=messages.BRIEF, series=named("hourly"))["subject"].startswith("[hourly 07:00] 2 high")
    assert digest((), series=named("weekly"))["subject"].startswith("[weekly] Nothing matched; ")
    assert digest(STORIES[-1:])["subject"].startswith("1 related: Envoy wants")


def test_an_empty_day_is_honest() -> None:
    """Silence of the news and blindness of the monitor are told apart."""
    context = digest(())
    assert context["subject"] == "Nothing matched; 41 of 44 feeds healthy"
    assert context["coverage"]["line"] == (
        "41 of 44 feeds healthy, 312 items read, 2 gaps, 5 items silenced, 80 items held back as a flood, "
        "1 entry taken back, 1 silence in force, 1 receiver suspended"
    )
    assert [p["line"].split(":")[0] for p in context["coverage"]["problems"]] == ["Failing", "Quiet"]
    assert digest((), coverage=messages.coverage(healthy=True))["coverage"]["unhealthy"] is False


def test_catching_up_is_said_in_the_subject_and_the_body() -> None:
    """The reader knows that one mail stands for three."""
    context = digest(due=messages.CAUGHT_UP)
    assert "(covers 2 earlier briefings)" in context["subject"]
    assert (
        context["catch_up"] == "This briefing also covers 2 earlier briefings that could not be sent in time."
    )


@pytest.mark.parametrize(("full", "lines"), [(0, 0), (2, 1), (3, 3), (5, 2), (50, 50)])
def test_what_is_cut_is_counted(full: int, lines: int) -> None:
    """Whole, as a line, or in the count: every story is somewhere."""
    context = shorten(digest(), full=full, lines=lines)
    shown = len(context["stories"]) + len(context["more"]) + len(context["related"])
    assert len(context["stories"]) <= full
    assert shown + context["cut"] == len(STORIES)
    assert bool(context["cut_note"]) == bool(context["cut"])
    assert shorten(context, full=full, lines=lines)["stories"] == context["stories"]


def test_the_window_is_told_in_local_time() -> None:
    """07:00 in Tripoli is 05:00 UTC."""
    assert digest()["window"] == "From 23 November 2026, 07:00 EET to 24 November 2026, 07:00 EET"


def test_what_readers_know_says_what_is_news_in_it() -> None:
    """A change in words, or how many reports came since; a new story says nothing."""
    change = Change(kind="louder", reason="louder: high; was: medium", before=("medium",), after=("high",))
    known = {
        STORIES[0].id: SinceThen(reports=2),
        STORIES[1].id: SinceThen(changes=(change,), reports=1),
    }
    told = {s["id"]: s for s in digest(known=known)["stories"]}
    assert [s["id"] for s in digest(known=known)["stories"]][:2] == [STORIES[1].id, STORIES[0].id]
    assert (told["s-4f19"]["news"], told["s-4f19"]["news_word"]) == ("more", "2 new reports")
    assert (told["s-71c2"]["news"], told["s-71c2"]["news_word"]) == ("changed", "Update")
    assert told["s-71c2"]["change_line"] == "Louder: high; was: medium."
    assert (told["s-90aa"]["news"], told["s-90aa"]["news_word"]) == ("new", "")


def test_contacts_are_a_table_of_their_own() -> None:
    """Each once over all stories, what took place first, with who vouches for it."""
    context = digest()
    assert [(c["type"], c["status"], c["code"]) for c in context["contacts"]] == [
        ("meeting", "happened", "B2"),
        ("visit", "planned", "D3"),
        ("call", "denied", "C5"),
    ]
    first = context["contacts"][0]
    assert first["told_by"].startswith("Gulf Ledger (independent), Волжский телеграф (Russian state)")
    assert not any(s["contacts_shown"] for s in context["stories"])


def test_a_contact_carries_the_sentence_that_reports_it() -> None:
    """The first report's, for those who read no more than the table."""
    (first, *_), said = messages.findings().contacts, evidence(STORIES[0].items[0].item, "Khalifa Haftar")
    told = replace(first, sources=(replace(first.sources[0], evidence=said), *first.sources[1:]))
    (row,) = digest(contacts=(told,))["contacts"]
    assert row["sentence"].startswith("Khalifa Haftar met Defence Minister")


def test_a_table_of_contacts_that_is_cut_leaves_them_in_their_stories() -> None:
    """And says how many it does not list; a short mail has a short table."""
    rows = messages.findings().contacts[:1] * (MAX_CONTACTS + 5)
    context = digest(contacts=rows)
    assert (len(context["contacts"]), context["contacts_note"]) == (MAX_CONTACTS, "and 5 more")
    assert all(s["contacts_shown"] for s in context["stories"])
    short = shorten(context, full=5, lines=10)
    assert (len(short["contacts"]), short["contacts_cut"]) == (6, MAX_CONTACTS - 1)


@pytest.mark.parametrize(
    ("trend", "line", "over"),
    [
        ((4, 0, 2, 7), "7 stories, usually 2", "in the last 3 briefings"),
        ((0, 0, 0, 1), "1 story, usually 0", "in the last 3 briefings"),
    ],
)
def test_a_window_is_compared_with_those_before(trend: tuple[int, ...], line: str, over: str) -> None:
    """By the middle one of them."""
    found = digest(trend=trend)["trend"]
    assert (found["line"], found["over"], len(found["bars"])) == (line, over, 4)
    assert digest(trend=trend[-3:])["trend"] == {}


def test_what_stands_between_the_news_and_its_readers_is_named() -> None:
    """Receivers that get nothing, floods, silences with their author and end."""
    notices = {n["state"]: n["line"] for n in digest()["coverage"]["notices"]}
    assert list(notices) == ["suspended", "floods", "silenced"]
    assert notices["suspended"] == "Receivers that get nothing: siem (webhook answered 410 Gone)"
    assert "until 26 November, 07:00 EET, by Rania: the vote is covered by hand" in notices["silenced"]


def test_a_long_window_is_named_at_the_top() -> None:
    """Of a day it is at the end."""
    assert digest(due=messages.CAUGHT_UP)["long"] is True
    assert digest()["long"] is False

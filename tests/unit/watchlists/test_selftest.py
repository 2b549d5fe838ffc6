"""The tests beside the watchlists: they fail where the rules do not do what the analyst wrote down."""

from __future__ import annotations

import pytest

from monitor.model import Contact, ContactStatus, ContactType
from monitor.watchlists.selftest import Results, run
from tests.support.analyst import DECLARED, compiled, telling


def tried(*tests: str, watchlist: str = "wagner") -> Results:
    lines = "\n".join(f"  - {test}" for test in tests)
    return run(compiled({"w.test.yaml": f"watchlist: {watchlist}\ntests:\n{lines}\n"}))


@pytest.mark.parametrize(
    ("watchlist", "test", "problem"),
    [
        pytest.param("wagner", "match: The Wagner Group left.", "", id="it matches, as said"),
        pytest.param("wagner", "match: Nothing here.", "nothing alerted", id="it should match"),
        pytest.param("wagner", "no_match: Nothing here.", "", id="it does not match, as said"),
        pytest.param(
            "wagner",
            "no_match: The Wagner Group left.",
            "named fired: names Wagner Group",
            id="it should not",
        ),
        pytest.param("wagner", "{match: The Wagner Group left., rules: [named]}", "", id="the named rule"),
        pytest.param(
            "wagner", "{match: Nobody left., rules: [named]}", "named did not fire", id="not the named rule"
        ),
        pytest.param("wagner", "{match: The Wagner Group left., severity: high}", "", id="the severity"),
        pytest.param(
            "wagner",
            "{match: The Wagner Group left., severity: low}",
            "the severity is high, not low",
            id="not that",
        ),
        pytest.param(
            "wagner",
            "match: Wagner Group GmbH.",
            "“Wagner Group” does not count: its except phrase",
            id="what silenced it is told",
        ),
        pytest.param(
            "wagner",
            "match: {title: Wagner Group, summary: s, lang: en, published: 2020-03}",
            "",
            id="a whole item",
        ),
        pytest.param(
            "withdrawal",
            "no_match: The Security Council says foreign forces must leave Mali.",
            "",
            id="related is no alert",
        ),
        pytest.param(
            "withdrawal",
            "match: The Security Council says foreign forces must leave Mali.",
            "nothing alerted (fired: un-calls)",
            id="related is no match either",
        ),
        pytest.param(
            "withdrawal",
            "{match: The Security Council says foreign forces must leave Mali., severity: low}",
            "",
            id="unless low is what is wanted",
        ),
    ],
)
def test_a_test_holds_or_says_what_differs(watchlist: str, test: str, problem: str) -> None:
    results = tried(test, watchlist=watchlist)
    (outcome,) = results.outcomes
    assert problem in outcome.problem
    assert bool(outcome.problem) is bool(problem)
    assert bool(results.failures) is bool(problem)


def test_a_failure_names_file_line_and_why() -> None:
    results = tried("match: The Wagner Group left.", "{match: Nothing here., why: it is obvious}")
    (failure,) = results.failures
    assert str(failure) == "w.test.yaml:4: nothing alerted [it is obvious]: Nothing here."
    assert results.passed == 1


def test_known_gaps_do_not_fail_and_say_when_they_hold() -> None:
    results = tried(
        "todo_match: The Orchestra left.", "todo_match: The Wagner Group left.", "todo_no_match: Nothing."
    )
    assert not results.failures
    assert [o.case.line for o in results.gaps] == [3]
    assert [o.case.line for o in results.fixed] == [4, 5]
    assert results.passed == 0


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        pytest.param("{type: meeting, parties: {libya: [Khalifa Haftar]}}", "", id="as said"),
        pytest.param("{status: denied}", "status is happened, not denied", id="another status"),
        pytest.param(
            "{parties: {libya: [Aguila Saleh]}}", "libya lacks Aguila Saleh", id="a side that lacks someone"
        ),
    ],
)
def test_a_contact_is_compared_where_it_is_described(wanted: str, problem: str) -> None:
    found = Contact(
        type=ContactType.MEETING,
        status=ContactStatus.HAPPENED,
        watchlist="contacts",
        parties={"russia": ("Lavrov",), "libya": ("Khalifa Haftar",)},
    )
    text = f"watchlist: contacts\ntests:\n  - {{match: Lavrov met Haftar., contact: {wanted}}}\n"
    loaded = compiled({**DECLARED, "c.test.yaml": text})
    (outcome,) = run(loaded, extract=telling((found, "both-take-part"))).outcomes
    assert problem in outcome.problem
    assert bool(outcome.problem) is bool(problem)


def test_the_language_is_detected_where_the_test_does_not_say_it() -> None:
    loaded = compiled({"w.test.yaml": "watchlist: wagner\ntests: [match: The Wagner Group left.]\n"})
    asked: list[str] = []

    def detect(text: str) -> str:
        asked.append(text.strip())
        return "en"

    assert not run(loaded, detect=detect).failures
    assert asked == ["The Wagner Group left."]

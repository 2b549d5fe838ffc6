"""Backtests: counts by rule, watchlist and day; what an edit newly fires and no longer fires, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from monitor.matching.matcher import Matcher
from monitor.model import Severity
from monitor.watchlists.backtest import Backtest
from tests.support.analyst import WAGNER, compiled, item

if TYPE_CHECKING:
    from collections.abc import Mapping

ITEMS = {
    "1": ("The Wagner Group left.", 1),
    "2": ("Lavrov met Haftar. The Wagner Group stayed.", 1),
    "3": ("Wagner Group GmbH sells doors.", 2),
    "4": ("The Security Council says foreign forces must leave Mali.", 3),
}


def run(
    before: Mapping[str, str] | None = None, now: Mapping[str, str] | None = None, **more: int
) -> Backtest:
    """The items under the small watchlists changed by `now`, compared with those changed by `before`."""
    other = Matcher(compiled(before)) if before is not None else None
    done = Backtest(Matcher(compiled(now)), other, **more)
    for name, (content, day) in ITEMS.items():
        done.add(
            name, item(content, title=f"News {name}", published_at=datetime(2026, 3, day, 23, tzinfo=UTC))
        )
    return done


def test_an_item_counts_once_for_a_rule_and_a_watchlist() -> None:
    """On its own day; a related match is a hit and no alert."""
    done = run()
    named, related = done.rules["wagner", "named"], done.watchlists["withdrawal"]

    assert done.items == 4
    assert (named.hits, named.alerts) == (2, 2)
    assert named.days == {date(2026, 3, 1): 2}
    assert (related.hits, related.alerts) == (1, 0)
    assert done.changed == {}


def test_the_last_hits_are_kept_as_samples() -> None:
    """With the reason and the sentence; no more than asked."""
    (sample,) = run(samples=1).rules["wagner", "named"].samples

    assert (sample.item, sample.title, sample.rules) == ("2", "News 2", ("named",))
    assert sample.reason == "names Wagner Group in the content"
    assert sample.sentence == "The Wagner Group stayed."


def test_an_item_without_a_date_has_no_day() -> None:
    """It is counted all the same."""
    done = Backtest(Matcher(compiled()))
    done.add("x", item("The Wagner Group left."))

    assert done.watchlists["wagner"].days == {None: 1}
    assert done.as_json()["days"] == {"": 1}


NARROW = {"wagner.yaml": WAGNER.replace("@wagner-group", "@wagner-group AND #libya-actor")}
RENAMED = {"wagner.yaml": WAGNER.replace("id: named", "id: other")}
QUIET = {"wagner.yaml": WAGNER.replace("severity: high", "severity: low")}


@pytest.mark.parametrize(
    ("before", "now", "kind", "expected"),
    [
        pytest.param(NARROW, {}, "new", [("1", None, Severity.HIGH, "names Wagner Group in the content")], id="wider"),
        pytest.param({}, NARROW, "gone",
            [("1", Severity.HIGH, None, "named: has “⁨Wagner Group⁩” (@wagner-group), but #libya-actor is nowhere")], id="narrower"),
        pytest.param({}, QUIET, "quieter",
            [("1", Severity.HIGH, Severity.LOW, "names Wagner Group in the content"),
             ("2", Severity.HIGH, Severity.LOW, "names Wagner Group in the content")], id="quieter"),
        pytest.param(QUIET, {}, "louder",
            [("1", Severity.LOW, Severity.HIGH, "names Wagner Group in the content"),
             ("2", Severity.LOW, Severity.HIGH, "names Wagner Group in the content")], id="louder"),
        pytest.param(RENAMED, {}, "new", [], id="another rule of the watchlist fires instead"),
    ],
)  # fmt: skip
def test_a_change_says_what_and_why(
    before: Mapping[str, str],
    now: Mapping[str, str],
    kind: str,
    expected: list[tuple[str, Severity | None, Severity | None, str]],
) -> None:
    """Of a watchlist on an item, not of its rules among themselves."""
    done = run(before, now)
    changes = [c for (_, k), listed in done.changes.items() if k == kind for c in listed]

    assert [(c.hit.item, c.before, c.after, c.hit.reason) for c in changes] == expected
    assert sum(done.changed.values()) == len(expected)


def test_a_rule_that_is_gone_is_said_to_be_gone() -> None:
    """And still has its line, with what it fired before."""
    now = {
        "contacts.yaml": "watchlist: contacts\ntitle: C\nrules:\n- {id: other, title: O, query: '@mali AND @libya'}\n"
    }
    done = run({}, now)
    ((change,),) = [listed for (_, kind), listed in done.changes.items() if kind == "gone"]

    assert change.hit.reason == "meet: there is no such rule any more"
    assert (done.rules["contacts", "meet"].hits, done.rules["contacts", "meet"].before) == (0, 1)


def test_changes_are_counted_even_when_they_are_not_kept() -> None:
    """Memory does not grow with the archive."""
    done = run(QUIET, {}, changes=1)

    assert done.changed == {("wagner", "louder"): 2}
    assert len(done.changes["wagner", "louder"]) == 1


def test_everything_is_plain_data() -> None:
    """For `--json`."""
    data = run({}, NARROW).as_json()
    (changed,) = data["changes"]

    assert {w["watchlist"]: (w["hits"], w["before"]) for w in data["watchlists"]}["wagner"] == (1, 2)
    assert (changed["kind"], changed["count"]) == ("gone", 1)
    assert changed["items"][0]["day"] == "2026-03-01"
    assert (changed["items"][0]["before"], changed["items"][0]["after"]) == ("high", None)
    assert data["days"] == {"2026-03-01": 2, "2026-03-02": 1, "2026-03-03": 1}

"""Which receivers hear of a story."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts.routing import alerts, route_of, routes_for
from monitor.config.routes import RouteConfig
from monitor.demo.stories import stories, story_item
from monitor.model import Severity, Story

RECEIVED, CONVOY, COUNCIL, _, _, REVIEW, _ = stories()


def tree(**route: Any) -> RouteConfig:
    return RouteConfig.model_validate({"receiver": "root", **route})


def story(*matches: tuple[str, Severity]) -> Story:
    items = [
        story_item(n, "gulf", "t", "A word here.", "word", watchlist=name, severity=severity)
        for n, (name, severity) in enumerate(matches)
    ]
    return Story(id="s", items=tuple(items))


@pytest.mark.parametrize(
    ("routes", "told", "expected"),
    [
        pytest.param([], RECEIVED, ["root"], id="the root takes what no child takes"),
        pytest.param(
            [{"receiver": "a", "match": {"severity": "high"}}, {"receiver": "b"}], RECEIVED, ["a"], id="first match wins"
        ),
        pytest.param(
            [{"receiver": "a", "continue": True}, {"receiver": "b"}, {"receiver": "c"}],
            RECEIVED,
            ["a", "b"],
            id="continue goes on to the next that matches",
        ),
        pytest.param(
            [{"receiver": "a", "match": {"watchlist": "un-withdrawal"}}], RECEIVED, ["root"], id="no match, the root"
        ),
        pytest.param(
            [{"receiver": "a", "routes": [{"receiver": "aa", "match": {"side": "russia-state"}}]}],
            RECEIVED,
            ["aa"],
            id="the deepest matching route takes it",
        ),
        pytest.param(
            [{"match": {"severity": "high"}, "routes": [{"receiver": "x", "match": {"watchlist": "wagner"}}]}],
            RECEIVED,
            ["root"],
            id="a route without receiver inherits its parent's",
        ),
        pytest.param(
            [{"receiver": "a", "continue": True}, {"receiver": "a"}, {"receiver": "b"}],
            RECEIVED,
            ["a"],
            id="a receiver hears once",
        ),
        pytest.param(
            [{"receiver": "quiet", "match": {"severity": ["low", "medium"]}}],
            story(("wagner", Severity.MEDIUM), ("contacts", Severity.HIGH)),
            ["root"],
            id="a medium route does not swallow a story that is also high",
        ),
        pytest.param(
            [{"receiver": "a", "match": {"severity": "high", "watchlist": "wagner"}}],
            story(("wagner", Severity.MEDIUM), ("contacts", Severity.HIGH)),
            ["a"],
            id="every key is asked by itself: the story is high, and it is of that list",
        ),
        pytest.param(
            [{"receiver": "a", "match": {"side": "un", "severity": "medium"}}], COUNCIL, ["a"], id="side and severity"
        ),
    ],
)  # fmt: skip
def test_the_tree_is_walked_as_alertmanager_walks_it(
    routes: list[Any], told: Story, expected: list[str]
) -> None:
    """First match wins, `continue` goes on, what is left out is inherited."""
    assert [r.receiver for r in routes_for(tree(routes=routes), told)] == expected


def test_the_defaults_are_alertmanagers_and_are_inherited() -> None:
    """30 s and 10 min, unless a route or a parent of it says otherwise; nothing is repeated that did not change."""
    (plain,) = routes_for(tree(), RECEIVED)
    assert (plain.group_wait, plain.group_interval, plain.repeat_interval) == (
        timedelta(seconds=30),
        timedelta(minutes=10),
        None,
    )
    route = tree(group_wait="5s", routes=[{"receiver": "a", "repeat_interval": "2h"}])
    (own,) = routes_for(route, RECEIVED)
    assert (own.group_wait, own.group_interval, own.repeat_interval) == (
        timedelta(seconds=5),
        timedelta(minutes=10),
        timedelta(hours=2),
    )


def test_a_route_has_a_path_by_which_it_is_found_again() -> None:
    """After a restart with the same file; settings that are not inherited are its own."""
    route = tree(
        group_by=["watchlist"],
        mute_time_intervals=["nights"],
        routes=[
            {"receiver": "x", "match": {"severity": "critical"}},
            {
                "receiver": "a",
                "match": {"severity": ["high"]},
                "matchers": ["side=russia-state"],
                "group_wait": "5s",
                "active_time_intervals": ["days"],
            },
        ],
    )
    (own,) = routes_for(route, RECEIVED)
    assert own.path == '{}/1{severity=high,side="russia-state"}'
    assert (own.group_by, own.mute_time_intervals) == (("watchlist",), ())
    assert own.active_time_intervals == ("days",)
    assert route_of(route, own.path, "a") == own
    assert route_of(route, "{}/7{gone}", "a").group_wait == timedelta(seconds=30)


def test_a_group_stays_with_the_receiver_that_it_was_opened_for() -> None:
    """The file may name another one by now; what waits is for who waits, under the path that it is stored with."""
    route = tree(routes=[{"receiver": "new desk", "match": {"severity": "high"}, "group_wait": "5s"}])
    found = route_of(route, "{}/0{severity=high}", "old desk")
    gone = route_of(route, "{}/7{gone}", "old desk")

    assert (found.receiver, found.group_wait) == ("old desk", timedelta(seconds=5))
    assert (gone.receiver, gone.path) == ("old desk", "{}/7{gone}")


def test_matchers_of_a_route_ask_for_any_label() -> None:
    """All of them must hold, besides `match`."""
    ask = [{"receiver": "a", "matchers": ["participants=~.*Haftar", "side!=un"]}]
    assert [r.receiver for r in routes_for(tree(routes=ask), RECEIVED)] == ["a"]
    assert [r.receiver for r in routes_for(tree(routes=ask), COUNCIL)] == ["root"]


@pytest.mark.parametrize(
    ("match", "matchers"),
    [
        pytest.param({"severity": "high", "watchlist": "wagner"}, ["severity=high", "watchlist=wagner"], id="two keys"),
        pytest.param({"watchlist": ["wagner", "x"]}, ['watchlist=~"wagner|x"'], id="one of several"),
        pytest.param({"watchlist": ["wag.*"]}, ["watchlist=wag.*"], id="a value is taken as it stands"),
        pytest.param({"side": "independent", "lang": "en"}, ["side=independent", "lang=en"], id="any label"),
        pytest.param({"rule": "wagner/r"}, ["rule=wagner/r"], id="a rule"),
        pytest.param({"event": "any"}, ["event=any"], id="events, and no story"),
    ],
)  # fmt: skip
def test_match_and_matchers_are_one_language(match: dict[str, Any], matchers: list[str]) -> None:
    """On a story of two watchlists, of one and of none of those asked for."""
    told = [
        story(("wagner", Severity.MEDIUM), ("contacts", Severity.HIGH)),
        story(("wagner", Severity.HIGH)),
        story(("contacts", Severity.HIGH)),
        RECEIVED,
        COUNCIL,
    ]
    one = [routes_for(tree(routes=[{"receiver": "a", "match": match}]), s)[0].receiver for s in told]
    other = [routes_for(tree(routes=[{"receiver": "a", "matchers": matchers}]), s)[0].receiver for s in told]
    assert one == other


def test_medium_and_louder_alert() -> None:
    """A low story is shown as related only."""
    assert [alerts(s) for s in (RECEIVED, CONVOY, COUNCIL, REVIEW)] == [True, True, True, False]

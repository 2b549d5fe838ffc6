"""What the monitor says about itself: to whom, once, together, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.alerts.own_events import over, rest, to_tell, words
from monitor.alerts.routing import routes_for, routes_for_event
from monitor.config.routes import RouteConfig
from monitor.demo.messages import stories
from monitor.languages.locale import frame
from monitor.model import Event, EventKind, Severity
from monitor.model.events import SEVERITIES
from tests.support.stored import HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import timedelta

FAILING = EventKind.FEED_FAILING


def event(kind: EventKind = FAILING, subject: str = "gazette", **changes: Any) -> Event:
    """One that was opened an hour ago and is seen now."""
    values = {"id": 1, "kind": kind, "subject": subject, "severity": SEVERITIES[kind], "detail": "HTTP 500"}
    return Event(**values | {"opened_at": NOW - HOUR, "seen_at": NOW} | changes)


@pytest.mark.parametrize(
    ("openings", "expected"),
    [
        pytest.param(1, 10 * MINUTE, id="the first time"),
        pytest.param(3, 40 * MINUTE, id="the third time within a day"),
        pytest.param(50, 6 * HOUR, id="all the time"),
        pytest.param(0, 10 * MINUTE, id="opened longer than a day ago"),
    ],
)
def test_what_comes_and_goes_must_rest_longer(openings: int, expected: timedelta) -> None:
    """So a flapping feed stays one event."""
    assert rest(openings) == expected


@pytest.mark.parametrize(
    ("seen", "found", "openings", "is_over"),
    [
        pytest.param(11 * MINUTE, False, 1, True, id="rested"),
        pytest.param(9 * MINUTE, False, 1, False, id="just gone"),
        pytest.param(11 * MINUTE, True, 1, False, id="found again"),
        pytest.param(11 * MINUTE, False, 2, False, id="it came back before"),
    ],
)
def test_an_event_is_over_when_it_has_rested(
    seen: timedelta, found: bool, openings: int, is_over: bool
) -> None:
    """Not at the first good poll."""
    old = event(seen_at=NOW - seen)

    assert bool(over([old], {old.key} if found else set(), {old.key: openings}, NOW)) is is_over


def test_what_was_opened_long_ago_rests_as_the_first_time() -> None:
    """Its openings of the last day are not counted, since there are none."""
    assert over([event(seen_at=NOW - 11 * MINUTE)], set(), {}, NOW)
    assert not over([event(seen_at=NOW - 9 * MINUTE)], set(), {}, NOW)


@pytest.mark.parametrize(
    ("what", "others", "found", "told"),
    [
        pytest.param(event(), (), True, True, id="it lasts"),
        pytest.param(event(), (), False, False, id="it is no longer found"),
        pytest.param(event(EventKind.FEED_GAP), (), False, True, id="it only happened"),
        pytest.param(event(severity=Severity.LOW), (), True, False, id="too quiet"),
        pytest.param(
            event(EventKind.RECEIVER_SUSPENDED), (), True, False, id="the deliverer tells of receivers"
        ),
        pytest.param(
            event(), (event(EventKind.NOTHING_POLLED, ""),), True, False, id="a louder one says the same"
        ),
        pytest.param(event(closed_at=NOW), (), False, True, id="its end"),
    ],
)
def test_only_what_lasts_and_matters_is_told(
    what: Event, others: tuple[Event, ...], found: bool, told: bool
) -> None:
    """The rest is in `monitor status` and in the digest."""
    assert bool(to_tell([what], [what, *others], {what.key} if found else set())) is told


def test_forty_failing_feeds_are_one_line_and_a_list_with_an_end() -> None:
    """And what ended is told apart."""
    failing = [event(subject=f"paper-{n}") for n in range(40)]
    subject, lines = words([*failing, event(EventKind.DISK_NEARLY_FULL, "", closed_at=NOW)], frame("en"))

    assert subject == "40 feeds are failing; over: the disk is nearly full"
    assert lines[0] == "Since 2026-03-01 11:00 UTC, feed paper-0 is failing: HTTP 500"
    assert lines[25] == "… and 15 more"
    assert lines[26].startswith("Over, since 2026-03-01 11:00 UTC, the disk")


def test_the_loudest_kind_is_named_first() -> None:
    """Whatever the order in which they happened."""
    subject, _ = words([event(), event(EventKind.NOTHING_POLLED, "")], frame("en"))

    assert subject == "No feed answers; feed gazette is failing"


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_words_and_a_severity(kind: EventKind) -> None:
    """For one and for many."""
    one, _ = words([event(kind)], frame("en"))
    many, _ = words([event(kind, "one"), event(kind, "two")], frame("en"))

    assert one
    assert many
    assert "{}" not in one + many


TREE = RouteConfig.model_validate(
    {
        "receiver": "desk",
        "routes": [
            {"match": {"severity": ["high", "critical"]}, "receiver": "analysts"},
            {"match": {"event": ["feed-quiet", "feed-gap"]}, "receiver": "feeds"},
            {"match": {"event": "any", "severity": "critical"}, "receiver": "pager"},
            {"match": {"event": "any"}, "matchers": ["feed=tass"], "receiver": "moscow"},
        ],
    }
)


@pytest.mark.parametrize(
    ("what", "receiver"),
    [
        pytest.param(event(EventKind.FEED_QUIET), "feeds", id="by its kind"),
        pytest.param(event(EventKind.NOTHING_POLLED, ""), "pager", id="by its severity"),
        pytest.param(event(subject="tass"), "moscow", id="by its feed"),
        pytest.param(event(), "desk", id="to the root"),
        pytest.param(event(EventKind.TICK_LATE, "poll"), "desk", id="never by a route for stories"),
    ],
)
def test_events_are_routed_by_the_routes_that_name_them(what: Event, receiver: str) -> None:
    """Analysts who asked for loud stories do not hear of disks."""
    assert [routed.receiver for routed in routes_for_event(TREE, what)] == [receiver]


def test_a_route_for_events_takes_no_story() -> None:
    """However it is worded."""
    only = {"receiver": "desk", "routes": [{"match": {"event": "any"}, "receiver": "ops"}]}
    found = routes_for(RouteConfig.model_validate(only), stories()[0])

    assert [routed.receiver for routed in found] == ["desk"]

"""A feed is judged by its answers and against its own rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import FetchFault
from monitor.store import events, feeds, items
from tests.support.stored import DAY, HOUR, MINUTE, NOW, assessed, feed, poll, state

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

WELL: dict[str, Any] = {
    "last_polled_at": NOW,
    "last_success_at": NOW,
    "last_new_at": NOW,
    "next_poll_at": NOW + HOUR,
    "interval": HOUR,
}


def line(tx: Connection, now: datetime = NOW) -> tuple[str, str]:
    (found,) = events.health(tx, now)
    # whoever asks for those that are not well alone hears the same
    well = found.state in ("ok", "disabled")
    assert events.unwell(tx, now) == (() if well else (found,))
    return found.state, found.detail


def settled(tx: Connection, **changes: Any) -> None:
    feeds.settle(tx, poll(of=state(**WELL | changes), status="not-modified"))


@pytest.mark.parametrize(
    ("changes", "judged"),
    [
        pytest.param({}, ("ok", ""), id="well"),
        pytest.param({"failures": 1, "fault": FetchFault.TIMEOUT}, ("ok", ""), id="one hiccup"),
        pytest.param(
            {"failures": 3, "fault": FetchFault.TIMEOUT, "fault_detail": "30 s"},
            ("failing", "3 polls in a row; timeout: 30 s"),
            id="three failures",
        ),
        pytest.param(
            {"failures": 1, "fault": FetchFault.DNS, "last_success_at": NOW - 4 * HOUR},
            ("failing", "no answer for 4 h; dns"),
            id="no answer for long",
        ),
        pytest.param(
            {"failures": 1, "fault": FetchFault.DNS, "last_success_at": None},
            ("failing", "never answered; dns"),
            id="never answered",
        ),
        pytest.param({"last_success_at": None}, ("never", "not polled yet"), id="not polled"),
        pytest.param({"gone": True}, ("gone", "the server answered 410 Gone"), id="gone"),
        pytest.param(
            {"last_success_at": NOW - 5 * HOUR, "next_poll_at": NOW - 4 * HOUR},
            ("failing", "not asked for 5 h"),
            id="nobody polls",
        ),
        pytest.param(
            {"last_success_at": NOW - 20 * HOUR, "interval": DAY},
            ("ok", ""),
            id="a slow interval is no silence",
        ),
    ],
)
def test_judged_by_its_answers(tx: Connection, changes: dict[str, Any], judged: tuple[str, str]) -> None:
    """The word and what the operator reads."""
    settled(tx, **changes)
    assert line(tx) == judged


def test_disabled_feeds_are_not_watched(tx: Connection) -> None:
    """They count neither as well nor as watched."""
    feeds.sync(tx, [feed(enabled=False)], NOW, jitter=lambda: 0.0)
    assert line(tx) == ("disabled", "")


def brought_news(tx: Connection, every: timedelta, times: int, until: datetime) -> None:
    """Polls that each brought one item, the last at `until`."""
    for n in reversed(range(times)):
        at = until - n * every
        items.record(tx, poll(assessed(f"{at}"), at=at))


@pytest.mark.parametrize(
    ("every", "silence", "judged"),
    [
        pytest.param(HOUR, 23 * HOUR, "ok", id="never quiet within a day"),
        pytest.param(HOUR, 25 * HOUR, "quiet", id="an hourly feed after a day"),
        pytest.param(DAY, 2 * DAY, "ok", id="a daily feed after two days"),
        pytest.param(DAY, 4 * DAY, "quiet", id="a daily feed after four days"),
        pytest.param(30 * DAY, 60 * DAY, "ok", id="a monthly feed after two months"),
    ],
)
def test_quiet_against_its_own_rhythm(
    tx: Connection, every: timedelta, silence: timedelta, judged: str
) -> None:
    """Silence is measured in the feed's usual gaps."""
    brought_news(tx, every, 8, NOW - silence)
    settled(tx, last_new_at=NOW - silence)
    assert line(tx)[0] == judged


def test_quiet_says_what_is_usual(tx: Connection) -> None:
    """So that the reader can judge."""
    brought_news(tx, 5 * HOUR, 8, NOW - 3 * DAY)
    settled(tx, last_new_at=NOW - 3 * DAY)
    assert line(tx) == ("quiet", "nothing new for 3 d; usually within 5 h")


def test_a_new_feeds_rhythm_is_read_from_its_items(tx: Connection) -> None:
    """One poll brought a year of a monthly journal: six weeks of silence are its way."""
    dated = [assessed(f"{n}", published_at=NOW - 42 * DAY - n * 30 * DAY) for n in range(8)]
    items.record(tx, poll(*dated, at=NOW - 42 * DAY))
    settled(tx, last_new_at=NOW - 42 * DAY)
    assert line(tx) == ("ok", "")


@pytest.mark.parametrize(("days", "judged"), [(6, "ok"), (8, "quiet")])
def test_without_a_rhythm_a_week_is_quiet(tx: Connection, days: int, judged: str) -> None:
    """A feed that answers and never brought anything counts from its first day."""
    settled(
        tx,
        last_new_at=None,
        **dict.fromkeys(("last_polled_at", "last_success_at", "next_poll_at"), NOW + days * DAY),
    )
    assert line(tx, NOW + days * DAY)[0] == judged


@pytest.mark.parametrize(
    ("duration", "words"),
    [(40 * MINUTE, "40 min"), (3 * HOUR, "3 h"), (47 * HOUR, "47 h"), (50 * HOUR, "2 d")],
)
def test_durations_are_spoken(duration: timedelta, words: str) -> None:
    """In the largest unit that fits."""
    assert events.spoken(duration) == words

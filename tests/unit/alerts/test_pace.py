"""Whether work goes on is told by what is due and what was done, at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.alerts.own_events import began_at, pace, remedy, said
from monitor.model import Pace, Work, WorkKind
from tests.support.stored import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import datetime, timedelta

SECOND = MINUTE / 60


def work(since: timedelta | None = None, done: timedelta | None = None, **changes: Any) -> Work:
    """Work that is due `since` ago and was done `done` ago; `tell_after` is an hour."""
    values = {
        "kind": WorkKind.POLLING,
        "due": 3 if since is not None else 0,
        "since": NOW - since if since is not None else None,
        "done_at": NOW - done if done is not None else None,
        "tell_after": HOUR,
    }
    return Work(**values | changes)


LANE = {"kind": WorkKind.LANE, "subject": "desk"}


@pytest.mark.parametrize(
    ("what", "began", "expected"),
    [
        pytest.param(work(), None, Pace.WELL, id="nothing is due"),
        pytest.param(work(done=30 * DAY), None, Pace.WELL, id="nothing is due, nothing was done for a month"),
        pytest.param(work(MINUTE), None, Pace.WELL, id="only just due"),
        pytest.param(work(59 * MINUTE, SECOND), None, Pace.WAITING, id="due, but young"),
        pytest.param(work(HOUR, SECOND), None, Pace.LATE, id="others are polled meanwhile"),
        pytest.param(work(HOUR, 59 * MINUTE), None, Pace.LATE, id="others were polled within the hour"),
        pytest.param(work(HOUR, HOUR), None, Pace.STANDS_STILL, id="nothing was polled since"),
        pytest.param(work(HOUR), None, Pace.STANDS_STILL, id="nothing was ever polled"),
        pytest.param(work(HOUR, **LANE), None, Pace.STANDS_STILL, id="a lane whose sender hangs"),
        pytest.param(work(26 * HOUR, 8 * SECOND, **LANE), None, Pace.LATE, id="a slow relay with a backlog"),
        pytest.param(work(3 * HOUR, 3 * HOUR, resting="suspended", told=True, **LANE), None, Pace.RESTS, id="suspended, and somebody knows"),
        pytest.param(work(3 * HOUR, 3 * HOUR, resting="suspended", **LANE), None, Pace.STANDS_STILL, id="suspended, and nobody was told"),
        pytest.param(work(10 * MINUTE, resting="paused", **LANE), None, Pace.RESTS, id="paused for a moment"),
        pytest.param(work(3 * HOUR, told=True, **LANE), None, Pace.STANDS_STILL, id="told of, and no better"),
        pytest.param(work(9 * HOUR, 9 * HOUR), NOW - MINUTE, Pace.CATCHING_UP, id="just started after a night"),
        pytest.param(work(9 * HOUR, 9 * HOUR), NOW - 59 * MINUTE, Pace.CATCHING_UP, id="still within the hour"),
        pytest.param(work(9 * HOUR, 9 * HOUR), NOW - HOUR, Pace.STANDS_STILL, id="started an hour ago"),
        pytest.param(work(9 * HOUR, 9 * HOUR), None, Pace.STANDS_STILL, id="no monitor runs"),
        pytest.param(work(9 * HOUR), NOW + HOUR, Pace.STANDS_STILL, id="started by a clock that was ahead"),
        pytest.param(work(-HOUR), None, Pace.WELL, id="due later: the clock was set back"),
        pytest.param(work(HOUR, -HOUR), None, Pace.STANDS_STILL, id="done in the future: the clock was set back"),
        pytest.param(work(tell_after=0 * SECOND), None, Pace.WELL, id="no patience at all, and nothing due"),
        pytest.param(work(SECOND, tell_after=2 * SECOND), None, Pace.WELL, id="a bound of seconds, kept"),
        pytest.param(work(2 * SECOND, tell_after=2 * SECOND), None, Pace.STANDS_STILL, id="a bound of seconds, broken"),
    ],
)  # fmt: skip
def test_work_is_judged_by_what_is_due_and_what_was_done(
    what: Work, began: datetime | None, expected: Pace
) -> None:
    """At one moment, whatever ticks."""
    assert pace(what, NOW, began) is expected


@pytest.mark.parametrize(
    ("before", "ticked", "expected"),
    [
        pytest.param(None, None, NOW, id="the first start"),
        pytest.param(NOW - DAY, 9 * HOUR, NOW, id="after a night"),
        pytest.param(NOW - DAY, MINUTE, NOW - DAY, id="restarted at once: nothing was missed"),
        pytest.param(NOW - DAY, 29 * MINUTE, NOW - DAY, id="a short stop"),
        pytest.param(NOW - DAY, 30 * MINUTE, NOW, id="a long stop"),
        pytest.param(NOW - 2 * HOUR, 9 * HOUR, NOW - 2 * HOUR, id="the start before completed no tick"),
        pytest.param(NOW - 2 * HOUR, None, NOW - 2 * HOUR, id="no start ever did"),
        pytest.param(NOW + DAY, 9 * HOUR, NOW, id="the clock was ahead"),
    ],
)
def test_a_start_gives_time_to_catch_up_but_falling_over_does_not(
    before: datetime | None, ticked: timedelta | None, expected: datetime
) -> None:
    """Who is started again each minute and never ends a tick is late all the same."""
    ticks = {"poll": NOW - ticked} if ticked is not None else {}

    assert began_at(before, ticks, NOW, HOUR) == expected


def test_what_waits_is_said_with_its_age_and_the_last_work() -> None:
    """In one line, with what is known of the oldest."""
    lane = work(HOUR, DAY, oldest="being sent", resting="paused until noon", **LANE)

    assert said(work(done=MINUTE)) == "nothing is due; last done 2026-03-01 11:59:00 UTC"
    assert said(lane) == (
        "paused until noon: 3 due, the oldest (being sent) since 2026-03-01 11:00:00 UTC; "
        "last done 2026-02-28 12:00:00 UTC"
    )
    assert "desk" in remedy(lane, Pace.STANDS_STILL)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        pytest.param(
            work(HOUR, DAY, kind=WorkKind.JOB),
            "due since 2026-03-01 11:00:00 UTC; last completed 2026-02-28 12:00:00 UTC",
            id="a job says when it last ended",
        ),
        pytest.param(
            work(HOUR, kind=WorkKind.JOB),
            "due since 2026-03-01 11:00:00 UTC; never done before",
            id="a job that never ended says so",
        ),
        pytest.param(
            work(HOUR, MINUTE),
            "3 due, the oldest since 2026-03-01 11:00:00 UTC; last done 2026-03-01 11:59:00 UTC",
            id="nothing more is known of the oldest",
        ),
    ],
)
def test_what_is_overdue_is_said_as_far_as_it_is_known(what: Work, words: str) -> None:
    """A wrong moment here sends the operator to the wrong place in the log."""
    assert said(what) == words


@pytest.mark.parametrize("kind", WorkKind)
@pytest.mark.parametrize("how", [Pace.LATE, Pace.STANDS_STILL])
def test_every_kind_that_is_overdue_has_a_remedy(kind: WorkKind, how: Pace) -> None:
    """Nobody is left with a problem alone."""
    assert remedy(work(HOUR, kind=kind, subject="x"), how)

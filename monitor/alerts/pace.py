"""Pure. Whether work goes on: what was due against what was done last, never by the ticking of a clock alone.

A job that ends every few seconds stands still while what is due only gets older; one that has run for an hour over a
slow answer does not, while others are served.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Pace, WorkKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.model import Work

#: what is due for less than this is being seen to
JUST = timedelta(minutes=2)
#: due for longer than `tell_after`, and nothing excuses it
OVERDUE = frozenset({Pace.LATE, Pace.STANDS_STILL})
_REMEDIES = {
    (WorkKind.POLLING, Pace.LATE): "`monitor feeds status` shows which hosts do not answer",
    (WorkKind.POLLING, Pace.STANDS_STILL): "look into the log, and start the monitor again",
    (WorkKind.LANE, Pace.LATE): "`monitor deliveries list` shows what waits for it",
    (WorkKind.LANE, Pace.STANDS_STILL): "`monitor send-test {subject}` tries the receiver at once",
}
_ELSE = "look into the log, and start the monitor again"


def pace(work: Work, now: datetime, began: datetime | None) -> Pace:
    """How `work` goes on at `now`; `began`: since when a monitor has been at work, None where none is or nobody knows.

    What was due before `began` has until `tell_after` after it. A time ahead of `now` was written by a wrong clock and
    excuses nothing. A receiver's rest does so only for a while, or where another one was told of it.
    """
    age = waited(work, now)
    if not age or age < min(JUST, work.tell_after):
        return Pace.WELL
    if work.resting and (work.told or age < work.tell_after):
        return Pace.RESTS
    if age < work.tell_after:
        return Pace.WAITING
    if began is not None and began <= now < began + work.tell_after:
        return Pace.CATCHING_UP
    lately = work.done_at is not None and now - work.tell_after < work.done_at <= now
    return Pace.LATE if lately else Pace.STANDS_STILL


def waited(work: Work, now: datetime) -> timedelta:
    """For how long the oldest thing is due; zero where nothing is."""
    return max(now - work.since, timedelta()) if work.since is not None else timedelta()


def began_at(
    before: datetime | None, ticks: Mapping[str, datetime], now: datetime, tell_after: timedelta
) -> datetime:
    """Since when a monitor that starts `now` counts as at work.

    A short stop excuses nothing, nor does a start after one that completed no tick: whoever falls over and is started
    again each minute is late all the same.
    """
    newest = max(ticks.values(), default=None)
    if before is None or before > now:
        return now
    if newest is None or before > newest or now - newest < tell_after / 2:
        return before
    return now


def said(work: Work) -> str:
    """What waits, since when, and what was done last, in one line without the work's name."""
    if work.since is None:
        return f"nothing is due; last done {when(work.done_at)}"
    if work.kind is WorkKind.JOB:
        return f"due since {when(work.since)}; last completed {when(work.done_at)}"
    oldest = f" ({work.oldest})" if work.oldest else ""
    waits = f"{work.due} due, the oldest{oldest} since {when(work.since)}; last done {when(work.done_at)}"
    return f"{work.resting}: {waits}" if work.resting else waits


def remedy(work: Work, how: Pace) -> str:
    """What to do about work that is overdue."""
    return _REMEDIES.get((work.kind, how), _ELSE).format(subject=work.subject)


def when(at: datetime | None) -> str:
    """A moment for people."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "never"

"""When the monitor's own events are over, who is told of them, and in what words.

Many at once are one message; what comes and goes is not over until it has rested, each time for longer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.routing import ALERTS_FROM
from monitor.errors import StoreError
from monitor.model import EventKind, Finding, Pace, WorkKind
from monitor.net.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.errors import ConfigError
    from monitor.languages.locale import Frame
    from monitor.model import Event, Work


#: what is not found for this long is over; doubled for every time that it came back within a day
RESTS = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=6)
#: events that are told one by one; the rest is counted
SHOWN = 25
#: what is told in another way: by the deliverer, to a receiver that works
TOLD_ELSEWHERE = frozenset({EventKind.RECEIVER_SUSPENDED})
#: what says the same louder
_LOUDER = {
    EventKind.FEED_FAILING: EventKind.NOTHING_POLLED,
    EventKind.FEED_QUIET: EventKind.NOTHING_POLLED,
    EventKind.TICK_FAILED: EventKind.DATABASE_REFUSED,
}


def rest(openings: int) -> timedelta:
    """How long an event must not be found until it is over, by how often it was opened within a day."""
    return min(RESTS * 2.0 ** min(max(openings, 1) - 1, 10), LONGEST_REST)


def over(
    unclosed: Iterable[Event],
    found: Collection[tuple[EventKind, str]],
    openings: Mapping[tuple[EventKind, str], int],
    now: datetime,
) -> tuple[Event, ...]:
    """The open events that are over: not `found` now, nor for as long as each must rest."""
    return tuple(
        event
        for event in unclosed
        if event.key not in found and now - event.seen_at >= rest(openings.get(event.key, 1))
    )


def to_tell(
    untold: Sequence[Event], unclosed: Iterable[Event], found: Collection[tuple[EventKind, str]]
) -> tuple[Event, ...]:
    """Events that are worth a message now, and ends of what was told.

    What lasts is told while it is found. What says the same as a louder event is left to that one.
    """
    louder = {event.kind for event in unclosed}
    return tuple(
        event
        for event in untold
        if event.closed_at is not None
        or (
            event.severity.rank >= ALERTS_FROM.rank
            and event.kind not in TOLD_ELSEWHERE
            and _LOUDER.get(event.kind) not in louder
            and (event.kind.momentary or event.key in found)
        )
    )


def words(told: Sequence[Event], frame: Frame) -> tuple[str, list[str]]:
    """A subject and lines for events that began, then those that ended; at least one."""
    begun = [event for event in told if event.closed_at is None]
    ended = [event for event in told if event.closed_at is not None]
    parts = [*_counted(begun, frame), *(frame.say("notice.over", what=w) for w in _counted(ended, frame))]
    lines = [*_listed(begun, "notice.since", frame), *_listed(ended, "notice.over_since", frame)]
    return frame.sentence(frame.word("semicolon").join(parts)), [*lines, frame.word("notice.hint")]


def _counted(events: Sequence[Event], frame: Frame) -> Iterator[str]:
    """`3 feeds are failing`, the loudest kind first."""
    kinds = Counter(event.kind for event in sorted(events, key=lambda e: -e.severity.rank))
    for kind, count in kinds.items():
        first = next(event for event in events if event.kind is kind)
        yield _one(first, frame) if count == 1 or kind not in frame.nouns else frame.count(kind, count)


def _one(event: Event, frame: Frame) -> str:
    return frame.say(f"event.{event.kind}", subject=frame.subject(event))


def _listed(events: Sequence[Event], key: str, frame: Frame) -> Iterator[str]:
    for event in sorted(events, key=lambda e: -e.severity.rank)[:SHOWN]:
        detail = f": {frame.retold(event.detail)}" if event.detail else ""
        when = f"{event.opened_at:%Y-%m-%d %H:%M} UTC"
        yield frame.say(key, when=when, what=f"{_one(event, frame)}{detail}")
    if len(events) > SHOWN:
        yield f"… {frame.say('and_more', n=len(events) - SHOWN)}"


# Whether work goes on: what was due against what was done last, never by the ticking of a clock alone.
#
# A job that ends every few seconds stands still while what is due only gets older; one that has run for an
# hour over a slow answer does not, while others are served.

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
    """How `work` goes on at `now`; `began`: since when a monitor has been at work, None where none is or
    nobody knows.

    What was due before `began` has until `tell_after` after it. A time ahead of `now` was written by a wrong
    clock and excuses nothing. A receiver's rest does so only for a while, or where another one was told of
    it.
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

    A short stop excuses nothing, nor does a start after one that completed no tick: whoever falls over and is
    started again each minute is late all the same.
    """
    newest = max(ticks.values(), default=None)
    if before is None or before > now:
        return now
    if newest is None or before > newest or now - newest < tell_after / 2:
        return before
    return now


def said(work: Work) -> str:
    """What waits, since when, and what was done last, in one line without the work's name."""
    last = "completed" if work.kind is WorkKind.JOB else "done"
    done = f"last {last} {when(work.done_at)}" if work.done_at else "never done before"
    if work.since is None:
        return f"nothing is due; {done}"
    if work.kind is WorkKind.JOB:
        return f"due since {when(work.since)}; {done}"
    oldest = f" ({work.oldest})" if work.oldest else ""
    waits = f"{work.due} due, the oldest{oldest} since {when(work.since)}; {done}"
    return f"{work.resting}: {waits}" if work.resting else waits


def remedy(work: Work, how: Pace) -> str:
    """What to do about work that is overdue."""
    return _REMEDIES.get((work.kind, how), _ELSE).format(subject=work.subject)


def when(at: datetime | None) -> str:
    """A moment for people."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "never"


# What the process itself knows to be wrong and no table holds: ticks that failed, a configuration that was
# refused.

#: a failure is found for this long after the last time
FAILED_LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Failure:
    """How often something failed in a row, and the last time why."""

    first: datetime
    last: datetime
    times: int
    why: str

    def detail(self) -> str:
        if self.times == 1:
            return f"at {self.first:%H:%M} UTC: {self.why}"
        return f"{self.times} times from {self.first:%H:%M} to {self.last:%H:%M} UTC, the last: {self.why}"


class Ailments:
    """Written by the ticks' threads, read by the watcher."""

    def __init__(self) -> None:
        self._failures: dict[tuple[EventKind, str], _Failure] = {}
        self._refused = ""

    def failed(self, name: str, error: Exception, now: datetime) -> None:
        """The tick `name` ended with `error`."""
        refused = isinstance(error, StoreError)
        kind = EventKind.DATABASE_REFUSED if refused else EventKind.TICK_FAILED
        why = redact(str(error)) if refused else f"a bug in monitor, {type(error).__name__}; the log has it"
        key = (kind, "" if refused else name)
        before = self._failures.get(key)
        if before is None or now - before.last > FAILED_LATELY:
            before = _Failure(now, now, 0, why)
        self._failures[key] = replace(before, last=now, times=before.times + 1, why=why)

    def reload_refused(self, error: ConfigError) -> None:
        """The files are wrong; what was read before is kept."""
        first = redact(str(error.mistakes[0])) if error.mistakes else ""
        more = f", and {len(error.mistakes) - 1} more mistakes" if len(error.mistakes) > 1 else ""
        self._refused = f"{first}{more}"

    def reloaded(self) -> None:
        """The files are right again."""
        self._refused = ""

    def findings(self, now: datetime) -> tuple[Finding, ...]:
        """What is wrong."""
        lately = {key: f for key, f in list(self._failures.items()) if now - f.last <= FAILED_LATELY}
        found = [Finding(kind=kind, subject=s, detail=f.detail()) for (kind, s), f in lately.items()]
        if self._refused:
            found.append(Finding(kind=EventKind.RELOAD_REFUSED, detail=self._refused))
        return tuple(found)

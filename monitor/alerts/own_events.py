"""Pure. When the monitor's own events are over, who is told of them, and in what words.

Many at once are one message; what comes and goes is not over until it has rested, each time for longer.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.routing import ALERTS_FROM
from monitor.model import EventKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Event

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
_ONE = {
    EventKind.FEED_FAILING: "feed {} is failing",
    EventKind.FEED_QUIET: "feed {} is quiet",
    EventKind.FEED_GAP: "a gap in feed {}",
    EventKind.FEED_FLOOD: "feed {} was published anew",
    EventKind.NOTHING_POLLED: "no feed answers",
    EventKind.RECEIVER_SUSPENDED: "receiver {} is suspended",
    EventKind.STANDS_STILL: "{} stands still",
    EventKind.WORK_LATE: "{} is late",
    EventKind.TICK_LATE: "{} has stalled",
    EventKind.TICK_FAILED: "{} fails",
    EventKind.DATABASE_REFUSED: "the database refused",
    EventKind.DISK_NEARLY_FULL: "the disk is nearly full",
    EventKind.CLOCK_SET: "the clock was set",
    EventKind.RELOAD_REFUSED: "the new configuration is wrong, the old one is kept",
}
_MANY = {
    EventKind.FEED_FAILING: "{} feeds are failing",
    EventKind.FEED_QUIET: "{} feeds are quiet",
    EventKind.FEED_GAP: "gaps in {} feeds",
    EventKind.FEED_FLOOD: "{} feeds were published anew",
    EventKind.RECEIVER_SUSPENDED: "{} receivers are suspended",
    EventKind.STANDS_STILL: "{} kinds of work stand still",
    EventKind.WORK_LATE: "{} kinds of work are late",
    EventKind.TICK_LATE: "{} jobs have stalled",
    EventKind.TICK_FAILED: "{} jobs fail",
    EventKind.DISK_NEARLY_FULL: "{} disks are nearly full",
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


def words(told: Sequence[Event]) -> tuple[str, list[str]]:
    """A subject and lines for events that began, then those that ended; at least one."""
    begun = [event for event in told if event.closed_at is None]
    ended = [event for event in told if event.closed_at is not None]
    parts = [*_counted(begun), *(f"over: {part}" for part in _counted(ended))]
    subject = "; ".join(parts)
    lines = [*_listed(begun, "Since"), *_listed(ended, "Over, since")]
    return subject[:1].upper() + subject[1:], [*lines, "`monitor status` shows what is amiss now."]


def _counted(events: Sequence[Event]) -> Iterator[str]:
    """`3 feeds are failing`, the loudest kind first."""
    kinds = Counter(event.kind for event in sorted(events, key=lambda e: -e.severity.rank))
    for kind, count in kinds.items():
        first = next(event for event in events if event.kind is kind)
        one = count == 1 or kind not in _MANY
        yield _ONE[kind].format(first.subject) if one else _MANY[kind].format(count)


def _listed(events: Sequence[Event], since: str) -> Iterator[str]:
    for event in sorted(events, key=lambda e: -e.severity.rank)[:SHOWN]:
        what = _ONE[event.kind].format(event.subject)
        detail = f": {event.detail}" if event.detail else ""
        yield f"{since} {event.opened_at:%Y-%m-%d %H:%M} UTC, {what}{detail}"
    if len(events) > SHOWN:
        yield f"… and {len(events) - SHOWN} more"

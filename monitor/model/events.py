"""Pure. What happens to the monitor itself: a feed fails, a tick is late, the disk fills up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model.words import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class EventKind(StrEnum):
    """What is wrong. Routes name these words."""

    FEED_FAILING = "feed-failing"
    FEED_QUIET = "feed-quiet"
    FEED_GAP = "feed-gap"
    FEED_FLOOD = "feed-flood"
    READERS_DIFFER = "feed-readers-differ"
    NOTHING_POLLED = "nothing-polled"
    RECEIVER_SUSPENDED = "receiver-suspended"
    STANDS_STILL = "stands-still"
    WORK_LATE = "work-late"
    TICK_LATE = "tick-late"
    TICK_FAILED = "tick-failed"
    DATABASE_REFUSED = "database-refused"
    DISK_NEARLY_FULL = "disk-nearly-full"
    CLOCK_SET = "clock-set"
    WAS_DOWN = "was-down"
    RELOAD_REFUSED = "reload-refused"

    @property
    def of_work(self) -> bool:
        """Whether its subject is work of the monitor's own: other subjects are names that others gave."""
        return self in (
            EventKind.STANDS_STILL,
            EventKind.WORK_LATE,
            EventKind.TICK_LATE,
            EventKind.TICK_FAILED,
        )

    @property
    def momentary(self) -> bool:
        """Whether it happens rather than lasts: nobody is told of its end."""
        return self in (
            EventKind.FEED_GAP,
            EventKind.FEED_FLOOD,
            EventKind.READERS_DIFFER,
            EventKind.CLOCK_SET,
            EventKind.WAS_DOWN,
        )


SEVERITIES: Mapping[EventKind, Severity] = {
    EventKind.FEED_FAILING: Severity.MEDIUM,
    EventKind.FEED_QUIET: Severity.MEDIUM,
    EventKind.FEED_GAP: Severity.MEDIUM,
    EventKind.FEED_FLOOD: Severity.MEDIUM,
    EventKind.READERS_DIFFER: Severity.LOW,
    EventKind.NOTHING_POLLED: Severity.CRITICAL,
    EventKind.RECEIVER_SUSPENDED: Severity.HIGH,
    EventKind.STANDS_STILL: Severity.HIGH,
    EventKind.WORK_LATE: Severity.MEDIUM,
    EventKind.TICK_LATE: Severity.HIGH,
    EventKind.TICK_FAILED: Severity.HIGH,
    EventKind.DATABASE_REFUSED: Severity.CRITICAL,
    EventKind.DISK_NEARLY_FULL: Severity.HIGH,
    EventKind.CLOCK_SET: Severity.MEDIUM,
    EventKind.WAS_DOWN: Severity.MEDIUM,
    EventKind.RELOAD_REFUSED: Severity.HIGH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong at this moment."""

    kind: EventKind
    #: which feed, receiver, work or tick; empty where there is only one
    subject: str = ""
    detail: str = ""

    @property
    def key(self) -> tuple[EventKind, str]:
        """One event is open for each."""
        return self.kind, self.subject

    @property
    def severity(self) -> Severity:
        """How loud it is."""
        return SEVERITIES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was found wrong, open until it is over."""

    id: int
    kind: EventKind
    subject: str
    severity: Severity
    detail: str
    opened_at: datetime
    #: when it was last found to be so
    seen_at: datetime
    closed_at: datetime | None = None
    #: when somebody was told, and the receivers that are still to hear of its end
    told_at: datetime | None = None
    told_to: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[EventKind, str]:
        """One event is open for each."""
        return self.kind, self.subject

    @property
    def labels(self) -> dict[str, list[str]]:
        """What matchers see of it."""
        found = {"event": [self.kind.value], "severity": [self.severity.value]}
        return found | ({"feed": [self.subject]} if self.kind.value.startswith("feed-") else {})

    def __str__(self) -> str:
        named = f"{self.kind} {self.subject}".rstrip()
        return f"{named}: {self.detail}" if self.detail else named

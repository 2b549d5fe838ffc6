"""What the log says of feeds that fail: a line each, or one line while no publisher can be reached at all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from monitor import logs
from monitor.feeds.local import is_local
from monitor.model import FetchFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.jobs.flow import Told
    from monitor.model import PollRecord

log = logs.get("poll")

#: nobody was there to answer: our network, rather than the publisher
UNREACHED = frozenset({FetchFault.DNS, FetchFault.CONNECT, FetchFault.TLS, FetchFault.TIMEOUT})
#: so many feeds in a row, with no answer between them, are no coincidence
MANY = 5


class Reach:
    """Hears of every poll, in the order in which they are stored."""

    def __init__(self) -> None:
        #: feeds that could not be reached since the last answer; of those, what is still to be told
        self._lost: dict[str, FetchFault] = {}
        self._held: list[PollRecord] = []
        self._cut_off = False

    def passing(self, told: Told) -> Told:
        """Hears of a record before `told` does."""

        def both(record: PollRecord) -> None:
            self.heard(record)
            told(record)

        return both

    def heard(self, record: PollRecord) -> None:
        """Log a failure, hold it back until it is known whether it is alone, or leave it out."""
        feed, fault = record.state.feed, record.state.fault
        if is_local(feed.url):
            _say([record])
        elif fault in UNREACHED:
            self._lost[feed.id] = fault
            self._missed(record)
        else:
            self._answered()
            _say([record])

    def rested(self) -> None:
        """Nothing is under way: what was held back is told."""
        _say(self._held)
        self._held = []

    def _missed(self, record: PollRecord) -> None:
        if self._cut_off:
            return
        self._held.append(record)
        if len(self._lost) < MANY:
            return
        self._cut_off, self._held = True, []
        faults = ", ".join(f"{fault} {count}" for fault, count in Counter(self._lost.values()).most_common())
        log.warning(
            "nothing_reachable",
            feeds=len(self._lost),
            faults=faults,
            detail="no publisher answers; single feeds are not named until one does "
            "(`monitor doctor --online` looks for the cause)",
        )

    def _answered(self) -> None:
        if self._cut_off:
            log.warning("reachable_again", missed=len(self._lost))
        self.rested()
        self._lost.clear()
        self._cut_off = False


def _say(records: Sequence[PollRecord]) -> None:
    for record in records:
        state = record.state
        if state.fault is not None:
            log.warning(
                "feed_failed",
                feed=state.feed.id,
                status=record.status,
                ms=int(record.elapsed.total_seconds() * 1000),
                fault=state.fault.value,
                detail=state.fault_detail,
                failures=state.failures,
                next=state.next_poll_at.isoformat(timespec="seconds"),
            )

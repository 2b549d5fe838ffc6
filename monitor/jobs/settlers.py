"""Two threads that settle what was fetched, so that nothing large or slow stands before the rest; and what
they decided, until it is written together.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from monitor.jobs.poll import PORTION, Abandoned, TooSlow

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import FeedState, PollRecord

T = TypeVar("T")
R = TypeVar("R")

#: what waits in the slow lane without holding up the fetching: documents of 10 MB are in memory meanwhile
ROOM = 8
#: polls that are written together, and the longest that one waits, in seconds
TOGETHER, HOLD = 200, 1.0
#: for the work in hand when we stop, before the parsers are ended
PATIENCE = 5.0


@dataclass(slots=True)
class _Lane(Generic[T]):
    """What one thread has to do; `later` after all of `first`."""

    first: deque[T]
    later: deque[T]

    def next(self) -> T | None:
        """The next one, taken out."""
        return self.first.popleft() if self.first else self.later.popleft() if self.later else None


class Settlers(Generic[T, R]):
    """Settles in a quick lane and a slow one. What the quick one finds too slow goes over to the other."""

    def __init__(
        self,
        settle: Callable[[T, bool], R],
        settled: Callable[[T, R | Exception], None],
        interrupt: Callable[[], None],
    ) -> None:
        """Start the threads.

        `settle`: of one and whether quickly; may raise TooSlow when it is to be quick, and Abandoned when we
        stop. `settled` is called in a lane's thread with each result or what was raised. `interrupt` ends
        what lasts long.
        """
        self._settle = settle
        self._settled = settled
        self._interrupt = interrupt
        self._lanes = {quick: _Lane[T](deque(), deque()) for quick in (True, False)}
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, args=(quick,), name=f"settle-{name}", daemon=True)
            for quick, name in ((True, "quick"), (False, "slow"))
        ]
        for thread in self._threads:
            thread.start()

    def put(self, one: T, *, quick: bool, later: bool = False) -> bool:
        """Let it be settled, after all others where `later`;
        whether there was room, so that more may be fetched.
        """
        with self._changed:
            lane = self._lanes[quick]
            room = not quick and len(lane.first) + len(lane.later) < ROOM
            (lane.later if later else lane.first).append(one)
            self._changed.notify_all()
        return room

    def close(self) -> None:
        """End the threads after what is in hand; what waits is forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(PATIENCE)
        if any(thread.is_alive() for thread in self._threads):
            self._interrupt()
        for thread in self._threads:
            thread.join()

    def _work(self, quick: bool) -> None:
        while (one := self._next(quick)) is not None:
            try:
                result: R | Exception = self._settle(one, quick)
            except TooSlow:
                self.put(one, quick=False)
                continue
            except Abandoned:
                return
            except Exception as error:  # noqa: BLE001  # raised where the lanes are watched
                result = error
            self._settled(one, result)

    def _next(self, quick: bool) -> T | None:
        """The next one of the lane, waited for; None at the end."""
        with self._changed:
            while not self._closed:
                if (one := self._lanes[quick].next()) is not None:
                    return one
                self._changed.wait()
        return None


class Held:
    """Polls that are decided and still to be written, each with the state before it."""

    def __init__(self) -> None:
        self._polls: list[tuple[FeedState, PollRecord]] = []
        self._since = 0.0
        self._items = 0
        #: one of them is worth an alert
        self._urgent = False

    def __bool__(self) -> bool:
        return bool(self._polls)

    def add(self, state: FeedState, record: PollRecord) -> None:
        """Hold one more."""
        if not self._polls:
            self._since = time.monotonic()
        self._polls.append((state, record))
        self._items += len(record.assessed)
        self._urgent |= any(a.decision.matches for a in record.assessed)

    def long_enough(self, flying: int) -> bool:
        """Whether one is worth an alert, enough of them wait, or one for long, or nothing else is to come of
        the `flying`, themselves included.
        """
        enough = self._items >= PORTION or len(self._polls) >= min(TOGETHER, flying)
        return self._urgent or enough or time.monotonic() >= self._since + HOLD

    def take(self) -> list[tuple[FeedState, PollRecord]]:
        """All of them, to be written."""
        polls, self._polls = self._polls, []
        self._items, self._urgent = 0, False
        return polls

"""Lanes: a thread for each receiver that has something to do, all of them at once, and never two for one.

Threads are bounded, so receivers may have to wait for one. Those that held us the last time and took nothing
share a few threads, those that are slow or have not been tried yet leave some to the others: who answers at
once finds room. Where more wait than there is room for, a lane ends after one message and the receiver that
has
waited longest is next.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime, timedelta


class Pace(IntEnum):
    """How a receiver took its last message, by what this process has seen."""

    BRISK = 0
    #: slowly, or none was tried yet
    UNSURE = 1
    #: not at all, and slowly
    STUCK = 2


#: threads for receivers of this pace and those behind it: eighty that hang at their first message leave the
#: rest to others
ROOM: Mapping[Pace, int] = {Pace.BRISK: 96, Pace.UNSURE: 80, Pace.STUCK: 16}
#: a receiver that was at a message for longer is slow
SLOW_AFTER = 2.0
#: seconds between two looks at the latest, where nobody tells us of what another process has put in
LOOK = 5.0
#: seconds that a receiver is left alone where it was due and nothing could be tried, or trying failed
REST = 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receiver that is due and has no thread."""

    receiver: str
    pace: Pace
    #: since when it waits for its turn, in seconds of any clock that all of them share
    since: float


def admitted(
    waiting: Iterable[Waiting], at_work: Collection[Pace], room: Mapping[Pace, int] = ROOM
) -> tuple[Waiting, ...]:
    """Who gets a thread now, beside those `at_work`: whoever has waited longest and finds room."""
    taken = Counter(at_work)
    chosen = []
    for candidate in sorted(waiting, key=lambda w: w.since):
        if all(
            sum(n for pace, n in taken.items() if pace >= limit) < room[limit]
            for limit in Pace
            if limit <= candidate.pace
        ):
            taken[candidate.pace] += 1
            chosen.append(candidate)
    return tuple(chosen)


class Lanes:
    """Runs lanes: all that is due, once (`drain`), or for as long as the process lives (`run`).

    `due`: by receiver, from when its next message may be tried. `step`: try one message of a receiver; a word
    for how it went, None where there was nothing to try. `look`: seconds between two looks at the latest.
    """

    def __init__(
        self,
        due: Callable[[], Mapping[str, datetime]],
        step: Callable[[str], str | None],
        *,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
        room: Mapping[Pace, int] = ROOM,
        look: Callable[[], float] = lambda: LOOK,
    ) -> None:
        self._due, self._step, self._look = due, step, look
        self._clock, self._stopping, self._room = clock, stopping, room
        self._changed = threading.Condition()
        self._woken = False
        #: all that is due now and no more
        self._once = False
        self._at_work: dict[str, Pace] = {}
        self._paces: dict[str, Pace] = {}
        #: when each receiver had its last turn, and until when it is left alone (monotonic)
        self._turns: dict[str, float] = {}
        self._rests: dict[str, float] = {}
        #: somebody waits for a thread
        self._crowded = False
        self._counts: Counter[str] = Counter()
        self._failed: list[Exception] = []

    def wake(self) -> None:
        """Something may be due that was not: look again now."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def drain(self) -> Counter[str]:
        """Try all that is due until nothing is; counts by outcome. Raises what a step raised, after all lanes
        ended.

        A receiver that held us with a message that it did not take is not tried again: its own deadline is
        the longest that it can hold us.
        """
        self._once = True
        while True:
            self._start_due()
            with self._changed:
                if not (self._at_work or self._woken):
                    break
                self._changed.wait_for(lambda: self._woken)
        for error in self._taken():
            raise error
        return self._counts

    def run(self, look_after: Callable[[], float], failed: Callable[[Exception], None]) -> None:
        """Keep lanes running until the process is to end, then wait for what is in hand.

        `look_after` says in how many seconds it is called again, `failed` hears of what a step raised: that
        costs its receiver a rest, and no other anything. Raises what `look_after` raises; may be called again
        then, the lanes go on.
        """
        then = time.monotonic()
        while not self._stopping():
            if time.monotonic() >= then:
                then = time.monotonic() + look_after()
            for error in self._taken():
                failed(error)
            seconds = min(self._start_due(), then - time.monotonic())
            with self._changed:
                self._changed.wait_for(lambda: self._woken, timeout=max(0.0, seconds))
        with self._changed:
            self._changed.wait_for(lambda: not self._at_work)

    def _start_due(self) -> float:
        """Start a lane for whoever is due and finds room; in how many seconds to look again at the latest."""
        with self._changed:
            self._woken = False
        if self._stopping():
            return 0.0
        due = self._due()
        now, moment = self._clock(), time.monotonic()
        with self._changed:
            free = {name: at for name, at in due.items() if name not in self._at_work}
            ready = {name: at for name, at in free.items() if self._rests.get(name, 0.0) <= moment}
            waiting = [
                Waiting(
                    name,
                    self._paces.get(name, Pace.UNSURE),
                    max(self._turns.get(name, 0.0), moment - _seconds(now - at)),
                )
                for name, at in ready.items()
                if at <= now
            ]
            chosen = admitted(waiting, self._at_work.values(), self._room)
            self._crowded = len(chosen) < len(waiting)
            for one in chosen:
                self._start(one)
            later = [_seconds(at - now) for at in ready.values() if at > now]
            later += [self._rests[name] - moment for name in free.keys() - ready.keys()]
        return min([self._look(), *later])

    def _start(self, one: Waiting) -> None:
        # not waited for where the process ends in a hurry: the lease will run out
        threading.Thread(target=self._lane, args=(one.receiver,), name="lane", daemon=True).start()
        self._at_work[one.receiver] = one.pace

    def _lane(self, receiver: str) -> None:
        """Try one message after the other until none may be tried,
        or another receiver waits for the thread.
        """
        rest = self._rest  # until something was tried
        try:
            while not self._stopping():
                began = time.monotonic()
                said = self._step(receiver)
                if said is None:
                    break
                pace = _pace(said, time.monotonic() - began)
                rest = self._rest if pace is Pace.STUCK and self._once else 0.0
                if self._counted(receiver, said, pace) or rest:
                    break
        except Exception as error:  # noqa: BLE001 - raised again where somebody listens
            rest = self._rest
            with self._changed:
                self._failed.append(error)
        finally:
            self._ended(receiver, rest)

    @property
    def _rest(self) -> float:
        return float("inf") if self._once else REST

    def _counted(self, receiver: str, said: str, pace: Pace) -> bool:
        """Write down how a message went; whether the lane gives way to a receiver that waits."""
        with self._changed:
            self._counts[said] += 1
            self._paces[receiver] = pace
            return self._crowded

    def _ended(self, receiver: str, rest: float) -> None:
        with self._changed:
            del self._at_work[receiver]
            self._turns[receiver] = time.monotonic()
            self._rests[receiver] = time.monotonic() + rest
            self._woken = True
            self._changed.notify_all()

    def _taken(self) -> list[Exception]:
        """What steps have raised since the last call."""
        with self._changed:
            failed, self._failed = self._failed, []
        return failed


def _pace(said: str, seconds: float) -> Pace:
    if seconds <= SLOW_AFTER:
        return Pace.BRISK
    return Pace.UNSURE if said == "delivered" else Pace.STUCK


def _seconds(duration: timedelta) -> float:
    return duration.total_seconds()

"""Who gets a thread, and who waits for whom."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.jobs.lanes import ROOM, Lanes, Pace, Waiting, admitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOMS = {Pace.BRISK: 4, Pace.UNSURE: 3, Pace.STUCK: 2}
paces = st.sampled_from(Pace)


def names(waiting: tuple[Waiting, ...]) -> list[str]:
    return [one.receiver for one in waiting]


@settings(deadline=None)
@given(st.lists(st.tuples(paces, st.floats(0, 9)), max_size=150), st.lists(paces, max_size=96))
def test_there_is_always_room_for_the_brisk(found: list[tuple[Pace, float]], at_work: list[Pace]) -> None:
    """However many stuck and unsure ones wait or are at work, they leave the last threads to others."""
    waiting = [Waiting(f"r{n}", pace, since) for n, (pace, since) in enumerate(found)]
    before, chosen = Counter(at_work), admitted(waiting, at_work)
    after = before + Counter(one.pace for one in chosen)
    for limit in Pace:
        behind = sum(n for pace, n in after.items() if pace >= limit)
        assert behind <= max(ROOM[limit], sum(n for pace, n in before.items() if pace >= limit))
    left_out = Counter(one.pace for one in waiting) - Counter(one.pace for one in chosen)
    if left_out[Pace.BRISK]:
        assert sum(after.values()) >= ROOM[Pace.BRISK], "nobody waits beside a free thread"


def test_whoever_has_waited_longest_is_first() -> None:
    """Of those who find room."""
    waiting = [
        Waiting("slow", Pace.STUCK, 0.0),
        Waiting("second", Pace.BRISK, 2.0),
        Waiting("new", Pace.UNSURE, 0.5),
        Waiting("first", Pace.BRISK, 1.0),
    ]
    assert names(admitted(waiting, [], ROOMS)) == ["slow", "new", "first", "second"]
    assert names(admitted(waiting, [Pace.STUCK, Pace.STUCK], ROOMS)) == ["new", "first"]
    assert names(admitted(waiting, [Pace.STUCK, Pace.STUCK, Pace.UNSURE], ROOMS)) == ["first"]


class Queue:
    """Messages by receiver; `step` takes one."""

    def __init__(self, **owed: int) -> None:
        self.owed = Counter(owed)
        self.taken: list[str] = []
        self._lock = threading.Lock()

    def due(self) -> Mapping[str, datetime]:
        with self._lock:
            return {name: NOW - HOUR for name, n in self.owed.items() if n}

    def step(self, receiver: str) -> str | None:
        with self._lock:
            if not self.owed[receiver]:
                return None
            self.owed[receiver] -= 1
            self.taken.append(receiver)
        return "delivered"

    def lanes(
        self, step: Callable[[str], str | None] | None = None, room: Mapping[Pace, int] = ROOM
    ) -> Lanes:
        return Lanes(self.due, step or self.step, clock=lambda: NOW, stopping=lambda: False, room=room)


def test_a_single_thread_serves_everybody_in_turn() -> None:
    """Fairness: one message each, not one queue after the other."""
    queue = Queue(a=20, b=20, c=20)
    counts = queue.lanes(room=dict.fromkeys(Pace, 1)).drain()
    assert counts == {"delivered": 60}
    assert all(Counter(queue.taken[: 3 * n])[name] <= n + 1 for n in range(1, 20) for name in "abc")


def test_a_receiver_has_one_thread_at_a_time() -> None:
    """However many threads there are, and however many messages."""
    queue, at_work = Queue(a=50, b=50), set[str]()

    def step(receiver: str) -> str | None:
        assert receiver not in at_work
        at_work.add(receiver)
        said = queue.step(receiver)
        at_work.remove(receiver)
        return said

    assert queue.lanes(step).drain() == {"delivered": 100}


def test_a_bug_in_one_lane_costs_the_others_nothing() -> None:
    """It is raised when all the others are done."""
    queue = Queue(a=5, bad=5)

    def step(receiver: str) -> str | None:
        if receiver == "bad":
            raise RuntimeError("ours")
        return queue.step(receiver)

    with pytest.raises(RuntimeError, match="ours"):
        queue.lanes(step).drain()
    assert queue.owed == {"a": 0, "bad": 5}


def test_what_is_due_and_cannot_be_tried_is_not_tried_for_ever() -> None:
    """A disagreement between the two questions must not burn a processor."""
    tried: list[str] = []
    queue = Queue(a=1)
    assert queue.lanes(lambda receiver: tried.append(receiver)).drain() == {}
    assert tried == ["a"]


def test_the_end_ends_it() -> None:
    """Nothing is begun once the process is to end."""
    queue = Queue(a=9)
    lanes = Lanes(queue.due, queue.step, clock=lambda: NOW, stopping=lambda: bool(queue.taken))
    lanes.run(lambda: 5.0, pytest.fail)
    assert queue.taken == ["a"]

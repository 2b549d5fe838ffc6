"""Two lanes: what is slow in one never stands before what is in the other."""

from __future__ import annotations

import queue
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from monitor.jobs import settlers
from monitor.jobs.poll import PORTION, Abandoned, TooSlow
from monitor.jobs.settlers import Held, Settlers
from tests.support.stored import assessed, match, poll, state

if TYPE_CHECKING:
    import pytest

Done = queue.SimpleQueue


def test_the_quick_lane_goes_on_while_the_slow_one_works() -> None:
    go_on = threading.Event()
    done: Done[tuple[str, object]] = Done()

    def settle(one: str, quick: bool) -> str:
        if not quick:
            go_on.wait(10)
        return f"{one} {'quickly' if quick else 'slowly'}"

    with closing(Settlers(settle, lambda *result: done.put(result), lambda: None)) as lanes:
        lanes.put("large", quick=False)
        for n in range(3):
            lanes.put(str(n), quick=True)
            assert done.get(timeout=5) == (str(n), f"{n} quickly")
        go_on.set()
        assert done.get(timeout=5) == ("large", "large slowly")


def test_what_is_too_slow_for_the_quick_lane_goes_to_the_other() -> None:
    """Once; the others go on."""
    done: Done[tuple[str, object]] = Done()

    def settle(one: str, quick: bool) -> bool:
        if quick and one == "heavy":
            raise TooSlow
        return quick

    with closing(Settlers(settle, lambda *result: done.put(result), lambda: None)) as lanes:
        lanes.put("heavy", quick=True)
        assert done.get(timeout=5) == ("heavy", False)
        lanes.put("light", quick=True)
        assert done.get(timeout=5) == ("light", True)


def test_articles_are_settled_after_everything_else() -> None:
    """However long they have waited."""
    go_on = threading.Event()
    done: Done[tuple[str, object]] = Done()
    with closing(
        Settlers(lambda *_: go_on.wait(10), lambda *result: done.put(result), lambda: None)
    ) as lanes:
        lanes.put("first", quick=False)
        for one, later in (("article", True), ("feed", False)):
            lanes.put(one, quick=False, later=later)
        go_on.set()
        assert [done.get(timeout=5)[0] for _ in range(3)] == ["first", "feed", "article"]


def test_what_is_raised_is_handed_over() -> None:
    done: Done[tuple[int, object]] = Done()
    with closing(Settlers(lambda one, _: 1 / one, lambda *result: done.put(result), lambda: None)) as lanes:
        lanes.put(0, quick=True)
        lanes.put(1, quick=True)
        assert isinstance(done.get(timeout=5)[1], ZeroDivisionError)
        assert done.get(timeout=5) == (1, 1.0)


def test_only_so_many_large_ones_wait_without_holding_up_the_fetching() -> None:
    """The one in hand does not count."""
    go_on = threading.Event()
    with closing(Settlers(lambda *_: go_on.wait(10), lambda *_: None, lambda: None)) as lanes:
        rooms = [lanes.put(n, quick=False) for n in range(settlers.ROOM + 5)]
        go_on.set()
    assert rooms[: settlers.ROOM] == [True] * settlers.ROOM
    assert rooms[settlers.ROOM + 1 :] == [False] * 4


def test_closing_interrupts_what_lasts_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is forgotten, what was interrupted says nothing."""
    monkeypatch.setattr(settlers, "PATIENCE", 0.1)
    ended, begun = threading.Event(), threading.Event()
    done: Done[tuple[int, object]] = Done()

    def settle(_one: int, _quick: bool) -> None:
        begun.set()
        assert ended.wait(10)
        raise Abandoned

    lanes: Settlers[int, None] = Settlers(settle, lambda *result: done.put(result), ended.set)
    for n in range(3):
        lanes.put(n, quick=False)
    assert begun.wait(5)
    lanes.close()
    assert done.empty()


def test_polls_are_held_until_one_matters_or_nothing_else_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one waits for long, or they bring many items."""
    monkeypatch.setattr(settlers, "HOLD", 60.0)
    held = Held()
    held.add(state(), poll(assessed()))
    assert held
    assert not held.long_enough(2)
    assert held.long_enough(1)
    held.add(state(), poll(assessed("b", matches=(match(),))))
    assert held.long_enough(9)
    assert [len(record.assessed) for _, record in held.take()] == [1, 1]
    assert not held
    held.add(state(), poll(*(assessed(f"{n}") for n in range(PORTION))))
    assert held.long_enough(9)
    held.take()
    held.add(state(), poll(assessed()))
    assert not held.long_enough(9)
    monkeypatch.setattr(settlers, "HOLD", 0.0)
    assert held.long_enough(9)

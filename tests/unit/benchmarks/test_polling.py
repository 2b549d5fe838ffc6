"""The simulation keeps what polling promises with the default settings: how late, and nothing lost."""

from __future__ import annotations

import random
import re

import pytest

from benchmarks import polling
from benchmarks.polling import BUSY, SHAPES, Course, Shape, _summed, ours, tried

BUSY_SHAPES = [shape for shape in SHAPES if shape.daily >= BUSY]


@pytest.mark.parametrize("shape", [pytest.param(s, id=s.name) for s in BUSY_SHAPES])
def test_ten_items_a_day_or_more_are_here_in_minutes(shape: Shape) -> None:
    """Median 10, 95 % 25 at the most; as often as every five minutes, and no item lost."""
    course = tried(ours, shape, feeds=1)
    middle, late, lost = _summed([course])

    assert middle <= 10
    assert late <= 25
    assert lost == 0
    assert course.requests / polling.DAYS < 290


def test_quiet_feeds_are_here_within_half_an_hour() -> None:
    """Their median; and the quietest are asked about once an hour."""
    found = {shape: tried(ours, shape) for shape in SHAPES if shape.daily < BUSY}
    middle, _, lost = _summed(found.values())
    asked = min(course.requests for course in found.values()) / polling.FEEDS / polling.DAYS

    assert len(found) == 4
    assert middle <= 30
    assert lost == 0
    assert 20 <= asked <= 28


def test_it_ends_with_the_line_that_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the rules are."""
    course = Course([polling.MINUTE, 3 * polling.MINUTE], 2, 28)
    monkeypatch.setattr(polling, "tried", lambda _rule, _shape: course)
    polling.main()
    printed = capsys.readouterr().out.splitlines()

    assert re.fullmatch(r"delay: median 2\.0 min, 95 % 3\.0 min, lost 24", printed[-1])
    assert sum(line.startswith(shape.name) for line in printed for shape in SHAPES) >= len(SHAPES)


def test_a_lost_item_is_counted() -> None:
    """A feed of five entries and a hundred a day, asked twice a day."""
    shape = Shape("small", 5, 100, polling.steadily)
    course = polling.run(shape, shape.publisher(0), lambda *_: polling.DAY / 2, random.Random(1))

    assert course.lost > 1000

"""Where lines and boxes go."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.desk.charts import BUCKETS, MOST_COLUMNS, bars, columns, lanes, matrix, sparkline
from tests.support.stored import DAY, HOUR, NOW


def test_bars_fill_the_whole_width() -> None:
    """Each part as wide as it is many."""
    made = bars([("north", 3, 0), ("south", 1, 9)])

    assert [(bar["x"], bar["width"], bar["colour"]) for bar in made] == [(0, 75, 0), (75, 25, 1)]
    assert bars([]) == []


def test_a_sparkline_needs_something_to_show() -> None:
    """Two reports, or all at once, are no course of events."""
    assert sparkline([NOW, NOW + HOUR]) == ""
    assert sparkline([NOW] * 5) == ""
    points = [tuple(map(float, p.split(","))) for p in sparkline([NOW, NOW, NOW + DAY]).split()]
    assert len(points) == BUCKETS
    assert (points[0], points[-1], points[1][1]) == ((0.0, 1.0), (100.0, 10.0), 19.0)


def test_lanes_are_drawn_in_time() -> None:
    """From the first to the last mark, each in its lane."""
    made = lanes([(NOW, "a"), (NOW + HOUR, "b"), (NOW + 2 * HOUR, "a")], ["a", "b"])
    first, second, third = (mark["x"] for mark in made["marks"])

    assert first < second < third
    assert second - first == pytest.approx(third - second, abs=0.2)
    assert made["marks"][0]["y"] == made["marks"][2]["y"] < made["marks"][1]["y"]
    assert [tick["at"] for tick in made["ticks"]] == [NOW, NOW + 2 * HOUR]
    assert len(lanes([(NOW, "a")], ["a"])["ticks"]) == 1


@pytest.mark.parametrize(
    ("last", "word"),
    [
        pytest.param(date(2026, 12, 31), "month", id="three years"),
        pytest.param(date(2027, 1, 1), "quarter", id="a day more"),
        pytest.param(date(2040, 1, 1), "year", id="many years"),
    ],
)
def test_columns_become_wider_where_they_are_many(last: date, word: str) -> None:
    """None is left out, and none is higher than the picture."""
    made = columns([(date(2024, 1, 31), "took place"), (last, "denied"), (last, "took place")])

    assert made is not None
    assert (made["word"], made["top"]) == (word, 2)
    assert sum(box["count"] for box in made["boxes"]) == 3
    assert all(box["y"] >= 0 and box["x"] + box["width"] <= made["wide"] for box in made["boxes"])
    assert columns([]) is None
    assert MOST_COLUMNS == 36


def test_a_matrix_has_those_who_meet_most() -> None:
    """Bigger where they met more often."""
    pairs = [("ann", "bob")] * 4 + [("ann", "cid"), ("dan", "bob")] + [(f"x{n}", "y") for n in range(20)]
    made = matrix(pairs)

    assert made["rows"][0] == "ann"
    assert len(made["rows"]) == 12
    cells = {(made["rows"][c["row"]], made["across"][c["column"]]): c for c in made["cells"]}
    assert cells["ann", "bob"]["count"] == 4
    assert cells["ann", "bob"]["radius"] > cells["ann", "cid"]["radius"]

"""The picture for a report."""

from __future__ import annotations

import re
import struct
from datetime import date
from typing import TYPE_CHECKING

import pytest

from monitor.exports import chart
from tests.support.ledger import contact, made, said, sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", chart.FORMATS)
def test_a_picture_is_drawn_the_same_each_time(kind: str, tmp_path: Path) -> None:
    """In every format, byte for byte."""
    one, other = tmp_path / f"one.{kind}", tmp_path / f"other.{kind}"
    chart.write(sample(), one)
    chart.write(sample(), other)

    assert one.read_bytes() == other.read_bytes()


def test_a_picture_is_large_enough_for_print(tmp_path: Path) -> None:
    """And never a poster, however many people there are."""
    crowd = [
        said(n, contact(russian=(f"Official {n}",), libyan=(f"Guest {n % 30}",)), day=n) for n in range(60)
    ]
    chart.write(made(*crowd), tmp_path / "crowd.png")
    width, height = struct.unpack(">II", (tmp_path / "crowd.png").read_bytes()[16:24])

    assert 1400 <= width <= 2200
    assert 1400 <= height <= 2200


def test_no_contacts_are_said_to_be_none(tmp_path: Path) -> None:
    """And a name with a dollar sign is no formula."""
    chart.write((), tmp_path / "none.svg")
    chart.write(made(said(1, contact(libyan=("A $x_1$ company",)))), tmp_path / "dollar.svg")

    assert (tmp_path / "none.svg").read_text().count("<svg") == 1
    assert re.search(r"<svg", (tmp_path / "dollar.svg").read_text())


@pytest.mark.parametrize(
    ("first", "last", "word", "count"),
    [
        pytest.param("2026-03-04", "2026-03-30", "month", 1, id="one month"),
        pytest.param("2025-11-30", "2026-02-01", "month", 4, id="over the new year, empty months too"),
        pytest.param("2020-02-01", "2026-03-01", "quarter", 25, id="years by quarters"),
        pytest.param("2011-07-01", "2026-03-01", "year", 16, id="many years"),
    ],
)
def test_time_is_drawn_as_fine_as_fits(first: str, last: str, word: str, count: int) -> None:
    """Months, then quarters, then years."""
    found, starts = chart.periods([date.fromisoformat(last), date.fromisoformat(first)])

    assert (found, len(starts)) == (word, count)

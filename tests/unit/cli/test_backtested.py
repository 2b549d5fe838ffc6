"""How a backtest looks: a line for each rule, days as small bars, what changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.cli.backtest import WIDTH, backtested, spark
from monitor.matching.matcher import Matcher
from monitor.watchlists.backtest import Backtest
from tests.support.analyst import WAGNER, compiled, item

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST = date(2026, 3, 1)


def on(*days: int) -> Counter[date | None]:
    return Counter(FIRST + timedelta(days=day) for day in days)


@pytest.mark.parametrize(
    ("days", "last", "drawn"),
    [
        pytest.param(on(), 2, "···", id="nothing"),
        pytest.param(on(0, 2, 2), 3, "▄·█·", id="a bar for each day"),
        pytest.param(on(0, *[1] * 8), 1, "▁█", id="one of eight is the smallest bar"),
        pytest.param(on(0, *[1] * 1000), 1, "▁█", id="one of a thousand is still seen"),
        pytest.param(on(-1, 0, 5), 1, "█·", id="days outside are not drawn"),
        pytest.param(Counter({None: 3, FIRST: 1}), 0, "█", id="items without a day are not drawn"),
    ],
)
def test_days_are_drawn_as_bars(days: Counter[date | None], last: int, drawn: str) -> None:
    """The highest fills its column."""
    assert spark(days, FIRST, FIRST + timedelta(days=last)) == drawn


@pytest.mark.parametrize(("days", "columns"), [(60, 60), (61, 31), (3650, 60), (36500, 60)])
def test_a_long_span_still_fits_a_line(days: int, columns: int) -> None:
    """Several days to a column, no day lost."""
    drawn = spark(on(0, days - 1), FIRST, FIRST + timedelta(days=days - 1))

    assert len(drawn) == columns <= WIDTH
    assert drawn[0] == drawn[-1] == "█"


def done(before: Mapping[str, str] | None = None, **more: int) -> str:
    other = Matcher(compiled(before)) if before is not None else None
    run = Backtest(Matcher(compiled()), other, **more)
    for day in (1, 3):
        at = datetime(2026, 3, day, tzinfo=UTC)
        run.add(f"n{day}", item("The Wagner Group left.", title=f"فاغنر {day}", published_at=at))
    run.add("n0", item("The Wagner Group left."))
    return backtested(run).plain


def test_each_rule_has_its_line_with_numbers_and_days() -> None:
    """Under its watchlist; titles in their own frame."""
    lines = done(samples=1).splitlines()

    assert lines[0] == "3 items, 2026-03-01 to 2026-03-03, one column is 1 day"
    assert "  named            3       3  █·█  1 undated" in lines
    assert any(line.split() == ["meet", "0", "0"] for line in lines)
    assert "wagner/named  item n0  ⁨(no title)⁩" in lines
    assert not any("before" in line or "changed" in line for line in lines)


def test_a_comparison_has_a_column_more_and_says_what_changed() -> None:
    """Or that nothing did."""
    narrow = {"wagner.yaml": WAGNER.replace("@wagner-group", "@wagner-group AND @mali")}
    same, wider = done({}), done(narrow, samples=0, changes=2)

    assert "nothing changed" in same
    assert "  named            3       3       0  █·█  1 undated" in wider.splitlines()
    assert "wagner newly fires on 3 items" in wider
    assert "2026-03-01  item n1  ⁨فاغنر 1⁩" in wider
    assert "    high: names Wagner Group in the content" in wider
    assert "  and 1 more" in wider.splitlines()


def test_no_items_are_said_to_be_none() -> None:
    """No span, no bars, no division by zero."""
    assert backtested(Backtest(Matcher(compiled()))).plain.startswith("0 items\n")

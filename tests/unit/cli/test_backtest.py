"""The window of a backtest: spans and dates, and what falls inside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer

from monitor.cli.backtest import _inside
from monitor.cli.common import moment as the_moment

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("3d", day(7, 12), id="days ago"),
        pytest.param("1d12h", day(9), id="days and hours ago"),
        pytest.param("2026-03-05", day(5), id="a date is its first instant, UTC"),
        pytest.param("2026-03-05T02:00:00+02:00", day(5), id="an instant with its zone"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_moment_is_a_span_or_a_date(text: str | None, moment: datetime | None) -> None:
    """Both as instants."""
    assert the_moment(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "yesterday", "30", "2026-02-30", "99999999999w", "0001-01-01T00:00:00+14:00"]
)
def test_anything_else_is_a_usage_error(text: str) -> None:
    """Never a traceback."""
    with pytest.raises(typer.BadParameter, match="neither a time span"):
        the_moment(text, NOW)


@pytest.mark.parametrize(
    ("at", "start", "end", "inside"),
    [
        pytest.param(day(5), day(5), day(6), True, id="the first instant"),
        pytest.param(day(6), day(5), day(6), False, id="the last one is the next window's"),
        pytest.param(day(4), day(5), None, False, id="before"),
        pytest.param(day(9), None, day(10), True, id="no beginning"),
        pytest.param(None, day(5), None, False, id="no date, but a window"),
        pytest.param(None, None, None, True, id="no window"),
    ],
)
def test_a_window_is_half_open(
    at: datetime | None, start: datetime | None, end: datetime | None, inside: bool
) -> None:
    """Without a window everything is inside, items without a date too."""
    assert _inside(at, start, end) is inside

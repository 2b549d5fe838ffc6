"""ISO dates as exact as a text has them."""

from __future__ import annotations

import pytest

from monitor.model.words import days_of


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-03-04", ("2026-03-04", "2026-03-04")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-13", None),
        ("2026-02-30", None),
        ("2026-01-01-01", None),
        ("March", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_has_a_first_and_a_last_day(text: str | None, days: tuple[str, str] | None) -> None:
    """Nothing for what is none."""
    found = days_of(text)

    assert (found and (found[0].isoformat(), found[1].isoformat())) == days

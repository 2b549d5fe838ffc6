"""What one item says of one contact."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.contacts.reports import Likeness, Party, places_agree, span
from monitor.model import ContactStatus
from tests.support.ledger import contact

TOLD = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        pytest.param({}, ("2026-03-02", "2026-03-04"), id="took place lately"),
        pytest.param({"date": "2026-03-01"}, ("2026-03-01", "2026-03-01"), id="a day"),
        pytest.param({"date": "2026-02"}, ("2026-02-01", "2026-02-28"), id="a month"),
        pytest.param({"date": "2026"}, ("2026-03-02", "2026-03-04"), id="a year tells nothing of news"),
        pytest.param({"date": "in spring"}, ("2026-03-02", "2026-03-04"), id="no date"),
        pytest.param({"status": ContactStatus.PLANNED}, ("2026-03-04", "2026-03-25"), id="planned"),
        pytest.param({"status": ContactStatus.DENIED}, ("2026-02-25", "2026-03-11"), id="denied"),
        pytest.param({"background": True}, None, id="some time ago"),
        pytest.param({"background": True, "date": "2019"}, None, id="some day of a year"),
    ],
)
def test_the_days_in_which_a_contact_can_lie(
    changes: dict[str, object], days: tuple[str, str] | None
) -> None:
    """By what is said, else by the status and by when it was told."""
    found = span(contact(**changes), TOLD)

    assert (found and (found.first.isoformat(), found.last.isoformat())) == days


@pytest.mark.parametrize(
    ("ours", "theirs", "likeness"),
    [
        pytest.param("Lavrov", "Lavrov Shoigu", Likeness.SAME, id="one in common"),
        pytest.param("Lavrov", "Shoigu", Likeness.OTHER, id="other persons"),
        pytest.param("Lavrov navy", "Shoigu navy", Likeness.OTHER, id="other persons of one body"),
        pytest.param("navy", "navy Lavrov", Likeness.SAME, id="one body"),
        pytest.param("navy", "ministry", Likeness.OPEN, id="bodies that can be one"),
        pytest.param("", "Lavrov", Likeness.OPEN, id="nobody named"),
    ],
)
def test_sides_are_compared_by_their_persons(ours: str, theirs: str, likeness: Likeness) -> None:
    """Bodies only where a person is missing."""

    def party(names: str) -> Party:
        listed = names.split()
        people = frozenset(n for n in listed if n[0].isupper())
        return Party(people, frozenset(listed) - people)

    assert party(ours).likeness(party(theirs)) is likeness
    assert party(theirs).likeness(party(ours)) is likeness


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        pytest.param("Rajma, Benghazi", "Benghazi", True, id="a part of town"),
        pytest.param(None, "Benghazi", True, id="unknown"),
        pytest.param("Moscow", "Benghazi", False, id="two towns"),
    ],
)
def test_places_agree_where_one_is_within_the_other(one: str | None, other: str, agree: bool) -> None:
    """Or not known."""
    assert places_agree(one, other) is agree

"""The same people meet again and again: what makes two reports tell one meeting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Contact, ContactStatus, ContactType, Fact
from monitor.stories.signature import as_json, from_json
from monitor.stories.traits import all_met, compared
from tests.unit.stories.samples import contact, facts, item, signed

MET = contact("Yunus-bek Yevkurov", "Khalifa Haftar")


def changed(**more: object) -> Contact:
    """The meeting, told otherwise."""
    return replace(MET, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "hours", "expected"),
    [
        pytest.param(MET, 5, "same", id="the same people"),
        pytest.param(MET, 60, "again", id="two days later without a day"),
        pytest.param(changed(date="2026-03-04"), 60, "again", id="one of them without a day"),
        pytest.param(changed(status=ContactStatus.PLANNED), 90, "same", id="a plan and what came of it"),
        pytest.param(changed(status=ContactStatus.DENIED), 140, "same", id="a denial days later"),
        pytest.param(changed(type=ContactType.CALL), 5, "again", id="by telephone"),
        pytest.param(contact("Andrei Belousov", "Khalifa Haftar"), 5, "other", id="another guest"),
        pytest.param(contact("Yunus-bek Yevkurov", "Libya"), 5, "half", id="one side nameless"),
    ],
)
def test_two_reports_tell_one_meeting(other: Contact, hours: float, expected: str) -> None:
    """Who, how and when; it is the same from either side."""
    one, two = signed(item("1"), MET), signed(item("2", hours=hours), other)
    assert compared(one, two) == compared(two, one) == expected


@pytest.mark.parametrize(("day", "expected"), [("2026-03-03", "same"), ("2026-03-02", "again")])
def test_a_day_more_or_less_is_one_meeting(day: str, expected: str) -> None:
    """Desks in two time zones date it by their own midnight."""
    one, two = signed(item("1"), changed(date="2026-03-04")), signed(item("2", hours=5), changed(date=day))
    assert compared(one, two) == expected


def test_a_letter_and_its_answer_are_two() -> None:
    """The same two people, on one day; who writes sets them apart."""
    ours, theirs = (signed(item(str(n)), changed(type=ContactType.MESSAGE)) for n in (1, 2))
    assert compared(ours, theirs) == "same"
    one, two = (
        replace(of, meetings=(replace(of.meetings[0], sender=who),))
        for of, who in ((ours, "russia"), (theirs, "libya"))
    )
    assert compared(one, two) == compared(two, one) == "again"
    assert compared(one, theirs) == "same"


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        pytest.param("Putin phones Haftar", "He also congratulated him.", "same", id="both texts tell both"),
        pytest.param("Putin phones Haftar", "", "again", id="one tells of a call only"),
    ],
)
def test_means_that_both_texts_tell_are_one(title: str, summary: str, expected: str) -> None:
    """Congratulated by telephone is a message for one desk and a call for the other."""
    call = signed(item("1", title, summary=summary), changed(type=ContactType.CALL))
    written = item("2", "Putin congratulates Haftar", summary="The two spoke by phone.")
    assert compared(call, signed(written, changed(type=ContactType.MESSAGE))) == expected


def test_a_body_and_who_heads_it_are_no_two_guests() -> None:
    """Where both texts name the body."""
    bank = (Fact("@central-bank", 3, "body"),)
    body = signed(item("1"), contact("Goznak", "Central Bank"), named=bank)
    head = signed(item("2"), contact("Goznak", "Naji Issa"), named=bank)
    assert compared(body, head) == "half"
    assert compared(body, signed(item("3"), contact("Goznak", "Naji Issa"))) == "other"


def test_all_of_both_sides_meet() -> None:
    """One more guest, or a side without a name, is not all."""
    one = signed(item("1"), MET)
    assert all_met(one, signed(item("2"), MET))
    assert not all_met(one, signed(item("2"), contact("Yunus-bek Yevkurov", "Saddam Haftar")))
    nameless = signed(item("1"), contact("Yunus-bek Yevkurov", "Libya"))
    assert not all_met(nameless, nameless)


@pytest.mark.parametrize(
    ("first", "then", "hours", "expected"),
    [
        pytest.param("denied", "happened", 60, "again", id="none was planned, and one took place later"),
        pytest.param("denied", "happened", 30, "same", id="denied, and reported the next day"),
        pytest.param("happened", "denied", 60, "same", id="it took place, and was denied days later"),
        pytest.param("denied", "planned", 60, "same", id="denied and planned is a quarrel on one meeting"),
        pytest.param("cancelled", "happened", 60, "again", id="called off, and another took place"),
        pytest.param("planned", "cancelled", 90, "same", id="planned, and called off"),
        pytest.param("happened", "ongoing", 60, "again", id="over, and another under way"),
        pytest.param("planned", "planned", 60, "again", id="two plans"),
        pytest.param("invited", "ongoing", 119, "same", id="invited, and under way within five days"),
        pytest.param(
            "invited", "ongoing", 121, "again", id="invited, and under way more than five days later"
        ),
    ],
)
def test_how_long_a_report_reaches_depends_on_what_came_first(
    first: str, then: str, hours: float, expected: str
) -> None:
    """Else a second meeting hides in the story of one that was denied or called off."""
    one = signed(item("1"), changed(status=ContactStatus(first)))
    other = signed(item("2", hours=hours), changed(status=ContactStatus(then)))
    assert compared(one, other) == compared(other, one) == expected


def test_meetings_of_two_watchlists_are_not_compared() -> None:
    """What an earlier version kept says no watchlist, and is compared with all."""
    one = signed(item("1"), MET)
    other = signed(item("2", hours=5), changed(watchlist="another"))
    kept = as_json(one)
    kept["meetings"] = [meeting[:6] for meeting in kept["meetings"]]

    assert compared(one, other) == ""
    assert compared(from_json(kept), other) == "same"
    assert from_json(kept).meetings[0].sides == one.meetings[0].sides


def test_exact_days_decide_where_both_say_them() -> None:
    """Two articles of one day may report two meetings, and late ones the same."""
    monday, friday = changed(date="2026-03-01"), changed(date="2026-03-05")
    assert compared(signed(item("1"), monday), signed(item("2"), friday)) == "again"
    assert compared(signed(item("1"), monday), signed(item("2", hours=100), monday)) == "same"


@pytest.mark.parametrize(
    ("named", "expected"),
    [pytest.param("rome", "again", id="elsewhere"), pytest.param("moscow", "same", id="one text names both")],
)
def test_another_place_is_another_meeting(named: str, expected: str) -> None:
    """Unless the texts name a place in common: a village and its town."""
    one = signed(item("1"), changed(place="Moscow"), named=facts(moscow=3))
    other = signed(item("2"), changed(place="Rome"), named=facts(**{"rome": 3, named: 3}))
    assert compared(one, other) == expected


@pytest.mark.parametrize(
    ("place", "hours", "expected"),
    [("Tobruk", 3, "same"), ("Tobruk", 20, "again"), ("Sirte", 3, "again"), ("", 3, "again")],
)
def test_a_delivery_and_a_visit_at_one_place_are_one(place: str, hours: float, expected: str) -> None:
    """One desk says that boats were handed over, another that they were received."""
    one = signed(item("1"), changed(type=ContactType.TRANSFER, place="Tobruk"))
    other = signed(item("2", hours=hours), changed(type=ContactType.VISIT, place=place))
    assert compared(one, other) == compared(other, one) == expected

"""What makes two items one event, and what keeps look-alikes apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.stories.event import bar, relation
from tests.unit.stories.samples import PARAGRAPHS, contact, facts, item, signed

if TYPE_CHECKING:
    from monitor.stories.signature import Signature

TEXT = "\n\n".join(PARAGRAPHS)
VISIT = facts(haftar=3, putin=3, moscow=2, kremlin=1)


def kind(one: Signature, other: Signature) -> str:
    """The relation in a word; it is the same from either side."""
    found, back = relation(one, other), relation(other, one)
    assert (found and found.kind) == (back and back.kind)
    return found.kind if found else "none"


def test_the_same_address_is_the_same_item() -> None:
    """A canonical URL decides, whatever the words."""
    one = signed(item("1", "One", canonical_url="https://example.org/a"))
    assert kind(one, signed(item("2", "Two", feed="b", canonical_url="https://example.org/a"))) == "copy"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("\n\n".join(PARAGRAPHS[1:]), id="a paragraph dropped"),
        pytest.param("\n\n".join(reversed(PARAGRAPHS[:5])), id="half dropped, reordered"),
        pytest.param(TEXT.replace("delegation", "party").replace("three", "some"), id="lightly rewritten"),
        pytest.param("Breaking news from the coast. " + TEXT + " Subscribe for more.", id="framed"),
    ],
)
def test_a_syndicated_text_is_a_copy(body: str) -> None:
    """Cuts, reordering and light rewrites do not hide a copy."""
    assert (
        kind(signed(item("1", "One", content=TEXT)), signed(item("2", "Two", feed="b", content=body)))
        == "copy"
    )


def test_boilerplate_of_one_source_is_no_copy() -> None:
    """Two short items of one feed that share a footer are two items."""
    footer = " ".join(PARAGRAPHS[:2])
    one = signed(item("1", "One", content=f"{PARAGRAPHS[4]} {PARAGRAPHS[5]} {footer}"))
    other = signed(item("2", "Two", content=f"{PARAGRAPHS[6]} {PARAGRAPHS[7]} {footer}"))
    assert kind(one, other) == "none"


def test_short_headlines_never_join() -> None:
    """A formula such as "Live updates" stands over many events."""
    assert kind(signed(item("1", "Live updates")), signed(item("2", "Live updates", feed="b"))) == "none"


def test_one_headline_over_two_texts_is_one_event_for_a_day() -> None:
    """The next day the same formula stands over another event."""
    one = signed(item("1", "Council debates mandate before midnight deadline", content=PARAGRAPHS[0]))
    for hours, expected in ((3, "event"), (30, "none")):
        other = item(
            "2",
            "Council debates mandate before midnight deadline",
            hours=hours,
            feed="b",
            content=PARAGRAPHS[5],
        )
        assert kind(one, signed(other)) == expected


def test_tellings_in_two_languages_join_by_what_they_name() -> None:
    """No word is shared, the same people and places are."""
    assert kind(signed(item("1"), named=VISIT), signed(item("2", hours=5), lang="ar", named=VISIT)) == "event"


def test_one_shared_name_is_not_an_event() -> None:
    """Everything here is about Libya."""
    one = signed(item("1"), named=facts(libya=3))
    assert kind(one, signed(item("2"), lang="fr", named=facts(libya=3))) == "none"


def test_the_bar_rises_with_time() -> None:
    """The same likeness counts today and not the day after tomorrow."""
    near, far = facts(haftar=3, putin=3, moscow=2), facts(haftar=3, putin=3, rome=2)
    for hours, expected in ((6, "event"), (47, "event"), (60, "none"), (100, "none")):
        assert (
            kind(signed(item("1"), named=near), signed(item("2", hours=hours), lang="ru", named=far))
            == expected
        )
    bars = [bar(signed(item("2", hours=h)).at - signed(item("1")).at) for h in (1, 24, 30, 48, 60, 64)]
    assert bars == sorted(bars)


def test_the_same_formula_in_another_resolution_stays_apart() -> None:
    """Two renewals in one week share every word but the number."""
    one = facts(council=3, libya=3, un_2570=3)
    other = facts(council=3, libya=3, un_2571=3)
    assert kind(signed(item("1"), named=one), signed(item("2", hours=2), lang="fr", named=other)) == "none"
    assert kind(signed(item("1"), named=one), signed(item("2", hours=2), lang="fr", named=one)) == "event"


def test_a_planned_and_a_held_meeting_are_one_event() -> None:
    """The same people on both sides within days, although little else is shared."""
    planned = signed(item("1"), contact("Sergei Lavrov", "Najla al-Mangoush"), named=facts(libya=3))
    held = signed(item("2", hours=70), contact("Sergei Lavrov", "Najla al-Mangoush"), lang="it")
    assert kind(planned, held) == "event"


def test_the_same_people_five_weeks_later_are_another_event() -> None:
    """Nothing joins over more than a week."""
    meet = contact("Yunus-bek Yevkurov", "Khalifa Haftar")
    assert (
        kind(signed(item("1"), meet, named=VISIT), signed(item("2", hours=840), meet, named=VISIT)) == "none"
    )


def test_exact_dates_tell_two_meetings_of_one_week_apart() -> None:
    """Two articles of one day may report two meetings."""
    monday = contact("Yunus-bek Yevkurov", "Khalifa Haftar", date="2026-03-01")
    friday = contact("Yunus-bek Yevkurov", "Khalifa Haftar", date="2026-03-05")
    assert kind(signed(item("1"), monday, named=VISIT), signed(item("2"), friday, named=VISIT)) == "none"


def test_other_counterparts_two_days_later_are_another_meeting() -> None:
    """On the same day they are stops of one trip."""
    one = signed(item("1"), contact("Vladimir Putin", "Khalifa Haftar"), named=VISIT)
    for hours, expected in ((5, "event"), (50, "none")):
        other = signed(item("2", hours=hours), contact("Andrei Belousov", "Khalifa Haftar"), named=VISIT)
        assert kind(one, other) == expected


def test_background_meetings_join_nothing() -> None:
    """A meeting that is remembered in an article on something else does not make it the meeting's story."""
    past = contact("Vladimir Putin", "Khalifa Haftar", background=True)
    now = contact("Vladimir Putin", "Khalifa Haftar")
    assert kind(signed(item("1"), past), signed(item("2"), now, lang="ru")) == "none"

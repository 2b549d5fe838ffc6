"""A signature keeps what is needed and survives the store."""

from monitor.stories.event import relation
from monitor.stories.signature import MAX_FACTS, as_json, from_json
from tests.unit.stories.samples import NOON, PARAGRAPHS, contact, facts, item, signed


def test_a_signature_comes_back_from_the_store_as_it_was() -> None:
    """JSON and back relates to the original as a perfect copy."""
    one = signed(
        item("1", "A headline of some words", content=" ".join(PARAGRAPHS)),
        contact("Vladimir Putin", "Khalifa Haftar", date="2026-03-04"),
        named=facts(haftar=3, un_2570=2),
    )

    back = from_json(as_json(one))

    assert as_json(back) == as_json(one)
    assert (back.facts, back.documents, back.meetings) == (one.facts, one.documents, one.meetings)
    found = relation(one, back)
    assert found is not None
    assert found.kind == "copy"


def test_sides_without_a_name_tell_no_meeting() -> None:
    """ "Russia met Libya" is no key to an event."""
    (meeting,) = signed(item("1"), contact("Russia", "Khalifa Haftar")).meetings
    assert meeting.sides == (frozenset(), frozenset({"Khalifa Haftar"}))


def test_a_missing_date_is_the_moment_of_reading() -> None:
    """And facts are bounded, the weightiest kept."""
    many = facts(title=3, **{f"e{n}": 1 for n in range(100)})
    one = signed(item("1", "x", hours=0), named=many)
    assert one.at == NOON
    assert len(one.facts) == MAX_FACTS
    assert "p:title" in one.facts

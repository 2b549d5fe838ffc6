"""A weak name counts only with what confirms it: words near by, somebody in the item, the outlet's home."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.errors import ConfigError
from tests.support.analyst import compiled, item

OUTLETS = """houses:
  - {name: Harbour Post, home: libya, outlets: [منارة], hosts: [harbourpost.ly]}
  - {name: World Wire, outlets: [wire]}
"""


def counts(confirm: str, content: str, **more: Any) -> bool:
    """Whether the weak name "Interior Ministry" counts in an item that says `content`."""
    entity = (
        "entities:\n- id: ministry\n  name: M\n  kind: body\n  tags: [libya-actor]\n"
        f"  weak: {{en: [Interior Ministry]}}\n  confirm: {confirm}\n"
    )
    lists = compiled({"entities/more.yaml": entity, "outlets.yaml": OUTLETS})
    mentions = lists.lexicon.scan(item(content, **more)).mentions
    (found,) = (m for m in mentions if m.term == "@ministry")
    return found.silenced_by is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The Interior Ministry met them.", True),
        ("The Interior Ministry said they met.", True),
        ("The Interior Ministry said today they met.", False),
        ("They met at the Interior Ministry.", True),
        ("They met in the old Interior Ministry.", False),
        ("They met. The Interior Ministry moved.", True),
        ("They met.\n\nInterior Ministry.", False),
    ],
)
def test_within_so_many_words(content: str, expected: bool) -> None:
    """At most two words between, on either side; a paragraph is far away."""
    assert counts("{any: ['%contact.meeting'], within: 2}", content) is expected


@pytest.mark.parametrize(
    ("within", "expected"), [("sentence", False), ("neighbours", True), ("paragraph", True), ("item", True)]
)
def test_in_the_next_sentence(within: str, expected: bool) -> None:
    content = "The Interior Ministry moved. Libya voted."
    assert counts(f"{{any: ['@libya'], within: {within}}}", content) is expected


def test_the_country_anywhere_in_the_item_beside_words_near_by() -> None:
    confirm = "{any: ['%contact.meeting'], within: sentence, in_item: ['@libya']}"

    assert counts(confirm, "The Interior Ministry met them.")
    assert counts(confirm, "The Interior Ministry moved. A fine day. Libya voted.")
    assert not counts(confirm, "The Interior Ministry moved. They met in Mali.")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"outlet": "Harbour Post"}, True),
        ({"outlet": "The Harbour Post (English)"}, True),
        ({"outlet": "منارة"}, True),
        ({"outlet": "wire"}, False),
        ({"outlet": ""}, False),
        ({"url": "https://www.harbourpost.ly/a/1"}, True),
        ({"url": "https://notharbourpost.ly/a/1"}, False),
        ({"url": "https://[broken"}, False),
    ],
)
def test_in_an_outlet_at_home(more: dict[str, str], expected: bool) -> None:
    """By its name or the host of the page."""
    assert counts("{home: [libya]}", "The Interior Ministry moved.", **more) is expected


def test_unless_holds_against_every_part() -> None:
    confirm = "{home: [libya], in_item: ['@libya'], within: sentence, unless: ['@mali']}"

    assert not counts(confirm, "The Interior Ministry of Mali moved. Libya voted.", outlet="Harbour Post")
    assert counts(confirm, "The Interior Ministry moved. Mali voted.", outlet="Harbour Post")


@pytest.mark.parametrize("reach", ["near", "0", "51", "true"])
def test_a_reach_that_is_none_is_told(reach: str) -> None:
    with pytest.raises(ConfigError, match="is no reach") as raised:
        counts(f"{{any: ['@libya'], within: {reach}}}", "")
    (mistake,) = raised.value.mistakes
    assert mistake.line == 7
    assert mistake.remedy == "write sentence, neighbours, paragraph, item, or 1 to 50 words"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The ministry met them in Libya.", False),
        ("The Harbour Ministry moved. The ministry met them.", True),
        ("The ministry met them. Nobody had asked the Harbour Ministry.", True),
    ],
)
def test_what_repeats_a_name_counts_beside_it_alone(content: str, expected: bool) -> None:
    """Whatever else would confirm a weak name."""
    entity = (
        "entities:\n- id: ministry\n  name: M\n  kind: body\n  tags: [libya-actor]\n"
        "  aliases: {en: [Harbour Ministry]}\n  repeats: {en: [ministry]}\n"
        "  weak: {en: [Interior Ministry]}\n  confirm: {any: ['@libya'], within: item}\n"
    )
    lists = compiled({"entities/more.yaml": entity})
    found = [m for m in lists.lexicon.scan(item(content)).mentions if m.term == "@ministry"]
    assert {m.silenced_by is None for m in found} == {expected}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The Harbour Ministry met.", True),
        ("In the Harbour, Ministry officials met.", False),
        ("Marin Trading, Ltd. signed.", True),
        ("Marin Trading Ltd signed.", True),
    ],
)
def test_a_name_does_not_reach_over_a_comma(content: str, expected: bool) -> None:
    """Unless it is written with one."""
    names = "[Harbour Ministry, 'Marin Trading, Ltd.']"
    entity = f"entities:\n- {{id: ministry, name: M, kind: body, aliases: {{en: {names}}}}}\n"
    lists = compiled({"entities/more.yaml": entity})
    assert any(m.term == "@ministry" for m in lists.lexicon.scan(item(content)).mentions) is expected

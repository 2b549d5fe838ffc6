"""Near misses: what of a query is there, what is not, and how far apart, in the words of the text."""

from __future__ import annotations

import pytest

from monitor.matching.matcher import Matcher
from monitor.watchlists.near_miss import Miss, because, near_miss, shown
from tests.support.analyst import compiled, item


def missed(query: str, content: str, **more: str) -> Miss:
    """How near `query` came to holding for `content`."""
    text = f"watchlist: w\ntitle: W\nrules:\n- {{id: r, title: R, query: '{query}'}}"
    matcher = Matcher(compiled({"w.yaml": text}))
    rule = next(r for r in matcher.watchlists.rules if r.watchlist == "w")
    return near_miss(rule, matcher.read(item(content, **more)))


def plain(text: object) -> str:
    return str(text).replace("\u2068", "").replace("\u2069", "")


SIDES = "#russia-actor SENTENCE #libya-actor SENTENCE %contact.meeting"


@pytest.mark.parametrize(
    ("query", "content", "said"),
    [
        pytest.param(
            SIDES, "Lavrov met aides. Rain fell. Haftar slept.",
            "has “Lavrov” (#russia-actor) and “met” (%contact.meeting) in one sentence, "
            "but “Haftar” (#libya-actor) is 2 sentences away",
            id="one part is sentences away",
        ),
        pytest.param(
            SIDES, "Lavrov and Haftar smiled.",
            "has “Lavrov” (#russia-actor) and “Haftar” (#libya-actor) in one sentence, but %contact.meeting is nowhere",
            id="one part is nowhere",
        ),
        pytest.param(
            f"{SIDES} SENTENCE NOT %contact.denied", "Lavrov denied that he met Haftar.",
            "has “Lavrov” (#russia-actor), “Haftar” (#libya-actor) and “met” (%contact.meeting) in one sentence, "
            "but “denied” (%contact.denied) in the sentence excludes it",
            id="everything but an excluding word in the sentence",
        ),
        pytest.param(
            "#russia-actor AND #libya-actor AND NOT (@mali OR @libya)", "Lavrov and Haftar spoke of Mali.",
            "has “Lavrov” (#russia-actor) and “Haftar” (#libya-actor), "
            "but “Mali” (@mali) in it excludes it",
            id="an excluding word anywhere",
        ),
        pytest.param(
            "#russia-actor NEAR/2 #libya-actor", "Lavrov sat down with his guest from Libya Haftar.",
            "“Lavrov” (#russia-actor) and “Haftar” (#libya-actor) are 7 words apart, 2 allowed",
            id="too many words between",
        ),
        pytest.param(
            "#libya-actor ONEAR/9 #russia-actor", "Lavrov met Haftar.",
            "“Haftar” (#libya-actor) and “Lavrov” (#russia-actor) are 1 word apart, 9 allowed in this order",
            id="in the other order",
        ),
        pytest.param(
            "title:#libya-actor AND #russia-actor", "Lavrov met Haftar.",
            "has “Lavrov” (#russia-actor), but “Haftar” (#libya-actor) is not in the title",
            id="in another field",
        ),
        pytest.param(
            "lang:ru AND #libya-actor AND #russia-actor", "Lavrov met Haftar.",
            "has “Haftar” (#libya-actor) and “Lavrov” (#russia-actor), but the item\'s lang is en",
            id="another language",
        ),
        pytest.param(
            "@wagner-group AND @mali", "Wagner Group GmbH opens in Mali.",
            "has “Mali” (@mali), but “Wagner Group” does not count as @wagner-group: "
            "its except phrase “wagner group gmbh” is meant",
            id="there, but silenced",
        ),
        pytest.param(
            "@libya PARAGRAPH @mali PARAGRAPH @security-council", "Libya and Mali.\n\nThe Security Council met.",
            "has “Libya” (@libya) and “Mali” (@mali) in one paragraph, "
            "but “Security Council” (@security-council) is 1 paragraph away",
            id="a paragraph away",
        ),
        pytest.param(
            "(@libya OR @mali) AND (@security-council OR @wagner-group) AND %contact.meeting", "They met in Libya.",
            "has “Libya” (@libya) and “met” (%contact.meeting), but (@security-council OR @wagner-group) is nowhere",
            id="alternatives are named together",
        ),
        pytest.param(
            "(@mali OR (@libya NEAR/3 @security-council)) AND #russia-actor AND #libya-actor",
            "Lavrov on Libya. Haftar listened.",
            "has “Lavrov” (#russia-actor) and “Haftar” (#libya-actor), "
            "but (@mali OR (@libya NEAR/3 @security-council)) is nowhere",
            id="an alternative of which little is there",
        ),
        pytest.param(
            "#russia-actor NEAR/9 #libya-actor SENTENCE NOT @mali", "Lavrov came. Haftar slept.",
            "“Lavrov”, “Haftar” are not in one sentence",
            id="near, but over a full stop",
        ),
        pytest.param(
            "#russia-actor AND #libya-actor AND NOT (@wagner-group OR (@mali NEAR/2 @libya))",
            "Lavrov and Haftar: Mali, Libya.",
            "has “Lavrov” (#russia-actor) and “Haftar” (#libya-actor), "
            "but “Mali”, “Libya” in it excludes it (NOT (@mali NEAR/2 @libya))",
            id="the alternative that excludes is named alone",
        ),
    ],
)  # fmt: skip
def test_it_says_what_is_there_and_what_is_not(query: str, content: str, said: str) -> None:
    """In the words of the text, with the names of the query."""
    found = missed(query, content)

    assert plain(found) == said
    assert found.near


@pytest.mark.parametrize(
    ("query", "content"),
    [
        pytest.param("@mali", "Nothing to see.", id="its only word is nowhere"),
        pytest.param("@mali AND @libya", "Only Libya.", id="half of two"),
        pytest.param(SIDES, "Lavrov slept.", id="one of three"),
        pytest.param("NOT @mali AND NOT @security-council AND @libya", "A fine day.", id="exclusions that hold are no merit"),
    ],
)  # fmt: skip
def test_too_little_is_no_near_miss(query: str, content: str) -> None:
    """Or else everything would nearly fire."""
    assert not missed(query, content).near


def test_the_nearer_miss_ranks_first() -> None:
    """Words too far apart before a word that is nowhere; of alternatives the nearest is told."""
    apart, nowhere = missed(SIDES, "Lavrov met aides. Haftar slept."), missed(SIDES, "Lavrov met aides.")

    assert apart.rank < nowhere.rank
    assert "1 sentence away" in str(
        missed(f"({SIDES}) OR (@mali AND @libya AND @wagner-group)", "Lavrov met. Haftar.")
    )


@pytest.mark.parametrize(
    ("by", "said"),
    [
        pytest.param("except:richard wagner", "its except phrase “richard wagner” is meant", id="except"),
        pytest.param("except-near", "words of its except_near stand near it", id="except_near"),
        pytest.param("unconfirmed", "it is a weak name, and nothing near confirms it", id="weak"),
        pytest.param("@saddam-haftar", "it is part of @saddam-haftar", id="a longer name"),
        pytest.param("unless: mercy, rain", "unless: mercy, rain", id="what is in words already"),
    ],
)
def test_what_silenced_a_word_is_told_in_words(by: str, said: str) -> None:
    """Not by its code."""
    assert plain(because(by)) == said


@pytest.mark.parametrize(
    "query",
    ["(title:(a OR b) AND NOT c)", "(a ONEAR/3 b)", "((a NEAR/2 b) SENTENCE (c AND d))", "lang:ru", "@mali"],
)
def test_a_query_is_shown_as_it_is_written(query: str) -> None:
    """So that it can be found in the file."""
    text = f"watchlist: w\ntitle: W\nrules:\n- {{id: r, title: R, query: '{query} AND @libya'}}"
    rule = next(r for r in compiled({"w.yaml": text}).rules if r.watchlist == "w")

    assert shown(rule.query).replace('"', "") == f"({query} AND @libya)"

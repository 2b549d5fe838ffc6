"""The story's line is one of its titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.languages.locale import frame
from monitor.model import Evidence, Match, Severity
from monitor.stories.summary import best_item, line, why
from tests.support.tellings import NOON, story, telling

if TYPE_CHECKING:
    from monitor.model import StoryItem

GOOD = "A minister received the commander for talks by the lake"


@pytest.mark.parametrize(
    ("items", "best"),
    [
        pytest.param([telling(1, matches=()), telling(2, letter="D")], 2, id="matched before unmatched"),
        pytest.param([telling(1, withdrawn_at=NOON), telling(2, letter="D")], 2, id="not taken back"),
        pytest.param([telling(1, title=""), telling(2, letter="D")], 2, id="a title before none"),
        pytest.param([telling(1, title="12.03.2026"), telling(2, title="Talks")], 2, id="words before figures"),
        pytest.param([telling(1, title="MINISTER RECEIVES THE COMMANDER FOR TALKS"), telling(2)], 2, id="no shouting"),
        pytest.param([telling(1, title="A minister received the commander for…"), telling(2)], 2, id="not cut off"),
        pytest.param([telling(1, title="Talks"), telling(2)], 2, id="long enough"),
        pytest.param([telling(1, letter="E"), telling(2, letter="D", lang="ru")], 2, id="not the unreliable one"),
        pytest.param([telling(1, letter="A", lang="ru"), telling(2, letter="D")], 2, id="the reader's language"),
        pytest.param([telling(1, letter="C"), telling(2, letter="B")], 2, id="the best source"),
        pytest.param([telling(1, title=GOOD[:40]), telling(2, title=GOOD)], 2, id="the longer title"),
        pytest.param([telling(1), telling(2)], 1, id="the earliest of equals"),
    ],
)  # fmt: skip
def test_the_best_report_speaks(items: list[StoryItem], best: int) -> None:
    """One rule after the other."""
    assert best_item(story(*items), "en").id == best


def test_every_reader_is_told_in_his_language_where_there_is_one() -> None:
    """The line is the title, whatever the language."""
    told = story(
        telling(1), telling(2, letter="C", lang="ar", title="التقى القائد الوزير على البحيرة صباح اليوم")
    )
    assert line(told, "ar").startswith("التقى")
    assert line(told, "fr") == "Two men met in a town by the sea"


def test_no_title_at_all_is_an_empty_line() -> None:
    """Nothing is made up."""
    assert line(story(telling(1, title=" ")), "en") == ""


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        pytest.param(("marshal",), "names Khalifa Haftar in the title", id="who"),
        pytest.param(("fighters",), "says “mercenaries” in the title", id="what"),
        pytest.param(
            ("marshal", "fighters"),
            "names Khalifa Haftar with “mercenaries” in one sentence of the title",
            id="who with what",
        ),
    ],
)
def test_why_a_rule_fired_is_told_by_its_evidence(terms: tuple[str, ...], told: str) -> None:
    """As the match itself says it in English, so that other languages can."""
    said = {"marshal": "Haftar", "fighters": "mercenaries"}
    evidence = tuple(
        Evidence(
            field="title", start=n, end=n + 1, text=said[term], term=term, sentence="Haftar's mercenaries"
        )
        for n, term in enumerate(terms)
    )
    match = Match(
        watchlist="w", rule="named", severity=Severity.HIGH, score=1.0, evidence=evidence, reason=told
    )
    assert why(match, frame("en"), {"marshal": "Khalifa Haftar"}) == told

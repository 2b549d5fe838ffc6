"""The difference of two revisions, word by word."""

from __future__ import annotations

import time

import pytest

from monitor.cli.items import difference

LONG = " ".join(f"word{n}" for n in range(30))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("They met in Moscow.", "They met in Sochi.", "They met in [-Moscow.-] {+Sochi.+}", id="a word"),
        pytest.param("They met.", "They met. Twice.", "They met. {+Twice.+}", id="put in at the end"),
        pytest.param("", "They met.", "{+They met.+}", id="new"),
        pytest.param("They met.", "", "[-They met.-]", id="gone"),
        pytest.param("a  b", "a b", "a b", id="white space alone"),
        pytest.param(
            f"old {LONG}", f"new {LONG}", "[-old-] {+new+} word0 word1 word2 word3 word4 word5 word6 word7 …",
            id="only words near a change are shown",
        ),
        pytest.param(
            f"{LONG} old", f"{LONG} new",
            "… word22 word23 word24 word25 word26 word27 word28 word29 [-old-] {+new+}", id="also before it",
        ),
    ],
)  # fmt: skip
def test_words_that_changed_are_marked(old: str, new: str, said: str) -> None:
    """Both texts stand in the answer, so that it can be quoted."""
    assert difference(old, new).plain == said


def test_words_of_another_direction_are_isolated() -> None:
    """So that the marks stay where they belong."""
    assert difference("حفتر", "دبيبة").plain == "[-\u2068حفتر\u2069-] {+\u2068دبيبة\u2069+}"


def test_two_long_texts_take_no_minutes() -> None:
    """Six thousand common words on each side."""
    began = time.perf_counter()
    difference("the envoy met elders in " * 1_200, "the elders met envoy at " * 1_200)
    assert time.perf_counter() - began < 10
    assert difference("word " * 15_000, "other " * 15_000).plain.startswith("changed (too long to compare")

"""Syndicated copies are recognised as copies, and neighbours that share phrases are not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Decision
from monitor.stories.cluster import Window
from tests.support.syndicated import LANGUAGES, Article, article, as_item, copied

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SIZE = 600


def assigned(window: Window, of: Article, key: str, feed: str, hours: float = 0.0) -> str:
    item = as_item(of, key, feed, NOON + timedelta(hours=hours))
    return window.assign(item, Decision(lang=of.lang), NOON)


@pytest.mark.parametrize(
    ("dropped", "rewritten", "wanted"),
    [
        pytest.param(0.1, 0.0, 0.99, id="a tenth dropped"),
        pytest.param(0.3, 0.0, 0.97, id="a third dropped"),
        pytest.param(0.5, 0.0, 0.80, id="half dropped"),
        pytest.param(0.1, 0.1, 0.80, id="a tenth of the words rewritten too"),
    ],
)
def test_copies_join_and_neighbours_do_not(dropped: float, rewritten: float, wanted: float) -> None:
    """Recall as wanted at no more than one false join in a thousand, over six languages."""
    rng = random.Random(11)
    window = Window()
    originals = [article(rng, LANGUAGES[n % len(LANGUAGES)]) for n in range(SIZE)]
    first = [assigned(window, a, f"a{n}", "agency") for n, a in enumerate(originals)]
    false = SIZE - len(set(first))
    found = wrong = 0
    for n, original in enumerate(originals):
        copy = copied(rng, original, dropped=dropped, rewritten=rewritten)
        story = assigned(window, copy, f"b{n}", f"outlet{n % 50}", hours=2)
        found += story == first[n]
        wrong += story != first[n] and story in first
    assert found / SIZE >= wanted
    assert (false + wrong) / (2 * SIZE) <= 0.001

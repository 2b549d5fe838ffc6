"""Whose voice an item is."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.model import Side
from monitor.stories import families
from tests.support.tellings import telling


@pytest.mark.parametrize(
    ("given", "name", "side"),
    [
        pytest.param({"family": "France Médias Monde"}, "France Médias Monde", Side.INDEPENDENT, id="feed's family"),
        pytest.param({}, "Outlet 1", Side.INDEPENDENT, id="no family: the outlet"),
        pytest.param({"credit": "AFP"}, "AFP", Side.INDEPENDENT, id="credited wire"),
        pytest.param({"side": Side.LIBYA_WEST, "credit": "TASS"}, "TASS", Side.RUSSIA_STATE, id="a wire speaks for itself"),
        pytest.param({"credit": "Sputnik"}, "Rossiya Segodnya", Side.RUSSIA_STATE, id="a wire's publisher"),
        pytest.param({"credit": "Telegraph Agency of Nowhere"}, "Telegraph Agency of Nowhere", Side.UNKNOWN, id="unknown wire"),
        pytest.param({"outlet": "RT Arabic", "family": "articles"}, "TV-Novosti", Side.INDEPENDENT, id="outlet of a house"),
        pytest.param({"outlet": "The Hill via Yahoo News"}, "The Hill", Side.INDEPENDENT, id="via"),
        pytest.param({"outlet": "The Libya Observer"}, "The Libya Observer", Side.INDEPENDENT, id="outlet by its name"),
    ],
)  # fmt: skip
def test_a_voice_is_a_publisher_or_a_wire(given: dict[str, Any], name: str, side: Side) -> None:
    """An outlet that prints an agency lends it no side."""
    assert families.voice(telling(1, given.pop("side", Side.INDEPENDENT), "B", **given)) == (name, side)


@pytest.mark.parametrize(
    ("given", "reprint"),
    [
        pytest.param({"family": "allAfrica - Libya"}, True, id="by family"),
        pytest.param({"family": "Pravda network"}, True, id="mirror network"),
        pytest.param({"url": "https://allafrica.com/stories/1.html"}, True, id="by the item's host"),
        pytest.param(
            {"feed": {"url": "https://libya.news-pravda.com/rss.xml"}}, True, id="by the feed's host"
        ),
        pytest.param({"url": "https://www.msn.com/x"}, True, id="www"),
        pytest.param({"url": "https://notmsn.com/x"}, False, id="a host that only ends alike"),
        pytest.param({"url": "https://[broken"}, False, id="no address"),
        pytest.param({"family": "allAfrica - Libya", "credit": "AFP"}, False, id="origin credited"),
        pytest.param({"outlet": "AP via Yahoo News"}, False, id="origin before via"),
        pytest.param({}, False, id="an outlet"),
    ],
)
def test_aggregators_have_no_word_of_their_own(given: dict[str, Any], reprint: bool) -> None:
    """Unless the text says whose it is."""
    assert families.is_aggregator(telling(1, **given)) is reprint


def test_a_google_news_headline_names_its_outlet() -> None:
    """It stands after the last dash."""
    feed = {"url": "https://news.google.com/rss/search?q=libya"}
    item = telling(1, feed=feed, title="Envoy in Tripoli - again - Cyprus Mail")
    assert families.family(item) == "Cyprus Mail"
    assert not families.is_aggregator(item)

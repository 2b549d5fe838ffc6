"""Matchers: Alertmanager's four operators, over labels that may have several values."""

from __future__ import annotations

import pytest

from monitor.model.matchers import Matcher, from_pair, hold, parse

LABELS = {"watchlist": ["wagner"], "side": ["libya-east", "russia-state"], "participants": ["Khalifa Haftar"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("watchlist=wagner", True, id="equal"),
        pytest.param("watchlist=wagne", False, id="equal to the whole, not a part"),
        pytest.param('watchlist="wagner"', True, id="quoted"),
        pytest.param(" watchlist = wagner ", True, id="spaces around"),
        pytest.param("watchlist!=wagner", False, id="unequal"),
        pytest.param("watchlist!=other", True, id="unequal to what it is not"),
        pytest.param("side=russia-state", True, id="one of several values is enough"),
        pytest.param("side!=russia-state", False, id="unequal means none of the values"),
        pytest.param("side=~libya-.*", True, id="pattern"),
        pytest.param("side=~libya", False, id="a pattern is anchored at both ends"),
        pytest.param("side!~libya-.*", False, id="no value may fit"),
        pytest.param("side!~un|other-state", True, id="alternatives"),
        pytest.param("feed=", True, id="a label that is missing is empty"),
        pytest.param("feed!=gazette", True, id="a missing label is unequal to a value"),
        pytest.param("feed=~.+", False, id="a missing label has nothing in it"),
        pytest.param('participants="Khalifa Haftar"', True, id="a value with a space"),
        pytest.param("participants=Khalifa Haftar", True, id="a space needs no quotes"),
    ],
)
def test_a_matcher_holds(text: str, expected: bool) -> None:
    """In the way of Alertmanager."""
    assert parse(text).holds(LABELS) is expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("wagner", "is not a matcher", id="no operator"),
        pytest.param("watchlists=wagner", "there is no label 'watchlists'", id="unknown label"),
        pytest.param("side=~libya-(", "is not a regular expression", id="broken pattern"),
        pytest.param("side=~" + "a" * 301, "at most 300", id="over-long pattern"),
        pytest.param('side="a', "is not a matcher", id="open quote"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(text: str, says: str) -> None:
    """For the command line and for `check`."""
    with pytest.raises(ValueError, match=r" \| ") as caught:
        parse(text)
    assert says in str(caught.value)


@pytest.mark.parametrize("value", ["plain", 'a "quoted" \\ thing', "a|b", "حفتر", "with space "])
def test_what_is_written_is_read_back(value: str) -> None:
    """Silences are stored as text."""
    matcher = Matcher("participants", "!=", value)
    assert parse(str(matcher)) == matcher


def test_a_pattern_that_never_ends_does_not_hold() -> None:
    """It is given up after a moment, and nothing is silenced by it, nor by its opposite."""
    labels = {"participants": ["a" * 40]}
    for operator in ("=~", "!~"):
        assert not parse(f"participants{operator}(a|aa)+(a|b|ab)+(a|aa)*c").holds(labels)


def test_a_pair_is_read_as_a_matcher() -> None:
    """As routes are written: several values are alternatives, and taken literally."""
    assert str(from_pair("severity", ["high", "critical"])) == 'severity=~"high|critical"'
    assert str(from_pair("watchlist", "wagner")) == 'watchlist="wagner"'
    assert from_pair("rule", ["a.b"]).holds({"rule": ["axb"]}) is False
    assert hold((), {})

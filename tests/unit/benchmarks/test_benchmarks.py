"""The benchmark runs, and its items are what it says they are. How fast things are is no test."""

import sys
from pathlib import Path

import pytest

from benchmarks import lists, texts
from benchmarks.__main__ import main
from monitor.contacts.extract import extractor
from monitor.matching.matcher import Matcher
from monitor.watchlists import compile

SHIPPED = Path(__file__).parents[3] / "watchlists"


def test_a_quick_run_prints_every_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that is not installed says so instead of failing."""
    monkeypatch.setitem(sys.modules, "spacy", None)
    main(["--quick"])
    printed = capsys.readouterr().out

    assert "growth in literals" in printed
    assert "growth in rules" in printed
    assert any("spaCy" in line and line.endswith("not installed") for line in printed.splitlines())
    for row in (
        "plain folding",
        "ahocorasick_rs alone",
        "our whole decision",
        "re alternation",
        "matches three rules",
    ):
        assert row in printed


def test_items_are_of_the_kind_that_they_are_listed_under() -> None:
    """Six languages each; the same ones with every run."""
    shipped = compile.load(SHIPPED)
    matcher = Matcher(shipped, extract=extractor(shipped))
    matched = {
        kind: [bool(matcher.decide(item).matches) for item in make(60)]
        for kind, make in (("ordinary", texts.ordinary), ("near", texts.near), ("matching", texts.matching))
    }

    assert not any(matched["ordinary"])
    assert sum(matched["near"]) <= 3
    assert sum(matched["matching"]) >= 57
    assert {item.lang for item in texts.ordinary(60)} == {"en", "fr", "it", "ru", "ar", "tr"}
    assert texts.near(12) == texts.near(12)


def test_rules_on_made_up_names_fire_on_them() -> None:
    """Growth is measured on rules that work."""
    compiled = lists.rules_of(30)
    (item,) = texts.saying(lists.names(2), 1)

    assert len(compiled.rules) == 30
    assert [match.rule for match in lists.matcher(compiled).decide(item).matches] == ["r0", "r1", "r2"]
    assert len(set(lists.names(100_000))) == 100_000

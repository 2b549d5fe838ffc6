"""The watchlists that ship: they load, their own tests hold, and nothing in them can never hit."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.matching import casefile, watchlists
from monitor.matching.lint import lint

FOLDER = Path(__file__).resolve().parents[2] / "watchlists"


@pytest.fixture(scope="module")
def shipped() -> watchlists.Watchlists:
    return watchlists.load(FOLDER)


def test_every_test_beside_a_watchlist_holds(shipped: watchlists.Watchlists) -> None:
    assert [str(failure) for failure in casefile.run(shipped).failures] == []


def test_every_watchlist_has_tests_of_both_kinds(shipped: watchlists.Watchlists) -> None:
    for watchlist in shipped.lists:
        kinds = [case.test.kind for case in shipped.cases if case.watchlist == watchlist.id]
        assert min(kinds.count("match"), kinds.count("no_match")) >= 20, watchlist.id


def test_no_name_is_silenced_by_itself_or_mixes_scripts(shipped: watchlists.Watchlists) -> None:
    assert [str(f) for f in lint(shipped) if f.kind in {"shadowed", "mixed-script"}] == []


def test_every_word_list_covers_the_six_languages(shipped: watchlists.Watchlists) -> None:
    lacking = [f for f in lint(shipped) if f.kind == "coverage" and f.message.startswith("%")]
    assert [str(f) for f in lacking] == []

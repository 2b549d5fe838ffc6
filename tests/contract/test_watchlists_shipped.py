"""The watchlists that ship: they load, their own tests hold in six languages, and nothing in them can never hit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from monitor.contacts.extract import extractor
from monitor.languages import detect
from monitor.watchlists import compile, selftest
from monitor.watchlists.lint import lint

FOLDER = Path(__file__).resolve().parents[2] / "watchlists"
LANGUAGES = ("ar", "en", "fr", "it", "ru", "tr")


def detected(text: str) -> str:
    return detect.detect(text, None)


@pytest.fixture(scope="module")
def shipped() -> compile.Watchlists:
    return compile.load(FOLDER)


def test_every_test_beside_a_watchlist_holds(shipped: compile.Watchlists) -> None:
    """With contacts and detected languages, as the daemon decides."""
    results = selftest.run(shipped, extract=extractor(shipped), detect=detected)

    assert [str(failure) for failure in results.failures] == []


def test_every_watchlist_has_tests_of_both_kinds_in_six_languages(shipped: compile.Watchlists) -> None:
    """At least forty that match and forty that do not, five of each in every language."""
    for watchlist in shipped.lists:
        cases = [case.test for case in shipped.cases if case.watchlist == watchlist.id]
        counts = Counter((test.kind, selftest.as_item(test.item, detect=detected).lang) for test in cases)
        for kind in ("match", "no_match"):
            assert sum(test.kind == kind for test in cases) >= 40, (watchlist.id, kind)
            assert [lang for lang in LANGUAGES if counts[kind, lang] < 5] == [], (watchlist.id, kind)


def test_lint_has_nothing_to_say(shipped: compile.Watchlists) -> None:
    """`monitor watchlists lint` is quiet, so that a new finding is seen."""
    assert [str(finding) for finding in lint(shipped)] == []

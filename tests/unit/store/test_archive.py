"""The archive is searched in any script, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.model import Coverage, Severity, Side
from monitor.store import archive, items
from monitor.store.archive import Filter
from tests.support.stored import DAY, HOUR, NOW, assessed, contact, match, poll

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = ("plain", "russian", "arabic", "percent", "met")


@pytest.fixture
def kept(tx: Connection) -> dict[str, int]:
    """Five items, an hour apart."""
    entries = [
        assessed("plain", title="Harbour works in Tobruk", content=""),
        assessed(
            "russian",
            title="ВСТРЕЧА в Москве",
            content="",
            lang="ru",
            matches=(match(severity=Severity.LOW),),
        ),
        assessed("arabic", title="لقاء في سرت", content="", lang="ar", outlet_side=Side("libya-east")),
        assessed("percent", title="Fuel up 100% in a week", content="", coverage=Coverage.SUPPRESSED),
        assessed(
            "met", title="Talks", content="", matches=(match(watchlist="other"),), contacts=(contact(),)
        ),
    ]
    ids = {}
    for n, entry in enumerate(entries):
        (ids[entry.item.key],) = items.record(tx, poll(entry, at=NOW + n * HOUR))
    return ids


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Filter(), "met percent arabic russian plain", id="everything, newest first"),
        pytest.param(Filter(text="harbour TOBRUK"), "plain", id="every word, any case"),
        pytest.param(Filter(text="harbour sirte"), "", id="not some words"),
        pytest.param(Filter(text="встреча"), "russian", id="Cyrillic in any case"),
        pytest.param(Filter(text="سرت"), "arabic", id="Arabic"),
        pytest.param(Filter(text="100%"), "percent", id="a percent sign is itself"),
        pytest.param(Filter(text="_"), "", id="an underscore is itself"),
        pytest.param(Filter(watchlist="envoys"), "russian", id="by watchlist"),
        pytest.param(Filter(min_severity=Severity.LOW), "met russian", id="low or louder"),
        pytest.param(Filter(min_severity=Severity.HIGH), "met", id="high or louder"),
        pytest.param(Filter(watchlist="envoys", min_severity=Severity.HIGH), "", id="both of one match"),
        pytest.param(Filter(side="libya-east"), "arabic", id="by side"),
        pytest.param(Filter(lang="ru"), "russian", id="by language"),
        pytest.param(Filter(coverage=Coverage.SUPPRESSED), "percent", id="by coverage state"),
        pytest.param(Filter(has_contact=True), "met", id="with a contact"),
        pytest.param(Filter(feed_id="other"), "", id="of another feed"),
        pytest.param(Filter(story_id="s-1"), "", id="of a story"),
        pytest.param(Filter(since=NOW + HOUR, until=NOW + 3 * HOUR), "arabic russian", id="half-open window"),
    ],
)
def test_search(tx: Connection, kept: dict[str, int], wanted: Filter, found: str) -> None:
    """Each condition that is given must hold."""
    names = {number: name for name, number in kept.items()}
    assert [names[i.id] for i in archive.search(tx, wanted)] == found.split()
    assert archive.count(tx, wanted) == len(found.split())


def test_search_by_pages(tx: Connection, kept: dict[str, int]) -> None:
    """The next page begins before the last id."""
    first = archive.search(tx, Filter(), limit=2)
    second = archive.search(tx, Filter(before_id=first[-1].id), limit=2)
    assert [i.id for i in (*first, *second)] == sorted(kept.values(), reverse=True)[:4]


def test_walk_is_oldest_first_over_batches(tx: Connection) -> None:
    """A backtest reads the whole archive and never holds it."""
    ids = items.record(tx, poll(*(assessed(f"guid:{n}") for n in range(1100))))
    later = items.record(tx, poll(assessed("later"), at=NOW + DAY))
    assert [number for number, _ in archive.walk(tx, NOW)] == [*ids, *later]
    assert [item.key for _, item in archive.walk(tx, NOW + HOUR)] == ["later"]
    assert list(archive.walk(tx, NOW, NOW)) == []


def test_by_address(tx: Connection, kept: dict[str, int]) -> None:
    """As the reader sees it, or reduced."""
    for address in ("https://gazette.example/plain", "gazette.example/plain"):
        found = archive.by_address(tx, address, "elsewhere")
        assert found is not None
        assert found.id == kept["plain"]
    assert archive.by_address(tx, "https://gazette.example/unknown") is None


def test_load_passes_over_unknown_ids(tx: Connection, kept: dict[str, int]) -> None:
    """In the order in which they were first seen, whatever the order asked."""
    asked = [kept["met"], 999, kept["plain"]]
    assert [i.id for i in archive.load(tx, asked)] == [kept["plain"], kept["met"]]
    assert archive.get(tx, 999) is None

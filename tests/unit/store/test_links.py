"""Stories that have to do with each other stay linked through merges and splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.store import feeds, merges, signatures, stories
from monitor.store.database import Database
from tests.support.stored import HOUR, NOW, assessed, feed, match, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Connection]:
    """A database with three stories of one item each."""
    database = Database.open(f"sqlite:///{tmp_path}/monitor.db")
    with database.transaction() as connection:
        feeds.sync(connection, [feed()], NOW, jitter=lambda: 0.0)
        for name in "abc":
            told(connection, f"s-{name}", assessed(name, matches=(match(),), title=f"Story {name}"))
        yield connection
    database.close()


def related(tx: Connection, story_id: str) -> list[tuple[str, str, str]]:
    story = stories.load(tx, story_id)
    assert story is not None
    return [(other.id, other.title, other.why) for other in story.related]


def test_a_link_is_seen_from_both_sides(tx: Connection) -> None:
    """Once, with its first reason; never to itself."""
    stories.link(tx, "s-a", [("s-b", "the same people meet again"), ("s-a", "itself")], NOW)
    stories.link(tx, "s-b", [("s-a", "another reason")], NOW + HOUR)

    assert related(tx, "s-a") == [("s-b", "Story b", "the same people meet again")]
    assert related(tx, "s-b") == [("s-a", "Story a", "the same people meet again")]
    assert related(tx, "s-c") == []


def test_a_merged_story_hands_its_links_on(tx: Connection) -> None:
    """A link between the two goes: a story has nothing to do with itself."""
    stories.link(tx, "s-a", [("s-b", "one"), ("s-c", "two")], NOW)
    merges.merge(tx, "s-a", "s-b", NOW)

    assert related(tx, "s-b") == [("s-c", "Story c", "two")]


def test_what_was_taken_apart_is_related(tx: Connection) -> None:
    """A reader of either finds the other."""
    (item,) = told(tx, "s-a", assessed("d", matches=(match(),)))
    fresh = merges.split(tx, "s-a", [item], NOW)

    assert [other[0] for other in related(tx, fresh)] == ["s-a"]


def test_facts_are_counted_by_week_and_watchlist(tx: Connection) -> None:
    """A story counts once for each of its watchlists, and under `ALL`."""
    signatures.count_facts(tx, [("w", 7, [11, 12]), ("x", 7, [11, 12]), ("w", 7, [11])])
    signatures.count_facts(tx, [("w", 7, [12]), ("w", 8, [11]), ("w", 3, [11])])

    assert signatures.known_counts(tx, ["w", "x", "y"], (7, 8), [11, 12, 13]) == {
        (7, "w"): {signatures.ALL: 3, 11: 2, 12: 2},
        (8, "w"): {signatures.ALL: 1, 11: 1},
        (7, "x"): {signatures.ALL: 1, 11: 1, 12: 1},
    }
    assert signatures.known_counts(tx, ["y"], (7, 8), [11]) == {}

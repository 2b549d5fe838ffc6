"""A story holds its items, and a digest gets each piece of news once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.model import Severity
from monitor.store import archive, items, merges, stories, tables_news
from monitor.store.archive import Filter
from tests.support.stored import DAY, HOUR, NOW, assessed, match, poll, told

if TYPE_CHECKING:
    from sqlalchemy import Connection


def test_a_story_is_as_loud_as_its_loudest_item(tx: Connection) -> None:
    """And keeps the title that it began with."""
    for severity, at in [
        (Severity.LOW, NOW),
        (Severity.CRITICAL, NOW + HOUR),
        (Severity.INFO, NOW + 2 * HOUR),
    ]:
        stories.join(tx, "s-1", at, severity=severity, title=severity.value)
    row = tx.execute(tables_news.stories.select()).mappings().one()
    assert (row["severity"], row["title"]) == ("critical", "low")
    assert (row["first_seen_at"], row["changed_at"]) == (NOW, NOW + 2 * HOUR)


def test_news_of_a_story_that_was_taken_in_is_news_of_the_other(tx: Connection) -> None:
    """Whoever still has the old id."""
    stories.join(tx, "s-1", NOW)
    stories.join(tx, "s-2", NOW)
    merges.merge(tx, "s-1", "s-2", NOW)
    assert stories.join(tx, "s-1", NOW + HOUR, severity=Severity.HIGH) == "s-2"
    assert stories.join(tx, "s-2", NOW) == "s-2"
    row = tx.execute(tables_news.stories.select().where(tables_news.stories.c.id == "s-2")).mappings().one()
    assert (row["severity"], row["changed_at"]) == ("high", NOW + HOUR)


def test_load_gives_the_items_in_order(tx: Connection) -> None:
    """A story without items is none."""
    ids = told(tx, "s-1", assessed("a", matches=(match(),)), assessed("b"))
    found = stories.load(tx, "s-1")
    assert found is not None
    assert ([i.id for i in found.items], found.severity) == (list(ids), Severity.HIGH)
    stories.join(tx, "s-empty", NOW, severity=Severity.LOW)
    assert stories.load(tx, "s-empty") is None


def test_windows_of_matches_tile(tx: Connection) -> None:
    """What one digest told is not in the next, and nothing falls between."""
    told(tx, "s-1", assessed("a", matches=(match(),)))
    middle = stories.last_match(tx)
    told(tx, "s-2", assessed("b", matches=(match(),)))
    end = stories.last_match(tx)
    assert [s.id for s in stories.matched(tx, 0, middle)] == ["s-1"]
    assert [s.id for s in stories.matched(tx, middle, end)] == ["s-2"]
    assert [s.id for s in stories.matched(tx, 0, end)] == ["s-1", "s-2"]
    assert stories.matched(tx, end, end) == ()


def test_news_brings_the_whole_story(tx: Connection) -> None:
    """The reader sees who else reported it, matched or not, old or new."""
    told(tx, "s-1", assessed("a", matches=(match(),)), assessed("quiet"))
    before = stories.last_match(tx)
    told(tx, "s-1", assessed("b", matches=(match("x"), match("y"))))
    (story,) = stories.matched(tx, before, stories.last_match(tx))
    assert [i.item.key for i in story.items] == ["a", "quiet", "b"]


def test_an_edit_is_not_news(tx: Connection) -> None:
    """The same rule on the next revision does not bring the story back."""
    (item_id,) = told(tx, "s-1", assessed("a", matches=(match(),)))
    before = stories.last_match(tx)
    told(tx, "s-1", assessed("a", matches=(match(),), revises=item_id))
    assert stories.last_match(tx) > before
    assert stories.matched(tx, before, stories.last_match(tx)) == ()
    assert stories.last_match_of(tx, "s-1") == before


@pytest.mark.parametrize(
    ("severity", "found"),
    [
        pytest.param(Severity.INFO, ["s-1", "s-2"], id="all"),
        pytest.param(Severity.MEDIUM, ["s-2"], id="medium and louder"),
        pytest.param(Severity.CRITICAL, [], id="critical only"),
    ],
)
def test_quiet_matches_are_left_out(tx: Connection, severity: Severity, found: list[str]) -> None:
    """By the least severity that the series wants."""
    told(tx, "s-1", assessed("a", matches=(match(severity=Severity.LOW),)))
    told(tx, "s-2", assessed("b", matches=(match(severity=Severity.HIGH),)))
    assert [s.id for s in stories.matched(tx, 0, stories.last_match(tx), severity)] == found


def test_an_item_in_no_story_is_one_of_its_own(tx: Connection) -> None:
    """Nothing that matched is left out because nobody clustered it."""
    (item_id,) = items.record(tx, poll(assessed("a", matches=(match(),))))
    (story,) = stories.matched(tx, 0, stories.last_match(tx))
    assert (story.id, [i.id for i in story.items]) == (f"i-{item_id}", [item_id])


def test_recent_is_latest_first(tx: Connection) -> None:
    """Only what changed lately, at most as many as asked."""
    for name, hours in [("s-old", -30), ("s-a", 0), ("s-b", 1)]:
        told(tx, name, assessed(name), at=NOW + hours * HOUR)
    assert [s.id for s in stories.recent(tx, NOW - DAY)] == ["s-b", "s-a"]
    assert [s.id for s in stories.recent(tx, NOW - DAY, limit=1)] == ["s-b"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Filter(), ["s-b", "s-a"], id="all, latest first"),
        pytest.param(Filter(text="pipeline"), ["s-a"], id="words of one item"),
        pytest.param(Filter(watchlist="envoys"), ["s-b"], id="a watchlist"),
        pytest.param(Filter(text="nothing of the kind"), [], id="none"),
    ],
)
def test_stories_are_found_by_their_items(tx: Connection, wanted: Filter, found: list[str]) -> None:
    """Whole ones: one item that passes brings the others along; redirects are no stories."""
    told(tx, "s-a", assessed("a1", title="The pipeline reopens"), assessed("a2"))
    told(tx, "s-b", assessed("b", matches=(match(),)), at=NOW + HOUR)
    told(tx, "s-c", assessed("c", title="Not yet one"), at=NOW + HOUR)
    merges.merge(tx, "s-c", "s-b", NOW + HOUR)
    assert [s.id for s in stories.search(tx, wanted)] == found
    assert {len(s.items) for s in stories.search(tx, wanted)} <= {2}


def test_a_copy_follows_to_the_first_text(tx: Connection) -> None:
    """Its original turns out to be a copy itself; and where the first is forgotten, it is a text of its own."""
    first, second, third = told(tx, "s-1", assessed("a"), assessed("b"), assessed("c"))
    stories.put_items(tx, [(third, "s-1", "AFP", second), (second, "s-1", "", first)])
    stories.lead_on(tx, second, first)
    found = archive.load(tx, [second, third])
    assert [(i.copy_of, i.credit) for i in found] == [(first, ""), (first, "AFP")]
    tx.execute(tables_news.items.delete().where(tables_news.items.c.id == first))
    assert [i.copy_of for i in archive.load(tx, [second, third])] == [None, None]


def test_the_cursor_before_the_first_match(tx: Connection) -> None:
    """Nothing matched yet."""
    assert (stories.last_match(tx), stories.last_match_of(tx, "s-1")) == (0, 0)

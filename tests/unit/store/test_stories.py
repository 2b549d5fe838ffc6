"""A story holds its keys, and a digest gets each piece of news once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.model import Severity
from monitor.store import items, schema, stories
from tests.support.stored import DAY, HOUR, NOW, assessed, match, poll

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from monitor.model import Assessed


def into(tx: Connection, story_id: str) -> Callable[[Assessed, str | None], str]:
    """Puts every item into one story."""

    def story_of(entry: Assessed, current: str | None) -> str:
        stories.join(
            tx, story_id, [f"url:{entry.item.key}"], NOW, severity=Severity.HIGH, title=entry.item.title
        )
        return story_id

    return story_of


def test_the_first_key_that_a_story_holds_decides(tx: Connection) -> None:
    """Keys come strongest first."""
    stories.join(tx, "s-1", ["url:a", "title:a"], NOW, severity=Severity.LOW)
    stories.join(tx, "s-2", ["url:b", "title:b"], NOW, severity=Severity.LOW)
    assert stories.resolve(tx, ["url:new", "title:b", "url:a"]) == "s-2"
    assert stories.resolve(tx, ["url:new"]) is None
    assert stories.resolve(tx, []) is None


def test_a_key_stays_with_the_story_that_holds_it(tx: Connection) -> None:
    """Until that story is old: a yearly headline begins a new one."""
    stories.join(tx, "s-1", ["title:budget"], NOW, severity=Severity.LOW)
    stories.join(tx, "s-2", ["title:budget"], NOW + HOUR, severity=Severity.LOW, since=NOW - DAY)
    assert stories.resolve(tx, ["title:budget"]) == "s-1"
    year = NOW + 365 * DAY
    assert stories.resolve(tx, ["title:budget"], since=year - DAY) is None
    stories.join(tx, "s-3", ["title:budget"], year, severity=Severity.LOW, since=year - DAY)
    assert stories.resolve(tx, ["title:budget"], since=year - DAY) == "s-3"


def test_a_story_is_as_loud_as_its_loudest_item(tx: Connection) -> None:
    """And keeps the title that it began with."""
    for severity, at in [
        (Severity.LOW, NOW),
        (Severity.CRITICAL, NOW + HOUR),
        (Severity.INFO, NOW + 2 * HOUR),
    ]:
        stories.join(tx, "s-1", [], at, severity=severity, title=severity.value)
    row = tx.execute(schema.stories.select()).mappings().one()
    assert (row["severity"], row["title"]) == ("critical", "low")
    assert (row["first_seen_at"], row["changed_at"]) == (NOW, NOW + 2 * HOUR)


def test_load_gives_the_items_in_order(tx: Connection) -> None:
    """A story without items is none."""
    ids = items.record(tx, poll(assessed("a", matches=(match(),)), assessed("b")), into(tx, "s-1"))
    found = stories.load(tx, "s-1")
    assert found is not None
    assert ([i.id for i in found.items], found.severity) == (list(ids), Severity.HIGH)
    stories.join(tx, "s-empty", [], NOW, severity=Severity.LOW)
    assert stories.load(tx, "s-empty") is None


def test_windows_of_matches_tile(tx: Connection) -> None:
    """What one digest told is not in the next, and nothing falls between."""
    items.record(tx, poll(assessed("a", matches=(match(),))), into(tx, "s-1"))
    middle = stories.last_match(tx)
    items.record(tx, poll(assessed("b", matches=(match(),))), into(tx, "s-2"))
    end = stories.last_match(tx)
    assert [s.id for s in stories.matched(tx, 0, middle)] == ["s-1"]
    assert [s.id for s in stories.matched(tx, middle, end)] == ["s-2"]
    assert [s.id for s in stories.matched(tx, 0, end)] == ["s-1", "s-2"]
    assert stories.matched(tx, end, end) == ()


def test_news_brings_the_whole_story(tx: Connection) -> None:
    """The reader sees who else reported it, matched or not, old or new."""
    items.record(tx, poll(assessed("a", matches=(match(),)), assessed("quiet")), into(tx, "s-1"))
    before = stories.last_match(tx)
    items.record(tx, poll(assessed("b", matches=(match("x"), match("y")))), into(tx, "s-1"))
    (story,) = stories.matched(tx, before, stories.last_match(tx))
    assert [i.item.key for i in story.items] == ["a", "quiet", "b"]


def test_an_edit_is_not_news(tx: Connection) -> None:
    """The same rule on the next revision does not bring the story back."""
    (item_id,) = items.record(tx, poll(assessed("a", matches=(match(),))), into(tx, "s-1"))
    told = stories.last_match(tx)
    items.record(tx, poll(assessed("a", matches=(match(),), revises=item_id)), into(tx, "s-1"))
    assert stories.last_match(tx) > told
    assert stories.matched(tx, told, stories.last_match(tx)) == ()
    assert stories.last_match_of(tx, "s-1") == told


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
    items.record(tx, poll(assessed("a", matches=(match(severity=Severity.LOW),))), into(tx, "s-1"))
    items.record(tx, poll(assessed("b", matches=(match(severity=Severity.HIGH),))), into(tx, "s-2"))
    assert [s.id for s in stories.matched(tx, 0, stories.last_match(tx), severity)] == found


def test_an_item_in_no_story_is_one_of_its_own(tx: Connection) -> None:
    """Nothing that matched is left out because nobody clustered it."""
    (item_id,) = items.record(tx, poll(assessed("a", matches=(match(),))))
    (story,) = stories.matched(tx, 0, stories.last_match(tx))
    assert (story.id, [i.id for i in story.items]) == (f"i-{item_id}", [item_id])


def test_recent_is_latest_first(tx: Connection) -> None:
    """Only what changed lately, at most as many as asked."""
    for name, hours in [("s-old", -30), ("s-a", 0), ("s-b", 1)]:
        at = NOW + hours * HOUR

        def story_of(entry: Assessed, current: str | None, name: str = name) -> str:
            stories.join(tx, name, [], at, severity=Severity.LOW)  # noqa: B023 - used at once
            return name

        items.record(tx, poll(assessed(name), at=at), story_of)
    assert [s.id for s in stories.recent(tx, NOW - DAY)] == ["s-b", "s-a"]
    assert [s.id for s in stories.recent(tx, NOW - DAY, limit=1)] == ["s-b"]


def test_the_cursor_before_the_first_match(tx: Connection) -> None:
    """Nothing matched yet."""
    assert (stories.last_match(tx), stories.last_match_of(tx, "s-1")) == (0, 0)

"""Merging and splitting: no id leads to nothing, nobody hears twice, and what a person decided stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model import Severity
from monitor.store import alerts, archive, feeds, merges, stories, tables_news
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, match, told

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.store.database import Database

LATER = NOW + HOUR


@pytest.fixture
def two(tx: Connection) -> tuple[int, int]:
    """Items of two stories, the second a day older and louder."""
    (a,) = told(tx, "s-a", assessed("a", matches=(match(severity=Severity.LOW),)))
    (b,) = told(tx, "s-b", assessed("b", matches=(match(severity=Severity.HIGH),)), at=NOW - DAY)
    return a, b


def group(tx: Connection, story: str, *, receiver: str = "desk", sent: bool = False, minutes: int = 0) -> int:
    assert alerts.open_group(tx, receiver, story, now=NOW, due_at=NOW + minutes * HOUR / 60, reason="new")
    opened = max(g.id for g in alerts.due(tx, NOW + DAY))
    if sent:
        alerts.settle(tx, opened, "sent", NOW, severity=Severity.LOW)
    return opened


def waiting(tx: Connection) -> list[tuple[str, str]]:
    return [(g.receiver, g.story_id) for g in alerts.due(tx, NOW + DAY)]


def ids(tx: Connection, story: str) -> list[int]:
    found = stories.load(tx, story)
    return [i.id for i in found.items] if found is not None else []


def test_a_merged_story_goes_on_under_the_other_id(tx: Connection, two: tuple[int, int]) -> None:
    """Whoever holds the old id is led on; the whole is as old and as loud as its parts."""
    assert merges.merge(tx, "s-a", "s-b", LATER)
    found = stories.load(tx, "s-a")
    assert found is not None
    assert (found.id, [i.id for i in found.items]) == ("s-b", list(two))
    assert (stories.resolve_id(tx, "s-a"), stories.resolve_id(tx, "s-b")) == ("s-b", "s-b")
    row = tx.execute(tables_news.stories.select().where(tables_news.stories.c.id == "s-b")).mappings().one()
    assert (row["severity"], row["first_seen_at"], row["changed_at"]) == ("high", NOW - DAY, LATER)


def test_redirects_never_chain(tx: Connection, two: tuple[int, int]) -> None:
    """Three stories become one in two steps, and merging them again changes nothing."""
    (c,) = told(tx, "s-c", assessed("c"))
    merges.merge(tx, "s-a", "s-b", LATER)
    merges.merge(tx, "s-b", "s-c", LATER)
    assert {stories.resolve_id(tx, name) for name in ("s-a", "s-b", "s-c")} == {"s-c"}
    assert ids(tx, "s-a") == sorted([*two, c])
    assert not merges.merge(tx, "s-a", "s-c", LATER)
    assert not merges.merge(tx, "s-a", "s-nobody", LATER)
    assert stories.resolve_id(tx, "s-nobody") is None


def test_a_receiver_told_of_either_counts_as_told(tx: Connection, two: tuple[int, int]) -> None:
    """What each was told moves along."""
    group(tx, "s-a", sent=True)
    group(tx, "s-b", receiver="siem", sent=True)
    merges.merge(tx, "s-a", "s-b", LATER)
    assert alerts.last_sent(tx, "desk", "s-b") is not None
    assert len(alerts.sent(tx, "siem", "s-b")) == 1
    assert alerts.last_sent(tx, "desk", "s-a") is None


@pytest.mark.parametrize(
    ("sent", "waits", "left"),
    [
        pytest.param((), ("s-a",), [("desk", "s-b")], id="what waits moves"),
        pytest.param((), ("s-a", "s-b"), [("desk", "s-b")], id="one of two waits on"),
        pytest.param(("s-b",), ("s-a",), [], id="told of the winner, the loser waits"),
        pytest.param(("s-a",), ("s-b",), [], id="told of the loser, the winner waits"),
        pytest.param(("s-b",), ("s-b",), [("desk", "s-b")], id="news of the winner waits on"),
        pytest.param(("s-a",), ("s-a",), [("desk", "s-b")], id="news of the loser waits on"),
    ],
)
def test_no_alert_waits_that_need_not_be_heard(
    tx: Connection,
    two: tuple[int, int],
    sent: tuple[str, ...],
    waits: tuple[str, ...],
    left: list[tuple[str, str]],
) -> None:
    """Two stories that become one are told once."""
    for story in sent:
        group(tx, story, sent=True)
    for minutes, story in enumerate(waits):
        group(tx, story, minutes=9 - minutes)
    merges.merge(tx, "s-a", "s-b", LATER)
    assert waiting(tx) == left
    assert alerts.ever(tx, "s-b")
    assert not alerts.ever(tx, "s-a")


def test_of_two_waits_the_shorter_is_kept(tx: Connection, two: tuple[int, int]) -> None:
    """Nobody waits longer because a story grew."""
    group(tx, "s-b", minutes=9)
    group(tx, "s-a", minutes=4)
    merges.merge(tx, "s-a", "s-b", LATER)
    assert alerts.next_due(tx) == NOW + 4 * HOUR / 60


def test_items_that_were_taken_out_have_a_story_of_their_own(tx: Connection, two: tuple[int, int]) -> None:
    """With their own title, age and loudness; the rest is no louder than what stayed."""
    a, b = two
    merges.merge(tx, "s-a", "s-b", LATER)
    fresh = merges.split(tx, "s-a", [b], LATER)
    assert (ids(tx, fresh), ids(tx, "s-b")) == ([b], [a])
    rows = {row["id"]: row for row in tx.execute(tables_news.stories.select()).mappings()}
    assert (rows[fresh]["severity"], rows["s-b"]["severity"]) == ("high", "low")
    assert rows[fresh]["first_seen_at"] == NOW - DAY


def test_what_a_person_took_apart_is_not_merged_by_itself(tx: Connection, two: tuple[int, int]) -> None:
    """Not even after another merge; a person may overrule a person."""
    merges.merge(tx, "s-a", "s-b", LATER)
    fresh = merges.split(tx, "s-b", [two[1]], LATER)
    assert not merges.merge(tx, fresh, "s-b", LATER)
    told(tx, "s-c", assessed("c"))
    merges.merge(tx, fresh, "s-c", LATER)
    assert not merges.merge(tx, "s-b", "s-c", LATER)
    assert merges.merge(tx, "s-b", "s-c", LATER, by_hand=True)
    assert stories.resolve_id(tx, fresh) == "s-c"
    assert tx.execute(tables_news.stories_apart.select()).all() == []


def test_who_was_told_of_the_whole_counts_as_told_of_the_parts(tx: Connection, two: tuple[int, int]) -> None:
    """The last telling is copied, once for each receiver."""
    merges.merge(tx, "s-a", "s-b", LATER)
    group(tx, "s-b", sent=True)
    group(tx, "s-b", sent=True)
    group(tx, "s-b")
    fresh = merges.split(tx, "s-b", [two[0]], LATER)
    assert len(alerts.sent(tx, "desk", fresh)) == 1
    assert waiting(tx) == [("desk", "s-b")]


def test_a_copy_without_its_original_is_a_telling(tx: Connection, two: tuple[int, int]) -> None:
    """In either direction."""
    a, b = two
    (c,) = told(tx, "s-b", assessed("c"))
    merges.merge(tx, "s-a", "s-b", LATER)
    stories.put_items(tx, [(b, "s-b", "", a), (c, "s-b", "", a)])
    merges.split(tx, "s-b", [a, c], LATER)
    assert [i.copy_of for i in archive.load(tx, [b, c])] == [None, a]


def test_taking_out_twice_gives_two_stories(tx: Connection, two: tuple[int, int]) -> None:
    """The first id leads to where those items went."""
    merges.merge(tx, "s-a", "s-b", LATER)
    first = merges.split(tx, "s-b", [two[0]], LATER)
    merges.merge(tx, first, "s-b", LATER, by_hand=True)
    second = merges.split(tx, "s-b", [two[0]], LATER)
    assert first != second
    assert stories.resolve_id(tx, first) == "s-b"


@pytest.mark.parametrize(
    ("story", "keys", "message"),
    [
        pytest.param("s-nobody", "a", "there is no story s-nobody", id="no story"),
        pytest.param("s-a", "b", "is not in story s-a", id="another story's item"),
        pytest.param("s-a", "a", "all the items of story s-a", id="nothing would stay"),
        pytest.param("s-a", "", "name at least one item", id="no item"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(
    tx: Connection, two: tuple[int, int], story: str, keys: str, message: str
) -> None:
    """In words that tell what to do."""
    named = dict(zip("ab", two, strict=True))
    with pytest.raises(StoreError, match=message):
        merges.split(tx, story, [named[key] for key in keys], LATER)


def test_a_redirect_goes_with_its_target(tx: Connection, two: tuple[int, int]) -> None:
    """And not before."""
    merges.merge(tx, "s-a", "s-b", LATER)
    tx.execute(tables_news.items.delete())
    tx.execute(tables_news.stories.delete().where(tables_news.stories.c.id == "s-b"))
    assert stories.resolve_id(tx, "s-a") is None


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["merge", "by hand", "split", "wait", "tell"]), st.integers(0, 9), st.integers(0, 9)
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_is_merged_and_split_nothing_is_lost(
    db: Database, moves: list[tuple[str, int, int]]
) -> None:
    """Every id that was ever given out leads to a story, every item is in one, no receiver waits for one twice."""
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        known = [f"s-{n}" for n in range(4)]
        held = [
            told(tx, name, assessed(f"{name}{n}"), assessed(f"{name}+{n}")) for n, name in enumerate(known)
        ]
        every = sorted(n for pair in held for n in pair)
        for move, one, other in moves:
            known += made(tx, move, known[one % len(known)], known[other % len(known)])
        live = {name: stories.resolve_id(tx, name) for name in known}
        assert None not in live.values()
        assert {stories.resolve_id(tx, str(name)) for name in live.values()} == set(live.values())
        assert sorted(n for name in set(live.values()) for n in ids(tx, str(name))) == every
        waits = waiting(tx)
        assert len(waits) == len(set(waits))
        assert {story for _, story in waits} <= set(live.values())
        tx.rollback()


def made(tx: Connection, move: str, one: str, other: str) -> list[str]:
    """The ids that a move gives out."""
    if move in ("merge", "by hand"):
        merges.merge(tx, one, other, NOW, by_hand=move == "by hand")
    elif move == "split":
        held = ids(tx, one)
        return [merges.split(tx, one, held[:1], NOW)] if len(held) > 1 else []
    else:
        story = str(stories.resolve_id(tx, one))
        if alerts.open_group(tx, "desk", story, now=NOW, due_at=NOW) and move == "tell":
            alerts.settle(tx, max(g.id for g in alerts.due(tx, NOW)), "sent", NOW)
    return []

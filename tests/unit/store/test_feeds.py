"""Feeds keep their state while their definitions come and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from monitor.model import Asks, FetchFault, Rhythm, Side
from monitor.store import feeds
from monitor.store.tables_news import feeds as feed_table
from monitor.store.tables_news import polls
from tests.support.stored import HOUR, MINUTE, NOW, assessed, feed, match, poll, state

if TYPE_CHECKING:
    from sqlalchemy import Connection


def sown(tx: Connection, *definitions: object, jitter: float = 0.0) -> None:
    feeds.sync(tx, definitions, NOW, jitter=lambda: jitter)  # type: ignore[arg-type]


def test_a_feed_comes_back_as_it_was_defined(tx: Connection) -> None:
    """Every field survives, the odd ones too."""
    odd = feed(
        "odd",
        interval=timedelta(minutes=7),
        side=Side("libya-east"),
        fulltext=True,
        user_agent="x/1",
        family="f",
    )
    sown(tx, odd)
    found = feeds.get(tx, "odd")
    assert found is not None
    assert found.feed == odd
    assert found.interval == timedelta(minutes=7)


def test_first_polls_are_spread(tx: Connection) -> None:
    """A new installation does not ask everybody in one moment."""
    shares = iter([0.0, 0.5, 1.0])
    feeds.sync(tx, [feed("a"), feed("b"), feed("c")], NOW, jitter=lambda: next(shares), within=10 * MINUTE)
    times = [s.next_poll_at for s in feeds.everything(tx) if s.feed.id in "abc"]
    assert times == [NOW, NOW + 5 * MINUTE, NOW + 10 * MINUTE]


def test_a_new_feed_is_polled_as_often_as_is_configured(tx: Connection) -> None:
    """Also after its first poll failed; a feed may say that it wants to be asked sooner, not later."""
    feeds.sync(tx, [feed("a"), feed("b", interval=MINUTE)], NOW, jitter=lambda: 0.0, interval=HOUR)
    assert {s.feed.id: s.interval for s in feeds.everything(tx) if s.feed.id in "ab"} == {
        "a": HOUR,
        "b": MINUTE,
    }


def test_a_changed_definition_keeps_state(tx: Connection) -> None:
    """A new title is no reason to fetch the body again."""
    sown(tx, feed())
    feeds.settle(tx, poll(of=state(etag='"v1"', next_poll_at=NOW + HOUR, seen_before=True)))
    sown(tx, feed(title="The Gazette"))
    found = feeds.get(tx, "gazette")
    assert found is not None
    assert (found.feed.title, found.etag, found.next_poll_at) == ("The Gazette", '"v1"', NOW + HOUR)


def test_a_new_address_forgets_what_belonged_to_the_old(tx: Connection) -> None:
    """Validators of another address would hide a whole document."""
    gone = state(
        etag='"v1"', body_hash="h", gone=True, failures=4, fault=FetchFault.GONE, moved_to="x", moved_polls=9
    )
    feeds.settle(tx, poll(of=replace(gone, seen_before=True)))
    sown(tx, feed(url="https://new.example/rss"))
    found = feeds.get(tx, "gazette")
    assert found is not None
    assert (found.etag, found.body_hash, found.gone, found.failures, found.fault) == (
        None,
        None,
        False,
        0,
        None,
    )
    assert found.effective_url == "https://new.example/rss"
    assert found.seen_before


def test_a_poll_of_the_old_address_does_not_settle_the_new(tx: Connection) -> None:
    """The file was reloaded while the poll ran."""
    sown(tx, feed(url="https://new.example/rss"))
    feeds.settle(tx, poll(of=state(etag='"old"')))
    found = feeds.get(tx, "gazette")
    assert found is not None
    assert found.etag is None
    assert len(tx.execute(polls.select()).all()) == 1


def test_a_feed_that_left_the_file_is_disabled_and_may_come_back(tx: Connection) -> None:
    """Its items stay, it is not polled, and its state waits."""
    sown(tx, feed("other"))
    found = feeds.get(tx, "gazette")
    assert found is not None
    assert not found.feed.enabled
    assert [s.feed.id for s in feeds.due(tx, NOW, 10)] == ["other"]
    sown(tx, feed())
    assert [s.feed.id for s in feeds.due(tx, NOW, 10)] == ["gazette"]


def test_added_feeds_are_left_alone_by_the_file(tx: Connection) -> None:
    """Those of an older monitor, which kept them in the database alone, go on until they are in a file."""
    assert feeds.add(tx, feed("mine"), NOW)
    assert not feeds.add(tx, feed("mine"), NOW), "the id is in use"
    assert not feeds.add(tx, feed("gazette"), NOW), "the file has it"
    sown(tx, feed())
    assert [f.id for f in feeds.added(tx)] == ["mine"]
    assert {s.feed.id for s in feeds.due(tx, NOW, 10)} == {"gazette", "mine"}
    assert feeds.remove(tx, "mine")
    assert not feeds.remove(tx, "mine")
    assert [s.feed.id for s in feeds.due(tx, NOW, 10)] == ["gazette"]
    assert feeds.add(tx, feed("mine", title="Again"), NOW)


def test_a_feed_that_left_the_file_may_be_added(tx: Connection) -> None:
    """From then on it is the command's, due at once, and the file leaves it alone."""
    feeds.settle(tx, poll(of=state(next_poll_at=NOW + HOUR, etag='"v"')))
    sown(tx)
    assert feeds.add(tx, feed(), NOW)
    sown(tx)
    (found,) = feeds.due(tx, NOW, 10)
    assert (found.feed.id, found.etag) == ("gazette", '"v"')


def test_due_is_by_time_and_bounded(tx: Connection) -> None:
    """The longest overdue first; the future, the gone and the disabled not at all."""
    sown(tx, *(feed(name) for name in ("late", "later", "soon", "gone")), feed("off", enabled=False))
    for name, at, gone in [("late", -2, False), ("later", -1, False), ("soon", 1, False), ("gone", -3, True)]:
        feeds.settle(tx, poll(of=state(feed(name), next_poll_at=NOW + at * HOUR, gone=gone)))
    assert [s.feed.id for s in feeds.due(tx, NOW, 10)] == ["late", "later"]
    assert [s.feed.id for s in feeds.due(tx, NOW, 1)] == ["late"]
    assert feeds.next_due(tx) == NOW - 2 * HOUR


def test_next_due_of_nothing(tx: Connection) -> None:
    """No feed is polled, so none is due."""
    sown(tx)
    assert feeds.next_due(tx) is None


def test_one_poller_takes_a_due_feed(tx: Connection) -> None:
    """The second finds it taken until the first had its time."""
    taken = feeds.take(tx, "gazette", NOW, NOW + MINUTE)
    assert taken is not None
    assert taken.feed.id == "gazette"
    assert feeds.take(tx, "gazette", NOW, NOW + MINUTE) is None
    assert feeds.take(tx, "gazette", NOW + MINUTE, NOW + HOUR) is not None
    assert feeds.take(tx, "unknown", NOW, NOW + HOUR) is None


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        pytest.param(None, 2, id="all enabled"),
        pytest.param(["gazette"], 1, id="one"),
        pytest.param([], 0, id="none"),
    ],
)
def test_poll_now(tx: Connection, asked: list[str] | None, count: int) -> None:
    """The operator's word makes feeds due, also those that were gone."""
    sown(tx, feed(), feed("b"), feed("off", enabled=False))
    for name in ("gazette", "b"):
        feeds.settle(tx, poll(of=state(feed(name), next_poll_at=NOW + HOUR, gone=True)))
    assert feeds.poll_now(tx, NOW, asked) == count
    assert len(feeds.due(tx, NOW, 10)) == count


def test_poll_now_does_not_pass_what_the_publisher_asked_for(tx: Connection) -> None:
    """The feed is due as soon as it may be asked."""
    feeds.settle(tx, poll(of=state(next_poll_at=NOW + 2 * HOUR, not_before=NOW + HOUR)))
    assert feeds.poll_now(tx, NOW) == 1
    assert feeds.next_due(tx) == NOW + HOUR
    assert feeds.poll_now(tx, NOW + 90 * MINUTE) == 1
    assert feeds.next_due(tx) == NOW + 90 * MINUTE


def test_what_was_asked_and_never_settled_waits_like_after_a_poll(tx: Connection) -> None:
    """A process that died has asked; what was not asked after all, and what was settled, is as it was."""
    names = ("gazette", "b", "c")
    sown(tx, *(feed(name) for name in names))
    for name in names:
        feeds.settle(tx, poll(of=state(feed(name), interval=HOUR, next_poll_at=NOW)))
    feeds.ask(tx, names, NOW)
    assert feeds.being_asked(tx)
    assert len(feeds.due(tx, NOW, 10)) == 3  # under way is not done
    feeds.unask(tx, ["b"])
    feeds.settle(tx, poll(of=state(feed("c"), interval=HOUR, next_poll_at=NOW + 2 * HOUR)))
    assert feeds.let_wait(tx) == 1
    assert not feeds.being_asked(tx)
    assert [s.feed.id for s in feeds.due(tx, NOW, 10)] == ["b"]
    assert {s.feed.id for s in feeds.due(tx, NOW + HOUR, 10)} == {"b", "gazette"}


def test_the_state_of_a_poll_comes_back_whole(tx: Connection) -> None:
    """What a poll stores is what the next poll gets."""
    full = state(
        etag='W/"1"',
        last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
        validators_url="https://cdn.example/rss",
        body_hash="h",
        interval=timedelta(minutes=47),
        next_poll_at=NOW + HOUR,
        last_polled_at=NOW,
        last_success_at=NOW - HOUR,
        last_new_at=NOW - 2 * HOUR,
        failures=2,
        fault=FetchFault.TIMEOUT,
        fault_detail="30 s",
        moved_to="https://n.example/",
        moved_since=NOW - 3 * HOUR,
        moved_polls=3,
        seen_before=True,
        not_before=NOW + MINUTE,
        rhythm=Rhythm(
            since=NOW - 9 * HOUR,
            at=NOW,
            total=2.5,
            hours=(0.5,) * 24,
            days=(1.25,) * 7,
            recent=1.5,
            peak=3.0,
            window=46.0,
        ),
        asks=Asks(fresh_for=HOUR, ttl=2 * HOUR, skip_hours=(0, 23), skip_days=(5, 6), slow_until=NOW + HOUR),
    )
    feeds.settle(tx, poll(of=full))
    assert feeds.get(tx, "gazette") == full


def test_every_poll_leaves_a_line(tx: Connection) -> None:
    """The journal says what a poll brought and why it failed."""
    record = poll(
        assessed("guid:1", matches=(match(),)),
        assessed("guid:2"),
        assessed("guid:3", revises=1),
        of=state(fault=FetchFault.TLS, fault_detail="expired"),
        seen=4,
        status="failed",
        http_status=200,
        gap=True,
        flood=True,
        size=99,
        remarks=("a comma was missing",),
        elapsed=timedelta(milliseconds=1500),
    )
    feeds.settle(tx, record)
    line = tx.execute(polls.select()).mappings().one()
    told = {name: line[name] for name in ("new", "changed", "seen", "matched", "gap", "flood", "size")}
    assert told == {"new": 2, "changed": 1, "seen": 4, "matched": 1, "gap": True, "flood": True, "size": 99}
    assert (line["fault"], line["detail"], line["status"]) == ("tls", "expired", "failed")
    assert (line["elapsed"], line["remarks"]) == (timedelta(seconds=1.5), ["a comma was missing"])


def test_of_many_only_what_changed_is_written_and_all_of_it_comes_back(tx: Connection) -> None:
    """Whatever changed in each; a state that belongs to another address by now is dropped."""
    changes: list[dict[str, object]] = [
        {},
        {"etag": '"2"', "rhythm": Rhythm(since=NOW, at=NOW, window=9.0)},
        {"asks": Asks(fresh_for=HOUR), "failures": 3, "fault": FetchFault.TIMEOUT, "fault_detail": "slow"},
        {"moved_to": "https://new.example/", "moved_since": NOW, "moved_polls": 1, "gone": True},
        {"etag": None, "last_modified": None, "body_hash": None, "not_before": NOW, "interval": MINUTE},
    ]
    sown(tx, *(feed(f"f{n}") for n in range(len(changes))), feed("moved"))
    names = [f"f{n}" for n in range(len(changes))]
    for name in names:
        before = feeds.get(tx, name)
        assert before is not None
        feeds.settle(tx, poll(of=replace(before, etag='"1"', last_modified="x", body_hash="h")))
    befores = [found for name in names if (found := feeds.get(tx, name)) is not None]
    moved = feeds.get(tx, "moved")
    assert moved is not None
    elsewhere = replace(moved, feed=replace(moved.feed, url="https://old.example/"), etag='"old"')
    afters = [
        replace(before, next_poll_at=NOW + HOUR, **changed)  # type: ignore[arg-type]
        for before, changed in zip(befores, changes, strict=True)
    ]
    feeds.ask(tx, [*names, "moved"], NOW)
    pairs = [(b, poll(of=a, status="not-modified")) for b, a in zip(befores, afters, strict=True)]
    feeds.settle_all(tx, [*pairs, (moved, poll(of=elsewhere, status="not-modified"))])
    assert [feeds.get(tx, name) for name in names] == afters
    assert feeds.get(tx, "moved") == moved
    asked = {row.id for row in tx.execute(select(feed_table.c.id).where(feed_table.c.asked_at.is_not(None)))}
    assert asked == {"moved"}

"""A feed over real HTTP, poll after poll: what is taken out of it is noticed, and a crash loses and doubles nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from monitor.jobs import poll as polling
from monitor.jobs import settlers
from monitor.model import Feed, FeedState, FetchFault
from monitor.store import alerts, archive, evidence, feeds, memory, polls, stories
from monitor.store.archive import Filter
from monitor.store.database import Database
from monitor.store.tables_news import memories
from tests.support.newsroom import START, Newsroom, document
from tests.support.newsroom import newsroom as opened_newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A feed of one address and a watchlist of a few lines."""
    with opened_newsroom(tmp_path) as made:
        yield made


def test_an_entry_that_is_taken_out_is_marked_until_it_comes_back(newsroom: Newsroom) -> None:
    """Entries that pass out of the end of the feed are not; the story is as new as the notice."""
    newsroom.poll(range(10))
    assert newsroom.withdrawn() == {}
    newsroom.poll([3, 4, 5, 6, 8, 9, 10, 11])
    assert newsroom.withdrawn() == {"g7": newsroom.now[0]}
    with newsroom.app.db.snapshot() as tx:
        assert [s.items[0].item.guid for s in stories.recent(tx, newsroom.now[0])] == ["g7"]
    newsroom.poll([4, 5, 6, 7, 8, 9, 10, 11, 12])
    assert newsroom.withdrawn() == {}


def test_a_poll_that_breaks_off_is_written_whole_the_next_time(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of the transaction fails: nothing of it stays, the feed waits an hour, then everything is there."""
    with monkeypatch.context() as broken:
        broken.setattr(polling, "open_groups", lambda *_args, **_more: 1 / 0)
        newsroom.poll(range(10))
    with newsroom.app.db.snapshot() as tx:
        assert archive.count(tx, Filter()) == 0
        assert stories.recent(tx, START) == ()
        feed = feeds.get(tx, "gazette")
        assert feed is not None
        assert (feed.failures, feed.body_hash, feed.next_poll_at) == (
            1,
            None,
            newsroom.now[0] + polling.ASIDE,
        )
    assert newsroom.poll(range(10))["matched"] == 1
    with newsroom.app.db.snapshot() as tx:
        assert archive.count(tx, Filter()) == 10
        (story,) = stories.recent(tx, START)
        assert [g.story_id for g in alerts.due(tx, newsroom.now[0])] == [story.id]


def test_what_the_feed_said_is_kept_in_the_same_transaction(newsroom: Newsroom) -> None:
    """Bytes, headers, hash of the document and the chain, over real HTTP; a poll that brings nothing adds nothing."""
    newsroom.poll(range(3))
    first = document(range(3))
    newsroom.poll(range(3))
    newsroom.poll(range(5))
    with newsroom.app.db.snapshot() as tx:
        found = archive.search(tx, Filter())
        kept = evidence.of_items(tx, [i.id for i in found])
        assert list(evidence.faults(tx, "gazette")) == []
    assert [k.raw for k in kept if k.raw and k.raw not in first] == [
        k.raw for k in kept if k.link.retrieved_at == newsroom.now[0]
    ]
    assert all(k.raw and k.raw in document(range(5)) for k in kept)
    assert len(kept) == 5
    assert {k.link.document_sha256 for k in kept} == {
        hashlib.sha256(document(range(n))).hexdigest() for n in (3, 5)
    }
    assert {k.link.url for k in kept} == {newsroom.web.url("/rss")}
    assert ("Content-Type", "application/rss+xml") in [
        (name.title(), value) for name, value in kept[0].link.headers
    ]


# --- answers without a new document


@dataclass
class Several:
    """More feeds of the newsroom's server, which do not change."""

    newsroom: Newsroom
    count: int = 30

    def __post_init__(self) -> None:
        with self.newsroom.app.db.transaction() as tx:
            for n in range(self.count):
                url = self.newsroom.web.answer(f"/{n}", body=document([n]), headers={"ETag": f'"{n}"'})
                feeds.add(tx, Feed(id=f"f{n}", url=url, title=f"F{n}"), START)
        self.newsroom.web.answer("/rss", body=document([1]), headers={"ETag": '"1"'})

    def poll(self) -> Counter[str]:
        """All of them, an hour later."""
        self.newsroom.now[0] += timedelta(hours=1)
        with self.newsroom.app.db.transaction() as tx:
            feeds.poll_now(tx, self.newsroom.now[0])
        return self.newsroom.app.poll()

    def states(self) -> dict[str, FeedState]:
        """By feed id."""
        with self.newsroom.app.db.snapshot() as tx:
            return {state.feed.id: state for state in feeds.everything(tx)}


@pytest.fixture
def several(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Several:
    """All of them polled once; from now on what comes without news waits for the last of them."""
    monkeypatch.setattr(settlers, "HOLD", 60.0)
    made = Several(newsroom)
    assert made.poll()["ok"] == made.count + 1
    return made


def test_answers_without_news_have_no_transactions_of_their_own(
    several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked, written, done: three transactions, also where bodies come again, and where addresses fail."""
    several.newsroom.web.answer("/1", body=document([1]))
    several.newsroom.web.answer("/2", status=404)
    begun = []
    made = Database.transaction
    monkeypatch.setattr(Database, "transaction", lambda db: begun.append(db) or made(db))
    found = several.poll()
    assert (found["not-modified"], found["unchanged"], found["failed"]) == (several.count - 1, 1, 1)
    assert len(begun) <= 5
    with several.newsroom.app.db.snapshot() as tx:
        lines = polls.latest(tx, limit=several.count + 1)
        assert not feeds.being_asked(tx)
    assert Counter(line.status for line in lines) == Counter(found) - Counter(new=1, changed=1, matched=1)
    assert all(state.last_polled_at == several.newsroom.now[0] for state in several.states().values())
    assert several.states()["f2"].fault is FetchFault.CLIENT_ERROR


def test_news_of_several_feeds_is_written_together(several: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its evidence and what is remembered of the documents, so that nothing of it is read again."""
    for n in range(5):
        several.newsroom.web.answer(f"/{n}", body=document([n, n + 20]))
    begun = []
    made = Database.transaction
    monkeypatch.setattr(Database, "transaction", lambda db: begun.append(db) or made(db))
    assert several.poll()["new"] == 5
    assert len(begun) <= 5
    with several.newsroom.app.db.snapshot() as tx:
        assert archive.count(tx, Filter(feed_id="f3")) == 2
        assert {chain.links for chain in evidence.chained(tx) if chain.feed_id in ("f0", "f4")} == {2}
        assert not [fault for n in range(5) for fault in evidence.faults(tx, f"f{n}")]
        assert len(memory.of_feed(tx, "f3", range(1000))) == 2
        assert tx.execute(select(func.count()).select_from(memories)).scalar() == several.count + 1


@pytest.mark.parametrize("where", ["deciding", "writing"])
def test_a_bug_that_one_answer_meets_costs_that_feed_an_hour(
    several: Several, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The others are written."""
    decide, write = polling.assess, feeds.settle_all

    def assess(poll: Any, *args: Any, **more: Any) -> Any:
        return 1 / 0 if poll.state.feed.id == "f5" else decide(poll, *args, **more)

    def settle_all(tx: Any, settled: Any) -> None:
        if any(before is not None and before.feed.id == "f5" for before, _ in settled):
            raise ZeroDivisionError
        write(tx, settled)

    with monkeypatch.context() as broken:
        if where == "deciding":
            broken.setattr(polling, "assess", assess)
        else:
            broken.setattr(feeds, "settle_all", settle_all)
        assert several.poll()["not-modified"] == several.count
    states, now = several.states(), several.newsroom.now[0]
    assert (states["f5"].failures, states["f5"].next_poll_at) == (1, now + polling.ASIDE)
    assert {state.last_polled_at for state in states.values()} == {now}
    assert several.poll()["not-modified"] == several.count + 1

"""A feed over real HTTP, poll after poll: what is taken out of it is noticed, and a crash loses and doubles nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from monitor.jobs import poll as polling
from monitor.store import alerts, archive, evidence, feeds, stories
from monitor.store.archive import Filter
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

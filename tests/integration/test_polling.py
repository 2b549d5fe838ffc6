"""A feed over real HTTP, poll after poll: what is taken out of it is noticed, and a crash loses and doubles nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from monitor import settings
from monitor.app import App, opened
from monitor.jobs import poll as polling
from monitor.store import alerts, archive, evidence, feeds, stories
from monitor.store.archive import Filter
from tests.support.line import ENTITIES, WATCHLIST
from tests.support.web import Web

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from pathlib import Path

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIGURATION = """
data: {data}
feeds: {data}/feeds.yaml
watchlists: {data}/lists
receivers: [{{name: desk, file: {{}}}}]
route: {{receiver: desk, group_wait: 0s}}
polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{port}], host_gap: 0s}}
"""


def document(numbers: Iterable[int]) -> bytes:
    """An RSS feed of reports, newest (the highest number) first; number 7 is about a meeting."""
    entries = []
    for n in sorted(numbers, reverse=True):
        title = "Putin receives Khalifa Haftar" if n == 7 else f"Harbour report number {n}"
        at = format_datetime(START - timedelta(days=1) + timedelta(hours=n))
        entries.append(
            f"<item><guid>g{n}</guid><link>https://gazette.example/{n}</link><title>{title}</title>"
            f"<pubDate>{at}</pubDate></item>"
        )
    return f"<rss version='2.0'><channel><title>G</title>{''.join(entries)}</channel></rss>".encode()


@dataclass
class Newsroom:
    """A publisher, and a monitor that polls him when told to."""

    web: Web
    app: App
    now: list[datetime] = field(default_factory=lambda: [START])

    def poll(self, numbers: Iterable[int]) -> Counter[str]:
        """Publish, and poll an hour later."""
        self.web.answer("/rss", body=document(numbers), headers={"Content-Type": "application/rss+xml"})
        self.now[0] += timedelta(hours=1)
        with self.app.db.transaction() as tx:
            feeds.poll_now(tx, self.now[0])
        return self.app.poll()

    def withdrawn(self) -> dict[str | None, datetime]:
        """When each entry was found withdrawn, by its guid."""
        with self.app.db.snapshot() as tx:
            found = archive.search(tx, Filter())
        return {i.item.guid: i.withdrawn_at for i in found if i.withdrawn_at is not None}


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A feed of one address and a watchlist of a few lines."""
    (tmp_path / "lists" / "entities").mkdir(parents=True)
    (tmp_path / "lists" / "entities" / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (tmp_path / "lists" / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    with Web() as web:
        feed = f"feeds:\n  - {{id: gazette, url: '{web.url('/rss')}', title: Gazette}}\n"
        (tmp_path / "feeds.yaml").write_text(feed, encoding="utf-8")
        configuration = CONFIGURATION.format(data=tmp_path, port=web.port)
        (tmp_path / "monitor.yaml").write_text(configuration, encoding="utf-8")
        with opened(settings.load(tmp_path / "monitor.yaml", {})) as app:
            made = Newsroom(web, app)
            app.clock, app.jitter = lambda: made.now[0], lambda: 0.0
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

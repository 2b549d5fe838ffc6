"""Only what is new in a document is parsed, and that changes nothing: the same items, whoever reads."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from monitor.config.model import PollingConfig
from monitor.feeds.parse import parse
from monitor.feeds.secrets import AddressBook
from monitor.jobs import reading
from monitor.jobs.assess import Judge, Poll, assess
from monitor.jobs.poll import make_item, portions
from monitor.model import Decision, Fetched, FetchFailed, FetchFault, Novelty, ParsedFeed
from monitor.store import events, evidence, feeds, items
from monitor.store.database import Database
from monitor.store.tables_news import items as item_table
from monitor.store.tables_news import memories, revisions
from monitor.watchlists.files import shipped_press
from tests.integration.test_histories import STEPS, Publisher
from tests.support.stored import HOUR, NOW, feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

URL = "https://x.example/feed"
NUMBERS = count()


def usual(body: bytes, content_type: str, url: str, thorough: bool) -> ParsedFeed | FetchFailed:
    return parse(body, content_type, url, thorough=thorough)


@dataclass
class Desk:
    """One feed, read document after document into a database of its own."""

    db: Database
    feed_id: str
    #: forgets each time what it could recall
    forgetful: bool = False
    parse: Callable[[bytes, str, str, bool], ParsedFeed | FetchFailed] = usual
    now: datetime = NOW
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.db.transaction() as tx:
            feeds.add(tx, replace(feed(), id=self.feed_id, url=URL), NOW)

    def read(self, body: bytes, url: str = URL) -> Poll:
        with self.db.transaction() as tx:
            if self.forgetful:
                tx.execute(delete(memories).where(memories.c.feed_id == self.feed_id))
            state = feeds.get(tx, self.feed_id)
        assert state is not None
        outlets = shipped_press().outlets
        reader = reading.Reader(
            db=self.db, parse=self.parse, addresses=AddressBook(), outlets=outlets, now=self.now
        )
        return reader.read(state, Fetched(url=url, body=body, content_type=""))

    def see(self, body: bytes, url: str = URL) -> tuple[Any, ...]:
        """Read and store a document; what there is to say of that, without ids."""
        self.now += HOUR
        poll = self.read(body, url)
        judge = Judge(
            decide=lambda items: [Decision(lang=item.lang) for item in items],
            make_item=partial(make_item, outlets=shipped_press().outlets),
        )
        record = assess(poll, judge, policy=PollingConfig(), now=self.now, jitter=0)
        record = replace(record, memory=reading.remembered(poll, record))
        for portion in portions(record):
            with self.db.transaction() as tx:
                ids = items.record(tx, portion)
                evidence.keep(tx, portion, ids)
                reading.keep(tx, [(portion, ids)])
        feed_state = replace(record.state, feed=feed())
        counts = (
            record.seen,
            len(record.withdrawn),
            record.renamed and len(record.renamed),
            poll.gap,
            poll.flood,
        )
        return (found(poll), counts, feed_state, self.stored())

    def stored(self) -> list[tuple[Any, ...]]:
        """Every text, now or as a past revision."""
        columns = (
            item_table.c.key,
            item_table.c.title,
            item_table.c.summary,
            item_table.c.revision,
            item_table.c.last_seen_at,
        )
        mine = item_table.c.feed_id == self.feed_id
        with self.db.snapshot() as tx:
            now = [tuple(row) for row in tx.execute(select(*columns).where(mine).order_by(item_table.c.id))]
            past = (
                select(revisions.c.summary)
                .join(item_table, item_table.c.id == revisions.c.item_id)
                .where(mine)
            )
            return [*now, *sorted(tuple(row) for row in tx.execute(past))]


def found(poll: Poll) -> list[tuple[Any, ...]]:
    return [(s.novelty, s.key, s.content_hash, s.canonical_url, s.renamed) for s in poll.entries]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Database]]:
    folder = tmp_path_factory.mktemp("reading")
    opened = [Database.open(f"sqlite:///{folder}/{name}.db") for name in ("one", "two")]
    yield opened[0], opened[1]
    for one in opened:
        one.close()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), min_size=3, max_size=14))
def test_whatever_a_publisher_does_both_ways_store_the_same(
    databases: tuple[Database, Database], seed: int, steps: list[Callable[[Publisher], None]]
) -> None:
    """Entries without guids, on one page, edited, renamed, published anew: the one that recalls, the one that does not."""
    name = f"f{next(NUMBERS)}"
    one, two = (Desk(db, name, forgetful=n == 1) for n, db in enumerate(databases))
    publisher = Publisher(random.Random(seed))
    for step in steps:
        step(publisher)
        body = publisher.document()
        assert one.see(body) == two.see(body)


def document(
    numbers: range | list[int], head: str = "<title>F</title><language>en</language>", text: str = "Text"
) -> bytes:
    entries = "\n".join(
        f"<item><title>Title {n}</title><link>https://x.example/{n}</link><guid isPermaLink='false'>g{n}</guid>"
        f"<pubDate>Mon, 02 Nov 2026 10:00:{n % 60:02} GMT</pubDate><description>{text} {n}</description></item>"
        for n in numbers
    )
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{head}\n{entries}\n</channel></rss>\n'.encode()
    )


LONG = document(range(200))


@pytest.fixture(scope="module")
def desks(databases: tuple[Database, Database]) -> tuple[Desk, Desk]:
    """Both have read the long feed."""
    one, two = (Desk(db, "long", forgetful=n == 1) for n, db in enumerate(databases))
    for desk in (one, two):
        desk.see(document(range(1, 200)))
        desk.see(LONG)
        desk.see(LONG + b"\n")
    return one, two


@pytest.mark.timeout(600)
@settings(deadline=None, max_examples=25)
@given(st.integers(0, len(LONG) - 1), st.sampled_from(b"x7 =/;-<\xff"))
def test_a_byte_that_was_flipped_anywhere_is_found(desks: tuple[Desk, Desk], place: int, byte: int) -> None:
    """In the head, in any entry, behind them all: the same is new, changed and seen as when all is parsed."""
    body = LONG[:place] + bytes([byte]) + LONG[place + 1 :]
    one, two = (desk.read(body) for desk in desks)
    assert found(one) == found(two)
    assert type(one.result) is type(two.result)
    assert reading.difference(one, two) == ""


def test_every_byte_of_an_entry_counts(desks: tuple[Desk, Desk]) -> None:
    """Each byte of one text, one after the other."""
    one, _ = desks
    start = LONG.index(b"Text 100")
    for place in range(start, start + len(b"Text 100")):
        poll = one.read(LONG[:place] + b"Z" + LONG[place + 1 :])
        assert len(poll.recalled) == 199
        assert [s.key for s in poll.entries if s.novelty is Novelty.CHANGED] == ["guid:g100"]


def test_only_what_is_new_is_parsed(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an envelope with the head as it is now; a head that may mean something else means all of them anew."""
    parts: list[str] = []
    real = reading.parse_part
    monkeypatch.setattr(reading, "parse_part", lambda text, url: parts.append(text) or real(text, url))
    desk = Desk(databases[0], "new")
    desk.see(document(range(40), head="<title>F</title><language>en</language><pubDate>now</pubDate>"))
    desk.see(
        document([41, *range(40)], head="<title>F</title><language>en</language><pubDate>later</pubDate>")
    )
    body = document([41, *range(20), 42, *range(20, 40)])
    desk.see(body.replace(b"</language>", b"</language><pubDate></pubDate>"))
    assert [part.count("<item>") for part in parts] == [40, 1, 1]
    assert "<language>en</language>" in parts[1]
    assert "g41" in parts[1]
    assert "g42" in parts[2]
    assert len(desk.read(body.replace(b"</language>", b"</language><pubDate>x</pubDate>")).recalled) == 42
    assert desk.read(body.replace(b"en</language>", b"fr</language><pubDate></pubDate>")).recalled == {}
    elsewhere = body.replace(b"</language>", b"</language><pubDate></pubDate>") + b"<!-- -->"
    assert desk.read(elsewhere, "https://elsewhere.example/").recalled == {}


def test_an_item_that_was_not_stored_is_not_remembered(databases: tuple[Database, Database]) -> None:
    """The memory is written with the items, or not at all; an item that says something else since is read again."""
    desk = Desk(databases[0], "broken")
    poll = desk.read(document(range(5)))
    assert poll.head is not None
    with databases[0].snapshot() as tx:
        assert tx.execute(select(memories).where(memories.c.feed_id == "broken")).first() is None
    desk.see(document(range(5)))
    assert len(desk.read(document(range(6))).recalled) == 5
    with databases[0].transaction() as tx:
        mine = (item_table.c.feed_id == "broken") & (item_table.c.key == "guid:g3")
        tx.execute(item_table.update().where(mine).values(content_hash="another"))
    again = desk.read(document(range(6)))
    assert len(again.recalled) == 4
    assert [s.key for s in again.entries if s.novelty is Novelty.CHANGED] == ["guid:g3"]


def test_one_document_in_a_hundred_is_read_both_ways(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Always the same ones; where the readers differ that is an event, and feedparser is believed."""
    checked = [reading.is_checked("f", f"{n:032x}") for n in range(20_000)]
    assert checked == [reading.is_checked("f", f"{n:032x}") for n in range(20_000)]
    assert 150 < sum(checked) < 250

    def differing(body: bytes, content_type: str, url: str, thorough: bool) -> ParsedFeed | FetchFailed:
        return parse(body.replace(b"Title 3", b"Title three") if thorough else body, content_type, url)

    desk = Desk(databases[0], "differs", parse=differing)
    monkeypatch.setattr(reading, "CHECKED", 1)
    desk.see(document(range(6)))
    assert "Title three" in [row[1] for row in desk.stored() if len(row) > 1]
    with databases[0].snapshot() as tx:
        told = [event for event in events.unclosed(tx) if event.subject == "differs"]
    assert [str(event) for event in told] == [
        "feed-readers-differ differs: entry 4 of 6; feedparser's reading was kept"
    ]
    agreeing = Desk(databases[0], "agrees")
    agreeing.see(document(range(6)))
    assert len(agreeing.read(document(range(7))).recalled) == 6
    with databases[0].snapshot() as tx:
        assert [event for event in events.unclosed(tx) if event.subject == "agrees"] == []


def test_what_is_too_much_for_feedparser_is_not_lost(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick reader has read it; only that it cannot be checked is no reason to fail."""

    def slow(body: bytes, content_type: str, url: str, thorough: bool) -> ParsedFeed | FetchFailed:
        limit = FetchFailed(fault=FetchFault.PARSER_LIMIT, detail="took more than 4 s of CPU time")
        return limit if thorough else parse(body, content_type, url)

    monkeypatch.setattr(reading, "CHECKED", 1)
    desk = Desk(databases[0], "slow", parse=slow)
    desk.see(document(range(3)))
    assert [row[0] for row in desk.stored()] == ["guid:g0", "guid:g1", "guid:g2"]

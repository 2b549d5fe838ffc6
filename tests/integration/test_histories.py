"""Whatever a publisher does to a feed, every entry that was served is stored: random histories through parser and store."""

from __future__ import annotations

import contextlib
import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from monitor.config.model import PollingConfig
from monitor.feeds import identity
from monitor.feeds.parse import parse
from monitor.jobs.assess import Judge, Poll, assess
from monitor.jobs.poll import make_item
from monitor.model import Decision, Fetched, Novelty, ParsedFeed
from monitor.store import evidence, feeds, items, memory
from monitor.store.database import Database
from monitor.store.tables_news import entries, matches, revisions
from monitor.store.tables_news import items as item_table
from monitor.watchlists.files import shipped_press
from tests.support.stored import DAY, HOUR, MINUTE, NOW, contact, feed, match, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from monitor.model import Item, PollRecord

WINDOW = 6
TITLES = ("Libya live: latest updates", "Daily briefing", "By: Ann", "")
PAGES = ("https://x.example/live", "https://x.example/talks/#comment-7", "")
WORDS = [
    "rain",
    "port",
    "convoy",
    "envoy",
    "talks",
    "road",
    "bridge",
    "grain",
    "north",
    "elders",
    "ship",
    "fuel",
]


@dataclass
class Published:
    """One entry as the publisher has it now."""

    number: int
    guid: str
    link: str
    title: str
    text: str

    def xml(self) -> str:
        at = (NOW + timedelta(minutes=self.number)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        parts = {"title": self.title, "link": self.link, "description": self.text, "pubDate": at}
        said = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items() if value)
        guid = f'<guid isPermaLink="false">{self.guid}</guid>' if self.guid else ""
        return f"<item>{said}{guid}</item>"


@dataclass
class Publisher:
    """A feed of the newest entries, edited by somebody careless."""

    chance: random.Random
    entries: list[Published] = field(default_factory=list)
    made: int = 0
    renamed: int = 0

    def add(self) -> None:
        self.made += 1
        n = self.made
        own = f"https://x.example/{n}"
        link = self.chance.choice((own, own, *PAGES))
        title = self.chance.choice((f"Title {n}", *TITLES))
        guid = self.chance.choice((f"g{n}", f"g{n}", f"g{n}", ""))
        self.entries.insert(0, Published(n, guid, link, title, f"{self._words()} {n}"))

    def edit(self) -> None:
        with_guid = [e for e in self.entries[:WINDOW] if e.guid]
        if with_guid:
            self.chance.choice(with_guid).text = f"{self._words()} amended {self.chance.random()}"

    def reorder(self) -> None:
        self.chance.shuffle(self.entries)

    def drop_guids(self) -> None:
        for entry in self.entries:
            entry.guid = ""

    def change_guids(self) -> None:
        self.renamed += 1
        for entry in self.entries:
            entry.guid = f"renamed-{self.renamed}-{entry.number}"

    def republish(self) -> None:
        if self.entries:
            self.entries.insert(0, self.entries.pop(self.chance.randrange(len(self.entries))))

    def _words(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=5))

    def document(self) -> bytes:
        body = "".join(entry.xml() for entry in self.entries[:WINDOW])
        return f"<rss version='2.0'><channel><title>F</title>{body}</channel></rss>".encode()


STEPS: tuple[Callable[[Publisher], None], ...] = (
    Publisher.add,
    Publisher.add,
    Publisher.add,
    Publisher.edit,
    Publisher.reorder,
    Publisher.drop_guids,
    Publisher.change_guids,
    Publisher.republish,
)


def nothing(item: Item) -> Decision:
    """No rule holds."""
    return Decision(lang=item.lang)


def poll(
    tx: Connection, body: bytes, at: datetime = NOW, decide: Callable[[Item], Decision] = nothing
) -> list[identity.Sorted]:
    """One document through parser, identity, assessment and store."""
    return list(polled(tx, body, at, decide)[0])


def polled(
    tx: Connection, body: bytes, at: datetime, decide: Callable[[Item], Decision]
) -> tuple[tuple[identity.Sorted, ...], PollRecord]:
    """What a document's entries were found to be, and what that meant."""
    parsed = parse(body, "", "https://x.example/feed")
    assert isinstance(parsed, ParsedFeed)
    document = identity.Document.of(parsed.entries)
    known = memory.known(
        tx, "gazette", keys=document.keys, hashes=document.hashes, addresses=document.addresses
    )
    found = identity.sort_out(document, known)
    learnt = Poll(
        state=replace(state(), seen_before=True),
        result=Fetched(url="https://x.example/feed", body=body, content_type=""),
        parsed=parsed,
        entries=found,
    )
    judge = Judge(
        decide=lambda found: list(map(decide, found)),
        make_item=partial(make_item, outlets=shipped_press().outlets),
    )
    record = assess(learnt, judge, policy=PollingConfig(), now=at, jitter=0)
    evidence.keep(tx, record, items.record(tx, record))
    return found, record


def texts(tx: Connection) -> set[str]:
    """Every text that is stored, now or as a past revision."""
    return {t for table in (item_table, revisions) for (t,) in tx.execute(select(table.c.summary))}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path_factory.mktemp('histories')}/monitor.db")
    yield opened
    opened.close()


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """A transaction that leaves no trace, with the feed in it."""
    with contextlib.suppress(_UndoneError), database.transaction() as tx:
        feeds.add(tx, feed(), NOW)
        yield tx
        raise _UndoneError


class _UndoneError(Exception):
    """Ends the transaction."""


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), min_size=3, max_size=14))
def test_every_entry_that_was_served_is_stored(
    database: Database, seed: int, steps: list[Callable[[Publisher], None]]
) -> None:
    """No text is lost, an edit is a revision, entries are as many as the publisher made, nothing raises."""
    with undone(database) as tx:
        publisher = Publisher(random.Random(seed))
        publisher.add()
        poll(tx, publisher.document())
        served = {1}
        for step in steps:
            before = {e.number: e.text for e in publisher.entries[:WINDOW]}
            step(publisher)
            shown = publisher.entries[:WINDOW]
            served |= {e.number for e in shown}
            found = poll(tx, publisher.document())
            assert {entry.text for entry in shown} <= texts(tx)
            assert len({s.key for s in found}) == len(shown)
            if step is Publisher.edit:
                edits = sum(before[e.number] != e.text for e in shown)
                assert sum(s.novelty is Novelty.CHANGED for s in found) == edits
            if step is Publisher.drop_guids and {e.number for e in shown} == set(before):
                assert {s.novelty for s in found} <= {Novelty.SEEN}
        if Publisher.change_guids not in steps and Publisher.drop_guids not in steps:
            assert tx.scalar(select(func.count()).select_from(item_table)) == len(served)


def test_all_guids_changed_bring_nothing_new(database: Database) -> None:
    """Six articles under new ids are six articles."""
    with undone(database) as tx:
        entries = [
            Published(n, f"g{n}", f"https://x.example/{n}", f"Title {n}", f"text {n}") for n in range(6)
        ]
        publisher = Publisher(random.Random(1), entries)
        poll(tx, publisher.document())
        publisher.change_guids()
        assert {s.novelty for s in poll(tx, publisher.document())} == {Novelty.SEEN}
        publisher.entries[0].text = "amended"
        after = poll(tx, publisher.document())
        assert sorted(s.novelty for s in after) == [Novelty.CHANGED, *[Novelty.SEEN] * 5]
        publisher.change_guids()
        assert {s.novelty for s in poll(tx, publisher.document())} == {Novelty.SEEN}


# --- a publisher who writes a clock into every entry -------------------------------------------------------


def decide(item: Item) -> Decision:
    """The envoy is what we look for; where he met somebody it is a contact."""
    met = (contact(),) if "met elders" in item.summary else ()
    return Decision(lang=item.lang, matches=(match(),) if "envoy" in item.summary else (), contacts=met)


def ticking(poll_number: int, special: dict[int, str] | None = None, entries: int = 46) -> bytes:
    """Every entry says what time it is."""
    texts = (special or {}).get
    shown = [
        Published(
            n, f"g{n}", f"https://x.example/{n}", f"Title {n}", f"{texts(n, 'rain')} seen {poll_number}"
        )
        for n in range(entries)
    ]
    publisher = Publisher(random.Random(1), shown)
    body = "".join(entry.xml() for entry in publisher.entries)
    return f"<rss version='2.0'><channel><title>F</title>{body}</channel></rss>".encode()


def rows(tx: Connection, table: Table) -> int:
    return int(tx.scalar(select(func.count()).select_from(table)) or 0)


def test_entries_that_change_at_every_poll_stay_few(database: Database) -> None:
    """200 polls of 46 such entries: 20 revisions of each and then one a day, each with its link."""
    with undone(database) as tx:
        for n in range(200):
            found, record = polled(tx, ticking(n), NOW + n * 5 * MINUTE, decide)
        assert {s.novelty for s in found} == {Novelty.CHANGED}
        assert (record.assessed, record.seen) == ((), 46)
        assert record.remarks[-1].startswith("46 entries change all the time")
        assert (rows(tx, item_table), rows(tx, revisions), rows(tx, entries)) == (46, 46 * 19, 46 * 20)
        _, later = polled(tx, ticking(200), NOW + 200 * 5 * MINUTE + DAY, decide)
        assert (len(later.assessed), later.remarks) == (46, ())


def test_news_in_an_entry_that_changes_at_every_poll_is_never_held_back(database: Database) -> None:
    """A rule that matches only now, and then a contact, are stored at once; the same again is not."""
    with undone(database) as tx:
        for n in range(60):
            polled(tx, ticking(n), NOW + n * MINUTE, decide)
        for n, text in enumerate(
            ("an envoy", "an envoy", "an envoy met elders", "rain", "an envoy met elders")
        ):
            _, record = polled(tx, ticking(60 + n, {7: text}), NOW + (60 + n) * MINUTE, decide)
            assert [a.item.guid for a in record.assessed] == (["g7"] if n in (0, 2) else [])
        assert [row.again for row in tx.execute(select(matches))] == [False, True]


def test_a_live_blog_among_quiet_entries_is_kept_every_hour(database: Database) -> None:
    """One entry that is edited all day is no broken feed: its course can be read later."""
    with undone(database) as tx:
        for n in range(200):
            quiet = ticking(0).decode()
            body = quiet.replace("rain seen 0", f"talks seen {n}", 1).encode()
            polled(tx, body, NOW + n * 5 * MINUTE, decide)
        assert 20 + 14 <= (tx.scalar(select(func.max(item_table.c.revision))) or 0) <= 20 + 16
        assert rows(tx, revisions) == 1 + 20


def test_of_many_revisions_the_first_the_newest_and_those_with_news_are_kept(database: Database) -> None:
    """Nothing is missed by `verify`, but what ought to be there is."""
    with undone(database) as tx:
        for n in range(60):
            text = "an envoy" if n == 30 else "rain"
            polled(tx, ticking(n, {0: text}, entries=1), NOW + n * 2 * HOUR, decide)
        kept = tx.execute(select(revisions.c.revision).order_by(revisions.c.revision)).scalars().all()
        assert list(kept) == [1, 31, *range(40, 60)]
        with_bytes = select(entries.c.revision).where(entries.c.raw.is_not(None)).order_by(entries.c.revision)
        assert list(tx.execute(with_bytes).scalars()) == [*kept, 60]
        assert rows(tx, entries) == 60
        assert list(evidence.faults(tx, "gazette")) == []
        for revision in (1, 31, 45, 60):
            tx.execute(update(entries).where(entries.c.revision == revision).values(raw=None))
        assert list(evidence.faults(tx, "gazette")) == [
            "gazette: the bytes of 4 entries are gone although their items are stored"
        ]

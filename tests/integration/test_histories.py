"""Whatever a publisher does to a feed, every entry that was served is stored: random histories through parser and store."""

from __future__ import annotations

import contextlib
import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from monitor.config import PollingConfig
from monitor.feeds import identity
from monitor.feeds.parse import parse
from monitor.jobs.assess import Judge, Poll, assess
from monitor.jobs.poll import make_item
from monitor.model import Decision, Fetched, Novelty, ParsedFeed
from monitor.store import feeds, items
from monitor.store.database import Database
from monitor.store.schema import items as item_table
from monitor.store.schema import revisions
from tests.support.stored import NOW, feed, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

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


def poll(tx: Connection, body: bytes) -> list[identity.Sorted]:
    """One document through parser, identity, assessment and store."""
    parsed = parse(body, "", "https://x.example/feed")
    assert isinstance(parsed, ParsedFeed)
    document = identity.Document.of(parsed.entries)
    known = items.known(
        tx, "gazette", keys=document.keys, hashes=document.hashes, addresses=document.addresses
    )
    found = identity.sort_out(document, known)
    learnt = Poll(
        state=replace(state(), seen_before=True),
        result=Fetched(url="https://x.example/feed", body=body, content_type=""),
        parsed=parsed,
        entries=found,
    )
    judge = Judge(decide=lambda item: Decision(lang=item.lang), make_item=make_item)
    items.record(tx, assess(learnt, judge, policy=PollingConfig(), now=NOW, jitter=0))
    return list(found)


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

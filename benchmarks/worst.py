"""The worst documents: `python -m benchmarks.worst`, about a minute.

Each is read by the parser in a process of its own, and then stored as a poll stores it, without rules. The table has CPU
seconds and the most memory of both.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor.config.model import PollingConfig
from monitor.feeds.parse import parse
from monitor.feeds.secrets import AddressBook
from monitor.jobs import reading
from monitor.jobs.assess import Judge, assess
from monitor.jobs.poll import make_item, portions
from monitor.model import Decision, Feed, Fetched, FetchFailed
from monitor.store import evidence, feeds, items
from monitor.store.database import Database
from monitor.watchlists.files import shipped_press

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import PollRecord

URL = "https://feed.example/rss"
START = datetime(2026, 11, 2, 10, tzinfo=UTC)
WORDS = "The minister met the delegation in the capital on Monday and both sides spoke about the port. "


def feed(entries: int, *, words: str = WORDS, size: int = 200, edition: int = 0) -> bytes:
    """A feed of so many entries with texts of so many characters; another `edition` has other texts."""
    text = (f"{edition} " + words * (size // len(words) + 1))[:size]
    listed = "".join(
        f"<item><title>Title {n}</title><link>https://feed.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Mon, 02 Nov 2026 09:{n % 60:02}:00 GMT</pubDate><description>{text}</description></item>"
        for n in range(entries)
    )
    return f"<rss version='2.0'><channel><title>F</title>{listed}</channel></rss>".encode()


#: what is read, document after document; the last one is measured
CASES: dict[str, Callable[[], list[bytes]]] = {
    "46 entries": lambda: [feed(46)],
    "46 entries, two of them new": lambda: [feed(44), feed(46)],
    "46 entries, every one changed": lambda: [feed(46), feed(46, edition=1)],
    "5,000 entries": lambda: [feed(5_000)],
    "5,000 entries, one of them new": lambda: [feed(4_999), feed(5_000)],
    "5,000 entries, every one changed": lambda: [feed(5_000), feed(5_000, edition=1)],
    "10 MB in 40 entries": lambda: [feed(40, size=249_000)],
    "600 kB without a full stop": lambda: [feed(1, words="word and ", size=600_000)],
    "5,000 entries, not well-formed": lambda: [feed(5_000).replace(b"spoke", b"spoke & spoke")],
}


def main() -> None:
    """Print the table."""
    print(f"{'':36} {'document':>10} {'parsing':>9} {'the poll':>9} {'memory':>8}")
    for name in CASES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            size, parsing, poll, memory = pool.apply(measured, (name,))
        print(f"{name:36} {size / 1e6:7.2f} MB {parsing:7.2f} s {poll:7.2f} s {memory:5.0f} MB", flush=True)


def measured(name: str) -> tuple[int, float, float, float]:
    """Of a case: bytes, CPU seconds of parsing it whole and of its poll, and the most memory in MB."""
    documents = CASES[name]()
    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(f"sqlite:///{folder}/monitor.db")
        with db.transaction() as tx:
            feeds.add(tx, Feed(id="f", url=URL, title="F", language="en"), START)
        for n, body in enumerate(documents):
            began = time.process_time()
            _poll(db, body, START + n * timedelta(hours=1))
        poll = time.process_time() - began
        db.close()
    began = time.process_time()
    parse(documents[-1], "", URL)
    parsing = time.process_time() - began
    return len(documents[-1]), parsing, poll, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _poll(db: Database, body: bytes, now: datetime) -> None:
    with db.snapshot() as tx:
        state = feeds.get(tx, "f")
    assert state is not None
    outlets = shipped_press().outlets

    def read(body: bytes, content_type: str, url: str, thorough: bool) -> Any:
        return parse(body, content_type, url, thorough=thorough)

    reader = reading.Reader(db=db, parse=read, addresses=AddressBook(), outlets=outlets, now=now)
    found = reader.read(state, Fetched(url=URL, body=body, content_type=""))
    assert not isinstance(found.result, FetchFailed), found.result
    judge = Judge(
        decide=lambda items: [Decision(lang=item.lang) for item in items],
        make_item=partial(make_item, outlets=outlets),
    )
    record: PollRecord = assess(found, judge, policy=PollingConfig(), now=now, jitter=0)
    for portion in portions(replace(record, memory=reading.remembered(found, record))):
        with db.transaction() as tx:
            ids = items.record(tx, portion)
            evidence.keep(tx, portion, ids)
            reading.keep(tx, [(portion, ids)])


if __name__ == "__main__":
    main()

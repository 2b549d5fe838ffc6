"""Where the processor time of a first poll goes: `python -m benchmarks.stages [FEEDS]`.

The documents of `benchmarks.readers` are read, decided and written in one thread, without asking anybody for them,
with the language model loaded before. Each stage counts what it calls; what is indented is part of the line above it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.readers.publishers import WINDOW, Publishers, configure
from monitor import logs
from monitor.app import App, opened
from monitor.config import load
from monitor.feeds import slices
from monitor.jobs import poll, preview, reading
from monitor.languages import detect
from monitor.matching.matcher import Matcher
from monitor.model import FeedState, Fetched
from monitor.store import evidence, feeds, items

#: what is measured: its name, and where it stands
STAGES: dict[str, tuple[Any, str]] = {
    "read": (poll, "_read"),
    "  entries by their bytes": (slices, "parted"),
    "  parse": (reading, "parse_part"),
    "  know entries again": (reading.Reader, "_sorted_out"),
    "make items": (poll, "make_item"),
    "  language": (detect, "parts"),
    "decide": (Matcher, "decide_all"),
    "write": (poll, "write_alone"),
    "  states, items, search index": (items, "record_all"),
    "  evidence": (evidence, "keep_all"),
    "  stories, groups of alerts": (poll, "_tell_of"),
    "  memory of the document": (reading, "keep"),
    "alert": (App, "alert"),
    "deliver": (App, "deliver"),
}


def main(count: int) -> None:
    """Print the table of microseconds an entry."""
    spent: Counter[str] = Counter()
    for name, (owner, attribute) in STAGES.items():
        setattr(owner, attribute, _counting(getattr(owner, attribute), name, spent))
    with tempfile.TemporaryDirectory() as folder:
        found = Publishers(Path(folder), 80, count)
        found.open()
        configure(found)
        logs.configure()
        with opened(load.load(found.folder / "monitor.yaml"), lasting=False) as app:
            detect.detect("Marin Tobruk Wagner Lavrov")  # names alone: only the model can say
            spent.clear()
            began = time.process_time()
            _polled(app, found)
            whole = time.process_time() - began
    each = 1e6 / (count * WINDOW)
    for name in STAGES:
        print(f"{name:32}{spent[name] * each:8.0f}")
    parts = sum(spent[name] for name in STAGES if not name.startswith(" "))
    print(f"{'rhythm, log and the rest':32}{(whole - parts) * each:8.0f}\n{'together':32}{whole * each:8.0f}")


def _polled(app: App, found: Publishers) -> None:
    poller = app.poller()
    with app.db.snapshot() as tx:
        states = feeds.due(tx, app.clock(), found.feeds)
    for state in states:
        record = poll.decide(poller, state, _answer(state, found))
        assert record is not None
        poll.write_alone(poller, state, record)
    preview.hurry_groups(app.db, app.clock())
    app.alert()
    app.deliver()


def _answer(state: FeedState, found: Publishers) -> Fetched:
    body = (found.folder / "www" / state.feed.url.rsplit("/", 1)[1]).read_bytes()
    headers = (("server", "nginx"), ("content-type", "application/rss+xml"), ("etag", '"1"'))
    return Fetched(url=state.feed.url, body=body, content_type="application/rss+xml", headers=headers)


def _counting(function: Any, name: str, spent: Counter[str]) -> Any:
    @wraps(function)
    def counting(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += time.thread_time() - began  # type: ignore[assignment]

    return counting


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 60)

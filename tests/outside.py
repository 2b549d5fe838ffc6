"""Feeds from elsewhere through both readers, and entry by entry: `make outside DIR=folder`.

Each file is read by the quick reader, by feedparser, and, as a changed document is, with every other entry left out.
Exit 1 where the three do not say the same. Files are taken as they are; nothing is fetched.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from monitor.feeds import slices
from monitor.feeds.parse import parse, parse_part
from monitor.feeds.worker import Worker, WorkerFault
from monitor.model import Entry, ParsedFeed

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://feed.example/folder/feed.xml"
#: longer files are no feeds
LONGEST = 10_000_000


def differences(body: bytes) -> Iterator[str]:
    """Where the readings of one document differ, in words; the first word is what it is: `read`, `left` or `differs`."""
    thorough = parse(body, "", URL, thorough=True)
    parted = slices.parted(body)
    quick = parse_part(parted.without(()), URL) if parted is not None else None
    if not isinstance(thorough, ParsedFeed) or parted is None or quick is None:
        yield "left to feedparser"
        return
    yield f"read {len(quick.entries)}"
    if len(quick.entries) != len(thorough.entries):
        yield f"differs: {len(quick.entries)} entries, {len(thorough.entries)} for feedparser"
        return
    for name in ("title", "language", "ttl", "skip_hours", "skip_days"):
        if getattr(quick, name) != getattr(thorough, name):
            yield f"differs: {name} {getattr(quick, name)!r}, {getattr(thorough, name)!r} for feedparser"
    for n, pair in enumerate(zip(quick.entries, thorough.entries, strict=True), start=1):
        yield from _apart(f"entry {n}", *pair)
    left = frozenset(parted.digests[::2])
    rest = [e for e, digest in zip(thorough.entries, parted.digests, strict=False) if digest not in left]
    part = parse_part(parted.without(left), URL)
    if part is None or len(part.entries) != len(rest):
        yield "differs: entries cannot be read without the others"
        return
    for n, pair in enumerate(zip(part.entries, rest, strict=True), start=1):
        yield from _apart(f"entry {n} of those with other bytes", *pair)


def _apart(where: str, one: Entry, two: Entry) -> Iterator[str]:
    for field in fields(Entry):
        if field.compare and (a := getattr(one, field.name)) != (b := getattr(two, field.name)):
            yield f"differs: {where}: {field.name} {str(a)[:80]!r}, {str(b)[:80]!r} for feedparser"


def said(body: bytes) -> tuple[list[str], float]:
    """The differences, and the CPU seconds of finding them (`Worker` runs this)."""
    began = time.process_time()
    return list(differences(body)), time.process_time() - began


def main(arguments: list[str]) -> int:
    """Read every file of a folder; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    from tests import outside

    files = sorted(p for p in folder.rglob("*") if p.is_file() and 0 < p.stat().st_size <= LONGEST)
    total: Counter[str] = Counter()
    console = Console(stderr=True)
    with Worker(seconds=30) as worker, Progress(console=console, transient=True) as bar:
        for path in bar.track(files, description="reading"):
            # by its name for others: this module is `__main__` here
            found = worker.run(outside.said, path.read_bytes())
            if isinstance(found, WorkerFault):
                total["too much for the worker"] += 1
                continue
            for line in found[0]:
                word, _, rest = line.partition(" ")
                total[word.rstrip(":")] += 1
                total["entries"] += int(rest) if word == "read" else 0
                if word == "differs:":
                    print(f"{path.relative_to(folder)}: {rest}")
    print(
        f"{len(files)} files: {total['read']} with {total['entries']} entries read both ways, "
        f"{total['left']} left to feedparser, {total['too much for the worker']} too much for the worker, "
        f"{total['differs']} differences"
    )
    return 1 if total["differs"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

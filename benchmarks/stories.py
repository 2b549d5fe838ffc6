"""Clustering beside matching, in one run: time to place an item in a window of 100,000, memory, and copies
found.

    python -m benchmarks.stories [--items 100000]

The articles are made by a seed (tests/support/syndicated.py); every tenth carries names that the watchlists
know, so that facts and shingles are both looked up. Ratios hold on any machine; the microseconds are this
one's.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track
from rich.table import Table

from monitor.config.load import bundled
from monitor.contacts import extract
from monitor.matching.matcher import Matcher
from monitor.stories.cluster import Window
from monitor.stories.signature import signature
from monitor.watchlists.compile import load
from tests.support.syndicated import LANGUAGES, article, as_item, copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.model import Item

START = datetime(2026, 3, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMED = (
    "Khalifa Haftar met Andrei Belousov in Moscow.",
    "The Security Council renewed resolution 2570 on Libya.",
    "Wagner fighters left Sirte for Mali.",
    "Sergei Lavrov phoned Mohamed al-Menfi in Tripoli.",
)


def items(rng: random.Random, count: int) -> Iterable[Item]:
    """`count` items spread over a week and 150 feeds."""
    for n in range(count):
        made = as_item(article(rng, LANGUAGES[n % 6]), f"k{n}", f"feed{n % 150}", START + WEEK * n / count)
        if n % 10 == 0:
            made = replace(made, lang="en", summary=" ".join(rng.sample(NAMED, 2)))
        yield made


def resident() -> float:
    """Kilobytes that the process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


def mean_micros(work: Callable[[Item], object], sample: list[Item]) -> float:
    """Mean microseconds: what a stream costs."""
    began = time.perf_counter()
    for item in sample:
        work(item)
    return (time.perf_counter() - began) / len(sample) * 1e6


def copies(dropped: float, rewritten: float, size: int = 1200) -> tuple[float, float]:
    """Copies found, and items that joined a story of somebody else, as shares."""
    rng, window = random.Random(5), Window()
    found = wrong = 0
    originals = [article(rng, LANGUAGES[n % 6]) for n in range(size)]
    matcher = _matcher()

    def put(made: Item) -> str:
        return window.assign(made, matcher.decide(made, facts_always=True), START)

    first = [put(as_item(a, f"a{n}", "agency", START)) for n, a in enumerate(originals)]
    for n, original in enumerate(originals):
        copy = copied(rng, original, dropped=dropped, rewritten=rewritten)
        story = put(as_item(copy, f"b{n}", f"outlet{n % 50}", START))
        found += story == first[n]
        wrong += story != first[n] and story in first
    return found / size, (wrong + size - len(set(first))) / (2 * size)


def main() -> None:
    """Print the two tables."""
    options = argparse.ArgumentParser()
    options.add_argument("--items", type=int, default=100_000)
    count = options.parse_args().items
    matcher, rng, window = _matcher(), random.Random(1), Window()
    before = resident()
    for item in track(items(rng, count), "filling the window", total=count):
        window.assign(item, matcher.decide(item, facts_always=True), START)
    kilobytes = (resident() - before) / count
    sample = [replace(i, published_at=START + WEEK) for i in items(random.Random(2), 3_000)]
    decisions = {i.key: matcher.decide(i, facts_always=True) for i in sample}
    signatures = {i.key: signature(i, decisions[i.key], START) for i in sample}
    rounds = [
        (
            mean_micros(lambda i: matcher.decide(i, facts_always=True), sample),
            mean_micros(lambda i: signature(i, decisions[i.key], START), sample),
            mean_micros(lambda i: window.placed(signatures[i.key]), sample),
        )
        for _ in range(5)
    ]
    match, sign, place = (statistics.median(column) for column in zip(*rounds, strict=True))
    table = Table(title=f"one item against {len(window):,} items of seven days")
    for head in ("step", "µs an item", "against matching"):
        table.add_column(head, justify="left" if head == "step" else "right")
    for name, took in (("match", match), ("signature", sign), ("place", place), ("both", sign + place)):
        table.add_row(name, f"{took:,.0f}", f"{took / match:.2f}x")
    table.caption = f"{kilobytes:.1f} kB of memory for each item in the window"
    Console().print(table)
    table = Table(title="syndicated copies, headline changed, sentences reordered")
    for head in ("dropped", "words rewritten", "found", "false joins"):
        table.add_column(head, justify="right")
    for dropped, rewritten in ((0.1, 0.0), (0.3, 0.0), (0.5, 0.0), (0.1, 0.1)):
        found, false = copies(dropped, rewritten)
        table.add_row(f"{dropped:.0%}", f"{rewritten:.0%}", f"{found:.1%}", f"{false:.2%}")
    Console().print(table)


def _matcher() -> Matcher:
    lists = load(bundled("watchlists"))
    return Matcher(lists, extract=extract.extractor(lists))


if __name__ == "__main__":
    main()

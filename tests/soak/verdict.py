"""What must hold after a soak, and the report of it. Every rule gives the sentences of what broke it."""

from __future__ import annotations

import os
import platform
import re
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from monitor.model import Coverage, UnseenKind
from monitor.store import coverage
from monitor.store.tables_news import polls
from tests.crash.workplace import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from tests.soak.run import Outcome, Sample

MAILBOXES = ("slack", "webhook", *(f"email:{reader}" for reader in READERS))
#: seconds after a start from when memory and descriptors are compared
SETTLED = 20.0
#: by how much the last third may exceed the first
GROWTH, MORE_DESCRIPTORS = 1.25, 12
_BAD = ("Traceback", "tick_failed", "send_failed", "feed_set_aside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the report and the test say."""

    broken: list[str]
    published: int
    stored: int
    #: published, never seen, and named by the coverage report as a gap of its feed
    missed: int
    alerts: int
    flood_held: int
    digests: int
    #: messages that came more than once
    repeats: int
    memory: tuple[float, float] | None
    descriptors: tuple[float, float] | None


def judge(outcome: Outcome) -> Verdict:
    """Apply every rule."""
    with closing(outcome.workplace.database) as db, db.snapshot() as tx:
        items = tx.execute(text("SELECT guid, feed_id, coverage FROM items")).mappings().all()
        stored = {row["guid"]: row for row in items}
        broken = [
            *_restless(outcome),
            *db.check(),
            *_archived(outcome, items),
            *_explained(outcome, tx),
            *_told(outcome, stored),
            *_delivered(tx),
            *_digests(outcome, tx),
            *_flat(outcome.samples),
        ]
        digests = tx.execute(text("SELECT count(*) FROM digests WHERE recipient = ''")).scalar_one()
    copies = Counter((a.mailbox, a.id) for a in outcome.ledger.arrivals if a.id)
    return Verdict(
        broken=broken,
        published=len(outcome.press.published),
        stored=len(stored),
        missed=sum(item.guid not in stored for item in outcome.press.published),
        alerts=sum(row["coverage"] == Coverage.MATCHED for row in items),
        flood_held=sum(row["coverage"] == Coverage.FLOOD_HELD for row in items),
        digests=digests,
        repeats=sum(count - 1 for count in copies.values()),
        memory=_thirds(outcome.samples, "pss_mb"),
        descriptors=_thirds(outcome.samples, "descriptors"),
    )


def _restless(outcome: Outcome) -> Iterator[str]:
    if outcome.owed:
        yield f"still owed at the end: {outcome.owed}"
    for number, life in enumerate(outcome.lives):
        if life.exit != life.wanted:
            yield f"life {number} ended with {life.exit}, not {life.wanted}"
    for line in outcome.workplace.log.read_text(encoding="utf-8", errors="replace").splitlines():
        if any(word in line for word in _BAD):
            yield f"the log: {line}"


def _archived(outcome: Outcome, items: Sequence[RowMapping]) -> Iterator[str]:
    """Nothing is there twice, nothing that was not published, and each in a state that it may have."""
    published = {item.guid: item for item in outcome.press.published}
    for guid, count in Counter(row["guid"] for row in items).items():
        if count > 1:
            yield f"item {guid} is stored {count} times"
    for row in items:
        item = published.get(row["guid"])
        if item is None:
            yield f"item {row['guid']} was never published"
        elif (row["coverage"] in (Coverage.MATCHED, Coverage.FLOOD_HELD)) != item.matches:
            yield f"item {row['guid']} ended as {row['coverage']}, and {'matches' if item.matches else 'does not match'}"


def _explained(outcome: Outcome, tx: Connection) -> Iterator[str]:
    """What was published and is not there stands in the coverage report: a gap of its feed, after it was published.

    Nobody knows what a feed had before it was read for the first time.
    """
    read = (
        select(polls.c.feed_id, func.min(polls.c.at)).where(polls.c.status == "ok").group_by(polls.c.feed_id)
    )
    first = {row[0]: row[1] for row in tx.execute(read)}
    stored = set(tx.execute(text("SELECT guid FROM items")).scalars())
    began = outcome.workplace.began
    gaps: dict[str, list[datetime]] = defaultdict(list)
    for one in coverage.unseen(tx, began - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)):
        if one.kind is UnseenKind.GAP:
            gaps[one.subject].append(one.since)
    for item in outcome.press.published:
        known = item.feed in first and item.at >= first[item.feed]
        if known and item.guid not in stored and not any(at >= item.at for at in gaps[item.feed]):
            yield f"item {item.guid} is missing, and no gap of {item.feed} says so"


def _told(outcome: Outcome, stored: Mapping[str, RowMapping]) -> Iterator[str]:
    """Each item that matched was told at every mailbox, and no item that matched nothing was."""
    marks: dict[str, set[str]] = defaultdict(set)
    for arrival in outcome.ledger.arrivals:
        marks[arrival.mailbox] |= _marks(arrival.body)
    for path in outcome.workplace.out.glob("*.txt"):
        marks["folder"] |= _marks(path.read_bytes())
    for mailbox in (*MAILBOXES, "folder"):
        for item in outcome.press.published:
            row = stored.get(item.guid)
            there = item.mark in marks[mailbox]
            if row is not None and row["coverage"] == Coverage.MATCHED and not there:
                yield f"{item.mark} is not told at {mailbox}"
            if there and not item.matches:
                yield f"{item.mark} is told at {mailbox}"


def _marks(body: bytes) -> set[str]:
    return set(re.findall(r"mark\d+x", body.decode("utf-8", "replace")))


def _delivered(tx: Connection) -> Iterator[str]:
    found = text(
        "SELECT id, receiver, state, last_error FROM deliveries WHERE state NOT IN ('delivered', 'summarised')"
    )
    for row in tx.execute(found).mappings():
        yield f"delivery {row['id']} to {row['receiver']} is {row['state']}: {row['last_error']}"


def _digests(outcome: Outcome, tx: Connection) -> list[str]:
    """One for each series and reader, and none is left out."""
    found = tx.execute(text("SELECT series, local_date, receiver, recipient FROM digests")).all()
    counted = Counter(tuple(row) for row in found)
    broken = [f"{count} digests {key}" for key, count in counted.items() if count != 1]
    missing = outcome.digests - {(row.series, row.receiver) for row in found}
    return broken + [f"digest {series} for {receiver} is missing" for series, receiver in sorted(missing)]


def _thirds(samples: Sequence[Sample], what: str) -> tuple[float, float] | None:
    """The median in the first and in the last third, of daemons that have settled; None: there are too few."""
    settled = [getattr(sample, what) for sample in samples if sample.age >= SETTLED]
    third = len(settled) // 3
    return (median(settled[:third]), median(settled[-third:])) if third >= 5 else None


def _flat(samples: Sequence[Sample]) -> Iterator[str]:
    memory, descriptors = _thirds(samples, "pss_mb"), _thirds(samples, "descriptors")
    if memory and memory[1] > memory[0] * GROWTH:
        yield f"memory grew from {memory[0]:.0f} to {memory[1]:.0f} MB"
    if descriptors and descriptors[1] > descriptors[0] + MORE_DESCRIPTORS:
        yield f"descriptors grew from {descriptors[0]:.0f} to {descriptors[1]:.0f}"


def report(outcome: Outcome, verdict: Verdict, *, feeds: int, seed: int) -> str:
    """The Markdown that docs/explanation/soak.md holds."""
    kind = "SQLite" if outcome.workplace.url.startswith("sqlite") else "PostgreSQL"
    rows = {
        "feeds; items published": f"{feeds}; {verdict.published:,}",
        "answers given": f"{outcome.press.answered:,}",
        "in the archive": f"{verdict.stored:,}",
        "gone before anybody asked, each in a gap that the coverage report names": f"{verdict.missed:,}",
        "alerted, each at 5 mailboxes; held back as a flood": f"{verdict.alerts}; {verdict.flood_held}",
        "digests": f"{verdict.digests}",
        "starts of the daemon": f"{len(outcome.lives)}",
        "messages that came again after a kill": f"{verdict.repeats}",
        "memory (PSS), first and last third": _pair(verdict.memory, " MB"),
        "descriptors, first and last third": _pair(verdict.descriptors, ""),
        "database at the end": f"{outcome.database_mb:.0f} MB",
        "CPU of the daemons": f"{outcome.cpu_seconds:.0f} s",
        "rules broken": f"{len(verdict.broken)}",
    }
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {kind}: {outcome.days:g} days in {outcome.seconds:,.0f} s.",
        "",
        "| | |",
        "|---|---:|",
        *(f"| {name} | {value} |" for name, value in rows.items()),
        "",
        *(f"- {trouble}" for trouble in outcome.troubles),
        *(f"- left out, {why}" for why in outcome.left_out),
        *(f"- broken: {line}" for line in verdict.broken[:60]),
    ]
    return "\n".join(lines)


def _pair(found: tuple[float, float] | None, unit: str) -> str:
    return f"{found[0]:.0f}{unit}, {found[1]:.0f}{unit}" if found else "–"

"""The ledger of digests: one row for each series, local date, receiver and recipient,
written with its deliveries.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from monitor.model import Coverage, CoverageReport, Phrase, Severity
from monitor.store import archive, events, journal, receivers, silences
from monitor.store.events import health
from monitor.store.sql import changed, insert
from monitor.store.tables_delivery import digests
from monitor.store.tables_news import feeds, items, matches, polls

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One digest for one reader."""

    series: str
    #: ISO date local to the reader; of a brief with its time: `2026-11-24T13:00`
    local_date: str
    receiver: str
    #: e-mail address; empty where the receiver is the recipient
    recipient: str = ""
    #: the window, half-open
    since: datetime
    until: datetime
    #: matches with since_seq < id <= until_seq
    since_seq: int
    until_seq: int
    created_at: datetime
    kind: str = "normal"  # normal | catch-up


_FIELDS = tuple(f.name for f in fields(LedgerRow))


def last(tx: Connection, series: str, receiver: str, recipient: str = "") -> LedgerRow | None:
    """The row of a reader that was written last; the next window begins where it ends.

    Not the one whose window ends last: that may have been written while the clock was years ahead.
    """
    return _newest(
        tx, digests.c.series == series, digests.c.receiver == receiver, digests.c.recipient == recipient
    )


def last_of_series(tx: Connection, series: str) -> LedgerRow | None:
    """The newest row of a series, whoever it was for."""
    return _newest(tx, digests.c.series == series)


def enter(tx: Connection, row: LedgerRow) -> bool:
    """Write `row`. False: this reader has this digest, and must not get another."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return changed(tx, insert(tx, digests).values(values).on_conflict_do_nothing()) == 1


def entered(tx: Connection, series: str, local_date: str, receiver: str) -> bool:
    """Whether the receiver has the digest of that date."""
    named = (digests.c.series == series) & (digests.c.local_date == local_date)
    row = select(digests.c.id).where(named, digests.c.receiver == receiver, digests.c.recipient == "")
    return tx.execute(row).first() is not None


def recipients(tx: Connection, series: str, local_date: str) -> frozenset[str]:
    """Addresses that have this digest, through whichever receiver."""
    named = (digests.c.series == series) & (digests.c.local_date == local_date) & (digests.c.recipient != "")
    return frozenset(tx.execute(select(digests.c.recipient).where(named)).scalars())


def told_through(tx: Connection, readers: Collection[tuple[str, str]]) -> int | None:
    """The match id up to which every one of `readers` (series, receiver) was told; None: there are no
    readers.

    A reader without a digest was told nothing: 0.
    """
    told = []
    for series, receiver in readers:
        row = _newest(tx, digests.c.series == series, digests.c.receiver == receiver)
        told.append(row.until_seq if row is not None else 0)
    return min(told, default=None)


def _newest(tx: Connection, *conditions: ColumnElement[bool]) -> LedgerRow | None:
    columns = [digests.c[name] for name in _FIELDS]
    found = select(*columns).where(*conditions).order_by(digests.c.id.desc()).limit(1)
    row = tx.execute(found).mappings().first()
    return LedgerRow(**row) if row is not None else None


# What was and what was not seen in a window: the counts that a digest's last line stands on.

#: gaps told one by one; the rest is counted
GAPS_TOLD = 50
#: an entry that leaves its feed was seen there within this time: the longest pause between two polls, and
#: some
NOT_SEEN = timedelta(days=3)


def report(tx: Connection, since: datetime, until: datetime, now: datetime) -> CoverageReport:
    """What was seen in [since, until), and what stands between us and the news or its readers at `now`."""
    seen = (items.c.first_seen_at >= since) & (items.c.first_seen_at < until)
    ended = select(items.c.coverage, func.count()).where(seen).group_by(items.c.coverage)
    counted = {row[0]: row[1] for row in tx.execute(ended)}
    by_state = {state.value: counted.get(state.value, 0) for state in Coverage}
    return CoverageReport(
        since=since,
        until=until,
        feeds=health(tx, now),
        items=sum(counted.values()),
        by_state=by_state,
        gaps=_odd(tx, polls.c.gap, since, until),
        floods=_odd(tx, polls.c.flood & ~polls.c.gap, since, until),
        withdrawn=_withdrawn(tx, since, until),
        suspended={s.name: s.suspended_reason for s in receivers.states(tx) if s.suspended_at is not None},
        in_part=tuple(
            f"{line.receiver}: {line.subject}: {line.end}" for line in journal.in_part(tx, since, until)
        ),
        silences=tuple(s for s in silences.alive(tx, now) if s.state(now) == "active"),
        events=events.since(tx, since),
    )


def _odd(tx: Connection, which: ColumnElement[bool], since: datetime, until: datetime) -> tuple[Phrase, ...]:
    odd = select(feeds.c.definition, polls.c.at, polls.c.gap, polls.c.new).join(feeds)
    odd = odd.where(polls.c.at >= since, polls.c.at < until, which)
    found = tx.execute(odd.order_by(polls.c.at, polls.c.id)).all()
    told = [_told(row.definition["title"], row.at, row.gap, row.new) for row in found[:GAPS_TOLD]]
    rest = len(found) - len(told)
    return (*told, Phrase(key="and_more", values={"n": rest})) if rest else tuple(told)


def _told(title: str, at: datetime, gap: bool, new: int) -> Phrase:
    values: dict[str, object] = {"feed": title, "when": f"{at:%Y-%m-%d %H:%M} UTC"}
    if gap:
        return Phrase(key="gap_line", values=values)
    return Phrase(key="flood_line", values=values | {"entries": Phrase(key="entry", count=new)})


def _withdrawn(tx: Connection, since: datetime, until: datetime) -> int:
    """Entries that left their feeds in [since, until):
    by the index on who was seen lately, or it reads every text.
    """
    lately = items.c.feed_id.in_(select(feeds.c.id)) & (items.c.last_seen_at >= since - NOT_SEEN)
    left = select(func.count()).where(lately, items.c.withdrawn_at >= since, items.c.withdrawn_at < until)
    return int(tx.execute(left).scalar_one())


def stories_in(
    tx: Connection, edges: Sequence[datetime], min_severity: Severity = Severity.INFO
) -> tuple[int, ...]:
    """How many stories of at least `min_severity` had new items in each
    of the half-open windows between `edges`.
    """
    loud = matches.c.severity.in_(archive.at_least(min_severity)) & ~matches.c.again
    within = (items.c.first_seen_at >= edges[0]) & (items.c.first_seen_at < edges[-1])
    news = select(items.c.first_seen_at, items.c.story_id, items.c.id).where(within)
    found: list[set[str]] = [set() for _ in edges[1:]]
    for row in tx.execute(news.where(exists().where(matches.c.item_id == items.c.id, loud))):
        found[bisect_right(edges, row.first_seen_at) - 1].add(row.story_id or f"i-{row.id}")
    return tuple(len(names) for names in found)

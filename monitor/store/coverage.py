"""What was and what was not seen in a window: the counts that a digest's last line stands on."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from monitor.model import Coverage, CoverageReport, Phrase, Severity
from monitor.store import archive, events, journal, receivers, silences
from monitor.store.findings import health
from monitor.store.tables_news import feeds, items, matches, polls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

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

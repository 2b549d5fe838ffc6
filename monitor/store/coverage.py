"""What was and what was not seen in a window, and why: what `monitor coverage` and the last lines of a digest
stand on.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, select

from monitor.model import Coverage, CoverageReport, EventKind, Phrase, Unseen, UnseenKind
from monitor.store import events, journal, receivers, silences
from monitor.store.sql import among
from monitor.store.tables_delivery import alert_groups, alert_members
from monitor.store.tables_delivery import events as event_rows
from monitor.store.tables_news import ODD, feeds, items, polls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

#: gaps told one by one; the rest is counted
GAPS_TOLD = 50
#: an entry that leaves its feed was seen there within this time: the longest pause between two polls, and
#: some
NOT_SEEN = timedelta(days=3)
#: a feed that did not answer for less than this was blind for no longer than it usually rests between polls
OUTAGE = timedelta(hours=1)


def report(tx: Connection, since: datetime, until: datetime, now: datetime) -> CoverageReport:
    """What was seen in [since, until), and what stands between us and the news or its readers at `now`."""
    ended = select(items.c.coverage, func.count()).where(_first_seen(since, until)).group_by(items.c.coverage)
    counted = {row[0]: row[1] for row in tx.execute(ended)}
    by_state = {state.value: counted.get(state.value, 0) for state in Coverage}
    return CoverageReport(
        since=since,
        until=until,
        watched=tx.execute(select(func.count()).where(feeds.c.enabled)).scalar_one(),
        unwell=events.unwell(tx, now),
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
        unseen=(*_outages(tx, since, until), *_documents(tx, since, until), *_articles(tx, since, until)),
    )


def unseen(tx: Connection, since: datetime, until: datetime) -> tuple[Unseen, ...]:
    """Everything that was not seen in [since, until), or seen and not told: by kind, then by time or feed."""
    return (
        *_down(tx, since, until),
        *_outages(tx, since, until),
        *_gaps(tx, since, until),
        *_documents(tx, since, until),
        *_articles(tx, since, until),
        *_untold(tx, UnseenKind.FLOOD_HELD, Coverage.FLOOD_HELD, since, until),
        *_untold(tx, UnseenKind.SUPPRESSED, Coverage.SUPPRESSED, since, until),
        *_held(tx, since, until),
    )


def _first_seen(since: datetime, until: datetime) -> ColumnElement[bool]:
    return (items.c.first_seen_at >= since) & (items.c.first_seen_at < until)


def _polled(since: datetime, until: datetime) -> ColumnElement[bool]:
    return (polls.c.at >= since) & (polls.c.at < until)


def _odd_polls(
    tx: Connection, which: ColumnElement[bool], since: datetime, until: datetime
) -> list[Row[*tuple[Any, ...]]]:
    """The odd polls that are such, with their feeds, in their order.

    Their numbers are asked for alone: with anything beside, SQLite would rather go through all polls of all
    feeds than through the index of the few odd ones.
    """
    p = polls.c
    ids = tx.execute(select(p.id).where(_polled(since, until), ODD, which)).scalars().all()
    found = select(p.id, p.feed_id, p.at, p.gap, p.new, p.remarks, feeds.c.definition).join(feeds)
    return sorted(among(tx, found, p.id, ids), key=attrgetter("at", "id"))


def _down(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Times without a monitor; of one that is over the event ends when the next one began."""
    e = event_rows.c
    found = select(e.opened_at, e.seen_at, e.detail).where(e.kind == EventKind.WAS_DOWN.value)
    found = found.where(e.opened_at < until, e.seen_at >= since).order_by(e.opened_at)
    for row in tx.execute(found):
        yield Unseen(kind=UnseenKind.DOWN, since=row.opened_at, until=row.seen_at, detail=row.detail)


def _outages(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Stretches of failed polls of one feed, from the first of them to the next answer, or to `until`."""
    failing = {row.feed_id for row in _odd_polls(tx, polls.c.status == "failed", since, until)}
    columns = (polls.c.feed_id, polls.c.at, polls.c.status, polls.c.fault, polls.c.detail)
    found = select(*columns, feeds.c.definition).join(feeds).where(_polled(since, until))
    found = found.order_by(polls.c.feed_id, polls.c.at, polls.c.id)
    told_of = among(tx, found, polls.c.feed_id, sorted(failing))
    for _, told in groupby(told_of, attrgetter("feed_id")):
        yield from _stretches(list(told), until)


def _stretches(told: Sequence[Row[*tuple[Any, ...]]], until: datetime) -> Iterator[Unseen]:
    """`told`: the polls of one feed in their order."""
    ends = [*(row.at for row in told), until]
    begun = 0
    for failed, stretch in groupby(told, lambda row: row.status == "failed"):
        length = len(list(stretch))
        first, last, end = told[begun], told[begun + length - 1], ends[begun + length]
        begun += length
        if failed and end - first.at >= OUTAGE:
            why = f"{last.fault}: {last.detail}".rstrip(": ")
            yield _of(first, UnseenKind.OUTAGE, since=first.at, until=end, count=length, detail=why)


def _gaps(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Polls that share no entry with the one before."""
    for row in _odd_polls(tx, polls.c.gap, since, until):
        why = "no entry in common with the poll before"
        yield _of(row, UnseenKind.GAP, since=row.at, count=row.new, detail=why)


def _documents(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Feeds of whose documents something was cut, broken or left out: how often, and what of the last one."""
    odd = _odd_polls(tx, cast(polls.c.remarks, Text) != "[]", since, until)
    ordered = sorted(odd, key=attrgetter("feed_id", "id"))
    for _, told in groupby(ordered, attrgetter("feed_id")):
        all_told = list(told)
        first, last = all_told[0], all_told[-1]
        why = "; ".join(last.remarks)
        yield _of(last, UnseenKind.DOCUMENT, since=first.at, until=last.at, count=len(all_told), detail=why)


def _articles(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Articles that could not be read, by feed and why; the words of the feed were seen."""
    lost = _first_seen(since, until) & (items.c.fulltext == "unavailable")
    yield from _counted(tx, UnseenKind.ARTICLE, lost, items.c.fulltext_detail)


def _untold(
    tx: Connection, kind: UnseenKind, state: Coverage, since: datetime, until: datetime
) -> Iterator[Unseen]:
    """Items that were seen and ended in a state that is not told."""
    ended = _first_seen(since, until) & (items.c.coverage == state.value)
    yield from _counted(tx, kind, ended, items.c.coverage_detail)


def _counted(
    tx: Connection, kind: UnseenKind, which: ColumnElement[bool], why: ColumnElement[str]
) -> Iterator[Unseen]:
    """Items by feed and reason, the most first within a feed."""
    seen = (func.min(items.c.first_seen_at).label("since"), func.max(items.c.first_seen_at).label("until"))
    found = select(items.c.feed_id, why.label("why"), func.count().label("n"), *seen).where(which)
    counted = found.group_by(items.c.feed_id, why).subquery()
    rows = select(counted, feeds.c.definition).join(feeds, feeds.c.id == counted.c.feed_id)
    for row in tx.execute(rows.order_by(counted.c.feed_id, counted.c.n.desc(), counted.c.why)):
        yield _of(row, kind, since=row.since, until=row.until, count=row.n, detail=row.why)


def _held(tx: Connection, since: datetime, until: datetime) -> Iterator[Unseen]:
    """Stories whose alert was held back (a silence, an inhibition, a mute time), by receiver and reason."""
    c, why = alert_groups.c, alert_members.c.held
    at = (func.min(c.settled_at).label("since"), func.max(c.settled_at).label("until"))
    stories = func.count(alert_members.c.story_id.distinct()).label("n")
    found = select(c.receiver, why.label("why"), stories, *at).join(
        alert_members, alert_members.c.group_id == c.id
    )
    found = found.where(c.settled_at >= since, c.settled_at < until, why != "").group_by(c.receiver, why)
    for row in tx.execute(found.order_by(c.receiver, stories.desc(), why)):
        yield Unseen(
            kind=UnseenKind.HELD, subject=row.receiver, since=row.since, until=row.until, count=row.n,
            detail=row.why,
        )  # fmt: skip


def _of(
    row: Row[*tuple[Any, ...]],
    kind: UnseenKind,
    *,
    since: datetime,
    until: datetime | None = None,
    count: int,
    detail: str,
) -> Unseen:
    return Unseen(
        kind=kind, subject=row.feed_id, title=row.definition["title"], since=since, until=until, count=count,
        detail=detail,
    )  # fmt: skip


def _odd(tx: Connection, which: ColumnElement[bool], since: datetime, until: datetime) -> tuple[Phrase, ...]:
    found = _odd_polls(tx, which, since, until)
    told = [_told(row.definition["title"], row.at, row.gap, row.new) for row in found[:GAPS_TOLD]]
    rest = len(found) - len(told)
    return (*told, Phrase(key="and_more", values={"n": rest})) if rest else tuple(told)


def _told(title: str, at: datetime, gap: bool, new: int) -> Phrase:
    values: dict[str, object] = {"feed": title, "when": at}
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

"""What happens to the monitor itself:
each event is open once, seen again while it lasts, and closed when it is over.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, null, or_, select, update

from monitor.languages.locale import ENGLISH, frame
from monitor.model import Event, EventKind, FeedHealth, Finding, Phrase, Severity
from monitor.store import receivers, rows
from monitor.store.sql import put_new
from monitor.store.tables_delivery import events
from monitor.store.tables_news import feeds, items, polls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import FeedState


Key = tuple[EventKind, str]


def unclosed(tx: Connection) -> tuple[Event, ...]:
    """What is wrong now, as far as it is known, the oldest first."""
    return _events(tx, events.c.closed_at.is_(None))


def unnotified(tx: Connection) -> tuple[Event, ...]:
    """Events that nobody was told of yet, and those whose end somebody is to hear of; oldest first."""
    fresh = events.c.closed_at.is_(None) & events.c.told_at.is_(None)
    ended = events.c.closed_at.is_not(None) & events.c.told_to.is_not(None)
    return _events(tx, or_(fresh, ended))


def since(tx: Connection, at: datetime) -> tuple[Event, ...]:
    """Events that were open at `at` or later, oldest first."""
    return _events(tx, or_(events.c.closed_at.is_(None), events.c.closed_at >= at))


def see(tx: Connection, findings: Iterable[Finding], now: datetime) -> int:
    """Open an event for each finding, or note that its open one lasts; how many were opened."""
    known = {event.key: event for event in unclosed(tx)}
    found = {finding.key: finding for finding in findings}
    for key, finding in found.items():
        if key in known:
            this = update(events).where(events.c.id == known[key].id)
            tx.execute(this.values(seen_at=now, detail=finding.detail))
    fresh = [_row(finding, now) for key, finding in found.items() if key not in known]
    put_new(tx, events, fresh)
    return len(fresh)


def keep(tx: Connection, finding: Finding, *, since: datetime, until: datetime) -> None:
    """Write down what lasted from `since` to `until`: in the open event that began then, or in one of its
    own.
    """
    for event in unclosed(tx):
        if event.key == finding.key and event.opened_at == since:
            this = update(events).where(events.c.id == event.id)
            tx.execute(this.values(seen_at=until, detail=finding.detail))
            return
    close(tx, [event for event in unclosed(tx) if event.key == finding.key], until)
    put_new(tx, events, [{**_row(finding, until), "opened_at": since}])


def _row(finding: Finding, now: datetime) -> dict[str, Any]:
    row = {"kind": finding.kind.value, "subject": finding.subject, "severity": finding.severity.value}
    return row | {"detail": finding.detail, "opened_at": now, "seen_at": now}


def openings(tx: Connection, after: datetime) -> Mapping[Key, int]:
    """How often each event was opened since `after`."""
    found: dict[Key, int] = {}
    opened = select(events.c.kind, events.c.subject).where(events.c.opened_at >= after)
    for row in tx.execute(opened):
        key = (EventKind(row.kind), row.subject)
        found[key] = found.get(key, 0) + 1
    return found


def close(tx: Connection, over: Sequence[Event], now: datetime) -> None:
    """These are over. Of what only happened for a moment nobody hears the end."""
    for event in over:
        silent = event.kind.momentary
        values: dict[str, Any] = {"closed_at": now} | ({"told_to": null()} if silent else {})
        tx.execute(update(events).where(events.c.id == event.id).values(values))


def note_notified(tx: Connection, event: Event, to: Sequence[str], now: datetime) -> None:
    """The receivers `to` were told of an open event, or of the end of a closed one."""
    if event.closed_at is not None:
        left = [name for name in event.told_to if name not in to]
        values: dict[str, Any] = {"told_to": left or null()}
    else:
        values = {"told_at": now, "told_to": sorted({*event.told_to, *to})}
    tx.execute(update(events).where(events.c.id == event.id).values(values))


def _events(tx: Connection, which: ColumnElement[bool]) -> tuple[Event, ...]:
    found = tx.execute(select(events).where(which).order_by(events.c.id)).mappings()
    return tuple(_event(row) for row in found)


def _event(row: RowMapping) -> Event:
    read = {"kind": EventKind(row["kind"]), "severity": Severity(row["severity"])}
    return Event(**{**row, **read, "told_to": tuple(row["told_to"] or ())})


# What the database shows to be wrong:
# feeds that fail or fall silent, gaps, floods, receivers that are suspended.

#: this long without one successful poll, of any feed, and the monitor is blind
BLIND = timedelta(hours=1)
#: a gap or a flood is found for this long after its poll
LATELY = timedelta(hours=1)
DAY = timedelta(days=1)
_FEED_KINDS = {
    "failing": EventKind.FEED_FAILING,
    "gone": EventKind.FEED_FAILING,
    "quiet": EventKind.FEED_QUIET,
}


def look(tx: Connection, now: datetime) -> tuple[Finding, ...]:
    """Everything that is wrong by what is stored."""
    return (*_feeds(tx, now), *_oddities(tx, now), *_nothing(tx, now), *_receivers(tx))


def _feeds(tx: Connection, now: datetime) -> Iterator[Finding]:
    lasting = _failing_long(tx, now)
    for line in unwell(tx, now):
        if line.state in _FEED_KINDS and (line.state != "failing" or line.feed.id in lasting):
            yield Finding(kind=_FEED_KINDS[line.state], subject=line.feed.id, detail=line.detail)


def _failing_long(tx: Connection, now: datetime) -> set[str]:
    """Feeds that failed several times in a row, or have not answered for a day:
    one hiccup is nobody's business.
    """
    long = or_(
        feeds.c.failures >= FAILURES, func.coalesce(feeds.c.last_success_at, feeds.c.added_at) < now - DAY
    )
    return set(tx.execute(select(feeds.c.id).where(long)).scalars())


def _oddities(tx: Connection, now: datetime) -> Iterator[Finding]:
    odd = select(polls.c.feed_id, polls.c.at, polls.c.gap, polls.c.new).where(
        polls.c.at > now - LATELY, or_(polls.c.gap, polls.c.flood)
    )
    for row in tx.execute(odd.order_by(polls.c.id)):
        at = f"{row.at:%H:%M} UTC"
        if row.gap:
            detail = f"no entry in common with the poll before at {at}: something may have been missed"
            yield Finding(kind=EventKind.FEED_GAP, subject=row.feed_id, detail=detail)
        else:
            detail = f"{row.new} entries at once at {at}: stored and in the digest, not alerted"
            yield Finding(kind=EventKind.FEED_FLOOD, subject=row.feed_id, detail=detail)


def _nothing(tx: Connection, now: datetime) -> Iterator[Finding]:
    """Polls were tried or are overdue, and none went through for an hour.

    Feeds that are asked seldom do not count.
    """
    ends = select(
        func.max(feeds.c.last_success_at).label("answered"),
        func.min(feeds.c.added_at).label("added"),
        func.min(feeds.c.next_poll_at).label("due"),
        func.max(feeds.c.last_polled_at).label("tried"),
    )
    row = tx.execute(ends.where(feeds.c.enabled, ~feeds.c.gone)).one()
    last, added, due, tried = row.answered, row.added, row.due, row.tried
    if added is None or (last or added) > now - BLIND:
        return
    if due < now - BLIND or (tried is not None and tried > now - BLIND):
        detail = f"no feed has answered for {spoken(now - last)}" if last else "no feed has ever answered"
        yield Finding(kind=EventKind.NOTHING_POLLED, detail=detail)


def _receivers(tx: Connection) -> Iterator[Finding]:
    for state in receivers.states(tx):
        if state.suspended_at is not None:
            detail = state.suspended_reason
            yield Finding(kind=EventKind.RECEIVER_SUSPENDED, subject=state.name, detail=detail)


# Is a feed well? Failing where it does not answer, quiet where it is silent against its own rhythm.

#: failed polls in a row that make a feed `failing`; a single hiccup does not
FAILURES = 3
#: no answer for this long is failing, however few polls failed: nobody may be asking
UNANSWERED = timedelta(hours=3)
#: silence shorter than this is never `quiet`
QUIET_FLOOR = timedelta(hours=24)
#: silence of this many usual gaps is `quiet`
QUIET_GAPS = 3
#: `quiet` where the rhythm is unknown
QUIET_UNKNOWN = timedelta(days=7)
#: news from which a rhythm is read, and how many gaps it takes
RHYTHM_NEWS, RHYTHM_GAPS = 30, 5


def health(tx: Connection, now: datetime, only: Collection[str] | None = None) -> tuple[FeedHealth, ...]:
    """Every feed's line, or those of `only`, by id."""
    wanted = select(feeds).order_by(feeds.c.id)
    found = tx.execute(wanted if only is None else wanted.where(feeds.c.id.in_(only))).mappings().all()
    return tuple(_line(tx, rows.feed_state(row), row["added_at"], now) for row in found)


def unwell(tx: Connection, now: datetime) -> tuple[FeedHealth, ...]:
    """The lines of feeds that are not ok, by id; of 50,000 that are well none is read whole."""
    f = feeds.c
    unanswered = or_(
        f.gone, f.failures > 0, f.last_success_at.is_(None), f.last_success_at < now - UNANSWERED
    )
    silent = func.coalesce(f.last_new_at, f.added_at) < now - QUIET_FLOOR
    found = select(feeds).where(f.enabled, or_(unanswered, silent)).order_by(f.id)
    lines = (_line(tx, rows.feed_state(row), row["added_at"], now) for row in tx.execute(found).mappings())
    return tuple(line for line in lines if line.state != "ok")


def _line(tx: Connection, state: FeedState, added_at: datetime, now: datetime) -> FeedHealth:
    word, why = _judged(state, now)
    if word == "ok":
        word, why = _listened(tx, state, added_at, now)
    return FeedHealth(
        feed=state.feed,
        state=word,
        detail=frame(ENGLISH).said(why) if why else "",
        why=why,
        last_success_at=state.last_success_at,
        last_new_at=state.last_new_at,
    )


def _judged(state: FeedState, now: datetime) -> tuple[str, tuple[Phrase, ...]]:
    """By the answers: disabled, gone, never, failing or ok."""
    if not state.feed.enabled:
        return "disabled", ()
    if state.gone:
        return "gone", (Phrase(key="feed.gone"),)
    said = f"{state.fault}: {state.fault_detail}".rstrip(": ") if state.fault else ""
    fault = (Phrase(text=said),) if said else ()
    if state.last_success_at is None:
        if state.failures:
            return "failing", (Phrase(key="feed.never"), *fault)
        return "never", (Phrase(key="feed.not_polled"),)
    silence = now - state.last_success_at
    if state.failures >= FAILURES:
        return "failing", (Phrase(key="polls", count=state.failures), *fault)
    # a feed may be asked less often than the limit, by its own interval
    if silence > max(UNANSWERED, 2 * state.interval) and state.next_poll_at < now - UNANSWERED / 3:
        return "failing", (_for("feed.not_asked", silence),)
    if state.failures and silence > max(UNANSWERED, 2 * state.interval):
        return "failing", (_for("feed.no_answer", silence), *fault)
    return "ok", ()


def _listened(
    tx: Connection, state: FeedState, added_at: datetime, now: datetime
) -> tuple[str, tuple[Phrase, ...]]:
    """By the news: quiet or ok. The rhythm is looked up only where the silence is long enough to matter."""
    silence = now - (state.last_new_at or added_at)
    if silence <= QUIET_FLOOR:
        return "ok", ()
    usual = _usual_gap(tx, state.feed.id)
    limit = max(QUIET_FLOOR, QUIET_GAPS * usual) if usual is not None else QUIET_UNKNOWN
    if silence <= limit:
        return "ok", ()
    rhythm = (_for("feed.rhythm", usual),) if usual is not None else ()
    return "quiet", (_for("feed.nothing_new", silence), *rhythm)


def _for(key: str, time: timedelta) -> Phrase:
    return Phrase(key=key, values={"time": time})


def _usual_gap(tx: Connection, feed_id: str) -> timedelta | None:
    """The gap that nine of ten gaps between news stay within; None where there are too few to say.

    From the polls that brought something; for a feed that is too slow or too new for those, from its items'
    own dates.
    """
    news = select(polls.c.at).where(polls.c.feed_id == feed_id, polls.c.new > 0)
    found = tx.execute(news.order_by(polls.c.at.desc()).limit(RHYTHM_NEWS)).scalars().all()
    gap = _nine_in_ten(found)
    if gap is not None:
        return gap
    dated = select(items.c.published_at).where(items.c.feed_id == feed_id, items.c.date_flag == "ok")
    dated = dated.where(items.c.published_at.is_not(None)).order_by(items.c.published_at.desc())
    return _nine_in_ten([at for at in tx.execute(dated.limit(RHYTHM_NEWS)).scalars() if at is not None])


def _nine_in_ten(newest_first: Sequence[datetime]) -> timedelta | None:
    gaps = sorted(later - earlier for later, earlier in pairwise(newest_first))
    return gaps[(len(gaps) * 9 - 1) // 10] if len(gaps) >= RHYTHM_GAPS else None


def spoken(duration: timedelta) -> str:
    """A duration in its largest fitting unit: `30 s`, `40 min`, `5 h`, `3 d`."""
    seconds = int(duration.total_seconds())
    return f"{seconds} s" if seconds < 120 else frame(ENGLISH).duration(duration)

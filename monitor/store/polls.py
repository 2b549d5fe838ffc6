"""The journal of polls: what each asked, got and brought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, text, update

from monitor import rhythm
from monitor.model import Work, WorkKind
from monitor.store import feeds as feed_rows
from monitor.store import receivers as receiver_rows
from monitor.store import rows
from monitor.store.receivers import ReceiverState
from monitor.store.tables_delivery import GROUP_OPEN, OWED, alert_groups, deliveries, receivers
from monitor.store.tables_news import feeds, items, polls

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping, Select

    from monitor.config.model import PollingConfig
    from monitor.model import FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLine:
    """One poll as a person reads it."""

    feed_id: str
    at: datetime
    #: ok | not-modified | unchanged | failed
    status: str
    fault: str | None
    detail: str
    http_status: int | None
    new: int
    changed: int
    seen: int
    matched: int
    gap: bool
    flood: bool
    #: bytes of the body
    size: int
    elapsed: timedelta
    remarks: tuple[str, ...]


_LINE = [polls.c[name] for name in PollLine.__dataclass_fields__]


def latest(tx: Connection, feed_id: str | None = None, limit: int = 20) -> tuple[PollLine, ...]:
    """The newest polls, of one feed or of all, newest first."""
    query = select(*_LINE).order_by(polls.c.at.desc(), polls.c.id.desc()).limit(limit)
    if feed_id is not None:
        query = query.where(polls.c.feed_id == feed_id)
    return tuple(_line(dict(row)) for row in tx.execute(query).mappings())


def counts(tx: Connection, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many polls of [since, until) ended in each status."""
    window = (polls.c.at >= since) & (polls.c.at < until)
    found = tx.execute(select(polls.c.status, func.count()).where(window).group_by(polls.c.status))
    return {row[0]: row[1] for row in found}


def remarks(tx: Connection, only: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
    """By feed, or feed of `only`: what its last parsed document gave reason to say."""
    last = (polls.c.feed_id == feeds.c.id) & (polls.c.at == feeds.c.last_parsed_at)
    told = select(polls.c.feed_id, polls.c.remarks).join(feeds, last)
    found = tx.execute(told if only is None else told.where(feeds.c.id.in_(only)))
    return {row.feed_id: tuple(row.remarks) for row in found if row.remarks}


def _line(row: dict[str, Any]) -> PollLine:
    return PollLine(**row | {"remarks": tuple(row["remarks"])})


# How many new entries a feed usually brings, from the journal of its polls; and the rhythm of feeds that have
# none yet.

#: how far back the rhythm is judged
WINDOW = timedelta(days=14)
#: with fewer polls than this nothing is known
MIN_POLLS = 5


def expected_new(tx: Connection, state: FeedState, now: datetime) -> float | None:
    """New entries that the time since the last answer would bring at the feed's usual rate; None: not known
    yet.

    The first answer of a feed is its backlog, not its rhythm, and is left out; so are polls that were floods.
    """
    answered = (
        (polls.c.feed_id == state.feed.id) & (polls.c.status != "failed") & (polls.c.at >= now - WINDOW)
    )
    found = tx.execute(
        select(polls.c.at, polls.c.new).where(answered, ~polls.c.flood).order_by(polls.c.at)
    ).all()
    if len(found) < MIN_POLLS or state.last_success_at is None:
        return None
    span = (found[-1].at - found[0].at).total_seconds()
    if span <= 0:
        return None
    rate = sum(row.new for row in found[1:]) / span
    return float(rate * (now - state.last_success_at).total_seconds())


def catch_up(tx: Connection, policy: PollingConfig, now: datetime) -> None:
    """Learn the rhythm of feeds that an older monitor polled, from their stored items.

    A wait that was only its interval is cut to the one that follows; what a publisher asked for, and
    failures, stay.
    """
    unlearnt = feeds.c.enabled & feeds.c.rhythm.is_(None) & feeds.c.last_success_at.is_not(None)
    for row in tx.execute(select(feeds).where(unlearnt)).mappings().all():
        state = rows.feed_state(row)
        learnt = rhythm.begun(_dates(tx, state, now), now, entries=_entries(tx, state))
        interval = rhythm.interval(learnt, now, feed=state.feed, policy=policy)
        asked_at = state.last_polled_at or now
        ours = not state.failures and state.next_poll_at <= asked_at + 1.1 * state.interval
        due = min(state.next_poll_at, max(asked_at + interval, now)) if ours else state.next_poll_at
        values = rows.state_columns(replace(state, rhythm=learnt, interval=interval, next_poll_at=due))
        names = ("rhythm", "interval", "next_poll_at")
        tx.execute(
            update(feeds).where(feeds.c.id == state.feed.id).values({name: values[name] for name in names})
        )


def _dates(tx: Connection, state: FeedState, now: datetime) -> list[datetime]:
    """When the items of the last weeks were published, or first seen where they do not say."""
    at = case((items.c.date_flag == "ok", items.c.published_at), else_=items.c.first_seen_at)
    since = now - rhythm.PROFILE_FADES
    mine = (items.c.feed_id == state.feed.id) & (items.c.first_seen_at >= since)
    return [
        date for date in tx.execute(select(at).where(mine)).scalars() if date is not None and date >= since
    ]


def _entries(tx: Connection, state: FeedState) -> int:
    """How many entries the newest document that was read held; 0 where no poll of it is kept."""
    read = (polls.c.feed_id == state.feed.id) & (polls.c.status == "ok")
    found = select(polls.c.new + polls.c.changed + polls.c.seen).where(read).order_by(polls.c.at.desc())
    return tx.execute(found.limit(1)).scalar() or 0


# What is due and not done, kind by kind, and when something of the kind was done last.
#
# Each is read from an index however long the journals are: it costs as much as there is due.


def polling(tx: Connection, now: datetime, tell_after: timedelta) -> Work:
    """The feeds whose time has come, and when any of them was polled last."""
    waiting = tx.execute(feeds_waiting(now)).one()
    first = tx.execute(first_feed(now)).scalar()
    return Work(
        kind=WorkKind.POLLING,
        due=waiting.due,
        since=waiting.since,
        oldest=first or "",
        done_at=tx.execute(last_poll()).scalar(),
        tell_after=tell_after,
    )


def alerting(tx: Connection, now: datetime, tell_after: timedelta) -> Work:
    """Groups of stories whose wait is over and that are no messages yet."""
    waiting = tx.execute(groups_waiting(now)).one()
    return Work(
        kind=WorkKind.ALERTING,
        due=waiting.due,
        since=waiting.since,
        done_at=tx.execute(last_settled()).scalar(),
        tell_after=tell_after,
    )


def lanes(tx: Connection, now: datetime, tell_after: timedelta) -> tuple[Work, ...]:
    """A lane for each receiver that was ever tried or is owed something, by name.

    What is owed is due since it was promised, whether it waits, is in a sender's hands or is to be tried
    again.
    """
    owed = {row["receiver"]: row for row in tx.execute(owed_by_receiver(now)).mappings()}
    known = {state.name: state for state in receiver_rows.states(tx)}
    return tuple(
        _lane(known.get(name, ReceiverState(name=name)), owed.get(name), now, tell_after)
        for name in sorted(owed.keys() | known.keys())
    )


def _lane(state: ReceiverState, owed: RowMapping | None, now: datetime, tell_after: timedelta) -> Work:
    return Work(
        kind=WorkKind.LANE,
        subject=state.name,
        due=owed["due"] if owed else 0,
        since=owed["since"] if owed else None,
        oldest=_detail(state, owed) if owed else "",
        done_at=state.last_delivered_at,
        tell_after=tell_after,
        resting=_resting(state, now),
        told=state.told_at is not None,
    )


def _resting(state: ReceiverState, now: datetime) -> str:
    if state.suspended_at is not None:
        return "suspended"
    paused = state.paused_until is not None and state.paused_until > now
    return f"paused until {state.paused_until:%Y-%m-%d %H:%M:%S} UTC" if paused else ""


def _detail(state: ReceiverState, owed: RowMapping) -> str:
    held = "being sent" if owed["held"] else ""
    error = f"the last answer: {state.last_error}" if state.last_error else ""
    return ", ".join(part for part in (held, error) if part)


def feeds_waiting(now: datetime) -> Select[*tuple[Any, ...]]:
    """How many feeds are due, and since when the first of them."""
    return select(func.count().label("due"), func.min(feeds.c.next_poll_at).label("since")).where(
        feed_rows.polled(), feeds.c.next_poll_at <= now
    )


def first_feed(now: datetime) -> Select[*tuple[Any, ...]]:
    """The feed that is due longest."""
    waiting = select(feeds.c.id).where(feed_rows.polled(), feeds.c.next_poll_at <= now)
    return waiting.order_by(feeds.c.next_poll_at).limit(1)


def last_poll() -> Select[*tuple[Any, ...]]:
    """When a feed was polled last, whatever came of it."""
    return select(func.max(polls.c.at))


def groups_waiting(now: datetime) -> Select[*tuple[Any, ...]]:
    """How many groups are due, and since when the first of them."""
    found = select(func.count().label("due"), func.min(alert_groups.c.due_at).label("since"))
    return found.where(text(f"alert_groups.{GROUP_OPEN}"), alert_groups.c.due_at <= now)


def last_settled() -> Select[*tuple[Any, ...]]:
    """When a group was sent on or dropped last, from the index by receiver."""
    theirs = select(func.max(alert_groups.c.settled_at)).where(alert_groups.c.receiver == receivers.c.name)
    return select(func.max(theirs.correlate(receivers).scalar_subquery())).select_from(receivers)


def owed_by_receiver(now: datetime) -> Select[*tuple[Any, ...]]:
    """Of each receiver how much is owed, since when, and how much of it is being sent."""
    d = deliveries.c
    held = case((d.lease_until > now, 1), else_=0)
    found = select(
        d.receiver,
        func.count().label("due"),
        func.min(d.queued_at).label("since"),
        func.sum(held).label("held"),
    )
    return found.where(text(f"deliveries.{OWED}")).group_by(d.receiver)

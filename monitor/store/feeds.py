"""Feeds: what they are, what we remember between polls, and when each is due.

An address is kept without what opens it (`monitor.net.redaction.kept`); whoever asks it has it from the feeds
files.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, case, cast, func, literal, or_, select, update

from monitor.model import Novelty
from monitor.net.redaction import kept, masked
from monitor.store import rows
from monitor.store.sql import MADE_DUE, Utc, batches, change, changed
from monitor.store.sql import add as put
from monitor.store.tables_news import feeds, polls

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import Feed, FeedState, PollRecord

#: first polls are spread over this, so that a new installation does not ask everybody at once
FIRST_POLLS_WITHIN = timedelta(minutes=5)
#: the interval of a feed that has not been polled
FIRST_INTERVAL = timedelta(minutes=15)
#: state that belongs to an address and is wrong for another
_FORGOTTEN: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "validators_url": None,
    "body_hash": None,
    "not_before": None,
    "rhythm": None,
    "asks": None,
    "moved_to": None,
    "moved_since": None,
    "moved_polls": 0,
    "gone": False,
    "failures": 0,
    "fault": None,
    "fault_detail": "",
}


#: a row with the definition as its JSON text, by which the feed is remembered
_AS_TEXT = [cast(c, Text).label(c.name) if c is feeds.c.definition else c for c in feeds.c]


def sync(
    tx: Connection,
    definitions: Iterable[Feed],
    now: datetime,
    *,
    jitter: Callable[[], float],
    within: timedelta = FIRST_POLLS_WITHIN,
    interval: timedelta = FIRST_INTERVAL,
) -> None:
    """Make the stored feeds those of the feeds file. State is kept; validators go when the address changes.

    New feeds are first polled `within` from `now`, each at its own `jitter()` (0 to 1), and every `interval`
    until their rhythm is known. A feed that left the file is disabled, not deleted: its items stay. Feeds
    that were added by command are left alone.
    """
    wanted = {feed.id: _kept(feed) for feed in definitions}
    _forget_secrets(tx, wanted)
    stored = {row["id"]: row for row in tx.execute(select(feeds)).mappings()}
    for feed in wanted.values():
        due = now + within * jitter()
        row = stored.get(feed.id)
        if row is None:
            _insert(tx, feed, now, due, "file", interval)
        elif (
            row["definition"] != rows.feed_definition(feed)
            or row["enabled"] != feed.enabled
            or row["origin"] != "file"
        ):
            _redefine(tx, feed, due, moved=row["url"] != feed.url)
    for name, row in stored.items():
        if row["origin"] == "file" and name not in wanted and row["enabled"]:
            tx.execute(update(feeds).where(feeds.c.id == name).values(enabled=False))


def add(
    tx: Connection,
    feed: Feed,
    now: datetime,
    interval: timedelta = FIRST_INTERVAL,
    *,
    origin: str = "added",
    after: timedelta = timedelta(),
) -> bool:
    """Add a feed by command, due `after` so long; one that is no longer polled comes back. False: the id is
    in use.

    `origin`: `file` where a feeds file names it, too.
    """
    feed, due = _kept(feed), now + after
    row = tx.execute(select(feeds.c.enabled, feeds.c.url).where(feeds.c.id == feed.id)).first()
    if row is None:
        _insert(tx, feed, now, due, origin, interval)
        return True
    if row.enabled:
        return False
    _redefine(tx, feed, due, moved=row.url != feed.url, origin=origin)
    return poll_now(tx, due, [feed.id]) == 1


def remove(tx: Connection, feed_id: str) -> bool:
    """Stop polling a feed that no feeds file names any more; its items stay.

    False: no such feed is polled.
    """
    mine = (feeds.c.id == feed_id) & feeds.c.enabled
    return changed(tx, update(feeds).where(mine).values(enabled=False)) == 1


def added(tx: Connection) -> tuple[Feed, ...]:
    """Feeds that an older monitor took by command into the database alone;
    with their secrets until the files are read.
    """
    mine = select(feeds).where(feeds.c.origin == "added", feeds.c.enabled).order_by(feeds.c.added_at)
    return tuple(rows.feed_state(row).feed for row in tx.execute(mine).mappings())


def get(tx: Connection, feed_id: str) -> FeedState | None:
    """One feed with its state."""
    row = tx.execute(select(feeds).where(feeds.c.id == feed_id)).mappings().first()
    return rows.feed_state(row) if row is not None else None


def named(tx: Connection, text: str) -> dict[str, bool]:
    """The feeds whose id, title or address holds `text`, and whether each is enabled."""
    said = (feeds.c.id, feeds.c.url, feeds.c.definition["title"].as_string())
    holds = or_(*(func.lower(words).contains(text.lower(), autoescape=True) for words in said))
    found = select(feeds.c.id, feeds.c.enabled)
    return {row.id: row.enabled for row in tx.execute(found.where(holds) if text else found)}


def some(tx: Connection, feed_ids: Collection[str]) -> dict[str, FeedState]:
    """Those of the feeds that are there, by id."""
    found = tx.execute(select(feeds).where(feeds.c.id.in_(feed_ids))).mappings()
    return {row["id"]: rows.feed_state(row) for row in found}


def everything(tx: Connection) -> tuple[FeedState, ...]:
    """All feeds by id, the disabled ones too."""
    return tuple(rows.feed_state(row) for row in tx.execute(select(feeds).order_by(feeds.c.id)).mappings())


def due(
    tx: Connection,
    now: datetime,
    limit: int,
    *,
    besides: Collection[str | int] = (),
    only: Collection[str] | None = None,
) -> tuple[FeedState, ...]:
    """Feeds whose time has come, but for `besides`, and of `only`, the longest overdue first."""
    found = select(feeds.c.id).where(polled(), feeds.c.next_poll_at <= now)
    if only is not None:
        found = found.where(feeds.c.id.in_(only))
    found = found.order_by(feeds.c.next_poll_at, feeds.c.id).limit(limit)
    ids = [name for name in tx.execute(found).scalars() if name not in besides]
    states: dict[str, FeedState] = {}
    for batch in batches(ids):
        for row in tx.execute(select(*_AS_TEXT).where(feeds.c.id.in_(batch))).mappings():
            states[row["id"]] = rows.feed_state(row)
    return tuple(states[name] for name in ids)


def ask(tx: Connection, feed_ids: Iterable[str], now: datetime) -> None:
    """Note that feeds are being asked. They are due until their answers are settled."""
    _mark(tx, feed_ids, now)


def unask(tx: Connection, feed_ids: Iterable[str]) -> None:
    """Take back what `ask` noted of feeds that were not asked after all."""
    _mark(tx, feed_ids, None)


def being_asked(tx: Connection, *, besides: Collection[str] = ()) -> bool:
    """Whether any feed but `besides` is noted as asked and not settled."""
    asked = select(feeds.c.id).where(feeds.c.asked_at.is_not(None)).limit(len(besides) + 1)
    return any(name not in besides for name in tx.execute(asked).scalars())


def let_wait(tx: Connection, *, besides: Collection[str] = ()) -> int:
    """Let feeds whose answers were never settled, but for `besides`, wait like after any other poll; how
    many.

    Whoever died, or dropped what was under way, has asked: asking again at once would be one request more
    than the publisher was promised.
    """
    asked = select(feeds.c.id, feeds.c.asked_at, feeds.c.interval, feeds.c.next_poll_at).where(
        feeds.c.asked_at.is_not(None)
    )
    found = [row for row in tx.execute(asked) if row.id not in besides]
    for row in found:
        at = max(row.next_poll_at, row.asked_at + row.interval)
        tx.execute(update(feeds).where(feeds.c.id == row.id).values(next_poll_at=at, asked_at=None))
    return len(found)


def _mark(tx: Connection, feed_ids: Iterable[str], at: datetime | None) -> None:
    for batch in batches(feed_ids):
        tx.execute(update(feeds).where(feeds.c.id.in_(batch)).values(asked_at=at))


def next_due(tx: Connection) -> datetime | None:
    """When the next feed is due; None when none is polled."""
    return tx.execute(select(func.min(feeds.c.next_poll_at)).where(polled())).scalar()


def take(tx: Connection, feed_id: str, now: datetime, until: datetime) -> FeedState | None:
    """Claim a due feed for one poller: nobody else gets it before `until`. None: it is not due, or taken."""
    taken = update(feeds).where(feeds.c.id == feed_id, polled(), feeds.c.next_poll_at <= now)
    return get(tx, feed_id) if changed(tx, taken.values(next_poll_at=until)) else None


def poll_now(tx: Connection, now: datetime, feed_ids: Iterable[str] | None = None) -> int:
    """Make feeds due as soon as they may be asked (`not_before`), also those that answered 410 Gone.

    None: all that are enabled. Returns how many. What a publisher asked for holds for whoever presses a
    button, too.
    """
    asked = feeds.c.enabled if feed_ids is None else feeds.c.enabled & feeds.c.id.in_(list(feed_ids))
    tx.info[MADE_DUE] = True
    soonest = case((feeds.c.not_before > now, feeds.c.not_before), else_=literal(now, Utc))
    return changed(tx, update(feeds).where(asked).values(next_poll_at=soonest, gone=False))


def put_off(tx: Connection, feed_id: str, until: datetime) -> None:
    """Let nobody poll the feed before `until`."""
    tx.execute(update(feeds).where(feeds.c.id == feed_id).values(next_poll_at=until))


def settle(tx: Connection, record: PollRecord) -> None:
    """Store the state that a poll ended in and its line in the journal.

    Where the feed got another address meanwhile, the state belongs to the old one and is dropped.
    """
    settle_all(tx, [(None, record)])


def settle_all(tx: Connection, settled: Iterable[tuple[FeedState | None, PollRecord]]) -> None:
    """The same of many, each with the state before its poll: what did not change is not written again."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    lines = []
    for before, record in settled:
        after, feed = record.state, record.state.feed
        names = rows.STATE_FIELDS if before is None else rows.state_changes(before, after)
        values = rows.state_columns(after, names) | {"asked_at": None}
        if record.status == "ok":
            values["last_parsed_at"] = record.at
        alike.setdefault(tuple(values), []).append(values | {"of_id": feed.id, "of_url": feed.url})
        lines.append(_journal(record))
    for columns, group in alike.items():
        change(tx, feeds, columns, ("id", "url"), group)
    put(tx, polls, lines)


def _journal(record: PollRecord) -> dict[str, Any]:
    state = record.state
    found = (*record.earlier, *record.assessed)
    novelties = [assessed.novelty for assessed in found]
    return {
        "feed_id": state.feed.id,
        "at": record.at,
        "status": record.status,
        "fault": state.fault,
        "detail": state.fault_detail if state.fault else "",
        "http_status": record.http_status,
        "new": novelties.count(Novelty.NEW),
        "changed": novelties.count(Novelty.CHANGED),
        "seen": record.seen,
        "matched": sum(bool(assessed.decision.matches) for assessed in found),
        "gap": record.gap,
        "flood": record.flood,
        "size": record.size,
        "elapsed": record.elapsed,
        "remarks": list(record.remarks),
    }


def _forget_secrets(tx: Connection, wanted: Collection[str]) -> None:
    """Overwrite what an older monitor stored with addresses;
    a feed that nothing but the database has keeps its own.
    """
    columns = (feeds.c.id, feeds.c.url, feeds.c.definition, feeds.c.validators_url, feeds.c.moved_to)
    alone = (feeds.c.origin == "added") & feeds.c.enabled & feeds.c.id.not_in(wanted)
    open_ = [
        (row["id"], changes)
        for row in tx.execute(select(*columns).where(~alone)).mappings()
        if (changes := _without_secrets(row))
    ]
    if open_ and tx.dialect.name == "sqlite":
        # what is overwritten does not stay readable in the file
        tx.exec_driver_sql("PRAGMA secure_delete=ON")
    for name, changes in open_:
        tx.execute(update(feeds).where(feeds.c.id == name).values(**changes))


def _without_secrets(row: RowMapping) -> dict[str, Any]:
    """The columns of a row that hold a secret, without it. Validators of the feed's own address stay good."""
    changes: dict[str, Any] = {}
    url, asked, moved = row["url"], row["validators_url"], row["moved_to"]
    if kept(url) != url:
        changes = {"url": kept(url), "definition": row["definition"] | {"url": kept(url)}}
    if asked is not None and masked(asked) != asked:
        changes["validators_url"] = None  # the feed's own address
        if asked != re.sub(r"//[^/?#]*@", "//", url.partition("#")[0], count=1):
            changes |= {"etag": None, "last_modified": None}  # of another one, which cannot be told again
    if moved is not None and masked(moved) != moved:
        changes |= {"moved_to": None, "moved_polls": 0}
    return changes


def _kept(feed: Feed) -> Feed:
    """`feed` as it is stored: no secret goes in."""
    return replace(feed, url=kept(feed.url))


def polled() -> ColumnElement[bool]:
    return feeds.c.enabled & ~feeds.c.gone


def _insert(
    tx: Connection, feed: Feed, now: datetime, due: datetime, origin: str, interval: timedelta
) -> None:
    begun = {"added_at": now, "interval": min(feed.interval or interval, interval), "next_poll_at": due}
    tx.execute(feeds.insert().values(id=feed.id, **_defined(feed, origin), **begun))
    tx.info[MADE_DUE] = True


def _redefine(tx: Connection, feed: Feed, due: datetime, *, moved: bool, origin: str = "file") -> None:
    forgotten = _FORGOTTEN | {"next_poll_at": due} if moved else {}
    tx.execute(update(feeds).where(feeds.c.id == feed.id).values(**_defined(feed, origin), **forgotten))


def _defined(feed: Feed, origin: str) -> dict[str, Any]:
    definition = rows.feed_definition(feed)
    return {"url": feed.url, "definition": definition, "origin": origin, "enabled": feed.enabled}

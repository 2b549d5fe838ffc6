"""Small facts that outlive the process: the instance's id, when each job last ended well, clock marks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from monitor.store.sql import insert, put_new
from monitor.store.tables_delivery import alert_groups, deliveries, receivers
from monitor.store.tables_news import articles, facts, feeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Connection


_TICK = "tick:"
_AT_WORK = "at-work"


def get(tx: Connection, key: str) -> Any:
    """The value of `key`; None where there is none."""
    return tx.execute(select(facts.c.value).where(facts.c.key == key)).scalar()


def put(tx: Connection, key: str, value: Any, now: datetime) -> None:
    """Remember a JSON value under `key`, over the old one."""
    row = insert(tx, facts).values(key=key, value=value, at=now)
    tx.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value, "at": now}))


def first(tx: Connection, key: str, value: Any, now: datetime) -> Any:
    """The value of `key`, which is `value` the first time and ever after (an instance id,
    the installation's time).
    """
    put_new(tx, facts, [{"key": key, "value": value, "at": now}])
    return get(tx, key)


def stamped(tx: Connection, prefix: str = "") -> Mapping[str, datetime]:
    """When each fact whose key begins with `prefix` was last put."""
    found = select(facts.c.key, facts.c.at).where(facts.c.key.startswith(prefix, autoescape=True))
    return {row.key: row.at for row in tx.execute(found.order_by(facts.c.key))}


def ticked(tx: Connection, name: str, now: datetime) -> None:
    """A tick of the daemon was completed: the base of `health` and of the heartbeat."""
    put(tx, _TICK + name, None, now)


def ticks(tx: Connection) -> Mapping[str, datetime]:
    """When each tick was last completed."""
    return {key.removeprefix(_TICK): at for key, at in stamped(tx, _TICK).items()}


def at_work(tx: Connection, since: datetime) -> None:
    """A monitor is at work since then: what was due before has time to be caught up with."""
    put(tx, _AT_WORK, None, since)


def at_work_since(tx: Connection) -> datetime | None:
    """Since when a monitor is at work, or was; None: never, or by one that did not write it down."""
    return stamped(tx, _AT_WORK).get(_AT_WORK)


# Since when each rule stands as it does: a new or edited rule speaks of what comes, not of what was seen
# before.

_KEY = "rules"


def note_rules(tx: Connection, rules: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Remember the rules (`watchlist/rule` to a digest of what it asks) and since when; those that are new or
    edited.

    The first rules of a database stand since ever. A rule that is gone and comes back is new.
    """
    known = get(tx, _KEY)
    began = known if known is not None else {name: [digest, None] for name, digest in rules.items()}
    kept = {
        name: began[name] if began.get(name, [None])[0] == digest else [digest, now.isoformat()]
        for name, digest in rules.items()
    }
    if kept != known:
        put(tx, _KEY, kept, now)
    return tuple(name for name in kept if kept[name] != began.get(name))


def rules_since(tx: Connection) -> dict[str, datetime]:
    """Since when each rule stands that was new or edited after the database began."""
    known = get(tx, _KEY) or {}
    return {name: datetime.fromisoformat(at) for name, (_, at) in known.items() if at is not None}


def backdate_rule(tx: Connection, rule: str, at: datetime, now: datetime) -> bool:
    """A person wants a rule to speak of what was seen since `at` too. False: there is no such rule."""
    known = get(tx, _KEY) or {}
    if rule not in known:
        return False
    put(tx, _KEY, {**known, rule: [known[rule][0], at.isoformat()]}, now)
    return True


# A clock that was set back: what was written before lies in the future, and would wait there for as long as
# the error.
#
# The newest completed tick tells by how much. An hour ahead, a year ahead or a night without a daemon: the
# same rule.

#: below this it is the adjusting that every clock does
NOTICED = timedelta(seconds=2)

#: every moment that something waits for, with the key of its table
_WAITS = (
    (feeds.c.id, feeds.c.next_poll_at),
    (feeds.c.id, feeds.c.not_before),
    (articles.c.item_id, articles.c.next_try_at),
    (alert_groups.c.id, alert_groups.c.due_at),
    (deliveries.c.seq, deliveries.c.not_before),
    (deliveries.c.seq, deliveries.c.lease_until),
    (receivers.c.name, receivers.c.paused_until),
)


def bring_back(tx: Connection, now: datetime) -> timedelta:
    """Move every wait that lies in the future back with the clock; by how much it was set back, zero where it
    was not.

    What people named an end for (a silence, the expiry of an alert) stays: they meant the calendar.
    """
    ended = ticks(tx)
    by = max(ended.values(), default=now) - now
    if by <= NOTICED:
        return timedelta()
    for key, moment in _WAITS:
        _move(tx, key, moment, by, now)
    for name, at in ended.items():
        ticked(tx, name, min(at, now))
    return by


def _move(
    tx: Connection, key: Column[object], moment: Column[datetime], by: timedelta, now: datetime
) -> None:
    # the databases reckon with times in different words; these are few rows and a rare day
    waiting = tx.execute(select(key, moment).where(moment > now)).all()
    for row_key, at in waiting:
        tx.execute(update(moment.table).where(key == row_key).values({moment.name: max(now, at - by)}))

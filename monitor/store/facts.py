"""Small facts that outlive the process: the instance's id, when each job last ended well, clock marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from monitor.store.sql import insert, put_new
from monitor.store.tables_news import facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection


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
    """The value of `key`, which is `value` the first time and ever after (an instance id, the installation's time)."""
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

"""Who works on what, where several processes share one database: claims that end by themselves.

A lease is laid on a feed, an article, a host, a receiver or a tick for a job; the worker that the job wakes
takes it over, prolongs it while it works, and frees it. Each step is a conditional update: a job that came
twice, or late, finds nothing to take. Who lost a lease writes nothing (`held`). Times are the server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, tuple_, update

from monitor.store.sql import batches, changed, insert
from monitor.store.tables_delivery import leases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

#: what is leased: its kind (`feed`, `article`, `host`, `receiver`, `tick`) and its name
Key = tuple[str, str]


def lay(tx: Connection, keys: Collection[Key], token: str, now: datetime, until: datetime) -> frozenset[Key]:
    """Lay leases on those of `keys` that nobody holds; which those are."""
    if not keys:
        return frozenset()
    rows = [{"kind": kind, "name": name, "token": token, "until": until} for kind, name in keys]
    put = insert(tx, leases).values(rows)
    put = put.on_conflict_do_update(
        index_elements=["kind", "name"],
        set_={"token": put.excluded.token, "until": put.excluded.until},
        where=leases.c.until <= now,
    )
    return frozenset((row.kind, row.name) for row in tx.execute(put.returning(leases.c.kind, leases.c.name)))


def take(tx: Connection, job: str, token: str, until: datetime) -> tuple[Key, ...]:
    """Take over what is still laid for `job`: nothing where the job came twice, or too late."""
    taken = update(leases).where(leases.c.token == job).values(token=token, until=until)
    return tuple((row.kind, row.name) for row in tx.execute(taken.returning(leases.c.kind, leases.c.name)))


def held(tx: Connection, kind: str, names: Iterable[str], token: str) -> frozenset[str]:
    """Those of `names` that `token` still holds; nobody takes them before the transaction ends."""
    found: set[str] = set()
    for batch in batches(names):
        mine = (leases.c.kind == kind) & (leases.c.token == token) & leases.c.name.in_(batch)
        found.update(tx.execute(select(leases.c.name).where(mine).with_for_update()).scalars())
    return frozenset(found)


def prolong(tx: Connection, keys: Collection[Key], token: str, until: datetime) -> int:
    """Hold on to `keys`; how many of them were still held."""
    mine = update(leases).where(leases.c.token == token).values(until=until)
    return sum(changed(tx, mine.where(_among(batch))) for batch in batches(keys))


def free(tx: Connection, keys: Collection[Key], token: str, *, host_until: datetime) -> None:
    """Give `keys` back; a host rests until `host_until` before somebody else asks it."""
    mine = leases.c.token == token
    for batch in batches(keys):
        tx.execute(delete(leases).where(mine, _among(batch), leases.c.kind != "host"))
        rest = update(leases).where(mine, _among(batch), leases.c.kind == "host")
        tx.execute(rest.values(token="", until=host_until))


def alive(tx: Connection, now: datetime) -> frozenset[Key]:
    """All that somebody holds."""
    found = select(leases.c.kind, leases.c.name).where(leases.c.until > now)
    return frozenset((row.kind, row.name) for row in tx.execute(found))


def over(tx: Connection, now: datetime) -> bool:
    """Whether the time of any lease has run out."""
    return tx.execute(select(leases.c.name).where(leases.c.until <= now).limit(1)).first() is not None


def sweep(tx: Connection, now: datetime) -> int:
    """Forget leases whose time has run out; how many."""
    return changed(tx, delete(leases).where(leases.c.until <= now))


def _among(keys: Collection[Key]) -> ColumnElement[bool]:
    return tuple_(leases.c.kind, leases.c.name).in_(list(keys))

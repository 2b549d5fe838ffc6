"""Who works on what, where several processes share one database: claims that end by themselves.

A lease is laid on a feed, an article, a host, a receiver or a tick for a job; the worker that the job wakes
takes it over, prolongs it while it works, and frees it. Each step is a conditional update: a job that came
twice, or late, finds nothing to take. Who lost a lease writes nothing (`held`). Times are the server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, text, update

from monitor.store.sql import changed
from monitor.store.tables_delivery import leases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

#: what is leased: its kind (`feed`, `article`, `host`, `receiver`, `tick`) and its name
Key = tuple[str, str]


def lay(tx: Connection, keys: Collection[Key], token: str, now: datetime, until: datetime) -> frozenset[Key]:
    """Lay leases on those of `keys` that nobody holds; which those are."""
    if not keys:
        return frozenset()
    laid = tx.execute(_LAY, _listed(keys) | {"token": token, "until": until, "now": now})
    return frozenset((row.kind, row.name) for row in laid)


def take(tx: Connection, job: str, token: str, until: datetime) -> tuple[Key, ...]:
    """Take over what is still laid for `job`: nothing where the job came twice, or too late."""
    taken = update(leases).where(leases.c.token == job).values(token=token, until=until)
    return tuple((row.kind, row.name) for row in tx.execute(taken.returning(leases.c.kind, leases.c.name)))


def held(tx: Connection, kind: str, names: Iterable[str], token: str) -> frozenset[str]:
    """Those of `names` that `token` still holds; nobody takes them before the transaction ends."""
    wanted = {"kind": kind, "names": list(names), "token": token}
    return frozenset(tx.execute(_HELD, wanted).scalars())


def prolong(tx: Connection, keys: Collection[Key], token: str, until: datetime) -> int:
    """Hold on to `keys`; how many of them were still held."""
    return int(tx.execute(_PROLONG, _listed(keys) | {"token": token, "until": until}).rowcount)


def free(tx: Connection, keys: Collection[Key], token: str, *, host_until: datetime) -> None:
    """Give `keys` back; a host rests until `host_until` before somebody else asks it."""
    mine = _listed(keys) | {"token": token}
    tx.execute(_FREE, mine)
    tx.execute(_REST, mine | {"until": host_until})


# Built once, and of one parameter for all keys: most of what a small statement costs is its building.


def _listed(keys: Collection[Key]) -> dict[str, Any]:
    return {"kinds": [kind for kind, _ in keys], "names": [name for _, name in keys]}


_KEYS = "unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS k(kind, name)"
_MINE = "l.token = :token AND l.kind = k.kind AND l.name = k.name"
_LAY = text(
    "INSERT INTO leases (kind, name, token, until) "
    f"SELECT k.kind, k.name, :token, CAST(:until AS timestamptz) FROM {_KEYS} "
    "ON CONFLICT (kind, name) DO UPDATE SET token = excluded.token, until = excluded.until "
    "WHERE leases.until <= :now RETURNING kind, name"
)
_HELD = text(
    "SELECT name FROM leases WHERE kind = :kind AND token = :token AND name = ANY(CAST(:names AS text[])) "
    "FOR UPDATE"
)
_PROLONG = text(f"UPDATE leases AS l SET until = :until FROM {_KEYS} WHERE {_MINE}")
_FREE = text(f"DELETE FROM leases AS l USING {_KEYS} WHERE {_MINE} AND l.kind <> 'host'")
_REST = text(
    f"UPDATE leases AS l SET token = '', until = :until FROM {_KEYS} WHERE {_MINE} AND l.kind = 'host'"
)


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

"""Since when each rule stands as it does: a new or edited rule speaks of what comes, not of what was seen before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from monitor.store import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_KEY = "rules"


def note(tx: Connection, rules: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Remember the rules (`watchlist/rule` to a digest of what it asks) and since when; those that are new or edited.

    The first rules of a database stand since ever. A rule that is gone and comes back is new.
    """
    known = facts.get(tx, _KEY)
    began = known if known is not None else {name: [digest, None] for name, digest in rules.items()}
    kept = {
        name: began[name] if began.get(name, [None])[0] == digest else [digest, now.isoformat()]
        for name, digest in rules.items()
    }
    if kept != known:
        facts.put(tx, _KEY, kept, now)
    return tuple(name for name in kept if kept[name] != began.get(name))


def since(tx: Connection) -> dict[str, datetime]:
    """Since when each rule stands that was new or edited after the database began."""
    known = facts.get(tx, _KEY) or {}
    return {name: datetime.fromisoformat(at) for name, (_, at) in known.items() if at is not None}


def backdate(tx: Connection, rule: str, at: datetime, now: datetime) -> bool:
    """A person wants a rule to speak of what was seen since `at` too. False: there is no such rule."""
    known = facts.get(tx, _KEY) or {}
    if rule not in known:
        return False
    facts.put(tx, _KEY, {**known, rule: [known[rule][0], at.isoformat()]}, now)
    return True

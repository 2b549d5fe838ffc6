"""What people called false alarms: kept with an author, a reason and an end;
and what each of them silenced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from monitor.errors import StoreError
from monitor.model import Coverage, Severity
from monitor.model.delivery import BY, Part, Suppression
from monitor.store.sql import changed, put_new
from monitor.store.tables_delivery import suppressions
from monitor.store.tables_news import contacts, items, matches, stories, suppressed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from monitor.model import Match, StoryItem


def add(
    tx: Connection,
    watchlist: str,
    parts: Sequence[Part],
    *,
    rule: str | None,
    author: str,
    reason: str,
    now: datetime,
    expires_at: datetime,
    item_id: int | None = None,
) -> Suppression:
    """Keep that a person called matches false.

    Raises StoreError: it would silence a whole watchlist or rule, or has no time.
    """
    if not parts or any(part == Part() for part in parts):
        raise StoreError(
            "a suppression without a scope would silence everything (name a story, a term, an outlet)"
        )
    if expires_at <= now:
        raise StoreError("a suppression must end after now (give a longer time)")
    row: dict[str, Any] = {
        "watchlist": watchlist,
        "rule": rule,
        "scope": {"any": [_written(part) for part in parts]},
    }
    row |= {"author": author, "reason": reason, "at": now, "expires_at": expires_at, "item_id": item_id}
    made = tx.execute(suppressions.insert().values(row).returning(*suppressions.c)).mappings().one()
    return _suppression(made)


def get(tx: Connection, suppression_id: int) -> Suppression | None:
    """One by its number."""
    found = tx.execute(select(suppressions).where(suppressions.c.id == suppression_id)).mappings().first()
    return _suppression(found) if found is not None else None


#: built once: it runs for every item that matches
_ACTIVE = (
    select(suppressions)
    .where(suppressions.c.expires_at > bindparam("now"), suppressions.c.ended_at.is_(None))
    .order_by(suppressions.c.id)
)


def active(tx: Connection, now: datetime) -> tuple[Suppression, ...]:
    """Those in force, the oldest first."""
    return tuple(_suppression(row) for row in tx.execute(_ACTIVE, {"now": now}).mappings())


def every(tx: Connection, limit: int = 1000) -> tuple[Suppression, ...]:
    """All of them, also those that are over, the newest first."""
    found = tx.execute(select(suppressions).order_by(suppressions.c.id.desc()).limit(limit)).mappings()
    return tuple(_suppression(row) for row in found)


def expire(tx: Connection, suppression_id: int, now: datetime) -> bool:
    """End it now, for what comes: what it silenced stays so.

    False: there is none of this number, or it is over.
    """
    c = suppressions.c
    goes_on = (c.id == suppression_id) & c.ended_at.is_(None) & (c.expires_at > now)
    return changed(tx, update(suppressions).where(goes_on).values(ended_at=now)) == 1


def prolong(tx: Connection, suppression_id: int, until: datetime) -> bool:
    """Let it last until then, after a review. False: there is none of this number, or a person ended it."""
    c = suppressions.c
    goes_on = (c.id == suppression_id) & c.ended_at.is_(None)
    return changed(tx, update(suppressions).where(goes_on).values(expires_at=until)) == 1


def silenced(tx: Connection) -> Mapping[str, int]:
    """How many items each suppression silenced, by its `by`."""
    counted = select(suppressed.c.by, func.count(suppressed.c.item_id.distinct()))
    ours = counted.where(suppressed.c.by.startswith(BY, autoescape=True)).group_by(suppressed.c.by)
    return {row[0]: row[1] for row in tx.execute(ours)}


def silenced_by(tx: Connection, by: str, limit: int = 100) -> tuple[int, ...]:
    """The items that it silenced, the newest first."""
    found = select(suppressed.c.item_id).where(suppressed.c.by == by).distinct()
    return tuple(tx.execute(found.order_by(suppressed.c.item_id.desc()).limit(limit)).scalars())


def silence(tx: Connection, item: StoryItem, false: Sequence[tuple[Match, Suppression]]) -> None:
    """Turn matches of an item into silenced mentions; it ends as what its other matches make of it."""
    for match, suppression in false:
        this = (matches.c.item_id == item.id) & (matches.c.rule == match.rule)
        tx.execute(delete(matches).where(this, matches.c.watchlist == match.watchlist))
        put_new(tx, suppressed, [_mention(item, match, suppression)])
    gone = {(match.watchlist, match.rule) for match, _ in false}
    left = [m for m in item.matches if (m.watchlist, m.rule) not in gone]
    heard = {match.watchlist for match in left}
    tx.execute(delete(contacts).where(contacts.c.item_id == item.id, contacts.c.watchlist.not_in(heard)))
    state, detail = _ended(item, left, [suppression for _, suppression in false])
    ours = update(items).where(items.c.id == item.id)
    tx.execute(ours.values(coverage=state.value, coverage_detail=detail))
    if item.story_id is not None:
        _soften(tx, item.story_id)


def _ended(item: StoryItem, left: Sequence[Match], by: Sequence[Suppression]) -> tuple[Coverage, str]:
    if not left:
        said = "; ".join(dict.fromkeys(f"{s.author}: {s.reason}" for s in by))
        return Coverage.SUPPRESSED, f"called a false alarm ({said})"
    loud = any(m.severity.rank >= Severity.MEDIUM.rank for m in left)
    kept = item.coverage if loud else Coverage.RELATED
    return kept, "; ".join(m.reason for m in left)


def _mention(item: StoryItem, match: Match, suppression: Suppression) -> dict[str, Any]:
    row = {"item_id": item.id, "revision": item.revision, "watchlist": match.watchlist, "rule": match.rule}
    row |= {"by": suppression.by}
    for first in match.evidence[:1]:
        row |= {name: getattr(first, name) for name in ("text", "field", "start", "end", "sentence")}
    return row


def _soften(tx: Connection, story_id: str) -> None:
    """A story is as loud as its loudest match that is left."""
    joined = select(matches.c.severity).join(items, items.c.id == matches.c.item_id)
    left = tx.execute(joined.where(items.c.story_id == story_id).distinct()).scalars()
    loudest = max((Severity(word) for word in left), key=lambda s: s.rank, default=Severity.INFO)
    tx.execute(update(stories).where(stories.c.id == story_id).values(severity=loudest.value))


def _written(part: Part) -> dict[str, Any]:
    terms = sorted(part.terms) if part.terms is not None else None
    said = {"story": part.story, "terms": terms, "family": part.family}
    return {name: value for name, value in said.items() if value is not None}


def _suppression(row: RowMapping) -> Suppression:
    values = {name: value for name, value in row.items() if name != "scope"}
    parts = tuple(
        Part(
            story=part.get("story"),
            terms=frozenset(part["terms"]) if "terms" in part else None,
            family=part.get("family"),
        )
        for part in row["scope"]["any"]
    )
    return Suppression(**values, parts=parts)

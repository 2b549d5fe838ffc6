"""What only the desk's pages and metrics ask the archive: figures, and the newest of a kind by pages.

Nothing here reads a whole table: figures come from the ends of indexes, lists by keyset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String as Words
from sqlalchemy import cast, func, literal, select

from monitor.store.journal import DEAD, LINE, JournalLine
from monitor.store.outbox import OPEN
from monitor.store.sql import among
from monitor.store.tables_delivery import acks, alert_groups, alert_members, deliveries, suppressions
from monitor.store.tables_news import contacts, feeds, items, matches, stories, suppressed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

#: deliveries from which latencies are read
SAMPLE = 300


def totals(tx: Connection) -> Mapping[str, int]:
    """How many items, matches and deliveries there ever were: their numbers never come back."""
    ends = {"items": items.c.id, "matches": matches.c.id, "deliveries": deliveries.c.seq}
    asked = (
        select(func.coalesce(func.max(end), 0)).scalar_subquery().label(name) for name, end in ends.items()
    )
    return dict(tx.execute(select(*asked)).mappings().one())


def version(tx: Connection) -> str:
    """Another text as soon as anything on the page of stories may be another."""
    ends = (matches.c.id, acks.c.id, suppressions.c.id, stories.c.changed_at)
    row = tx.execute(select(*(select(func.max(end)).scalar_subquery() for end in ends))).one()
    return "-".join(str(value) for value in row).replace(" ", "T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A group in which a story was to be told to a receiver, and what became of that."""

    receiver: str
    opened_at: datetime
    settled_at: datetime | None
    #: open | sent | dropped
    state: str
    reason: str
    #: why the story was not told with its group
    held: str
    route: str
    acked_by: str
    #: of the message that was made for it; empty, and None, where none was
    delivery_id: str | None
    delivery_state: str | None
    last_error: str | None


def tellings(tx: Connection, story_id: str, limit: int = 50) -> Sequence[Telling]:
    """Whom a story was told, or was not, the newest first."""
    g, m, d = alert_groups.c, alert_members.c, deliveries.c
    made = d.cause == literal("alert:") + cast(g.id, Words)
    found = (
        select(
            g.receiver, g.opened_at, g.settled_at, g.state, g.reason, m.held, g.route, g.acked_by,
            d.id.label("delivery_id"), d.state.label("delivery_state"), d.last_error,
        )
        .join_from(alert_groups, alert_members, m.group_id == g.id)
        .outerjoin(deliveries, made & (d.receiver == g.receiver) & (d.part == 0))
        .where(m.story_id == story_id)
        .order_by(g.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [Telling(**row) for row in tx.execute(found).mappings()]


def feeds_by_state(tx: Connection, unwell: Collection[str]) -> Mapping[str, int]:
    """How many feeds are in each state; `unwell`: the states of those that are not ok."""
    total, enabled = tx.execute(
        select(func.count(), func.count().filter(feeds.c.enabled)).select_from(feeds)
    ).one()
    found = {state: sum(s == state for s in unwell) for state in ("failing", "quiet", "gone", "never")}
    return {"ok": enabled - len(unwell), **found, "disabled": total - enabled}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An alert's way: when its news was published (None: nobody can say), seen, told to us, and delivered."""

    published_at: datetime | None
    seen_at: datetime
    queued_at: datetime
    delivered_at: datetime


def passages(tx: Connection, since: datetime) -> Sequence[Passage]:
    """The ways of the newest alerts that were delivered since then, newest first."""
    d, g = deliveries.c, alert_groups.c
    told = literal("alert:") + cast(g.id, Words)
    sent = (
        select(g.story_id, g.opened_at, d.created_at, d.settled_at)
        .join_from(deliveries, alert_groups, d.cause == told)
        .where(d.state == "delivered", d.kind == "alert", d.settled_at >= since)
        .order_by(d.seq.desc())
        .limit(SAMPLE)
    )
    found = tx.execute(sent).all()
    news = _news(tx, [row.story_id for row in found if row.story_id])
    return [
        Passage(published_at=said, seen_at=seen, queued_at=row.created_at, delivered_at=row.settled_at)
        for row in found
        for seen, said in [_opening(news.get(row.story_id, ()), row.opened_at)]
    ]


def _news(tx: Connection, story_ids: Collection[str]) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Of the items of stories: when each was seen, and when it says that it was published."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    i = items.c
    query = select(i.story_id, i.first_seen_at, i.published_at, i.date_flag)
    for row in among(tx, query, i.story_id, story_ids):
        said = row.published_at if row.date_flag == "ok" else None
        found.setdefault(row.story_id, []).append((row.first_seen_at, said))
    return found


def _opening(
    news: Sequence[tuple[datetime, datetime | None]], opened_at: datetime
) -> tuple[datetime, datetime | None]:
    """The item that opened a group: the last one seen before."""
    before = [(seen, said) for seen, said in news if seen <= opened_at]
    return max(before, key=lambda one: one[0], default=(opened_at, None))


def contacts_version(tx: Connection) -> str:
    """Another text as soon as the register of contacts may be another."""
    ends = (contacts.c.id, suppressed.c.id, matches.c.id, stories.c.changed_at)
    row = tx.execute(select(*(select(func.max(end)).scalar_subquery() for end in ends))).one()
    return "-".join(map(str, row))


def deliveries_of(
    tx: Connection, *, receiver: str = "", kind: str = "", state: str = "", limit: int
) -> tuple[JournalLine, ...]:
    """The newest deliveries, newest first; `state`: owed, dead or delivered, of what is empty all."""
    d = deliveries.c
    query = select(*LINE).order_by(d.seq.desc()).limit(limit)
    states = {"owed": OPEN, "dead": DEAD, "delivered": ("delivered", "summarised")}
    for value, condition in (
        (receiver, d.receiver == receiver),
        (kind, d.kind == kind),
        (state, d.state.in_(states.get(state, ()))),
    ):
        query = query.where(condition) if value else query
    return tuple(JournalLine(**row) for row in tx.execute(query).mappings())


def message(tx: Connection, delivery_id: str) -> tuple[JournalLine, Any] | None:
    """A delivery with its message; that is None once it was pruned. None: there is no such delivery."""
    d = deliveries.c
    row = tx.execute(select(*LINE, d.payload).where(d.id == delivery_id)).mappings().first()
    if row is None:
        return None
    line = dict(row)
    payload = line.pop("payload")
    return JournalLine(**line), payload

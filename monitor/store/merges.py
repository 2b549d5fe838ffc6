"""Items that come into stories, stories that become one, and items that are taken out of one:
no id ever leads to nothing or to something else.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from monitor.errors import StoreError
from monitor.model import Severity
from monitor.store import signatures
from monitor.store import stories as links
from monitor.store.alerts import purpose
from monitor.store.sql import batches, put_new
from monitor.store.tables_delivery import acks, alert_groups, alert_members
from monitor.store.tables_news import items, matches, stories, stories_apart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from monitor.model import PlacedItem


_APART = select(stories_apart).where(
    stories_apart.c.one.in_(bindparam("ids", expanding=True))
    | stories_apart.c.other.in_(bindparam("ids", expanding=True))
)


def put_placed(tx: Connection, placed: Sequence[PlacedItem], at: datetime) -> None:
    """Write what was decided of the items of a poll: stories in the order in which they were joined and
    merged, then all items with what is kept of them.
    """
    goes_on: dict[str, str] = {}
    for one in placed:
        links.join(tx, one.joins, at, severity=one.severity, title=one.title)
        for loser, winner in one.merges:
            merge(tx, loser, winner, at)
            goes_on = {name: winner if last == loser else last for name, last in goes_on.items()}
            goes_on[loser] = winner
        links.link(tx, one.story, one.links, at)
    links.put_items(tx, [(p.item_id, goes_on.get(p.story, p.story), p.credit, p.copy_of) for p in placed])
    for one in placed:
        if one.revised and one.copy_of is not None:
            links.lead_on(tx, one.item_id, one.copy_of)
    revised = [one.item_id for one in placed if one.revised]
    signatures.put(tx, [(p.item_id, p.at, p.signature, p.keys) for p in placed], revised=revised)
    signatures.count_facts(tx, [opened for one in placed for opened in one.counts])


def apart(tx: Connection, story_ids: Iterable[str]) -> set[frozenset[str]]:
    """The pairs with one of these stories that a person took apart."""
    pairs: set[frozenset[str]] = set()
    for batch in batches(story_ids):
        pairs |= {frozenset((row.one, row.other)) for row in tx.execute(_APART, {"ids": batch})}
    return pairs


def merge(tx: Connection, loser: str, winner: str, at: datetime, *, by_hand: bool = False) -> bool:
    """`loser` goes on in `winner`: its items and what receivers were told of it move, its id leads there from
    now on.

    An alert of either that waits for a receiver who was told of the other is dropped: `jobs.alert` asks again
    whether the whole is worth telling. False where they are one already, one of them does not exist, or a
    person took them apart; `by_hand` overrules that.
    """
    into, out_of = links.resolve_id(tx, winner), links.resolve_id(tx, loser)
    if into is None or out_of is None or into == out_of:
        return False
    if by_hand:
        tx.execute(delete(stories_apart).where(_pair(into, out_of)))
    elif tx.execute(select(stories_apart.c.one).where(_pair(into, out_of))).first() is not None:
        return False
    tx.execute(update(items).where(items.c.story_id == out_of).values(story_id=into))
    _move_alerts(tx, out_of, into, at)
    _move_pairs(tx, out_of, into)
    links.move_links(tx, out_of, into)
    _take_in(tx, out_of, into, at)
    return True


def split(tx: Connection, story_id: str, item_ids: Collection[int], at: datetime) -> str:
    """Take items out of a story into a new one, whose id is returned; the two are not merged again by
    themselves.

    Receivers who were told of the whole story count as told of both. Raises StoreError: there is no such
    story, an item is not in it, or none would stay.
    """
    name = _splittable(tx, story_id, item_ids)
    fresh = _new_id(tx, name, item_ids)
    put_new(tx, stories, [_row(tx, fresh, item_ids, at)])
    for batch in batches(item_ids):
        tx.execute(update(items).where(items.c.id.in_(batch)).values(story_id=fresh))
    # a copy whose original is in another story is a telling of its own there
    out = select(items.c.id).where(items.c.story_id == fresh)
    stays = select(items.c.id).where(items.c.story_id == name)
    for inside, outside in ((out, stays), (stays, out)):
        torn = items.c.id.in_(inside) & items.c.copy_of.in_(outside)
        tx.execute(update(items).where(torn).values(copy_of=None))
    tx.execute(
        update(stories).where(stories.c.id == name).values(changed_at=at, severity=_loudest(tx, stays))
    )
    put_new(tx, stories_apart, [dict(zip(("one", "other"), sorted((name, fresh)), strict=True))])
    _count_as_told(tx, name, fresh)
    links.link(tx, fresh, [(name, "taken apart by hand")], at)
    return fresh


def _splittable(tx: Connection, story_id: str, item_ids: Collection[int]) -> str:
    """The id under which the story goes on, when `item_ids` can be taken out of it."""
    name = links.resolve_id(tx, story_id)
    if name is None:
        raise StoreError(f"there is no story {story_id}")
    if not item_ids:
        raise StoreError("nothing to take out (name at least one item)")
    held = set(tx.execute(select(items.c.id).where(items.c.story_id == name)).scalars())
    strangers = sorted(set(item_ids) - held)
    if strangers:
        raise StoreError(f"item {strangers[0]} is not in story {name}")
    if held == set(item_ids):
        raise StoreError(f"these are all the items of story {name} (some must stay)")
    return name


def _pair(one: str, other: str) -> ColumnElement[bool]:
    first, second = sorted((one, other))
    return (stories_apart.c.one == first) & (stories_apart.c.other == second)


def _move_alerts(tx: Connection, loser: str, winner: str, at: datetime) -> None:
    """Those that were sent move.

    Of those that wait, none stays that a receiver need not hear, and one is enough.
    """
    both = select(alert_groups, alert_members.c.story_id.label("member"), alert_members.c.held).join(
        alert_members, alert_members.c.group_id == alert_groups.c.id
    )
    both = both.where(alert_members.c.story_id.in_([loser, winner]))
    found = tx.execute(both.order_by(alert_groups.c.due_at, alert_groups.c.id)).mappings().all()
    knows = {(g["receiver"], g["member"]) for g in found if g["state"] == "sent" and not g["held"]}
    kept: set[tuple[str, str]] = set()
    for group in (g for g in found if g["state"] == "open"):
        other = winner if group["member"] == loser else loser
        whom = group["receiver"], purpose(group["key"])
        if (not whom[1] and (group["receiver"], other) in knows) or whom in kept:
            _take_out(tx, group["id"], group["member"], f"one story with {other}", at)
        else:
            kept.add(whom)
    _rename_members(tx, loser, winner)
    tx.execute(update(alert_groups).where(alert_groups.c.story_id == loser).values(story_id=winner))
    tx.execute(update(acks).where(acks.c.story_id == loser).values(story_id=winner))


def _take_out(tx: Connection, group_id: int, story_id: str, why: str, at: datetime) -> None:
    """A story leaves an open group; the group is dropped where none is left to tell."""
    members = alert_members.c
    mine = members.group_id == group_id
    tx.execute(update(alert_members).where(mine, members.story_id == story_id).values(held=why))
    if tx.execute(select(members.story_id).where(mine, members.held == "").limit(1)).first() is None:
        dropped = {"state": "dropped", "settled_at": at, "reason": why}
        tx.execute(update(alert_groups).where(alert_groups.c.id == group_id).values(dropped))


def _rename_members(tx: Connection, loser: str, winner: str) -> None:
    """Where both are in one group, the one that was told stands for both."""
    members = alert_members.c
    of_both = select(members.group_id).where(members.story_id.in_([loser, winner]))
    shared = of_both.group_by(members.group_id).having(func.count() > 1)
    for group_id in tx.execute(shared).scalars().all():
        untold = select(members.story_id).where(members.group_id == group_id, members.held != "")
        gone = tx.execute(untold.where(members.story_id.in_([loser, winner])).limit(1)).scalar() or loser
        tx.execute(delete(alert_members).where(members.group_id == group_id, members.story_id == gone))
    tx.execute(update(alert_members).where(members.story_id == loser).values(story_id=winner))


def _move_pairs(tx: Connection, loser: str, winner: str) -> None:
    """What was taken apart from the loser is apart from the winner."""
    apart = or_(stories_apart.c.one == loser, stories_apart.c.other == loser)
    others = {name for row in tx.execute(select(stories_apart).where(apart)) for name in row}
    tx.execute(delete(stories_apart).where(apart))
    pairs = [sorted((winner, other)) for other in others - {loser, winner}]
    put_new(tx, stories_apart, [{"one": one, "other": other} for one, other in pairs])


def _take_in(tx: Connection, loser: str, winner: str, at: datetime) -> None:
    rows = {
        row["id"]: row
        for row in tx.execute(select(stories).where(stories.c.id.in_([loser, winner]))).mappings()
    }
    loudest = max((Severity(row["severity"]) for row in rows.values()), key=lambda s: s.rank)
    first = min(row["first_seen_at"] for row in rows.values())
    values = {"severity": loudest.value, "first_seen_at": first, "changed_at": at}
    tx.execute(update(stories).where(stories.c.id == winner).values(values))
    # redirects never chain: one look finds where a story went
    redirected = or_(stories.c.id == loser, stories.c.merged_into == loser)
    tx.execute(update(stories).where(redirected).values(merged_into=winner))


def _new_id(tx: Connection, story_id: str, item_ids: Collection[int]) -> str:
    """Stable for the same items; another one where a story had them before."""
    turn = 0
    while True:
        words = f"{story_id} {sorted(item_ids)} {turn}"
        fresh = f"s-{hashlib.sha256(words.encode()).hexdigest()[:10]}"
        if links.resolve_id(tx, fresh) is None:
            return fresh
        turn += 1


def _row(tx: Connection, story_id: str, item_ids: Collection[int], at: datetime) -> dict[str, Any]:
    first = min(item_ids)
    oldest = select(items.c.title, items.c.first_seen_at).where(items.c.id == first)
    found: RowMapping = tx.execute(oldest).mappings().one()
    return {
        "id": story_id,
        "first_seen_at": found["first_seen_at"],
        "changed_at": at,
        "severity": _loudest(tx, select(items.c.id).where(items.c.id.in_(list(item_ids)))),
        "title": found["title"],
    }


def _loudest(tx: Connection, of: Any) -> str:
    found = tx.execute(select(matches.c.severity).where(matches.c.item_id.in_(of)).distinct()).scalars()
    return max(map(Severity, found), key=lambda s: s.rank, default=Severity.INFO).value


def _count_as_told(tx: Connection, story_id: str, fresh: str) -> None:
    """Copy what each receiver was told last of the old story."""
    members = alert_members.c
    joined = select(func.max(alert_groups.c.id)).join(alert_members, members.group_id == alert_groups.c.id)
    this = (members.story_id == story_id) & (members.held == "") & (alert_groups.c.state == "sent")
    last = tx.execute(joined.where(this).group_by(alert_groups.c.receiver)).scalars().all()
    found = select(alert_members).where(members.group_id.in_(last), members.story_id == story_id)
    rows = [dict(row) | {"story_id": fresh} for row in tx.execute(found).mappings()]
    put_new(tx, alert_members, rows)

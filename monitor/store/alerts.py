"""Alert groups: stories that wait to be told to a receiver together, and what each receiver was told last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, delete, exists, func, or_, select, update

from monitor.model import Severity
from monitor.store import rows
from monitor.store.sql import MADE_DUE, changed, insert
from monitor.store.tables_delivery import alert_groups, alert_members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from monitor.model import Standing

#: what matchers see of a story, as stored: its values by the name of the label
Labels = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A story in a group."""

    story_id: str
    #: what matchers saw of it when it joined
    labels: Labels = field(default_factory=dict)
    #: why it was not told with its group; empty: it was, or waits to be
    held: str = ""
    severity: Severity | None = None
    told: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """Stories for a receiver, open until they are sent or dropped."""

    id: int
    receiver: str
    #: the story that opened it; None: it is gone
    story_id: str | None
    opened_at: datetime
    due_at: datetime
    state: str
    reason: str = ""
    settled_at: datetime | None = None
    #: how loud the story was, and its last match, when the receiver was told
    severity: Severity | None = None
    match_id: int | None = None
    #: what the receiver knows of the story since it was told; None: told before that was kept
    told: Standing | None = None
    #: the path of the route, and what the stories have in common there
    route: str = ""
    key: str = ""
    labels: Labels | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    escalated_at: datetime | None = None
    #: how often its unchanged stories were told again
    repeats: int = 0
    #: the story that opened it first
    members: tuple[Member, ...] = ()


# built once: these run for every story that something was told of
_OURS = alert_groups.c.receiver == bindparam("to"), alert_groups.c.state == "open"
_WAITING = (
    select(alert_groups.c.id, alert_groups.c.key)
    .join(alert_members, alert_members.c.group_id == alert_groups.c.id)
    .where(*_OURS, alert_members.c.story_id == bindparam("story"))
    .order_by(alert_groups.c.id)
)
_OPEN = select(alert_groups.c.id).where(*_OURS, alert_groups.c.key == bindparam("under"))
_SOONER = (
    update(alert_groups)
    .where(alert_groups.c.id == bindparam("this"), alert_groups.c.due_at > bindparam("soonest"))
    .values(due_at=bindparam("soonest"))
)
_SENT = (
    select(alert_groups)
    .join(alert_members, alert_members.c.group_id == alert_groups.c.id)
    .where(
        alert_groups.c.receiver == bindparam("to"),
        alert_groups.c.state == "sent",
        alert_members.c.story_id == bindparam("story"),
        alert_members.c.held == "",
    )
    .order_by(alert_groups.c.id)
)


def open_group(
    tx: Connection,
    receiver: str,
    story_id: str,
    *,
    now: datetime,
    due_at: datetime,
    reason: str = "",
    key: str | None = None,
    route: str = "",
    labels: Labels | None = None,
    story_labels: Labels | None = None,
    repeats: int = 0,
) -> bool:
    """Let a story wait for a receiver until `due_at`, with those of the same `key`; None: by itself.

    One that waits already stays where it is, and no wait is ever put off. True when the story did not wait
    before.
    """
    key = key if key is not None else f"story={story_id}"
    tx.info[MADE_DUE] = True
    waiting = _open_with(tx, receiver, story_id, key)
    if waiting is None:
        row = {"receiver": receiver, "story_id": story_id, "opened_at": now, "due_at": due_at, "key": key}
        more = {"state": "open", "reason": reason, "route": route, "labels": labels, "repeats": repeats}
        made = tx.execute(insert(tx, alert_groups).values(row | more).returning(alert_groups.c.id))
        return _join(tx, made.scalar_one(), story_id, story_labels)
    tx.execute(_SOONER, {"this": waiting, "soonest": due_at})
    return _join(tx, waiting, story_id, story_labels)


#: how the keys of groups begin that tell what nobody acknowledged, to another receiver or to the same
ESCALATED, REPEATED = "escalated:", "repeated:"


def purpose(key: str) -> str:
    """What a group is for: `ESCALATED`, `REPEATED`, or news, which is the empty text."""
    return next((begin for begin in (ESCALATED, REPEATED) if key.startswith(begin)), "")


def _open_with(tx: Connection, receiver: str, story_id: str, key: str) -> int | None:
    """The open group of the same purpose in which the story waits, else the one of the key."""
    for row in tx.execute(_WAITING, {"to": receiver, "story": story_id}):
        if purpose(row.key) == purpose(key):
            return int(row.id)
    found: int | None = tx.execute(_OPEN, {"to": receiver, "under": key}).scalar()
    return found


def leave_repeats(tx: Connection, receiver: str, story_id: str) -> None:
    """The story waits no more to be repeated: it was told."""
    ours = (alert_groups.c.receiver == receiver) & (alert_groups.c.state == "open")
    repeated = select(alert_groups.c.id).where(ours, alert_groups.c.key.startswith(REPEATED))
    mine = (alert_members.c.story_id == story_id) & alert_members.c.group_id.in_(repeated)
    tx.execute(delete(alert_members).where(mine))
    left = exists().where(alert_members.c.group_id == alert_groups.c.id)
    tx.execute(delete(alert_groups).where(ours, alert_groups.c.key.startswith(REPEATED), ~left))


def _join(tx: Connection, group_id: int, story_id: str, labels: Labels | None) -> bool:
    row = {"group_id": group_id, "story_id": story_id, "labels": labels}
    once = insert(tx, alert_members).values(row).on_conflict_do_nothing()
    if changed(tx, once):
        return True
    if labels is not None:
        this = (alert_members.c.group_id == group_id) & (alert_members.c.story_id == story_id)
        tx.execute(update(alert_members).where(this).values(labels=labels))
    return False


def due(tx: Connection, now: datetime, limit: int = 100) -> tuple[AlertGroup, ...]:
    """Open groups whose wait is over, the longest waiting first."""
    found = select(alert_groups).where(alert_groups.c.state == "open", alert_groups.c.due_at <= now)
    ordered = found.order_by(alert_groups.c.due_at, alert_groups.c.id).limit(limit)
    return _groups(tx, tx.execute(ordered).mappings().all())


def load(tx: Connection, group_id: int) -> AlertGroup | None:
    """The group as it is now."""
    found = tx.execute(select(alert_groups).where(alert_groups.c.id == group_id)).mappings().all()
    return next(iter(_groups(tx, found)), None)


def postpone(tx: Connection, group_id: int, until: datetime) -> bool:
    """Let an open group wait longer: its route is muted. False: it was closed."""
    this = (alert_groups.c.id == group_id) & (alert_groups.c.state == "open")
    return changed(tx, update(alert_groups).where(this).values(due_at=until)) == 1


def tell(tx: Connection, group_id: int, story_id: str, *, severity: Severity, told: Standing) -> None:
    """Keep what the receiver knows of a story since its group was sent."""
    _put_member(tx, group_id, story_id, severity=severity.value, told=rows.standing_row(told), held="")


def hold(tx: Connection, group_id: int, story_id: str, why: str) -> None:
    """Keep why a story was not told with its group."""
    _put_member(tx, group_id, story_id, held=why)


def _put_member(tx: Connection, group_id: int, story_id: str, **values: Any) -> None:
    this = (alert_members.c.group_id == group_id) & (alert_members.c.story_id == story_id)
    tx.execute(update(alert_members).where(this).values(values))


def settle(
    tx: Connection,
    group_id: int,
    state: Literal["sent", "dropped"],
    now: datetime,
    *,
    reason: str = "",
    severity: Severity | None = None,
    match_id: int | None = None,
) -> bool:
    """Close an open group. False: it was closed already, so nothing may be sent for it.

    `severity`: of the story that opened the group; of others, and what was told, `tell` keeps it.
    """
    loud = severity.value if severity is not None else None
    values: dict[str, object] = {"state": state, "settled_at": now, "match_id": match_id, "severity": loud}
    if reason:
        values["reason"] = reason
    this = (alert_groups.c.id == group_id) & (alert_groups.c.state == "open")
    if changed(tx, update(alert_groups).where(this).values(values)) != 1:
        return False
    opener = select(alert_groups.c.story_id).where(alert_groups.c.id == group_id).scalar_subquery()
    mine = (alert_members.c.group_id == group_id) & (alert_members.c.held == "")
    if state == "dropped":
        tx.execute(update(alert_members).where(mine).values(held=reason or "dropped"))
    elif loud is not None:
        fresh = mine & (alert_members.c.story_id == opener) & alert_members.c.severity.is_(None)
        tx.execute(update(alert_members).where(fresh).values(severity=loud))
    return True


def sent(tx: Connection, receiver: str, story_id: str) -> tuple[AlertGroup, ...]:
    """Everything that the receiver was told of the story, and of the stories that it took in, oldest first.

    `severity` and `told` of each group are those of this story.
    """
    found = tx.execute(_SENT, {"to": receiver, "story": story_id}).mappings().all()
    groups = _groups(tx, found)
    return tuple(_as_told(group, story_id) for group in groups)


def _as_told(group: AlertGroup, story_id: str) -> AlertGroup:
    mine = next(member for member in group.members if member.story_id == story_id)
    return replace(group, severity=mine.severity, told=mine.told)


def last_sent(tx: Connection, receiver: str, story_id: str) -> AlertGroup | None:
    """What the receiver was told of the story last; None: nothing yet."""
    return next(reversed(sent(tx, receiver, story_id)), None)


def ever(tx: Connection, story_id: str) -> bool:
    """Whether the story was told to anybody, waits to be told, or was dropped."""
    any_group = select(alert_members.c.group_id).where(alert_members.c.story_id == story_id).limit(1)
    return tx.execute(any_group).first() is not None


def held(tx: Connection, story_ids: Iterable[str], receiver: str | None = None) -> dict[str, str]:
    """Why stories were not alerted when they last might have been: a silence, an inhibition.

    For the digest.
    """
    joined = select(alert_members.c.story_id, alert_members.c.held).join(
        alert_groups, alert_groups.c.id == alert_members.c.group_id
    )
    ours = [alert_members.c.story_id.in_(list(story_ids)), alert_groups.c.state != "open"]
    if receiver is not None:
        ours.append(alert_groups.c.receiver == receiver)
    found = tx.execute(joined.where(*ours).order_by(alert_groups.c.id))
    last = {row.story_id: row.held for row in found}
    return {story: why for story, why in last.items() if why.startswith(("silenced", "inhibited"))}


def next_due(tx: Connection) -> datetime | None:
    """When the next open group is due."""
    return tx.execute(select(func.min(alert_groups.c.due_at)).where(alert_groups.c.state == "open")).scalar()


def hurry(tx: Connection, now: datetime) -> int:
    """End the wait of every open group, for a single pass that waits for nobody. Returns how many waited.

    A repetition or an escalation is not news: it keeps its time.
    """
    news = alert_groups.c.reason.not_in(["repeat", "escalated"])
    waiting = update(alert_groups).where(alert_groups.c.state == "open", alert_groups.c.due_at > now, news)
    return changed(tx, waiting.values(due_at=now))


def _groups(tx: Connection, found: Sequence[RowMapping]) -> tuple[AlertGroup, ...]:
    ids = [row["id"] for row in found]
    held_by: dict[int, list[Member]] = {group_id: [] for group_id in ids}
    if ids:
        members = select(alert_members).where(alert_members.c.group_id.in_(ids))
        for row in tx.execute(members.order_by(alert_members.c.story_id)).mappings():
            held_by[row["group_id"]].append(_member(row))
    return tuple(_group(row, held_by[row["id"]]) for row in found)


def _member(row: Mapping[str, Any] | RowMapping) -> Member:
    severity = Severity(row["severity"]) if row["severity"] else None
    told = rows.standing(row["told"]) if row["told"] is not None else None
    rest = {"story_id": row["story_id"], "labels": row["labels"] or {}, "held": row["held"]}
    return Member(severity=severity, told=told, **rest)


def _group(row: RowMapping, members: Sequence[Member]) -> AlertGroup:
    severity = Severity(row["severity"]) if row["severity"] else None
    told = rows.standing(row["told"]) if row["told"] is not None else None
    first = sorted(members, key=lambda member: member.story_id != row["story_id"])
    return AlertGroup(**{**row, "severity": severity, "told": told, "members": tuple(first)})


def sent_at(
    tx: Connection, receiver: str, *, since: datetime, key: str | None = None
) -> tuple[datetime, ...]:
    """When messages were made for a receiver after `since`, oldest first;
    with a `key`, those of that group.
    """
    ours = [
        alert_groups.c.receiver == receiver,
        alert_groups.c.state == "sent",
        alert_groups.c.settled_at > since,
    ]
    if key is not None:
        ours.append(alert_groups.c.key == key)
    found = select(alert_groups.c.settled_at).where(*ours).order_by(alert_groups.c.settled_at)
    return tuple(tx.execute(found).scalars())


def firing(tx: Connection, since: datetime) -> tuple[tuple[Member, datetime | None], ...]:
    """Stories that wait to be told, with None, and those that were told after `since`, with when.

    One that only waits to be repeated or escalated is as fresh as its last telling.
    """
    joined = select(alert_members, alert_groups.c.settled_at).join(
        alert_groups, alert_groups.c.id == alert_members.c.group_id
    )
    news = ~alert_groups.c.key.startswith(REPEATED) & ~alert_groups.c.key.startswith(ESCALATED)
    live = or_(
        (alert_groups.c.state == "open") & news,
        (alert_groups.c.state == "sent") & (alert_groups.c.settled_at > since),
    )
    found = tx.execute(joined.where(live, alert_members.c.held == "").order_by(alert_groups.c.id.desc()))
    return tuple((_member(row), row["settled_at"]) for row in found.mappings())


def escalated(tx: Connection, group_id: int, now: datetime) -> None:
    """Keep that what was told is to be told to somebody else unless it is acknowledged."""
    tx.execute(update(alert_groups).where(alert_groups.c.id == group_id).values(escalated_at=now))

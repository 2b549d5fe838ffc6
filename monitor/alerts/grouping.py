"""Pure. When a receiver hears of a story: the group it waits in, its route's intervals, and its throttle.

Source: the aggregation groups and the time intervals of prometheus/alertmanager. A moment is compared by the
clock on the wall of its zone, so an interval of a night is as long as that night; an hour that a change of
the clock repeats is in it twice.
"""

from __future__ import annotations

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.routing import Routed
    from monitor.config.routes import EscalateConfig, IntervalConfig, ThrottleConfig, TimeIntervalConfig
    from monitor.model import Severity
    from monitor.model.delivery import Ack


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The group that a story waits in."""

    #: the same for the stories of one group, whatever the order of their values
    key: str
    #: what they have in common
    labels: dict[str, list[str]]


def place(routed: Routed, labels: Mapping[str, Sequence[str]]) -> Place:
    """The group of a story with `labels` that was routed so.

    An empty `group_by` is one group for the route.
    """
    alike = {name: sorted(labels.get(name, ())) for name in sorted(routed.group_by)}
    said = ",".join(f"{name}={json.dumps(values, ensure_ascii=False)}" for name, values in alike.items())
    return Place(key=f"{routed.path}:{said}", labels=alike)


def due_at(
    routed: Routed, now: datetime, *, changed: bool, group_sent_at: datetime | None = None
) -> datetime:
    """When a story may be told: a new one after `group_wait`, a changed one after `group_interval`.

    A new story in a group that was told lately, at `group_sent_at`, waits until the interval since then is
    over too.
    """
    if changed:
        return now + routed.group_interval
    soonest = now + routed.group_wait
    return soonest if group_sent_at is None else max(soonest, group_sent_at + routed.group_interval)


# What was told and nobody acknowledged is told to somebody else, or again.

#: an unchanged story is not repeated for longer than this after its last news: it is over
OVER = timedelta(days=7)


def acknowledged(
    acks: Iterable[Ack], story_id: str, *, receiver: str, since: datetime, now: datetime
) -> Ack | None:
    """The acknowledgement that covers what `receiver` was told of a story at `since`.

    A later telling is news, which an earlier acknowledgement does not cover; an expired one covers nothing.
    """
    for ack in acks:
        ours = ack.story_id == story_id and ack.receiver in (None, receiver)
        if ours and ack.at >= since and (ack.expires_at is None or ack.expires_at > now):
            return ack
    return None


def escalates(severities: Sequence[Severity], rule: EscalateConfig | None) -> bool:
    """Whether what was told is loud enough to be told to another receiver."""
    return rule is not None and any(s.rank >= rule.min_severity.rank for s in severities)


def repeats(changed_at: datetime, now: datetime) -> bool:
    """Whether an unchanged story may still be told again."""
    return now - changed_at < OVER


#: how far ahead the end of a mute is looked for; a longer one is looked at again then
AHEAD = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)


def within(moment: datetime, intervals: Iterable[IntervalConfig]) -> bool:
    """Whether `moment` is in one of the intervals; what an interval does not name does not limit it."""
    return any(_holds(moment, interval) for interval in intervals)


def _holds(moment: datetime, interval: IntervalConfig) -> bool:
    local = moment.astimezone(interval.location)
    minute = local.hour * 60 + local.minute
    last = monthrange(local.year, local.month)[1]
    parts = (
        not interval.times or any(start <= minute < end for start, end in interval.times),
        _among(local.isoweekday(), interval.weekdays),
        not interval.days_of_month
        or any(_day(a, last) <= local.day <= _day(b, last) for a, b in interval.days_of_month),
        _among(local.month, interval.months),
        _among(local.year, interval.years),
    )
    return all(parts)


def _among(value: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


def _day(day: int, last: int) -> int:
    """-1 is the last day of the month.

    A month without that day has none, so that 29 to 31 may be the end of any.
    """
    return max(1, last + 1 + day) if day < 0 else day


def muted(
    moment: datetime,
    *,
    mute: Sequence[str],
    active: Sequence[str],
    named: Mapping[str, TimeIntervalConfig],
) -> bool:
    """Whether nothing is told at `moment`:
    it is in a mute interval, or in none of the active ones where there are any.
    """
    if any(within(moment, named[name].time_intervals) for name in mute if name in named):
        return True
    known = [name for name in active if name in named]
    return bool(known) and not any(within(moment, named[name].time_intervals) for name in known)


def resumes(
    now: datetime,
    *,
    mute: Sequence[str],
    active: Sequence[str],
    named: Mapping[str, TimeIntervalConfig],
) -> datetime:
    """`now` where nothing is muted, else the first full minute at which it is not,
    at most `AHEAD` from now.
    """
    if not muted(now, mute=mute, active=active, named=named):
        return now
    moment = now.replace(second=0, microsecond=0) + _MINUTE
    while moment < now + AHEAD and muted(moment, mute=mute, active=active, named=named):
        moment += _MINUTE
    return moment


# How many messages a receiver takes in a while; what is over is told in one summary, nothing is dropped.

#: the key of the group in which a receiver's stories wait that were over the limit
KEY = "throttled"


def room_at(sent_at: Iterable[datetime], limit: ThrottleConfig, now: datetime) -> datetime:
    """The first moment at which another message may go; `now` where it may go now.

    `sent_at`: when the receiver's messages went, in any order.
    """
    lately = sorted(at for at in sent_at if at > now - limit.per)
    if len(lately) < limit.messages:
        return now
    return lately[-limit.messages] + limit.per


def passes_throttle(severities: Sequence[Severity], limit: ThrottleConfig) -> bool:
    """Whether one of the stories is too loud to wait."""
    return any(severity in limit.exempt for severity in severities)

"""Pure. Which stories a receiver hears of in one message: those of one route that are alike in its
`group_by`.

Source: the aggregation groups of prometheus/alertmanager.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.routing import Routed
    from monitor.config.routes import EscalateConfig
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

"""Pure. Which stories a receiver hears of in one message: those of one route that are alike in its `group_by`.

Source: the aggregation groups of prometheus/alertmanager.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.routing import Routed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The group that a story waits in."""

    #: the same for the stories of one group, whatever the order of their values
    key: str
    #: what they have in common
    labels: dict[str, list[str]]


def place(routed: Routed, labels: Mapping[str, Sequence[str]]) -> Place:
    """The group of a story with `labels` that was routed so. An empty `group_by` is one group for the route."""
    alike = {name: sorted(labels.get(name, ())) for name in sorted(routed.group_by)}
    said = ",".join(f"{name}={json.dumps(values, ensure_ascii=False)}" for name, values in alike.items())
    return Place(key=f"{routed.path}:{said}", labels=alike)


def due_at(
    routed: Routed, now: datetime, *, changed: bool, group_sent_at: datetime | None = None
) -> datetime:
    """When a story may be told: a new one after `group_wait`, a changed one after `group_interval`.

    A new story in a group that was told lately, at `group_sent_at`, waits until the interval since then is over too.
    """
    if changed:
        return now + routed.group_interval
    soonest = now + routed.group_wait
    return soonest if group_sent_at is None else max(soonest, group_sent_at + routed.group_interval)

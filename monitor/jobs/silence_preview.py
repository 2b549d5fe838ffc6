"""What matchers fit at this moment: what a silence of them would hold back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import labels_of
from monitor.model.matchers import hold, known, names_event
from monitor.store import alerts, events, stories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Story
    from monitor.model.matchers import Known, Matcher
    from monitor.watchlists.compile import Watchlists


#: a story that says nothing new for so long is over
RECENT = timedelta(days=7)
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A story or an event that the matchers fit."""

    id: str
    severity: str
    title: str
    #: an alert about it waits to be sent
    waits: bool

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return {"id": self.id, "severity": self.severity, "title": self.title, "waits": self.waits}


def held_back(tx: Connection, matchers: Sequence[Matcher], now: datetime) -> tuple[Held, ...]:
    """The stories with news of the last week that alert and fit, those that wait first;
    for `event` the open events.
    """
    if names_event(matchers):
        found = [e for e in events.unclosed(tx) if hold(matchers, e.labels)]
        return tuple(
            Held(id=f"event {e.id}", severity=e.severity.value, title=str(e), waits=e.told_at is None)
            for e in found
        )
    waiting = {member.story_id for member, told_at in alerts.firing(tx, now) if told_at is None}
    loud = [s for s in stories.recent(tx, now - RECENT, limit=MOST) if is_loud(s)]
    fitting = [s for s in loud if hold(matchers, labels_of(s))]
    return tuple(sorted((_held(s, s.id in waiting) for s in fitting), key=lambda held: not held.waits))


def _held(story: Story, waits: bool) -> Held:
    loudest = max(story.items, key=lambda i: max((m.severity.rank for m in i.matches), default=0))
    return Held(id=story.id, severity=story.severity.value, title=loudest.item.title, waits=waits)


# What labels can be here: the values that matchers may ask for.


def known_of(lists: Watchlists, feeds: Iterable[str] | None = None) -> Known:
    """Of `lists`, and of `feeds` where all of them are known."""
    return known(
        (w.id for w in lists.lists), (rule.key for rule in lists.rules), lists.press.sides.ids, feeds
    )

"""Pure. Which receivers hear of a story: Alertmanager's route tree over `monitor.config.RouteConfig`.

Source: the routing tree of prometheus/alertmanager. The first child that matches takes the story, `continue` lets its
later siblings see it too, and what a route leaves out it inherits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Severity

if TYPE_CHECKING:
    from monitor.config import MatchConfig, RouteConfig
    from monitor.model import Story

#: the quietest severity that alerts; below it a match is shown as related only
ALERTS_FROM = Severity.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """One receiver that is to hear of a story, and how patiently."""

    receiver: str
    #: how long to wait for the story's other reports before the first alert
    group_wait: timedelta = timedelta(seconds=30)
    #: how long to wait before new reports of an alerted story are sent
    group_interval: timedelta = timedelta(minutes=10)
    #: how long until an unchanged story may be sent again
    repeat_interval: timedelta = timedelta(hours=24)


def alerts(story: Story) -> bool:
    """Whether `story` is loud enough to alert."""
    return story.severity.rank >= ALERTS_FROM.rank


def routes_for(route: RouteConfig, story: Story) -> tuple[Routed, ...]:
    """The receivers of `story`, in tree order, each once (its first route counts).

    The root takes whatever its children leave, so the answer is never empty. The root must name a receiver:
    `monitor.settings` sees to it.
    """
    found: dict[str, Routed] = {}
    for routed in _walk(route, story, Routed(receiver="")):
        assert routed.receiver, "the root route has no receiver"
        found.setdefault(routed.receiver, routed)
    return tuple(found.values())


def _walk(route: RouteConfig, story: Story, inherited: Routed) -> tuple[Routed, ...]:
    own = _own(route, inherited)
    found: list[Routed] = []
    for child in route.routes:
        if not takes(child.match, story):
            continue
        found += _walk(child, story, own)
        if not child.proceed:
            break
    return tuple(found) or (own,)


def _own(route: RouteConfig, inherited: Routed) -> Routed:
    names = ("receiver", "group_wait", "group_interval", "repeat_interval")
    said = {name: getattr(route, name) for name in names if getattr(route, name) is not None}
    return replace(inherited, **said)


def takes(match: MatchConfig, story: Story) -> bool:
    """Whether every key of `match` holds for `story`.

    Severity is the loudest among the matches that the other keys leave. So a route for `medium` does not swallow a
    story that is also `high`, and `{severity: high, watchlist: wagner}` asks for a high match of that list.
    """
    ranked = [
        m.severity
        for item in story.items
        if not match.side or item.side in match.side
        for m in item.matches
        if not match.watchlist or m.watchlist in match.watchlist
    ]
    if match.watchlist or match.side:
        loudest = max(ranked, key=lambda s: s.rank, default=None)
    else:
        loudest = story.severity
    return loudest is not None and (not match.severity or loudest in match.severity)

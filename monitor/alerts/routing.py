"""Pure. Which receivers hear of a story: Alertmanager's route tree over `monitor.config.routes.RouteConfig`.

Source: the routing tree of prometheus/alertmanager. The first child that matches takes the story, `continue`
lets its later siblings see it too, and what a route leaves out it inherits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Severity
from monitor.model.matchers import hold, names_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from monitor.config.routes import EscalateConfig, RouteConfig
    from monitor.model import Event, Story
    from monitor.model.matchers import Matcher


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
    #: how long until an unchanged story that nobody acknowledged is told again; None: never
    repeat_interval: timedelta | None = None
    group_by: tuple[str, ...] = ("story",)
    escalate: EscalateConfig | None = None
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    #: which route it is: its place in the tree and what each on the way asks for
    path: str = ""


def alerts(story: Story) -> bool:
    """Whether `story` is loud enough to alert."""
    return story.severity.rank >= ALERTS_FROM.rank


def routes_for(route: RouteConfig, story: Story) -> tuple[Routed, ...]:
    """The receivers of `story`, in tree order, each once (its first route counts).

    The root takes whatever its children leave, so the answer is never empty. The root must name a receiver:
    `monitor.config.load` sees to it.
    """
    return routes_for_labels(route, labels_of(story))


def routes_for_labels(route: RouteConfig, labels: Mapping[str, Sequence[str]]) -> tuple[Routed, ...]:
    """The same for a story with `labels`, whether there is one or not."""
    found: dict[str, Routed] = {}

    def wanted(child: RouteConfig) -> bool:
        return hold(child.asks, labels)

    for routed in _walk(route, wanted, _own(route, Routed(receiver=""), "")):
        assert routed.receiver, "the root route has no receiver"
        found.setdefault(routed.receiver, routed)
    return tuple(found.values())


def routes_for_event(route: RouteConfig, event: Event) -> tuple[Routed, ...]:
    """The receivers of what happens to the monitor itself: of the routes that name its kind, else of the
    root.

    A route that asks for no `event` takes none, however it is worded: its readers asked for news. Below one
    that does, all routes do.
    """
    found: dict[str, Routed] = {}
    own = _own(route, Routed(receiver=""), "")

    def wanted(child: RouteConfig) -> bool:
        return hold(child.asks, event.labels)

    asking = route.model_copy(update={"routes": tuple(r for r in route.routes if names_event(r.asks))})
    for routed in _walk(asking, wanted, own):
        found.setdefault(routed.receiver, routed)
    return tuple(found.values())


def route_of(route: RouteConfig, path: str, receiver: str) -> Routed:
    """The route at `path` as it is now; one with the defaults where it is gone."""
    for routed in _all(route, _own(route, Routed(receiver=""), "")):
        if routed.path == path:
            return replace(routed, receiver=receiver)
    return Routed(receiver=receiver, path=path)


def _walk(route: RouteConfig, wanted: Callable[[RouteConfig], bool], own: Routed) -> tuple[Routed, ...]:
    found: list[Routed] = []
    for n, child in enumerate(route.routes):
        if not wanted(child):
            continue
        found += _walk(child, wanted, _own(child, own, f"{own.path}/{n}"))
        if not child.proceed:
            break
    return tuple(found) or (own,)


def _all(route: RouteConfig, own: Routed) -> Iterator[Routed]:
    yield own
    for n, child in enumerate(route.routes):
        yield from _all(child, _own(child, own, f"{own.path}/{n}"))


_INHERITED = ("receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "escalate")


def path_of(route: RouteConfig, place: str = "") -> str:
    """How a route is called (`Routed.path`); `place`: the path of its parent, a slash and its number."""
    return f"{place}{_asks(route)}"


def _own(route: RouteConfig, inherited: Routed, place: str) -> Routed:
    """What a route says itself over what it inherits; intervals are not inherited."""
    said = {name: getattr(route, name) for name in _INHERITED if getattr(route, name) is not None}
    own = {name: getattr(route, name) for name in ("mute_time_intervals", "active_time_intervals")}
    return replace(inherited, **said, **own, path=path_of(route, place))


#: the order in which the path of a route tells what `match` asks for
_TOLD_FIRST = ("severity", "watchlist", "side", "event")


def _asks(route: RouteConfig) -> str:
    """`{severity=high|critical,watchlist=fighters}`: it is stored, so it stays as it is."""
    ordered = sorted(route.match, key=lambda m: (*_TOLD_FIRST, m.name).index(m.name))
    return "{" + ",".join((*map(_said, ordered), *map(str, route.matchers))) + "}"


def _said(matcher: Matcher) -> str:
    return f"{matcher.name}={'|'.join(matcher.words or (matcher.value,))}"


# What matchers and `group_by` see of a story.

Labels = dict[str, list[str]]


def labels_of(story: Story) -> Labels:
    """The values of each label (`monitor.model.matchers.LABELS`), sorted; a label without a value is left
    out.

    `severity` is the loudest alone; `participants` are those of contacts that are news.
    """
    matches = [match for item in story.items for match in item.matches]
    contacts = [c for item in story.items for c in item.contacts if not c.background]
    found = {
        "story": [story.id],
        "watchlist": _values(match.watchlist for match in matches),
        "rule": _values(f"{match.watchlist}/{match.rule}" for match in matches),
        "severity": [story.severity.value],
        "side": _values(item.side for item in story.items),
        "participants": _values(name for c in contacts for name in c.names),
        "feed": _values(item.feed.id for item in story.items),
        "lang": _values(item.item.lang for item in story.items),
    }
    return {name: values for name, values in found.items() if values}


def _values(given: Iterable[str]) -> list[str]:
    return sorted({value for value in given if value})

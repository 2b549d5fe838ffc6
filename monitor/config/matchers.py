"""Pure. The matchers of `monitor.yaml`, each with its place: what of them cannot be meant (`monitor.model.fits`).

Routes are judged with what the routes above them ask for, since they see only what those took.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model.fits import misfits, names_event, takes_all_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.config.model import Config
    from monitor.config.routes import RouteConfig
    from monitor.documents import Document, Path
    from monitor.errors import Mistake
    from monitor.model.fits import Known
    from monitor.model.matchers import Matcher


#: the path of a route under the top one
_FIRST = ("route", "routes", 0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A matcher and where it stands."""

    path: Path
    matcher: Matcher


def conditions_wrong(config: Config, document: Document, known: Known) -> Iterator[Mistake]:
    """Matchers of routes and inhibition that can fit nothing, or everything; routes that are never reached."""
    if config.route is not None:
        yield from _route_wrong(config.route, document, ("route",), (), known)
    for n, rule in enumerate(config.inhibit):
        for key in ("source_match", "target_match"):
            placed = _placed(document, ("inhibit", n, key), getattr(rule, key))
            yield from _misplaced(document, placed, 0, known)


def _route_wrong(
    route: RouteConfig, document: Document, path: Path, above: Sequence[Placed], known: Known
) -> Iterator[Mistake]:
    own = [
        *_placed(document, (*path, "match"), route.match),
        *_placed(document, (*path, "matchers"), route.matchers),
    ]
    placed = [*above, *own]
    if len(path) == 1 and own:
        message, remedy = (
            "the top route asks for something, but it takes all",
            "put it on a route under `routes`",
        )
        yield document.mistake(own[0].path, message, remedy)
        return
    if len(path) > len(_FIRST) and _names_event(own) and not _names_event(above):
        message = "no event comes here: the route above it asks for none"
        yield document.mistake(path, message, "put it under the top route")
    else:
        yield from _misplaced(document, placed, len(above), known)
    for n, child in enumerate(route.routes):
        below = (*path, "routes", n)
        taker = next((m for m in range(n) if _takes_all_of(route.routes[m], child)), None)
        if taker is not None:
            message = f"this route is never reached: route {taker + 1} of this list takes everything that it asks for"
            yield document.mistake(below, message, "put it before that one, or let that one `continue: true`")
        yield from _route_wrong(child, document, below, placed, known)


def _names_event(placed: Sequence[Placed]) -> bool:
    return names_event(one.matcher for one in placed)


def _takes_all_of(earlier: RouteConfig, later: RouteConfig) -> bool:
    """Whether nothing that fits `later` gets past `earlier`; a route without `event` takes no events."""
    if earlier.proceed or (names_event(later.asks) and not names_event(earlier.asks)):
        return False
    return takes_all_of(earlier.asks, later.asks)


def _placed(document: Document, path: Path, matchers: Sequence[Matcher]) -> list[Placed]:
    return [Placed(document.nth(path, n), matcher) for n, matcher in enumerate(matchers)]


def _misplaced(document: Document, placed: Sequence[Placed], above: int, known: Known) -> Iterator[Mistake]:
    """What is wrong with `placed`, of which the first `above` were judged before."""
    for found in misfits([one.matcher for one in placed], known):
        if found.at < above:
            continue
        path = placed[found.at].path
        if found.word is not None and (*path, found.word) in document.places:
            path = (*path, found.word)
        yield document.mistake(path, found.message, found.remedy)

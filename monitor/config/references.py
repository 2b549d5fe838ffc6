"""Pure. Names in `monitor.yaml` that lead to nothing, or to two things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.config.model import DEFAULT_RECEIVER, TOKEN_LENGTH
from monitor.errors import suggestion
from monitor.model.matchers import misfits, names_event, takes_all_of
from monitor.net.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor import documents
    from monitor.config.model import Config
    from monitor.config.routes import RouteConfig
    from monitor.documents import Document, Path
    from monitor.errors import Mistake
    from monitor.model.matchers import Known, Matcher

#: RFC 9293: a port has 16 bits
LAST_PORT = 65_535


def names_wrong(config: Config, document: documents.Document) -> Iterator[Mistake]:
    """Receivers that are called twice or not there, series that share a name."""
    names = [r.name for r in config.receivers]
    known = names or [DEFAULT_RECEIVER]
    for n, name in enumerate(names):
        if name in names[:n]:
            yield document.mistake(
                ("receivers", n, "name"), f"a second receiver is called {name!r}", "give each its own name"
            )
    digests = config.digests or ()
    used: list[tuple[documents.Path, str]] = [
        (("digests", n, "receivers"), r) for n, d in enumerate(digests) for r in d.receivers
    ]
    if config.route is not None:
        used += _routed(config.route, ("route",))
        yield from _intervals_wrong(config, document)
        yield from _escalations_wrong(config.route, document, ("route",), None)
        if config.route.receiver is None:
            yield document.mistake(
                ("route",), "the top route names no receiver", "what no child takes must go somewhere"
            )
    for path, name in used:
        if name not in known:
            yield document.mistake(path, f"there is no receiver {name!r}", suggestion(name, known))
    yield from _desk_wrong(config, document)
    yield from _fallbacks_wrong(config, document)
    yield from _unreached(config, document, [name for _, name in used])
    series = [d.series for d in digests]
    for n, name in enumerate(series):
        if name in series[:n]:
            yield document.mistake(
                ("digests", n, "series"), f"a second digest is called {name!r}", "the name is its identity"
            )


def _desk_wrong(config: Config, document: documents.Document) -> Iterator[Mistake]:
    """A desk that strangers could reach, or could guess their way into."""
    token = config.desk.token
    host, _, port = config.listen.rpartition(":")
    host = host.strip("[]")
    if config.listen != "none" and int(port) > LAST_PORT:
        yield document.mistake(("listen",), f"there is no port {port}", f"ports end at {LAST_PORT}")
    if config.listen != "none" and not is_loopback(host) and token is None:
        message = "the desk would be open to everybody who reaches this address"
        remedy = "set desk.token_file, or listen at 127.0.0.1 behind a proxy"
        yield document.mistake(("listen",), message, remedy)
    if token is not None and len(token.get_secret_value()) < TOKEN_LENGTH:
        remedy = f"{TOKEN_LENGTH} characters or more, by chance: openssl rand -hex 24"
        yield document.mistake(("desk", "token"), "the token can be guessed", remedy)


def _unreached(config: Config, document: documents.Document, used: Iterable[str]) -> Iterator[Mistake]:
    """Receivers that no route, digest, escalation, or fallback of one that is reached, leads to.

    Where there is no route or no digest, the defaults lead somewhere (`monitor.config.load`).
    """
    reached = {*used, *defaults(config)}
    known = {r.name for r in config.receivers}
    fallbacks = {r.name: r.fallback for r in config.receivers if r.fallback is not None}
    for _ in fallbacks:
        reached |= {to for name, to in fallbacks.items() if name in reached}
    for n, receiver in enumerate(config.receivers):
        meant = any(suggestion(name, (receiver.name,)).startswith("did you mean") for name in reached - known)
        if receiver.name not in reached and not meant:
            message = f"nothing leads to receiver {receiver.name!r}: it would never be told anything"
            remedy = "name it in a route, a digest, an escalation or as a fallback, or take it out"
            yield document.mistake(("receivers", n), message, remedy)


def defaults(config: Config) -> tuple[str, ...]:
    """The receivers of alerts and of digests where nothing is said of them, the alerts' first.

    Alerts go to the first that is no mailbox, digests to every mailbox.
    """
    receivers = config.receivers
    if not receivers:
        return (DEFAULT_RECEIVER,)
    at_once = next((r.name for r in receivers if r.kind != "email"), receivers[0].name)
    mailed = tuple(r.name for r in receivers if r.kind == "email") or (at_once,)
    return (*((at_once,) if config.route is None else ()), *(mailed if config.digests is None else ()))


def _fallbacks_wrong(config: Config, document: documents.Document) -> Iterator[Mistake]:
    """Receivers that would tell nobody, or themselves, that nothing reaches them."""
    for n, receiver in enumerate(config.receivers):
        wanted = receiver.fallback
        others = [other.name for other in config.receivers if other.name != receiver.name]
        if wanted is not None and wanted not in others:
            message = f"there is no other receiver {wanted!r}"
            remedy = suggestion(wanted, others)
            yield document.mistake(("receivers", n, "fallback"), message, remedy)


def _intervals_wrong(config: Config, document: documents.Document) -> Iterator[Mistake]:
    """Time intervals that share a name, and routes that name one that is not there."""
    known = [interval.name for interval in config.time_intervals]
    for n, name in enumerate(known):
        if name in known[:n]:
            path: documents.Path = ("time_intervals", n, "name")
            yield document.mistake(
                path, f"a second time interval is called {name!r}", "give each its own name"
            )
    assert config.route is not None
    for path, route in routes(config.route, ("route",)):
        for key in ("mute_time_intervals", "active_time_intervals"):
            for name in getattr(route, key):
                if name not in known:
                    remedy = suggestion(name, known) or "name it under time_intervals"
                    yield document.mistake((*path, key), f"there is no time interval {name!r}", remedy)


def _escalations_wrong(
    route: RouteConfig, document: documents.Document, path: documents.Path, receiver: str | None
) -> Iterator[Mistake]:
    """Escalations to the very receiver that was told; `receiver` is inherited."""
    receiver = route.receiver or receiver
    if route.escalate is not None and route.escalate.to == receiver:
        message = f"{receiver!r} is the receiver of this route"
        yield document.mistake((*path, "escalate", "to"), message, "name another one, or use repeat_interval")
    for n, child in enumerate(route.routes):
        yield from _escalations_wrong(child, document, (*path, "routes", n), receiver)


def routes(route: RouteConfig, path: documents.Path) -> Iterator[tuple[documents.Path, RouteConfig]]:
    """Every route with its path."""
    yield path, route
    for n, child in enumerate(route.routes):
        yield from routes(child, (*path, "routes", n))


def _routed(route: RouteConfig, path: documents.Path) -> list[tuple[documents.Path, str]]:
    found: list[tuple[documents.Path, str]] = (
        [((*path, "receiver"), route.receiver)] if route.receiver else []
    )
    if route.escalate is not None:
        found.append(((*path, "escalate", "to"), route.escalate.to))
    for n, child in enumerate(route.routes):
        found += _routed(child, (*path, "routes", n))
    return found


# The matchers of `monitor.yaml`, each with its place: what of them cannot be meant
# (`monitor.model.matchers`).
#
# Routes are judged with what the routes above them ask for, since they see only what those took.

#: the path of a route under the top one
_FIRST = ("route", "routes", 0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A matcher and where it stands."""

    path: Path
    matcher: Matcher


def conditions_wrong(config: Config, document: Document, known: Known) -> Iterator[Mistake]:
    """Matchers of routes and inhibition that can fit nothing, or everything;
    routes that are never reached.
    """
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
            message = (
                f"this route is never reached: route {taker + 1} of this list takes everything "
                "that it asks for"
            )
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

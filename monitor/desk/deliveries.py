"""The page of deliveries: what went where, what waits and since when, what died; messages as sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from monitor import logs
from monitor.alerts import routing
from monitor.desk import contacts
from monitor.desk.access import Refused
from monitor.desk.asked import Answer, see
from monitor.jobs import preview as previews
from monitor.jobs import watch
from monitor.store import desk as figures
from monitor.store import journal, receivers, silences, stories
from monitor.stories.judgement import told_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.config.routes import RouteConfig
    from monitor.desk.asked import Asked, Desk
    from monitor.model import LedgerContact, Story

log = logs.get("desk")

#: lines of a page
SHOWN = 100
KINDS = ("alert", "digest", "notice", "test")
#: a message's own page may show nothing but itself: no script, no form, no picture from elsewhere
_AS_SENT = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox allow-popups",
}


def page(desk: Desk, asked: Asked) -> Answer:
    """The newest, whole or of one receiver, kind or state."""
    found, app = desk.app.parts.settings, desk.app
    names = [receiver.name for receiver in found.config.receivers]
    receiver, kind = asked.wanted("receiver", names), asked.wanted("kind", KINDS)
    state = asked.wanted("state", ("owed", "dead", "delivered"))
    with app.db.snapshot() as tx:
        lines = figures.deliveries_of(tx, receiver=receiver, kind=kind, state=state, limit=SHOWN)
        known = {s.name: s for s in receivers.states(tx)}
        work = [
            p
            for p in watch.look(tx, found, asked.now, running=None)
            if p.work.kind.value in ("lane", "digest", "alerting")
        ]
        owed, quiet = journal.owed(tx), silences.alive(tx, asked.now)
        story = stories.load(tx, asked.get("story").rpartition("/")[2]) if asked.get("story") else None
    said = {
        "lines": lines,
        "receivers": [{"name": n, "state": known.get(n), "owed": owed.get(n, 0)} for n in names],
        "work": work,
        "silences": quiet,
        "receiver": receiver,
        "kind": kind,
        "state": state,
        "kinds": KINDS,
        "readers": _readers(desk),
        "route": _tree(found.route, _taken(found.route, story), ""),
        "story": story,
        "asked_story": asked.get("story"),
    }
    return Answer(template="deliveries.html", values=said)


def one(desk: Desk, asked: Asked) -> Answer:
    """One delivery: its message, and every attempt."""
    line, payload, tries = _found(desk, asked)
    texts = list(_texts(payload)) if payload is not None else []
    said = {"line": line, "texts": texts, "tries": tries, "html": _html(payload) is not None}
    states = {"dead": line.state in journal.DEAD, "sent": line.state in ("delivered", "summarised")}
    return Answer(template="delivery.html", values=said | states)


def as_sent(desk: Desk, asked: Asked) -> Answer:
    """The message's own page, shut in."""
    _, payload, _ = _found(desk, asked)
    html = _html(payload)
    if html is None:
        raise Refused(404, "It has no page of its own, or it was pruned.")
    return Answer(document=html.encode("utf-8", "replace"), headers=_AS_SENT)


def preview(desk: Desk, asked: Asked) -> Answer:
    """What the next digest of a receiver would be now, shut in as a message is, cut to a page's length.

    Its contacts come from the register, which is there already.
    """
    register = contacts.register(desk)

    def reported(_tx: Any, _judge: Any, told: Sequence[Story], _now: Any) -> tuple[LedgerContact, ...]:
        return told_by(register.all, {item.id for story in told for item in story.items})

    name = asked.wanted("receiver", _readers(desk))
    page = previews.next_digest(desk.app.digester(), desk.app.db, name, reported) if name else ""
    if not page:
        raise Refused(404, "No digest goes to a receiver of that name.")
    return Answer(document=page.encode("utf-8", "replace"), headers=_AS_SENT)


def _readers(desk: Desk) -> list[str]:
    """Receivers of digests."""
    return list(dict.fromkeys(r for series in desk.app.parts.settings.digests for r in series.receivers))


def digest_now(desk: Desk, asked: Asked) -> Answer:
    """Make the digest of each series this moment. Raises Refused: every reader has today's already."""
    if not desk.app.digest(now=True):
        raise Refused(409, "Every reader has today's digest already, or there is nothing to tell.")
    return see("/deliveries?kind=digest")


def again(desk: Desk, asked: Asked) -> Answer:
    """Try a dead letter again. Raises Refused: it is none, or its message was pruned."""
    with desk.app.db.transaction() as tx:
        if not journal.retry(tx, asked.now, [asked.parts["id"]]):
            raise Refused(409, "It is no dead letter, or its message was pruned.")
    return see(f"/deliveries/{asked.parts['id']}")


def send_again(desk: Desk, asked: Asked) -> Answer:
    """Send once more what was sent. Raises Refused: it is still to be sent, or its message was pruned."""
    new, author = str(uuid4()), asked.author
    with desk.app.db.transaction() as tx:
        if not journal.send_again(tx, asked.parts["id"], asked.now, new_id=new, author=author):
            raise Refused(409, "It is still to be sent, or its message was pruned.")
    log.info("sent_again", delivery=asked.parts["id"], new=new, author=author)
    return see(f"/deliveries/{new}")


def _found(desk: Desk, asked: Asked) -> tuple[journal.JournalLine, Any, tuple[journal.Attempt, ...]]:
    with desk.app.db.snapshot() as tx:
        found = figures.message(tx, asked.parts["id"])
        tries = journal.tries(tx, asked.parts["id"])
    if found is None:
        raise Refused(404, "There is no such delivery, or it was pruned.")
    return (*found, tries)


def _texts(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a message says, by the form in which it is sent."""
    plain = payload.get("plain")
    if isinstance(plain, dict) and plain.get("text"):
        yield "text", str(plain["text"])
    for name in ("text", "body"):
        if payload.get(name):
            yield name, _pretty(str(payload[name]))
    for suffix, said in (payload.get("files") or {}).items():
        if suffix not in ("html", "eml"):  # a page of its own, and all of it again in code
            yield suffix, said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, indent=2)


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _html(payload: Mapping[str, Any] | None) -> str | None:
    if payload is None:
        return None
    found = payload.get("html") or (payload.get("files") or {}).get("html")
    return found if isinstance(found, str) else None


def _taken(route: RouteConfig, story: Story | None) -> frozenset[str]:
    """The paths of the routes that take a story."""
    return (
        frozenset(routed.path for routed in routing.routes_for(route, story))
        if story is not None
        else frozenset()
    )


def _tree(route: RouteConfig, taken: frozenset[str], place: str) -> dict[str, Any]:
    """A route and those below it: what each asks for, whom it tells, whether it takes the story."""
    asks = [str(matcher) for matcher in route.asks]
    from_routing = routing.path_of(route, place)
    return {
        "asks": asks,
        "receiver": route.receiver,
        "goes_on": route.proceed,
        "wait": route.group_wait,
        "muted": [*route.mute_time_intervals],
        "escalates": route.escalate is not None,
        "takes": from_routing in taken,
        "routes": [_tree(child, taken, f"{from_routing}/{n}") for n, child in enumerate(route.routes)],
    }


PAGES = (
    ("/deliveries", "GET", page),
    ("/deliveries/preview", "GET", preview),
    ("/deliveries/digest", "POST", digest_now),
    ("/deliveries/{id}", "GET", one),
    ("/deliveries/{id}/message", "GET", as_sent),
    ("/deliveries/{id}/retry", "POST", again),
    ("/deliveries/{id}/again", "POST", send_again),
)

"""The page of feeds: is each one well, when is it asked next, what failed; feeds in and out."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Any

from monitor.desk import filters
from monitor.desk.access import Refused
from monitor.desk.asked import Answer, document, see
from monitor.errors import ConfigError
from monitor.feeds import opml, seeds, trial
from monitor.feeds.seeds import dump_feed_yaml, load_feeds
from monitor.jobs import intake
from monitor.model import UNKNOWN, Feed
from monitor.net.redaction import masked
from monitor.store import events, feeds, polls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.desk.asked import Asked, Desk
    from monitor.model import FeedHealth, FeedState

#: states in the order in which they matter
STATES = ("failing", "gone", "quiet", "never", "ok", "disabled")
#: lines of a page, and entries that are shown of a feed
SHOWN, NEWEST = 100, 8


def page(desk: Desk, asked: Asked) -> Answer:
    """Every feed, those that are not well first, some at a time: of thousands only these are read whole."""
    state, find, start = asked.wanted("state", STATES), asked.get("find").strip(), _number(asked.get("from"))
    with desk.app.db.snapshot() as tx:
        ill = {line.feed.id: line.state for line in events.unwell(tx, asked.now)}
        named = feeds.named(tx, find)
        stated = {name: ill.get(name) or ("ok" if on else "disabled") for name, on in named.items()}
        wanted = sorted((STATES.index(word), name) for name, word in stated.items() if state in ("", word))
        start = min(start, max(0, len(wanted) - 1) // SHOWN * SHOWN)  # feeds go, addresses of pages stay
        shown = [name for _, name in wanted[start : start + SHOWN]]
        lines = {line.feed.id: line for line in events.health(tx, asked.now, shown)}
        states, remarks = feeds.some(tx, shown), polls.remarks(tx, shown)
        open_events = [e for e in events.unclosed(tx) if not e.kind.value.startswith("feed-")]
    counts, given = Counter(stated.values()), {"state": state, "find": find}
    said = {
        "rows": [_row(lines[name], states[name], remarks) for name in shown],
        "counts": [(s, counts[s], _address(given, state=s)) for s in STATES if counts[s]],
        "state": state,
        "find": find,
        "all": _address(given, state=""),
        "more": _address(given, start + SHOWN) if len(wanted) > start + SHOWN else "",
        "before": _address(given, max(0, start - SHOWN)) if start else "",
        "place": (start + 1, start + len(shown), len(wanted)),
        "events": open_events,
        "can_add": str(desk.app.parts.settings.own_feeds),
    }
    return Answer(template="feeds.html", values=said)


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0


def _address(given: Mapping[str, str], start: int = 0, **more: str) -> str:
    """Of the page with these fields, those that are filled in."""
    said = {**given, **more, "from": str(start or "")}
    return filters.address("/feeds", {name: value for name, value in said.items() if value})


def one(desk: Desk, asked: Asked) -> Answer:
    """One feed with its last polls."""
    with desk.app.db.snapshot() as tx:
        state = feeds.get(tx, asked.parts["id"])
        if state is None:
            raise Refused(404, "There is no such feed.")
        lines = polls.latest(tx, state.feed.id, 60)
    said = {"state": state, "url": masked(state.feed.url), "polls": lines}
    return Answer(template="feed.html", values=said)


def poll_now(desk: Desk, asked: Asked) -> Answer:
    """It is due now, or as soon as its publisher allows."""
    with desk.app.db.transaction() as tx:
        if not feeds.poll_now(tx, asked.now, [asked.parts["id"]]):
            raise Refused(404, "No such feed is polled.")
    return see(f"/feeds/{asked.parts['id']}")


def as_opml(desk: Desk, _asked: Asked) -> Answer:
    """All feeds, what opens an address masked."""
    told = [replace(feed, url=masked(feed.url)) for feed in desk.app.parts.feeds]
    return document(opml.write_opml(told).encode(), "text/x-opml; charset=utf-8", "feeds.opml")


def take_opml(desk: Desk, asked: Asked) -> Answer:
    """Feeds of a pasted OPML document that are not there yet. Raises Refused."""
    body = asked.field("opml")
    known, sides = desk.app.parts.feeds, desk.app.parts.watchlists.press.sides.ids
    listed = opml.read_opml(body.encode(), taken=[feed.id for feed in known], sides=sides)
    there = {trial.same_place(feed.url) for feed in known}
    new = tuple(s.feed for s in listed.subscriptions if trial.same_place(s.feed.url) not in there)
    if new:
        _write(desk, new)
    counts = {"added": new, "there": len(listed.subscriptions) - len(new), "left_out": listed.remarks}
    return Answer(template="feeds_taken.html", values=counts)


# A feed that is tried is asked once: what came is kept until somebody adds it or forgets it.


@dataclass(frozen=True, slots=True)
class _Kept:
    tried: trial.Tried
    feed: Feed


_TRIED: OrderedDict[str, _Kept] = OrderedDict()
_TRIED_LOCK = Lock()
#: feeds that were tried and are neither added nor forgotten
MAX_TRIED = 16


def attempt(desk: Desk, asked: Asked) -> Answer:
    """What an address has in it: a feed with its newest entries, feeds to choose from, or why none."""
    url = trial.wanted_url(asked.get("url"))
    if url is None or url.lower().startswith("file:"):
        raise Refused(400, "That is no web address.")
    place = trial.same_place(url)
    there = next((f for f in desk.app.parts.feeds if trial.same_place(f.url) == place), None)
    if there is not None:
        return see(f"/feeds/{there.id}")
    found = trial.attempt(url, desk.app.parts.net, worker=desk.app.poller().quick)
    values: dict[str, Any] = {"asked_url": masked(url), "found": (), "refused": None, "tried": None}
    if isinstance(found, trial.Refused):
        return Answer(template="feed_tried.html", values=values | {"refused": found})
    if isinstance(found, trial.Choice):
        return Answer(template="feed_tried.html", values=values | {"found": found.found})
    name = trial.free_id(found, {feed.id for feed in desk.app.parts.feeds})
    feed = Feed(id=name, url=found.url, title=found.title or name, language=found.language)
    sides = desk.app.parts.watchlists.press.sides
    values |= {
        "tried": found,
        "feed": feed,
        "key": _keep(_Kept(found, feed)),
        "newest": found.entries[:NEWEST],
        "sides": {side: sides.title(side, "en") for side in sides.ids},
        "unknown": UNKNOWN,
    }
    return Answer(template="feed_tried.html", values=values)


def add(desk: Desk, asked: Asked) -> Answer:
    """Watch a feed that was tried; what came then is its first poll. Raises Refused."""
    with _TRIED_LOCK:
        kept = _TRIED.pop(asked.get("key"), None)
    if kept is None:
        raise Refused(410, "That was tried too long ago: try the address again.")
    sides = desk.app.parts.watchlists.press.sides
    feed = replace(
        kept.feed,
        title=asked.get("title") or kept.feed.title,
        side=sides.known(asked.get("side")),
        reliability=asked.wanted("reliability", "ABCDEF", "F"),
        fulltext=bool(asked.get("fulltext")),
    )
    try:
        feed = load_feeds("feeds:\n" + dump_feed_yaml(feed), "feed", sides.ids)[0]
    except ConfigError as error:
        raise Refused(400, error.mistakes[0].message) from None
    _write(desk, (feed,))
    taken = intake.Intake(feed=feed, address=kept.tried.address, results=kept.tried.results)
    intake.take_in(desk.app.poller(), taken, asked.now)
    return see(f"/feeds/{feed.id}")


def _keep(kept: _Kept) -> str:
    key = token_urlsafe(16)
    with _TRIED_LOCK:
        _TRIED[key] = kept
        while len(_TRIED) > MAX_TRIED:
            _TRIED.popitem(last=False)
    return key


def _write(desk: Desk, new: tuple[Feed, ...]) -> None:
    """Into the feeds file, which is then read again. Raises Refused: it cannot be written."""
    path = desk.app.parts.settings.own_feeds
    try:
        seeds.add(path, new)
        desk.app.reload()
    except seeds.Unwritable as why:
        raise Refused(409, f"{path} cannot be changed: {why}.") from None
    except ConfigError as error:
        raise Refused(409, f"The feeds are written, but not read: {error.mistakes[0]}.") from None


def _row(line: FeedHealth, state: FeedState, remarks: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "id": line.feed.id,
        "title": line.feed.title,
        "state": line.state,
        "said": [*filter(None, [line.detail]), *remarks.get(line.feed.id, ())],
        "answered": line.last_success_at,
        "new": line.last_new_at,
        "next": state.next_poll_at if line.state not in ("disabled", "gone") else None,
        "interval": state.interval,
    }


PAGES = (
    ("/feeds", "GET", page),
    ("/feeds/export.opml", "GET", as_opml),
    ("/feeds/import", "POST", take_opml),
    ("/feeds/try", "POST", attempt),
    ("/feeds/add", "POST", add),
    ("/feeds/{id}", "GET", one),
    ("/feeds/{id}/poll", "POST", poll_now),
)

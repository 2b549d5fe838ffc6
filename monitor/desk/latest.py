"""The page of stories: the newest first, of each day the most severe first, kept fresh while it is open."""

from __future__ import annotations

from collections import OrderedDict
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

from monitor.desk import filters
from monitor.desk.asked import Answer
from monitor.desk.charts import bars, sparkline
from monitor.exports import plain
from monitor.jobs import watch
from monitor.languages.locale import ENGLISH, frame
from monitor.messages.story import quotes_of, story_context
from monitor.messages.text import clean
from monitor.model import ContactStatus, EventKind, Pace
from monitor.store import desk as figures
from monitor.store import events, facts, silences, stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.desk.asked import Asked, Desk
    from monitor.model import Judged, Story
    from monitor.model.delivery import Ack

#: stories of a page
PAGE = 20


def page(desk: Desk, asked: Asked) -> Answer:
    """The list, whole or as the part of a page that is open; nothing where that one is as fresh."""
    known = filters.choices(desk)
    values = filters.given(asked, known)
    wanted = filters.wanted(values, desk.app.parts.watchlists, asked.now)
    after = filters.page_after(asked)
    with desk.app.db.snapshot() as tx:
        version = figures.version(tx)
        if asked.partial and asked.get("seen") == version:
            return Answer(status=204, document=b"")
        found = stories.search(tx, wanted, PAGE + 1, after)
        names = [story.id for story in found]
        changed, acks = stories.changes(tx, names), silences.acknowledgements(tx, names)
        wrong = [] if asked.partial else list(_wrong(tx, desk, asked.now))
        looked_at = max(facts.ticks(tx).values(), default=None)
    shown = found[:PAGE]
    rows = [_row(desk, story, changed[story.id], acks) for story in shown]
    more = filters.next_page(changed[shown[-1].id], shown[-1].id) if len(found) > PAGE else ""
    said: dict[str, Any] = {
        "known": known,
        "values": dict.fromkeys(filters.FIELDS, "") | values,
        "filtered": bool(values),
        "wrong": wrong,
        "looked_at": looked_at,
        "days": list(_by_day(desk, rows)),
        "more": filters.address("/", values, after=more) if more else "",
        "fresh": filters.address("/", values, seen=version) if after is None else "",
        "first": filters.address("/", values) if after is not None else "",
    }
    return Answer(template="stories.html" if asked.partial else "now.html", values=said)


#: events that say what `watch.look` says
_AS_WORK = frozenset({EventKind.STANDS_STILL, EventKind.WORK_LATE, EventKind.TICK_LATE})
#: what to do about the others, and the page that shows more
_REMEDIES = {
    EventKind.NOTHING_POLLED: ("`monitor doctor --online` tries the network", "/feeds"),
    EventKind.RECEIVER_SUSPENDED: (
        "correct it and reload the monitor, or run `monitor deliveries retry`", "/deliveries"
    ),
    EventKind.DATABASE_REFUSED: ("`monitor doctor` looks at the database and its disk", ""),
    EventKind.DISK_NEARLY_FULL: ("make room, or shorten `retention:`", ""),
    EventKind.RELOAD_REFUSED: ("`monitor check` names the mistake", ""),
    EventKind.TICK_FAILED: ("look into the log, and start the monitor again", ""),
}  # fmt: skip


def _wrong(tx: Any, desk: Desk, now: datetime) -> Iterator[dict[str, Any]]:
    """What keeps the monitor from its work: what, since when, what to do; the feeds in one line."""
    for progress in watch.look(tx, desk.app.parts.settings, now, running=None):
        if progress.overdue:
            work = progress.work
            what = f"{work.name} {'stands still' if progress.pace is Pace.STANDS_STILL else 'is late'}"
            waits = f"{work.due} due, the oldest {work.oldest}".removesuffix(" ") if work.due else ""
            detail = ": ".join(filter(None, (work.resting, waits)))
            yield _problem(what, detail, work.since, progress.remedy)
    words = frame(ENGLISH)
    found = [e for e in events.unclosed(tx) if not e.kind.momentary and e.kind not in _AS_WORK]
    ill = [e for e in found if e.kind.startswith("feed-")]
    for event in (e for e in found if e not in ill):
        said = words.sentence(words.say(f"event.{event.kind}", subject=event.subject))
        remedy, page = _REMEDIES.get(event.kind, ("", ""))
        yield _problem(said, event.detail, event.opened_at, remedy, page)
    if ill:
        count, since = len({e.subject for e in ill}), min(e.opened_at for e in ill)
        what = f"{count} {'feed needs' if count == 1 else 'feeds need'} a look"
        yield _problem(what, "", since, "the page of feeds says what each one lacks", "/feeds")


def _problem(what: str, detail: str, since: datetime | None, remedy: str, page: str = "") -> dict[str, Any]:
    return {"what": what, "detail": detail, "since": since, "remedy": remedy, "page": page}


def _row(desk: Desk, story: Story, changed_at: datetime, acks: Sequence[Ack]) -> dict[str, Any]:
    acked = [ack.author for ack in acks if ack.story_id == story.id]
    return {**_told(desk, story), "changed_at": changed_at, "acked": acked}


#: what was lately made of stories, by all that it depends on: judging one costs more than loading it
_TOLD: OrderedDict[object, dict[str, Any]] = OrderedDict()
_TOLD_LOCK = Lock()
MAX_TOLD = 400


def _told(desk: Desk, story: Story) -> dict[str, Any]:
    """What a line of the list says of a story as it stands."""
    items = tuple((i.id, i.revision, len(i.matches), i.copy_of, i.withdrawn_at) for i in story.items)
    made_of = (desk.app.db.name, desk.app.parts.watchlists.revision, desk.zone, story.id, items)
    with _TOLD_LOCK:
        known = _TOLD.get(made_of)
    if known is None:
        known = _made(desk, story)
        with _TOLD_LOCK:
            _TOLD[made_of] = known
            while len(_TOLD) > MAX_TOLD:
                _TOLD.popitem(last=False)
    return known


def _made(desk: Desk, story: Story) -> dict[str, Any]:
    parts = desk.app.parts
    judged = parts.judge.judge(story)
    words = frame(ENGLISH, parts.watchlists.press.sides)
    told = story_context(judged, words, desk.zone, public_url=None, titles=parts.titles)
    return {
        **told,
        "title_parts": title_parts(judged),
        "bars": side_bars(desk, story),
        "spark": sparkline([item.told_at for item in story.items]),
        "copies": sum(item.copy_of is not None for item in story.items),
        "chips": chips(judged),
    }


def title_parts(judged: Judged) -> list[dict[str, Any]]:
    """The title in parts, with the words marked that are evidence."""
    marked = (q for q in quotes_of(judged.best) if q["field"] == "title")
    title = clean(judged.best.item.title)
    plain = [{"text": title or judged.story.id, "hit": False}]
    return next((q["parts"] for q in marked if q["text"] == title), plain)


def side_bars(desk: Desk, story: Story) -> list[dict[str, Any]]:
    """How many reports each side has, copies left out, in the order of `sides.yaml`."""
    sides = desk.app.parts.watchlists.press.sides
    counts: dict[str, int] = {}
    for item in story.items:
        if item.copy_of is None:
            counts[item.side] = counts.get(item.side, 0) + 1
    ordered = sides.ordered([item.side for item in story.items if item.side in counts])
    order = {side: n for n, side in enumerate(sides.ids)}
    unique = list(dict.fromkeys(ordered))
    return bars([(sides.title(s, ENGLISH), counts[s], order.get(s, len(order))) for s in unique])


def chips(judged: Judged) -> list[tuple[str, str]]:
    """What is to be seen at a glance, each with its kind: of contacts their status, then what is disputed."""
    statuses = dict.fromkeys(contact.status for contact in judged.contacts if not contact.background)
    found = [("status " + status, plain.STATUS_WORDS[status]) for status in statuses]
    voices = judged.corroboration.voices
    if any(voice.contradicts for voice in voices):
        found.append(("against", "contradicted"))
    if (
        any(voice.denies and not voice.contradicts for voice in voices)
        and ContactStatus.DENIED not in statuses
    ):
        found.append(("against", "denied"))
    if any(item.withdrawn_at is not None for item in judged.story.items):
        found.append(("against", "withdrawn"))
    return found


def _by_day(desk: Desk, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[datetime, list[Any]]]:
    """Rows of one day together, the most severe first."""
    for _, found in groupby(rows, key=lambda row: row["changed_at"].astimezone(desk.zone).date()):
        of_day = list(found)
        yield of_day[0]["changed_at"], sorted(of_day, key=lambda row: -row["rank"])


PAGES = (("/", "GET", page),)

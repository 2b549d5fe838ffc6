"""One story: how it grew and who says so, why it fired, whom it was told, and what a person may do."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.desk import filters, latest
from monitor.desk.access import Refused
from monitor.desk.asked import Answer, document, see
from monitor.desk.charts import lanes
from monitor.exports.case import files
from monitor.jobs.case import gathered
from monitor.jobs.feedback import Claim
from monitor.languages.locale import ENGLISH, frame
from monitor.messages import sources
from monitor.messages.story import quotes_of, story_context
from monitor.model import Step
from monitor.model.matchers import Matcher
from monitor.store import desk as figures
from monitor.store import evidence, merges, silences, stories
from monitor.stories.judgement import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.desk.asked import Asked, Desk
    from monitor.model import Judged, Story, StoryItem

#: reports up to which each is judged for what it changed: the effort grows with their square
JUDGED = 60
#: reports of a page; of more the last are shown
SHOWN = 120
#: how long a false alarm may be remembered, in days; the second is chosen
DAYS = (30, 90, 365)
#: how long a story may be kept quiet, in hours, and how that is said
HOURS = {"8": "8 hours", "24": "a day", "168": "a week"}


def page(desk: Desk, asked: Asked) -> Answer:
    """The story; the id of one that was taken in leads on."""
    with desk.app.db.snapshot() as tx:
        story = _found(tx, asked)
    if story.id != asked.parts["id"]:
        return see(f"/stories/{story.id}")
    return shown(desk, asked, story)


def shown(desk: Desk, asked: Asked, story: Story) -> Answer:
    """A story in full."""
    with desk.app.db.snapshot() as tx:
        told = figures.tellings(tx, story.id)
        acks = silences.acknowledgements(tx, [story.id])
        quiet = [
            s
            for s in silences.alive(tx, asked.now)
            if any(m.fits(story.id) for m in s.matchers if m.name == "story")
        ]
        kept = len(evidence.of_items(tx, [item.id for item in story.items]))
    judged = desk.app.parts.judge.judge(story)
    said = {
        **_head(desk, judged),
        "reports": _reports(desk, _steps(desk, story)),
        "hidden": max(0, len(story.items) - SHOWN),
        "lanes": _lanes(desk, story),
        "why": _why(story),
        "tellings": told,
        "acks": acks,
        "silences": quiet,
        "kept": kept,
        "hours": HOURS,
        "days": DAYS,
        "lists": watchlists(story, desk.app.parts.titles),
    }
    return Answer(template="story.html", values=said)


def case(desk: Desk, asked: Asked) -> Answer:
    """The story with its evidence, as a ZIP file that others can verify."""
    known = filters.index(desk.app.parts.watchlists)
    with desk.app.db.snapshot() as tx:
        story = _found(tx, asked)
        made = files(gathered(tx, story, known, desk.app.parts.judge))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in made.items():
            # without a time: the same archive gives the same file
            archive.writestr(zipfile.ZipInfo(f"case-{story.id}/{name}"), body, zipfile.ZIP_DEFLATED)
    return document(packed.getvalue(), "application/zip", f"case-{story.id}.zip")


def acknowledge(desk: Desk, asked: Asked) -> Answer:
    """Somebody looks after it: it is neither repeated nor escalated until it changes."""
    with desk.app.db.transaction() as tx:
        silences.acknowledge(
            tx, asked.parts["id"], author=asked.author, now=asked.now, note=asked.get("note")
        )
    return _back(asked)


def silence(desk: Desk, asked: Asked) -> Answer:
    """Nobody is alerted of it for a while. Raises Refused: no reason, or no such while."""
    reason, hours = asked.get("reason"), asked.wanted("hours", HOURS)
    if not reason or not hours:
        raise Refused(400, "A silence needs a reason and an end: others will review it.")
    with desk.app.db.transaction() as tx:
        story = _found(tx, asked)
    quiet(desk, story.id, asked.author, reason, asked.now, timedelta(hours=int(hours)))
    return _back(asked)


def quiet(desk: Desk, story: str, author: str, reason: str, now: datetime, lasts: timedelta) -> datetime:
    """Nobody is alerted of a story for a while; until when. Raises StoreError."""
    with desk.app.db.transaction() as tx:
        matchers = [Matcher("story", "=", story)]
        silences.add(tx, matchers, author=author, reason=reason, starts_at=now, ends_at=now + lasts, now=now)
    return now + lasts


def false_alarm(desk: Desk, asked: Asked) -> Answer:
    """Its matches are no matches. Raises Refused: something is missing."""
    with desk.app.db.snapshot() as tx:
        story = _found(tx, asked)
    claim = claimed(story.id, asked, watchlists(story, desk.app.parts.titles))
    if claim is None:
        raise Refused(400, "Your name and a reason are needed: others review what is silenced.")
    desk.claim(claim)
    return _back(asked)


def watchlists(story: Story, titles: Mapping[str, str]) -> dict[str, str]:
    """Id and title of those that matched."""
    names = dict.fromkeys(m.watchlist for item in story.items for m in item.matches)
    return {name: titles.get(name, name) for name in names}


def claimed(story: str, asked: Asked, lists: Mapping[str, str]) -> Claim | None:
    """What was filled in; None: something is missing or was never offered."""
    author, reason = asked.visitor or asked.get("author")[:300], asked.get("reason")[:300]
    days, watchlist = asked.get("days"), asked.get("watchlist")
    if not author or not reason or watchlist not in lists or days not in map(str, DAYS):
        return None
    lasts = timedelta(days=int(days))
    return Claim(what=story, author=author, reason=reason, lasts=lasts, watchlist=watchlist)


def merge(desk: Desk, asked: Asked) -> Answer:
    """It goes on in another story. Raises Refused: there is none."""
    with desk.app.db.transaction() as tx:
        story, into = _found(tx, asked), stories.load(tx, asked.get("into").rpartition("/")[2])
        if into is None or not merges.merge(tx, story.id, into.id, asked.now, by_hand=True):
            raise Refused(400, "There is no other story of that id to go on in.")
    return see(f"/stories/{into.id}")


def split(desk: Desk, asked: Asked) -> Answer:
    """Reports become a story of their own. Raises Refused: none is marked; StoreError: all are."""
    marked = {
        int(n) for n in (asked.form or {}).get("item", ()) if n.isascii() and n.isdigit() and len(n) < 19
    }
    if not marked:
        raise Refused(400, "Mark the reports that belong elsewhere.")
    with desk.app.db.transaction() as tx:
        fresh = merges.split(tx, asked.parts["id"], marked, asked.now)
    return see(f"/stories/{fresh}")


def _found(tx: Any, asked: Asked) -> Story:
    story = stories.load(tx, asked.parts["id"])
    if story is None:
        raise Refused(404, "There is no such story, or it was pruned.")
    return story


def _back(asked: Asked) -> Answer:
    return see(f"/stories/{asked.parts['id']}")


def _head(desk: Desk, judged: Judged) -> dict[str, Any]:
    parts = desk.app.parts
    words = frame(ENGLISH, parts.watchlists.press.sides)
    told = story_context(judged, words, desk.zone, public_url=None, titles=parts.titles)
    contacts, more = sources.contacts(judged.contacts, words, desk.zone, limit=30)
    first = min(judged.story.items, key=lambda item: (item.told_at, item.id))
    return {
        "s": {**told, "contacts": contacts, "contacts_cut": more},
        "title_parts": latest.title_parts(judged),
        "bars": latest.side_bars(desk, judged.story),
        "chips": latest.chips(judged),
        "first": first,
        "voices": judged.corroboration.voices,
        "outlets": _outlets(desk, judged.story.items),
    }


def _outlets(desk: Desk, items: Iterable[StoryItem]) -> list[dict[str, Any]]:
    """Each outlet with how far it is to be relied on and why, the best first."""
    sides = desk.app.parts.watchlists.press.sides
    found = {item.outlet: item for item in sorted(items, key=lambda i: i.feed.reliability, reverse=True)}
    return [
        {"name": name, "side": sides.title(of.side, ENGLISH), "feed": of.feed}
        for name, of in sorted(found.items(), key=lambda one: (one[1].feed.reliability, one[0]))
    ]


def _steps(desk: Desk, story: Story) -> Sequence[Step]:
    if len(story.items) <= JUDGED:
        return timeline(story, desk.app.parts.judge)
    kinds = ((item, "told" if item.copy_of is None else "copied") for item in story.items)
    return [Step(at=item.first_seen_at, item=item, kind=kind) for item, kind in kinds]  # type: ignore[arg-type]


def _reports(desk: Desk, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The steps with the sentences that count; copies are folded below what they repeat."""
    sides = desk.app.parts.watchlists.press.sides
    made: dict[int, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    for step in steps[-SHOWN:]:
        item = step.item
        row = {
            "item": item,
            "kind": step.kind,
            "at": step.at,
            "side": sides.title(item.side, ENGLISH),
            "changes": [change.reason for change in step.changes],
            "quotes": quotes_of(item) if step.kind == "told" else [],
            "copies": [],
        }
        if step.kind == "copied" and item.copy_of in made:
            made[item.copy_of]["copies"].append(row)
            continue
        if step.kind != "withdrawn":
            made[item.id] = row
        rows.append(row)
    return rows


def _lanes(desk: Desk, story: Story) -> dict[str, Any]:
    """The reports in time, by side; the first to tell it is marked."""
    sides = desk.app.parts.watchlists.press.sides
    items = sorted(story.items, key=lambda item: (item.told_at, item.id))[-SHOWN:]
    ordered = list(dict.fromkeys(sides.ordered([item.side for item in items])))
    order = {side: n for n, side in enumerate(sides.ids)}
    names = {side: sides.title(side, ENGLISH) for side in ordered}
    made = lanes([(item.told_at, names[item.side]) for item in items], list(dict.fromkeys(names.values())))
    for mark, item in zip(made["marks"], items, strict=True):
        mark |= {"item": item, "colour": order.get(item.side, 7) % 8, "first": item is items[0]}
    return made


def _why(story: Story) -> list[Mapping[str, Any]]:
    """Rule by rule: how loud, why, and in which reports."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for item in story.items:
        for match in item.matches:
            row = found.setdefault(
                (match.watchlist, match.rule), {"match": match, "reasons": {}, "items": [], "terms": {}}
            )
            row["reasons"][match.reason] = None
            row["terms"] |= dict.fromkeys(e.text for e in match.evidence)
            row["items"].append(item.id)
    return sorted(found.values(), key=lambda row: -row["match"].severity.rank)


PAGES = (
    ("/stories/{id}", "GET", page),
    ("/stories/{id}/case.zip", "GET", case),
    ("/stories/{id}/acknowledge", "POST", acknowledge),
    ("/stories/{id}/silence", "POST", silence),
    ("/stories/{id}/false", "POST", false_alarm),
    ("/stories/{id}/merge", "POST", merge),
    ("/stories/{id}/split", "POST", split),
)

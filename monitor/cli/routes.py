"""`routes test`: where would this story go? Asks the database and the configuration; writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.alerts.digest_schedule import for_reader
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import routes_for_labels
from monitor.cli import search_options
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, loaded, own, say, say_json, stop
from monitor.jobs.preview import destinations
from monitor.model import Severity
from monitor.model.matchers import LABELS, misfits, parse
from monitor.parts import known_of, read_feeds
from monitor.store import archive
from monitor.store.database import Database
from monitor.store.events import spoken
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.alerts.routing import Routed
    from monitor.config.load import Settings
    from monitor.jobs.preview import Destination
    from monitor.model import Story

app = typer.Typer(help="Who is told of what.", no_args_is_help=True)


@app.callback()
def _routes() -> None:
    """Who is told of what."""


@app.command("test")
def test(
    what: Annotated[
        list[str],
        typer.Argument(
            help="A story's id, the number of an item, or what a story might be: severity=high side=un."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where a story goes, and what would hold an alert back now; nothing is sent. The monitor may run.

    Exit 1 when it alerts nobody.
    """
    found = loaded(config)
    if any("=" in word for word in what):
        routes = routes_for_labels(found.route, _labels(found, what))
        _put({"routes": [_route(routed) for routed in routes]}, map(_route_line, routes), as_json=as_json)
        return
    if len(what) != 1:
        raise typer.BadParameter("name one story or one item")
    if not _told_of(found, what[0], as_json=as_json):
        raise typer.Exit(FINDINGS)


def _told_of(found: Settings, name: str, *, as_json: bool) -> bool:
    """Say where a story goes; whether it alerts anybody."""
    judge, now = search_options.judge(found), datetime.now(UTC)
    with Database.reading(found.database) as tx:
        story = _story(tx, name)
        there = destinations(tx, story, found, judge, now)
    loud = is_loud(story)
    readers = _digests(found, story)
    data = {
        "story": story.id,
        "severity": story.severity.value,
        "alerts": loud,
        "routes": [_route(d.routed) | _fate(d) for d in there],
        "digests": [{"series": series, "receivers": names} for series, names in readers],
    }
    _put(data, [*_lines(story, there, loud=loud), *_digest_lines(readers)], as_json=as_json)
    return loud and not all(d.held for d in there)


def _put(data: dict[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        say_json(data)
        return
    for line in lines:
        say(line)


def _labels(found: Settings, words: Sequence[str]) -> dict[str, list[str]]:
    """`severity=high` and its like as labels of a story. Raises BadParameter: no such label or value."""
    labels: dict[str, list[str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in LABELS or name == "event":
            raise typer.BadParameter(f"{word!r} is none of {', '.join(f'{n}=…' for n in LABELS[:-1])}")
        labels.setdefault(name, []).append(value)
    lists = load(found.watchlists, cache=found.pattern_cache)
    known = known_of(lists, {feed.id for feed in read_feeds(found)})
    asked = [
        parse(f"{n}={v}")
        for n, values in labels.items()
        if n not in ("story", "participants")
        for v in values
    ]
    for wrong in misfits(asked, known):
        raise typer.BadParameter(f"{wrong.message} ({wrong.remedy})" if wrong.remedy else wrong.message)
    return labels


def _story(tx: Any, name: str) -> Story:
    """The story, or the one of the item. Ends the command where there is none."""
    if not name.isdecimal():
        return search_options.story(tx, name)
    item = archive.get(tx, int(name))
    if item is None:
        stop(f"there is no item {name} (`monitor items search`)")
    if item.story_id is None:
        stop(f"item {name} matched no watchlist, so nobody hears of it (`monitor explain {name}`)")
    return search_options.story(tx, item.story_id)


def _digests(found: Settings, story: Story) -> list[tuple[str, list[str]]]:
    """The series that show it, each with its receivers."""
    shown = []
    for series in found.digests:
        receivers = [r for r in found.config.receivers if r.name in series.receivers]
        names = [r.name for r in receivers if story.severity.rank >= for_reader(series, r).min_severity.rank]
        if names:
            shown.append((series.series, names))
    return shown


def _route(routed: Routed) -> dict[str, Any]:
    escalate = routed.escalate
    return {
        "receiver": routed.receiver,
        "route": routed.path,
        "group_by": list(routed.group_by),
        "group_wait_seconds": routed.group_wait.total_seconds(),
        "escalates_to": escalate.to if escalate else None,
        "escalates_after_seconds": escalate.after.total_seconds() if escalate else None,
        "escalates_from": escalate.min_severity.value if escalate else None,
    }


def _fate(of: Destination) -> dict[str, Any]:
    return {"held": of.held, "reason": of.reason, "waits_until": of.until, "told_at": of.told_at}


def _lines(story: Story, there: Sequence[Destination], *, loud: bool) -> Iterator[str]:
    title = max(story.items, key=lambda i: max((m.severity.rank for m in i.matches), default=0)).item.title
    yield f"{story.id}  {story.severity.value}  {own(title)}"
    if not loud:
        yield f"alert   nobody: below {Severity.MEDIUM.value} nothing alerts"
        return
    for destination in there:
        yield f"{_route_line(destination.routed)}: {_told(destination)}"


def _route_line(routed: Routed) -> str:
    escalate = routed.escalate
    then = ""
    if escalate:
        then = f", then {escalate.to} after {spoken(escalate.after)} from {escalate.min_severity.value}"
    return f"alert   {routed.receiver}  by route {routed.path}{then}"


def _told(of: Destination) -> str:
    before = f" (told last {of.told_at:%Y-%m-%d %H:%M} UTC)" if of.told_at else ""
    if of.until is not None:
        why = "the route is muted or the receiver had enough"
        return f"waits until {of.until:%Y-%m-%d %H:%M} UTC, {why}{before}"
    if of.held:
        return f"nothing now: {of.held}{before}"
    wait = of.routed.group_wait if of.reason == "new" else of.routed.group_interval
    return f"sent ({of.reason}) {f'after {spoken(wait)}' if wait else 'at once'}{before}"


def _digest_lines(readers: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    if not readers:
        yield "digest  none shows it"
    for series, names in readers:
        yield f"digest  {series}: {', '.join(names)}"

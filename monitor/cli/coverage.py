"""`coverage`: what was not seen, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import ConfigOption, JsonOption, counted, loaded, moment, own, say, say_json
from monitor.model import UnseenKind
from monitor.store import coverage as store
from monitor.store.database import Database
from monitor.store.events import health, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.config.model import RetentionConfig
    from monitor.model import CoverageReport, FeedHealth, Unseen

#: lines of one kind; the rest is counted, and stands in the JSON document
SHOWN = 40
_HEADINGS = {
    UnseenKind.DOWN: "no monitor was running",
    UnseenKind.OUTAGE: "no answer for an hour or longer",
    UnseenKind.GAP: "a gap: no entry in common with the poll before",
    UnseenKind.DOCUMENT: "documents that were not read whole",
    UnseenKind.ARTICLE: "articles that could not be read; the feed's words were",
    UnseenKind.FLOOD_HELD: "seen, and held back by the flood brake",
    UnseenKind.SUPPRESSED: "seen, and silenced by an exception or as a false alarm",
    UnseenKind.HELD: "seen, and not alerted",
}
_COUNTED = {
    UnseenKind.OUTAGE: "failed poll",
    UnseenKind.GAP: "new entry",
    UnseenKind.DOCUMENT: "document",
    UnseenKind.HELD: "story",
}
#: feeds that bring nothing now
_UNWELL = ("failing", "quiet", "gone", "never", "disabled")


def coverage(
    since: Annotated[str, typer.Option(help="From then on: 7d, 12h, or a date.")] = "7d",
    until: Annotated[
        str | None, typer.Option(help="Up to then: 1d, 12h, or a date; now, if not given.")
    ] = None,
    feed: Annotated[str | None, typer.Option(help="Of this feed alone.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was not seen and why: gaps, feeds that failed, what was cut, unread, silenced or forgotten."""
    now = datetime.now(UTC)
    begin, end = moment(since, now), moment(until, now)
    begin, end = begin or now, end or now
    if begin >= end:
        raise typer.BadParameter(f"the time ends ({end:%Y-%m-%d %H:%M} UTC) before it begins")
    found = loaded(config)
    with Database.reading(found.database) as tx:
        report = store.report(tx, begin, end, now)
        feeds = [f for f in health(tx, now) if f.state in _UNWELL and feed in (None, f.feed.id)]
        unseen = [u for u in store.unseen(tx, begin, end) if feed in (None, u.subject)]
    forgotten = _forgotten(found.config.retention, begin, now)
    if as_json:
        say_json(_data(report, unseen, feeds, forgotten))
    else:
        say("\n".join(_lines(report, unseen, feeds, forgotten)))


def _forgotten(retention: RetentionConfig, since: datetime, now: datetime) -> dict[str, timedelta]:
    """What is kept for a shorter time than was asked about, so that it may be missing here."""
    kept = {
        "items that matched nothing": retention.unmatched,
        "items that matched": retention.matched,
        "polls and deliveries": retention.journal,
    }
    return {what: time for what, time in kept.items() if now - time > since}


def _data(
    report: CoverageReport,
    unseen: Sequence[Unseen],
    feeds: Sequence[FeedHealth],
    forgotten: Mapping[str, timedelta],
) -> dict[str, Any]:
    return {
        "since": report.since,
        "until": report.until,
        "items": report.items,
        "by_state": dict(report.by_state),
        "feeds": {
            "watched": report.watched,
            "ok": report.healthy,
            "unwell": [{"id": f.feed.id, "state": f.state, "detail": f.detail} for f in feeds],
        },
        "unseen": [_line_data(one) for one in unseen],
        "kept_days": {what: time.days for what, time in forgotten.items()},
    }


def _line_data(one: Unseen) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "since": one.since,
        "until": one.until,
        "count": one.count,
        "detail": one.detail,
    }


def _lines(
    report: CoverageReport,
    unseen: Sequence[Unseen],
    feeds: Sequence[FeedHealth],
    forgotten: Mapping[str, timedelta],
) -> Iterator[str]:
    yield f"from {_when(report.since)} to {_when(report.until)} UTC"
    states = ", ".join(f"{count} {state}" for state, count in report.by_state.items() if count)
    seen = f"{counted(report.items, 'item')} {'was' if report.items == 1 else 'were'} seen"
    yield f"{seen}: {states}" if states else seen
    yield f"{report.healthy} of {report.watched} feeds are well now"
    yield from (f"  {f.state:9} {f.feed.id}  {own(f.detail)}".rstrip() for f in feeds)
    for kind, group in groupby(unseen, attrgetter("kind")):
        yield from _section(_HEADINGS[kind], list(group))
    if forgotten:
        yield ""
    for what, time in forgotten.items():
        yield f"{what} are kept for {spoken(time)}: older ones may be missing here"
    if not unseen and not feeds:
        yield "nothing is known to be missing"


def _section(heading: str, found: list[Unseen]) -> Iterator[str]:
    yield ""
    yield f"{heading} ({len(found)})"
    width = min(max(len(one.subject) for one in found), 40)
    for one in found[:SHOWN]:
        said = "; ".join(part for part in (_how_much(one), own(one.detail)) if part)
        yield f"  {_span(one):34} {one.subject:{width}}  {said}".rstrip()
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN} more (--json has all)"


def _how_much(one: Unseen) -> str:
    if one.kind is UnseenKind.DOWN:
        return ""
    how_many = counted(one.count, _COUNTED.get(one.kind, "item"))
    long = one.until - one.since if one.kind is UnseenKind.OUTAGE and one.until else None
    return f"{spoken(long)}, {how_many}" if long else how_many


def _span(one: Unseen) -> str:
    if one.until is None or one.until == one.since:
        return _when(one.since)
    same_day = one.since.date() == one.until.date()
    return f"{_when(one.since)} – {f'{one.until:%H:%M}' if same_day else _when(one.until)}"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

"""Pure. What was and was not seen, who cannot be told, what is silenced: the last lines of every digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.messages.text import clean, cut, isolate
from monitor.model import UnseenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from monitor.languages.locale import Frame
    from monitor.model import CoverageReport, Event, FeedHealth, Phrase, Unseen
    from monitor.model.delivery import Silence

Data = dict[str, Any]

#: lines of each kind; the rest is counted
MAX_LINES = 12
#: states of a feed that needs a look
_UNWELL = ("failing", "quiet", "gone", "never")


def coverage_context(report: CoverageReport, words: Frame, zone: ZoneInfo) -> Data:
    """One line of counts, the feeds that need a look,
    and what else stands between the news and its readers.
    """
    healthy = words.say("healthy", healthy=report.healthy, watched=report.watched)
    silenced, flood_held = (report.by_state.get(state, 0) for state in ("suppressed", "flood-held"))
    counted = {
        "gap": len(report.gaps),
        "suppressed": silenced,
        "flood_held": flood_held,
        "withdrawn": report.withdrawn,
        "silence": len(report.silences),
        "suspended": len(report.suspended),
    }
    parts = [healthy, words.count("item", report.items)]
    parts += [words.count(noun, n) for noun, n in counted.items() if n]
    return {
        "line": words.comma.join(parts),
        "healthy_line": healthy,
        "healthy": report.healthy,
        "watched": report.watched,
        "items": report.items,
        "suppressed": silenced,
        "flood_held": flood_held,
        "withdrawn": report.withdrawn,
        "by_state": {str(state): count for state, count in report.by_state.items()},
        "unhealthy": not report.well,
        "problems": _feeds(report.unwell, words),
        "gaps": _group("gaps", _odd(report.gaps, words, zone), words),
        "notices": _notices(report, words, zone),
    }


def _feeds(feeds: Sequence[FeedHealth], words: Frame) -> list[Data]:
    found = {state: [f for f in feeds if f.state == state] for state in _UNWELL}
    return [
        _group(
            state,
            [_row(f.feed.title or f.feed.id, words.said(f.why) if f.why else f.detail) for f in unwell],
            words,
        )
        for state, unwell in found.items()
        if unwell
    ]


def _notices(report: CoverageReport, words: Frame, zone: ZoneInfo) -> list[Data]:
    """Receivers that get nothing or not everything, floods, silences in force,
    and what is wrong with the monitor itself.
    """
    own = [e for e in report.events if not e.kind.startswith(("feed-", "receiver-"))]
    groups = {
        **_unseen(report.unseen, words),
        "suspended": [_row(name, words.retold(reason)) for name, reason in report.suspended.items()],
        "in_part": _rows(map(words.retold, report.in_part)),
        "floods": _odd(report.floods, words, zone),
        "silenced": [_silence(silence, words, zone) for silence in report.silences],
        "monitor": [_row(_called(e, words), words.retold(e.detail)) for e in own],
    }
    return [_group(state, rows, words) for state, rows in groups.items() if rows]


def _unseen(unseen: Sequence[Unseen], words: Frame) -> dict[str, list[Data]]:
    """Feeds that did not answer for a while, documents and articles that were not read whole, by kind."""
    rows: dict[str, list[Data]] = {}
    for one in unseen:
        blind = one.until - one.since if one.kind is UnseenKind.OUTAGE and one.until else None
        how_much = words.duration(blind) if blind else str(one.count)
        detail = f"{how_much}: {words.retold(one.detail)}" if one.detail else how_much
        rows.setdefault(one.kind, []).append(_row(one.title or one.subject, detail))
    return rows


def _called(event: Event, words: Frame) -> str:
    """`stands still: lane desk`."""
    named = (words.word(f"event_name.{event.kind}"), words.subject(event))
    return ": ".join(filter(None, named))


def _silence(silence: Silence, words: Frame, zone: ZoneInfo) -> Data:
    matchers = words.comma.join(str(matcher) for matcher in silence.matchers)
    until = words.moment(silence.ends_at, zone, year=False)
    author, reason = (
        isolate(clean(said), words.direction) for said in (cut(silence.author, 40), cut(silence.reason, 80))
    )
    detail = words.say("silence", until=until, author=author, reason=reason)
    return {"name": cut(clean(matchers), 80), "detail": detail, "dir": "auto"}


def _odd(polls: Iterable[Phrase], words: Frame, zone: ZoneInfo) -> list[Data]:
    """What is odd about a poll of a feed, whose title may be written in the other direction than the line."""

    def shown(value: object) -> object:
        if isinstance(value, datetime):
            return words.moment(value, zone, year=False)
        return isolate(clean(value), words.direction) if isinstance(value, str) else value

    lines = (replace(poll, values={k: shown(v) for k, v in poll.values.items()}) for poll in polls)
    return [{"name": cut(words.said((line,)), 160), "detail": "", "dir": words.direction} for line in lines]


def _rows(lines: Iterable[str]) -> list[Data]:
    return [{"name": cut(clean(line), 160), "detail": "", "dir": "auto"} for line in lines]


def _row(name: str, detail: str) -> Data:
    return {"name": cut(clean(name), 80), "detail": cut(clean(detail), 120), "dir": "auto"}


def _group(state: str, rows: list[Data], words: Frame) -> Data:
    """Rows of one kind, the first twelve of them, also as one `line`."""
    left = len(rows) - MAX_LINES
    note = words.say("and_more", n=left) if left > 0 else ""
    shown = [_row_line(row, words) for row in rows[:MAX_LINES]]
    return {
        "state": state,
        "word": words.word(state),
        "count": len(rows),
        "rows": rows[:MAX_LINES],
        "cut_note": note,
        "line": f"{words.word(state)}: {words.comma.join(shown)} {note}".rstrip(),
    }


def _row_line(row: Data, words: Frame) -> str:
    name = row["name"] if row["dir"] == words.direction else isolate(row["name"], words.direction)
    return f"{name} ({isolate(row['detail'], words.direction)})" if row["detail"] else name

"""Pure. What a message says, as plain data for the templates (templates/README.md lists every key).

Nothing is dropped in silence: whatever is cut is counted, in the same context.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.alerts import telling
from monitor.alerts.frame import Frame, frame
from monitor.alerts.routing import ALERTS_FROM
from monitor.alerts.story import story_context
from monitor.alerts.words import clean, cut, isolate, safe_link, sparkline
from monitor.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.digest import Due
    from monitor.config import DigestConfig
    from monitor.model import Change, CoverageReport, FeedHealth, Judged

Data = dict[str, Any]

#: why an alert goes out: the story is new, changed, was told again, got louder, is still open, or another receiver did
#: not acknowledge it
REASONS = ("new", "changed", "more", "louder", "repeat", "escalated", "test")
#: lines of each kind in the coverage part; the rest is counted
MAX_LINES = 12
_UTC = ZoneInfo("UTC")


def alert_context(
    judged: Judged,
    *,
    reason: str,
    now: datetime,
    public_url: str | None = None,
    titles: Mapping[str, str] | None = None,
    timezone: ZoneInfo = _UTC,
    suppressed: int = 0,
    changes: Sequence[Change] = (),
    language: str = "en",
) -> Data:
    """What an alert about a story says, in `language`, the one it was judged for.

    `reason`: one of `REASONS`; `suppressed`: silenced mentions in the story; `changes`: what is new to the reader.
    """
    words = frame(language)
    told = story_context(judged, words, timezone, public_url=public_url, titles=titles or {})
    update = f"{words.word('reason_changed')}: " if changes else ""
    head = f"[{words.word(told['severity'])}] {update}{isolate(told['title'], words.direction)}"
    mentions = words.count("mention", suppressed)
    return {
        **_common(words, now, public_url),
        "kind": "alert",
        "story": told,
        "reason": reason,
        "reason_word": words.word(f"reason_{reason}"),
        "change_line": telling.change_line(changes, words),
        "changes": telling.changes(changes),
        "test": reason == "test",
        "subject": head,
        "suppressed": suppressed,
        "suppressed_note": words.say("suppressed", mentions=mentions) if suppressed else "",
        "others": [],
        "others_line": "",
        "updates": {},
        "update_line": "",
    }


def digest_context(
    stories: Sequence[Judged],
    coverage: CoverageReport,
    due: Due,
    *,
    series: DigestConfig,
    now: datetime,
    public_url: str | None = None,
    titles: Mapping[str, str] | None = None,
    trend: Sequence[int] = (),
) -> Data:
    """What the digest of `due` says of `stories` (any order), newest of the loudest first.

    Stories below the series' `min_severity` are counted, not shown; those that are too quiet to alert are `related`.
    `trend`: matched stories a day, oldest first.
    """
    words = frame(series.language)
    kept = [s for s in stories if s.story.severity.rank >= series.min_severity.rank]
    told = [
        story_context(s, words, series.timezone, public_url=public_url, titles=titles or {})
        for s in sorted(kept, key=lambda s: s.story.items[0].first_seen_at, reverse=True)
    ]
    loud = [t for t in sorted(told, key=lambda t: -t["rank"]) if t["rank"] >= ALERTS_FROM.rank]
    related = [t for t in told if t["rank"] < ALERTS_FROM.rank]
    seen = coverage_context(coverage, words)
    quieter = len(stories) - len(kept)
    return {
        **_common(words, now, public_url),
        **_window(due, series, words),
        "kind": "digest",
        "subject": _digest_subject(loud, related, words, due=due, healthy=seen["healthy_line"]),
        "summary": _summary(loud, related, words),
        "counts": _counts(loud, words),
        "stories": loud,
        "more": [],
        "related": related,
        "related_note": words.count("related", len(related)) if related else "",
        "cut": 0,
        "cut_note": "",
        "quieter": quieter,
        "quieter_note": words.say("quieter", stories=words.count("story", quieter)) if quieter else "",
        "trend": {"bars": sparkline(trend), "values": list(trend)} if trend else {},
        "coverage": seen,
    }


def _window(due: Due, series: DigestConfig, words: Frame) -> Data:
    """Which digest it is and what time it covers."""
    catch_up = words.say("catch_up", missed=words.count("briefing", due.missed)) if due.catch_up else ""
    since, until = (words.moment(at, series.timezone) for at in (due.since, due.until))
    return {
        "series": series.series,
        "heading": _heading(series.series, words),
        "local_date": due.local_date.isoformat(),
        "date": words.day(due.local_date, weekday=True),
        "since": due.since.isoformat(),
        "until": due.until.isoformat(),
        "window": words.say("window", since=since, until=until),
        "catch_up": catch_up,
        "missed": due.missed,
    }


def notice_context(
    subject: str, lines: Sequence[str], *, now: datetime, public_url: str | None = None, language: str = "en"
) -> Data:
    """What the monitor says about itself: a one-line subject and paragraphs."""
    told = {"subject": cut(clean(subject), 180), "lines": [clean(line) for line in lines if line.strip()]}
    return {**_common(frame(language), now, public_url), "kind": "notice", **told}


def shorten(context: Data, *, full: int, lines: int) -> Data:
    """`context` of a digest with at most `full` whole stories and `lines` more as single lines, the rest counted."""
    everything = context["stories"] + context["more"]
    related = context["related"]
    more = everything[full : full + lines]
    kept_related = related[: max(0, lines - len(more))]
    cut_count = len(everything) - min(len(everything), full + lines) + len(related) - len(kept_related)
    words = frame(context["lang"])
    note = words.say("not_shown", stories=words.count("story", cut_count)) if cut_count else ""
    shorter = {"stories": everything[:full], "more": more, "related": kept_related}
    return {**context, **shorter, "cut": cut_count, "cut_note": note}


def coverage_context(report: CoverageReport, words: Frame) -> Data:
    """What was and was not seen: one line, and the feeds that need a look."""
    groups = {
        state: [f for f in report.feeds if f.state == state]
        for state in ("failing", "quiet", "gone", "never")
    }
    healthy = words.say("healthy", healthy=report.healthy, watched=report.watched)
    parts = [healthy, words.count("item", report.items)]
    parts += [words.count("gap", len(report.gaps))] if report.gaps else []
    silenced = report.by_state.get("suppressed", 0)
    parts += [words.count("suppressed", silenced)] if silenced else []
    return {
        "line": words.comma.join(parts),
        "healthy_line": healthy,
        "healthy": report.healthy,
        "watched": report.watched,
        "items": report.items,
        "suppressed": silenced,
        "by_state": {str(state): count for state, count in report.by_state.items()},
        "unhealthy": report.healthy < report.watched,
        "problems": [_problem(s, _feeds(feeds), words) for s, feeds in groups.items() if feeds],
        "gaps": _problem("gaps", [{"name": cut(clean(g), 160), "detail": ""} for g in report.gaps], words),
    }


def _feeds(feeds: Sequence[FeedHealth]) -> list[Data]:
    return [
        {"name": cut(clean(f.feed.title or f.feed.id), 80), "detail": cut(clean(f.detail), 120)}
        for f in feeds
    ]


def _problem(state: str, rows: list[Data], words: Frame) -> Data:
    """Rows of one kind of trouble, the first twelve of them, also as one `line`."""
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
    name = isolate(row["name"], words.direction)
    return f"{name} ({isolate(row['detail'], words.direction)})" if row["detail"] else name


def _common(words: Frame, now: datetime, public_url: str | None) -> Data:
    return {
        "lang": words.lang,
        "dir": words.direction,
        "w": dict(words.words),
        "now": now.astimezone(UTC).isoformat(),
        "public_url": safe_link(public_url),
        "test": False,
    }


def _heading(series: str, words: Frame) -> str:
    return (
        words.word("digest")
        if series == "daily"
        else words.say("briefing", series=isolate(series, words.direction))
    )


def _counts(loud: Sequence[Data], words: Frame) -> list[Data]:
    """How many stories of each severity, the loudest first; only what there is."""
    rows = []
    for severity in sorted(Severity, key=lambda s: -s.rank):
        n = sum(t["severity"] == severity.value for t in loud)
        if n:
            rows.append({"severity": severity.value, "word": words.word(severity.value), "n": n})
    return rows


def _summary(loud: Sequence[Data], related: Sequence[Data], words: Frame) -> str:
    """`2 high, 1 medium, 3 related`; says so when there is nothing."""
    parts = [f"{row['n']} {row['word']}" for row in _counts(loud, words)]
    parts += [words.count("related", len(related))] if related else []
    return words.comma.join(parts) or words.word("nothing")


def _digest_subject(
    loud: Sequence[Data], related: Sequence[Data], words: Frame, *, due: Due, healthy: str
) -> str:
    summary = _summary(loud, related, words)
    covers = f" ({words.say('covers', missed=words.count('briefing', due.missed))})" if due.catch_up else ""
    if not (loud or related):
        return f"{summary}; {healthy}{covers}"
    first = [isolate(cut(t["title"], 90), words.direction) for t in (loud or related)[:2]]
    separator = "؛ " if words.lang == "ar" else "; "
    return f"{summary}{covers}: {separator.join(first)}"

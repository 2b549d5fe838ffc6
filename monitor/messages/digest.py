"""Pure. What a digest says, as plain data for the templates (templates/README.md lists every key).

Nothing is dropped in silence: whatever is cut is counted, in the same context.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low
from typing import TYPE_CHECKING, Any

from monitor.alerts import stages
from monitor.alerts.routing import ALERTS_FROM
from monitor.languages.locale import Frame, frame
from monitor.messages import sources
from monitor.messages.alert import common
from monitor.messages.coverage import coverage_context
from monitor.messages.story import story_context
from monitor.messages.text import clean, cut, isolate, sparkline
from monitor.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.digest_schedule import Due
    from monitor.config.model import DigestConfig
    from monitor.model import CoverageReport, Judged, LedgerContact, SinceThen
    from monitor.model.press import Sides


Data = dict[str, Any]

#: rows of the table of contacts, and of it in the shortest mail; the rest is counted
MAX_CONTACTS, FEW_CONTACTS = 20, 6
#: a headline in the subject
MAX_HEADLINE = 80
#: a window longer than this is named at the top
_LONG = timedelta(hours=36)
#: windows before this one without which a trend says nothing
_TREND_NEEDS = 3
_NOVELTY = ("new", "changed", "more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What there is to tell in a window."""

    stories: Sequence[Judged]
    coverage: CoverageReport
    #: stories by id that the readers were told before; all others are new to them
    known: Mapping[str, SinceThen]
    contacts: Sequence[LedgerContact] = ()
    #: stories in each regular window, oldest first, the last one being this
    trend: Sequence[int] = ()


def digest_context(
    found: Findings,
    due: Due,
    *,
    series: DigestConfig,
    now: datetime,
    sides: Sides,
    public_url: str | None = None,
    titles: Mapping[str, str] | None = None,
) -> Data:
    """What the digest of `due` says of what was `found` (stories in any order): the loudest first, of those
    the newest.

    Stories below the series' `min_severity` are counted, not shown; those that are too quiet to alert are
    `related`.
    """
    words = frame(series.language, sides, titles)
    kept = [s for s in found.stories if s.story.severity.rank >= series.min_severity.rank]
    contacts = _contacts(found, words, series)
    loud, related = _by_loudness(
        story_context(s, words, series.timezone, public_url=public_url, titles=titles or {})
        | _news(found.known.get(s.story.id), words)
        | {"contacts_shown": bool(contacts["contacts_cut"])}
        for s in sorted(kept, key=lambda s: s.story.items[0].first_seen_at, reverse=True)
    )
    seen = coverage_context(found.coverage, words, series.timezone)
    return {
        **common(words, now, public_url),
        **_window(due, series, words),
        **contacts,
        "kind": "digest",
        "subject": _subject(loud, related, words, due=due, series=series, healthy=seen["healthy_line"]),
        "summary": _summary(loud, related, words),
        "counts": _counts(loud, words),
        "stories": loud,
        "related": related, "related_note": words.count("related", len(related)) if related else "",
        "more": [], "cut": 0, "cut_note": "",
        **_quieter(len(found.stories) - len(kept), words),
        "trend": _trend(found.trend, words), "coverage": seen,
    }  # fmt: skip


def _quieter(stories: int, words: Frame) -> Data:
    said = words.say("quieter", stories=words.count("story", stories)) if stories else ""
    return {"quieter": stories, "quieter_note": said}


def _by_loudness(told: Iterable[Data]) -> tuple[list[Data], list[Data]]:
    """The stories loud enough for alerts, the loudest first, and the others."""
    ordered = sorted(told, key=lambda t: (-t["rank"], _NOVELTY.index(t["news"])))
    loud = [t for t in ordered if t["rank"] >= ALERTS_FROM.rank]
    return loud, [t for t in ordered if t["rank"] < ALERTS_FROM.rank]


def shorten(context: Data, *, full: int, lines: int) -> Data:
    """`context` with at most `full` whole stories and `lines` more as single lines, the rest counted."""
    everything = context["stories"] + context["more"]
    related = context["related"]
    more = everything[full : full + lines]
    kept_related = related[: max(0, lines - len(more))]
    cut_count = len(everything) - min(len(everything), full + lines) + len(related) - len(kept_related)
    words = frame(context["lang"])
    note = words.say("not_shown", stories=words.count("story", cut_count)) if cut_count else ""
    contacts = context["contacts"][: max(FEW_CONTACTS, full)]
    left = context["contacts_cut"] + len(context["contacts"]) - len(contacts)
    shorter = {"stories": everything[:full], "more": more, "related": kept_related, "contacts": contacts}
    return {**context, **shorter, "cut": cut_count, "cut_note": note, **_left(left, words)}


def _window(due: Due, series: DigestConfig, words: Frame) -> Data:
    """Which digest it is and what time it covers."""
    catch_up = words.say("catch_up", missed=words.count("briefing", due.missed)) if due.catch_up else ""
    since, until = (words.moment(at, series.timezone) for at in (due.since, due.until))
    date = words.day(due.local_date, weekday=True)
    return {
        "series": series.series,
        "heading": _heading(series.series, words),
        "local_date": due.local_date.isoformat(),
        "local_time": f"{due.local_time:%H:%M}" if due.local_time else "",
        "date": f"{date}{words.comma}{due.local_time:%H:%M}" if due.local_time else date,
        "since": due.since.isoformat(),
        "until": due.until.isoformat(),
        "window": words.say("window", since=since, until=until),
        "long": due.until - due.since > _LONG,
        "catch_up": catch_up,
        "missed": due.missed,
    }


def _heading(series: str, words: Frame) -> str:
    key = f"series_{series}"
    named = words.word(key)
    return named if named != key else words.say("briefing", series=isolate(series, words.direction))


def _news(since: SinceThen | None, words: Frame) -> Data:
    """What is news in a story that its readers know; nothing is said of one that is new to them."""
    if since is None:
        return {"news": "new", "news_word": "", "change_line": "", "changes": []}
    news = "changed" if since.changes else "more"
    reports = words.count("report", since.reports) if since.reports else words.word("revised_since")
    return {
        "news": news,
        "news_word": words.word("reason_changed") if since.changes else reports,
        "change_line": sources.change_line(since.changes, words),
        "changes": sources.changes(since.changes, words),
    }


def _contacts(found: Findings, words: Frame, series: DigestConfig) -> Data:
    """The table of contacts; where it is cut, each story shows its own as well."""
    rows, left = sources.contacts(found.contacts, words, series.timezone, limit=MAX_CONTACTS)
    return {"contacts": rows, **_left(left, words)}


def _left(left: int, words: Frame) -> Data:
    return {"contacts_cut": left, "contacts_note": words.say("and_more", n=left) if left else ""}


def _trend(values: Sequence[int], words: Frame) -> Data:
    """How this window compares with those before it; nothing where those are too few."""
    before = values[:-1]
    if len(before) < _TREND_NEEDS:
        return {}
    usual = words.say("usually", now=words.count("story", values[-1]), usual=median_low(before))
    over = words.say("over", briefings=words.count("window", len(before)))
    return {"bars": sparkline(values), "values": list(values), "line": usual, "over": over}


def _counts(loud: Sequence[Data], words: Frame) -> list[Data]:
    """How many stories of each severity, the loudest first; only what there is."""
    rows = []
    for severity in sorted(Severity, key=lambda s: -s.rank):
        n = sum(t["severity"] == severity.value for t in loud)
        if n:
            word, line = words.word(severity.value), words.count(severity.value, n)
            rows.append({"severity": severity.value, "word": word, "n": n, "line": line})
    return rows


def _summary(loud: Sequence[Data], related: Sequence[Data], words: Frame) -> str:
    """`2 high, 1 medium, 3 related`; says so when there is nothing."""
    parts = [row["line"] for row in _counts(loud, words)]
    parts += [words.count("related", len(related))] if related else []
    return words.comma.join(parts) or words.word("nothing")


def _subject(
    loud: Sequence[Data],
    related: Sequence[Data],
    words: Frame,
    *,
    due: Due,
    series: DigestConfig,
    healthy: str,
) -> str:
    """`2 high, 1 medium: Headline, confirmed by both sides;
    headline`, of other series than the daily with its name.
    """
    summary = _summary(loud, () if loud else related, words)
    covers = f" ({words.say('covers', missed=words.count('briefing', due.missed))})" if due.catch_up else ""
    time = f" {due.local_time:%H:%M}" if due.local_time else ""
    name = "" if series.series == "daily" else f"[{isolate(series.series + time, words.direction)}] "
    if not (loud or related):
        return f"{name}{summary}{words.word('semicolon')}{healthy}{covers}"
    first = [_headline(t, words) for t in (loud or related)[:2]]
    separator = words.word("semicolon")
    return f"{name}{summary}{covers}: {separator.join(first)}"


def _headline(story: Data, words: Frame) -> str:
    """A story's title, with what its corroboration comes to where that is news in itself."""
    title = isolate(cut(story["title"], MAX_HEADLINE), words.direction)
    grounds, voices = (story["corroboration"][key] for key in ("grounds", "voices"))
    if all(voice["denies"] for voice in voices):  # a denial that nobody else reports says so in its title
        return title
    said = next((w for g in grounds if (w := words.words.get(f"told_{g}"))), "")
    return f"{title}{words.comma}{said}" if said else title


# Stories in a digest that nobody was alerted to, and why: a silence, an inhibition.


def with_held(context: dict[str, Any], held: Mapping[str, str]) -> dict[str, Any]:
    """`context` of a digest, in which each story of `held` (by id, to the reason) has a note that says so."""
    if not held:
        return context
    words = frame(context["lang"])

    def noted(story: dict[str, Any]) -> dict[str, Any]:
        why = held.get(story["id"])
        if why is None:
            return story
        said = words.say("not_alerted", why=_why_held(why, words))
        return {**story, "notes": [*story["notes"], said]}

    return {**context, "stories": [noted(story) for story in context["stories"]]}


def _why_held(why: str, words: Frame) -> str:
    """The recorded reason in the reader's language; one that no rule of ours wrote stays as it is."""
    key, parts = stages.reason_parts(why)
    said = {name: isolate(cut(clean(part), 120), words.direction) for name, part in parts.items()}
    return words.say(key, **said) if key else isolate(cut(clean(why), 200), words.direction)

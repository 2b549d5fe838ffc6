"""What `status` and `health` say: is it blind or mute, what is due and since when,
what stands still and what to do.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from monitor.alerts.digest_schedule import for_reader, next_due
from monitor.alerts.own_events import when
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, isolated, loaded, own, say, say_json
from monitor.errors import StoreError
from monitor.jobs import watch
from monitor.model import EventKind, Pace, Severity, WorkKind
from monitor.store import articles, events, facts, feeds, journal, receivers, silences
from monitor.store import events as findings
from monitor.store.database import Database
from monitor.store.liveness import Health

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from monitor.config.load import Settings
    from monitor.config.model import DigestConfig
    from monitor.jobs.watch import Progress
    from monitor.model import Event, FeedHealth
    from monitor.model.delivery import Silence
    from monitor.store.receivers import ReceiverState

NOT_RUNNING = "no monitor is running (start it: `monitor run`)"
#: what is reckoned anew each time, whatever the last look of the watcher found
_RECKONED = frozenset(
    {EventKind.STANDS_STILL, EventKind.WORK_LATE, EventKind.TICK_LATE, EventKind.RECEIVER_SUSPENDED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the database says at one moment."""

    now: datetime
    running: bool | None
    began: datetime | None
    ticks: Mapping[str, datetime]
    work: Sequence[Progress]
    feeds: Sequence[FeedHealth]
    next_poll_at: datetime | None
    #: articles to be fetched, by feed
    articles: Mapping[str, int]
    receivers: Sequence[ReceiverState]
    #: those that nothing has reached for too long
    mute: Sequence[ReceiverState]
    counts: Mapping[str, int]
    events: Sequence[Event]
    silences: Sequence[Silence]


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Is it blind or mute, and why: what is due and since when, what stands still, feeds, receivers,
    silences.

    Exit 1 when there is a problem.
    """
    data = state(loaded(config), datetime.now(UTC))
    if as_json:
        say_json(data)
    else:
        say(status_text(data))
    if data["problems"]:
        raise typer.Exit(FINDINGS)


def state(found: Settings, now: datetime) -> dict[str, Any]:
    """Everything `monitor status` knows, as plain data; `problems` is empty when nothing is to be done."""
    seen = _seen(found, now)
    watched = [f for f in seen.feeds if f.state != "disabled"]
    unwell = [f for f in watched if f.state in ("failing", "gone", "quiet")]
    return {
        "problems": [*_problems(seen), *_too_many(unwell, watched)],
        "running": seen.running,
        "at_work_since": seen.began if seen.running is not False else None,
        "work": [_work(p, now) for p in seen.work],
        "feeds": {
            "watched": len(watched),
            "ok": sum(f.state == "ok" for f in watched),
            "unwell": [{"id": f.feed.id, "state": f.state, "detail": f.detail} for f in unwell],
        },
        "receivers": [
            {"name": r.name, "last_delivered_at": r.last_delivered_at, "last_error": r.last_error}
            for r in seen.receivers
        ],
        "events": [watch.event_data(e) for e in seen.events],
        "silences": [_silence(s) for s in seen.silences],
        "deliveries": dict(seen.counts),
        "next_poll_at": seen.next_poll_at,
        "articles_waiting": dict(seen.articles),
        "ticks": dict(seen.ticks),
        "digests": {s.series: next_digest(found, s, now)[0] for s in found.digests},
    }


def probe(found: Settings, now: datetime) -> Health:
    """Why the daemon is not well, in plain words, and what else is wrong, as the database says it."""
    with ExitStack() as stack:
        try:
            db = stack.enter_context(Database.open(found.database, create=False))
        except StoreError as error:
            return Health((str(error),), ())
        running = db.in_use()
        with db.snapshot() as tx:
            seen = watch.health(tx, found, now, running=running)
    return seen._replace(late=(NOT_RUNNING, *seen.late)) if running is False else seen


def _seen(found: Settings, now: datetime) -> _Seen:
    with Database.open(found.database, create=False) as db:
        running = db.in_use()
        with db.snapshot() as tx:
            return _Seen(
                now=now,
                running=running,
                began=facts.at_work_since(tx),
                ticks=facts.ticks(tx),
                work=watch.look(tx, found, now, running=running),
                feeds=findings.health(tx, now),
                next_poll_at=feeds.next_due(tx),
                articles=articles.waiting(tx),
                receivers=receivers.states(tx),
                mute=receivers.failing(tx, now - found.config.delivery.tell_after),
                counts=journal.counts(tx),
                events=events.unclosed(tx),
                silences=[s for s in silences.alive(tx, now) if s.state(now) == "active"],
            )


def _problems(seen: _Seen) -> Iterator[str]:
    """What somebody has to look at, each once and with its remedy."""
    overdue = [p for p in seen.work if p.overdue]
    if overdue and seen.running is False:
        yield NOT_RUNNING
    for state in seen.mute:
        yield _mute(state)
    told = {state.name for state in seen.mute}
    for p in overdue:
        if p.work.kind is not WorkKind.LANE or p.work.subject not in told:
            yield f"{p}" if seen.running is False else f"{p}; {p.remedy}"
    yield from (
        f"{seen.counts[word]} deliveries are {word}" for word in journal.DEAD if seen.counts.get(word)
    )
    for event in seen.events:
        if event.severity.rank >= Severity.HIGH.rank and event.kind not in _RECKONED:
            yield str(event)


def _mute(state: ReceiverState) -> str:
    if state.suspended_at is not None:
        return f"receiver {state.name} is suspended: {state.suspended_reason}"
    return (
        f"nothing has reached receiver {state.name} since {state.failing_since:%Y-%m-%d %H:%M} "
        f"UTC: {state.last_error}"
    )


def _too_many(unwell: Sequence[FeedHealth], watched: Sequence[FeedHealth]) -> list[str]:
    many = len(unwell) * 2 > len(watched)
    return [f"{len(unwell)} of {len(watched)} feeds are not well"] if many else []


def next_digest(found: Settings, series: DigestConfig, now: datetime) -> tuple[datetime | None, ZoneInfo]:
    """When the first of its readers is due, and in which time zone that one reads."""
    readers = [for_reader(series, r) for r in found.config.receivers if r.name in series.receivers]
    times = [(at, reader.timezone) for reader in readers if (at := next_due(reader, now)) is not None]
    return min(times, key=lambda found: found[0], default=(None, series.timezone))


def status_text(data: Mapping[str, Any]) -> str:
    """`status` for people."""
    watched, ok = data["feeds"]["watched"], data["feeds"]["ok"]
    lines = [_daemon(data)]
    lines += [f"work        {_work_line(work)}" for work in data["work"]]
    lines.append(f"feeds       {ok} of {watched} ok, next poll {when(data['next_poll_at'])}")
    lines += [f"  {f['state']:8} {f['id']}: {isolated(f['detail'])}" for f in data["feeds"]["unwell"]]
    if data["articles_waiting"]:
        count, of = sum(data["articles_waiting"].values()), len(data["articles_waiting"])
        lines.append(f"articles    {count} still to be fetched, of {of} feeds")
    lines += [f"event       {event_line(event)}" for event in data["events"]]
    lines += [f"silence     {_silence_line(silence)}" for silence in data["silences"]]
    owed = ", ".join(f"{count} {state}" for state, count in sorted(data["deliveries"].items()))
    lines.append(f"deliveries  {owed or 'none yet'}")
    for receiver in data["receivers"]:
        error = f"; last error: {receiver['last_error']}" if receiver["last_error"] else ""
        lines.append(f"  {receiver['name']}: last delivered {when(receiver['last_delivered_at'])}{error}")
    lines += [f"digest      {series}: next {when(at)}" for series, at in data["digests"].items()]
    lines += [f"tick        {name}: {when(at)}" for name, at in sorted(data["ticks"].items())]
    lines += [f"PROBLEM     {problem}" for problem in data["problems"]] or _last_words(data)
    return "\n".join(lines)


def _daemon(data: Mapping[str, Any]) -> str:
    last = max(data["ticks"].values(), default=None)
    if data["running"] is False:
        return f"monitor     not running; last at work {when(last)}"
    return f"monitor     {'running' if data['running'] else 'at work'} since {when(data['at_work_since'])}"


def _last_words(data: Mapping[str, Any]) -> list[str]:
    """What may be said where there is no problem:
    `all is well` only where nothing waits and a monitor runs.
    """
    waiting = [w for w in data["work"] if w["pace"] != Pace.WELL.value]
    if waiting:
        names = ", ".join(f"{w['name']} ({w['pace']})" for w in waiting)
        return [f"nothing is overdue yet; waiting: {names}"]
    return [f"nothing is overdue; {NOT_RUNNING}"] if data["running"] is False else ["all is well"]


def _work(p: Progress, now: datetime) -> dict[str, Any]:
    work = p.work
    return {
        "name": work.name,
        "kind": work.kind.value,
        "subject": work.subject,
        "pace": p.pace.value,
        "due": work.due,
        "since": work.since,
        "waited_seconds": round((now - work.since).total_seconds()) if work.since else 0,
        "last_done_at": work.done_at,
        "tell_after_seconds": round(work.tell_after.total_seconds()),
        "detail": p.detail,
        "remedy": p.remedy if p.overdue else "",
    }


def _work_line(work: Mapping[str, Any]) -> str:
    return f"{work['name']}: {work['pace'].replace('-', ' ')}; {own(work['detail'])}"


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "until": silence.ends_at,
        "author": silence.author,
        "reason": silence.reason,
    }


def _silence_line(silence: Mapping[str, Any]) -> str:
    said = f"by {own(silence['author'])}: {own(silence['reason'])}"
    return f"{silence['id']}: {', '.join(silence['matchers'])} until {when(silence['until'])}, {said}"


def event_line(event: Mapping[str, Any]) -> str:
    """One event for people."""
    subject = f" {event['subject']}" if event["subject"] else ""
    detail = f": {isolated(event['detail'])}" if event["detail"] else ""
    return f"{event['severity']} {event['kind']}{subject} since {when(event['since'])}{detail}"

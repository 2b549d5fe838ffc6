"""Watch the watcher: find what is wrong, keep it as events, and tell of their beginning and end."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor import logs
from monitor.alerts.digest_schedule import LastDigest, due, for_reader
from monitor.alerts.grouping import muted
from monitor.alerts.own_events import OVERDUE, began_at, over, pace, remedy, said, to_tell, words
from monitor.alerts.routing import Routed, routes_for_event
from monitor.jobs.digest import installed_at
from monitor.model import Event, EventKind, Finding, Pace, Work, WorkKind
from monitor.model.matchers import hold
from monitor.store import digests, events, facts, receivers, silences
from monitor.store import polls as store
from monitor.store.liveness import Health
from monitor.timing import BY_DUE, BY_RHYTHM, TICKS, WATCHER_SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.config.load import Settings
    from monitor.config.routes import TimeIntervalConfig
    from monitor.jobs.notices import Notices
    from monitor.store.database import Database


log = logs.get("watch")

#: facts: when each receiver was told of events last
_TOLD = "events-told:"
#: between two looks through all feeds
SELDOM = timedelta(minutes=5)
#: what comes back within this rests longer
LATELY = timedelta(days=1)
MEGABYTE = 1_000_000
#: less room than this is nearly full; on a large disk a twentieth, but no more than a gigabyte
LEAST_FREE, MOST_FREE, SHARE_FREE = 200 * MEGABYTE, 1000 * MEGABYTE, 0.05


class Memory:
    """What the database showed to be wrong when it was looked through last: feeds change slowly."""

    def __init__(self) -> None:
        self._found: tuple[Finding, ...] = ()
        self._at: datetime | None = None

    def found(self, tx: Connection, now: datetime) -> tuple[Finding, ...]:
        """It, as it was within `SELDOM` of `now`."""
        if self._at is None or not self._at <= now < self._at + SELDOM:
            self._found, self._at = events.look(tx, now), now
        return self._found


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """What watching needs."""

    db: Database
    notices: Notices
    settings: Settings
    #: what the process itself knows to be wrong
    own: Callable[[], Sequence[Finding]]
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)

    @property
    def intervals(self) -> Mapping[str, TimeIntervalConfig]:
        """When routes tell nothing, by name."""
        return {interval.name: interval for interval in self.settings.config.time_intervals}


class Watched(NamedTuple):
    """How many messages were promised, how the monitor is, and whether something is wrong or to be told."""

    messages: int
    health: Health
    uneasy: bool


def watch(watcher: Watcher) -> Watched:
    """Look once, and write down that it was done."""
    with watcher.db.transaction() as tx:
        now = watcher.clock()
        facts.ticked(tx, "watch", now)
        work = look(tx, watcher.settings, now)
        wrong = (*watcher.memory.found(tx, now), *map(_overdue, filter(_untold, work)))
        found = {f.key: f for f in (*watcher.own(), *_disk(watcher.settings.data), *wrong)}
        events.see(tx, found.values(), now)
        unclosed = events.unclosed(tx)
        ended = over(unclosed, found.keys(), events.openings(tx, now - LATELY), now)
        events.close(tx, ended, now)
        for event in ended:
            log.info("event_over", kind=event.kind.value, subject=event.subject)
        told = to_tell(events.unnotified(tx), unclosed, found.keys())
        messages = _tell(tx, watcher, told, now) if told else 0
        health = health_of(work, events.unclosed(tx))
        return Watched(messages, health, uneasy=bool(health.events or told))


def clock_set(seconds: float, now: datetime) -> Finding:
    """That somebody set the clock by so many seconds."""
    way = "forward" if seconds > 0 else "back"
    detail = f"{way} by {abs(round(seconds))} s at {now:%Y-%m-%d %H:%M} UTC; what was due then is done now"
    return Finding(kind=EventKind.CLOCK_SET, detail=detail)


def note(tx: Connection, finding: Finding, now: datetime) -> None:
    """Keep what happened just now."""
    events.see(tx, [finding], now)


def _untold(progress: Progress) -> bool:
    return progress.overdue and not progress.work.told


def _overdue(progress: Progress) -> Finding:
    """What a lane waits for is named by the lane; a job by itself, as it always was."""
    work = progress.work
    if work.kind is WorkKind.JOB:
        return Finding(kind=EventKind.TICK_LATE, subject=work.subject, detail=progress.detail)
    kind = EventKind.STANDS_STILL if progress.pace is Pace.STANDS_STILL else EventKind.WORK_LATE
    return Finding(kind=kind, subject=work.name, detail=progress.detail)


def _disk(folder: Path) -> Iterator[Finding]:
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return
    if not enough_room(disk):
        detail = f"{disk.free // MEGABYTE} MB are left for the data folder"
        yield Finding(kind=EventKind.DISK_NEARLY_FULL, detail=detail)


def enough_room(disk: shutil._ntuple_diskusage) -> bool:
    """Whether what is free lasts until somebody has read the warning."""
    return disk.free >= max(LEAST_FREE, min(MOST_FREE, int(disk.total * SHARE_FREE)))


def _tell(tx: Connection, watcher: Watcher, told: Sequence[Event], now: datetime) -> int:
    """One message for each receiver whose wait is over, with everything that it has not heard."""
    waiting: dict[str, list[tuple[Event, Routed]]] = {}
    for event in told:
        for routed in _readers(tx, watcher, event, now):
            waiting.setdefault(routed.receiver, []).append((event, routed))
    last = facts.stamped(tx, _TOLD)
    ready = {name: e for name, e in waiting.items() if _is_due(e, last.get(f"{_TOLD}{name}"), now)}
    for receiver, these in ready.items():
        subject, lines = words([event for event, _ in these], watcher.notices.frame(receiver))
        watcher.notices.put(tx, receiver, subject, lines, now=now)
        facts.put(tx, f"{_TOLD}{receiver}", None, now)
        log.warning("events_notified", receiver=receiver, subject=subject)
    for event in told:
        gone = [name for name in event.told_to if name not in watcher.notices.receivers]
        to = [name for name, these in ready.items() if any(event is e for e, _ in these)]
        if to or (gone and event.closed_at is not None):
            events.note_notified(tx, event, [*to, *gone], now)
    return len(ready)


def _readers(tx: Connection, watcher: Watcher, event: Event, now: datetime) -> tuple[Routed, ...]:
    """Who is to hear of an event now, each once; of its end, those who heard of it."""
    if event.closed_at is None and _silenced(tx, event, now):
        return ()
    routes = {routed.receiver: routed for routed in routes_for_event(watcher.settings.route, event)}
    readers: dict[str, Routed] = {}
    for name in routes if event.closed_at is None else event.told_to:
        routed = routes.get(name) or Routed(receiver=name)
        mute, active = routed.mute_time_intervals, routed.active_time_intervals
        to = _who_hears(tx, watcher, event, name, now)
        if to in watcher.notices.receivers and not muted(
            now, mute=mute, active=active, named=watcher.intervals
        ):
            readers.setdefault(to, replace(routed, receiver=to))
    return tuple(readers.values())


def _who_hears(tx: Connection, watcher: Watcher, event: Event, name: str, now: datetime) -> str:
    """`name`, or whoever stands in for it where it is the lane that the event is about;
    empty: nobody else works.
    """
    if event.subject != f"{WorkKind.LANE} {name}" or name not in watcher.notices.receivers:
        return name
    unwell = {state.name for state in receivers.failing(tx, now)}
    return watcher.notices.beside(name, unwell) or ""


def _silenced(tx: Connection, event: Event, now: datetime) -> bool:
    """A silence holds for events only where it names `event`: nobody mutes the monitor by the way."""
    return any(
        any(matcher.name == "event" for matcher in silence.matchers) and hold(silence.matchers, event.labels)
        for silence in silences.alive(tx, now)
        if silence.state(now) == "active"
    )


def _is_due(waiting: Sequence[tuple[Event, Routed]], last: datetime | None, now: datetime) -> bool:
    """The first of them has waited, and the receiver was not told of others just now."""
    since = min((event.closed_at or event.opened_at) + routed.group_wait for event, routed in waiting)
    interval = min(routed.group_interval for _, routed in waiting)
    return since <= now and not (last is not None and last <= now < last + interval)


# What is due at a moment and how it goes on: gathered for the watcher, `status`, `health` and the heartbeat.


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A kind of work and how it goes on."""

    work: Work
    pace: Pace

    @property
    def overdue(self) -> bool:
        """It is due for longer than `tell_after`, and nothing excuses it."""
        return self.pace in OVERDUE

    @property
    def stuck(self) -> bool:
        """It stands still, and whoever is to know was not told in another way."""
        return self.pace is Pace.STANDS_STILL and not self.work.told

    @property
    def detail(self) -> str:
        """What waits, since when, and what was done last."""
        return said(self.work)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return remedy(self.work, self.pace)

    def __str__(self) -> str:
        return (
            f"{self.work.name} {'stands still' if self.pace is Pace.STANDS_STILL else 'is late'}: "
            f"{self.detail}"
        )


#: a monitor that was away for longer may have missed something
DOWN = timedelta(minutes=15)


def note_down_time(tx: Connection, now: datetime) -> None:
    """Keep that no monitor was at work since the last tick ended, where that is long ago."""
    last = max(facts.ticks(tx).values(), default=now)
    if now - last >= DOWN:
        detail = f"from {last:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M} UTC no feed was asked"
        events.keep(tx, Finding(kind=EventKind.WAS_DOWN, detail=detail), since=last, until=now)


def begin(tx: Connection, found: Settings, now: datetime) -> None:
    """A monitor starts: what is due since before is caught up with first."""
    patience = found.config.delivery.tell_after
    facts.at_work(tx, began_at(facts.at_work_since(tx), facts.ticks(tx), now, patience))


def look(
    tx: Connection, found: Settings, now: datetime, *, running: bool | None = True
) -> tuple[Progress, ...]:
    """All work and how it goes on. `running`: whether a monitor is at work; None: nobody can tell."""
    began = None if running is False else facts.at_work_since(tx)
    works = list(_by_due(tx, found, now))
    if running is not False:
        works += _by_rhythm(facts.ticks(tx), began, found.config.delivery.tell_after, now)
    return tuple(Progress(work=work, pace=pace(work, now, began)) for work in works)


def health(tx: Connection, found: Settings, now: datetime, *, running: bool | None = True) -> Health:
    """What stands still at `now`, and what else is wrong."""
    return health_of(look(tx, found, now, running=running), events.unclosed(tx))


def health_of(work: Iterable[Progress], wrong: Iterable[Event]) -> Health:
    """What of `work` stands still, and what else is wrong."""
    late = [f"{p}; {p.remedy}" for p in work if p.stuck]
    return Health(tuple(late), tuple(event_data(event) for event in wrong))


def event_data(event: Event) -> dict[str, Any]:
    """An event as plain data."""
    named = {"kind": event.kind.value, "subject": event.subject, "severity": event.severity.value}
    return named | {"detail": event.detail, "since": event.opened_at, "told_to": list(event.told_to)}


def stuck(tx: Connection, found: Settings, now: datetime, *, since: datetime) -> list[str]:
    """Why nobody may be told that all is well, in plain words:
    work not yet completed `since` the start, or stuck.
    """
    done = facts.ticks(tx)
    begun = [name for name in BY_DUE if name not in done or done[name] < since]
    if begun:
        return [f"not yet completed since the start: {', '.join(begun)}"]
    return [str(progress) for progress in look(tx, found, now) if progress.stuck]


def _by_due(tx: Connection, found: Settings, now: datetime) -> Iterator[Work]:
    """Everything that something waits for. New kinds of work belong here."""
    patience = found.config.delivery.tell_after
    yield store.polling(tx, now, found.config.polling.tell_after or patience)
    yield store.alerting(tx, now, patience)
    yield _digests(tx, found, now)
    yield from store.lanes(tx, now, patience)


def _digests(tx: Connection, found: Settings, now: datetime) -> Work:
    """Digests whose time has come and that are not in the ledger."""
    installed = installed_at(tx, now)
    receivers = {r.name: r for r in found.config.receivers}
    waiting: list[tuple[datetime, str]] = []
    made: list[datetime] = []
    for series, name in ((s, name) for s in found.digests for name in s.receivers):
        last = digests.last(tx, series.series, name)
        before = LastDigest.of(last.local_date, last.until) if last else None
        window = due(for_reader(series, receivers[name]), before, now, installed_at=installed)
        made += [last.created_at] if last else []
        waiting += [(window.due_at, f"{series.series} for {name}")] if window else []
    since, oldest = min(waiting, default=(None, ""))
    return Work(
        kind=WorkKind.DIGEST,
        due=len(waiting),
        since=since,
        oldest=oldest,
        done_at=max(made, default=None),
        tell_after=found.config.delivery.tell_after,
    )


def _by_rhythm(
    done: Mapping[str, datetime], began: datetime | None, patience: timedelta, now: datetime
) -> Iterator[Work]:
    """Jobs that nothing waits for: due when their pause is over."""
    for name in BY_RHYTHM:
        last, pause = done.get(name) or began, timedelta(seconds=TICKS[name])
        next_at = last + pause if last else None
        yield Work(
            kind=WorkKind.JOB,
            subject=name,
            due=1 if next_at and next_at <= now else 0,
            since=next_at if next_at and next_at <= now else None,
            done_at=done.get(name),
            tell_after=min(patience, WATCHER_SILENT - pause) if name == "watch" else patience,
        )

"""What is due at a moment and how it goes on:
gathered for the watcher, `status`, `health` and the heartbeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.digest_schedule import LastDigest, due, for_reader
from monitor.alerts.own_events import OVERDUE, began_at, pace, remedy, said
from monitor.jobs.digest import installed_at
from monitor.model import Pace, Work, WorkKind
from monitor.store import digests, facts
from monitor.store import due as store
from monitor.timing import BY_DUE, BY_RHYTHM, TICKS, WATCHER_SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.load import Settings


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


def begin(tx: Connection, found: Settings, now: datetime) -> None:
    """A monitor starts: what is due since before is caught up with first."""
    patience = found.config.delivery.tell_after
    facts.at_work(tx, began_at(facts.at_work_since(tx), facts.ticks(tx), now, patience))


def look(
    tx: Connection, found: Settings, now: datetime, *, running: bool | None = True
) -> tuple[Progress, ...]:
    """All work and how it goes on. `running`: whether a monitor is at work; None: nobody can tell."""
    began = None if running is False else facts.at_work_since(tx)
    works = [*_by_due(tx, found, now), *(_by_rhythm(tx, found, now) if running is not False else ())]
    return tuple(Progress(work=work, pace=pace(work, now, began)) for work in works)


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


def _by_rhythm(tx: Connection, found: Settings, now: datetime) -> Iterator[Work]:
    """Jobs that nothing waits for: due when their pause is over."""
    done, began = facts.ticks(tx), facts.at_work_since(tx)
    for name in BY_RHYTHM:
        last = done.get(name) or began
        next_at = last + timedelta(seconds=TICKS[name]) if last else None
        patience = found.config.delivery.tell_after
        yield Work(
            kind=WorkKind.JOB,
            subject=name,
            due=1 if next_at and next_at <= now else 0,
            since=next_at if next_at and next_at <= now else None,
            done_at=done.get(name),
            tell_after=min(patience, WATCHER_SILENT) if name == "watch" else patience,
        )

"""Several processes on one PostgreSQL: a scheduler says what is due, workers do it.

The database stays the truth. The scheduler lays leases on what is due and puts a job into the queue, in one
transaction; the job wakes a worker, which takes the leases over. What nobody took in time, or was taken by a
worker that died, is due again when its lease has run out.
"""

from __future__ import annotations

import asyncio
import math
import os
import signal
import socket
import time
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from monitor import __version__, logs
from monitor.errors import ConfigError, Mistake, StoreError
from monitor.jobs import deliver as delivering
from monitor.jobs import digest as digesting
from monitor.jobs.claims import LEASE, Claims
from monitor.jobs.flow import Manners, poll_due
from monitor.store import alerts, articles, facts, feeds, leases, outbox, queue
from monitor.timing import LINGER_SECONDS, TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.app import App
    from monitor.config.load import Settings
    from monitor.jobs.claims import Claim
    from monitor.jobs.poll import Poller
    from monitor.store.leases import Key

log = logs.get("roles")

#: what is due and leased at most, of one host at most, and in one job; more waits for its turn
AHEAD, PER_HOST, IN_JOB, LEAST_IN_JOB = 1_000, 100, 50, 15
#: jobs that a worker has in hand at most, and the parts that a round is cut into, so that each gets some
AT_ONCE, PARTS = 4, 4
#: until when somebody must have taken a job
TAKE_WITHIN = timedelta(minutes=2)
#: seconds between two looks for jobs that are nobody's any more
CLEAR_SECONDS = 30.0
#: before a tick that failed is tried again
AGAIN = timedelta(seconds=5)
_SCHEDULER = "scheduler"


def refuse_unfit(found: Settings, what: str) -> None:
    """Raises ConfigError where several processes cannot share the database."""
    if not found.database.startswith("postgresql"):
        said = f"{what} needs a database that several processes can share, and this one is a file"
        remedy = "set database: postgresql+psycopg://…, or run `monitor run` alone"
        file = str(found.path or "environment")
        raise ConfigError((Mistake(file=file, line=None, column=None, message=said, remedy=remedy),))


class Scheduler:
    """Says what is due; whoever has the right to be the scheduler calls `dispatch` now and then."""

    def __init__(self, app: App) -> None:
        """Raises StoreError: the queue's tables cannot be made."""
        self._app = app
        queue.prepare(app.db)
        with app.db.transaction() as tx:
            facts.put(tx, _SCHEDULER, {"version": __version__}, app.clock())
        self._clear_at = 0.0
        #: every digest that was due by then was made; the jobs of later ones are under way since
        self._digested_at: datetime | None = None
        self._digest_asked: datetime | None = None

    def dispatch(self) -> int:
        """Put in a job for all that is due and that nobody is told of; how many. Raises StoreError."""
        db, now = self._app.db, self._app.clock()
        self._clean(now)
        with db.snapshot() as tx:
            wanted = list(self._wanted(tx, now))
        if not wanted:
            return 0
        with db.transaction() as tx:
            jobs = [job for name, keys in wanted if (job := _laid(tx, name, keys, now)) is not None]
            queue.defer(tx, jobs)
        if any("digest" in job.names for job in jobs):
            self._digest_asked = now
        return len(jobs)

    def away(self) -> Mapping[str, float]:
        """In how many seconds there is something to dispatch; none while something is under way."""
        now = self._app.clock()
        with self._app.db.snapshot() as tx:
            moments = [feeds.next_due(tx), articles.next_due(tx), alerts.next_due(tx)]
            moments += outbox.due(tx, now).values()
            moments.append(self._digest_at(tx, now))
        first = min((at for at in moments if at is not None), default=None)
        return {"dispatch": (first - now).total_seconds() if first is not None else math.inf}

    def _clean(self, now: datetime) -> None:
        """Free what dead workers held; a feed that they asked waits as after any poll."""
        with self._app.db.snapshot() as tx:
            asked = feeds.being_asked(tx, besides=_of("feed", leases.alive(tx, now)))
            over = leases.over(tx, now)
        clear = time.monotonic() >= self._clear_at
        if not (asked or over or clear):
            return
        with self._app.db.transaction() as tx:
            feeds.let_wait(tx, besides=_of("feed", leases.alive(tx, now)))
            leases.sweep(tx, now)
            if clear:
                queue.clear(tx)
                self._clear_at = time.monotonic() + CLEAR_SECONDS

    def _wanted(self, tx: Connection, now: datetime) -> Iterator[tuple[str, list[Key]]]:
        """What is due and not leased, as jobs: the queue of each, and what is to be leased for it."""
        held = leases.alive(tx, now)
        busy = set(_of("host", held))
        room = max(0, AHEAD - len(held))
        polled = feeds.due(tx, now, AHEAD + len(held), besides=_of("feed", held))[:room]
        polls = _by_host(((state.feed.id, state.effective_url) for state in polled), busy)
        yield from (("poll", keys) for keys in _cut("feed", polls))
        known = _of("article", held)
        wishes = [w for w in articles.due(tx, now, AHEAD + len(held)) if str(w.item_id) not in known][:room]
        pages = _by_host(((str(wish.item_id), wish.url) for wish in wishes), busy)
        yield from (("parse", keys) for keys in _cut("article", pages))
        ticks = {"alert": alerts.next_due(tx), "digest": self._digest_at(tx, now)}
        for name, at in ticks.items():
            if at is not None and at <= now and ("tick", name) not in held:
                yield "digest", [("tick", name)]
        owed = [("receiver", name) for name, at in outbox.due(tx, now).items() if at <= now]
        yield from (("deliver", [key]) for key in owed if key not in held)

    def _digest_at(self, tx: Connection, now: datetime) -> datetime | None:
        """When a digest is due that was not made: a job that got lost is missed here."""
        made = facts.ticks(tx).get("digest")
        if self._digest_asked is not None and made is not None and made >= self._digest_asked:
            self._digested_at, self._digest_asked = self._digest_asked, None
        if self._digested_at is None:
            return now
        at = digesting.next_at(self._app.digester(), self._digested_at)
        latest = self._digested_at + timedelta(seconds=TICKS["digest"])
        return latest if at is None else min(at, latest)


def _of(kind: str, held: Iterable[Key]) -> frozenset[str]:
    return frozenset(name for of, name in held if of == kind)


def _by_host(due: Iterable[tuple[str, str]], busy: set[str]) -> dict[str, list[str]]:
    """By host that nobody asks now, which is busy from now on: what is due there."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, url in due:
        host = (urlsplit(url).hostname or url).lower()
        if host not in busy and len(found[host]) < PER_HOST:
            found[host].append(name)
    busy.update(found)
    return {host: names for host, names in found.items() if names}


def _cut(kind: str, by_host: Mapping[str, Sequence[str]]) -> Iterator[list[Key]]:
    """As many jobs as keep all workers at work; what is of one host stays together."""
    size = min(IN_JOB, max(LEAST_IN_JOB, sum(map(len, by_host.values())) // PARTS))
    keys: list[Key] = []
    for host, names in by_host.items():
        keys += [("host", host), *((kind, name) for name in names)]
        if sum(of == kind for of, _ in keys) >= size:
            yield keys
            keys = []
    if keys:
        yield keys


def _laid(tx: Connection, name: str, keys: Sequence[Key], now: datetime) -> queue.Job | None:
    """The job for what nobody else has leased meanwhile; None: somebody has some of it."""
    token = f"job:{uuid4().hex}"
    laid = leases.lay(tx, keys, token, now, now + TAKE_WITHIN)
    if len(laid) < len(keys):
        leases.free(tx, laid, token, host_until=now)
        return None
    names = tuple(name for kind, name in keys if kind != "host")
    return queue.Job(queue=name, token=token, names=names, until=now + TAKE_WITHIN)


# A worker.


class Worker:
    """Does what jobs say is due: a service of the daemon, with the services that it keeps at work."""

    def __init__(self, app: App, queues: Sequence[str]) -> None:
        """Raises StoreError: the scheduler is of another version, or none has been here."""
        self._app, self._queues = app, queues
        app.db.tells_all = False
        self.token = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        #: why it is to end, where it is
        self.refused = ""
        if why := self._refusal():
            raise StoreError(why)
        self._claims = Claims(app.db, app.clock, self.token)
        self._served = queue.Served()
        self._lanes = delivering.Service(self._deliverer, partial(app.ticked, "deliver"))
        self._failed: Callable[[Exception], None] = lambda _error: None

    def services(self) -> dict[str, Worker | _Polling | delivering.Service]:
        """By name, all that has to run."""
        found: dict[str, Worker | _Polling | delivering.Service] = {"queue": self}
        if {"poll", "parse"} & set(self._queues):
            found["poll"] = _Polling(self._app, self._claims)
        if "deliver" in self._queues:
            found["deliver"] = self._lanes
        return found

    def run(self, failed: Callable[[Exception], None]) -> None:
        """Take jobs until the process is to end. Raises StoreError; may be called again then."""
        self._failed = failed
        self._served = queue.Served()
        if not self._app.stopping():
            self._served.run(self._app.db, self._queues, self._handle, at_once=AT_ONCE)

    def wake(self) -> None:
        """The process is to end, or the clock was set."""
        if self._app.stopping():
            self._served.stop()

    def renew(self) -> None:
        """Hold on to what is in hand; end where the scheduler has another version now. Raises StoreError."""
        self._claims.prolong()
        if "deliver" in self._queues:
            with self._app.db.transaction() as tx:
                outbox.prolong(tx, self.token, self._app.clock() + LEASE)
        self.refused = self._refusal()
        if self.refused:
            log.error("worker_refused", reason=self.refused)
            os.kill(os.getpid(), signal.SIGTERM)

    def close(self) -> None:
        """Give back what is left; what cannot be given back runs out."""
        try:
            self._claims.close()
        except StoreError as error:
            log.warning("leases_left", reason=str(error))

    def reload(self) -> None:
        """Read all files again. Raises ConfigError."""
        self._app.reload(alone=False)

    async def _handle(self, job: str) -> None:
        """Take what is laid for a job, see it done, and give it back."""
        claim = None
        try:
            claim = await asyncio.to_thread(self._claims.take, job)
            if claim is not None:
                await self._done(claim)
                gap = self._app.parts.settings.config.polling.host_gap
                await asyncio.to_thread(self._claims.free, claim, gap)
        except Exception as error:  # noqa: BLE001  # told; the next job is not concerned
            self._failed(error)
            if claim is not None and not isinstance(error, StoreError):
                await asyncio.to_thread(self._claims.let_lapse, claim, AGAIN)

    async def _done(self, claim: Claim) -> None:
        ticks: dict[str, Callable[[], object]] = {"alert": self._app.alert, "digest": self._app.digest}
        await asyncio.wrap_future(claim.done)
        for name in _of("tick", claim.keys):
            await asyncio.to_thread(ticks[name])
        if _of("receiver", claim.keys):
            self._lanes.wake()

    def _deliverer(self) -> delivering.Deliverer:
        def token() -> str:
            return f"{self.token}:{uuid4().hex}"

        return replace(self._app.deliverer(), lease=LEASE, token=token)

    def _refusal(self) -> str:
        """Why this worker may not work here; empty: it may."""
        name = self._app.db.name
        with self._app.db.snapshot() as tx:
            said = facts.get(tx, _SCHEDULER)
            if said is None or queue.missing(tx):
                return f"no scheduler has been at work on {name} (`monitor run --role scheduler`)"
        if said["version"] == __version__:
            return ""
        return (
            f"the scheduler on {name} is monitor {said['version']}, and this worker is {__version__} "
            "(run the same version)"
        )


class _Polling:
    """Polls what is claimed, as long as the process lives."""

    def __init__(self, app: App, claims: Claims) -> None:
        self._app, self._claims = app, claims
        self._manners = Manners()

    def run(self, _failed: Callable[[Exception], None]) -> None:
        """Until the process is to end. Raises StoreError; may be called again then."""
        while not self._app.stopping():
            self._claims.wait()
            try:
                self._app.ticked("poll", self._poll)
            finally:
                self._claims.begin()

    def wake(self) -> None:
        """Look around now."""
        self._claims.wake()

    def _poll(self) -> None:
        poll_due(
            self._poller,
            self._manners,
            linger=LINGER_SECONDS,
            progress=partial(self._app.ticked, "poll", lambda: None),
            called=self._claims.called,
        )

    def _poller(self) -> Poller:
        return replace(self._app.poller(), work=self._claims)


def queues_named(said: str) -> tuple[str, ...]:
    """`poll,deliver` as the queues that it names. Raises ValueError: it names something else, or nothing."""
    names = tuple(dict.fromkeys(name.strip() for name in said.split(",") if name.strip()))
    unknown = [name for name in names if name not in queue.QUEUES]
    if unknown or not names:
        raise ValueError(f"{', '.join(unknown) or 'nothing'}: the queues are {', '.join(queue.QUEUES)}")
    return names

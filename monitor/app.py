"""The composition root: settings become parts, parts (`monitor.parts`) become the jobs."""

from __future__ import annotations

import gc
import math
import random
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from monitor import failpoints, file_modes, logs
from monitor.alerts.own_events import Ailments
from monitor.config import load
from monitor.delivery.http import beat
from monitor.errors import ConfigError
from monitor.feeds.secrets import AddressBook
from monitor.feeds.worker import QUICK_SECONDS, Worker
from monitor.jobs import alert as alerting
from monitor.jobs import deliver as delivering
from monitor.jobs import digest as digesting
from monitor.jobs import prune as pruning
from monitor.jobs import watch as watching
from monitor.jobs.flow import Manners, Poller, poll_due, unheard
from monitor.jobs.notices import Notices
from monitor.jobs.reach import Reach
from monitor.messages import links
from monitor.model import Delivered
from monitor.parts import Parts, build, freeze, give_back_after, share_one_heap
from monitor.store import alerts, articles, facts, feeds, liveness, outbox, polls, receivers
from monitor.store.database import Database
from monitor.timing import TICKS, UNEASY_SECONDS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from monitor.config.load import Settings
    from monitor.jobs.flow import Told
    from monitor.store.liveness import Health
    from monitor.store.prune import Pruned

T = TypeVar("T")

log = logs.get("app")


class App:
    """An open monitor: a database, parts, and the jobs over them."""

    def __init__(
        self,
        parts: Parts,
        db: Database,
        worker: Worker,
        *,
        quick: Worker | None = None,
        stopping: Callable[[], bool],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.parts, self.db = parts, db
        self._worker, self._quick = worker, quick or worker
        self._manners, self._reach = Manners(), Reach()
        self.stopping, self.clock, self.jitter = stopping, clock, jitter
        self._ailments, self._memory = Ailments(), watching.Memory()
        self._link_key: bytes | None = None
        self._began = clock()
        self._called = threading.Event()
        db.hear(self._called.set)
        #: when the monitor was looked after last, and whether something was wrong or has gone wrong since
        self._watched_at, self._uneasy = -math.inf, False
        #: what was due by then has its digest, or needs none
        self._digested_at = self._began

    def sync_feeds(self, *, spread: bool = True) -> None:
        """Bring the stored feeds in line with the feeds files, and note when this database began.

        `spread`: new feeds are first asked one a second, so that a long list does not start with a burst.
        """
        now, own = self.clock(), self.parts.settings.added
        self.parts = replace(self.parts, feeds=pruning.kept_in_files(self.db, own, self.parts.feeds))
        with self.db.transaction() as tx:
            facts.first(tx, digesting.INSTALLED, now.isoformat(), now)
            fresh = facts.note_rules(tx, {rule.key: rule.digest for rule in self.parts.watchlists.rules}, now)
            polling, within = (
                self.parts.settings.config.polling,
                timedelta(seconds=len(self.parts.feeds) * spread),
            )
            feeds.sync(
                tx, self.parts.feeds, now, jitter=self.jitter, within=within, interval=polling.interval
            )
            polls.catch_up(tx, polling, now)
        for rule in fresh:
            log.info("rule_begins", rule=rule, detail="what was seen before is not alerted")

    def begin(self, *, lasting: bool = True) -> None:
        """A monitor is at work from now on: what is due since before is caught up with first.

        `lasting`: it goes on; single passes have a rhythm of their own, so a time without one is not kept.
        """
        self._began = self.clock()
        with self.db.transaction() as tx:
            if lasting:
                watching.note_down_time(tx, self._began)
            watching.begin(tx, self.parts.settings, self._began)

    def repair_clock(self) -> timedelta:
        """Let nothing wait for a time that only a wrong clock had reached; by how much it was set back."""
        now = self.clock()
        with self.db.transaction() as tx:
            by = facts.bring_back(tx, now)
            if by:
                facts.at_work(tx, now)
        if by:
            log.warning("clock_set_back", seconds=round(by.total_seconds()))
            self._began = min(self._began, now)
        return by

    def clock_jumped(self, seconds: float) -> None:
        """Mind a clock that was set by so many seconds, and keep that it was."""
        self.repair_clock()
        now = self.clock()
        with self.db.transaction() as tx:
            # by a clock that went forward everything is overdue at once
            facts.at_work(tx, now)
            watching.note(tx, watching.clock_set(seconds, now), now)

    def failed(self, name: str, error: Exception) -> None:
        """A tick ended with an error: the watcher will tell of it."""
        self._ailments.failed(name, error, self.clock())
        self._uneasy = True

    def reload(self, *, alone: bool = True) -> None:
        """Read all files again; `alone`: this is the one process that schedules, so bring the database in
        line, and tell of files that are wrong. Others share the same files.

        Raises ConfigError and changes nothing when one of them is wrong.
        """
        try:
            self.parts = build(load.load(self.parts.settings.path))
        except ConfigError as error:
            if alone:
                self._ailments.reload_refused(error)
            raise
        freeze(self.parts)
        if alone:
            self._ailments.reloaded()
            with self.db.transaction() as tx:
                receivers.resume(tx)
            self.sync_feeds()

    def poll(self, told: Told = unheard, *, linger: float = 0.0) -> Counter[str]:
        """Poll what is due, and what becomes due within `linger` seconds; `told` hears of each record."""
        progress = partial(self.ticked, "poll", lambda: None)
        work = partial(
            poll_due,
            self.poller,
            self._manners,
            self._reach.passing(told),
            linger=linger,
            progress=progress,
            called=self._made_due,
        )
        polled = self.ticked("poll", work)
        self._reach.rested()
        give_back_after(polled["new"])
        return polled

    def _made_due(self) -> bool:
        """Whether somebody has made something due since this was asked last."""
        due = self._called.is_set()
        self._called.clear()
        return due

    def away(self) -> dict[str, float]:
        """In how many seconds each tick that something waits for has something to do."""
        now = self.clock()
        with self.db.snapshot() as tx:
            polling = [at for at in (feeds.next_due(tx), articles.next_due(tx)) if at is not None]
            moments = {"poll": min(polling, default=None), "alert": alerts.next_due(tx)}
        moments["digest"] = digesting.next_at(self.digester(), self._digested_at)
        away = {n: (at - now).total_seconds() if at else math.inf for n, at in moments.items()}
        watched = self._watched_at - time.monotonic()
        return {**away, "watch": watched + UNEASY_SECONDS if self._uneasy else math.inf}

    def alert(self) -> int:
        """Turn stories that waited long enough into messages."""
        parts = self.parts
        alerter = alerting.Alerter(
            db=self.db,
            templates=parts.templates,
            receivers=parts.receivers,
            titles=parts.titles,
            judge=parts.judge,
            public_url=self.desk_url,
            links=self.links_to,
            clock=self.clock,
            route=parts.settings.route,
            time_intervals={i.name: i for i in parts.settings.config.time_intervals},
            inhibit=parts.settings.config.inhibit,
            expire_after=parts.settings.config.delivery.expire_alerts,
            stopping=self.stopping,
        )
        return self.ticked("alert", lambda: alerting.alert_due(alerter))

    def link_key(self) -> bytes:
        """What links in alerts are signed with. Raises StoreError."""
        self._link_key = self._link_key or file_modes.link_key(self.parts.settings.data)
        return self._link_key

    @property
    def desk_url(self) -> str | None:
        """Where readers of messages find the desk; None where it is not served: a dead link helps nobody."""
        return self.parts.settings.config.public_url if self.parts.settings.listen else None

    def links_to(self, story: str) -> dict[str, str]:
        """By action, where a reader can see a story and act on it; empty where no page is served."""
        if (url := self.desk_url) is None:
            return {}
        key, now = self.link_key(), self.clock()
        return {action: links.address(url, key, story, now, action) for action in links.ACTIONS}

    def digest(self, *, now: bool = False) -> int:
        """Make the digests that are due; `now`: one of each series at once, if its day has none."""
        work, began = digesting.send_now if now else digesting.digest_due, self.clock()
        made = self.ticked("digest", lambda: work(self.digester()))
        self._digested_at = began
        return made

    def deliver(self) -> Counter[str]:
        """Hand over all that the outbox owes now, and wait for it."""
        return self.ticked("deliver", lambda: delivering.deliver_due(self.deliverer()))

    def deliveries(self) -> delivering.Service:
        """What hands over whatever falls due, for as long as the process lives."""
        return delivering.Service(self.deliverer, lambda work: self.ticked("deliver", work))

    def notices(self) -> Notices:
        """What the monitor says about itself is made with this."""
        parts, root = self.parts, self.parts.settings.route.receiver or ""
        return Notices(templates=parts.templates, receivers=parts.receivers, root=root)

    def watch(self) -> int:
        """Look after the monitor itself, and tell of what is wrong."""
        watcher = watching.Watcher(
            db=self.db,
            notices=self.notices(),
            settings=self.parts.settings,
            own=lambda: self._ailments.findings(self.clock()),
            clock=self.clock,
            memory=self._memory,
        )
        seen = watching.watch(watcher)
        self._uneasy, self._watched_at = seen.uneasy, time.monotonic()
        self._write_health(seen.health)
        return seen.messages

    def stamp_health(self) -> None:
        """What the last look said still stands, where that was not too long ago."""
        lately = time.monotonic() - self._watched_at < TICKS["watch"] + UNEASY_SECONDS
        if self.db.path is not None and lately:
            with suppress(OSError):
                liveness.stamp(self.db.path, self.clock())

    def _write_health(self, health: Health) -> None:
        """Leave for the probe what it would find out itself."""
        if self.db.path is None:
            return
        try:
            liveness.write(self.db.path, health, self.clock())
        except OSError as error:
            log.warning("health_not_written", reason=error.strerror)

    def prune(self) -> Pruned:
        """Forget what is past its time."""
        config, series = self.parts.settings.config, self.parts.settings.digests
        return self.ticked("prune", lambda: pruning.prune(self.db, config.retention, series, self.clock))

    def heartbeat(self) -> bool:
        """Ping the dead-man switch, where one is set and nothing stands still; whether it was."""
        config = self.parts.settings.config.heartbeat
        if config is None or config.url is None:
            return False
        with self.db.snapshot() as tx:
            stuck = watching.stuck(tx, self.parts.settings, self.clock(), since=self._began)
        if stuck:
            log.error("heartbeat_withheld", why="; ".join(stuck))
            return False
        outcome = beat(config.url.get_secret_value(), self.parts.net, self.clock())
        if not isinstance(outcome, Delivered):
            log.warning("heartbeat_failed", reason=outcome.reason)
        return isinstance(outcome, Delivered)

    def digester(self) -> digesting.Digester:
        """What the digest job needs; also for previews."""
        parts = self.parts
        return digesting.Digester(
            db=self.db,
            templates=parts.templates,
            receivers=parts.receivers,
            series=parts.settings.digests,
            titles=parts.titles,
            judge=parts.judge,
            public_url=self.desk_url,
            clock=self.clock,
        )

    def deliverer(self) -> delivering.Deliverer:
        """What delivering needs."""
        return delivering.Deliverer(
            db=self.db,
            notifiers=self.parts.notifiers,
            clock=self.clock,
            jitter=self.jitter,
            stopping=self.stopping,
            notices=self.notices(),
            patience=self.parts.settings.config.delivery,
        )

    def poller(self) -> Poller:
        """What polling needs; also for a feed that was just added."""
        parts = self.parts
        return Poller(
            db=self.db,
            net=parts.net,
            addresses=AddressBook.of(parts.feeds),
            polling=parts.settings.config.polling,
            quick=self._quick,
            worker=self._worker,
            matcher=parts.matcher,
            route=parts.settings.route,
            judge=parts.judge,
            clock=self.clock,
            jitter=self.jitter,
            stopping=self.stopping,
            stale=lambda: self.parts is not parts,
        )

    def ticked(self, name: str, work: Callable[[], T]) -> T:
        """`work`, and the fact that it was completed: the base of `monitor health`."""
        result = work()
        with self.db.transaction() as tx:
            facts.ticked(tx, name, self.clock())
        return result


@contextmanager
def opened(
    found: Settings,
    *,
    exclusive: bool = True,
    lasting: bool = True,
    role: str = "all",
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[App]:
    """An App over `found`, closed at the end.

    `exclusive`: as the one monitor on the database (`run`, `once`, `demo`), which also takes over what a
    crashed one left half sent, or in another `role` (`monitor.roles`); otherwise beside it. `lasting`: it
    goes on, so new feeds are asked one after the other, and a time without a monitor is told. Raises
    ConfigError, StoreError.
    """
    share_one_heap()
    parts, many = build(found), role != "all"
    db = Database.open(found.database, create=role != "worker", migrate=role != "worker")
    try:
        with Worker(seconds=QUICK_SECONDS) as quick, Worker() as worker:
            app = App(parts, db, worker, quick=quick, stopping=stopping)
            if many:
                app.clock = db.clock()
            if not exclusive:
                yield app
                return
            with db.lock(role):
                if role != "worker":
                    _begin(app, lasting=lasting, alone=not many)
                freeze(app.parts)
                yield app
    finally:
        gc.unfreeze()
        db.close()


def _begin(app: App, *, lasting: bool, alone: bool) -> None:
    pruning.tighten(app.parts.settings, app.db)
    app.repair_clock()
    app.begin(lasting=lasting)
    app.sync_feeds(spread=lasting)
    failpoints.passed("feeds-synced")
    if alone:  # others may be sending
        with app.db.transaction() as tx:
            outbox.release_orphans(tx, app.clock())
    failpoints.passed("released")

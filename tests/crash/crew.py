"""Who is killed: the one daemon, or of a scheduler and two workers one after the other, while the others work on."""

from __future__ import annotations

import signal
import time
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import text

from monitor.errors import StoreError
from tests.crash.nursery import Nursery
from tests.crash.plan import MIGRATION, OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crash.nursery import Daemon
    from tests.crash.plan import Kill
    from tests.crash.workplace import Workplace

RUN, SCHEDULER, WORKER = ("run",), ("run", "--role", "scheduler"), ("worker",)
#: failpoints that only the scheduler passes
SCHEDULERS = (*MIGRATION, "feeds-synced", "released", "pruning", "pruned")
#: failpoints in jobs that are few: the steady worker would take them
ALONE = ("digest-writing", "digest-written")
_READY = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AND EXISTS (SELECT FROM facts WHERE key = 'scheduler')"


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether `holds` came true in time."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


class Alone:
    """One daemon does all the work."""

    def __init__(self, workplace: Workplace, *, direct: bool) -> None:
        self._workplace = workplace
        self._nursery = Nursery(direct=direct)
        #: how those ended that nobody killed
        self.ended: list[tuple[str, int]] = []

    def victim(self, kill: Kill) -> Daemon:
        """Who is to die, at work; it knows its failpoint."""
        return self._nursery.born(self._workplace, RUN, _armed(kill))

    def all(self) -> Daemon:
        """Everybody at work, for the last life; the one that says when it has ended."""
        return self._nursery.born(self._workplace, RUN, "")

    def dismiss(self) -> None:
        """Everybody but that one ends in order."""

    def close(self) -> None:
        """No more births."""
        self._nursery.close()


class Crew:
    """A scheduler, a worker that is killed again and again, and one that mostly lives; its clock is wrong."""

    def __init__(self, workplace: Workplace, *, direct: bool, seed: int, clock: float = 0.0) -> None:
        self._workplace = workplace
        self._random = Random(f"crew {seed}")
        #: of the steady worker, in seconds
        self._clock = clock
        self._nurseries = {name: Nursery(direct=direct) for name in ("scheduler", "steady", "worker")}
        self._alive: dict[str, Daemon] = {}
        self.ended: list[tuple[str, int]] = []

    def victim(self, kill: Kill) -> Daemon:
        """The scheduler, where the failpoint is one of its own; else a worker, or at a random moment anybody."""
        name = "worker"
        if kill.failpoint in SCHEDULERS:
            name = "scheduler"
        elif not kill.failpoint:
            name = self._random.choice(list(self._nurseries))
        fresh = bool(kill.failpoint) or kill.starting
        if fresh:
            self._dismiss(name)
        if kill.failpoint in ALONE:
            self._dismiss("steady")
        if kill.failpoint not in MIGRATION:
            for other in self._nurseries:
                if (other != name or not fresh) and not (other == "steady" and kill.failpoint in ALONE):
                    self._begin(other)
        return self._alive[name] if name in self._alive and not fresh else self._born(name, _armed(kill))

    def all(self) -> Daemon:
        """Everybody, under the configuration as it is now; the scheduler says when it has ended."""
        for name in self._nurseries:
            self._dismiss(name)
        for name in self._nurseries:
            self._begin(name)
        return self._alive["scheduler"]

    def dismiss(self) -> None:
        """The workers end in order."""
        for name in ("steady", "worker"):
            self._dismiss(name)

    def close(self) -> None:
        """No more births, and nobody left."""
        for daemon in self._alive.values():
            daemon.signal(signal.SIGKILL)
            daemon.end()
        for nursery in self._nurseries.values():
            nursery.close()

    def _begin(self, name: str) -> None:
        """Let it work, where it does not."""
        daemon = self._alive.get(name)
        if daemon is not None and daemon.alive():
            daemon.signal(signal.SIGHUP)  # the configuration may be another one
            return
        if daemon is not None and daemon.end() != -signal.SIGKILL:
            self.ended.append((name, daemon.end()))
        self._born(name, "")
        if name == "scheduler" and not until(self._ready, 60):
            raise RuntimeError(f"the scheduler does not begin: {self._workplace.log.read_text()[-2000:]}")

    def _born(self, name: str, failpoint: str) -> Daemon:
        words = SCHEDULER if name == "scheduler" else WORKER
        clock = self._clock if name == "steady" else 0.0
        self._alive[name] = self._nurseries[name].born(self._workplace, words, failpoint, clock=clock)
        return self._alive[name]

    def _dismiss(self, name: str) -> None:
        daemon = self._alive.pop(name, None)
        if daemon is None:
            return
        if daemon.alive():
            daemon.signal(signal.SIGTERM)
            if not until(lambda: not daemon.alive(), 40):
                daemon.signal(signal.SIGKILL)
                self.ended.append((f"{name} that does not stop", daemon.end()))
        if daemon.end() != -signal.SIGKILL:
            self.ended.append((name, daemon.end()))

    def _ready(self) -> bool:
        try:
            with self._workplace.db.snapshot() as tx:
                return bool(tx.execute(text(_READY)).scalar())
        except StoreError:
            return False


def _armed(kill: Kill) -> str:
    inside = kill.failpoint and kill.failpoint not in OUTSIDE
    return f"{kill.failpoint}:{kill.times}" if inside else ""

"""The long-running process: APScheduler begins the ticks; signals, and services.

The database is the schedule and the queue: it says when the next thing is due, and until then this process
sleeps. Whoever makes something due earlier wakes it: a tick that ended, a commit here or of another process.
A tick that is late still runs (`misfire_grace_time=None`: the library's default of one second drops work
silently), and never twice at once. A service has a thread of its own and goes on until the process is to end.
"""

from __future__ import annotations

import math
import signal
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor import logs
from monitor.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logs.get("daemon")

#: what a container runtime gives us between SIGTERM and SIGKILL is 30 s; work in hand must end before
GRACE_SECONDS = 20
_WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: between two looks at whether somebody set the clock
CLOCK_SECONDS = 30.0
#: between two looks at what is due, where nobody tells us of it
LOOK_SECONDS = 5.0
#: below this it is the adjusting that every clock does
JUMP_SECONDS = 2.0
#: before a tick or a service that failed begins again
AGAIN_SECONDS = 5.0
#: between two beginnings of a tick that is due each time it ends, and between two looks in a storm of calls
PAUSE_SECONDS, CALM_SECONDS = 1.0, 0.2


class Service(Protocol):
    """Work that goes on by itself."""

    def run(self, failed: Callable[[Exception], None]) -> None:
        """Work until the process is to end; `failed` hears of what goes wrong without ending the work."""

    def wake(self) -> None:
        """Look around now: the clock was set, or the process is to end."""


class Signals:
    """SIGTERM, SIGINT and SIGHUP as numbers to wait for.

    Handlers with a wakeup descriptor, not `sigwait`: numpy and others start threads that do not block our
    signals, and one that lands there while we are busy would end the process by its default action.
    """

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._waiting: deque[int] = deque()
        self._write.setblocking(False)
        self._before_fd = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _noted) for number in _WATCHED}

    def __enter__(self) -> Signals:
        return self

    def __exit__(self, *_: object) -> None:
        """Whoever had them before has them again."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._read.close()
        self._write.close()

    def wait(self, seconds: float | None = None) -> signal.Signals | None:
        """The next signal; None when `seconds` passed without one, or `wake` was called."""
        if not self._waiting:
            self._read.settimeout(seconds)
            with suppress(TimeoutError, BlockingIOError):
                self._waiting.extend(number for number in self._read.recv(64) if number)
        return signal.Signals(self._waiting.popleft()) if self._waiting else None

    def wake(self) -> None:
        """End the wait; from any thread."""
        with suppress(BlockingIOError):
            self._write.send(b"\0")


def _noted(_number: int, _frame: object) -> None:
    """The wakeup descriptor has it."""


class Stopping:
    """Asked between units of work: whether to begin another one."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __call__(self) -> bool:
        """True once the process is to end."""
        return self._event.is_set()

    def set(self) -> None:
        """End after the unit in hand."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Whether the process is to end, after so many seconds or as soon as it is."""
        return self._event.wait(seconds)


def guarded(
    name: str, work: Callable[[], object], failed: Callable[[str, Exception], None]
) -> Callable[[], bool]:
    """`work` as a tick that says whether it went well: a refusal of the database is one clear line,
    a bug is a traceback; the next tick runs.
    """

    def tick() -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # told, and the daemon goes on
            _tell(name, failed, error)
            return False
        return True

    return tick


def _tell(name: str, failed: Callable[[str, Exception], None], error: Exception) -> None:
    if isinstance(error, StoreError):
        log.error("tick_refused", tick=name, reason=str(error))
    else:
        log.error("tick_failed", tick=name, exc_info=error)
    failed(name, error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What ticks wait for, where they have something to do sooner than their rhythm says."""

    #: in how many seconds that is, by tick; asked when one of these ticks has ended
    away: Callable[[], Mapping[str, float]] = dict
    #: and every so many seconds
    look_every: float = LOOK_SECONDS
    #: and when what this is given is called, from any thread
    hear: Callable[[Callable[[], None]], None] = lambda _hearer: None


def run(
    ticks: Mapping[str, tuple[float, Callable[[], object]]],
    *,
    signals: Signals,
    stopping: Stopping,
    reload: Callable[[], None],
    waits: Waits | None = None,
    services: Mapping[str, Service] | None = None,
    failed: Callable[[str, Exception], None] = lambda _name, _error: None,
    jumped: Callable[[float], object] = lambda _seconds: None,
    alive: Callable[[], object] = lambda: None,
) -> bool:
    """Run `ticks` (name -> seconds between at the most, work) and `services` until SIGTERM or SIGINT; SIGHUP
    calls `reload`.

    `failed` hears of each tick and service that ended with an error; a service begins again after a while.
    `jumped` hears by how many seconds the clock was set. `alive` is called every `CLOCK_SECONDS` at least.
    Returns whether all work in hand ended in the grace period; a second signal ends the wait at once.
    """
    busy, services = _Busy(), services or {}
    works = {name: (seconds, guarded(name, work, failed)) for name, (seconds, work) in ticks.items()}
    schedule, clock = _Schedule(works, waits or Waits(), failed, busy, signals.wake), Clock()
    for name, service in services.items():
        serve = guarded(name, partial(service.run, partial(_tell, name, failed)), failed)
        busy.start(name, _lasting(serve, stopping))
    while (number := signals.wait(0) or signals.wait(schedule.go_on())) in (None, signal.SIGHUP):
        if number is not None:
            read_again(reload)
            schedule.call()
        if (seconds := clock.jump()) != 0:
            log.warning("clock_jumped", seconds=round(seconds))
            guarded("clock", partial(jumped, seconds), failed)()
            schedule.all_at_once()
            _wake(services)
        alive()
    stopping.set()
    schedule.end()
    _wake(services)
    log.info("stopping", grace_seconds=GRACE_SECONDS)
    return busy.wait(GRACE_SECONDS, signals)


class _Schedule:
    """When each tick begins: in its rhythm, or sooner where it has something to do; never twice at once."""

    def __init__(
        self,
        ticks: Mapping[str, tuple[float, Callable[[], bool]]],
        waits: Waits,
        failed: Callable[[str, Exception], None],
        busy: _Busy,
        wake: Callable[[], None],
    ) -> None:
        self._waits, self._failed = waits, failed
        self._wake = wake
        self._called = threading.Event()
        #: the ticks that run now, those that somebody asks about, and before when each is left alone
        self._running: set[str] = set()
        self._asked: set[str] = set()
        self._rest: dict[str, float] = {}
        self._look_at = self._looked_at = 0.0
        self._scheduler = _scheduler(len(ticks))
        for name, (seconds, work) in ticks.items():
            run = busy.counting(partial(self._run, name, work))
            self._scheduler.add_job(run, "interval", seconds=seconds, id=name, next_run_time=_soon(0.0))
        self._scheduler.start()
        waits.hear(self.call)

    def call(self) -> None:
        """Something may be due that was not; from any thread."""
        if not self._called.is_set():
            self._called.set()
            self._wake()

    def all_at_once(self) -> None:
        """Let every tick begin now and go on in its rhythm from here.

        The scheduler reckons in wall time, and would sleep as long as the clock was set back.
        """
        self._rest.clear()
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=_soon(0.0))
        self.call()

    def go_on(self) -> float:
        """Find out what is due sooner than its rhythm says; in how many seconds to come again, if not called
        before.
        """
        if self._called.is_set():
            self._look_at = min(self._look_at, self._looked_at + CALM_SECONDS)
        if time.monotonic() >= self._look_at:
            self._look()
        return min(CLOCK_SECONDS, max(0.0, self._look_at - time.monotonic()))

    def end(self) -> None:
        """Begin no tick any more."""
        self._scheduler.shutdown(wait=False)

    def _look(self) -> None:
        self._called.clear()
        away: Mapping[str, float] = {}
        every = self._waits.look_every
        try:
            away = self._waits.away()
        except Exception as error:  # noqa: BLE001  # told, and looked again soon
            _tell("schedule", self._failed, error)
            every = AGAIN_SECONDS
        self._looked_at = time.monotonic()
        self._look_at = self._looked_at + every
        self._asked |= away.keys()
        for name, seconds in away.items():
            if name not in self._running and seconds < math.inf:
                self._hasten(name, max(seconds, self._rest.get(name, 0.0) - self._looked_at))

    def _hasten(self, name: str, seconds: float) -> None:
        """Let a tick begin in so many seconds, if it does not sooner."""
        job, wanted = self._scheduler.get_job(name), _soon(seconds)
        if wanted < job.next_run_time:
            job.modify(next_run_time=wanted)

    def _run(self, name: str, work: Callable[[], bool]) -> None:
        began = time.monotonic()
        self._running.add(name)
        well = work()
        self._rest[name] = began + PAUSE_SECONDS if well else time.monotonic() + AGAIN_SECONDS
        self._running.discard(name)
        if name in self._asked:
            self.call()


def _scheduler(threads: int) -> BackgroundScheduler:
    return BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(threads)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )


def _soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _lasting(work: Callable[[], object], stopping: Stopping) -> Callable[[], None]:
    """`work` again and again, with a pause, until the process is to end."""

    def lasting() -> None:
        work()
        while not stopping.wait(AGAIN_SECONDS):
            work()

    return lasting


def _wake(services: Mapping[str, Service]) -> None:
    for service in services.values():
        service.wake()


class Clock:
    """Notices that the wall clock was set, by the clock that nobody sets."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def jump(self) -> float:
        """By how many seconds it was set since the last call, back below zero;
        0 for what every clock drifts.
        """
        before, self._ahead = self._ahead, time.time() - time.monotonic()
        seconds = self._ahead - before
        return seconds if abs(seconds) > JUMP_SECONDS else 0.0


def read_again(reload: Callable[[], None]) -> None:
    """A wrong configuration is reported and the running one kept."""
    try:
        reload()
    except ConfigError as error:
        for mistake in error.mistakes:
            log.error("reload_refused", mistake=str(mistake))
    except StoreError as error:
        log.error("reload_refused", reason=str(error))
    else:
        log.info("reloaded")


class _Busy:
    """Counts the ticks and services in hand, so that stopping can wait for them with a bound."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Do `work` in a thread of its own, which does not keep the process."""
        threading.Thread(target=self.counting(work), name=name, daemon=True).start()

    def counting(self, work: Callable[[], None]) -> Callable[[], None]:
        """`work`, counted while it runs."""

        def counted() -> None:
            with self._changed:
                self._count += 1
            try:
                work()
            finally:
                with self._changed:
                    self._count -= 1
                    self._changed.notify_all()

        return counted

    def wait(self, seconds: float, signals: Signals) -> bool:
        """True when nothing is in hand any more; False after `seconds` or at another signal to stop."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._changed:
                if self._changed.wait_for(lambda: self._count == 0, timeout=0.1):
                    return True
            if signals.wait(0.01) in (signal.SIGTERM, signal.SIGINT):
                return False
        return False

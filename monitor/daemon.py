"""The long-running process: APScheduler as a clock, signals, the work that each tick does, and services.

The database is the schedule and the queue; a tick only asks it what is due. A tick that is late still runs
(`misfire_grace_time=None`: the library's default of one second drops work silently), and never twice at once.
A service has a thread of its own and goes on until the process is to end.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor import logs
from monitor.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

log = logs.get("daemon")

#: what a container runtime gives us between SIGTERM and SIGKILL is 30 s; work in hand must end before
GRACE_SECONDS = 20
_WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: between two looks at whether somebody set the clock
LOOK_SECONDS = 5.0
#: below this it is the adjusting that every clock does
JUMP_SECONDS = 2.0
#: before a service that failed begins again
AGAIN_SECONDS = 5.0


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
        self._write.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for number in _WATCHED:
            signal.signal(number, _noted)

    def wait(self, seconds: float | None = None) -> signal.Signals | None:
        """The next signal; None when `seconds` passed without one."""
        self._read.settimeout(seconds)
        try:
            return signal.Signals(self._read.recv(1)[0])
        except TimeoutError:
            return None


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
) -> Callable[[], None]:
    """`work` as a tick: a refusal of the database is one clear line, a bug is a traceback;
    the next tick runs.
    """

    def tick() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # told, and the daemon goes on
            _tell(name, failed, error)

    return tick


def _tell(name: str, failed: Callable[[str, Exception], None], error: Exception) -> None:
    if isinstance(error, StoreError):
        log.error("tick_refused", tick=name, reason=str(error))
    else:
        log.error("tick_failed", tick=name, exc_info=error)
    failed(name, error)


def _scheduler(threads: int) -> BackgroundScheduler:
    return BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(threads)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )


def run(
    ticks: Mapping[str, tuple[float, Callable[[], object]]],
    *,
    signals: Signals,
    stopping: Stopping,
    reload: Callable[[], None],
    services: Mapping[str, Service] | None = None,
    failed: Callable[[str, Exception], None] = lambda _name, _error: None,
    jumped: Callable[[float], object] = lambda _seconds: None,
) -> bool:
    """Run `ticks` (name -> seconds between, work) and `services` until SIGTERM or SIGINT; SIGHUP calls
    `reload`.

    `failed` hears of each tick and service that ended with an error; a service begins again after a while.
    `jumped` hears by how many seconds the clock was set.
    Returns whether all work in hand ended in the grace period; a second signal ends the wait at once.
    """
    scheduler, busy = _scheduler(len(ticks)), _Busy()
    for name, (seconds, work) in ticks.items():
        scheduler.add_job(busy.counting(guarded(name, work, failed)), "interval", seconds=seconds, id=name)
    for name, service in (services := services or {}).items():
        serve = guarded(name, partial(service.run, partial(_tell, name, failed)), failed)
        threading.Thread(target=busy.counting(_lasting(serve, stopping)), name=name, daemon=True).start()
    scheduler.start()
    at_once(scheduler, ticks)
    clock = Clock()
    while (number := signals.wait(LOOK_SECONDS)) in (None, signal.SIGHUP):
        if number is not None:
            _reload(reload)
        if (seconds := clock.jump()) != 0:
            log.warning("clock_jumped", seconds=round(seconds))
            guarded("clock", partial(jumped, seconds), failed)()
            # the scheduler reckons in wall time, and would sleep as long as the clock was set back
            at_once(scheduler, ticks)
            _wake(services)
    stopping.set()
    _wake(services)
    log.info("stopping", grace_seconds=GRACE_SECONDS)
    scheduler.shutdown(wait=False)
    return busy.wait(GRACE_SECONDS, signals)


def _lasting(work: Callable[[], None], stopping: Stopping) -> Callable[[], None]:
    """`work` again and again, with a pause, until the process is to end."""

    def lasting() -> None:
        work()
        while not stopping.wait(AGAIN_SECONDS):
            work()

    return lasting


def _wake(services: Mapping[str, Service]) -> None:
    for service in services.values():
        service.wake()


def at_once(scheduler: BackgroundScheduler, ticks: Iterable[str]) -> None:
    """Let every tick run now and go on in its rhythm from here."""
    for name in ticks:
        scheduler.modify_job(name, next_run_time=datetime.now(UTC))


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


def _reload(reload: Callable[[], None]) -> None:
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

    def counting(self, work: Callable[[], None]) -> Callable[[], None]:
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

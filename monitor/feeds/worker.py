"""A process for work that hostile input can blow up: limited in CPU time and memory, killed on overrun,
replaced.

The limit is CPU time of the child, counted by the kernel: a busy host makes healthy work longer, not more.
The wall time is there for what waits without computing, and ample.

The child is a new Python, never a fork of this process, whose threads hold locks; it loads what it needs in
half a second, and ends when it was not needed for a minute, since most documents never come here. When one
was missed soon, the next stays longer. It watches our end of a pipe and ends with us.
"""

from __future__ import annotations

import functools
import math
import multiprocessing
import os
import resource
import signal
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

#: CPU time for a document among others; one that needs more gets it beside them
QUICK_SECONDS = 4.0
#: a child retires after this many tasks, so that no leak grows for ever
RETIRE_AFTER = 2_000
#: pebble asks with SIGTERM, waits this long, then kills; the child is deaf to the first, so waiting is idle
TERM_SECONDS = 0.1
#: wall time for each second of CPU time that a task may have
AMPLE = 10
#: a task that is not settled this long after its time is lost, and the pool with it
GRACE_SECONDS = 20.0
#: a child that had nothing to do for so long ends; twice as long each time that it was needed again within
#: so many times as long, until it stays for as long as this
IDLE_SECONDS, SOON, LONG_SECONDS = 60.0, 10, 3600.0


@dataclass(frozen=True, slots=True)
class WorkerFault:
    """Why there is no result, in plain words:
    "took more than 30 s of CPU time", "needed more than 1024 MB", "died (…)".
    """

    reason: str
    #: a worker with more time might have finished
    overran: bool = False
    #: it was closed under the task, which is not the task's fault
    closed: bool = False


_CLOSED = WorkerFault("the worker was closed", closed=True)


class Worker:
    """Runs module-level functions elsewhere. Usable from several threads; their tasks take turns."""

    def __init__(
        self,
        *,
        seconds: float = 30,
        wall: float | None = None,
        memory: int = 1 << 30,
        idle: float = IDLE_SECONDS,
    ) -> None:
        """`seconds`: CPU time for one task, which the kernel rounds up to whole ones; `wall`: its time by the
        clock.

        `memory`: bytes of address space of the child, which ends after `idle` seconds without a task.
        """
        self._seconds = seconds
        self._wall = wall if wall is not None else seconds * AMPLE
        self._memory = memory
        self._idle = self._stays = idle
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._closings = 0
        self._pool: ProcessPool | None = None
        #: set when the pool is gone
        self._gone = threading.Event()
        self._used = -math.inf

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | WorkerFault:
        """`function(*args, **kwargs)`, computed in the child.

        A `WorkerFault` where it overran a limit or the child died. What the function itself raises is raised
        here.
        """
        task = functools.partial(function, *args, **kwargs)
        closings = self._closings
        with self._turn:
            if closings != self._closings:  # closed while we stood in line
                return _CLOSED
            try:
                return self._run(task)
            finally:
                self._used = time.monotonic()

    def close(self) -> None:
        """Kill the child, whatever it does; a later `run` starts another."""
        with self._lock:
            self._closings += 1
        self._end()

    def _end(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
            self._gone.set()
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _end_when_idle(self, gone: threading.Event) -> None:
        """Until the pool is `gone`: end it when there was no task for so long."""
        while not gone.wait(max(0.0, self._used + self._stays - time.monotonic())):
            with self._turn:
                if not gone.is_set() and time.monotonic() >= self._used + self._stays:
                    self._end()

    def _run(self, task: Callable[[], T]) -> T | WorkerFault:
        pool = self._started()
        try:
            future = pool.schedule(_within, args=(self._seconds, task), timeout=self._wall)
        except RuntimeError:  # closed or broken since
            return self._lost(pool)
        if not self._settles(future, pool):
            return self._lost(pool)
        try:
            result: T = future.result()
        except TimeoutError:
            return WorkerFault(f"took longer than {self._wall:g} s", overran=True)
        except MemoryError:
            return WorkerFault(f"needed more than {self._memory >> 20} MB")
        except ProcessExpired as death:
            return _obituary(death, self._seconds)
        except (CancelledError, BrokenProcessPool):
            return self._lost(pool)
        return result

    def _settles(self, future: Future[Any], pool: ProcessPool) -> bool:
        """Wait for the task; False where the pool forgot it, as it may when it is stopped in the middle."""
        deadline = time.monotonic() + self._wall + GRACE_SECONDS
        while not wait([future], timeout=0.5).done:
            if time.monotonic() > deadline:
                return False
            if self._pool is not pool:
                return bool(wait([future], timeout=1).done)
        return True

    def _lost(self, pool: ProcessPool) -> WorkerFault:
        """The pool went away under a task; where nobody closed it, the next task gets another."""
        with self._lock:
            broken = self._pool is pool
            if broken:
                self._pool = None
                self._gone.set()
        if broken:
            pool.stop()  # type: ignore[no-untyped-call]
        return WorkerFault("the worker broke") if broken else _CLOSED

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self) -> ProcessPool:
        with self._lock:
            if self._pool is None:
                CONSTS.term_timeout = TERM_SECONDS
                self._pool = ProcessPool(
                    max_workers=1,
                    max_tasks=RETIRE_AFTER,
                    initializer=confine,
                    initargs=(self._memory,),
                    context=multiprocessing.get_context("spawn"),
                )
                self._stays = _patience(self._idle, self._stays, time.monotonic() - self._used)
                self._gone, self._used = threading.Event(), time.monotonic()
                threading.Thread(
                    target=self._end_when_idle, args=(self._gone,), name="worker-idle", daemon=True
                ).start()
            return self._pool


def _patience(least: float, last: float, since: float) -> float:
    """How long the next child stays without a task, when the last one stayed for `last` seconds and its last
    task was `since` seconds ago.
    """
    return min(2 * last, max(least, LONG_SECONDS)) if since < SOON * last else least


def confine(memory: int) -> None:
    """In the child: bounded memory, no core files, deaf to the terminal's signals,
    dead when the parent is.
    """
    for deaf in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _follow_parent() -> None:
    """In the child: end when the daemon ends, even by SIGKILL (its end of the sentinel pipe closes)."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _within(seconds: float, task: Callable[[], Any]) -> Any:
    """In the child: run `task` with `seconds` of CPU time more than it has used;
    the kernel ends it at the limit.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return task()


def _obituary(death: ProcessExpired, seconds: float) -> WorkerFault:
    code = -int(death.exitcode or 0)
    if code == signal.SIGXCPU:
        return WorkerFault(f"took more than {seconds:g} s of CPU time", overran=True)
    name = signal.Signals(code).name if code in signal.valid_signals() else f"exit code {-code}"
    return WorkerFault(f"died ({name})")

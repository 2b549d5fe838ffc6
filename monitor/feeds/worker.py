"""A process for work that hostile input can blow up: limited in CPU time and memory, killed on overrun,
replaced.

The limit is CPU time of the child, counted by the kernel: a busy host makes healthy work longer, not more.
The wall time is there for what waits without computing, and ample.

The child is a new Python, never a fork of this process, whose threads hold locks. It loads this module and
what its tasks name, and nothing more: a pool of the libraries needs a second process and four times the
memory (docs/decisions/0010-parser.md). Tasks and answers are pickles on its standard input and output. It
ends when it was not needed for a minute, since most documents never come here; when one was missed soon, the
next stays longer. It watches our end of a pipe and ends with us.
"""

from __future__ import annotations

import functools
import math
import os
import pickle
import resource
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

#: CPU time for a document among others; one that needs more gets it beside them
QUICK_SECONDS = 4.0
#: a child retires after this many tasks, so that no leak grows for ever
RETIRE_AFTER = 2_000
#: wall time for each second of CPU time that a task may have
AMPLE = 10
#: wall time in which a child must be ready, on the busiest of hosts
START_SECONDS = 120.0
#: wall time that a child has to end by itself when it has stopped answering
LAST_SECONDS = 1.0
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
        self._child: _Child | None = None
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
                return self._run(task, closings)
            finally:
                self._used = time.monotonic()

    def close(self) -> None:
        """Kill the child, whatever it does; a later `run` starts another."""
        with self._lock:
            self._closings += 1
        self._end()

    def _end(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def _end_when_idle(self, child: _Child) -> None:
        """Until the child is gone: end it when there was no task for so long."""
        while not child.gone.wait(max(0.0, self._used + self._stays - time.monotonic())):
            with self._turn:
                if self._child is child and time.monotonic() >= self._used + self._stays:
                    self._end()

    def _run(self, task: Callable[[], T], closings: int) -> T | WorkerFault:
        child = self._started(closings)
        if child is None:
            return _CLOSED
        try:
            good, result = child.answer(self._seconds, task, self._wall)
        except TimeoutError:
            self._end()
            return WorkerFault(f"took longer than {self._wall:g} s", overran=True)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self._end()
            return _CLOSED if closings != self._closings else _obituary(child.end(), self._seconds)
        except BaseException:
            self._end()  # its answer would be taken for that of the next task
            raise
        if good:
            answer: T = result
            return answer
        if isinstance(result, MemoryError):
            return WorkerFault(f"needed more than {self._memory >> 20} MB")
        raise result

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self, closings: int) -> _Child | None:
        """The child, a new one where there is none; None: we were closed meanwhile."""
        with self._lock:
            if closings != self._closings:
                return None
            if self._child is not None and not self._child.is_fit():
                self._child.end()
                self._child = None
            if self._child is None:
                self._child = _Child(self._memory)
                self._stays = _patience(self._idle, self._stays, time.monotonic() - self._used)
                self._used = time.monotonic()
                threading.Thread(
                    target=self._end_when_idle, args=(self._child,), name="worker-idle", daemon=True
                ).start()
            return self._child


class _Child:
    """A process that answers one task after the other."""

    def __init__(self, memory: int) -> None:
        """Start it. Raises OSError."""
        self.gone = threading.Event()
        self._tasks = 0
        self._busy = threading.Lock()
        # apart from the environment, so that nothing in the folder where we run is taken for Python's own
        command = (sys.executable, "-I", "-c", _SERVE)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._sent((sys.path, memory))

    def is_fit(self) -> bool:
        """Whether it lives, and may take another task."""
        return self._process.poll() is None and self._tasks < RETIRE_AFTER

    def answer(self, seconds: float, task: Callable[[], Any], wall: float) -> tuple[bool, Any]:
        """Whether `task` succeeded, and what it gave or raised.

        Raises TimeoutError after `wall` seconds; EOFError, OSError, ValueError or UnpicklingError where the
        child died.
        """
        with self._busy:
            if not self._tasks:
                self._within(START_SECONDS, self._received)
            self._tasks += 1
            return self._within(wall, lambda: self._told((seconds, task)))

    def end(self) -> int:
        """Kill it, if it lives; how it ended."""
        self._process.kill()
        code = self._process.wait()
        self.gone.set()
        with self._busy:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        return code

    def _within(self, seconds: float, ask: Callable[[], tuple[bool, Any]]) -> tuple[bool, Any]:
        """What `ask` finds; the child is killed after so many seconds, even in the midst of a task or answer.

        Raises TimeoutError.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        clock = threading.Timer(seconds, give_up)
        clock.daemon = True
        clock.start()
        try:
            return ask()
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            if late.is_set():
                raise TimeoutError from None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LAST_SECONDS)  # how it ends by itself says more than that we killed it
            raise
        finally:
            clock.cancel()

    def _told(self, what: object) -> tuple[bool, Any]:
        self._sent(what)
        return self._received()

    def _sent(self, what: object) -> None:
        said = pickle.dumps(what)
        assert self._process.stdin is not None
        self._process.stdin.write(said)
        self._process.stdin.flush()

    def _received(self) -> tuple[bool, Any]:
        assert self._process.stdout is not None
        found: tuple[bool, Any] = pickle.load(self._process.stdout)
        return found


def _patience(least: float, last: float, since: float) -> float:
    """How long the next child stays without a task, when the last one stayed for `last` seconds and its last
    task was `since` seconds ago.
    """
    return min(2 * last, max(least, LONG_SECONDS)) if since < SOON * last else least


# In the child.

_SERVE = """
import pickle, sys
try:
    sys.path[:], memory = pickle.load(sys.stdin.buffer)
except EOFError:  # who started us was killed right then
    sys.exit(1)
from monitor.feeds.worker import serve
serve(memory)
"""


def serve(memory: int) -> None:
    """Answer tasks until nobody is there to ask, confined to so many bytes of memory."""
    confine(memory, _asker_ended)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a task prints is no answer
    try:
        _answer(answers, (True, "ready"))
        while True:
            _answer(answers, _answered(*pickle.load(sys.stdin.buffer)))
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        os._exit(1)  # nobody is there any more, in the middle of a task or an answer


def confine(memory: int, parent_ended: Callable[[], object]) -> None:
    """This process: bounded memory, no core files, deaf to the terminal's signals, dead when `parent_ended`
    returns.
    """
    for deaf in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf, signal.SIG_IGN)
    follow = threading.Thread(target=_follow, args=(parent_ended,), name="follow-parent", daemon=True)
    follow.start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _follow(parent_ended: Callable[[], object]) -> None:
    parent_ended()
    os._exit(1)


def _asker_ended() -> None:
    """Wait until who asks has ended, even by SIGKILL: its end of our input closes."""
    ended = select.poll()
    ended.register(0, 0)  # only that
    ended.poll()


def _answered(seconds: float, task: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return True, _within(seconds, task)
    except Exception as error:  # noqa: BLE001  # raised again where it was asked for
        error.add_note(traceback.format_exc())
        return False, error


def _answer(answers: BinaryIO, what: tuple[bool, Any]) -> None:
    try:
        said = pickle.dumps(what)
    except Exception as error:  # noqa: BLE001  # a result, or an error, that cannot travel
        said = pickle.dumps((False, error if isinstance(error, MemoryError) else TypeError(str(error))))
    answers.write(said)
    answers.flush()


def _within(seconds: float, task: Callable[[], Any]) -> Any:
    """Run `task` with `seconds` of CPU time more than it has used;
    the kernel ends it at the limit.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return task()


def _obituary(code: int, seconds: float) -> WorkerFault:
    if -code == signal.SIGXCPU:
        return WorkerFault(f"took more than {seconds:g} s of CPU time", overran=True)
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"exit code {code}"
    return WorkerFault(f"died ({name})")

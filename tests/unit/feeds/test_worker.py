"""Work without end costs a killed child and a fault, never the daemon."""

from __future__ import annotations

import math
import os
import pickle
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.feeds.parse import parse
from monitor.feeds.worker import LONG_SECONDS, Worker, WorkerFault, _patience
from monitor.model import ParsedFeed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
FEED = b'<rss version="2.0"><channel><title>T</title><item><title>a</title></item></channel></rss>'

pytestmark = pytest.mark.xdist_group("worker")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(seconds=1, wall=120, memory=768 << 20) as made:
        yield made


def alive(worker: Worker) -> bool:
    return isinstance(worker.run(parse, FEED, "", ""), ParsedFeed)


def test_a_result_comes_back(worker: Worker) -> None:
    """From another process."""
    assert worker.run(os.getpid) != os.getpid()
    assert alive(worker)


def test_more_cpu_time_than_allowed_kills_and_replaces_the_child(worker: Worker) -> None:
    """The kernel counts; the next task runs as if nothing had happened."""
    assert worker.run(spin, 60) == WorkerFault("took more than 1 s of CPU time", overran=True)
    assert alive(worker)


def test_time_in_which_nothing_is_computed_is_not_the_task_s_fault(worker: Worker) -> None:
    """A busy host gives the child little of the processor: longer than the limit by the clock is no overrun."""
    assert worker.run(time.sleep, 2.5) is None


def test_what_waits_for_ever_is_ended_all_the_same() -> None:
    """By the clock, amply."""
    with Worker(seconds=1, wall=2) as own:
        began = time.monotonic()
        assert own.run(time.sleep, 300) == WorkerFault("took longer than 2 s", overran=True)
        assert time.monotonic() - began < 60


def test_a_child_that_is_stopped_does_not_hold_up_who_sends_it_a_long_task() -> None:
    """A pipe takes 64 KB: the rest waits for a reader, but no longer than a task may."""
    with Worker(seconds=1, wall=2) as own:
        pid = own.run(os.getpid)
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGSTOP)
        assert own.run(len, "x" * 1_000_000) == WorkerFault("took longer than 2 s", overran=True)
        assert alive(own)


def test_half_an_answer_does_not_hold_up_who_reads_it() -> None:
    """The child waits in the middle of a pickle."""
    with Worker(seconds=1, wall=2) as own:
        assert own.run(answer_half) == WorkerFault("took longer than 2 s", overran=True)
        assert alive(own)


def test_a_child_that_ends_by_itself_says_so() -> None:
    """It closes its pipes before it ends; our own kill in between would look like that of a host short of
    memory.
    """
    with Worker() as own:
        assert own.run(sys.exit, 3) == WorkerFault("died (exit code 3)")


def test_each_task_has_the_whole_time(worker: Worker) -> None:
    """What the child used before does not count."""
    assert all(isinstance(worker.run(spin, 0.5), int) for _ in range(5))


def test_overrunning_the_memory_is_a_fault(worker: Worker) -> None:
    """RLIMIT_AS turns it into a MemoryError in the child alone."""
    assert worker.run(bytearray, 2 << 30) == WorkerFault("needed more than 768 MB")
    assert alive(worker)


def test_a_child_that_dies_is_a_fault(worker: Worker) -> None:
    """By exit, or by a crash in C."""
    assert worker.run(os._exit, 3) == WorkerFault("died (exit code 3)")
    assert worker.run(os.abort) == WorkerFault("died (SIGABRT)")
    assert alive(worker)


def test_what_the_function_raises_is_raised(worker: Worker) -> None:
    """Our own bugs stay bugs."""
    with pytest.raises(ZeroDivisionError):
        worker.run(divmod, 1, 0)


def test_the_terminal_s_signals_do_not_stop_the_child(worker: Worker) -> None:
    """Ctrl-C reaches the whole process group; the daemon decides when the child ends."""
    pid = worker.run(os.getpid)
    assert isinstance(pid, int)
    for name in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, name)
    assert worker.run(os.getpid) == pid


def test_tasks_of_several_threads_take_turns(worker: Worker) -> None:
    """Every one gets its own answer, and waiting in line is not counted as running."""
    with ThreadPoolExecutor(4) as threads:
        slept = [threads.submit(worker.run, time.sleep, 0.4) for _ in range(4)]
        lengths = list(threads.map(lambda n: worker.run(len, "x" * n), range(8)))
    assert [s.result() for s in slept] == [None] * 4
    assert lengths == list(range(8))


def test_closing_is_quick_and_the_worker_can_be_used_again() -> None:
    """Even while a task runs; that task gets a fault."""
    own = Worker(seconds=30)
    with ThreadPoolExecutor(1) as threads:
        task = threads.submit(own.run, time.sleep, 30)
        time.sleep(1)
        began = time.monotonic()
        own.close()
        assert time.monotonic() - began < 3
        assert task.result() == WorkerFault("the worker was closed", closed=True)
    assert alive(own)
    own.close()


def test_a_child_without_tasks_ends_and_the_next_task_starts_another() -> None:
    """Not while one runs, however long it takes."""
    with Worker(idle=0.5) as own:
        first = own.run(os.getpid)
        assert isinstance(first, int)
        assert own.run(time.sleep, 1.5) is None
        assert own.run(os.getpid) == first
        deadline = time.monotonic() + 20
        while running(first) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not running(first)
        assert alive(own)


def test_a_child_that_was_missed_soon_stays_longer() -> None:
    """Starting one every two minutes would cost more than it saves; one for a feed a day need not stay."""
    waits = [60.0]
    for _ in range(8):
        waits.append(_patience(60.0, waits[-1], since=2 * waits[-1]))
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == LONG_SECONDS
    assert _patience(60.0, 480.0, since=86_400.0) == 60.0
    assert _patience(60.0, 60.0, since=math.inf) == 60.0


def test_a_child_that_died_between_tasks_is_replaced(worker: Worker) -> None:
    """The kernel may end it for want of memory at any time; the next task is not lost with it."""
    pid = worker.run(os.getpid)
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    # until all its threads are gone, and left for the worker to bury
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert alive(worker)


def test_it_answers_where_a_thousand_files_are_open() -> None:
    """Connections of many feeds and visitors may take all descriptors that `select` knows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2_048, hard), hard))
    with ExitStack() as opened, Worker(seconds=30) as worker:
        for _ in range(1_100):
            opened.enter_context(Path(os.devnull).open("rb"))
        try:
            assert worker.run(os.path.basename, "a/b") == "b"
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_child_retires(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many tasks another takes its place."""
    monkeypatch.setattr("monitor.feeds.worker.RETIRE_AFTER", 2)
    with Worker() as own:
        first, second, third = (own.run(os.getpid) for _ in range(3))
    assert first == second != third


def test_what_a_task_prints_is_no_answer(worker: Worker) -> None:
    """A library that prints a warning does not speak for us."""
    assert worker.run(os.write, 1, b"warning\n") == 8
    assert worker.run(print, "warning") is None
    assert alive(worker)


def test_what_cannot_travel_is_an_error_of_that_task_alone(worker: Worker) -> None:
    """Neither a task that cannot be sent nor a result that cannot be sent back shifts the answers."""
    with pytest.raises((AttributeError, pickle.PicklingError)):
        worker.run(lambda: 1)
    with pytest.raises(TypeError, match="pickle"):
        worker.run(threading.Lock)
    assert worker.run(len, "x" * 300_000) == 300_000
    assert len(str(worker.run("".zfill, 3_000_000))) == 3_000_000


def test_an_interrupted_wait_leaves_no_answer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a task: the answer that comes later is not the next one's."""
    with Worker() as own:
        assert own.run(len, "") == 0
        with monkeypatch.context() as patched:
            patched.setattr("pickle.load", _interrupted)
            with pytest.raises(KeyboardInterrupt):
                own.run(len, "abc")
        assert own.run(len, "ab") == 2


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("wait", [0, 0.01, 0.05, 0.1, 0.2])
def test_closing_at_any_moment_releases_every_caller(wait: float) -> None:
    """Those whose task runs and those who stand in line."""
    own = Worker(seconds=30)
    with ThreadPoolExecutor(3) as threads:
        tasks = [threads.submit(own.run, time.sleep, 30) for _ in range(3)]
        time.sleep(wait)
        own.close()
        while not all(task.done() for task in tasks):  # one may have come after the closing and started anew
            time.sleep(0.05)
            own.close()
        assert {task.result() for task in tasks} == {WorkerFault("the worker was closed", closed=True)}


def test_no_child_outlives_a_killed_daemon(tmp_path: Path) -> None:
    """kill -9 on the parent: the child, in the middle of a task, is gone within seconds."""
    script = tmp_path / "daemon.py"
    script.write_text(
        textwrap.dedent("""
        import os, threading, time
        from monitor.feeds.worker import Worker
        if __name__ == "__main__":
            worker = Worker(seconds=60)
            print(worker.run(os.getpid), flush=True)
            threading.Thread(target=worker.run, args=(time.sleep, 50), daemon=True).start()
            time.sleep(50)
        """)
    )
    daemon = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert daemon.stdout is not None
    child = int(daemon.stdout.readline())
    daemon.stdout.close()
    assert running(child)
    daemon.kill()
    daemon.wait()
    deadline = time.monotonic() + 10
    while running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(child)


@pytest.mark.parametrize("moment", ["", "child._received()", "child._received(); child._sent((9, len))"])
def test_a_child_that_is_born_as_its_daemon_is_killed_says_nothing(moment: str) -> None:
    """Neither that nobody told it what to do nor that nobody takes its answer."""
    script = f"""
import os, signal
from monitor.feeds import worker
real = worker._Child._sent
worker._Child._sent = {"lambda *_: None" if not moment else "real"}
child = worker._Child(1 << 30)
{moment}
os.kill(os.getpid(), signal.SIGKILL)
"""
    daemon = subprocess.run(
        [sys.executable, "-c", script],
        stderr=subprocess.PIPE,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (daemon.returncode, daemon.stderr) == (-signal.SIGKILL, b"")


def running(pid: int) -> bool:
    """Whether a process exists and is more than an unburied zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def answer_half() -> None:
    """In the child: the beginning of a long pickle to whatever pipe is open, and no more."""
    begun = pickle.dumps(b"x" * 1000)[:100]
    for number in range(3, 16):
        with suppress(OSError):
            os.write(number, begun)
    time.sleep(300)


def spin(seconds: float) -> int:
    """Burn CPU time."""
    ends, turns = time.process_time() + seconds, 0
    while time.process_time() < ends:
        turns += 1
    return turns


def entries(count: int) -> bytes:
    """An ordinary feed, only long."""
    one = "<item><guid>{0}</guid><title>Harbour report {0}</title><description>Ships came in.</description></item>"
    told = "".join(one.format(n) for n in range(count))
    return f'<rss version="2.0"><channel><title>T</title>{told}</channel></rss>'.encode()


def test_a_large_feed_is_read_with_the_limits_of_the_product() -> None:
    """5,000 entries cost some seconds of CPU time; the limit is for what never ends."""
    with Worker() as own:
        found = own.run(parse, entries(5000), "application/rss+xml", "https://feed.example/")
    assert isinstance(found, ParsedFeed)
    assert len(found.entries) == 5000

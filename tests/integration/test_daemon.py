"""The daemon's clock and signals, in a process of its own with threads that block nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import threading, time
# a library's thread, started before us, that blocks no signal
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
from monitor import daemon, logs
logs.configure({{"MONITOR_LOG_FORMAT": "logfmt"}})
signals, stopping = daemon.Signals(), daemon.Stopping()

def work():
    {work}

def reload():
    print("reloading", flush=True)
    time.sleep(0.5)
    print("reloaded", flush=True)

done = daemon.run({{"tick": (0.2, work)}}, signals=signals, stopping=stopping, reload=reload)
print("finished", done, flush=True)
"""


def started(work: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM).format(work=work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_signal_during_a_reload_is_neither_fatal_nor_lost() -> None:
    """Three SIGHUPs in a row are three reloads, and SIGTERM after them ends in order."""
    process = started("print('tick', flush=True)")
    assert process.stdout is not None
    assert process.stdout.readline() == "tick\n"
    process.send_signal(signal.SIGHUP)
    for _ in range(2):
        while process.stdout.readline() != "reloading\n":
            pass
        process.send_signal(signal.SIGHUP)
    while process.stdout.readline() != "reloading\n":
        pass
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)

    assert process.returncode == 0, err
    assert out.splitlines()[-2:] == ["reloaded", "finished True"]


STARTING = """
import os, signal
from monitor.cli import main, run

def loaded(config):
    os.kill(os.getpid(), signal.SIGHUP)
    print("read", flush=True)
    raise SystemExit(0)

run.loaded = loaded
main()
"""


@pytest.mark.parametrize("words", [["run"], ["worker"]], ids=" ".join)
def test_a_signal_to_read_again_does_not_end_a_process_that_begins(words: list[str]) -> None:
    """`systemctl reload` right after `start`: the files are being read for the first time."""
    done = subprocess.run(
        [sys.executable, "-c", STARTING, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr


def test_a_desk_alone_reads_its_files_again_and_ends_in_order(tmp_path: Path) -> None:
    """`monitor serve` knows the signals that `monitor run` knows."""
    (tmp_path / "monitor.yaml").write_text("listen: 127.0.0.1:0\n")
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"MONITOR_LOG_FORMAT": "logfmt"},
    ) as process:
        assert process.stdout is not None
        for number, said in ((signal.SIGHUP, "Ctrl-C stops it"), (signal.SIGTERM, "event=reloaded")):
            assert any(said in line for line in process.stdout), said
            process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_work_in_hand_is_finished_before_the_end() -> None:
    """SIGTERM waits for the tick that runs."""
    process = started("print('begun', flush=True); time.sleep(1.5); print('ended', flush=True)")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)

    assert out == "ended\nfinished True\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_wait(number: signal.Signals) -> None:
    """An impatient operator does not wait twenty seconds for a hanging tick."""
    process = started("print('begun', flush=True); time.sleep(8)")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(number)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    process.send_signal(number)
    assert process.stdout.readline() == "finished False\n"
    process.kill()
    process.communicate()


def test_a_failing_tick_is_told_and_the_next_one_runs() -> None:
    """A bug is a traceback, a refusal of the database a line; the clock goes on."""
    process = started("print('tick', flush=True); raise RuntimeError('ours')")
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(3)] == ["tick\n"] * 3
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)

    assert err.count("tick_failed") >= 3
    assert "RuntimeError: ours" in err


JUMP = """
import sys, time, datetime, threading
import time_machine
from monitor import daemon, logs
logs.configure({"MONITOR_LOG_FORMAT": "logfmt"})
daemon.CLOCK_SECONDS = 0.3
signals, stopping = daemon.Signals(), daemon.Stopping()
clock = time_machine.travel(datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC), tick=True)
mover = clock.start()
ticks = 0

def work():
    global ticks
    ticks += 1
    print("tick", flush=True)
    if ticks == 2:
        mover.shift(float(sys.argv[1]))

daemon.run(
    {"tick": (0.2, work)}, signals=signals, stopping=stopping, reload=lambda: None,
    jumped=lambda seconds: print("jumped", round(seconds), flush=True),
)
"""


@pytest.mark.parametrize("seconds", [-15 * 3600, 2 * 3600, 6 * 365 * 86400])
def test_a_clock_that_is_set_stops_nothing(seconds: int) -> None:
    """Back by fifteen hours, forward by two hours or six years: told once, and the ticks go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", JUMP, str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(8)]
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)

    assert lines.count("tick\n") == 7
    assert lines.count(f"jumped {seconds}\n") == 1
    assert "clock_jumped" in err
    assert process.returncode == 0

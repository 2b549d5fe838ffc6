"""Gives birth to `monitor` processes: a process that has the program loaded and forks one for each request.

The child is `monitor` in all but the two seconds of importing, which a campaign of hundreds of kills would spend twice.
One line of JSON a request: {"argv": [...], "env": {...}, "log": path}; answers: the child's pid, then its exit status.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.failpoints import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crash.workplace import Workplace

ROOT = Path(__file__).resolve().parents[2]
#: in the environment of a birth: by how many seconds its clock is wrong
CLOCK = "CRASH_CLOCK"
LOADED = ("monitor.cli.main", "monitor.app", "alembic.command", "sqlalchemy.dialects.sqlite")


def main() -> None:
    """Serve until standard input ends."""
    for module in LOADED:
        importlib.import_module(module)
    # a child that is to read its files again before it has begun to read them
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(wanted["argv"], wanted["env"], wanted["log"])
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _child(argv: list[str], env: dict[str, str], log: str) -> None:
    """Be the program, and never come back into the nursery."""
    status = 70
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ.update(env)
        status = _program(argv, env)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)


def _program(argv: list[str], env: dict[str, str]) -> int:
    from monitor import failpoints
    from monitor.cli.main import main as cli

    _hasten()
    if seconds := float(env.get(CLOCK, "0")):
        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True).start()
    failpoints._wanted = failpoints._read(env.get(failpoints.VARIABLE, ""))
    sys.argv = argv
    try:
        cli()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def _hasten() -> None:
    """Let leases of dead workers run out soon: a campaign waits for that after each kill."""
    from monitor import roles
    from monitor.cli import run
    from monitor.jobs import claims

    claims.LEASE = roles.LEASE = timedelta(seconds=10)
    run.RENEW, roles.CLEAR_SECONDS, roles.TAKE_WITHIN = 2.0, 5.0, timedelta(seconds=15)


class Nursery:
    """Where the daemons come from; `direct`: each a new interpreter instead of a fork."""

    def __init__(self, *, direct: bool) -> None:
        self._direct = direct
        self._process: subprocess.Popen[str] | None = None
        if not direct:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment(),
            )

    def born(
        self, workplace: Workplace, words: tuple[str, ...], failpoint: str, *, clock: float = 0.0
    ) -> Daemon:
        """A running `monitor WORDS`; `clock`: its own is wrong by so many seconds."""
        argv = ["monitor", *words, "--config", str(workplace.config)]
        env = ({VARIABLE: failpoint} if failpoint else {}) | ({CLOCK: str(clock)} if clock else {})
        if self._process is None:
            with workplace.log.open("ab") as log:
                started = subprocess.Popen(
                    [sys.executable, "-m", *argv],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    cwd=ROOT,
                    env=environment() | env,
                    start_new_session=True,
                )
            return Daemon(started.pid, started.wait)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"argv": argv, "env": env, "log": str(workplace.log)}) + "\n")
        self._process.stdin.flush()
        out = self._process.stdout
        return Daemon(int(out.readline()), lambda: int(out.readline()))

    def close(self) -> None:
        """No more births."""
        if self._process is not None:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()


class Daemon:
    """A process, and whether it is there."""

    def __init__(self, pid: int, wait: Callable[[], int]) -> None:
        self.pid = pid
        self._wait = wait
        self.exit: int | None = None

    def alive(self) -> bool:
        """A zombie is dead."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] not in "ZX"

    def signal(self, number: int) -> None:
        """To this process alone, as the kernel would: its children are left to find out."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self) -> int:
        """Its exit status, negative for a signal."""
        if self.exit is None:
            self.exit = self._wait()
        return self.exit


def environment() -> dict[str, str]:
    """Nothing of ours from outside, and a log that can be read line by line."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    return kept | {"MONITOR_LOG_FORMAT": "logfmt", "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    main()

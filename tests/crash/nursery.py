"""Gives birth to `monitor` processes: a process that has the program loaded and forks one for each request.

The child is `monitor` in all but the two seconds of importing, which a campaign of hundreds of kills would spend twice.
One line of JSON a request: {"argv": [...], "env": {...}, "log": path}; answers: the child's pid, then its exit status.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

LOADED = ("monitor.cli.main", "monitor.app", "alembic.command", "sqlalchemy.dialects.sqlite")


def main() -> None:
    """Serve until standard input ends."""
    for module in LOADED:
        importlib.import_module(module)
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

    failpoints._wanted = failpoints._read(env.get(failpoints.VARIABLE, ""))
    sys.argv = argv
    try:
        cli()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


if __name__ == "__main__":
    main()

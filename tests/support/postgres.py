"""A real PostgreSQL on loopback for as long as a test session: own folder, own port, nothing is kept.

Each test gets a copy of a database that was made once. Nothing is synced to the disk, so a copy takes a few
hundredths of a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.services import give_up

if TYPE_CHECKING:
    from collections.abc import Iterator

#: who owns the tables
OWNER = "monitor"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "150",
}


@dataclass
class Server:
    """A running server, its programs, and whose it is."""

    folder: Path
    programs: Path
    port: int
    #: PostgreSQL refuses to run as root
    user: str | None
    _names: Iterator[int] = field(default_factory=count)
    _process: subprocess.Popen[bytes] | None = None

    def url(self, name: str, user: str = OWNER, port: int | None = None) -> str:
        """The address of a database."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{port or self.port}/{name}"

    def sql(self, statement: str, name: str = "postgres", user: str = OWNER) -> list[tuple[Any, ...]]:
        """Run one statement outside any transaction; what it returns."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} dbname={name} user={user}"
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[arg-type]
            return done.fetchall() if done.description else []

    def create(self, template: str = "template1", *, locale: str | None = None) -> str:
        """A new database, a copy of `template`; its name."""
        name = f"t{next(self._names)}"
        said = f" TEMPLATE {template}" if locale is None else f" TEMPLATE template0 LOCALE '{locale}'"
        self.sql(f"CREATE DATABASE {name}{said}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def start(self) -> None:
        """Run until `stop`, or until this process ends however it ends; returns when it answers."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        command = [self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-k", self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user=self.user, cwd=self.folder, preexec_fn=_end_with_parent,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while self._ask("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"postgres: {(self.folder / 'log').read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it as by a power cut (SIGQUIT), or in order (SIGINT)."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(60)

    def _ask(self, program: str, *arguments: str) -> int:
        return subprocess.run([self.programs / program, *arguments], check=False, timeout=60).returncode

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, user=self.user, cwd=self.folder, check=False, timeout=60,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A new server, gone at the end. Skips with the reason where PostgreSQL or its driver is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        give_up("psycopg is not installed (the extra `postgres`)")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        made = Server(folder, _programs(), _free_port(), user)
        made._run("initdb", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent() -> None:
    """In the child: the kernel ends the server when the tests are killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _programs() -> Path:
    """Where Debian keeps the newest server, or where the wheel `pgserver` does."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    try:
        import pgserver  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        give_up("no PostgreSQL here (Debian's package `postgresql`, or the wheel `pgserver`)")
    return Path(pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

"""Whether a monitor is at work on a database file, and how it is: a lock that ends with its process, and what
it says of its health after each look, in a file beside the database.

Between looks it only stamps the file, as a sign that it lives and looks. The container's probe asks once a
minute. It reads this file and asks the lock whether the daemon still runs, which costs a twentieth of opening
the database. A file that is cut, from another version, or has lost its stamp counts as none; the probe then
looks for itself.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor import file_modes
from monitor.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

#: a file of another version is not read
VERSION = 1
#: several stamps: what was stamped earlier was left by a daemon that hangs
FRESH = timedelta(seconds=150)


class Health(NamedTuple):
    """What stands still, each in words, and the open events as plain data; well is where nothing is late."""

    late: tuple[str, ...]
    events: tuple[dict[str, Any], ...]


def path_beside(database: Path) -> Path:
    """Where the health of the monitor on `database` is written."""
    return database.with_name(database.name + ".health")


def write(database: Path, health: Health, now: datetime) -> None:
    """Put `health`, as seen at `now`, in place of what was there, whole or not at all. Raises OSError."""
    path = path_beside(database)
    part = path.with_name(path.name + ".part")
    said = {"version": VERSION, "at": now.isoformat(), "late": health.late, "events": health.events}
    file_modes.write(part, json.dumps(said, default=datetime.isoformat).encode())
    part.replace(path)
    stamp(database, now)


def stamp(database: Path, now: datetime) -> None:
    """What was written still stands at `now`. Raises OSError: nothing was."""
    os.utime(path_beside(database), (now.timestamp(), now.timestamp()))


def read(database: Path, now: datetime) -> Health | None:
    """The health that was stamped within `FRESH` of `now`; None: there is none that can be trusted."""
    try:
        path = path_beside(database)
        said = json.loads(path.read_bytes())
        age = abs(now.timestamp() - path.stat().st_mtime)
        known = said["version"] == VERSION and age <= FRESH.total_seconds()
        return Health(tuple(said["late"]), tuple(map(_event, said["events"]))) if known else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _event(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "since": datetime.fromisoformat(said["since"])}


#: seconds between tries to get the lock
ASKS = (0.05, 0.05)


class InstanceLock:
    """The right to run on the database at `path`; also a context manager.

    The file `<path>.lock` stays: deleting it would let two holders lock two different files of one name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take it. Raises StoreError, naming the holder's pid,
        when another has it or the file cannot be made.
        """
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, file_modes.FILE)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be opened: {error.strerror}") from error
        if not _locked(descriptor):
            os.close(descriptor)
            pid = self.holder()
            who = f"another monitor (pid {pid})" if pid else "another monitor"
            raise StoreError(f"{who} uses {self.path} (stop it first, or choose another database)") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def taken(self) -> bool | None:
        """Whether a monitor has it at this moment; None: the file cannot be read."""
        try:
            descriptor = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return None
        try:
            # shared, so that two who ask at once do not take each other for a monitor
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def holder(self) -> int | None:
        """The pid that wrote itself into the file last; it holds the lock only if `acquire` says so."""
        try:
            return int(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def __enter__(self) -> InstanceLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _locked(descriptor: int) -> bool:
    """Whether the lock was got; who only asks whether it is taken holds it for a moment."""
    for pause in (*ASKS, None):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if pause is not None:
                time.sleep(pause)
        else:
            return True
    return False

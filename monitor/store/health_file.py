"""What the daemon says of its health after each look, in a file beside the database.

Between looks it only stamps the file, as a sign that it lives and looks. The container's probe asks once a
minute. It reads this file and asks the lock whether the daemon still runs, which costs a twentieth of opening
the database. A file that is cut, from another version, or has lost its stamp counts as none; the probe then
looks for itself.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor import file_modes

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

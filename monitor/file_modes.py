"""Files and folders that only their owner may read:
what we keep tells whom somebody watches, and may hold secrets.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE, FOLDER = 0o600, 0o700
#: what group and others may do
_OTHERS = 0o077


def make_folder(folder: Path) -> None:
    """`folder` and what is missing above it, each 0700; those that are there stay as they are.

    Raises OSError.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=FOLDER, exist_ok=True)


def create(path: Path) -> None:
    """An empty `path`, 0600, where there is none; one that is there stays as it is. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE))


def write(path: Path, data: bytes) -> None:
    """`data` as `path`, 0600, whatever was there and however it was open. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as out:
        os.fchmod(out.fileno(), FILE)
        out.write(data)


def tighten(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Take group's and others' rights from those of `paths` that are ours; which had any. Never raises.

    Links are not followed; what belongs to another user, and folders that everybody shares, stay as they are.
    """
    return tuple(path for path in paths if _tightened(path))


def _tightened(path: Path) -> bool:
    try:
        found = path.lstat()
        ours = found.st_uid == os.geteuid() and (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode))
        if not ours or found.st_mode & stat.S_ISVTX or not found.st_mode & _OTHERS:
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
    except OSError:
        return False
    return True

"""Files and folders that only their owner may read, the key of our links among them:
what we keep tells whom somebody watches, and may hold secrets.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from monitor.errors import StoreError

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


# The key that links in messages are signed with: made once, kept beside the database.

LINK_KEY = "link.key"
#: bytes of the key
SIZE = 32


def link_key(folder: Path) -> bytes:
    """The key of this installation. Removing the file makes every link that was sent invalid.

    Raises StoreError.
    """
    path = folder / LINK_KEY
    try:
        make_folder(folder)
        _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror} (links in alerts are signed with it)"
        ) from None
    if len(key) != SIZE:
        raise StoreError(f"{path} is not a key of ours (remove it: a new one is made, old links end)")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all, and never over another one."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as out:
        out.write(os.urandom(SIZE))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()

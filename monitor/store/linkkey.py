"""The key that links in messages are signed with: made once, kept beside the database, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from monitor import file_modes
from monitor.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "link.key"
SIZE = 32


def load(folder: Path) -> bytes:
    """The key of this installation. Removing the file makes every link that was sent invalid. Raises StoreError."""
    path = folder / NAME
    try:
        file_modes.make_folder(folder)
        _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror} (links in alerts are signed with it)"
        ) from None
    if len(key) != SIZE:
        raise StoreError(f"{path} is not a key of ours (remove it: a new one is made, old links end)")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over another one."""
    if path.exists():
        return
    fresh = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file_modes.FILE), "wb") as out:
        out.write(secrets.token_bytes(SIZE))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()

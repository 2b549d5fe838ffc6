"""Change a feeds file on disk: whole or not at all, its rights kept,
everything that was not meant left as it was.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor import file_modes
from monitor.feeds.seeds import with_feed, without_feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from monitor.model import Feed

HEAD = "# Feeds that `monitor feeds add` took. Edit freely: `monitor check` names every mistake.\nfeeds: []\n"


class Unwritable(Exception):  # a state of the file, told to the operator with the lines to paste
    """The file cannot be changed; the message says why."""


def add(path: Path, feeds: Iterable[Feed]) -> None:
    """Put `feeds` after the last one of the file, which is made (0600) when it is not there.

    Raises Unwritable, and ConfigError where the file is no feeds file or has one of them.
    """

    def changed(text: str) -> str | None:
        after: str | None = text
        for feed in feeds:
            after = with_feed(after, feed, str(path)) if after is not None else None
        return after

    _change(path, changed)


def remove(path: Path, feed_id: str) -> None:
    """Take the lines of a feed out. Raises Unwritable, and ConfigError where the file is no feeds file."""
    _change(path, lambda text: without_feed(text, feed_id, str(path)))


def _change(path: Path, changed: Callable[[str], str | None]) -> None:
    try:
        target = path.resolve()
        with alone(target):
            before = target.read_bytes() if target.exists() else HEAD.encode()
            after = changed(before.decode("utf-8-sig"))
            if after is None:
                raise Unwritable(
                    "it is written in a way that would be lost (put each feed on lines of its own)"
                )
            mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
            put(target, mark + after.encode())
    except OSError as error:
        raise Unwritable((error.strerror or "cannot be written").lower()) from None
    except UnicodeDecodeError:
        raise Unwritable("it is not UTF-8 text") from None


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """One change at a time in a folder: two commands at once do not undo each other."""
    file_modes.make_folder(target.parent)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def put(target: Path, data: bytes) -> None:
    """`data` takes the place of the file at once, with its rights;
    a file that is a mount of its own is overwritten. Raises Unwritable, and OSError.
    """
    known = target.stat() if target.exists() else None
    # root may write what is marked read-only, and means not to
    if known is not None and not (known.st_mode & stat.S_IWUSR and os.access(target, os.W_OK)):
        raise Unwritable("it is read-only")
    part = target.with_name(f".{target.name}.part")
    try:
        file_modes.write(part, data)
        if known is not None:
            part.chmod(stat.S_IMODE(known.st_mode))
            os.chown(part, known.st_uid, known.st_gid)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        if known is None:
            raise
        with target.open("r+b") as file:
            file.write(data)
            file.truncate()

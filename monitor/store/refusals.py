"""What the database refuses, told to the operator: which file, what is wrong, what to do. Anything else is a bug."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import exc

from monitor.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: SQLite's primary result codes (sqlite.org/rescode.html) that are the world's doing
_REFUSALS = {
    sqlite3.SQLITE_PERM: "may not be used: permission denied (give this user the file and its folder)",
    sqlite3.SQLITE_BUSY: "is locked by another process (end that one, or wait until it is done)",
    sqlite3.SQLITE_READONLY: "is read-only (give this user write access to the file and its folder)",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error (look at the system's log)",
    sqlite3.SQLITE_CORRUPT: "is damaged (stop, and put back the newest backup)",
    sqlite3.SQLITE_FULL: "has no room: the disk is full (free some space; nothing is lost, work goes on by itself)",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened (look at the folder: is it there, and may this user write to it?)",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database (choose another name, or put back a backup)",
}


@contextmanager
def told(file: str) -> Iterator[None]:
    """Raise StoreError where the database of `file` refuses; every other error passes as it is."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError(f"{file} is busy: no connection became free") from error
    except exc.DBAPIError as error:
        _refuse(file, error.orig, error)
        raise
    except sqlite3.Error as error:
        _refuse(file, error, error)
        raise


def _refuse(file: str, original: BaseException | None, cause: Exception) -> None:
    if isinstance(original, sqlite3.Error):
        # an extended code (SQLITE_IOERR_WRITE) carries its primary code in the low byte
        refusal = _REFUSALS.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
        if refusal is not None:
            raise StoreError(f"{file} {refusal}") from cause
    elif isinstance(cause, exc.OperationalError):
        reason = str(original).splitlines()[0] if str(original) else "no reason given"
        raise StoreError(f"{file} does not answer: {reason}") from cause

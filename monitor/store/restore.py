"""A backup put in the place of the database, whole or not at all,
so that nothing that lay there can undo it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from monitor.errors import StoreError
from monitor.store.database import store_errors
from monitor.store.liveness import InstanceLock
from monitor.store.tables_news import REVISION

if TYPE_CHECKING:
    from datetime import datetime

#: what SQLite keeps beside a database; one that was left would be played into the restored file
LOGS = ("-wal", "-shm", "-journal")


def restore(backup: Path, url: str, now: datetime) -> tuple[Path, Path | None]:
    """Put `backup` in the place of the SQLite database at `url`; its file, and where the old one now lies, if
    any.

    Raises StoreError, and leaves everything as it was: a monitor is at work on it, somebody writes to it,
    `backup` is no sound database of ours or of a newer monitor, or the disk refuses.
    """
    found = make_url(url)
    if found.get_backend_name() != "sqlite" or not found.database:
        raise StoreError(f"{found.render_as_string(hide_password=True)} is not a file (use pg_restore)")
    target = Path(found.database)
    _check(backup)
    with InstanceLock(target), store_errors(str(target)):
        part = target.with_name(target.name + ".restoring")
        try:
            _copy(backup, part)
            aside = _set_aside(target, now)
            part.replace(target)
            _sync(target.parent)
        except OSError as error:
            raise StoreError(f"{target} cannot be restored: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)
    return target, aside


def _check(backup: Path) -> None:
    if not backup.is_file():
        raise StoreError(f"{backup} is no file (name a file that `monitor db backup` wrote)")
    if any(Path(f"{backup}{log}").exists() for log in LOGS):
        raise StoreError(
            f"{backup} has a log beside it: it is a database in use, no backup (`monitor db backup` "
            "makes one)"
        )
    try:
        with closing(sqlite3.connect(f"{backup.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as source:
            sound = source.execute("PRAGMA quick_check").fetchone()[0]
            (revision,) = source.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise StoreError(f"{backup} is no database of this monitor ({error})") from None
    if sound != "ok":
        raise StoreError(f"{backup} is damaged: {sound} (use another backup)")
    if revision > REVISION:
        raise StoreError(
            f"{backup} was made by a newer monitor (its tables are at {revision}, this one knows {REVISION})"
        )


def _copy(backup: Path, part: Path) -> None:
    shutil.copyfile(backup, part)
    part.chmod(0o600)
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _set_aside(target: Path, now: datetime) -> Path | None:
    """Fold the log into the old database and give both another name, so that neither is found beside the new
    one.

    The old file keeps its name, too, until the new one takes it: a crash in between leaves the old database
    in place.
    """
    aside = _free(target.with_name(f"{target.name}.before-restore-{now:%Y%m%dT%H%M%S}"))
    there = target.exists()
    if there:
        _fold_log(target)
    for log in LOGS:  # one is left where the old database could not be opened, or was deleted by hand
        if Path(f"{target}{log}").exists():
            Path(f"{target}{log}").replace(f"{aside}{log}")
    if there:
        _name_too(target, aside)
    return aside if there else None


def _free(path: Path) -> Path:
    """`path`, or one beside it where an earlier restore of this second has it."""
    names = (path if n == 1 else path.with_name(f"{path.name}-{n}") for n in count(1))
    return next(name for name in names if not any(Path(f"{name}{log}").exists() for log in ("", *LOGS)))


def _name_too(target: Path, aside: Path) -> None:
    try:
        aside.hardlink_to(target)
    except OSError:  # a file system without hard links
        target.replace(aside)


def _fold_log(target: Path) -> None:
    """Raises StoreError: somebody writes. A database too damaged to be opened is moved with what it is."""
    try:
        with closing(sqlite3.connect(target, timeout=5)) as old:
            busy, _, _ = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError(f"{target} is being written to (end the other command first)") from None
        return
    except sqlite3.DatabaseError:
        return
    if busy:
        raise StoreError(f"{target} is being written to (end the other command first)")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

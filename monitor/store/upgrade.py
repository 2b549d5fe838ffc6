"""Bring a database to the newest tables:
in one transaction, with a copy of the old file beside it, or not at all.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import inspect, text

from monitor import failpoints
from monitor.errors import StoreError
from monitor.store import words
from monitor.store.tables_news import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from alembic.config import Config
    from sqlalchemy import Connection

    class Database(Protocol):
        """What of `monitor.store.database.Database` an upgrade needs."""

        name: str
        path: Path | None

        def snapshot(self) -> AbstractContextManager[Connection]:
            """For reading."""
            ...

        def transaction(self) -> AbstractContextManager[Connection]:
            """For writing."""
            ...

        def backup(self, target: Path) -> None:
            """A consistent copy."""
            ...

        def lock(self) -> Lock:
            """The right to be the one monitor on it."""
            ...

    class Lock(Protocol):
        """The right to be the one monitor."""

        def acquire(self) -> None:
            """Take it. Raises StoreError: another has it."""
            ...

        def release(self) -> None:
            """Give it back."""
            ...

        def holder(self) -> int | None:
            """The pid that has it."""
            ...


MIGRATIONS = Path(__file__).parent / "migrations"
#: how the version of a database begins that is being moved into (`monitor.store.move`)
MOVING = "moving:"


def to_newest(database: Database, *, create: bool = True, migrate: bool = True, moving: str = "") -> None:
    """Create or migrate the tables of `database` where needed; an equal one costs one read.

    Raises StoreError: made by a newer monitor, not ours, or in use by a running monitor of another version;
    without tables, and `create` is false; older, and `migrate` is false; half of a move other than `moving`.
    """
    with database.snapshot() as tx:
        found = _version(tx, database.name)
    if found == REVISION or (found == moving and moving):
        return
    if found is None:
        if not create:
            raise StoreError(f"{database.name} is empty (`monitor run` makes its tables)")
        with database.transaction() as tx:
            # another process may have been faster while we waited
            if _version(tx, database.name) is None:
                _migrate(tx)
        failpoints.passed("migrated")
        return
    _refuse_newer(found, database.name)
    if not migrate:
        raise StoreError(
            f"{database.name} has the tables of an older monitor ({found}, this one needs {REVISION}; "
            "stop all workers, then start the scheduler of this version)"
        )
    with _alone(database):
        _keep_copy(database, found)
        failpoints.passed("copied")
        with database.transaction() as tx:
            if _version(tx, database.name) == found:
                _migrate(tx)
                words.fill(tx)
        failpoints.passed("migrated")


def _version(tx: Connection, name: str) -> str | None:
    """The migration that the database stands at; None when it is empty."""
    tables = inspect(tx).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(f"{name} belongs to another program (choose another name)")
    version: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _refuse_newer(found: str, name: str) -> None:
    if found.startswith(MOVING):
        raise StoreError(f"{name} is half of what is being moved there (`monitor db move` goes on with it)")
    from alembic.script import ScriptDirectory

    if found not in {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise StoreError(
            f"{name} was made by a newer monitor (its tables are at {found}, this one knows {REVISION}; "
            "install the newer version, or put back the copy that it made before it changed the file)"
        )


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Nobody else runs on it while its tables change; our own process may already hold the lock."""
    lock = database.lock()
    try:
        lock.acquire()
    except StoreError:
        if lock.holder() != os.getpid():
            raise
    try:
        yield
    finally:
        lock.release()


def _keep_copy(database: Database, found: str) -> None:
    if database.path is None:
        return
    copy = database.path.with_name(f"{database.path.name}.{found}.backup")
    if not copy.exists():
        database.backup(copy)


def _migrate(tx: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    failpoints.passed("migrating")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config

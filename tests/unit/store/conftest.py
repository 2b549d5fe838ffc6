"""A real database for each test: a copy of one that was made once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from monitor.store import feeds
from monitor.store.database import Database
from tests.support.stored import NOW, feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh database file."""
    path = tmp_path_factory.mktemp("store") / "made.db"
    database = Database.open(f"sqlite:///{path}")
    database.checkpoint()
    database.close()
    return path


@pytest.fixture
def path(made_once: Path, tmp_path: Path) -> Path:
    """Where this test's database lies."""
    shutil.copy(made_once, tmp_path / "monitor.db")
    return tmp_path / "monitor.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """An open, empty database."""
    database = Database.open(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def tx(db: Database) -> Iterator[Connection]:
    """A writing transaction on a database with one feed, `gazette`."""
    with db.transaction() as connection:
        feeds.sync(connection, [feed()], NOW, jitter=lambda: 0.0)
        yield connection

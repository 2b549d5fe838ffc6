"""A real database for each test of the store, of either kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.store import feeds
from monitor.store.database import Database
from tests.support.stored import NOW, feed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open, empty database."""
    with Database.open(database_url) as database:
        yield database


@pytest.fixture
def tx(db: Database) -> Iterator[Connection]:
    """A writing transaction on a database with one feed, `gazette`."""
    with db.transaction() as connection:
        feeds.sync(connection, [feed()], NOW, jitter=lambda: 0.0)
        yield connection

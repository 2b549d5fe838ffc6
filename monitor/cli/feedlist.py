"""The feeds that a configuration comes to, and the file that takes another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor import parts
from monitor.config import load
from monitor.errors import StoreError
from monitor.store import feeds
from monitor.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.model import Feed


def known_feeds(found: Settings) -> tuple[Feed, ...]:
    """The feeds of all feeds files, and those that only the database has from an older monitor."""
    known = {feed.id: feed for feed in parts.read_feeds(found)}
    for feed in _added(found):
        known.setdefault(feed.id, feed)
    return tuple(known.values())


def _added(found: Settings) -> Iterator[Feed]:
    try:
        db = Database.open(found.database, create=False)
    except StoreError:
        return  # no database yet
    try:
        with db.snapshot() as tx:
            yield from feeds.added(tx)
    finally:
        db.close()


def target(found: Settings) -> Path:
    """The feeds file that a new feed goes into: the first that the configuration names, else one in the data folder."""
    own = (path for path in found.feeds if not shipped(path))
    return next(own, found.added)


def shipped(path: Path) -> bool:
    """Whether a file is part of the program, where the next version replaces it."""
    return path.resolve().is_relative_to(load.bundled("seeds").resolve())

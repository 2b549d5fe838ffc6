"""A feed that was just added: what was fetched to try it is stored as its first poll."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.jobs import poll
from monitor.jobs.digest import INSTALLED
from monitor.net.redaction import kept
from monitor.store import facts, feeds

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from monitor.feeds.secrets import Address
    from monitor.jobs.poll import Poller
    from monitor.model import Feed, FetchResult
    from monitor.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A feed as its file names it, where it was asked, and what came:
    one result, or one for each file of a folder.
    """

    feed: Feed
    address: Address
    results: tuple[FetchResult, ...]


def begun(db: Database) -> bool:
    """Whether a monitor has run on this database before."""
    with db.snapshot() as tx:
        return facts.get(tx, INSTALLED) is not None


def take_in(poller: Poller, taken: Intake, now: datetime) -> Counter[str]:
    """Store the feed and its entries; counts as of a poll.

    Nobody asks it again before its interval is over.
    """
    feed, interval = taken.feed, taken.feed.interval or poller.polling.interval
    with poller.db.transaction() as tx:
        feeds.add(tx, feed, now, interval, origin="file", after=interval)
        feeds.put_off(tx, feed.id, now + interval)
        state = feeds.get(tx, feed.id)
    total: Counter[str] = Counter()
    for result in taken.results:
        if state is None:
            break
        record = poll.settle(poller, state, taken.address.kept(result, kept(feed.url)))
        total += poll.counted(record) if record is not None else Counter()
    return total


def take_up(
    db: Database, listed: tuple[Feed, ...], now: datetime, interval: timedelta, apart: timedelta
) -> None:
    """Let feeds that a feeds file names from now on be polled, one after the other,
    `apart` from each other.
    """
    with db.transaction() as tx:
        for n, feed in enumerate(listed):
            feeds.add(tx, feed, now, interval, origin="file", after=n * apart)

"""What is old goes; what is in a feed, owed or untold stays, however old."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import Delivered, Rejected
from monitor.store import (
    alerts,
    archive,
    feeds,
    items,
    journal,
    merges,
    outbox,
    signatures,
    stories,
    tables_news,
)
from monitor.store.archive import Filter
from monitor.store.prune import Pruned, prune
from tests.support.stored import DAY, HOUR, NOW, assessed, feed, match, message, poll, promised, told

if TYPE_CHECKING:
    from monitor.store.database import Database

KEEP: dict[str, Any] = {"unmatched": 60 * DAY, "matched": 1000 * DAY, "journal": 90 * DAY}
LATER = NOW + 100 * DAY


@pytest.fixture
def store(db: Database) -> Database:
    """One item that matched and one that did not; both have left their feed since."""
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        items.record(tx, poll(assessed("plain"), assessed("matched", matches=(match(),))))
        items.record(tx, poll(assessed("current"), at=LATER - HOUR))
    return db


def keys(db: Database) -> list[str]:
    with db.snapshot() as tx:
        return sorted(i.item.key for i in archive.search(tx, Filter()))


def test_unmatched_items_go_first(store: Database) -> None:
    """Matched ones after their longer time; the polls of the old journal go too."""
    assert prune(store, LATER, **KEEP) == Pruned(items=1, polls=1)
    assert keys(store) == ["current", "matched"]
    assert prune(store, NOW + 1100 * DAY, **KEEP).items == 1
    assert keys(store) == ["current"], "it stood in the last document that was read"
    assert store.check() == ()


def test_nothing_goes_before_its_time(store: Database) -> None:
    """A day too early nothing happens."""
    assert prune(store, NOW + 59 * DAY, **KEEP) == Pruned()
    assert len(keys(store)) == 3


def test_what_is_still_in_the_feed_stays(db: Database) -> None:
    """Else it would come back as news. An unchanged body is not parsed, so silence does not mean that it left."""
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        (item_id,) = items.record(tx, poll(assessed("evergreen")))
        items.record(tx, poll(at=NOW + 80 * DAY, status="not-modified"))
    assert prune(db, LATER, **KEEP).items == 0
    with db.transaction() as tx:
        items.record(tx, poll(at=LATER, seen_ids=(item_id,)))
        items.record(tx, poll(at=LATER + 20 * HOUR, seen_ids=(item_id,)))
    assert prune(db, LATER + 20 * HOUR, **KEEP | {"unmatched": timedelta(0)}).items == 0
    assert keys(db) == ["evergreen"]


def test_what_no_digest_told_stays(store: Database) -> None:
    """However short the retention is."""
    short = KEEP | {"matched": 60 * DAY}
    assert prune(store, LATER, **short, told_through=0).items == 1
    assert "matched" in keys(store)
    assert prune(store, LATER, **short, told_through=1).items == 1
    assert "matched" not in keys(store)


def test_what_an_open_alert_group_needs_stays(store: Database) -> None:
    """It would be an alert without items."""
    with store.transaction() as tx:
        told(tx, "s-1", assessed("waiting", matches=(match(),)))
        items.record(tx, poll(assessed("current", revises=3), at=LATER - HOUR))
        alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW)
    short = KEEP | {"matched": 60 * DAY}
    prune(store, LATER, **short)
    assert "waiting" in keys(store)
    with store.transaction() as tx:
        (group,) = alerts.due(tx, LATER)
        alerts.settle(tx, group.id, "sent", LATER)
    assert prune(store, LATER, **short).stories == 1
    assert "waiting" not in keys(store)


def test_old_messages_go_before_their_journal_lines(store: Database) -> None:
    """What is owed keeps both for ever."""
    with store.transaction() as tx:
        ids = [outbox.enqueue(tx, "desk", promised(message()), NOW)[0] for _ in range(3)]
        for outcome in (Delivered(), Rejected(reason="no")):
            delivery = outbox.claim(tx, NOW, lease=HOUR, token="t")
            assert delivery is not None
            outbox.settle(tx, delivery, outcome, None, NOW)
    assert prune(store, LATER, **KEEP).payloads == 2
    with store.transaction() as tx:
        assert len(journal.lines(tx)) == 3
        assert journal.retry(tx, LATER) == (), "its message is gone"
        owed = outbox.claim(tx, LATER, lease=HOUR, token="t")
        assert owed is not None
        assert (owed.id, owed.message) == (ids[2], message())
        outbox.release(tx, owed, LATER)
    assert prune(store, NOW + 1100 * DAY, **KEEP).deliveries == 2
    with store.snapshot() as tx:
        assert [line.id for line in journal.lines(tx)] == [ids[2]]


def test_batches_reach_everything(db: Database) -> None:
    """Small transactions, one after the other."""
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        items.record(tx, poll(*(assessed(f"guid:{n}") for n in range(25))))
        items.record(tx, poll(at=LATER))
    assert prune(db, LATER, **KEEP, batch=10).items == 25


def test_a_redirect_stays_as_long_as_its_story(store: Database) -> None:
    """However long ago the merge was: somebody may have kept the old id."""
    with store.transaction() as tx:
        told(tx, "s-old", assessed("b", matches=(match(),)))
        told(tx, "s-new", assessed("a", matches=(match(),)))
        merges.merge(tx, "s-old", "s-new", NOW)
        items.record(tx, poll(assessed("current", revises=3), at=LATER))
    assert prune(store, LATER, **KEEP).stories == 0
    with store.snapshot() as tx:
        assert stories.resolve_id(tx, "s-old") == "s-new"
    assert prune(store, LATER, **KEEP | {"matched": 60 * DAY}).stories == 1
    with store.snapshot() as tx:
        assert stories.resolve_id(tx, "s-old") is None
    assert store.check() == ()


def test_old_signatures_go_before_their_items(store: Database) -> None:
    """What is told today belongs to no event of last month."""
    with store.transaction() as tx:
        signatures.put(tx, [(2, NOW, {}, [1, 2, 3])])
        signatures.put(tx, [(3, LATER, {}, [1])])
    assert prune(store, NOW + 29 * DAY, **KEEP).signatures == 0
    assert prune(store, LATER, **KEEP).signatures == 1
    with store.snapshot() as tx:
        assert signatures.count(tx) == 1
        assert len(tx.execute(tables_news.signature_keys.select()).all()) == 1
        assert archive.get(tx, 2) is not None


def test_the_bytes_of_a_forgotten_item_go_and_their_link_stays(store: Database) -> None:
    """The chain of the feed can still be followed."""
    row = {"feed_id": "gazette", "item_key": "k", "revision": 1, "retrieved_at": NOW, "headers": {}}
    with store.transaction() as tx:
        for number in (1, 2):
            link = {"item_id": number, "previous": str(number - 1), "chain": str(number), "raw": b"<item/>"}
            tx.execute(tables_news.entries.insert().values(row | link))
    assert prune(store, LATER, **KEEP).entries == 1
    with store.snapshot() as tx:
        found = tx.execute(tables_news.entries.select().order_by(tables_news.entries.c.id)).mappings().all()
        assert [(e["item_id"], e["raw"], e["chain"]) for e in found] == [
            (None, None, "1"),
            (2, b"<item/>", "2"),
        ]

"""Nouns for tests of the store, with the few values that a test cares about as arguments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from monitor.model import (
    Assessed,
    Contact,
    ContactStatus,
    ContactType,
    Coverage,
    Decision,
    Evidence,
    Feed,
    FeedState,
    Item,
    Match,
    Message,
    MessageKind,
    Novelty,
    PollRecord,
    Severity,
    Side,
    Suppressed,
)
from monitor.store import items, stories
from tests.support.ledger import between

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

#: for a test of what only one of the databases has
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def feed(name: str = "gazette", **changes: Any) -> Feed:
    """A feed of an invented paper."""
    values = {
        "id": name,
        "url": f"https://{name}.example/rss",
        "title": name.title(),
        "language": "en",
        "side": Side("independent"),
    }
    return Feed(**values | changes)


def state(of: Feed | None = None, **changes: Any) -> FeedState:
    """A feed that is due now."""
    return FeedState(**{"feed": of or feed(), "next_poll_at": NOW} | changes)


def item(key: str = "guid:1", **changes: Any) -> Item:
    """An item of the invented paper, in two scripts."""
    values = {
        "key": key,
        "feed_id": "gazette",
        "title": "Envoy from Moscow seen in Sirte",
        "content": "The envoy met elders. ووصل المبعوث إلى سرت.",
        "lang": "en",
        "content_hash": f"hash of {key}",
        "canonical_url": f"gazette.example/{key}",
        "url": f"https://gazette.example/{key}",
    }
    return Item(**values | changes)


def evidence() -> Evidence:
    """A span of the sample item's title."""
    return Evidence(
        field="title",
        start=11,
        end=17,
        text="Moscow",
        term="moscow",
        sentence="Envoy from Moscow seen in Sirte",
    )


def match(rule: str = "named", severity: Severity = Severity.HIGH, watchlist: str = "envoys") -> Match:
    """A match with its evidence."""
    return Match(
        watchlist=watchlist,
        rule=rule,
        severity=severity,
        score=0.75,
        evidence=(evidence(),),
        reason="an envoy is named",
    )


def contact(**changes: Any) -> Contact:
    """A meeting that took place."""
    values = {
        "type": ContactType.MEETING,
        "status": ContactStatus.HAPPENED,
        "place": "Sirte",
        "date": "2026-02",
        "evidence": (evidence(),),
    }
    return Contact(**values | between(changes, ("Russian delegation",), ("Elders of Sirte",)))


def silenced(by: str = "composer") -> Suppressed:
    """A mention that an exception silenced."""
    return Suppressed(watchlist="envoys", rule="named", by=by, text="Moscow", field="title", start=11, end=17)


def assessed(key: str = "guid:1", *, matches: tuple[Match, ...] = (), **changes: Any) -> Assessed:
    """A new item; matched where `matches` are given. `item` changes go by their names, the rest is the assessment's."""
    own = {"novelty", "coverage", "coverage_detail", "revises", "contacts", "suppressed", "raw"}
    fields = {name: value for name, value in changes.items() if name not in own}
    decision = Decision(
        lang="en",
        matches=matches,
        contacts=changes.get("contacts", ()),
        suppressed=changes.get("suppressed", ()),
    )
    revises = changes.get("revises")
    return Assessed(
        item=item(key, **fields),
        novelty=changes.get("novelty", Novelty.NEW if revises is None else Novelty.CHANGED),
        decision=decision,
        coverage=changes.get("coverage", Coverage.MATCHED if matches else Coverage.NO_MATCH),
        coverage_detail=changes.get("coverage_detail", ""),
        revises=revises,
        raw=changes.get("raw", b""),
    )


def poll(*entries: Assessed, at: datetime = NOW, of: FeedState | None = None, **changes: Any) -> PollRecord:
    """What one poll means."""
    default = state(next_poll_at=at + HOUR, last_polled_at=at, last_success_at=at)
    return PollRecord(**{"state": of or default, "at": at, "assessed": entries} | changes)


def told(
    tx: Connection, story_id: str, *entries: Assessed, at: datetime = NOW, **changes: Any
) -> tuple[int, ...]:
    """Store a poll, all of whose items are in one story; their ids."""
    ids = items.record(tx, poll(*entries, at=at, **changes))
    severity = max(
        (m.severity for e in entries for m in e.decision.matches), key=lambda s: s.rank, default=None
    )
    title = entries[0].item.title if entries else ""
    stories.join(tx, story_id, at, severity=severity or Severity.INFO, title=title)
    for item_id in ids:
        stories.put_items(tx, [(item_id, story_id, "", None)])
    return ids


def message(subject: str = "1 high: envoy in Sirte", recipient: str = "", **payload: Any) -> Message:
    """A rendered message."""
    return Message(
        kind=MessageKind.ALERT,
        channel="webhook",
        subject=subject,
        payload={"body": '{"text":"مبعوث"}', "type": "monitor.alert.v2"} | payload,
        recipient=recipient,
    )


def promised(*messages: Message) -> list[tuple[str, Message]]:
    """Messages with an id each."""
    return [(str(uuid4()), m) for m in messages]


def plan(tx: Connection, query: Select[Any]) -> list[str]:
    """How the database would answer, step by step; PostgreSQL as if its tables were large."""
    words = str(query.compile(tx.engine, compile_kwargs={"literal_binds": True}))
    if tx.dialect.name == "sqlite":
        return [str(row[-1]) for row in tx.exec_driver_sql("EXPLAIN QUERY PLAN " + words)]
    tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [str(row[0]) for row in tx.exec_driver_sql("EXPLAIN " + words.replace("%", "%%"))]

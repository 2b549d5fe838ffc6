"""The tables, the migrations and the nouns agree; what must not happen twice cannot."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, exc, select

from monitor.model import Contact, FeedState, Item, Match, Suppressed
from monitor.store import tables_delivery, tables_news
from monitor.store.sql import LISTED, add, as_json
from monitor.store.upgrade import MIGRATIONS
from tests.support.stored import HOUR, NOW, only_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from monitor.store.database import Database


def test_migrations_make_exactly_the_tables_of_the_schema(db: Database) -> None:
    """A column that was added without a migration would be missing at the operator's."""
    with db.snapshot() as tx:
        context = MigrationContext.configure(
            tx, opts={"compare_type": True, "include_name": lambda name, *_: not _is_index_of_words(name)}
        )
        differences = compare_metadata(context, tables_news.metadata)
    # SQLAlchemy does not read the actions of references that SQLite took with a later column: see the next test
    assert [d for d in differences if d[0] not in {"add_fk", "remove_fk"}] == []


def _is_index_of_words(name: str | None) -> bool:
    """What one of the databases has for itself: the index that searches words, months of the journal of polls."""
    return name is not None and name.startswith(("item_words", "ix_items_folded", "polls_"))


def test_migrations_make_exactly_the_references_of_the_schema(
    db: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With what happens to a row when that which it refers to goes."""
    with db.snapshot() as made:
        postgres = request.getfixturevalue("postgres") if made.dialect.name == "postgresql" else None
        found = {name: references(made, name) for name in tables_news.metadata.tables}
    plain = create_engine(postgres.url(postgres.create()) if postgres else f"sqlite:///{tmp_path}/plain.db")
    tables_news.metadata.create_all(plain)
    with plain.connect() as wanted:
        assert found == {name: references(wanted, name) for name in tables_news.metadata.tables}
    plain.dispose()


def references(tx: Connection, table: str) -> set[tuple[str, ...]]:
    if tx.dialect.name == "postgresql":
        asked = f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = '{table}'::regclass"
        return {tuple(row) for row in tx.exec_driver_sql(asked)}
    found = tx.exec_driver_sql(f"PRAGMA foreign_key_list({table})").mappings()
    return {(row["from"], row["table"], row["to"], row["on_delete"]) for row in found}


def test_the_newest_migration_is_the_revision_of_the_schema() -> None:
    """A stale `REVISION` would skip migrations at open."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [tables_news.REVISION]


def test_migrations_import_nothing_of_the_code() -> None:
    """They are frozen; the code they were written for is gone tomorrow."""
    texts = [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    assert texts
    assert not [text for text in texts if "import monitor" in text or "from monitor" in text]


@pytest.mark.parametrize(
    ("noun", "table", "elsewhere"),
    [
        pytest.param(FeedState, tables_news.feeds, {"feed"}, id="feed state"),
        pytest.param(Item, tables_news.items, set(), id="item"),
        pytest.param(Match, tables_news.matches, set(), id="match"),
        pytest.param(Contact, tables_news.contacts, {"parties", "general"}, id="contact"),
        pytest.param(Suppressed, tables_news.suppressed, set(), id="suppressed"),
    ],
)
def test_every_field_has_its_column(noun: Any, table: Table, elsewhere: set[str]) -> None:
    """A field that is added to a noun is stored or its test fails."""
    assert {f.name for f in fields(noun)} - elsewhere <= set(table.c.keys())


def test_a_naive_time_is_refused(tx: Connection) -> None:
    """It could be any instant."""
    with pytest.raises(exc.StatementError, match="naive"):
        tx.execute(tables_news.facts.insert().values(key="a", value=1, at=datetime(2026, 1, 1)))


def test_times_come_back_as_utc(tx: Connection) -> None:
    """Whatever zone they went in with."""
    tripoli = timezone(timedelta(hours=2))
    tx.execute(tables_news.facts.insert().values(key="a", value=1, at=NOW.astimezone(tripoli)))
    found = tx.execute(select(tables_news.facts.c.at)).scalar_one()
    assert (found, found.tzinfo) == (NOW, NOW.tzinfo)


def test_the_hour_that_a_clock_shows_twice_is_two_hours(tx: Connection) -> None:
    """Where summer time ends; such times are equal to Python."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Rome"))
    second = first.replace(fold=1)
    columns = tables_news.facts.c
    for name, value in (("first", first), ("second", second)):
        tx.execute(tables_news.facts.insert().values(key=name, value=name, at=value))

    kept = {row.key: row.at for row in tx.execute(select(columns.key, columns.at))}

    assert kept["second"] - kept["first"] == HOUR


@only_sqlite
def test_a_number_that_was_deleted_never_comes_back(tx: Connection) -> None:
    """Digest cursors would pass over the match that takes an old number."""
    tables = [
        tables_news.items,
        tables_news.matches,
        tables_delivery.deliveries,
        tables_delivery.alert_groups,
    ]
    made = {
        row[0]: row[1]
        for row in tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    }
    assert [t.name for t in tables if "AUTOINCREMENT" not in made[t.name]] == []


_STORY = {"id": "s", "first_seen_at": NOW, "changed_at": NOW, "severity": "high"}
_ITEM = {
    "feed_id": "gazette",
    "key": "k",
    "fulltext": "not-asked",
    "first_seen_at": NOW,
    "changed_at": NOW,
    "last_seen_at": NOW,
    "revision": 1,
    "coverage": "no-match",
}
_MATCH = {
    "item_id": 1,
    "revision": 1,
    "watchlist": "w",
    "rule": "r",
    "severity": "high",
    "score": 1,
    "evidence": [],
    "at": NOW,
}
_DIGEST = {
    "series": "daily",
    "local_date": "2026-03-01",
    "receiver": "desk",
    "since": NOW,
    "until": NOW,
    "since_seq": 0,
    "until_seq": 0,
    "created_at": NOW,
    "kind": "normal",
}
_GROUP = {"receiver": "desk", "story_id": "s", "opened_at": NOW, "due_at": NOW, "state": "open", "key": "k"}
_DELIVERY = {
    "id": "d1",
    "receiver": "desk",
    "kind": "alert",
    "channel": "slack",
    "payload": {},
    "state": "pending",
    "not_before": NOW,
    "created_at": NOW,
    "queued_at": NOW,
    "batch": "d1",
    "cause": "alert:1",
}


@pytest.mark.parametrize(
    ("table", "first", "differs", "same"),
    [
        pytest.param(
            tables_news.items, _ITEM, {"key": "b"}, {}, id="promise 1: one item for a key of a feed"
        ),
        pytest.param(
            tables_news.matches, _MATCH, {"revision": 2}, {}, id="promise 2: one match of a rule and revision"
        ),
        pytest.param(
            tables_delivery.alert_groups, _GROUP, {"state": "sent"}, {}, id="promise 2: one open group"
        ),
        pytest.param(
            tables_delivery.deliveries,
            _DELIVERY,
            {"id": "b", "part": 1},
            {"id": "c"},
            id="promise 2: one part for a cause",
        ),
        pytest.param(
            tables_delivery.deliveries,
            _DELIVERY,
            {"id": "b", "cause": "x"},
            {"cause": "y"},
            id="promise 2: one delivery id",
        ),
        pytest.param(
            tables_delivery.digests,
            _DIGEST,
            {"recipient": "b@x.example"},
            {},
            id="promise 3: one digest for a reader",
        ),
    ],
)
def test_what_must_not_happen_twice_cannot(
    tx: Connection, table: Table, first: dict[str, Any], differs: dict[str, Any], same: dict[str, Any]
) -> None:
    """The backstop under the code: what differs where it may is taken, what is the same where it counts is not."""
    tx.execute(tables_news.stories.insert().values(_STORY))
    tx.execute(tables_news.items.insert().values(_ITEM | {"key": "first"}))
    tx.execute(table.insert().values(first))
    tx.execute(table.insert().values(first | differs))
    with pytest.raises(exc.IntegrityError), tx.begin_nested():
        tx.execute(table.insert().values(first | same))


def test_an_item_without_a_coverage_state_cannot_be_stored(tx: Connection) -> None:
    """Promise 1: each ends in one."""
    row = {k: v for k, v in _ITEM.items() if k != "coverage"}
    with pytest.raises(exc.IntegrityError):
        tx.execute(tables_news.items.insert().values(row))


def test_an_item_of_no_feed_cannot_be_stored(tx: Connection) -> None:
    """Foreign keys are switched on."""
    with pytest.raises(exc.IntegrityError):
        tx.execute(tables_news.items.insert().values(_ITEM | {"feed_id": "nobody"}))


@pytest.mark.parametrize(
    "value",
    [{"a": [1, "é", None]}, ["\ud800"], {"n": 1 << 70}],
    ids=["plain", "half a pair", "a long number"],
)
def test_a_column_of_json_takes_what_python_takes(value: Any, tx: Connection) -> None:
    """One row or many."""
    assert json.loads(as_json(value)) == value
    names = [f"feed-{n}" for n in range(LISTED)]
    row = {"url": "u", "definition": value, "origin": "file", "enabled": True, "added_at": NOW}
    timed = row | {"interval": HOUR, "next_poll_at": NOW}
    add(tx, tables_news.feeds, [timed | {"id": name} for name in names])
    found = select(tables_news.feeds.c.definition).where(tables_news.feeds.c.id.in_(names))
    assert list(tx.execute(found).scalars()) == [value] * LISTED


def test_a_text_that_no_database_takes_is_refused_alike_in_many_rows(tx: Connection) -> None:
    """As it is in a row alone."""
    for count in (1, LISTED):
        rows = [{"feed_id": "gazette", "key": f"k{n}", "url": "\ud800"} for n in range(count)]
        with pytest.raises(UnicodeEncodeError):
            add(tx, tables_news.items, [_ITEM | row for row in rows])

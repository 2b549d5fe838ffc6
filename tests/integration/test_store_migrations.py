"""A database of an older monitor is brought up to date behind a copy, whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from monitor.errors import StoreError
from monitor.model import Asks, Coverage, Severity
from monitor.store import alerts, archive, articles, facts, feeds, stories, upgrade
from monitor.store.archive import Filter
from monitor.store.database import Database
from monitor.store.liveness import InstanceLock
from monitor.store.tables_news import REVISION
from tests.support.stored import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

ROOT = Path(__file__).parents[2]

_NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{REVISION}"


def upgrade() -> None:
    op.add_column("facts", sa.Column("remark", sa.Text()))
"""


def later(than: str) -> list[str]:
    """The files of the migrations after one."""
    found = (path.name for path in (upgrade.MIGRATIONS / "versions").glob("*.py"))
    return [name for name in found if name[:4] > than]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of today with a fact in it: the old one of tomorrow."""
    path = tmp_path / "monitor.db"
    database = Database.open(f"sqlite:///{path}")
    with database.transaction() as tx:
        facts.put(tx, "kept", 1, NOW)
    database.close()
    return path


def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str = "") -> None:
    """The code of tomorrow: one more migration, ending in `extra`."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_next.py").write_text(_NEXT + extra)
    monkeypatch.setattr(upgrade, "MIGRATIONS", folder)
    monkeypatch.setattr(upgrade, "REVISION", "9999")


def columns(database: Database) -> set[str]:
    with database.snapshot() as tx:
        return {column["name"] for column in inspect(tx).get_columns("facts")}


def test_an_old_database_is_migrated_behind_a_copy(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are kept, and the copy is the file as it was."""
    tomorrow(tmp_path, monkeypatch)
    database = Database.open(f"sqlite:///{old}")
    assert "remark" in columns(database)
    with database.snapshot() as tx:
        assert facts.get(tx, "kept") == 1
    database.close()
    monkeypatch.undo()
    copy = Database.open(f"sqlite:///{old}.{REVISION}.backup")
    assert "remark" not in columns(copy)
    copy.close()
    with pytest.raises(StoreError, match="was made by a newer monitor"):
        Database.open(f"sqlite:///{old}")


def test_a_migration_that_fails_leaves_everything(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what it had done before; the old monitor goes on."""
    tomorrow(tmp_path, monkeypatch, "    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError, match="half way"):
        Database.open(f"sqlite:///{old}")
    monkeypatch.undo()
    database = Database.open(f"sqlite:///{old}")
    assert "remark" not in columns(database)
    assert database.check() == ()
    database.close()


def test_a_database_in_use_is_not_migrated(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The running monitor would find tables that it does not know."""
    tomorrow(tmp_path, monkeypatch)
    code = (
        "import sys; from pathlib import Path; from monitor.store.liveness import InstanceLock\n"
        "InstanceLock(Path(sys.argv[1])).acquire(); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(old)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        with pytest.raises(StoreError, match=f"pid {running.pid}"):
            Database.open(f"sqlite:///{old}")
    assert not list(tmp_path.glob("*.backup"))
    Database.open(f"sqlite:///{old}").close()


@contextmanager
def made_at(revision: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A writer on a new database at `path` with the tables of an earlier `revision`."""
    folder = path.parent / "migrations"
    missing = shutil.ignore_patterns("__pycache__", *later(revision))
    shutil.copytree(upgrade.MIGRATIONS, folder, ignore=missing)
    with monkeypatch.context() as past:
        past.setattr(upgrade, "MIGRATIONS", folder)
        past.setattr(upgrade, "REVISION", revision)
        database = Database.open(f"sqlite:///{path}")
        with database.transaction() as tx:
            yield tx
        database.close()


def test_a_database_of_the_first_tables_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stories keep their ids, items their stories, receivers what they were told; the old keys go."""
    path = tmp_path / "monitor.db"
    with made_at("0001", path, monkeypatch) as tx:
        for statement in _FIRST_ROWS:
            tx.exec_driver_sql(statement)
    database = Database.open(f"sqlite:///{path}")
    assert database.check() == ()
    with database.snapshot() as tx:
        story = stories.load(tx, "s-1")
        assert story is not None
        assert [(i.item.key, i.copy_of, i.credit, i.withdrawn_at) for i in story.items] == [
            ("guid:a", None, "", None)
        ]
        told = alerts.last_sent(tx, "desk", "s-1")
        assert told is not None
        assert (told.severity, told.told, told.key) == (Severity.HIGH, None, "story=s-1")
        assert [member.story_id for member in told.members] == ["s-1"]
        assert "story_keys" not in inspect(tx).get_table_names()
        feed = feeds.get(tx, "gazette")
        assert feed is not None
        assert feed.effective_url == "https://moved.example/feed"
        assert (feed.rhythm, feed.asks, feed.not_before) == (None, Asks(), None)
    database.close()
    assert (tmp_path / "monitor.db.0001.backup").exists()


def test_a_group_number_is_not_given_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries name it, also when the last groups are gone by the time the table is made anew."""
    path = tmp_path / "monitor.db"
    with made_at("0002", path, monkeypatch) as tx:
        for statement in (_FIRST_ROWS[0], _FIRST_ROWS[2], _FIRST_ROWS[-1], _FIRST_ROWS[-1]):
            tx.exec_driver_sql(statement)
        tx.exec_driver_sql("DELETE FROM alert_groups WHERE id = 2")
    database = Database.open(f"sqlite:///{path}")
    with database.transaction() as tx:
        alerts.open_group(tx, "desk", "s-1", now=NOW, due_at=NOW)
        assert [group.id for group in alerts.due(tx, NOW)] == [3]
    database.close()


def test_articles_that_were_read_before_they_had_a_table_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of their entry does not take their text out; nothing is fetched again."""
    path = tmp_path / "monitor.db"
    with made_at("0004", path, monkeypatch) as tx:
        for table in ("feeds", "stories", "items"):
            tx.exec_driver_sql(next(s for s in _FIRST_ROWS if s.startswith(f"INSERT INTO {table} ")))
        tx.exec_driver_sql("UPDATE items SET fulltext = 'read', content = 'the whole article of LİBYA'")
    database = Database.open(f"sqlite:///{path}")
    with database.snapshot() as tx:
        assert articles.kept(tx, [1]) == {1: ("the whole article of LİBYA", "")}
        assert articles.due(tx, NOW, 10) == ()
        assert archive.count(tx, Filter(text="libya")) == 1
    database.close()


def test_what_a_flood_held_back_is_found_by_its_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items of a database of the previous tables, and the mark of an article that still waits."""
    path = tmp_path / "monitor.db"
    with made_at("0013", path, monkeypatch) as tx:
        for statement in (_FIRST_ROWS[0], *_item_row(1, "held", ""), *_item_row(2, "loud", "wagner")):
            tx.exec_driver_sql(statement)
        tx.exec_driver_sql("UPDATE items SET coverage = 'braked' WHERE id = 1")
        for item, braked in ((1, 1), (2, 0)):
            tx.exec_driver_sql(
                "INSERT INTO articles (item_id, wanted_at, next_try_at, braked) "
                f"VALUES ({item}, {_AT}, {_AT}, {braked})"
            )
    database = Database.open(f"sqlite:///{path}")
    assert database.check() == ()
    with database.snapshot() as tx:
        found = {item.item.key: item.coverage for item in archive.search(tx, Filter())}
        assert found == {"guid:held": Coverage.FLOOD_HELD, "guid:loud": Coverage.MATCHED}
        assert archive.count(tx, Filter(coverage=Coverage.FLOOD_HELD)) == 1
        assert [(wish.item_id, wish.flood_held) for wish in articles.due(tx, NOW, 10)] == [
            (1, True),
            (2, False),
        ]
    database.close()


@pytest.fixture
def before_parties(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of the last tables with a column for each side, and more contacts than are carried over at a time."""
    path = tmp_path / "monitor.db"
    with made_at("0012", path, monkeypatch) as tx:
        tx.exec_driver_sql(_FIRST_ROWS[0])
        for statement in _WITH_CONTACTS:
            tx.exec_driver_sql(statement)
    return path


def test_contacts_keep_who_took_part(before_parties: Path) -> None:
    """Every one of them, in its order, for the watchlist that found it; evidence, place and the rest stay."""
    database = Database.open(f"sqlite:///{before_parties}")
    with database.snapshot() as tx:
        by_item = {item.item.key: item.contacts for item in archive.reporting_contacts(tx)}
        assert archive.count_with_contacts(tx) == 4
    assert database.check() == ()
    database.close()
    first, second = by_item["guid:a"][:2]
    assert dict(first.parties) == {"russia": ("Sergei Lavrov", "Kremlin"), "libya": ("Khalifa Haftar",)}
    assert list(first.parties) == ["russia", "libya"]
    assert (first.general, first.place, first.watchlist) == ({"Kremlin"}, "Moscow", "russia-libya-contacts")
    assert dict(second.parties) == {"russia": ("Russian delegation",), "libya": ("Aguila Saleh",)}
    assert second.general == {"Russian delegation"}
    assert len(by_item["guid:many"]) == 2500
    assert {c.parties["libya"] for c in by_item["guid:many"]} == {(f"Guest {n}",) for n in range(2500)}
    assert by_item["guid:own"][0].watchlist == "a-list-of-our-own"
    assert by_item["guid:silent"][0].watchlist == "russia-libya-contacts"


def test_contacts_that_cannot_be_carried_over_stay_as_they_are(before_parties: Path) -> None:
    """Nothing is half done when a row in the middle cannot be read; once it is mended, all of them are."""
    with closing(sqlite3.connect(before_parties)) as raw:
        (held,) = raw.execute("SELECT libyan FROM contacts WHERE id = 2000").fetchone()
        raw.execute("UPDATE contacts SET libyan = '[torn' WHERE id = 2000")
        raw.commit()
    with pytest.raises(ValueError, match="Expecting value"):
        Database.open(f"sqlite:///{before_parties}")
    with closing(sqlite3.connect(before_parties)) as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(contacts)")]
        assert {"russian", "libyan"} <= set(columns)
        assert "watchlist" not in columns
        assert raw.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'contact_parties'"
        ).fetchone() == (0,)
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0012",)
        raw.execute("UPDATE contacts SET libyan = ? WHERE id = 2000", (held,))
        raw.commit()
    database = Database.open(f"sqlite:///{before_parties}")
    with database.snapshot() as tx:
        assert sum(len(item.contacts) for item in archive.reporting_contacts(tx)) == 2504
    database.close()


def _contact_row(item: int, russian: str, libyan: str) -> str:
    return (
        "INSERT INTO contacts (item_id, revision, type, status, russian, libyan, place, background, evidence) VALUES "
        f"({item}, 1, 'meeting', 'happened', '{russian}', '{libyan}', 'Moscow', 0, '[]')"
    )


def _item_row(number: int, key: str, watchlist: str) -> tuple[str, ...]:
    at = "'2026-03-01 06:00:00.000000'"
    item = (
        "INSERT INTO items (id, feed_id, key, fulltext, first_seen_at, changed_at, last_seen_at, revision, coverage) "
        f"VALUES ({number}, 'gazette', 'guid:{key}', 'not-asked', {at}, {at}, {at}, 1, 'matched')"
    )
    match = (
        "INSERT INTO matches (item_id, revision, watchlist, rule, severity, score, reason, evidence, at) "
        f"VALUES ({number}, 1, '{watchlist}', 'r', 'high', 0.9, 'why', '[]', {at})"
    )
    return (item, match) if watchlist else (item,)


_WITH_CONTACTS = (
    *_item_row(1, "a", "russia-libya-contacts"),
    *_item_row(1, "a", "wagner")[1:],
    *_item_row(2, "many", "russia-libya-contacts"),
    *_item_row(3, "own", "a-list-of-our-own"),
    *_item_row(4, "silent", ""),
    _contact_row(1, '["Sergei Lavrov", "Kremlin"]', '["Khalifa Haftar"]'),
    _contact_row(1, '["Russian delegation"]', '["Aguila Saleh"]'),
    *(_contact_row(2, '["Sergei Lavrov"]', f'["Guest {n}"]') for n in range(2500)),
    _contact_row(3, '["Sergei Lavrov"]', '["Khalifa Haftar"]'),
    _contact_row(4, '["Sergei Lavrov"]', '["Khalifa Haftar"]'),
)

_AT = "'2026-03-01 06:00:00.000000'"
_LATER = "'2026-03-20 06:00:00.000000'"
_FIRST_ROWS = (
    "INSERT INTO feeds (id, url, definition, origin, enabled, added_at, interval, next_poll_at) VALUES ("
    "'gazette', 'https://gazette.example/feed', "
    """'{"id": "gazette", "url": "https://gazette.example/feed", "title": "Gazette"}', """
    f"'file', 1, {_AT}, 1800, {_AT})",
    f"UPDATE feeds SET moved_to = 'https://moved.example/feed', moved_polls = 9, last_success_at = {_LATER}",
    f"INSERT INTO stories (id, first_seen_at, changed_at, severity) VALUES ('s-1', {_AT}, {_AT}, 'high')",
    "INSERT INTO story_keys (key, story_id) VALUES ('url:a', 's-1')",
    "INSERT INTO items (feed_id, key, fulltext, first_seen_at, changed_at, last_seen_at, revision, coverage, "
    f"story_id) VALUES ('gazette', 'guid:a', 'not-asked', {_AT}, {_AT}, {_AT}, 1, 'matched', 's-1')",
    "INSERT INTO alert_groups (receiver, story_id, opened_at, due_at, state, severity, match_id) VALUES ("
    f"'desk', 's-1', {_AT}, {_AT}, 'sent', 'high', 1)",
)


def test_our_own_lock_is_no_hindrance(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon may take the lock first and open then."""
    tomorrow(tmp_path, monkeypatch)
    with InstanceLock(old):
        Database.open(f"sqlite:///{old}").close()


def test_migrations_are_found_in_an_archive_of_the_package(tmp_path: Path) -> None:
    """Nothing but the package's own files is needed: a copy elsewhere creates a database."""
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        for file in (ROOT / "monitor").rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(ROOT))
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys, monitor; from monitor.store.database import Database\n"
        "Database.open(sys.argv[1]).close(); print(monitor.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/monitor.db"],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{tmp_path}/site/monitor/__init__.py\n", "")

"""A database of an older monitor is brought up to date behind a copy, whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import inspect

from monitor.errors import StoreError
from monitor.model import Asks, Severity
from monitor.store import alerts, archive, articles, facts, feeds, stories, upgrade
from monitor.store.archive import Filter
from monitor.store.database import Database, InstanceLock
from monitor.store.tables_news import REVISION
from tests.support.stored import NOW

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
        "import sys; from pathlib import Path; from monitor.store.database import InstanceLock\n"
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


def test_a_database_of_the_first_tables_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stories keep their ids, items their stories, receivers what they were told; the old keys go."""
    path = tmp_path / "monitor.db"
    with monkeypatch.context() as past:
        folder = tmp_path / "migrations"
        shutil.copytree(
            upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__", *later("0001"))
        )
        past.setattr(upgrade, "MIGRATIONS", folder)
        past.setattr(upgrade, "REVISION", "0001")
        database = Database.open(f"sqlite:///{path}")
        with database.transaction() as tx:
            for statement in _FIRST_ROWS:
                tx.exec_driver_sql(statement)
        database.close()
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
    with monkeypatch.context() as past:
        folder = tmp_path / "migrations"
        shutil.copytree(
            upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__", *later("0002"))
        )
        past.setattr(upgrade, "MIGRATIONS", folder)
        past.setattr(upgrade, "REVISION", "0002")
        database = Database.open(f"sqlite:///{path}")
        with database.transaction() as tx:
            for statement in (_FIRST_ROWS[0], _FIRST_ROWS[2], _FIRST_ROWS[-1], _FIRST_ROWS[-1]):
                tx.exec_driver_sql(statement)
            tx.exec_driver_sql("DELETE FROM alert_groups WHERE id = 2")
        database.close()
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
    with monkeypatch.context() as past:
        folder = tmp_path / "migrations"
        shutil.copytree(
            upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__", *later("0004"))
        )
        past.setattr(upgrade, "MIGRATIONS", folder)
        past.setattr(upgrade, "REVISION", "0004")
        database = Database.open(f"sqlite:///{path}")
        with database.transaction() as tx:
            for table in ("feeds", "stories", "items"):
                tx.exec_driver_sql(next(s for s in _FIRST_ROWS if s.startswith(f"INSERT INTO {table} ")))
            tx.exec_driver_sql("UPDATE items SET fulltext = 'read', content = 'the whole article of LİBYA'")
        database.close()
    database = Database.open(f"sqlite:///{path}")
    with database.snapshot() as tx:
        assert articles.kept(tx, [1]) == {1: ("the whole article of LİBYA", "")}
        assert articles.due(tx, NOW, 10) == ()
        assert archive.count(tx, Filter(text="libya")) == 1
    database.close()


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

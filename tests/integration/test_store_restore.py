"""A backup comes back whole, and nothing that lay beside the old database can undo it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import facts
from monitor.store.database import Database
from monitor.store.liveness import InstanceLock
from monitor.store.restore import restore
from tests.support.stored import NOW

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def put(url: str, value: int) -> None:
    database = Database.open(url)
    with database.transaction() as tx:
        facts.put(tx, "kept", value, NOW)
    database.close()


def kept(path: Path) -> object:
    database = Database.open(f"sqlite:///{path}")
    with database.snapshot() as tx:
        found = facts.get(tx, "kept")
    database.close()
    return found


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, str, Path]:
    """A database that went on after its backup: the file, its address, the backup."""
    path = tmp_path / "monitor.db"
    url = f"sqlite:///{path}"
    put(url, 1)
    database = Database.open(url)
    database.backup(tmp_path / "backup.db")
    database.close()
    put(url, 2)
    return path, url, tmp_path / "backup.db"


def test_a_backup_comes_back_and_the_old_one_is_kept(saved: tuple[Path, str, Path]) -> None:
    """What was written since lies beside it, whole."""
    path, url, backup = saved
    there, aside = restore(backup, url, AT)
    assert (there, aside) == (path, path.with_name("monitor.db.before-restore-20260302T080000"))
    assert kept(path) == 1
    assert aside is not None
    assert kept(aside) == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_restores_in_one_second_keep_two_old_ones(saved: tuple[Path, str, Path]) -> None:
    path, url, backup = saved
    (_, first), (_, second) = restore(backup, url, AT), restore(backup, url, AT)
    assert first is not None
    assert second is not None
    assert (first != second, kept(first), kept(second), kept(path)) == (True, 2, 1, 1)


def test_a_crash_before_the_end_leaves_the_old_one_in_its_place(
    saved: tuple[Path, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the next monitor would begin with an empty database."""
    path, url, backup = saved

    def dies(_from: Path, _to: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, url, AT)
    assert kept(path) == 2
    restore(backup, url, AT)
    assert kept(path) == 1


def test_a_log_that_was_left_undoes_nothing(saved: tuple[Path, str, Path], tmp_path: Path) -> None:
    """The write-ahead log of a killed monitor holds pages of the old database."""
    path, url, backup = saved
    with closing(sqlite3.connect(path)) as killed:
        killed.execute("PRAGMA wal_autocheckpoint=0")
        killed.execute("UPDATE facts SET value = '3' WHERE key = 'kept'")
        killed.commit()
        log = Path(f"{path}-wal").read_bytes()
    assert log
    Path(f"{path}-wal").write_bytes(log)  # as a kill leaves it: closing had folded it in
    restore(backup, url, AT)
    assert kept(path) == 1


def test_a_missing_database_is_restored(saved: tuple[Path, str, Path]) -> None:
    """Also where only its log is left."""
    path, url, backup = saved
    path.unlink()
    Path(f"{path}-wal").write_bytes(b"left over")
    assert restore(backup, url, AT) == (path, None)
    assert kept(path) == 1


def test_a_database_too_broken_to_open_is_replaced(saved: tuple[Path, str, Path]) -> None:
    """It is why one restores."""
    path, url, backup = saved
    path.write_bytes(b"no database at all" * 100)
    _, aside = restore(backup, url, AT)
    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")
    assert kept(path) == 1


def test_nothing_is_restored_while_a_monitor_runs(saved: tuple[Path, str, Path]) -> None:
    path, url, backup = saved
    with InstanceLock(path), pytest.raises(StoreError, match="stop it first"):
        restore(backup, url, AT)
    assert kept(path) == 2


def test_nothing_is_restored_while_somebody_writes(saved: tuple[Path, str, Path]) -> None:
    path, url, backup = saved
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is being written to"):
            restore(backup, url, AT)
        other.execute("ROLLBACK")
    assert kept(path) == 2


def damaged(backup: Path) -> None:
    with backup.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 8192)


def newer(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda backup: backup.unlink(), "is no file", id="missing"),
        pytest.param(lambda backup: backup.write_bytes(b"PK"), "is no database", id="another file"),
        pytest.param(
            lambda backup: sqlite3.connect(backup).close() or backup.write_bytes(b""), "is no", id="empty"
        ),
        pytest.param(damaged, "damaged|no database", id="damaged"),
        pytest.param(newer, "newer monitor", id="newer"),
        pytest.param(lambda backup: Path(f"{backup}-wal").write_bytes(b"x"), "in use", id="a live database"),
    ],
)
def test_what_is_no_backup_changes_nothing(saved: tuple[Path, str, Path], spoil: object, said: str) -> None:
    """The database stays as it was, and nothing is left lying about."""
    path, url, backup = saved
    spoil(backup)  # type: ignore[operator]
    with pytest.raises(StoreError, match=said):
        restore(backup, url, AT)
    assert kept(path) == 2
    assert not list(path.parent.glob("*.restoring"))
    assert not list(path.parent.glob("*before-restore*"))

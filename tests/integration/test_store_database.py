"""The database against other threads, other processes, a full disk and a crash."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import exc, func, select

from monitor.errors import StoreError
from monitor.store import facts, outbox, tables_news
from monitor.store.database import Database
from tests.support.stored import HOUR, NOW, message, promised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "monitor.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """A fresh database."""
    database = Database.open(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def either(database_url: str) -> Iterator[Database]:
    """An empty database of either kind."""
    with Database.open(database_url) as database:
        yield database


def other_process(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Python in another process; it prints a line when it is ready."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def ended(process: subprocess.Popen[str]) -> None:
    """Kill -9, and no zombie left."""
    process.kill()
    process.communicate()


def test_no_update_is_lost_between_threads(either: Database) -> None:
    """Four threads read and write one number fifty times each."""
    with either.transaction() as tx:
        facts.put(tx, "n", 0, NOW)

    def work() -> None:
        for _ in range(50):
            with either.transaction() as tx:
                facts.put(tx, "n", facts.get(tx, "n") + 1, NOW)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    with either.snapshot() as tx:
        assert facts.get(tx, "n") == 200


def test_no_delivery_is_claimed_twice_by_racing_threads(either: Database) -> None:
    """Six senders, sixty deliveries, each sent once."""
    with either.transaction() as tx:
        for n in range(60):
            outbox.enqueue(tx, f"receiver-{n % 10}", promised(message()), NOW)
    got: list[str] = []

    def send(token: str) -> None:
        while True:
            with either.transaction() as tx:
                delivery = outbox.claim(tx, NOW, lease=HOUR, token=token)
                if delivery is None:
                    return
                got.append(delivery.id)
            with either.transaction() as tx:
                assert outbox.settle(tx, delivery, outbox.Delivered(), None, NOW)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(send, str(n)) for n in range(6)]:
            done.result()
    # a sender that finds every receiver at work leaves early; the last one never does
    assert len(got) == len(set(got)) == 60


def test_a_reader_sees_one_moment_and_blocks_nobody(either: Database) -> None:
    """A commit meanwhile is not seen, and did not wait."""
    with either.snapshot() as reader:
        assert facts.get(reader, "n") is None
        with either.transaction() as tx:
            facts.put(tx, "n", 1, NOW)
        assert facts.get(reader, "n") is None
    with either.snapshot() as reader:
        assert facts.get(reader, "n") == 1


def test_a_reader_cannot_write(either: Database) -> None:
    """A write outside the writer's queue would be refused under load only; here it is always."""
    with pytest.raises(StoreError, match="read-only"), either.snapshot() as tx:
        facts.put(tx, "n", 1, NOW)


def test_an_error_in_a_transaction_leaves_nothing(either: Database) -> None:
    """Whatever the error is; it is passed on as it was."""

    def write(then: Callable[[Connection], object]) -> None:
        with either.transaction() as tx:
            facts.put(tx, "n", 1, NOW)
            then(tx)

    with pytest.raises(ZeroDivisionError):
        write(lambda _: 1 / 0)
    with pytest.raises(exc.DBAPIError, match="nowhere"):
        write(lambda tx: tx.exec_driver_sql("SELECT * FROM nowhere"))
    with either.snapshot() as tx:
        assert facts.get(tx, "n") is None


_WRITER = """
import sys
from datetime import UTC, datetime
from monitor.store import facts
from monitor.store.database import Database
db = Database.open(sys.argv[1])
n = 0
while True:
    with db.transaction() as tx:
        facts.put(tx, "left", n, datetime.now(UTC))
        for i in range(50):
            facts.put(tx, f"filler-{i}", "x" * 500, datetime.now(UTC))
        facts.put(tx, "right", n, datetime.now(UTC))
    if n == 0:
        print("ready", flush=True)
    n += 1
"""


def test_kill_9_in_the_middle_of_a_transaction(path: Path) -> None:
    """Whole transactions or nothing, a sound file, and the next process goes on at once."""
    for wait in (0.05, 0.11, 0.17, 0.23):
        process = other_process(_WRITER, f"sqlite:///{path}")
        time.sleep(wait)
        ended(process)
        db = Database.open(f"sqlite:///{path}")
        with db.transaction() as tx:
            left, right = facts.get(tx, "left"), facts.get(tx, "right")
            facts.put(tx, "alive", wait, NOW)
        assert left == right
        assert left is not None
        assert db.check() == ()
        db.close()


_HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("ready", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("COMMIT")
"""


def test_a_writer_waits_for_another_process(db: Database, path: Path) -> None:
    """The busy timeout holds, because a writer begins as one."""
    process = other_process(_HOLDER, path, 0.5)
    started = time.monotonic()
    with db.transaction() as tx:
        facts.get(tx, "n")
        facts.put(tx, "n", 1, NOW)
    assert time.monotonic() - started > 0.2
    assert process.wait(10) == 0
    process.communicate()


def test_a_lock_that_lasts_is_told(db: Database, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the busy timeout; readers go on meanwhile."""
    monkeypatch.setattr("monitor.store.database.BUSY_SECONDS", 0.2)
    db = Database.open(f"sqlite:///{path}")
    process = other_process(_HOLDER, path, 60)
    try:
        with pytest.raises(StoreError, match=r"monitor\.db is locked by another process"), db.transaction():
            pytest.fail("it must not begin")
        with db.snapshot() as tx:
            assert facts.get(tx, "n") is None
    finally:
        ended(process)
    with db.transaction() as tx:
        facts.put(tx, "n", 1, NOW)
    db.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(db: Database) -> None:
    """Reads go on; when there is room again, so do writes, without a restart."""

    def limit(pages: int) -> None:
        with db.transaction() as tx:
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with db.transaction() as tx:
            facts.put(tx, "small", 1, NOW)
            for n in range(100):
                facts.put(tx, f"large-{n}", "x" * 4000, NOW)

    with db.transaction() as tx:
        facts.put(tx, "before", 1, NOW)
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit(pages + 2)
    with pytest.raises(StoreError, match="disk is full"):
        fill()
    with db.snapshot() as tx:
        assert (facts.get(tx, "before"), facts.get(tx, "small")) == (1, None)
    limit(1_000_000)
    with db.transaction() as tx:
        facts.put(tx, "large", "x" * 40_000, NOW)
    assert db.check() == ()


@pytest.fixture
def nobody() -> Iterator[Path]:
    """An open folder, and an identity to take on that may not write to what is made in it before."""
    if os.geteuid() != 0:
        pytest.skip("needs root, which may become somebody else; others are covered by their own permissions")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_read_only_file_is_told(nobody: Path) -> None:
    """Which file, and what to do."""
    path = nobody / "monitor.db"
    Database.open(f"sqlite:///{path}").close()

    def write() -> None:
        with closing(Database.open(f"sqlite:///{path}")) as database, database.transaction() as tx:
            facts.put(tx, "n", 1, NOW)

    os.seteuid(65534)
    try:
        with pytest.raises(StoreError, match=r"monitor\.db (is read-only|cannot be opened|may not be used)"):
            write()
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            b"<html>not a database, but some text that is long enough</html>" * 40,
            "is not a SQLite database",
            id="text",
        ),
        pytest.param(None, "cannot be opened", id="a folder"),
    ],
)
def test_what_is_no_database_is_told(path: Path, content: bytes | None, told: str) -> None:
    """And left as it was."""
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=told):
        Database.open(f"sqlite:///{path}")
    assert path.is_dir() if content is None else path.read_bytes() == content


def read_through(database: Database) -> None:
    """Meets every page; what `check` finds counts as damage too."""
    try:
        with database.snapshot() as tx:
            tx.execute(select(tables_news.facts)).all()
        if database.check():
            raise StoreError("is damaged")
    finally:
        database.close()


def test_a_damaged_file_is_told(db: Database, path: Path) -> None:
    """By the check, or by the first query that meets it."""
    with db.transaction() as tx:
        for n in range(500):
            facts.put(tx, f"fact-{n}", "x" * 400, NOW)
    db.checkpoint()
    db.close()
    with path.open("rb+") as file:
        file.seek(-40 * 4096, os.SEEK_END)
        file.write(b"\xff" * 20 * 4096)
    with pytest.raises(StoreError, match="is damaged"):
        read_through(Database.open(f"sqlite:///{path}"))


def test_the_folder_is_made_and_creating_may_be_forbidden(tmp_path: Path) -> None:
    """`monitor run` creates; a look at the state does not."""
    url = f"sqlite:///{tmp_path}/deep/data/monitor.db"
    with pytest.raises(StoreError, match=r"no such database \(`monitor run` creates it\)"):
        Database.open(url, create=False)
    assert not (tmp_path / "deep").exists()
    Database.open(url).close()
    Database.open(url, create=False).close()


def test_a_database_in_memory_is_refused() -> None:
    """Its promises would end with the process."""
    with pytest.raises(StoreError, match="name a file"):
        Database.open("sqlite://")


def test_a_commit_is_on_the_disk(db: Database) -> None:
    """WAL and synchronous=FULL (2), on every connection that writes."""
    with db.transaction() as tx:
        pragmas = [
            tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


def test_a_backup_while_others_write_is_whole(db: Database, tmp_path: Path) -> None:
    """One file, one moment, nobody waits."""
    stop = threading.Event()

    def write() -> int:
        n = 0
        while not stop.is_set():
            n += 1
            with db.transaction() as tx:
                facts.put(tx, "left", n, NOW)
                facts.put(tx, f"filler-{n}", "x" * 2000, NOW)
                facts.put(tx, "right", n, NOW)
        return n

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        for n in range(3):
            db.backup(tmp_path / f"copy-{n}.db")
        stop.set()
        assert sum(writer.result() for writer in writers) > 3
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy-0.db", "copy-1.db", "copy-2.db"]
    for n in range(3):
        copy = Database.open(f"sqlite:///{tmp_path}/copy-{n}.db")
        with copy.snapshot() as tx:
            assert facts.get(tx, "left") == facts.get(tx, "right")
        assert copy.check() == ()
        copy.close()


def test_a_connection_in_use_is_closed_when_its_user_is_done(path: Path) -> None:
    """A visitor's thread may outlive `close`."""
    database = Database.open(f"sqlite:///{path}")
    with database.snapshot() as tx:
        driver = tx.connection.driver_connection
        database.close()
        assert facts.get(tx, "n") is None
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        driver.execute("SELECT 1")


def test_a_backup_never_replaces_a_file(db: Database, tmp_path: Path) -> None:
    """Nor leaves a part of one."""
    (tmp_path / "there.db").write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        db.backup(tmp_path / "there.db")
    assert (tmp_path / "there.db").read_text() == "precious"
    with pytest.raises(StoreError, match="cannot be written"):
        db.backup(tmp_path / "no-such-folder" / "copy.db")
    gc.collect()  # a connection that it left open would warn here, and that is an error


def test_a_checkpoint_shortens_the_log(db: Database, path: Path) -> None:
    """The write-ahead log does not grow for ever."""
    with db.transaction() as tx:
        for n in range(200):
            facts.put(tx, f"fact-{n}", "x" * 2000, NOW)
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 100_000
    db.checkpoint()
    assert log.stat().st_size == 0


_LOCKER = """
import sys, time
from pathlib import Path
from monitor.store.liveness import InstanceLock
InstanceLock(Path(sys.argv[1])).acquire()
print("ready", flush=True)
time.sleep(60)
"""


def test_a_second_monitor_is_refused_and_told_who_runs(db: Database, path: Path) -> None:
    """The kernel gives the lock back after kill -9."""
    process = other_process(_LOCKER, path)
    try:
        with pytest.raises(StoreError, match=rf"another monitor \(pid {process.pid}\) uses .*monitor\.db"):
            db.lock().acquire()
        assert db.in_use()
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert db.in_use() is False
    with db.lock() as lock:
        assert lock.holder() == os.getpid()
        with pytest.raises(StoreError, match="another monitor"):
            db.lock().acquire()
    with db.lock():
        pass


def test_asking_whether_a_monitor_runs_takes_nothing(db: Database, path: Path) -> None:
    """No lock file yet, held, given back; one that cannot be read tells nothing. A start beside a question goes on."""
    assert db.in_use() is False
    with db.lock():
        assert [db.in_use(), db.in_use()] == [True, True]
    assert db.in_use() is False

    with (path.parent / (path.name + ".lock")).open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert db.in_use() is False
        threading.Timer(0.02, asking.close).start()
        with db.lock():
            assert db.in_use()


_OLD = [
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "CREATE TABLE notes (text)",
]


def other_database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    """An older monitor would write rows that the newer one cannot read."""
    other_database(path, *_OLD, "INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(StoreError, match="was made by a newer monitor"):
        Database.open(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("SELECT name FROM sqlite_master WHERE name = 'feeds'").fetchall() == []


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    """Ours would be mixed with theirs."""
    other_database(path, "CREATE TABLE bookmarks (url)")
    with pytest.raises(StoreError, match="belongs to another program"):
        Database.open(f"sqlite:///{path}")


def test_many_processes_may_create_one_database(path: Path) -> None:
    """Only one of them makes the tables."""
    code = "import sys; from monitor.store.database import Database; Database.open(sys.argv[1]).close()"
    command = [sys.executable, "-c", code, f"sqlite:///{path}"]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    db = Database.open(f"sqlite:///{path}", create=False)
    with db.snapshot() as tx:
        assert tx.execute(select(func.count()).select_from(tables_news.feeds)).scalar() == 0
    db.close()

"""NOTIFY and LISTEN: by which who wrote wakes the daemon that waits; for SQLite a FIFO beside the database.

Only speed depends on it: where it cannot be made or written, the daemon looks by itself a little later.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from multiprocessing.connection import wait  # `select` knows no descriptor beyond 1,023
from typing import TYPE_CHECKING, Any

from monitor import file_modes, logs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

log = logs.get("store")


def path_beside(database: Path) -> Path:
    """Where the daemon on `database` listens."""
    return database.with_name(database.name + ".notify")


def notify(database: Path) -> None:
    """Wake the daemon on `database`; where none listens, nothing happens. Raises nothing."""
    # without a reader it is refused (ENXIO), a full one holds a call already (EAGAIN)
    with suppress(OSError):
        descriptor = os.open(
            path_beside(database), os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        )
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, b".")
        finally:
            os.close(descriptor)


class Listener:
    """Calls `heard`, in a thread of its own, when another process has written to `database`."""

    def __init__(self, database: Path, heard: Callable[[], None]) -> None:
        """Raises OSError: there can be no FIFO, or something else has its name."""
        self._path, self._heard = path_beside(database), heard
        with suppress(FileExistsError):
            os.mkfifo(self._path, file_modes.FILE)
        # also for writing: with the last writer gone, reading would end instead of waiting
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        if not stat.S_ISFIFO(os.fstat(self._descriptor).st_mode):
            os.close(self._descriptor)
            raise FileExistsError(None, "it is no FIFO", str(self._path))
        os.set_blocking(self._descriptor, True)
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and remove the FIFO, which a copying program could wait at for ever."""
        self._closed = True
        os.write(self._descriptor, b".")
        self._thread.join()
        os.close(self._descriptor)
        self._path.unlink(missing_ok=True)

    def _listen(self) -> None:
        while os.read(self._descriptor, 1024) and not self._closed:
            self._heard()


#: what a server's daemons listen to
CHANNEL = "monitor_due"
#: seconds between two looks at whether the server is still there, and before it is called again
LOOK_SECONDS, AGAIN_SECONDS = 60.0, 5.0


def notify_server(tx: Connection) -> None:
    """Wake the daemon on this database when the transaction commits; one that has failed says nothing."""
    driver: Any = tx.connection.driver_connection
    if driver.info.transaction_status.name == "INTRANS":
        tx.exec_driver_sql(f"NOTIFY {CHANNEL}")


class ServerListener:
    """The same on PostgreSQL: calls `heard`, in a thread of its own, for what is committed, and whenever it
    may have missed something.
    """

    def __init__(self, conninfo: str, heard: Callable[[], None]) -> None:
        self._conninfo, self._heard = conninfo, heard
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        os.write(self._end, b".")
        self._thread.join()
        os.close(self._end)
        os.close(self._ended)

    def _listen(self) -> None:
        import psycopg

        while True:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    connection.add_notify_handler(lambda _notice: self._heard())
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._heard()
                    while self._waited(LOOK_SECONDS, connection):
                        connection.execute("SELECT 1")  # what has come is read with the answer
                return
            except psycopg.OperationalError as error:
                said = str(error).strip().splitlines() or ["no reason given"]
                log.warning("not_listening", reason=said[0], detail="other processes are heard later")
            if not self._waited(AGAIN_SECONDS):
                return

    def _waited(self, seconds: float, *connections: Any) -> bool:
        """For a sign of the connection, or so long; False: it is to end."""
        return self._ended not in wait([self._ended, *connections], seconds)

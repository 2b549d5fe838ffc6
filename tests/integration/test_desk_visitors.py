"""Sixty slow visitors of the desk beside a daemon that polls, each process real."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.desk.protocol import ROOM
from monitor.store import feeds
from monitor.store.database import Database
from tests.support.line import start, until
from tests.support.web import Web
from tests.support.workplace import workplace

if TYPE_CHECKING:
    import subprocess

RSS = (
    '<rss version="2.0"><channel><title>Herald</title>'
    "<item><title>News</title><guid>1</guid><link>https://herald.example/1</link></item></channel></rss>"
)
VISITORS = 60


def descriptors(process: subprocess.Popen[str]) -> int:
    """How many it has."""
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def probed(port: int) -> int:
    """What the probe says."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def test_slow_visitors_cost_the_polling_nothing(tmp_path: Path) -> None:
    """A byte now and then from each, for as long as three polls take: every poll happens, the probe is answered, and
    descriptors are bounded.
    """
    with Web() as web, ExitStack() as stack:
        url = web.answer("/rss", body=RSS.encode(), headers={"Content-Type": "application/rss+xml"})
        path = workplace(tmp_path, ports=[web.port])
        (tmp_path / "feeds.yaml").write_text(
            f"feeds:\n  - {{id: herald, url: '{url}', title: Herald}}\n", encoding="utf-8"
        )
        more = f"data: {tmp_path}\nfeeds: {tmp_path}/feeds.yaml\nlisten: 127.0.0.1:0\n"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        process = start(path)
        stack.callback(process.communicate)
        stack.callback(process.terminate)
        assert process.stdout is not None
        said = next(found for line in process.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)/", line)))
        port = int(said[1])
        assert until(lambda: bool(web.asked("/rss")))
        assert probed(port) == 200
        before = descriptors(process)

        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(VISITORS)]
        db = stack.enter_context(Database.open(f"sqlite:///{tmp_path}/monitor.db"))
        for byte in b"GET":
            for visitor in slow:
                with suppress(OSError):
                    visitor.send(bytes([byte]))
            asked = len(web.asked("/rss"))
            with db.transaction() as tx:
                feeds.poll_now(tx, datetime.now(UTC), ["herald"])
            assert until(lambda asked=asked: len(web.asked("/rss")) > asked)  # type: ignore[misc]
            assert probed(port) == 200
            assert descriptors(process) - before <= ROOM + 12

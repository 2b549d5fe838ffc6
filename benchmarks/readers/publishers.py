"""Publishers on loopback, each feed on a host of its own, and the log of what they were asked.

nginx serves them where it is installed, else a small server of ours in a process of its own. Both answer with
validators and write one line a request, `STATUS PATH`.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from benchmarks import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Item

#: entries in a feed's document
WINDOW = 46
#: of a hundred entries so many match a rule, and so many have words of the rules and match none
MATCHING, NEAR = 1, 10
#: of a hundred feeds so many change between two rounds, each by so many entries
CHANGING, FRESH = 5, 2
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  types {{ application/rss+xml xml; }} keepalive_timeout 65; keepalive_requests 100000;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  log_format asked '$status $uri'; access_log {folder}/asked.log asked;
  server {{ {listen} root {folder}/www; }}
}}
"""

_CONFIG = """
data: {folder}/data
feeds: {folder}/feeds.yaml
receivers: [{{name: folder, file: {{}}}}]
route: {{receiver: folder}}
polling: {{interval: 6h, min_interval: 6h, max_interval: 6h, host_gap: 0s, allow_networks: [127.0.0.0/8], allow_ports: [{port}]}}
"""


@dataclass
class Publishers:
    """So many feeds on loopback: where they are, what stands in them, and who asked for what."""

    folder: Path
    port: int
    feeds: int
    #: entries in a feed's document, and feeds on a host
    window: int = WINDOW
    per_host: int = 1
    #: newest first, by feed
    shown: list[list[tuple[str, str]]] = field(default_factory=list)
    matching: int = 0
    _luck: random.Random = field(default_factory=lambda: random.Random(7))
    _read: int = 0
    _edition: int = 0

    @property
    def addresses(self) -> list[str]:
        """Where each feed is."""
        return [f"http://{self.hosts[n // self.per_host]}:{self.port}/{n}.xml" for n in range(self.feeds)]

    @property
    def hosts(self) -> list[str]:
        """The loopback addresses that they have."""
        return hosts(-(-self.feeds // self.per_host))

    def open(self) -> None:
        """Write the first edition of every feed."""
        items = _pool(self.feeds * self.window)
        self.matching = sum(1 for _, matches in items if matches)
        for n in range(self.feeds):
            entries = [_entry(n, number, item) for number, (item, _) in enumerate(items[n :: self.feeds])]
            self.shown.append(entries[::-1])
            self._write(n)

    def publish(self) -> tuple[int, int]:
        """News that no rule is about, in a twentieth of the feeds; how many changed, and new entries in all."""
        chosen = self._luck.sample(range(self.feeds), max(1, self.feeds * CHANGING // 100))
        self._edition += 1
        for n in chosen:
            number = self.window + self._edition * FRESH
            fresh = texts.ordinary(FRESH, seed=1000 * self._edition + n)
            entries = [_entry(n, number + at, item) for at, item in enumerate(fresh)]
            self.shown[n] = (entries[::-1] + self.shown[n])[: self.window]
            self._write(n)
        return len(chosen), FRESH * len(chosen)

    def asked(self) -> Counter[str]:
        """Requests since the call before, by status."""
        time.sleep(0.1)  # the log is written after the answer
        lines = (self.folder / "asked.log").read_text(encoding="utf-8").splitlines()
        fresh, self._read = lines[self._read :], len(lines)
        return Counter(line.split()[0] for line in fresh)

    def size(self) -> int:
        """Bytes of a document, in the mean."""
        files = list((self.folder / "www").iterdir())
        return sum(path.stat().st_size for path in files) // len(files)

    def _write(self, n: int) -> None:
        path = self.folder / "www" / f"{n}.xml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_document(n, self.shown[n]), encoding="utf-8")
        # validators by whole seconds must differ, too
        at = int(time.time()) - 100_000 + self._edition
        os.utime(path, (at, at))


@contextmanager
def publishers(folder: Path, feeds: int, *, window: int = WINDOW, per_host: int = 1) -> Iterator[Publishers]:
    """So many feeds being served, in `folder`."""
    (folder / "tmp").mkdir()
    found = Publishers(folder, _free_port(), feeds, window, per_host)
    found.open()
    (folder / "asked.log").touch()
    process = subprocess.Popen(_server(found), stdout=subprocess.DEVNULL)
    try:
        _wait_for(found, process)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def hosts(count: int) -> list[str]:
    """So many loopback addresses."""
    return [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(count)]


def configure(found: Publishers) -> None:
    """The addresses for all, and a configuration for us."""
    (found.folder / "addresses.txt").write_text("\n".join(found.addresses), encoding="utf-8")
    rows = "".join(
        f"  - {{id: f{n}, url: '{url}', title: Paper {n}}}\n" for n, url in enumerate(found.addresses)
    )
    (found.folder / "feeds.yaml").write_text(f"feeds:\n{rows}", encoding="utf-8")
    config = _CONFIG.format(folder=found.folder, port=found.port)
    (found.folder / "monitor.yaml").write_text(config, encoding="utf-8")


def server() -> str:
    """Which server answers here."""
    return "nginx" if _nginx() else "our own server"


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _server(found: Publishers) -> Sequence[str]:
    if (nginx := _nginx()) is None:
        return (
            sys.executable,
            "-m",
            __spec__.name,
            str(found.folder),
            str(found.port),
            str(len(found.hosts)),
        )
    listen = " ".join(f"listen {host}:{found.port};" for host in found.hosts)
    config = found.folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=found.folder, listen=listen), encoding="utf-8")
    found.folder.chmod(0o755)  # nginx, started as root, reads as somebody else
    return (nginx, "-c", str(config), "-e", str(found.folder / "error.log"))


def _wait_for(found: Publishers, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection((found.hosts[-1], found.port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"the publishers' server did not start: {(found.folder / 'error.log')}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# --- what stands in the feeds


def _pool(count: int) -> list[tuple[Item, bool]]:
    """Items in a fixed mixture and order, each with whether a rule matches it."""
    matching, near = max(1, count * MATCHING // 100), count * NEAR // 100
    kinds = [
        (texts.matching(matching), True),
        (texts.near(near), False),
        (texts.ordinary(count - matching - near), False),
    ]
    items = [(item, matches) for several, matches in kinds for item in several]
    random.Random(11).shuffle(items)
    return items


def _entry(feed: int, number: int, item: Item) -> tuple[str, str]:
    """An entry as RSS and as Atom."""
    link = f"https://paper{feed}.example/{number}"
    at = datetime.now(UTC) - timedelta(hours=12) + timedelta(minutes=number)
    title, body = escape(item.title), escape(f"<p>{item.content}</p>")
    rss = (
        f"<item><guid>{link}</guid><link>{link}</link><title>{title}</title>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{body}</description></item>"
    )
    atom = (
        f'<entry><id>{link}</id><link href="{link}"/><title>{title}</title>'
        f'<updated>{at.isoformat(timespec="seconds")}</updated><summary type="html">{body}</summary></entry>'
    )
    return rss, atom


def _document(feed: int, entries: Sequence[tuple[str, str]]) -> str:
    """Every fourth feed is Atom, the others RSS 2.0."""
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    if feed % 4 == 0:
        told = "\n".join(atom for _, atom in entries)
        return (
            f'{head}<feed xmlns="http://www.w3.org/2005/Atom"><title>Paper {feed}</title>'
            f"<id>https://paper{feed}.example/</id><updated>2026-01-01T00:00:00Z</updated>\n{told}\n</feed>\n"
        )
    told = "\n".join(rss for rss, _ in entries)
    return (
        f'{head}<rss version="2.0"><channel><title>Paper {feed}</title>'
        f"<link>https://paper{feed}.example/</link><description>News</description>\n{told}\n</channel></rss>\n"
    )


# --- our own server, where there is no nginx


async def _serve(folder: Path, port: int, count: int) -> None:
    with (folder / "asked.log").open("a", encoding="utf-8", buffering=1) as log:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while request := await reader.readuntil(b"\r\n\r\n"):
                    writer.write(_answer(folder, request.decode("latin-1"), log.write))
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        servers = [await asyncio.start_server(answer, host, port) for host in hosts(count)]
        await asyncio.gather(*(one.serve_forever() for one in servers))


def _answer(folder: Path, request: str, note: object) -> bytes:
    path = folder / "www" / Path(request.split()[1]).name
    tag = f'"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}"'
    known = f"if-none-match: {tag}" in request.lower()
    status, body = ("304 Not Modified", b"") if known else ("200 OK", path.read_bytes())
    note(f"{status[:3]} /{path.name}\n")  # type: ignore[operator]
    head = f"HTTP/1.1 {status}\r\nETag: {tag}\r\nContent-Type: application/rss+xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))

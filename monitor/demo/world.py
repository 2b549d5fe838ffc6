"""The loopback world of `monitor demo`: a web server with the sample feeds, an SMTP server, a Slack-shaped
endpoint.

Real servers on free ports of 127.0.0.1; the pipeline that talks to them is the one that runs for months.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

from monitor.config import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = "http://sample/"


@dataclass(slots=True)
class World:
    """Where things are, and what arrived."""

    feeds_url: str = ""
    hook_url: str = ""
    smtp_port: int = 0
    #: bodies that the Slack-shaped endpoint accepted
    slack: list[dict[str, Any]] = field(default_factory=list)
    #: mails as bytes, as the SMTP server accepted them
    mail: list[bytes] = field(default_factory=list)


class _Feeds(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own lines are the output."""


class _Hook(BaseHTTPRequestHandler):
    def __init__(self, world: World, *args: Any) -> None:
        self._world = world
        super().__init__(*args)

    def do_POST(self) -> None:
        """Take a message as Slack does: 200 and the body `ok`."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._world.slack.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Inbox:
    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail."""
        self._world.mail.append(bytes(envelope.content))
        return "250 taken"


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Serve `folder` and take messages until the block ends."""
    made = World()
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Feeds, directory=str(folder)))
    hook = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Hook, made))
    made.smtp_port = _free_port()
    inbox = Controller(_Inbox(made), hostname="127.0.0.1", port=made.smtp_port)
    for server in (web, hook):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    inbox.start()
    made.feeds_url = f"http://127.0.0.1:{web.server_address[1]}/"
    made.hook_url = f"http://127.0.0.1:{hook.server_address[1]}/services/demo"
    try:
        yield made
    finally:
        inbox.stop()
        for server in (web, hook):
            server.shutdown()
            server.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


#: where the desk is by default
DESK_PORT = 8780


def _desk_port() -> int:
    """The usual one, or another one where a monitor runs already."""
    try:
        socket.create_server(("127.0.0.1", DESK_PORT)).close()
    except OSError:
        return _free_port()
    return DESK_PORT


def configuration(made: World, *, desk: bool) -> str:
    """The `monitor.yaml` of the demo: all three channels, on loopback, at once; messages lead to the desk
    where there is one.
    """
    at = f"127.0.0.1:{_desk_port()}" if desk else "none"
    link = f"public_url: http://{at}/\n" if desk else ""
    ports = sorted({int(url.split(":")[2].split("/")[0]) for url in (made.feeds_url, made.hook_url)})
    return f"""# written by `monitor demo`
data: .
feeds: feeds.yaml
listen: {at}
{link}receivers:
  - {{name: desk, slack: {{webhook_url: {json.dumps(made.hook_url)}}}}}
  - name: analysts
    email:
      to: [analyst@example.org]
      from: monitor@example.org
      smtp: {{host: 127.0.0.1, port: {made.smtp_port}, security: none}}
  - {{name: folder, file: {{}}}}
route:
  receiver: desk
  group_wait: 0s
digests:
  - {{series: daily, receivers: [analysts, folder]}}
polling:
  allow_networks: [127.0.0.0/8]
  allow_ports: {ports}
  host_gap: 0s
"""


def prepare(made: World, data: Path, *, desk: bool = False) -> Path:
    """Write the demo's feeds and configuration under `data`; the configuration's path. `desk`: it is served."""
    data.mkdir(parents=True, exist_ok=True)
    feeds = (load.bundled("seeds") / "sample" / "feeds.yaml").read_text(encoding="utf-8")
    (data / "feeds.yaml").write_text(feeds.replace(SAMPLE, made.feeds_url), encoding="utf-8")
    path = data / "monitor.yaml"
    path.write_text(configuration(made, desk=desk), encoding="utf-8")
    return path

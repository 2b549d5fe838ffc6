"""A real HTTP endpoint on loopback, Slack-shaped by default (200 `ok`; beyond Slack's limits 400), that keeps every request it got.

    with Hook() as hook:
        hook.answers = [Reply(429, "rate_limited", {"Retry-After": "30"}), Reply()]
        post(hook.url)
        hook.requests[0].json()

Answers are used in order, the last one again and again.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.support import slacklimits

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

#: shaped like Slack's, and secret: no test output, error or repr may show it
SECRET_PATH = "/services/T0TEST00/B0TEST00/s3cr3tHookKeyThatNobodySees"


@dataclass(frozen=True)
class Reply:
    """What to answer once the whole request has been read."""

    status: int = 200
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: never answer (until the server stops)
    stall: bool = False
    #: close the connection without an answer
    drop: bool = False
    #: send the body's bytes this many seconds apart
    drip: float = 0.0
    #: send the header's bytes this many seconds apart, without end
    drip_head: float = 0.0
    #: announce this many bytes more than are sent
    short: int = 0


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    #: when it had come whole
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Hook:
    """The endpoint; a context manager."""

    def __init__(self, *answers: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers) or [Reply()]
        self.requests: list[Request] = []
        #: the error for a message with blocks; empty: it is taken
        self.refuses: Callable[[dict[str, Any]], str] = slacklimits.refusal
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._tls = tls
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """An address with a secret in it."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{SECRET_PATH}"

    def take(self, request: Request) -> Reply:
        """Records `request` and returns its answer."""
        with self._lock:
            self.requests.append(request)
            reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        refused = self._refusal(request) if reply == Reply() else ""
        return Reply(400, refused) if refused else reply

    def _refusal(self, request: Request) -> str:
        """As Slack refuses: what has blocks must keep its limits."""
        try:
            message = request.json()
        except ValueError:
            return ""
        return self.refuses(message) if isinstance(message, dict) and "blocks" in message else ""

    def __enter__(self) -> Hook:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(hook: Hook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = hook.take(Request(method=self.command, path=self.path, headers=headers, body=body))
            self.close_connection = True
            if reply.stall:
                hook.stopping.wait(60)
            if reply.stall or reply.drop:
                return
            try:
                self._answer(reply)
            except (BrokenPipeError, ConnectionResetError):
                return

        do_GET = do_PUT = do_POST

        def _answer(self, reply: Reply) -> None:
            if reply.drip_head:
                self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000, reply.drip_head)
                return
            data = reply.body.encode("utf-8")
            self.send_response_only(reply.status)
            if "Date" not in reply.headers:
                self.send_header("Date", self.date_time_string())
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + reply.short))
            self.end_headers()
            if reply.drip:
                self._drip(data, reply.drip)
            else:
                self.wfile.write(data)

        def _drip(self, data: bytes, seconds: float) -> None:
            for byte in data:
                if hook.stopping.wait(seconds):
                    return
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        def log_message(self, *_arguments: object) -> None:
            """Quiet: the address is a secret."""

    return Handler

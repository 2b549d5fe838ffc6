"""A real HTTP server on loopback that answers as it is told, well or badly, and remembers what it was asked.

    with Web() as web:
        web.answer("/feed", body=b"<rss/>", headers={"ETag": '"1"'})     # answers 304 to that ETag by itself
        web.answer("/late", status=429, headers={"Retry-After": "60"})
        web.answer("/feed", Answer(status=503), Answer(body=b"<rss/>"))  # one after the other, the last one stays
        web.redirect("/old", "/feed", status=301)
        web.raw("/drip", chunks, pause=0.2)                               # bytes as given, then the line is cut
        ...
        assert web.requests[0].headers["user-agent"] == ...

Paths are matched without the query; what nobody scripted is 404. `web.policy()` is a `NetPolicy` that may reach it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from monitor.net.client import NetPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came in; header names are lower case, values exactly as sent (Latin-1)."""

    method: str
    #: path with query
    target: str
    headers: Mapping[str, str]
    body: bytes
    #: time.monotonic() at the end of the request
    at: float

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes out. With an ETag or Last-Modified it turns into a 304 for whoever sends the same back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = field(default_factory=dict)
    #: seconds before the first byte
    delay: float = 0.0
    #: claimed instead of the true length; None: no Content-Length, the end of the connection ends the body
    length: int | str | None = "true"
    #: extra headers of the 304
    headers_304: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> list[tuple[str, str]]:
        return list(self.headers.items() if hasattr(self.headers, "items") else self.headers)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Bytes as they are, a pause between chunks, endless where `chunks` is; then the connection is cut."""

    chunks: Iterable[bytes]
    pause: float = 0.0


Script = Answer | Raw


class Web:
    """The server; a context manager. Thread-safe: scripts may change while it runs."""

    def __init__(
        self, *, hosts: tuple[str, ...] = ("127.0.0.1",), tls: tuple[Path, Path] | None = None
    ) -> None:
        """`hosts`: loopback addresses to listen on, all with one port; `tls`: certificate and key, in PEM files."""
        self.requests: list[Request] = []
        #: the most requests that were ever being answered at the same time
        self.most_at_once = 0
        self._open = 0
        self._host = hosts[0]
        self._scripts: dict[str, deque[Script] | Callable[[Request], Script]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._tls = _server_tls(*tls) if tls else None
        self._listeners = [socket.create_server((hosts[0], 0), backlog=256)]
        self.port: int = self._listeners[0].getsockname()[1]
        self._listeners += [socket.create_server((host, self.port), backlog=256) for host in hosts[1:]]
        self._threads: list[threading.Thread] = []

    # --- script it

    def answer(self, path: str, *scripts: Script, **answer: Any) -> str:
        """Answer `path` with `scripts` one after the other (the last one stays), or with Answer(**answer). Returns the URL."""
        with self._lock:
            self._scripts[path] = deque(scripts or (Answer(**answer),))
        return self.url(path)

    def handle(self, path: str, decide: Callable[[Request], Script]) -> str:
        """Answer `path` with what `decide` says of each request. Returns the URL."""
        with self._lock:
            self._scripts[path] = decide
        return self.url(path)

    def redirect(self, path: str, to: str, *, status: int = 302) -> str:
        """Redirect `path` to `to`, which is sent as given. Returns the URL."""
        return self.answer(path, status=status, headers={"Location": to})

    def raw(self, path: str, chunks: Iterable[bytes], *, pause: float = 0.0) -> str:
        """Send `chunks` instead of an HTTP answer. Returns the URL."""
        return self.answer(path, Raw(chunks=chunks, pause=pause))

    # --- reach it, and read what happened

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """The address of `path`, through another name for the same server where `host` is given."""
        return f"http{'s' if self._tls else ''}://{host or self._host}:{self.port}{path}"

    def policy(self, **changes: Any) -> NetPolicy:
        """A policy that may reach loopback on this port."""
        given: dict[str, Any] = {
            "user_agent": "test/1",
            "allow_networks": (ip_network("127.0.0.0/8"),),
            "allow_ports": (self.port,),
        }
        return NetPolicy(**(given | changes))

    def asked(self, path: str) -> list[Request]:
        """The requests for `path`, in order."""
        with self._lock:
            return [r for r in self.requests if r.path == path]

    def __enter__(self) -> Web:
        for listener in self._listeners:
            self._start(self._accept, listener)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    # --- serve

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        """One request, one answer, close. A peer that goes away is its own business."""
        connection.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            request = _read(connection)
            if request is not None:
                self._respond(connection, request)

    def _respond(self, connection: socket.socket, request: Request) -> None:
        with self._lock:
            self.requests.append(request)
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            scripted = self._scripts.get(request.path, deque([Answer(status=404)]))
            chosen: Script | None = None
            if isinstance(scripted, deque):
                chosen = scripted.popleft() if len(scripted) > 1 else scripted[0]
        try:
            if chosen is None:
                assert not isinstance(scripted, deque)
                chosen = scripted(request)
            self._send(connection, request, chosen)
        finally:
            with self._lock:
                self._open -= 1

    def _send(self, connection: socket.socket, request: Request, script: Script) -> None:
        if isinstance(script, Answer):
            self._stopped.wait(script.delay)
            connection.sendall(_bytes(request, script))
        else:
            for chunk in script.chunks:
                connection.sendall(chunk)
                if self._stopped.wait(script.pause):
                    return
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return None
        data += more
        if not data[:1].isalpha():  # not HTTP: someone speaks TLS to a plain server
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", 0)):
        more = connection.recv(65_536)
        if not more:
            break
        body += more
    return Request(method=method, target=target, headers=headers, body=body, at=time.monotonic())


def _bytes(request: Request, answer: Answer) -> bytes:
    status, body, pairs = answer.status, answer.body, answer.pairs()
    if status == 200 and _still_valid(request, {k.lower(): v for k, v in pairs}):
        status, body = 304, b""
        pairs = [
            p for p in pairs if p[0].lower() in ("etag", "last-modified", "cache-control", "expires", "date")
        ]
        pairs = [p for p in pairs if p[0] not in answer.headers_304] + list(answer.headers_304.items())
    if status != 304 and answer.length is not None:
        pairs.append(("Content-Length", str(len(body)) if answer.length == "true" else str(answer.length)))
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Odd"
    lines = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in pairs),
        "Connection: close",
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _still_valid(request: Request, headers: Mapping[str, str]) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match alone decides where it is sent."""
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked == headers.get("etag")
    since = request.headers.get("if-modified-since")
    return since is not None and since == headers.get("last-modified")


def _server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context

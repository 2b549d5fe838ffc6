"""What asks for feeds, as httpx would: HTTP/1.1 over connections that go to judged addresses only.

asyncio connects, llhttp (`httptools`) reads, the guards of `monitor.net.client` stand before each connection.
A ready-made engine costs three to ten times as much for each answer, and two of them cannot send a validator
back byte for byte (docs/decisions/0008-fetching.md). Only requests without a body are made.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from monitor.net.client import MAX_TRIED, NetPolicy, check_name, judged, resolved, tls_context
from monitor.net.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    Origin = tuple[bytes, bytes, int]
    Headers = Sequence[tuple[bytes, bytes]]
    #: as `loop.create_connection`: protocol factory, address, port, ssl, server_hostname
    Dial = Callable[..., Awaitable[tuple[Any, Any]]]

#: connections that wait for the next request to their host, at a time
MAX_IDLE = 100
#: extension of a request: another one to its host follows soon, the connection may be kept for it
KEEP = "keep"

_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Asked:
    """A request: as much of an `httpx.Request` as is needed, for a third of its cost."""

    method: str
    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    keep: bool


class _Raw(NamedTuple):
    raw: list[tuple[bytes, bytes]]


class Answer:
    """As much of an `httpx.Response` as whoever fetches a feed asks for."""

    __slots__ = ("extensions", "headers", "status_code", "stream")

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: _Body) -> None:
        self.status_code = status
        self.headers = _Raw(headers)
        location = next((value for name, value in headers if name.lower() == b"location"), None)
        self.extensions = {} if location is None else {"location": location.decode("latin-1")}
        self.stream = body

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises httpx.RequestError."""
        return self.stream.chunks()

    async def aclose(self) -> None:
        """Let the connection go."""
        self.stream.close()


class FetchClient:
    """What `feeds.fetch` asks of an `httpx.AsyncClient`, without what that does besides: no redirects,
    cookies, netrc, proxies, decompression. A Location header is also in `response.extensions["location"]`.
    """

    def __init__(
        self,
        policy: NetPolicy,
        *,
        resolve: Callable[[str, int], Awaitable[Iterable[str]]] = resolved,
        dial: Dial | None = None,
    ) -> None:
        """`resolve` and `dial`: what looks up and connects in the place of the system."""
        self._transport = GuardedTransport(policy, resolve=resolve, dial=dial)
        self._agent = (b"User-Agent", policy.user_agent.encode("latin-1", "ignore"))

    async def __aenter__(self) -> FetchClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    def build_request(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Headers = (),
        extensions: dict[str, Any] | None = None,
    ) -> Asked:
        """A request with our name, unless `headers` bring another."""
        found = [(b"Host", url.netloc), *headers]
        if not any(name.lower() == b"user-agent" for name, _ in headers):
            found.append(self._agent)
        keep = bool((extensions or {}).get(KEEP))
        if not keep:
            found.append((b"Connection", b"close"))
        return Asked(method, url, found, keep)

    async def send(self, request: Asked, *, stream: bool = True) -> Answer:
        """The answer, its body still to be read. Raises httpx.RequestError."""
        return await self._transport.ask(request)


class GuardedTransport:
    """Connects to judged addresses, keeps a connection where the request says that another one follows."""

    def __init__(
        self,
        policy: NetPolicy,
        *,
        resolve: Callable[[str, int], Awaitable[Iterable[str]]] = resolved,
        dial: Dial | None = None,
    ) -> None:
        self._policy = policy
        self._tls = tls_context(policy.authorities)
        self._resolve = resolve
        self._dial = dial
        self._idle: dict[Origin, Connection] = {}
        self._open: set[Connection] = set()

    async def ask(self, request: Asked) -> Answer:
        """The answer as far as its head. Raises httpx.RequestError."""
        url = request.url
        origin = (url.raw_scheme, url.raw_host, url.port or _PORTS[url.scheme])
        head = _head_of(request)
        if (kept := self._idle.pop(origin, None)) is not None:
            kept.wake()
            try:
                return await self._exchange(kept, origin, head, request.keep)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if kept.heard:
                    raise
                # it was closed while it waited, and the request was not read
        return await self._exchange(await self._connected(url), origin, head, request.keep)

    async def aclose(self) -> None:
        """Cut every connection."""
        for connection in tuple(self._open):
            connection.cut()
        self._idle.clear()
        for _ in range(3):  # the last turn of what was cut; TLS takes more than one
            await asyncio.sleep(0)

    async def _exchange(self, connection: Connection, origin: Origin, head: bytes, keep: bool) -> Answer:
        try:
            await connection.ask(head)
        except BaseException:
            connection.cut()
            raise
        body = _Body(connection, self._let_go, origin if keep else None)
        return Answer(connection.status, connection.headers, body)

    def _let_go(self, connection: Connection, origin: Origin | None) -> None:
        """After an exchange: wait for the next one, or cut."""
        if origin is None or not connection.reusable or len(self._idle) >= MAX_IDLE or origin in self._idle:
            connection.cut()
            return

        def cut() -> None:
            if self._idle.get(origin) is connection:
                del self._idle[origin]
            connection.cut()

        self._idle[origin] = connection
        connection.rest(cut)

    async def _connected(self, url: httpx.URL) -> Connection:
        """A connection to a judged address of the host."""
        host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
        check_name(host, port, self._policy)
        limit = self._policy.connect_timeout
        found = (await judged(host, port, self._policy, self._resolve, limit))[:MAX_TRIED]
        tls: dict[str, Any] = {"ssl": self._tls, "server_hostname": host} if url.scheme == "https" else {}
        failed: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in found:
            try:
                async with asyncio.timeout(limit / len(found)):
                    return await self._dialled(address, port, tls)
            except TimeoutError as error:
                failed = httpx.ConnectTimeout(f"no connection to {host} within {limit:g} s")
                failed.__cause__ = error
            except ssl.SSLError as error:
                raise httpx.ConnectError(str(error)) from error
            except OSError as error:
                failed = httpx.ConnectError(error.strerror or str(error))
                failed.__cause__ = error
        assert failed is not None
        raise failed

    async def _dialled(self, address: str, port: int, tls: dict[str, Any]) -> Connection:
        loop = asyncio.get_running_loop()
        dial = self._dial or loop.create_connection
        _, connection = await dial(lambda: Connection(loop, self._open), address, port, **tls)
        assert isinstance(connection, Connection)
        return connection


class _Body:
    """The body of an answer as it comes; when it is closed its connection is let go."""

    __slots__ = ("_connection", "_let_go", "_origin")

    def __init__(
        self,
        connection: Connection,
        let_go: Callable[[Connection, Origin | None], None],
        origin: Origin | None,
    ) -> None:
        self._connection: Connection | None = connection
        self._let_go = let_go
        self._origin = origin

    async def chunks(self) -> AsyncIterator[bytes]:
        connection = self._connection
        while connection is not None:
            while connection.chunks:
                chunk = connection.chunks.popleft()
                connection.taken(chunk)
                yield chunk
            if connection.complete:
                return
            await connection.news()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._let_go(connection, self._origin)


def _head_of(request: Asked) -> bytes:
    """The bytes of a request. Raises httpx.LocalProtocolError: a value would end its line early."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % pair for pair in request.headers]
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    if head.count(b"\n") != len(lines) + 1 or head.count(b"\r") != len(lines) + 1 or b"\0" in head:
        raise httpx.LocalProtocolError("a header holds what must not stand in one")
    return head

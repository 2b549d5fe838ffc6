"""A connection and the exchange under way on it: asyncio brings bytes, llhttp (`httptools`) reads them.

What it does not read as HTTP/1.1 ends the exchange. Whoever asks bounds the time and the size of the body.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import httptools
import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

#: bytes of a status line and headers, those of interim answers (1xx) included
MAX_HEAD = 100_000
#: bytes of a body that wait to be read before the other side is held up
AHEAD = 256_000
#: seconds that a connection waits for the next request
IDLE = 15.0


class Connection(asyncio.Protocol):
    """A connection and the exchange under way on it; llhttp calls the methods that begin with `on_`."""

    status: int
    headers: list[tuple[bytes, bytes]]

    def __init__(self, loop: asyncio.AbstractEventLoop, others: set[Connection]) -> None:
        self._loop = loop
        self._others = others
        self._transport: Any = None
        self._parser: httptools.HttpResponseParser | None = None
        #: of an idle one
        self._ends: asyncio.TimerHandle | None = None
        self._cut: Callable[[], None] = self.cut
        self._waiter: asyncio.Future[None] | None = None
        self._begin()

    def _begin(self) -> None:
        """Forget the exchange before."""
        self.headers = []
        self.status = 0
        #: bytes of this exchange came
        self.heard = False
        #: whole; the server keeps the connection; more came than that
        self.complete = self._alive = self._surplus = False
        self.chunks: deque[bytes] = deque()
        self.error: Exception | None = None
        self._headed = self._paused = False
        self._head_bytes = self._ahead = 0

    # --- for the transport

    async def ask(self, head: bytes) -> None:
        """Send the request and wait for the head of its answer."""
        self._begin()
        self._parser = httptools.HttpResponseParser(self)
        # as lenient as browsers and h11 where the length of the body is not in doubt
        self._parser.set_dangerous_leniencies(
            lenient_chunked_length=True,
            lenient_data_after_close=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        if self._transport.is_closing():
            raise httpx.RemoteProtocolError("the server closed the connection")
        self._transport.write(head)
        while not self._headed:
            await self.news()

    async def news(self) -> None:
        """Wait until more has come; raises what ended the exchange before."""
        if self.error is not None:
            raise self.error
        self._waiter = self._loop.create_future()
        await self._waiter

    def taken(self, chunk: bytes) -> None:
        """A part of the body was read."""
        self._ahead -= len(chunk)
        if self._paused and self._ahead < AHEAD:
            self._paused = False
            self._transport.resume_reading()

    @property
    def reusable(self) -> bool:
        """Whether another request may go over it."""
        framed = self._framing("content-length") + self._framing("transfer-encoding") <= 1
        ended = self._surplus or self.chunks or self._transport.is_closing()
        return self.complete and self._alive and framed and not ended

    def rest(self, cut: Callable[[], None]) -> None:
        """Wait for another request; `cut` is called when none comes, or the server has enough."""
        self._parser, self._cut = None, cut
        self._ends = self._loop.call_later(IDLE, cut)

    def wake(self) -> None:
        """Another request is about to be asked."""
        if self._ends is not None:
            self._ends.cancel()
        self._ends, self._cut = None, self.cut

    def cut(self) -> None:
        """Close it at once."""
        if self._ends is not None:
            self._ends.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _framing(self, name: str) -> int:
        return sum(key.lower() == name.encode() for key, _ in self.headers)

    # --- for asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = transport
        self._others.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._parser is None:  # nobody asked
            self._cut()
            return
        self.heard = True
        before = self.complete
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._surplus = True
            if not self.complete:
                self._end(httpx.RemoteProtocolError(str(error) or type(error).__name__))
        self._surplus = self._surplus or before
        if not self._headed:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD:
                self._end(httpx.RemoteProtocolError("the head of the answer is too long"))
        if self._ahead > AHEAD and not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed."""
        self._others.discard(self)
        if self._ends is not None:
            self._cut()
        elif self._parser is not None and not self.complete:
            self._end(self._broken(error))

    def _broken(self, error: Exception | None) -> Exception | None:
        """What the end of the connection means now; None: it is the end of the body."""
        if error is not None:
            return httpx.ReadError(str(error) or "the connection broke off")
        if not self._headed:
            return httpx.RemoteProtocolError("the server closed the connection without an answer")
        if self._framing("content-length") or self._framing("transfer-encoding"):
            return httpx.RemoteProtocolError("the connection was closed before the body was complete")
        return None

    def _end(self, error: Exception | None) -> None:
        self.complete, self.error = error is None, error
        self._tell()

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- for llhttp

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is passed over."""
        if not self._headed and not self.complete:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The end of a head; that of an interim answer is not the answer's."""
        if self.complete or self._parser is None:
            return
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers.clear()
        else:
            self._headed = True
            self._tell()

    def on_body(self, data: bytes) -> None:
        """A part of the body, unchunked."""
        if self._headed and not self.complete:
            self.chunks.append(data)
            self._ahead += len(data)
            self._tell()

    def on_message_begin(self) -> None:
        """Where an answer was complete, this one was not asked for."""
        self._surplus = self.complete

    def on_message_complete(self) -> None:
        """The end of the body."""
        if self._headed and not self.complete and self._parser is not None:
            self._alive = self._parser.should_keep_alive()
            self._end(None)

"""uvicorn with deadlines for receiving and answering, a bound on connections, and no clock of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import h11
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

#: seconds that a request may take to arrive, and its answer to be taken
PATIENCE, ANSWER = 10.0, 60.0
#: connections at a time
ROOM = 48
#: of a request's line and headers
MAX_HEAD = 16_384
#: seconds between two requests on a connection, and at the end for answers that are under way
KEEP_ALIVE, GRACE = 5, 3


def server(application: Any, proxies: tuple[str, ...], patience: float | None = None) -> DeskServer:
    """A server for `application`, to be run in the loop in which it is made."""

    class Protocol(_Deadlines):
        """For this server's patience."""

    Protocol.patience = patience or PATIENCE
    config = Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        interface="asgi3",
        log_config=None,
        log_level="critical",  # what fails is logged by `monitor.desk.web`
        access_log=False,  # an address may hold a token
        server_header=False,
        date_header=False,  # or it would have to be renewed each second
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    return DeskServer(config)


class DeskServer(Server):
    """Serves until `over` is set, and wakes for nothing else."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.over = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.on_tick(0)
        await self.over.wait()


class _Deadlines(H11Protocol):
    """A connection that is given up when its request does not arrive, or its answer is not taken, in time."""

    patience: float

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._timer: asyncio.TimerHandle | None = None
        self._arrived = False
        super().connection_made(transport)
        self._give(self.patience)
        if len(self.connections) > ROOM:
            _make_room(self.connections, self)

    def data_received(self, data: bytes) -> None:
        if self._timer is None:
            self._give(self.patience)
        super().data_received(data)
        if not self._arrived and self.conn.their_state in (h11.DONE, h11.MUST_CLOSE):
            self._arrived = True
            self._give(ANSWER)

    def on_response_complete(self) -> None:
        self._arrived = False
        self._take_back()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._take_back()
        super().connection_lost(exc)

    @property
    def given_up_at(self) -> float | None:
        """When its request is waited for no more, by the loop's clock, 0 between two requests;
        None: its request is there.
        """
        if self._arrived:
            return None
        return self._timer.when() if self._timer is not None else 0.0

    def give_up(self) -> None:
        """Close it at once, whatever is under way."""
        self._take_back()
        self.connections.discard(self)  # it is lost only later, and others may come before
        self.transport.abort()

    def _give(self, seconds: float) -> None:
        self._take_back()
        self._timer = self.loop.call_later(seconds, self.give_up)

    def _take_back(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _make_room(connections: Iterable[Any], newest: _Deadlines) -> None:
    """Give up a connection that rests, else the one that has been sending its request for longest, else the
    newest.
    """
    idle = [c for c in connections if c is not newest and c.given_up_at is not None]
    min(idle, key=lambda c: c.given_up_at, default=newest).give_up()

"""Serves the desk in a thread of its own, so that slow visitors and idle hours cost nobody anything.

uvicorn has no deadline for receiving a request, and wakes ten times a second: `monitor.desk.protocol` mends
that. Nothing of it is loaded before the first visitor knocks.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from multiprocessing.connection import wait  # `select` knows no descriptor beyond 1,023
from typing import TYPE_CHECKING, Any

from monitor import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logs.get("desk")

#: pages that are made at a time; more wait
AT_ONCE = 4
#: visitors that may wait to be let in
WAITING = 64
#: seconds in which it ends; before it begins again after a failure
ENDS_WITHIN, AGAIN_SECONDS = 5, 5.0


@contextmanager
def served(
    application: Callable[[], Any],
    listen: tuple[str, int],
    *,
    proxies: tuple[str, ...] = (),
    patience: float | None = None,
) -> Iterator[tuple[str, int]]:
    """Serve what `application` makes until the end of the block; the address that is listened at.

    `proxies`: addresses and networks whose word is taken for who is asking. Raises OSError where the address
    cannot be had.
    """
    door = socket.create_server(
        listen, family=socket.AF_INET6 if ":" in listen[0] else socket.AF_INET, backlog=WAITING
    )
    service = _Service(door, application, proxies, patience)
    thread = threading.Thread(target=service.run, name="desk", daemon=True)
    thread.start()
    try:
        name = door.getsockname()
        yield str(name[0]), int(name[1])
    finally:
        service.stop()
        thread.join(ENDS_WITHIN)
        door.close()


class _Service:
    """Waits for the first visitor, then serves."""

    def __init__(
        self,
        door: socket.socket,
        application: Callable[[], Any],
        proxies: tuple[str, ...],
        patience: float | None,
    ) -> None:
        self._door, self._application, self._proxies, self._patience = door, application, proxies, patience
        self._woken, self._waker = socket.socketpair()
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None

    def run(self) -> None:
        """Until `stop`; after a failure the next visitor finds it again."""
        try:
            while self._visited():
                self._try_to_serve()
        finally:
            self._woken.close()

    def _visited(self) -> bool:
        """Wait for a visitor; False: it is to end."""
        return self._woken not in wait([self._door, self._woken])

    def _try_to_serve(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            log.exception("desk_failed", again_in_seconds=AGAIN_SECONDS)
            wait([self._woken], AGAIN_SECONDS)

    def stop(self) -> None:
        """End it, from another thread."""
        self._waker.close()
        with self._lock:
            if self._end is not None:
                self._end()

    async def _serve(self) -> None:
        import anyio.to_thread

        from monitor.desk.protocol import server

        made = server(self._application(), self._proxies, self._patience)
        loop, over = asyncio.get_running_loop(), made.over
        with self._lock:
            self._end = lambda: loop.call_soon_threadsafe(over.set)
            if self._woken_already():
                over.set()
        anyio.to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        try:
            await made.serve(sockets=[self._door.dup()])  # it closes what it is given
        finally:
            with self._lock:
                self._end = None

    def _woken_already(self) -> bool:
        return bool(wait([self._woken], 0))

"""Fetch many: side by side across hosts, one after the other within a host, never more than can be kept in memory.

The caller is synchronous and takes results as they come; the event loop runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from monitor.feeds import urls
from monitor.feeds.fetch import FetchRequest, fetch
from monitor.net import NetPolicy, async_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx

    from monitor.model import FetchResult

K = TypeVar("K")

#: seconds between two looks at `stopping`
_LOOK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Generic[K]):
    """A request and whatever the caller knows it by."""

    key: K
    request: FetchRequest


def fetch_many(
    wanted: Iterable[Wanted[K]],
    policy: NetPolicy,
    *,
    concurrency: int = 20,
    host_gap: float = 2.0,
    jitter: Callable[[], float],
    stopping: Callable[[], bool],
) -> Iterator[tuple[Wanted[K], FetchResult | Exception]]:
    """Each of `wanted` with its result, in the order of completion.

    One request at a time to a host, with `host_gap` seconds (times 1 plus `jitter()`, 0 to 1) between the end of one
    and the start of the next. At most `concurrency` results are under way or waiting to be taken. Ends early when
    `stopping()` turns true or the caller closes the generator: what is under way is dropped, to be fetched another
    time. An exception in a result's place is a bug in fetching, for the caller to log.
    """
    crew: _Crew[K] = _Crew(policy, concurrency=concurrency, pause=lambda: host_gap * (1 + jitter()))
    thread = threading.Thread(target=crew.run, args=(_by_host(wanted),), name="fetch", daemon=True)
    thread.start()
    try:
        while not stopping():
            try:
                done = crew.done.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if done is None:
                break
            yield done
            crew.taken()
    finally:
        crew.stop()
        thread.join()
    if crew.broken is not None:
        raise crew.broken


def _by_host(wanted: Iterable[Wanted[K]]) -> list[list[Wanted[K]]]:
    """Grouped by host in order of first appearance; what has no readable address fails alone."""
    groups: dict[object, list[Wanted[K]]] = defaultdict(list)
    for n, one in enumerate(wanted):
        address = urls.address(one.request.url)
        groups[address[0].host.lower() if address else n].append(one)
    return list(groups.values())


class _Crew(Generic[K]):
    """The thread's side: one task for each host, all sharing a number of slots."""

    def __init__(self, policy: NetPolicy, *, concurrency: int, pause: Callable[[], float]) -> None:
        #: results; None when there are no more
        self.done: queue.SimpleQueue[tuple[Wanted[K], FetchResult | Exception] | None] = queue.SimpleQueue()
        #: what stopped the crew itself
        self.broken: BaseException | None = None
        self._policy = policy
        self._concurrency = concurrency
        self._pause = pause
        self._loop = asyncio.new_event_loop()
        # a slot is held from the start of a request until the caller has taken its result
        self._slots = asyncio.Semaphore(concurrency)
        self._work: asyncio.Task[None] | None = None
        self._stopped = threading.Event()

    def run(self, hosts: list[list[Wanted[K]]]) -> None:
        """The thread's main: all hosts, then None."""
        # name lookups wait in threads: the loop's default pool would let six slow ones hold up all others
        lookups = ThreadPoolExecutor(self._concurrency, thread_name_prefix="lookup")
        try:
            self._loop.set_default_executor(lookups)
            self._loop.run_until_complete(self._all(hosts))
        except asyncio.CancelledError:
            pass  # stopped
        except BaseException as error:  # noqa: BLE001  # handed to the caller's thread, which raises it
            self.broken = error
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            lookups.shutdown(wait=False, cancel_futures=True)
            self._loop.close()
            self.done.put(None)

    def taken(self) -> None:
        """The caller took a result: its slot is free."""
        self._tell(self._slots.release)

    def stop(self) -> None:
        """Drop what is under way."""
        self._stopped.set()
        self._tell(self._cancel)

    def _tell(self, what: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    async def _all(self, hosts: list[list[Wanted[K]]]) -> None:
        self._work = asyncio.current_task()
        if self._stopped.is_set():
            return
        async with async_client(self._policy) as client, asyncio.TaskGroup() as group:
            for host in hosts:
                group.create_task(self._host(client, host))

    async def _host(self, client: httpx.AsyncClient, wanted: list[Wanted[K]]) -> None:
        for n, one in enumerate(wanted):
            if n:
                await asyncio.sleep(self._pause())
            await self._slots.acquire()
            result: FetchResult | Exception
            try:
                result = await fetch(client, one.request)
            except Exception as error:  # noqa: BLE001  # a bug: the caller logs it, the other feeds go on
                result = error
            self.done.put((one, result))

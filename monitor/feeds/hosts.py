"""Fetch as a flow: side by side across hosts, one after the other within a host, nobody waits for a host that
hangs.

The caller is synchronous: it adds what it wants at any time and takes results as they come; the event loop
runs in a thread of its own. A slot is held by a request that is young or by a result that nobody has dealt
with; a request that has waited long gives its slot up and goes on beside the others.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import uvloop

from monitor.feeds import addresses
from monitor.feeds.fetch import FetchRequest, fetch
from monitor.model import FetchFailed, FetchFault
from monitor.net.connection import IDLE as KEPT_FOR
from monitor.net.transport import FetchClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model import FetchResult
    from monitor.net.client import NetPolicy

K = TypeVar("K")

#: seconds after which a request without an answer gives its slot up
PATIENCE = 5.0
#: such requests at a time, for each slot
ASIDE = 3
#: requests in a row that a host leaves without an answer before what waits for it is given up, too
HANGS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Generic[K]):
    """A request and whatever the caller knows it by."""

    key: K
    request: FetchRequest
    #: after everything else of its host
    last: bool = False


@dataclass(slots=True)
class _Host(Generic[K]):
    """What is wanted of a host, and how it behaves."""

    first: deque[Wanted[K]] = field(default_factory=deque)
    last: deque[Wanted[K]] = field(default_factory=deque)
    #: asked now, or resting after a request
    busy: bool = False
    #: when its rest ends, by the monotonic clock
    ready_at: float = 0.0
    #: requests in a row without an answer: those of `first`, and those of `last`
    hangs: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})

    @property
    def queue(self) -> deque[Wanted[K]]:
        return self.first or self.last


class Manners(Generic[K]):
    """What outlives one `Fetching`: when each host may be asked again, and which ones do not answer."""

    def __init__(self) -> None:
        self.hosts: dict[str, _Host[K]] = {}

    def forget(self) -> None:
        """Nothing waits any more; hosts that have rested and answer need not be remembered."""
        now = time.monotonic()
        kept = {n: h for n, h in self.hosts.items() if h.ready_at > now or any(h.hangs.values())}
        for host in kept.values():
            host.first.clear()
            host.last.clear()
            host.busy = False
        self.hosts = kept


class Fetching(Generic[K]):
    """A running fetch; end it with `close`. All methods but the private ones are for other threads."""

    def __init__(
        self,
        policy: NetPolicy,
        done: Callable[[Wanted[K], FetchResult | Exception], bool | None],
        *,
        concurrency: int = 20,
        host_gap: float = 2.0,
        jitter: Callable[[], float],
        manners: Manners[K] | None = None,
    ) -> None:
        """Start the thread.

        One request at a time to a host, with `host_gap` seconds (times 1 plus `jitter()`, 0 to 1) between the
        end of one and the start of the next. At most `concurrency` requests younger than `PATIENCE` and
        results not yet `taken`. `manners`: of a fetch that has ended, taken over. `done` is called in the
        thread of the fetch, once for each wanted; True: the result holds no slot. An exception in a result's
        place is a bug in fetching, for the caller to log.
        """
        self._client = FetchClient(policy)
        self._done = done
        self._concurrency = concurrency
        self._host_gap = host_gap
        self._jitter = jitter
        self._manners: Manners[K] = manners or Manners()
        #: hosts in the order in which they became ready
        self._ready: deque[str] = deque()
        self._held = 0
        self._aside = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._serving = False
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)
        self._thread.start()

    def add(self, *wanted: Wanted[K]) -> None:
        """Fetch each as soon as its host and a slot are free."""
        self._tell(self._add, wanted)

    def taken(self) -> None:
        """A result was dealt with: its slot is free. To be called once for each `done` that was not True."""
        self._tell(self._take)

    @property
    def alive(self) -> bool:
        """Whether the thread runs; one that died had a bug, and brings nothing any more."""
        return self._thread.is_alive()

    def close(self) -> list[K]:
        """End the thread; what is under way is dropped. What was not asked yet."""
        self._tell(self._ended.set)
        self._thread.join()
        hosts = self._manners.hosts.values()
        unasked = [wanted.key for host in hosts for wanted in (*host.first, *host.last)]
        self._manners.forget()
        return unasked

    # --- in the thread -------------------------------------------------------------------------------------

    def _tell(self, what: Callable[..., object], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def _run(self) -> None:
        # name lookups wait in threads: the loop's default pool would let six slow ones hold up all others
        lookups = ThreadPoolExecutor(self._concurrency * (1 + ASIDE), thread_name_prefix="lookup")
        try:
            self._loop.set_default_executor(lookups)
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            lookups.shutdown(wait=False, cancel_futures=True)
            self._loop.close()

    async def _serve(self) -> None:
        async with self._client:
            self._serving = True
            self._start_ready()
            await self._ended.wait()
            self._serving = False
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _add(self, these: Sequence[Wanted[K]]) -> None:
        idle: dict[str, _Host[K]] = {}
        for wanted in these:
            address = addresses.address(wanted.request.url)
            # what has no readable address fails alone
            name = address[0].host.lower() if address else wanted.request.url
            host = self._manners.hosts.setdefault(name, _Host())
            if not host.queue and not host.busy:
                idle[name] = host
            (host.last if wanted.last else host.first).append(wanted)
        for name, host in idle.items():
            self._rest(name, host)

    def _take(self) -> None:
        self._held -= 1
        self._start_ready()

    def _start_ready(self) -> None:
        while self._serving and self._ready and self._held < self._concurrency:
            name = self._ready.popleft()
            host = self._manners.hosts[name]
            host.busy = True
            self._held += 1
            wanted = host.queue.popleft()
            # the connection is kept where the next of its host follows as soon as it has rested
            more = bool(host.queue) and self._host_gap < KEPT_FOR
            task = self._loop.create_task(self._one(name, host, wanted, more))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _one(self, name: str, host: _Host[K], wanted: Wanted[K], more: bool) -> None:
        """One request from its start to its result, and the rest of its host after it."""
        slot = _Slot(self)
        waiting = self._loop.call_later(PATIENCE, slot.step_aside)
        try:
            result = await _result(
                self._client, replace(wanted.request, more=True) if more else wanted.request
            )
        except asyncio.CancelledError:
            slot.leave()
            raise
        finally:
            waiting.cancel()
            host.ready_at = time.monotonic() + self._host_gap * (1 + self._jitter())
        slot.come_back()
        self._hand_over(wanted, result)
        self._judge(host, wanted, result)
        self._rest(name, host)
        self._start_ready()

    def _rest(self, name: str, host: _Host[K]) -> None:
        """Let the host wait until it may be asked again."""
        host.busy = True
        left = host.ready_at - time.monotonic()
        if left > 0:
            self._loop.call_later(left, self._rested, name, host)
        else:
            self._rested(name, host)

    def _rested(self, name: str, host: _Host[K]) -> None:
        host.busy = False
        if host.queue:
            self._ready.append(name)
            self._start_ready()

    def _judge(self, host: _Host[K], wanted: Wanted[K], result: FetchResult | Exception) -> None:
        """A host that leaves several without an answer is asked no more for now:
        what waits for it fails with them.
        """
        silent = isinstance(result, FetchFailed) and result.fault in (FetchFault.TIMEOUT, FetchFault.DNS)
        host.hangs[wanted.last] = host.hangs[wanted.last] + 1 if silent else 0
        if host.hangs[wanted.last] < HANGS:
            return
        failed = FetchFailed(
            fault=FetchFault.TIMEOUT, detail="not asked: its host had just left several requests unanswered"
        )
        for queue in (host.last,) if wanted.last else (host.first, host.last):
            while queue:
                self._held += 1  # as any result, until it is taken
                self._hand_over(queue.popleft(), failed)

    def _hand_over(self, wanted: Wanted[K], result: FetchResult | Exception) -> None:
        if self._done(wanted, result):
            self._held -= 1


class _Slot:
    """The place of one request among the others."""

    def __init__(self, fetching: Fetching[Any]) -> None:
        self._fetching = fetching
        self._aside = False

    def step_aside(self) -> None:
        """Give the slot to another one, as far as there is room aside."""
        ours = self._fetching
        if ours._aside < ASIDE * ours._concurrency:
            self._aside = True
            ours._aside += 1
            ours._held -= 1
            ours._start_ready()

    def come_back(self) -> None:
        """Take a slot again for the result, whether there is one or not."""
        if self._aside:
            self._aside = False
            self._fetching._aside -= 1
            self._fetching._held += 1

    def leave(self) -> None:
        """Give up whatever is held."""
        self.come_back()
        self._fetching._held -= 1


async def _result(client: FetchClient, request: FetchRequest) -> FetchResult | Exception:
    try:
        return await fetch(client, request)
    except Exception as error:  # noqa: BLE001  # a bug: the caller logs it, the other feeds go on
        return error

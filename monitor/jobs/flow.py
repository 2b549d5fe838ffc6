"""Polling as a flow: what is due is fetched as soon as a slot is free, and settled as it arrives.

The database says what is due. Whatever is under way when this ends is due still, and is fetched again.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from monitor.errors import StoreError
from monitor.feeds import hosts
from monitor.feeds.hosts import Fetching, Wanted
from monitor.feeds.local import is_local, read_local
from monitor.jobs import articles as article_jobs
from monitor.jobs import poll as feed_jobs
from monitor.jobs.poll import Poller
from monitor.jobs.settlers import Held, Settlers
from monitor.model import FeedState, Fetched, FetchFailed, Fulltext, NotModified
from monitor.store import feeds
from monitor.store.articles import Wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.feeds.worker import Worker
    from monitor.model import FetchResult, PollRecord

__all__ = ["Due", "Manners", "Poller", "Told", "poll_due", "unheard"]

#: a feed or an article that is due
Due: TypeAlias = FeedState | Wish
#: by which it is known while it is under way
Key: TypeAlias = tuple[str, str | int]
_Ended: TypeAlias = "_Settled | _Decided | Exception"

#: hears of each record after it is stored
Told: TypeAlias = "Callable[[PollRecord], None]"
#: what outlives one flow: how each host is to be treated
Manners: TypeAlias = hosts.Manners[Due]

#: seconds between two looks at what is due, the same while nothing is under way, and between two at whether
#: we are to stop
LOOK, IDLE_LOOK, NAP = 1.0, 5.0, 0.2
#: a look takes at most this share of the time
SHARE = 0.05
#: what may bring no new document; else it is a bug, or a local source
QUIET = (Fetched, FetchFailed, NotModified)
#: seconds between two notes of progress
NOTE = 15.0
#: items in an answer, at the most, for it to be written together with others
FEW = 20
#: seconds in which more of them come in while one waits
GATHER = 0.02
#: bytes of a document that are parsed beside the others, not among them
LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What a due one's address answered; None: a local source, still to be read."""

    due: Due
    result: FetchResult | Exception | None


@dataclass(frozen=True, slots=True)
class _Decided:
    """What its answer means, still to be written."""

    state: FeedState
    record: PollRecord


@dataclass(frozen=True, slots=True)
class _Settled:
    """What became of it."""

    due: Due
    #: of a feed: one, several for a folder of files, none where a bug set it aside
    records: tuple[PollRecord, ...] = ()
    #: an item matches by its article what it had not matched before
    news: bool = False


def unheard(_record: PollRecord) -> None:
    """Nobody wants to hear of records."""


def poll_due(
    poller: Callable[[], Poller],
    manners: Manners,
    told: Told = unheard,
    *,
    linger: float = 0.0,
    progress: Callable[[], None] = lambda: None,
    called: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Poll what is due and what becomes due meanwhile, until nothing is or we are to stop.

    Counts feeds by status, new, changed and matched items, and articles. `told` hears of each record after it
    is stored. `linger`: seconds that something may still be away and is waited for. `progress` is called, at
    most every `NOTE` seconds, when all feeds that were due at some moment since the call before have been
    settled. `called`: whether somebody has made something due since it was asked last. Raises StoreError: the
    database refuses; what was under way is fetched again by the next call.
    """
    total: Counter[str] = Counter()
    ended = False
    while not ended:
        flow = _Flow(poller(), manners, told, total, progress, called)
        with closing(flow):
            ended = flow.run(linger)
    return total


class _Flow:
    """One run, with what the configuration says now."""

    def __init__(
        self,
        poller: Poller,
        manners: Manners,
        told: Told,
        total: Counter[str],
        progress: Callable[[], None],
        called: Callable[[], bool],
    ) -> None:
        self._poller = poller
        self._told = told
        self._total = total
        self._progress = progress
        self._called = called
        self._inbox: queue.SimpleQueue[_Arrived | tuple[_Arrived, _Ended]] = queue.SimpleQueue()
        self._flying: set[Key] = set()
        self._held = Held()
        #: results that hold a slot of the fetching until they are settled
        self._holding: set[Key] = set()
        #: feeds that were under way when progress was last noted
        self._owed: set[Key] = set()
        self._noted_at = time.monotonic()
        self._look_at = 0.0
        self._next_due: datetime | None = None
        self._manners = manners

    # both have threads, and most looks find nothing to do for them

    @cached_property
    def _fetching(self) -> Fetching[Due]:
        poller = self._poller
        return Fetching(
            poller.net,
            self._answered,
            concurrency=poller.polling.concurrency,
            host_gap=poller.polling.host_gap.total_seconds(),
            jitter=poller.jitter,
            manners=self._manners,
        )

    @cached_property
    def _settlers(self) -> Settlers[_Arrived, _Settled | _Decided]:
        return Settlers(self._settle, lambda one, result: self._inbox.put((one, result)), self._interrupt)

    def close(self) -> None:
        """Drop what is under way and end the threads.

        What was asked waits for its next time, what was not is due.
        """
        unasked = self._fetching.close() if "_fetching" in self.__dict__ else []
        if "_settlers" in self.__dict__:
            self._settlers.close()
        names = [due.feed.id for due in unasked if isinstance(due, FeedState)]
        if names:
            with contextlib.suppress(StoreError), self._poller.db.transaction() as tx:
                feeds.unask(tx, names)

    def run(self, linger: float) -> bool:
        """Until nothing is due; False: earlier, because the configuration was read anew."""
        self._poller.work.begin(self._poller.db)
        while not self._poller.stopping():
            if self._poller.stale():
                self._write_held()
                return False
            if self._called() or time.monotonic() >= self._look_at:
                self._look()
            if not self._flying and not self._worth_waiting(linger):
                return True
            self._receive()
            if self._held and self._held.long_enough(len(self._flying)):
                self._write_held()
            self._note()
        self._write_held()
        return True

    def _look(self) -> None:
        """Start what is due and not under way."""
        began = time.monotonic()
        now = self._poller.clock()
        due, wishes, self._next_due = self._poller.work.due(self._poller.db, now, self._flying)
        if remote := [state.feed.id for state in due if not is_local(state.feed.url)]:
            with self._poller.db.transaction() as tx:
                feeds.ask(tx, remote, now)
        if not self._poller.polling.fulltext:
            article_jobs.give_up_all(self._poller, wishes)
            wishes = ()
        dues: tuple[Due, ...] = (*due, *wishes)
        wanted = [one for one in map(self._begun, dues) if one is not None]
        if wanted:
            self._fetching.add(*wanted)
        ended = time.monotonic()
        self._look_at = ended + max(LOOK if self._flying else self._away(), (ended - began) / SHARE)

    def _begun(self, due: Due) -> Wanted[Due] | None:
        """It is under way; what is to be fetched for it."""
        key = _key(due)
        if key in self._flying:
            return None
        self._flying.add(key)
        if isinstance(due, Wish):
            return Wanted(key=due, request=article_jobs.request(due), last=True)
        if is_local(due.feed.url):
            self._settlers.put(_Arrived(due, None), quick=False)
            return None
        address = self._poller.addresses.resolved(due.feed.id, due.feed.url)
        if isinstance(address, FetchFailed):
            self._hold(due, address)
            return None
        return Wanted(key=due, request=feed_jobs.request(due, address))

    def _worth_waiting(self, linger: float) -> bool:
        return bool(linger) and self._next_due is not None and self._away(linger + 1) <= linger

    def _away(self, most: float = IDLE_LOOK) -> float:
        """Seconds until the next one is due, at most `most`."""
        if self._next_due is None:
            return most
        return min(most, max(0.0, (self._next_due - self._poller.clock()).total_seconds()))

    def _receive(self) -> None:
        """Take all that arrived, or was settled, and pass it on."""
        if self._held:
            time.sleep(GATHER)  # not a turn of two threads for each
        try:
            until_look = max(0.0, min(LOOK, self._look_at - time.monotonic()))
            wait = 0.0 if self._held else NAP if self._flying else until_look
            event = self._inbox.get(timeout=wait)
            while True:
                if isinstance(event, _Arrived):
                    self._arrived(event)
                else:
                    self._ended(*event)
                event = self._inbox.get_nowait()
        except queue.Empty:
            if self._flying and not self._fetching.alive:
                raise RuntimeError("the thread that fetches has died") from None

    def _arrived(self, one: _Arrived) -> None:
        due, result = one.due, one.result
        fetched = isinstance(result, Fetched)
        if isinstance(due, FeedState) and isinstance(result, QUIET) and feed_jobs.is_quiet(due, result):
            self._hold(due, result)
            if fetched:
                self._fetching.taken()
            return
        article = isinstance(due, Wish)
        quick = not isinstance(result, Fetched) or (not article and len(result.body) <= LARGE)
        room = self._settlers.put(one, quick=quick, later=article)
        if fetched and room:
            self._fetching.taken()
        elif fetched:
            self._holding.add(_key(due))

    def _hold(self, state: FeedState, result: FetchResult) -> None:
        """Let an answer without a new document be written together with others."""
        record = feed_jobs.decide_quiet(self._poller, state, result)
        if record is None:
            self._ended(_Arrived(state, None), _Settled(state))
        else:
            self._held.add(state, record)

    def _write_held(self) -> None:
        held = self._held.take()
        written = feed_jobs.write_together(self._poller, held) if held else ()
        records = {record.state.feed.id: record for record in written}
        for state, _ in held:
            record = records.get(state.feed.id)
            self._ended(_Arrived(state, None), _Settled(state, () if record is None else (record,)))

    def _ended(self, one: _Arrived, result: _Ended) -> None:
        key = _key(one.due)
        if isinstance(result, _Decided):
            self._free_slot(key)
            self._held.add(result.state, result.record)
            return
        self._flying.discard(key)
        self._owed.discard(key)
        self._poller.work.ended(*key)
        if not self._flying:
            self._look_at = 0.0
        self._free_slot(key)
        if isinstance(result, Exception):
            raise result
        self._count(result)

    def _free_slot(self, key: Key) -> None:
        """The answer is in memory no more."""
        if key in self._holding:
            self._holding.discard(key)
            self._fetching.taken()

    def _count(self, settled: _Settled) -> None:
        for record in settled.records:
            self._told(record)
            if record.assessed:
                self._total += feed_jobs.counted(record)
            else:
                self._total[record.status] += 1
            if any(a.item.fulltext is Fulltext.WAITING for a in record.assessed):
                self._look_at = 0.0
        if isinstance(settled.due, Wish):
            self._total["articles"] += 1
            self._total["matched"] += settled.news

    def _note(self) -> None:
        """Say that there is progress: what was due at the last note is settled,
        and what is due now is under way.
        """
        if self._owed or time.monotonic() < self._noted_at + NOTE:
            return
        self._progress()
        self._noted_at = time.monotonic()
        self._owed = {key for key in self._flying if key[0] == "feed"}

    # --- in the thread of the fetch ------------------------------------------------------------------------

    def _answered(self, wanted: Wanted[Due], result: FetchResult | Exception) -> bool:
        """Put it into the inbox; whether nothing large waits in memory for it to be dealt with."""
        self._inbox.put(_Arrived(wanted.key, self._kept(wanted.key, result)))
        return not isinstance(result, Fetched)

    def _kept(self, due: Due, result: FetchResult | Exception) -> FetchResult | Exception:
        """The result as it may be stored: without the secrets of the feed's address."""
        if isinstance(due, Wish) or isinstance(result, Exception):
            return result
        address = self._poller.addresses.resolved(due.feed.id, due.feed.url)
        return result if isinstance(address, FetchFailed) else address.kept(result, due.feed.url)

    # --- in a settler's thread -----------------------------------------------------------------------------

    def _settle(self, one: _Arrived, quick: bool) -> _Settled | _Decided:
        worker = self._poller.quick if quick else self._poller.worker
        if isinstance(one.due, Wish):
            assert one.result is not None
            return _Settled(one.due, news=article_jobs.settle(self._poller, one.due, one.result, worker))
        state = one.due
        if one.result is not None:
            return self._decide(state, one.result, worker)
        results = read_local(state.feed.url, etag=state.etag)
        records = (feed_jobs.settle(self._poller, state, result, worker) for result in results)
        return _Settled(state, tuple(record for record in records if record is not None))

    def _decide(
        self, state: FeedState, result: FetchResult | Exception, worker: Worker
    ) -> _Settled | _Decided:
        """What an answer means; one that brings many items is written at once."""
        record = feed_jobs.decide(self._poller, state, result, worker)
        if record is None:
            return _Settled(state)
        if len(record.assessed) <= FEW:
            return _Decided(state, record)
        return _Settled(state, (record,) if feed_jobs.write_alone(self._poller, state, record) else ())

    def _interrupt(self) -> None:
        for worker in (self._poller.quick, self._poller.worker):
            worker.close()


def _key(due: Due) -> Key:
    return ("article", due.item_id) if isinstance(due, Wish) else ("feed", due.feed.id)

"""What a flow of polling may ask for: all that is due, or, one worker of several, what jobs told it of.

A job says to one worker that feeds or articles are due. The worker takes over their leases and those of their
hosts, so that nobody else asks them; when the last of a job has ended, it gives all of them back.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from monitor.store import articles, feeds, leases

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import FeedState
    from monitor.store.articles import Wish
    from monitor.store.database import Database
    from monitor.store.leases import Key

#: more than are ever due at once; only so that a query has an end
MOST = 100_000
#: how long a lease lasts that nobody prolongs, and seconds between two times that its worker does
LEASE, RENEW = timedelta(seconds=30), 10.0
#: a worker's threads of polling stay for so long when nothing is to be done
STAY = timedelta(seconds=15)


class Found(NamedTuple):
    """What is due, and when the next is."""

    feeds: tuple[FeedState, ...]
    wishes: tuple[Wish, ...]
    next_at: datetime | None


class Work(Protocol):
    """Where a flow finds what it is to ask: `feed` and its id, or `article` and its item's number."""

    def due(self, db: Database, now: datetime, flying: Collection[tuple[str, str | int]]) -> Found:
        """What is due now and not under way."""
        ...

    def begin(self, db: Database) -> None:
        """A flow begins: nothing is under way."""
        ...

    def held(self, tx: Connection, kind: str, names: Iterable[str]) -> Collection[str]:
        """Those that may still be written, to the end of the transaction."""
        ...

    def ended(self, kind: str, name: str | int) -> None:
        """One has come to its end."""
        ...


class Everything:
    """The work of a process that polls alone."""

    def due(self, db: Database, now: datetime, flying: Collection[tuple[str, str | int]]) -> Found:
        """From the tables that say when each is due."""
        with db.snapshot() as tx:
            due = feeds.due(tx, now, MOST, besides={of for kind, of in flying if kind == "feed"})
            wishes = articles.due(tx, now, MOST)
            moments = (feeds.next_due(tx), articles.next_due(tx))
        return Found(due, wishes, min((at for at in moments if at is not None), default=None))

    def begin(self, db: Database) -> None:
        """Who is noted as asked was asked by a process, or a flow, that dropped the answer."""
        with db.snapshot() as tx:
            dropped = feeds.being_asked(tx)
        if dropped:
            with db.transaction() as tx:
                feeds.let_wait(tx)

    def held(self, tx: Connection, kind: str, names: Iterable[str]) -> Collection[str]:
        """All: there is nobody else."""
        return frozenset(names)

    def ended(self, kind: str, name: str | int) -> None:
        """The tables say so."""


EVERYTHING = Everything()


@dataclass(slots=True, eq=False)
class Claim:
    """What one job brought."""

    keys: tuple[Key, ...]
    #: those that have not ended
    left: set[Key]
    #: done when none is left
    done: Future[None] = field(default_factory=Future)


class Claims:
    """The work of one worker of several; safe to use from many threads."""

    def __init__(self, db: Database, clock: Callable[[], datetime], token: str) -> None:
        self._db, self._clock, self.token = db, clock, token
        self._changed = threading.Condition()
        self._claims: set[Claim] = set()
        self._of: dict[Key, Claim] = {}
        #: of those, what a flow was given
        self._given: set[Key] = set()
        self._fresh = False
        self._stay_until: datetime | None = None

    def take(self, job: str) -> Claim | None:
        """Take over what is laid for `job`; None: nothing is, any more. Raises StoreError."""
        with self._db.transaction() as tx:
            keys = leases.take(tx, job, self.token, self._clock() + LEASE)
        if not keys:
            return None
        claim = Claim(keys, {key for key in keys if key[0] in ("feed", "article")})
        with self._changed:
            self._claims.add(claim)
            self._of.update(dict.fromkeys(claim.left, claim))
            self._fresh = True
            self._changed.notify_all()
        if not claim.left:
            claim.done.set_result(None)
        return claim

    def free(self, claim: Claim, host_gap: timedelta) -> None:
        """Give back what a claim held. Raises StoreError: then its leases run out."""
        with self._changed:
            self._claims.discard(claim)
        with self._db.transaction() as tx:
            leases.free(tx, claim.keys, self.token, host_until=self._clock() + host_gap)

    def let_lapse(self, claim: Claim, after: timedelta) -> None:
        """Keep a claim that failed for a while, so that nobody tries it again at once. Raises StoreError."""
        with self._changed:
            self._claims.discard(claim)
        with self._db.transaction() as tx:
            leases.prolong(tx, claim.keys, self.token, self._clock() + after)

    def prolong(self) -> None:
        """Hold on to all that is held. Raises StoreError."""
        with self._changed:
            keys = [key for claim in self._claims for key in claim.keys]
        if keys:
            with self._db.transaction() as tx:
                leases.prolong(tx, keys, self.token, self._clock() + LEASE)

    def wait(self) -> None:
        """Until there is something to poll, or `wake` was called."""
        with self._changed:
            self._changed.wait_for(lambda: self._fresh or bool(self._of))

    def wake(self) -> None:
        """End the wait."""
        with self._changed:
            self._fresh = True
            self._changed.notify_all()

    def close(self) -> None:
        """Give back all that is left. Raises StoreError: then it runs out."""
        with self._changed:
            keys = [key for claim in self._claims for key in claim.keys]
            self._claims.clear()
            self._of.clear()
        with self._db.transaction() as tx:
            leases.free(tx, keys, self.token, host_until=self._clock())

    def called(self) -> bool:
        """Whether a job has come since this was asked last."""
        with self._changed:
            fresh, self._fresh = self._fresh, False
        return fresh

    # --- for the flow ---------------------------------------------------------------------------------------

    def due(self, db: Database, now: datetime, flying: Collection[tuple[str, str | int]]) -> Found:
        """What is claimed and not under way; what is not due any more has ended."""
        under_way = {(kind, str(name)) for kind, name in flying}
        with self._changed:
            waiting = [key for key in self._of if key not in under_way]
        found = Found((), (), None)
        if waiting:
            self._stay_until = now + STAY
            with db.snapshot() as tx:
                found = Found(
                    feeds.due(tx, now, MOST, only=[name for kind, name in waiting if kind == "feed"]),
                    articles.due(
                        tx, now, MOST, only=[int(name) for kind, name in waiting if kind == "article"]
                    ),
                    None,
                )
            self._given.update(waiting)
            there = {("feed", state.feed.id) for state in found.feeds}
            there |= {("article", str(wish.item_id)) for wish in found.wishes}
            for key in waiting:
                if key not in there:
                    self.ended(*key)
        stay = self._stay_until is not None and self._stay_until > now
        return found._replace(next_at=self._stay_until if stay else None)

    def begin(self, _db: object = None) -> None:
        """What a flow before was given and has not settled was dropped; what others asked is theirs."""
        for key in tuple(self._given):
            self.ended(*key)

    def held(self, tx: Connection, kind: str, names: Iterable[str]) -> Collection[str]:
        """Those whose lease nobody else has taken over."""
        return leases.held(tx, kind, names, self.token)

    def ended(self, kind: str, name: str | int) -> None:
        """The job is done with its last one."""
        key = (kind, str(name))
        with self._changed:
            claim = self._of.pop(key, None)
            self._given.discard(key)
            if claim is not None:
                claim.left.discard(key)
        if claim is not None and not claim.left:
            claim.done.set_result(None)

"""Hand over what the outbox owes: claim under a lease, send without a transaction, settle.

A slow or broken receiver costs only itself: each has a lane of its own (`monitor.jobs.lanes`).
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import failpoints, logs
from monitor.delivery.channels import degraded
from monitor.jobs import notices as troubles
from monitor.jobs.lanes import LOOK, Lanes
from monitor.jobs.notices import catch_up
from monitor.model import Delivered, Rejected, TryLater
from monitor.store import outbox, receivers
from monitor.timing import TICKS, next_attempt_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.config.model import DeliveryConfig
    from monitor.delivery.channel import Notifier
    from monitor.jobs.notices import Notices
    from monitor.model import Delivery, Outcome
    from monitor.store.database import Database

log = logs.get("deliver")

#: longer than any notifier's own deadline, so that nobody else takes what is still being sent
LEASE = timedelta(minutes=5)
#: seconds between two looks after what is owed
EVERY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """What delivering needs of the world."""

    db: Database
    notifiers: Mapping[str, Notifier]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    stopping: Callable[[], bool]
    notices: Notices
    patience: DeliveryConfig
    #: how long a message is left to its sender, and a new name for him
    lease: timedelta = LEASE
    token: Callable[[], str] = lambda: uuid4().hex


def deliver_due(deliverer: Deliverer) -> Counter[str]:
    """Try everything that may be tried now;
    counts by outcome (`delivered`, `later`, `rejected`, `expired`).
    """
    expired = look_after(deliverer)
    total = _lanes(lambda: deliverer).drain()
    return total + Counter(expired=expired)


class Service:
    """Delivers whatever falls due, for as long as the process lives; a promise that is committed here wakes
    it.

    `make` is asked before each message, so that a reload counts from the next one on. `ticked` runs the look
    after everything that is made every few seconds while something is owed, and writes down that it was made.
    """

    def __init__(
        self, make: Callable[[], Deliverer], ticked: Callable[[Callable[[], object]], object]
    ) -> None:
        self._make, self._ticked = make, ticked
        self._lanes = _lanes(make)
        make().db.hear(self.wake)

    def run(self, failed: Callable[[Exception], None]) -> None:
        """Until the process is to end and what is in hand is done.

        Raises StoreError; may be called again then.
        """
        self._ticked(lambda: look_after(self._make()))
        self._lanes.run(self._look_after, failed)

    def _look_after(self) -> float:
        """Where there is nothing to look after, nothing is written."""
        with self._make().db.snapshot() as tx:
            well = receivers.all_well(tx)
        if well:
            return TICKS["deliver"]
        self._ticked(lambda: look_after(self._make()))
        return EVERY

    def wake(self) -> None:
        """Something may be due that was not."""
        self._lanes.wake()


def _lanes(make: Callable[[], Deliverer]) -> Lanes:
    made = make()
    return Lanes(
        lambda: _due(make()),
        lambda receiver: _step(make(), receiver),
        clock=made.clock,
        stopping=made.stopping,
        look=lambda: TICKS["deliver"] if made.db.hears else LOOK,
    )


def look_after(deliverer: Deliverer) -> int:
    """Expire what is too late, and tell of receivers that take nothing or work again; how many expired."""
    with deliverer.db.transaction() as tx:
        now = deliverer.clock()
        expired = outbox.expire(tx, now)
        troubles.tell_of_receivers(tx, deliverer.notices, deliverer.patience, now)
    return expired


def _due(deliverer: Deliverer) -> Mapping[str, datetime]:
    with deliverer.db.snapshot() as tx:
        return outbox.due(tx, deliverer.clock())


def _step(deliverer: Deliverer, receiver: str) -> str | None:
    """Try the receiver's next delivery; how it went, None where none may be tried."""
    with deliverer.db.transaction() as tx:
        now, token = deliverer.clock(), deliverer.token()
        delivery = outbox.claim(tx, now, lease=deliverer.lease, token=token, receiver=receiver)
    if delivery is None:
        return None
    failpoints.passed("claimed")
    return _one(deliverer, delivery)


def _one(deliverer: Deliverer, delivery: Delivery) -> str:
    started = time.monotonic()
    failpoints.passed(f"sending-{delivery.message.channel}")
    outcome = _sent(deliverer, delivery)
    if isinstance(outcome, Delivered):
        failpoints.passed(f"accepted-{delivery.message.channel}")
    elapsed = timedelta(seconds=time.monotonic() - started)
    now = deliverer.clock()
    retry_at = _retry_at(deliverer, delivery, outcome, now)
    plainer = degraded(delivery.message) if isinstance(outcome, Rejected) and outcome.degrade else None
    known = delivery.receiver in deliverer.notifiers
    with deliverer.db.transaction() as tx:
        held = outbox.settle(
            tx,
            delivery,
            outcome,
            retry_at,
            now,
            elapsed=elapsed,
            plainer=plainer,
            suspend_after=deliverer.patience.suspend_after if known else None,
        )
        if held and isinstance(outcome, Delivered):
            catch_up(tx, deliverer.notices, deliverer.patience.catch_up, delivery, now)
        failpoints.passed("settling")
    failpoints.passed("settled")
    _log(delivery, outcome, retry_at, held=held)
    return {Delivered: "delivered", TryLater: "later", Rejected: "rejected"}[type(outcome)]


def _sent(deliverer: Deliverer, delivery: Delivery) -> Outcome:
    notifier = deliverer.notifiers.get(delivery.receiver)
    if notifier is None:
        return Rejected(reason="the receiver is no longer configured")
    try:
        return notifier.send(delivery, deliverer.clock())
    except Exception as error:
        # a bug in one channel must cost neither the message nor the other channels
        log.exception("send_failed", delivery=delivery.id, receiver=delivery.receiver)
        return TryLater(reason=f"a bug in monitor: {type(error).__name__}", ambiguous=True)


def _retry_at(deliverer: Deliverer, delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
    if not isinstance(outcome, TryLater):
        return None
    return next_attempt_at(
        now,
        attempts=delivery.attempts + 1,
        after=outcome.after,
        created_at=delivery.created_at,
        jitter=deliverer.jitter(),
        kind=delivery.message.kind,
        expires_at=delivery.expires_at,
    )


def _log(delivery: Delivery, outcome: Outcome, retry_at: datetime | None, *, held: bool) -> None:
    keys = {
        "delivery": delivery.id,
        "receiver": delivery.receiver,
        "kind": delivery.message.kind.value,
        "attempt": delivery.attempts + 1,
    }
    if not held:
        log.warning("delivery_overtaken", **keys)
        return
    match outcome:
        case Delivered() if delivery.message.left_out:
            log.warning("delivered_in_part", **keys, left_out=delivery.message.left_out)
        case Delivered():
            log.info("delivered", **keys, subject=delivery.message.subject)
        case TryLater(reason=reason):
            when = retry_at.isoformat(timespec="seconds") if retry_at else "never"
            log.warning("delivery_delayed", **keys, reason=reason, next=when)
        case Rejected(reason=reason):
            log.error("delivery_rejected", **keys, reason=reason)

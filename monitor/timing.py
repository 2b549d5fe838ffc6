"""Pure. When things are due: the next poll, the next attempt. `now` and `jitter` (0 to 1) are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import MessageKind

if TYPE_CHECKING:
    from monitor.config import PollingConfig
    from monitor.model import FetchFailed

#: no answer may keep us away longer than this, whatever it says
MAX_RETRY_AFTER = timedelta(days=2)
#: a failing feed is asked again at the latest after this: never given up silently
BACKOFF_CEILING = timedelta(hours=12)
#: shares of already-seen entries between which the interval stays (Media Cloud's rule)
FEW_SEEN, MANY_SEEN = 1 / 3, 2 / 3
#: waits between delivery attempts (Standard Webhooks 1.0.0, "retry schedule"), then daily
ATTEMPTS = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
#: the waits of what must arrive soon or not at all, the last one again and again
HASTY = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600))
SCHEDULES = {
    MessageKind.ALERT: HASTY,
    MessageKind.NOTICE: HASTY,
    MessageKind.TEST: HASTY[:4],
    MessageKind.DIGEST: ATTEMPTS,
}
#: how long a message is of use, where whoever made it did not say
LIFETIMES = {
    MessageKind.ALERT: timedelta(hours=48),
    MessageKind.NOTICE: timedelta(days=3),
    MessageKind.TEST: timedelta(minutes=10),
}
#: after this a promise without an end of its own is broken and goes to the dead letters, where a person sees it
GIVE_UP_AFTER = timedelta(days=3)

#: the daemon's ticks and the seconds between looks at the database; what is due is decided there
TICKS = {"poll": 15.0, "alert": 5.0, "digest": 20.0, "deliver": 5.0, "watch": 60.0, "prune": 21600.0}
#: the ticks for which nothing waits: they are judged by their rhythm, the others by what is due (`monitor.alerts.pace`)
BY_RHYTHM = ("watch", "prune")
BY_DUE = tuple(name for name in TICKS if name not in BY_RHYTHM)
#: the watcher only reads the database: silent for so long, the process hangs, however patient `tell_after` is
WATCHER_SILENT = timedelta(minutes=10)


def adapted_interval(
    interval: timedelta, *, entries: int, new: int, policy: PollingConfig, floor: timedelta | None
) -> timedelta:
    """The feed's next interval, led by the share of entries that were already seen.

    Few seen again: something may soon roll off, ask sooner. Nearly all seen: ask later. An empty feed tells nothing.
    """
    lowest = max(policy.min_interval, floor or timedelta())
    if entries:
        seen = 1 - new / entries
        if seen < FEW_SEEN:
            interval = interval / 2
        elif seen > MANY_SEEN:
            interval = interval * 1.2
    return min(max(interval, lowest), policy.max_interval)


def next_poll_at(
    now: datetime,
    interval: timedelta,
    *,
    wishes: tuple[timedelta | None, ...],
    jitter: float,
    policy: PollingConfig,
) -> datetime:
    """`now` plus the longest of our interval and the publisher's wishes (ttl, freshness), at most a day, jittered.

    The cap stands because feeds declare absurd lifetimes; jitter adds up to a tenth so that feeds do not march in step.
    """
    wait = max([interval, *(w for w in wishes if w is not None)])
    wait = min(wait, max(policy.max_interval, interval))
    return now + wait * (1 + 0.1 * jitter)


def backoff(
    now: datetime, failed: FetchFailed, *, failures: int, interval: timedelta, jitter: float
) -> datetime:
    """When to ask a failing feed again: Retry-After where given, else the interval doubled by each failure."""
    wait = min(interval * 2.0 ** min(failures - 1, 10), BACKOFF_CEILING)
    wait = max(wait * (0.75 + 0.5 * jitter), interval)
    if failed.retry_after is not None:
        wait = max(wait, min(failed.retry_after, MAX_RETRY_AFTER))
    return now + wait


def next_attempt_at(
    now: datetime,
    *,
    attempts: int,
    after: timedelta | None,
    created_at: datetime,
    jitter: float,
    kind: MessageKind = MessageKind.DIGEST,
    expires_at: datetime | None = None,
) -> datetime | None:
    """When delivery is tried again after `attempts` (1 or more) tries; None once its time is over.

    That time ends at `expires_at`, or three days after `created_at`. The receiver's own wish is a lower bound; jitter
    spreads a crowd after an outage.
    """
    if now >= (expires_at or created_at + GIVE_UP_AFTER):
        return None
    waits = SCHEDULES[kind]
    wait = waits[min(attempts, len(waits)) - 1] * (0.8 + 0.4 * jitter)
    if after is not None:
        wait = max(wait, min(after, MAX_RETRY_AFTER) * (1 + 0.1 * jitter))
    return now + wait

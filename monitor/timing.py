"""Pure. When things are due: the next poll, the next attempt. `now` and `jitter` (0 to 1) are arguments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import FetchFault, MessageKind

if TYPE_CHECKING:
    from monitor.model import Asks, FetchFailed

#: no answer may keep us away longer than this, whatever it says
MAX_RETRY_AFTER = timedelta(days=2)
#: a failing feed is asked again at the latest after this: never given up silently
BACKOFF_CEILING = timedelta(hours=12)
#: no wish about an answer (max-age, ttl) keeps us away longer
MAX_WISH = timedelta(days=1)
#: after 429 a feed is asked hourly at most, for so long
AFTER_429, SLOW_FOR = timedelta(hours=1), timedelta(days=1)
#: a wait of our own is lengthened by up to this share; after skipped hours feeds spread over so much time
JITTER, AFTER_SKIPPED = 0.05, timedelta(minutes=5)
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
#: after this a promise without an end of its own is broken and goes to the dead letters, where a person sees
#: it
GIVE_UP_AFTER = timedelta(days=3)

#: the daemon's ticks and the seconds between two at the most; what something waits for begins when it is due
TICKS = {"poll": 900.0, "alert": 900.0, "digest": 900.0, "deliver": 300.0, "watch": 300.0, "prune": 21600.0}
#: the daemon looks at what is due when it is told that something may be, and at the latest after so many
#: seconds
LOOK_SECONDS = 60.0
#: a poll goes on while another one is due within so many seconds
LINGER_SECONDS = 15.0
#: the ticks for which nothing waits: they are judged by their rhythm, the others by what is due
#: (`monitor.alerts.own_events`)
BY_RHYTHM = ("watch", "prune")
BY_DUE = tuple(name for name in TICKS if name not in BY_RHYTHM)
#: seconds between two where something is wrong, or has just gone wrong
UNEASY_SECONDS = 60.0
#: the watcher only reads the database: silent for so long, the process hangs, however patient `tell_after` is
WATCHER_SILENT = timedelta(minutes=10)


def next_poll(now: datetime, interval: timedelta, asks: Asks, *, jitter: float) -> tuple[datetime, datetime]:
    """When a feed is asked again, and before when nobody may ask it, a person with a button neither.

    The longer of our `interval` and the publisher's wishes (freshness, ttl), a little jittered so that feeds
    do not march in step, then past the hours and days at which he does not want to be asked.
    """
    asked = asked_wait(asks, now)
    due = now + max(interval, asked) * (1 + JITTER * jitter)
    return unskipped(due, asks, jitter), unskipped(now + asked, asks, 0.0)


def asked_wait(asks: Asks, now: datetime) -> timedelta:
    """How long the publisher wants us to stay away after an answer;
    feeds declare absurd lifetimes, a day is the most.
    """
    slow = AFTER_429 if asks.slow_until is not None and asks.slow_until > now else timedelta()
    return max(min(max(asks.fresh_for or timedelta(), asks.ttl or timedelta()), MAX_WISH), slow)


def unskipped(at: datetime, asks: Asks, jitter: float) -> datetime:
    """`at`, or the end of the skipped hours and days (UTC) that it falls into;
    skipping all of them means nothing.
    """
    if not asks.skip_hours and not asks.skip_days:
        return at
    hours = asks.skip_hours if len(set(asks.skip_hours)) < 24 else ()
    days = asks.skip_days if len(set(asks.skip_days)) < 7 else ()
    free, begun = at.astimezone(UTC), False
    while free.hour in hours or free.weekday() in days:
        free, begun = free.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), True
    return free + AFTER_SKIPPED * jitter if begun else at


def backoff(
    now: datetime,
    failed: FetchFailed,
    *,
    failures: int,
    interval: timedelta,
    jitter: float,
    ceiling: timedelta = BACKOFF_CEILING,
) -> datetime:
    """When to ask a failing feed again: Retry-After where given, else the interval doubled by each failure.

    `ceiling`: the most that failures alone lead to. Too many requests (429) without a time: an hour at least.
    """
    wait = min(interval * 2.0 ** min(failures - 1, 10), max(ceiling, interval))
    wait = max(wait * (0.75 + 0.5 * jitter), interval)
    if failed.retry_after is not None:
        wait = max(wait, min(failed.retry_after, MAX_RETRY_AFTER))
    elif failed.fault is FetchFault.RATE_LIMITED:
        wait = max(wait, AFTER_429)
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

    That time ends at `expires_at`, or three days after `created_at`. The receiver's own wish is a lower
    bound; jitter spreads a crowd after an outage.
    """
    if now >= (expires_at or created_at + GIVE_UP_AFTER):
        return None
    waits = SCHEDULES[kind]
    wait = waits[min(attempts, len(waits)) - 1] * (0.8 + 0.4 * jitter)
    if after is not None:
        wait = max(wait, min(after, MAX_RETRY_AFTER) * (1 + 0.1 * jitter))
    return now + wait

"""Pure. How a feed publishes, as learnt, and what its publisher asks of those who read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Items heard of, counted so that old ones fade (`monitor.rhythm` reads and writes this, and says how fast)."""

    #: from when on every item was heard of
    since: datetime
    #: the counts are as of then
    at: datetime
    #: items altogether
    total: float = 0.0
    #: by hour of day (UTC) and by weekday (Monday first)
    hours: tuple[float, ...] = (0.0,) * 24
    days: tuple[float, ...] = (0.0,) * 7
    #: within about an hour, now and at the busiest
    recent: float = 0.0
    peak: float = 0.0
    #: entries in the document; 0 where none was read yet
    window: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """The publisher's wishes; None and empty where nothing is said."""

    #: how long an answer stays fresh: Cache-Control max-age, else Expires
    fresh_for: timedelta | None = None
    #: how long a document may be kept: RSS ttl, or the syndication module's updatePeriod and updateFrequency
    ttl: timedelta | None = None
    #: hours of day (0 to 23, UTC) and weekdays (Monday 0) at which nobody should ask: RSS skipHours, skipDays
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    #: 429 was answered: not faster than hourly until then
    slow_until: datetime | None = None

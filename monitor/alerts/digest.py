"""Pure. When a digest is due and which window it covers.

The ledger decides, not a scheduler: a digest is due when its local time has passed and no row says that it went out.
Windows are half-open `[since, until)` and tile time: each begins where the last one ended. Local times become UTC
instants by `zoneinfo` (PEP 495): a time inside a spring gap means the first instant after it, a time that an autumn
night has twice means the first of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import time
    from zoneinfo import ZoneInfo

    from monitor.config import DigestConfig

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
#: a ledger row this far ahead of the clock was written while the clock was wrong
_WRONG_CLOCK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDigest:
    """The row of the series that was written last."""

    local_date: date
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A digest that should go out now."""

    #: with the series' name the digest's identity
    local_date: date
    due_at: datetime
    since: datetime
    until: datetime
    #: it stands in for `missed` earlier digests as well, and must say so
    catch_up: bool = False
    missed: int = 0


def due(
    series: DigestConfig, last: LastDigest | None, now: datetime, *, installed_at: datetime
) -> Due | None:
    """The digest of `series` that is due at `now` (aware); None when there is none.

    After downtime there is one digest, for the latest date, whose window begins where the last one ended. The first
    ever begins at `installed_at`. Where either lies more than a day ahead of `now`, the clock was wrong: the window
    is then the regular one. It may cover time twice, but matches are told by their number, so none is repeated.
    """
    day = next(_dates_back(series, now), None)
    if day is None:
        return None
    until = instant(day, series.at, series.timezone)
    since = last.until if last else installed_at
    if since - now > _WRONG_CLOCK:
        return Due(local_date=day, due_at=until, since=_before(series, day), until=until)
    if until <= since or (last is not None and day <= last.local_date):
        return None
    missed = _missed(series, last.local_date, day) if last else 0
    return Due(local_date=day, due_at=until, since=since, until=until, catch_up=missed > 0, missed=missed)


def next_due(series: DigestConfig, now: datetime) -> datetime | None:
    """The first due instant (UTC) after `now`; None when the series has no day."""
    start = now.astimezone(series.timezone).date()
    for offset in range(10):
        day = start + timedelta(days=offset)
        if _DAYS[day.weekday()] in series.days and instant(day, series.at, series.timezone) > now:
            return instant(day, series.at, series.timezone)
    return None


def should_send(series: DigestConfig, *, stories: int, healthy: bool) -> bool:
    """Whether a due digest goes out: always with stories, otherwise as `empty` says."""
    if stories or series.empty == "send":
        return True
    return series.empty == "only-when-unhealthy" and not healthy


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of the local time `at` on `day`: the first of two, or the first after a gap."""
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if _local(found, zone) == wall:
        return found
    # in a gap fold=1 reads the time with the later offset: an instant before the clocks changed
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if _local(middle, zone) >= wall else (middle, high)
    return high.replace(microsecond=0)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _dates_back(series: DigestConfig, now: datetime) -> Iterator[date]:
    """The dates of `series` whose time has come, latest first, within eight days."""
    today = now.astimezone(series.timezone).date()
    for offset in range(9):
        day = today - timedelta(days=offset)
        if _DAYS[day.weekday()] in series.days and instant(day, series.at, series.timezone) <= now:
            yield day


def _before(series: DigestConfig, day: date) -> datetime:
    """The due instant of the date before `day`."""
    earlier = next(d for n in range(1, 9) if _DAYS[(d := day - timedelta(days=n)).weekday()] in series.days)
    return instant(earlier, series.at, series.timezone)


def _missed(series: DigestConfig, after: date, before: date) -> int:
    between = (before - after).days - 1
    return sum(_DAYS[(after + n * _DAY).weekday()] in series.days for n in range(1, between + 1))

"""Pure. When a digest is due and which window it covers.

The ledger decides, not a scheduler: a digest is due when its local time has passed and no row says that it
went out. Windows are half-open `[since, until)` and tile time: each begins where the last one ended. Local
times become UTC instants by `zoneinfo` (PEP 495): a time inside a spring gap means the first instant after
it, a time that an autumn night has twice means the first of both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from monitor.config.model import DigestConfig, ReceiverConfig

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
#: a ledger row this far ahead of the clock was written while the clock was wrong
_WRONG_CLOCK = timedelta(days=1)
#: a week and a day: within it every series has a time
_REACH = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDigest:
    """The row of the series that was written last."""

    local_date: date
    until: datetime
    #: the local time of a brief; None for a digest that comes once a day
    local_time: time | None = None

    @classmethod
    def of(cls, key: str, until: datetime) -> LastDigest:
        """From the ledger's `2026-11-24` or `2026-11-24T13:00`."""
        wall = datetime.fromisoformat(key)
        return cls(local_date=wall.date(), local_time=wall.time() if "T" in key else None, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A digest that should go out now."""

    local_date: date
    due_at: datetime
    since: datetime
    until: datetime
    #: the local time of a brief; None for a digest that comes once a day
    local_time: time | None = None
    #: it stands in for `missed` earlier digests as well, and must say so
    catch_up: bool = False
    missed: int = 0

    @property
    def key(self) -> str:
        """With the series' name the digest's identity: `2026-11-24`, and of a brief `2026-11-24T13:00`."""
        day = self.local_date.isoformat()
        return day if self.local_time is None else f"{day}T{self.local_time:%H:%M}"


def for_reader(series: DigestConfig, receiver: ReceiverConfig) -> DigestConfig:
    """`series` in the time zone and the language of `receiver`, where that has its own."""
    own = {"timezone": receiver.timezone, "language": receiver.own_language}
    return series.model_copy(update={key: value for key, value in own.items() if value is not None})


def due(
    series: DigestConfig, last: LastDigest | None, now: datetime, *, installed_at: datetime
) -> Due | None:
    """The digest of `series` that is due at `now` (aware); None when there is none.

    After downtime there is one digest, for the latest time, whose window begins where the last one ended. The
    first ever begins at `installed_at`. Where either lies more than a day ahead of `now`, the clock was
    wrong: the window is then the regular one. It may cover time twice, but matches are told by their number,
    so none is repeated.
    """
    wall = next(_back(series, now), None)
    if wall is None:
        return None
    until = _utc(wall, series)
    brief = wall.time() if series.every else None
    found = Due(local_date=wall.date(), local_time=brief, due_at=until, since=until, until=until)
    since = last.until if last else installed_at
    if since - now > _WRONG_CLOCK:
        return _spanning(found, edges(series, until, 1)[0], 0)
    if until <= since or (last is not None and not _after(wall, last, series)):
        return None
    return _spanning(found, since, _missed(series, last, wall) if last else 0)


def _spanning(found: Due, since: datetime, missed: int) -> Due:
    return replace(found, since=since, catch_up=missed > 0, missed=missed)


def next_due(series: DigestConfig, now: datetime) -> datetime | None:
    """The first due instant (UTC) after `now`; None when the series has no day."""
    start = now.astimezone(series.timezone).date()
    days = (start + n * _DAY for n in range(_REACH + 1))
    return next((at for day in days for wall in _on(series, day) if (at := _utc(wall, series)) > now), None)


def edges(series: DigestConfig, until: datetime, count: int) -> tuple[datetime, ...]:
    """The last `count` due instants before `until`, oldest first: where regular windows begin."""
    found: list[datetime] = []
    day = until.astimezone(series.timezone).date() + _DAY
    while len(found) < count:
        for wall in reversed(_on(series, day)):
            at = _utc(wall, series)
            if at < (found[-1] if found else until):
                found.append(at)
        day -= _DAY
    return tuple(reversed(found[:count]))


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


def _utc(wall: datetime, series: DigestConfig) -> datetime:
    return instant(wall.date(), wall.time(), series.timezone)


def _on(series: DigestConfig, day: date) -> list[datetime]:
    """The local times of `series` on `day`, earliest first; none on a day that it leaves out."""
    if _DAYS[day.weekday()] not in series.days:
        return []
    return [datetime.combine(day, at) for at in series.times]


def _back(series: DigestConfig, now: datetime) -> Iterator[datetime]:
    """The local times of `series` that have come, latest first, within eight days."""
    today = now.astimezone(series.timezone).date()
    for offset in range(_REACH):
        for wall in reversed(_on(series, today - offset * _DAY)):
            if _utc(wall, series) <= now:
                yield wall


def _after(wall: datetime, last: LastDigest, series: DigestConfig) -> bool:
    """Whether `wall` comes after the last digest: by the date, and between briefs by the time as well."""
    if series.every is None:
        return wall.date() > last.local_date
    return wall > datetime.combine(last.local_date, last.local_time or time.min)


def _missed(series: DigestConfig, last: LastDigest, wall: datetime) -> int:
    """How many due instants lie between the last digest and `wall`; times inside a gap are one."""
    days = range((wall.date() - last.local_date).days + 1)
    walls = (between for n in days for between in _on(series, last.local_date + n * _DAY))
    passed = {_utc(between, series) for between in walls if between < wall and _after(between, last, series)}
    return len([at for at in passed if last.until < at < _utc(wall, series)])

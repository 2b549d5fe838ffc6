"""Pure. How often a feed is asked: its rhythm, learnt from what it brings, and the interval that follows from
it.

A poll costs the publisher a request, waiting costs the reader delay. For news that comes at random at a rate
r, the least of both together is an interval in proportion to 1/√r; `USUAL` fixes the price: ten items a day
are asked for every quarter of an hour. The rate is that of this hour and weekday, or that of a burst under
way, whichever is higher.

Counts fade with age, so nothing but the counts is kept, and an answer without news costs nothing: time passes
by itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from math import exp, sqrt
from typing import TYPE_CHECKING

from monitor.model import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.config.model import PollingConfig
    from monitor.model import Feed

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: ten items a day, in items an hour, are asked for this often
USUAL, USUAL_RATE = timedelta(minutes=15), 10 / 24
#: after this time a count is worth 1/e of what it was: of the rate, of hours and weekdays, of a burst, of the
#: peak
FADES, PROFILE_FADES, BURST_FADES, PEAK_FADES = 7 * DAY, 28 * DAY, HOUR, 14 * DAY
#: what nobody knows yet is believed to be as configured, with the weight of so much time
BELIEF = 6 * HOUR
#: hours of day and weekdays are told apart after so much time, and believed even with the weight of so many
#: items each
HOURS_AFTER, DAYS_AFTER = 3 * DAY, 14 * DAY
EVEN_HOUR, EVEN_DAY = 3.0, 5.0
#: at the busiest, no more of the document may be replaced between two polls than this
REPLACED = 1 / 3
#: a document with at least this share of new entries is a burst: the next poll is the earliest that is
#: allowed
BURST_SHARE = 0.5
#: dates of a first document are believed where they differ and span at least this
BELIEVED_SPAN = HOUR
#: of the first document's dates, the oldest share that is not looked at: pinned entries
PINNED = 0.1


def begun(dates: Iterable[datetime], now: datetime, *, entries: int) -> Rhythm:
    """The rhythm of a feed that is read for the first time, from the dates of its `entries` (those that have
    one).

    Dates that are all alike, as where a server stamps every entry with the time of the request, say nothing.
    """
    times = sorted(at.astimezone(UTC) for at in dates if at <= now)
    times = times[int(len(times) * PINNED) :]
    if len(times) < 3 or len(set(times)) * 2 < len(times) or times[-1] - times[0] < BELIEVED_SPAN:
        return Rhythm(since=now, at=now, window=entries)
    blank = Rhythm(since=times[0], at=times[0], window=entries)
    return _counted(blank, times[1:], now)


def learnt(
    rhythm: Rhythm, dates: Sequence[datetime | None], now: datetime, *, since: datetime, entries: int
) -> Rhythm:
    """What an answer at `now` with new items of these `dates` teaches; `since`: the answer before it.

    A date outside of the time between the two is moved to its nearer end; items without one spread evenly
    over it. `entries`: all that the document holds, 0 where none was read. Without news the rhythm is the
    same object.
    """
    window = _window(rhythm.window, entries)
    if not dates:
        return rhythm if window == rhythm.window else replace(rhythm, window=window)
    step = (now - since) / (len(dates) + 1)
    spread = (since + step * n for n in range(1, len(dates) + 1))
    times = [min(max(at, since), now) if at else even for at, even in zip(dates, spread, strict=True)]
    times = [at.astimezone(UTC) for at in times]
    return _counted(replace(rhythm, window=window), sorted(times), now)


def rate(rhythm: Rhythm | None, now: datetime, *, believed: float = USUAL_RATE) -> float:
    """Items an hour to expect at `now`; `believed`: what holds as long as little is known."""
    if rhythm is None:
        return believed
    seen, belief = _hours(_exposure(now - rhythm.since, FADES)), _hours(BELIEF)
    base = (rhythm.total * _left(now - rhythm.at, FADES) + believed * belief) / (seen + belief)
    return max(base * _share(rhythm, now), _burst(rhythm, now))


def held_for(rhythm: Rhythm | None, now: datetime) -> timedelta | None:
    """The longest wait after which nothing can have left the document unseen;
    None where that is not known.
    """
    if rhythm is None or not rhythm.window:
        return None
    busiest = max(rhythm.peak * _left(now - rhythm.at, PEAK_FADES), rate(rhythm, now, believed=0.0))
    return HOUR * min(rhythm.window * REPLACED / busiest, 1e5) if busiest > 0 else None


def wanted_interval(rhythm: Rhythm | None, now: datetime, policy: PollingConfig) -> timedelta:
    """The interval that the rhythm asks for, before anybody's bounds."""
    believed = USUAL_RATE * (USUAL / policy.interval) ** 2 if policy.interval else USUAL_RATE
    expected = max(rate(rhythm, now, believed=believed), 1e-6)
    wanted = USUAL * sqrt(USUAL_RATE / expected)
    held = held_for(rhythm, now)
    return min(wanted, held) if held is not None else wanted


def shortest(feed: Feed, policy: PollingConfig) -> timedelta:
    """The least time between two polls:
    the feed's own, else the configured one, which a feed's `interval` may pass.
    """
    if feed.min_interval is not None:
        return feed.min_interval
    return min(policy.min_interval, feed.interval or policy.min_interval)


def longest(feed: Feed, policy: PollingConfig) -> timedelta:
    """The most time between two polls that we choose ourselves; the publisher may ask for more."""
    return max(min(policy.max_interval, feed.interval or policy.max_interval), shortest(feed, policy))


def interval(
    rhythm: Rhythm | None, now: datetime, *, feed: Feed, policy: PollingConfig, burst: bool = False
) -> timedelta:
    """The feed's next interval, within its bounds;
    `burst`: the poll brought so much that the next must be soon.
    """
    lowest = shortest(feed, policy)
    if burst:
        return lowest
    return min(max(wanted_interval(rhythm, now, policy), lowest), longest(feed, policy))


def is_burst(new: int, entries: int) -> bool:
    """Whether so much of a document is new that some of it may have passed already."""
    return new > 0 and new >= BURST_SHARE * entries


def _counted(rhythm: Rhythm, times: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm as of `now`, with items at `times` (rising, none after `now`) counted in."""
    left = _left(now - rhythm.at, PROFILE_FADES)
    hours, days = [h * left for h in rhythm.hours], [d * left for d in rhythm.days]
    total = rhythm.total * _left(now - rhythm.at, FADES)
    recent, peak, before = rhythm.recent, rhythm.peak * _left(now - rhythm.at, PEAK_FADES), rhythm.at
    for at in times:
        total += _left(now - at, FADES)
        worth = _left(now - at, PROFILE_FADES)
        hours[at.hour] += worth
        days[at.weekday()] += worth
        recent = recent * _left(at - before, BURST_FADES) + 1
        peak, before = max(peak, recent * _left(now - at, PEAK_FADES)), max(at, before)
    return replace(
        rhythm,
        at=now,
        total=total,
        hours=tuple(hours),
        days=tuple(days),
        recent=recent * _left(now - before, BURST_FADES),
        peak=peak,
    )


def _share(rhythm: Rhythm, now: datetime) -> float:
    """How much busier than usual the hour that begins is;
    1 as long as hours and days cannot be told apart.
    """
    known = now - rhythm.since
    found = 1.0
    soon = (now, now + HOUR)
    if known >= HOURS_AFTER:
        found *= max(_part(_smooth(rhythm.hours, at.hour), rhythm.hours, EVEN_HOUR) for at in soon)
    if known >= DAYS_AFTER:
        found *= max(_part(rhythm.days[at.weekday()], rhythm.days, EVEN_DAY) for at in soon)
    return found


def _part(count: float, counts: Sequence[float], even: float) -> float:
    """A count against the mean of all, drawn towards 1 where there is little of both."""
    return (count + even) / (sum(counts) / len(counts) + even)


def _smooth(hours: Sequence[float], hour: int) -> float:
    """The count of an hour, or the mean with its neighbours where that is more:
    mornings do not begin on the dot.
    """
    near = (hours[hour - 1] + 2 * hours[hour] + hours[(hour + 1) % 24]) / 4
    return max(near, hours[hour])


def _burst(rhythm: Rhythm, now: datetime) -> float:
    """Items an hour of a burst under way; a single item is none."""
    return max(rhythm.recent * _left(now - rhythm.at, BURST_FADES) - 1, 0.0) / _hours(BURST_FADES)


def _window(before: float, entries: int) -> float:
    """Entries that a document holds: down at once, up slowly."""
    if not entries:
        return before
    return float(entries) if entries < before or not before else round(before + (entries - before) / 5, 2)


def _left(age: timedelta, fades: timedelta) -> float:
    return exp(-max(age / fades, 0.0))


def _exposure(known: timedelta, fades: timedelta) -> timedelta:
    """The time that faded counts stand for."""
    return fades * (1 - _left(known, fades))


def _hours(span: timedelta) -> float:
    return span / HOUR

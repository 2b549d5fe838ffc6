"""Pure. Who hears of what and when, as written in `monitor.yaml`: routes, time intervals, inhibition,
throttles.

The words and their meaning are those of prometheus/alertmanager.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from monitor.fields import NAME, Duration, Names, Strict, Zone, many
from monitor.model import Severity
from monitor.model.matchers import Matcher, from_pair, parse

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


def _many_matchers(value: Any) -> Any:
    """A mapping of labels to values, or a list of matchers as text, as one list of either."""
    if isinstance(value, Mapping):
        return tuple(value.items())
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise ValueError(f'{value!r} are not matchers | write {{severity: high}} or ["side=~state-.*"]')
    return tuple(given)


def _matcher(value: Any) -> Matcher:
    if isinstance(value, tuple):
        return from_pair(*value)
    if isinstance(value, Mapping):
        raise ValueError(
            "a mapping in a list | write match: {severity: high}, or matchers: ['severity=high']"
        )
    return value if isinstance(value, Matcher) else parse(str(value))


def _minutes(value: Any) -> int:
    """`HH:MM` as minutes of the day; 24:00 is its end."""
    if isinstance(value, int):
        raise ValueError(f"{value!r} is not a time of day | put it in quotes, like '08:00'")
    found = _TIME.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is not a time of day | write it like 08:00, at most 24:00")
    return int(found[1]) * 60 + int(found[2]) if found[1] else 24 * 60


def _times(value: Any) -> tuple[tuple[int, int], ...]:
    """`[{start_time: "08:00", end_time: "17:00"}]` as minutes; the end is not within."""
    if not isinstance(value, list | tuple):
        raise ValueError("times is a list | write [{start_time: '08:00', end_time: '17:00'}]")
    return tuple(_time_range(one) for one in value)


def _time_range(one: Any) -> tuple[int, int]:
    if not isinstance(one, Mapping) or set(one) != {"start_time", "end_time"}:
        raise ValueError(f"{one!r} is not a range of times | it has start_time and end_time")
    start, end = _minutes(one["start_time"]), _minutes(one["end_time"])
    if start >= end:
        raise ValueError(
            f"{one['start_time']} to {one['end_time']} is no time of one day | "
            "over midnight takes two ranges, one to 24:00 and one from 00:00"
        )
    return start, end


def _ranges(value: Any, names: tuple[str, ...], low: int, high: int) -> tuple[tuple[int, int], ...]:
    """`["monday:friday", 3]`: names count from 1; both ends are within."""
    found = []
    for one in value if isinstance(value, list | tuple) else [value]:
        first, _, last = str(one).lower().partition(":")
        start, end = (_number(part.strip(), names, low, high) for part in (first, last or first))
        if start > end and (start > 0) == (end > 0):
            raise ValueError(f"{one!r} ends before it begins | the earlier one comes first")
        found.append((start, end))
    return tuple(found)


def _number(text: str, names: tuple[str, ...], low: int, high: int) -> int:
    if text in names:
        return names.index(text) + 1
    number = int(text) if re.fullmatch(r"-?\d{1,4}", text) else 0
    if not low <= number <= high or not number:
        said = f"{names[0]} … {names[-1]}" if names else f"{low} … {high}"
        raise ValueError(f"{text!r} is not known here | one of {said}")
    return number


Matchers = Annotated[
    tuple[Annotated[Matcher, BeforeValidator(_matcher)], ...], BeforeValidator(_many_matchers)
]
Times = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_times)]
Weekdays = Annotated[tuple[tuple[int, int], ...], BeforeValidator(lambda v: _ranges(v, _DAYS, 1, 7))]
MonthDays = Annotated[tuple[tuple[int, int], ...], BeforeValidator(lambda v: _ranges(v, (), -31, 31))]
Months = Annotated[tuple[tuple[int, int], ...], BeforeValidator(lambda v: _ranges(v, _MONTHS, 1, 12))]
Years = Annotated[tuple[tuple[int, int], ...], BeforeValidator(lambda v: _ranges(v, (), 1970, 9999))]
Label = Literal["story", "watchlist", "rule", "severity", "side", "participants", "feed", "lang"]
_Severities = Annotated[tuple[Severity, ...], BeforeValidator(many)]


class IntervalConfig(Strict):
    """Moments that fit everything given here, by the clock of `location`."""

    #: minutes of the day, the end not within
    times: Times = ()
    #: 1 is Monday
    weekdays: Weekdays = ()
    #: -1 is the last day
    days_of_month: MonthDays = ()
    months: Months = ()
    years: Years = ()
    location: Zone = ZoneInfo("UTC")


class TimeIntervalConfig(Strict):
    """A name for moments, such as nights or weekends."""

    name: str = Field(pattern=NAME)
    time_intervals: tuple[IntervalConfig, ...] = Field(min_length=1)


class InhibitConfig(Strict):
    """Stories that fit `target_match` are not alerted while one that fits `source_match` is."""

    source_match: Matchers = Field(min_length=1)
    target_match: Matchers = Field(min_length=1)
    #: labels that the two must have in common
    equal: Annotated[tuple[Label, ...], BeforeValidator(many)] = ()
    #: how long after its last telling a story keeps others quiet
    lasts: Duration = Field(default=timedelta(hours=24), alias="for")


class EscalateConfig(Strict):
    """Who is told what nobody acknowledged."""

    after: Duration = timedelta(hours=1)
    to: str
    #: quieter stories are not escalated
    min_severity: Severity = Severity.HIGH


class ThrottleConfig(Strict):
    """How many alerts a receiver takes; the others are told together in one."""

    messages: int = Field(ge=1)
    per: Duration = timedelta(hours=1)
    #: severities that never wait
    exempt: _Severities = ()


class RouteConfig(Strict):
    """The first child that matches takes a story;
    settings are inherited, but not `continue` and the intervals.
    """

    receiver: str | None = None
    #: labels and what each must be, one of a list; all must hold, and all of `matchers`
    match: Matchers = ()
    #: conditions as text, in the same language
    matchers: Matchers = ()
    #: None: as the parent, at the top `[story]`
    group_by: Annotated[tuple[Label, ...] | None, BeforeValidator(many)] = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    #: None: what did not change is not told again
    repeat_interval: Duration | None = None
    escalate: EscalateConfig | None = None
    mute_time_intervals: Names = ()
    active_time_intervals: Names = ()
    proceed: bool = Field(default=False, alias="continue")
    routes: tuple[RouteConfig, ...] = ()

    @property
    def asks(self) -> tuple[Matcher, ...]:
        """Everything that must hold."""
        return (*self.match, *self.matchers)

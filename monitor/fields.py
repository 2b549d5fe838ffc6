"""Pure. The kinds of values in `monitor.yaml`: durations, zones, times of day, networks, names.

A message after " | " in a ValueError is the remedy shown to the operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from monitor.model.press import Strict as Strict
from monitor.validation_messages import worded

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
NAME = worded(
    r"^[a-z0-9][a-z0-9_-]{0,40}$",
    "a name: small letters a to z, digits, - and _, at most 41, beginning with a letter or digit",
)


@dataclass(frozen=True, slots=True)
class LocalMark:
    """Marks a key that names a file or folder: it is relative to the file that it stands in."""

    #: an address such as sqlite:///data/monitor.db, of which only the path is local
    url: bool = False


def parse_duration(value: Any) -> timedelta:
    """`90s`, `10m`, `1h30m`, `7d` as a timedelta; a bare number or anything else is a ValueError."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(?:(\d+)([smhdw]))(?:(\d+)([smhdw]))?", str(value).strip().lower())
    if not found:
        raise ValueError(f"{value!r} is not a duration | write it like 30s, 10m, 24h or 7d")
    first, unit, second, unit2 = found.groups()
    return timedelta(seconds=int(first) * _UNITS[unit] + (int(second) * _UNITS[unit2] if second else 0))


def _zone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not an IANA time zone | for example Africa/Tripoli or UTC") from None


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not found:
        raise ValueError(f"{value!r} is not a time of day | write it like 07:00")
    return time(int(found[1]), int(found[2]))


def _network(value: Any) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a network | write it like 10.1.2.0/24") from None


def many(value: Any) -> Any:
    """One name is a list of one."""
    return [value] if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Names = Annotated[tuple[str, ...], BeforeValidator(many)]
#: a file or folder
LocalPath = Annotated[str, LocalMark()]
LocalPaths = Annotated[tuple[LocalPath, ...], BeforeValidator(many)]
_ADDRESS = worded(
    r"^[^@\s<>,;\x00-\x1f]{1,64}@[^@\s<>,;\x00-\x1f]{1,255}$", "a bare mail address, like desk@example.org"
)
Address = Annotated[str, Field(pattern=_ADDRESS, max_length=254)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

#: days that a word stands for
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_WORDS = {"daily": WEEK, "weekdays": WEEK[:5], "weekend": WEEK[5:]}


def _days(value: Any) -> Any:
    """`weekdays`, `mon` or a list of days."""
    return _DAY_WORDS.get(value, (value,)) if isinstance(value, str) else value


Days = Annotated[tuple[Day, ...], BeforeValidator(_days), Field(min_length=1)]

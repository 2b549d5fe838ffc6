"""Pure. The kinds of values in `monitor.yaml`: durations, zones, times of day, networks, names;
and what pydantic refuses, in plain words.

A pattern is registered with what it stands for (`worded`), so that nobody is shown a regular expression. A
message after " | " in a ValueError is the remedy shown to the operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from monitor.errors import suggestion
from monitor.model.press import Strict as Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

#: pattern -> what it stands for
_PATTERNS: dict[str, str] = {}


def worded(pattern: str, words: str) -> str:
    """`pattern`, whose mismatch is told as "is not `words`"."""
    _PATTERNS[pattern] = words
    return pattern


def known_patterns() -> frozenset[str]:
    """All that have words."""
    return frozenset(_PATTERNS)


def plainly(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and the remedy (may be empty)."""
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return f"{_shown(error['input'])} is not {_PATTERNS.get(str(context['pattern']), 'valid')}", ""
    if error["type"] in ("literal_error", "enum"):
        return _not_among(error["input"], str(context["expected"]))
    if error["type"] in _SAID:
        return _SAID[error["type"]](error["input"], context), ""
    message, _, remedy = str(error["msg"]).removeprefix("Value error, ").partition(" | ")
    return message, remedy


def _not_among(given: Any, expected: str) -> tuple[str, str]:
    """The message keeps all words that would do; the remedy is the nearest."""
    known = re.findall(r"'([^']*)'", expected)
    near = suggestion(str(given), known)
    remedy = near if near.startswith("did you mean") else ""
    return f"{given!r} is not known here: it is one of {', '.join(known) or expected}", remedy


def _shown(given: Any) -> str:
    """A value as the operator wrote it, as far as it is short and holds no secret: an address may."""
    if isinstance(given, dict):
        return "keys and values"
    if isinstance(given, list | tuple):
        return "a list"
    if isinstance(given, str) and ("://" in given or len(given) > 80):
        return "this address" if "://" in given else "this text"
    return "nothing" if given is None else repr(given)


def _wants(what: str) -> Callable[[Any, Mapping[str, Any]], str]:
    return lambda given, _context: f"must be {what}, not {_shown(given)}"


_SAID: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "model_type": _wants("keys and values"),
    "model_attributes_type": _wants("keys and values"),
    "dict_type": _wants("keys and values"),
    "string_type": lambda given, _context: (
        "must be text"
        + (": put it in quotes" if isinstance(given, int | float) else f", not {_shown(given)}")
    ),
    "list_type": _wants("a list"),
    "tuple_type": _wants("a list"),
    "int_type": _wants("a whole number"),
    "int_parsing": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "float_type": _wants("a number"),
    "float_parsing": _wants("a number"),
    "bool_type": _wants("true or false"),
    "bool_parsing": _wants("true or false"),
    "too_short": lambda _given, c: f"must name at least {c['min_length']}",
    "too_long": lambda _given, c: f"must name at most {c['max_length']}",
    "string_too_short": lambda _given, c: f"must have at least {c['min_length']} characters",
    "string_too_long": lambda _given, c: f"must have at most {c['max_length']} characters",
    "greater_than_equal": lambda given, c: f"must be {c['ge']} or more, not {_shown(given)}",
    "less_than_equal": lambda given, c: f"must be {c['le']} or less, not {_shown(given)}",
}


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

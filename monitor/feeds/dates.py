"""Pure. A feed's date words to a UTC instant, and what is odd about it. A date never decides whether an item
alerts.

Read by us because feedparser reads MSK, EET and Europe/Rome as UTC, 1721037600 as the year 1721, and no month
names but English ones. Formats: RFC 3339, RFC 822 with its usual mistakes, numbers with dots or slashes,
month names in the languages of our feeds, Unix seconds and milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.feeds.wordlists import sections
from monitor.languages import remembered
from monitor.model import DateFlag

if TYPE_CHECKING:
    from collections.abc import Mapping

#: a clock may be off by a time zone, not by more
FUTURE_AFTER = timedelta(hours=24)
#: no news feed is older than the web's first ones
ANCIENT_BEFORE = datetime(1995, 1, 1, tzinfo=UTC)
#: longer texts are no date
MAX_LENGTH = 120

_AFTERNOON, _MORNING = frozenset(("pm", "p", "م", "مساء")), frozenset(("am", "a", "ص", "صباحا"))

_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h]|\sh\s)(\d{2}|\d(?=:\d))(?:[:.](\d{1,2})(?:[.,]\d+)?)?(?![\d.])"
)
_CLOCK_OR_OFFSET = re.compile(_CLOCK.pattern + r"|(?<=\s)[+-]\d{2}:?\d{2}\b")
_HALF = re.compile(r"\s*([ap])\.?\s?m\b\.?|\s*(صباحا|مساء|ص|م)(?!\w)")
_OFFSET = re.compile(r"\s*(?:gmt|utc)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
# fmt: off
_ENGLISH = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}
# fmt: on
#: the two forms that nearly all feeds have: RFC 822 and RFC 3339
_USUAL = re.compile(
    r"\s*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>\d\d?) (?P<name>"
    + "|".join(_ENGLISH)
    + r") (?P<year>\d{4})\s"
    r"|(?P<iso>\d{4}-\d\d-\d\d)[T ])"
    r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?:\.\d+)?"
    r" ?(?:GMT|UTC|Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))\s*",
    re.ASCII,
)
_REGION = re.compile(r"[A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:t(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_WORD = re.compile(r"[^\W\d_]+(?:_(?:[^\W\d_]+|\d))?")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")


def _folded(text: str) -> str:
    """Lower case, no accents, Western digits, one space."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "i"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    digits = "".join(str(unicodedata.digit(c, c)) if c.isdigit() else c for c in plain)
    return " ".join(digits.replace("−", "-").lower().split())


@remembered
def _months() -> Mapping[str, int]:
    """The names of the months in all languages, short ones too; two words are joined by an underscore."""
    from monitor.languages import tables  # what checks them takes 9 MB, which a parser seldom needs

    named = (
        row for dates in tables.everywhere(tables.Dates) for row in (*dates.months, *dates.months_in_feeds)
    )
    return {_folded(word.rstrip("~")): number for number, words in named for word in words.split()}


_ZONES = {word: where for where, words in sections("zones.txt").items() for word in words}


def read_date(text: str, now: datetime) -> tuple[datetime | None, DateFlag]:
    """The instant a feed's date words name, and its flag. Odd dates are kept, unreadable ones are None."""
    at = parse_date(text)
    return at, flag(text, at, now)


def flag(text: str, at: datetime | None, now: datetime) -> DateFlag:
    """What is odd about a date, given its words and the instant read from them."""
    if not text.strip():
        return DateFlag.MISSING
    if at is None:
        return DateFlag.UNREADABLE
    if at - now > FUTURE_AFTER:
        return DateFlag.FUTURE
    return DateFlag.ANCIENT if at < ANCIENT_BEFORE else DateFlag.OK


@lru_cache(maxsize=1_024)  # an entry's is asked for when it is read, and when its flag is
def parse_date(text: str) -> datetime | None:
    """The UTC instant, or None. A time without zone is taken as UTC, a date without time as midnight.

    Never raises.
    """
    if len(text) > MAX_LENGTH:
        return None
    if usual := _USUAL.fullmatch(text):
        return _read_usual(usual)
    words = _folded(text)
    if not words:
        return None
    try:
        if _UNIX.fullmatch(words):
            seconds = float(words)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        return _from_words(words, text)
    except (ValueError, OverflowError):  # the thirtieth of February, the year 0
        return None


def _read_usual(found: re.Match[str]) -> datetime | None:
    """What `_from_words` says of it, at a tenth of the cost."""
    said = found.groupdict()
    if said["iso"]:
        year, month, day = map(int, said["iso"].split("-"))
    else:
        year, month, day = int(said["year"]), _ENGLISH[said["name"]], int(said["day"])
    ahead = timedelta(hours=int(said["hours"] or 0), minutes=int(said["minutes"] or 0))
    try:
        at = datetime(
            year, month, day, int(said["hour"]), int(said["minute"]), int(said["second"]), tzinfo=UTC
        )
        if ahead >= timedelta(days=1):
            return None
        return at + ahead if said["sign"] == "-" else at - ahead
    except (ValueError, OverflowError):
        return None


def _from_words(words: str, text: str) -> datetime | None:
    if compact := _COMPACT.search(words):
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        zone = _zone(words[compact.end() :], text)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    date = _numeric_date(words) or _named_date(words)
    if date is None:
        return None
    (year, month, day), rest = date
    hour, minute, second, tail = _clock(rest)
    extra = timedelta(days=1) if hour == 24 else timedelta()
    at = datetime(year, month, day, hour % 24, minute, min(second, 59), tzinfo=_zone(tail, text))
    return (at + extra).astimezone(UTC)


def _numeric_date(words: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month, day of `2024-11-05`, `05.11.2024` or `11/25/2024`, and what follows or precedes it."""
    found = _NUMERIC.search(words)
    if found is None:
        return None
    first, second, third = (int(part) for part in found.groups())
    rest = words[: found.start()] + " " + words[found.end() :].removeprefix("t")
    if len(found.group(1)) == 4:
        return (first, second, third), rest
    american = second > 12 or ("/" in found.group() and bool(_half(rest)) and first <= 12)
    day, month = (second, first) if american else (first, second)
    return (_full_year(third, len(found.group(3))), month, day), rest


def _named_date(words: str) -> tuple[tuple[int, int, int], str] | None:
    """Day and year around a month's name, in either order, and the text without them."""
    joined = re.sub(r"(كانون|تشرين) ?(?=[^\W\d_]|[12]\b)", r"\1_", words)
    months = [m for m in _WORD.finditer(joined) if m.group() in _months()]
    if not months:
        return None
    named = months[-1]  # the first may be a weekday: "mar. 5 nov. 2024" is a Tuesday
    without_clock = _CLOCK_OR_OFFSET.sub(lambda m: " " * len(m.group()), joined)
    before = list(_NUMBER.finditer(without_clock, 0, named.start()))
    after = list(_NUMBER.finditer(without_clock, named.end()))
    day_first = bool(before) and len(before[-1].group()) <= 2
    found = [*before[-1:], *after] if day_first else [*after[:1], *before[-1:], *after[1:]]
    if len(found) < 2 or len(found[1].group()) == 3:
        return None
    day, year = found[0], found[1]
    rest = joined[: min(day.start(), year.start(), named.start())] + " "
    last = max(day.end(), year.end(), named.end())
    inner = joined[named.end() : year.start()] if year.start() > named.end() else ""
    date = _full_year(int(year.group()), len(year.group())), _months()[named.group()], int(day.group())
    return date, rest + (inner if ":" in inner else "") + " " + joined[last:]


def _full_year(year: int, digits: int) -> int:
    """RFC 2822's rule for two-digit years, with the century turned at 69."""
    return year if digits > 2 else year + (2000 if year < 69 else 1900)


def _clock(rest: str) -> tuple[int, int, int, str]:
    """Hour, minute, second, and the text after the time (where a zone may stand)."""
    found = _CLOCK.search(rest)
    if found is None:
        return 0, 0, 0, ""
    hour, minute, second = (int(part or 0) for part in found.groups())
    tail = rest[found.end() :]
    if half := _HALF.match(tail):
        word = half.group(1) or half.group(2)
        hour = hour % 12 + (12 if word in _AFTERNOON else 0) if hour <= 12 else hour
        tail = tail[half.end() :]
    return hour, minute, second, tail


def _half(rest: str) -> re.Match[str] | None:
    clock = _CLOCK.search(rest)
    return _HALF.match(rest, clock.end()) if clock else None


def _zone(tail: str, text: str) -> tzinfo:
    """The zone that follows a time: an offset, an abbreviation, a region; UTC where there is none we know."""
    if offset := _OFFSET.match(tail):
        sign, hours, minutes = offset.groups()
        return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes or 0)))
    if region := _REGION.search(text):
        try:
            return ZoneInfo(region.group())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC
    return next((_named_zone(_ZONES[word]) for word in _WORD.findall(tail) if word in _ZONES), UTC)


def _named_zone(where: str) -> tzinfo:
    """A zone of `zones.txt`: minutes from UTC, or a region."""
    return ZoneInfo(where) if "/" in where else timezone(timedelta(minutes=int(where)))

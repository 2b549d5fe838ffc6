"""Pure. When a document asks not to be fetched: RSS ttl, skipHours and skipDays, and the syndication module.

Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RDF Site Summary 1.0 Modules: Syndication.
"""

from __future__ import annotations

import re
from datetime import timedelta

#: no lifetime past this is told from it
MAX_MINUTES = 366 * 24 * 60
PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
#: what WordPress writes into every feed unless somebody changes it: nobody's wish
UNTOUCHED = ("hourly", "1")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_ENTRY = re.compile(r"<(?:[\w.-]{1,64}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
#: characters of the document's head and of its end that are looked at
_HEAD = 65_536
_HOUR = re.compile(r"<hour>\s{0,20}(\d{1,2})\s{0,20}</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s{0,20}([a-z]{6,9})\s{0,20}</day>", re.IGNORECASE)


def ttl(minutes: str) -> timedelta | None:
    """RSS `ttl`; None where it is missing, zero or no number."""
    if not minutes.strip().isdecimal() or len(minutes) > 9:
        return None
    return timedelta(minutes=min(int(minutes), MAX_MINUTES)) or None


def period(period: str, frequency: str) -> timedelta | None:
    """`updatePeriod` divided by `updateFrequency` (1 where it is missing); None where no period is given."""
    word, often = period.strip().lower(), frequency.strip() or "1"
    if word not in PERIODS or (word, often) == UNTOUCHED or not re.fullmatch(r"[0-9]{1,6}", often):
        return None
    return PERIODS[word] / max(int(often), 1)


def longer(*waits: timedelta | None) -> timedelta | None:
    """The longest of what is given."""
    return max((wait for wait in waits if wait is not None), default=None)


def skipped(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The hours of day (0 to 23, UTC) and the weekdays (Monday 0) of `skipHours` and `skipDays`,
    outside of entries.
    """
    head = text[:_HEAD]
    first = _ENTRY.search(head)
    head = head[: first.start()] if first else head
    around = (head, text[max(_last_end(text), len(head), len(text) - _HEAD) :])
    said = {int(hour) for part in around for hour in _HOUR.findall(_inside(part, "skiphours"))}
    hours = {hour % 24 for hour in said if hour <= 24}
    days = {day.lower() for part in around for day in _DAY.findall(_inside(part, "skipdays"))}
    return tuple(sorted(hours)), tuple(n for n, name in enumerate(WEEKDAYS) if name in days)


def _last_end(text: str) -> int:
    """Where the last entry ends."""
    lowered = text[-_HEAD:].lower()
    return len(text) - len(lowered) + max(lowered.rfind("</item>"), lowered.rfind("</entry>"), 0)


def _inside(text: str, name: str) -> str:
    """What stands within the first element of this name (any case); linear."""
    lowered = text.lower()
    start = lowered.find(f"<{name}")
    end = lowered.find(f"</{name}", start)
    return text[start:end] if start >= 0 and end >= 0 else ""

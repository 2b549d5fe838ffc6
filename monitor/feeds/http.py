"""Pure. What HTTP says around a body: validators, freshness, waiting, content codings.

Sources: RFC 9110 (semantics), RFC 9111 (caching).
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: a validator longer than this is not worth echoing
MAX_VALIDATOR = 2_000
#: lifetimes and waits past this are treated as this: nothing a feed says binds us longer
LONGEST = timedelta(days=30)
PERMANENT = (301, 308)
REDIRECTS = (301, 302, 303, 307, 308)

Headers = tuple[tuple[str, str], ...]

#: what may stand in a header's value
_SENDABLE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_DIRECTIVE = re.compile(r'([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?')


def headers_of(raw: list[tuple[bytes, bytes]]) -> Headers:
    """Raw headers as text that gives the same bytes back in Latin-1; cookies left out, at most a hundred."""
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    return tuple(pair for pair in pairs if pair[0].lower() != "set-cookie")[:100]


def header(headers: Headers, name: str) -> str | None:
    """The first value of `name`, or None where it is missing or empty."""
    return next((value for key, value in headers if key.lower() == name and value), None)


def validator(headers: Headers, name: str) -> str | None:
    """ETag or Last-Modified exactly as sent; None where missing or absurdly long."""
    value = header(headers, name)
    return value if value is not None and len(value) <= MAX_VALIDATOR else None


def conditional(etag: str | None, last_modified: str | None) -> list[tuple[bytes, bytes]]:
    """The request headers for stored validators, byte for byte (RFC 9110 section 13.1)."""
    pairs = ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
    return [(name, value.encode("latin-1")) for name, value in pairs if value and _sendable(value)]


def http_date(text: str | None) -> datetime | None:
    """An HTTP-date in any of its three forms (RFC 9110 section 5.6.7); None where it is not one."""
    try:
        found = parsedate_to_datetime(text or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def fresh_for(headers: Headers) -> timedelta | None:
    """How much longer the answer is fresh: max-age less Age, else Expires less Date; None where nothing is
    said.

    `s-maxage` is for shared caches and not for us; `no-store` and `no-cache` mean: ask whenever you like.
    """
    directives = _directives(headers)
    if "no-store" in directives or "no-cache" in directives:
        return None
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
        if lifetime is None:
            return None
        age = _seconds(header(headers, "age") or "") or timedelta()
        return max(lifetime - age, timedelta())
    expires = http_date(header(headers, "expires"))
    date = http_date(header(headers, "date")) if expires is not None else None
    if expires is None or date is None:
        return None
    return min(max(expires - date, timedelta()), LONGEST)


def retry_after(headers: Headers, now: datetime) -> timedelta | None:
    """How long the server asks us to stay away, from either form;
    a date counts from the answer's Date, else `now`.
    """
    value = (header(headers, "retry-after") or "").strip()
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    until = http_date(value)
    if until is None:
        return None
    return min(max(until - (http_date(header(headers, "date")) or now), timedelta()), LONGEST)


def coding(headers: Headers) -> str | None:
    """`gzip`, `identity`, or None where the body is coded in a way we did not ask for, or more than once.

    Words that are no coding at all (`utf-8`, `none`, `binary`) stand in this header on real sites and mean
    nothing.
    """
    values = ",".join(value for key, value in headers if key.lower() == "content-encoding")
    words = [word.strip().lower().removeprefix("x-") for word in values.split(",")]
    real = [word for word in words if word in ("gzip", "deflate", "compress", "br", "zstd", "dcb", "dcz")]
    return None if len(real) > 1 or real not in ([], ["gzip"]) else (real or ["identity"])[0]


def _sendable(value: str) -> bool:
    return len(value) <= MAX_VALIDATOR and _SENDABLE.fullmatch(value) is not None


def _seconds(text: str) -> timedelta | None:
    """Delta-seconds (RFC 9111 section 1.2.2), at most LONGEST."""
    found = re.fullmatch(r"[0-9]{1,300}", text.strip(), re.ASCII)
    return min(timedelta(seconds=min(int(text), 10**9)), LONGEST) if found else None


def _directives(headers: Headers) -> dict[str, str]:
    """Cache-Control as name to value; the first of equals counts."""
    values = ",".join(value for key, value in headers if key.lower() == "cache-control")
    found: dict[str, str] = {}
    for name, quoted, plain in _DIRECTIVE.findall(values):
        found.setdefault(name.lower(), quoted or plain)
    return found


# A body collected chunk by chunk and decompressed within a bound, whatever the sender claims.
#
# Libraries that decompress for us bound the chunks, not the size: one small chunk can become gigabytes.


class TooLarge(Exception):
    """The body passed its bound."""


class Damaged(Exception):
    """The gzip stream is not one, in its middle."""


class Body:
    """Collects a body chunk by chunk, decompressing gzip within `limit` bytes (and never reading more than
    `limit`).

    gzip is told by its magic, not by the header: plain text labelled gzip stays as it came, and a .gz file
    without label is opened. All members are read (RFC 1952 section 2.2); what follows the last one is
    padding.
    """

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self._limit = limit
        self._taken = 0
        #: bytes that wait for the next chunk to be told apart
        self._head = b""
        #: the open member
        self._gzip: zlib._Decompress | None = None
        self._plain = False
        #: a member was read to its end
        self._ended = False

    def add(self, chunk: bytes) -> None:
        """Take one chunk; raises TooLarge or Damaged."""
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise TooLarge
        if self._plain:
            self._put(chunk)
        elif self._gzip is not None or self._ended:
            self._inflate(chunk)
        else:
            self._begin(chunk)

    def finish(self) -> bool:
        """No more chunks: whether the body is complete, or its last gzip member has no end."""
        if self._gzip is None and not self._ended:
            self._put(self._head)
            self._head = b""
        return self._gzip is None

    def _begin(self, chunk: bytes) -> None:
        self._head += chunk
        if len(self._head) < 2:
            return
        head, self._head = self._head, b""
        if head[:2] == b"\x1f\x8b":
            self._gzip = zlib.decompressobj(31)
            self._inflate(head)
        else:
            self._plain = True
            self._put(head)

    def _inflate(self, chunk: bytes) -> None:
        chunk, self._head = self._head + chunk, b""
        while chunk:
            if self._gzip is None:
                if chunk == b"\x1f":
                    self._head = chunk
                    return
                if chunk[:2] != b"\x1f\x8b":
                    return  # padding after the last member
                self._gzip, self._ended = zlib.decompressobj(31), False
            try:
                self._put(self._gzip.decompress(chunk, 65_536))
            except zlib.error as error:
                raise Damaged(str(error)) from error
            chunk = self._gzip.unconsumed_tail
            if self._gzip.eof:
                chunk, self._gzip, self._ended = self._gzip.unused_data, None, True

    def _put(self, data: bytes) -> None:
        if len(self.data) + len(data) > self._limit:
            raise TooLarge
        self.data += data


# When a document asks not to be fetched: RSS ttl, skipHours and skipDays, and the syndication module.
#
# Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RDF Site Summary 1.0 Modules: Syndication.

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

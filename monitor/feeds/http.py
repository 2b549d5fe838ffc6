"""Pure. What HTTP says around a body: validators, freshness, waiting, content codings.

Sources: RFC 9110 (semantics), RFC 9111 (caching).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: a validator longer than this is not worth echoing
MAX_VALIDATOR = 2_000
#: lifetimes and waits past this are treated as this: nothing a feed says binds us longer
LONGEST = timedelta(days=30)
PERMANENT = (301, 308)
REDIRECTS = (301, 302, 303, 307, 308)

Headers = tuple[tuple[str, str], ...]


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
    expires, date = http_date(header(headers, "expires")), http_date(header(headers, "date"))
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
    return len(value) <= MAX_VALIDATOR and all(
        ("\x20" <= c <= "\xff" and c != "\x7f") or c == "\t" for c in value
    )


def _seconds(text: str) -> timedelta | None:
    """Delta-seconds (RFC 9111 section 1.2.2), at most LONGEST."""
    found = re.fullmatch(r"[0-9]{1,300}", text.strip(), re.ASCII)
    return min(timedelta(seconds=min(int(text), 10**9)), LONGEST) if found else None


def _directives(headers: Headers) -> dict[str, str]:
    """Cache-Control as name to value; the first of equals counts."""
    values = ",".join(value for key, value in headers if key.lower() == "cache-control")
    found: dict[str, str] = {}
    for name, quoted, plain in re.findall(r'([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?', values):
        found.setdefault(name.lower(), quoted or plain)
    return found

"""Pure. What may be said of a URL in logs, errors and the database: where it leads, never what opens it."""

from __future__ import annotations

import re

_URL = re.compile(r"""\b([a-z][a-z0-9+.-]{0,15}://)([^\s<>"'`{}|\\^]+)""", re.IGNORECASE)
#: services whose whole path is a key
_SECRET_HOST = re.compile(
    r"(^|\.)(slack\.com|slack-gov\.com|discord\.com|discordapp\.com|api\.telegram\.org|webhook\.office\.com"
    r"|logic\.azure\.com|hc-ping\.com|hooks\.[a-z0-9.-]+)$",
    re.IGNORECASE,
)
#: path parts after which a key follows, on any host
_SECRET_TAIL = re.compile(r"/(services|hooks?|webhooks?|ping)/.+", re.IGNORECASE)
#: path parts that are keys by their looks: long runs of letters and digits, UUIDs, bot tokens
_SECRET_PART = re.compile(
    r"/(?:(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|bot\d+:[\w-]+)(?=/|$)",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """`text` with credentials, webhook keys, queries and fragments taken out of every URL; the rest as it was."""
    return _URL.sub(lambda found: found[1] + _plain(found[2]), text)


def _plain(rest: str) -> str:
    """The part of a URL after `//`, without its secrets."""
    place, asked, _ = _cut(rest, "?#")
    authority, slash, path = _cut(place, "/")
    if "@" in path and not authority.partition(":")[2].isdecimal() and ":" in authority:
        authority, slash, path = _cut(place.rpartition("@")[2], "/")  # a slash within a password
    host = authority.rpartition("@")[2]
    path = slash + path
    if _SECRET_HOST.search(host.partition(":")[0]):
        path = "/***" if len(path) > 1 else path
    path = _SECRET_PART.sub("/***", _SECRET_TAIL.sub(r"/\1/***", path))
    return host + path + ("?***" if asked == "?" else "")


def _cut(text: str, marks: str) -> tuple[str, str, str]:
    """`text` before, at and after the first of `marks`."""
    at = next((n for n, c in enumerate(text) if c in marks), len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]

"""The secrets of a feed's address: put in from the environment when it is asked, taken out of what came back.

`${NAME}` in an address stands for the environment variable NAME, or for what is in the file that NAME_FILE
names. It may stand in the login, the path and the query, never in the scheme or the host: where we go is said
in the file.
"""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from monitor.feeds import addresses
from monitor.model import Entry, Feed, FetchFailed, FetchFault, FetchResult, NotModified, ParsedFeed
from monitor.net.redaction import MASK, hidden, kept, masked, opens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
#: an address as the database keeps it, with something taken out
_MASKED = re.compile(r"\*\*\*.*#[0-9a-f]{4}$")
#: shorter values stand in too many words to be looked for: of variables, of what only looks secret, in
#: entries
_SHORTEST, _SHORTEST_LITERAL, _SHORTEST_SAID = 4, 6, 8
#: of a file that holds a secret
_MOST = 64_000


class Unset(ValueError):
    """A placeholder that nothing stands behind; the message says which, and what to set."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a feed is asked. Neither part is stored or shown."""

    url: str = field(repr=False)
    #: what must not be told of `url`, each as it stands in it and as plain text
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def kept(self, result: FetchResult, stored: str) -> FetchResult:
        """`result` without the secrets; `stored` is the address that the database knows the feed by.

        Validators of this address stay; those of a secret address elsewhere go, since it cannot be told
        again.
        """
        if isinstance(result, FetchFailed):
            return replace(result, detail=hidden(result.detail, self.secrets))
        moved = None if self.secrets or _secret(result.moved_to) else result.moved_to
        if isinstance(result, NotModified):
            return result if moved == result.moved_to else replace(result, moved_to=moved)
        if not self.secrets and not _secret(result.url):
            return result
        headers = tuple((name, hidden(value, self.secrets)) for name, value in result.headers)
        kept_result = replace(result, headers=headers, moved_to=moved)
        if self._is(result.url):
            return replace(kept_result, url=stored)
        shown = masked(hidden(result.url, self.secrets))
        if shown == result.url:
            return kept_result
        return replace(kept_result, url=shown, etag=None, last_modified=None)

    def unsaid(self, parsed: ParsedFeed) -> ParsedFeed:
        """`parsed` where entries repeat what opens their feed, as links of private feeds do:
        there it is `***`.
        """
        secrets = tuple(secret for secret in self.secrets if len(secret) >= _SHORTEST_SAID)
        if not secrets:
            return parsed
        return replace(parsed, entries=tuple(_unsaid_entry(entry, secrets) for entry in parsed.entries))

    def _is(self, url: str) -> bool:
        own, other = addresses.address(self.url), addresses.address(url)
        return own is not None and other is not None and own[0] == other[0]


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The addresses of the feeds of all feeds files, by feed id;
    they may hold secrets, and are not in the database.
    """

    written: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, feeds: Iterable[Feed]) -> AddressBook:
        """The book of `feeds`."""
        return cls({feed.id: feed.url for feed in feeds})

    def resolved(
        self, feed_id: str, stored: str, environ: Mapping[str, str] = os.environ
    ) -> Address | FetchFailed:
        """Where the feed is asked that the database knows by `stored`; or why that cannot be said now."""
        written = self.written.get(feed_id, stored)
        if kept(written) != stored:  # the files were edited and not read again
            written = stored
        if _MASKED.search(written):
            return _unsaid(
                "its address holds a secret that is not in the feeds files which were read "
                "(put it there, then reload with SIGHUP)"
            )
        try:
            return resolved(written, environ)
        except Unset as error:
            return _unsaid(str(error))

    def unsaid(self, feed_id: str, stored: str, parsed: ParsedFeed) -> ParsedFeed:
        """What a feed said, without what opens it."""
        address = self.resolved(feed_id, stored)
        return parsed if isinstance(address, FetchFailed) else address.unsaid(parsed)


def _unsaid_entry(entry: Entry, secrets: tuple[str, ...]) -> Entry:
    said = {name: getattr(entry, name) for name in ("guid", "url", "title", "summary", "content")}
    told: dict[str, Any] = {name: hidden(text, secrets) if text else text for name, text in said.items()}
    raw = entry.raw
    for secret in secrets:
        for form in (secret, escape(secret)):
            raw = raw.replace(form.encode(), MASK.encode())
    return entry if told == said and raw == entry.raw else replace(entry, **told, raw=raw)


@functools.lru_cache(maxsize=4096)
def _as_written(url: str) -> Address:
    return Address(url, _literal_secrets(url) if opens(url) else ())


def resolved(url: str, environ: Mapping[str, str] = os.environ) -> Address:
    """`url` with its placeholders filled in.

    Raises Unset: a variable or its file is missing, empty or set twice.
    """
    if not PLACEHOLDER.search(url):
        return _as_written(url)
    values: list[str] = []

    def filled(found: re.Match[str]) -> str:
        value = _value(found[1], environ)
        within_login = "@" in url[found.end() :].partition("/")[0] and "/" not in url[8 : found.start()]
        text = _fitting(value, within_login=within_login)
        values.extend((value, text))
        return text

    full = PLACEHOLDER.sub(filled, url)
    secrets = {v for v in (*values, *_literal_secrets(full)) if len(v) >= _SHORTEST}
    return Address(full, tuple(sorted(secrets)))


def names(url: str) -> tuple[str, ...]:
    """The variables that `url` has placeholders for."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(url)))


def forbidden(url: str) -> str | None:
    """A variable of our own configuration that `url` would give away; None where there is none."""
    ours = (name for name in names(url) if name.startswith("MONITOR_"))
    return next((name for name in ours if not name.startswith("MONITOR_SECRET_")), None)


def plain(url: str) -> str:
    """An address that somebody else wrote, so that it asks for none of our variables."""
    return url.replace("${", "$%7B")


def misplaced(url: str) -> bool:
    """Whether a placeholder stands where it would decide whom we ask."""
    place = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    return "${" in url.partition("://")[0] or "${" in place.rpartition("@")[2]


def _value(name: str, environ: Mapping[str, str]) -> str:
    """What stands behind `name`, without the blanks around it."""
    said, file = environ.get(name), environ.get(f"{name}_FILE")
    if said and file:
        raise Unset(f"its address needs {name}, and {name} and {name}_FILE are both set (keep one)")
    if file:
        try:
            with Path(file).open(encoding="utf-8") as source:
                said = source.read(_MOST)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            raise Unset(f"its address needs {name}, and {name}_FILE cannot be read: {reason}") from None
    if not said or not said.strip():
        raise Unset(f"its address needs {name} (set {name} or {name}_FILE in the environment)")
    return said.strip()


def _fitting(value: str, *, within_login: bool) -> str:
    """`value` as it may stand in an address: what is encoded already stays so."""
    safe = "!$'()*,;-._~" + ("" if within_login else "/:@")
    lone = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value)
    parts = re.split(r"(%[0-9A-Fa-f]{2})", lone)
    return "".join(part if part.startswith("%") else quote(part, safe=safe) for part in parts)


def _literal_secrets(url: str) -> tuple[str, ...]:
    """The pieces of `url` that `masked` takes out, as they stand and decoded;
    long enough to be looked for.
    """
    shown = masked(url)
    if shown == url:
        return ()
    pattern = "(.+?)".join(re.escape(part) for part in shown.split(MASK))
    found = re.fullmatch(pattern, url)
    pieces = list(found.groups()) if found else []
    login = urlsplit(url).netloc.rpartition("@")[0]
    pieces += [login.partition(":")[2]]  # a user name is no secret, and often an ordinary word
    pieces += [decoded(piece) for piece in pieces for decoded in (unquote, unquote_plus)]
    return tuple(dict.fromkeys(p for p in pieces if len(p) >= _SHORTEST_LITERAL and p != MASK))


def _secret(url: str | None) -> bool:
    return url is not None and masked(url) != url


def _unsaid(detail: str) -> FetchFailed:
    return FetchFailed(fault=FetchFault.UNREADABLE, detail=detail)

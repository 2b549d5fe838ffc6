"""Pure. Sources, what a fetch gives, what a document says, what we keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model.words import UNKNOWN, Side

if TYPE_CHECKING:
    from datetime import datetime


# How a feed publishes, as learnt, and what its publisher asks of those who read it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Items heard of, counted so that old ones fade (`monitor.rhythm` reads and writes this,
    and says how fast).
    """

    #: from when on every item was heard of
    since: datetime
    #: the counts are as of then
    at: datetime
    #: items altogether
    total: float = 0.0
    #: by hour of day (UTC) and by weekday (Monday first)
    hours: tuple[float, ...] = (0.0,) * 24
    days: tuple[float, ...] = (0.0,) * 7
    #: within about an hour, now and at the busiest
    recent: float = 0.0
    peak: float = 0.0
    #: entries in the document; 0 where none was read yet
    window: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """The publisher's wishes; None and empty where nothing is said."""

    #: how long an answer stays fresh: Cache-Control max-age, else Expires
    fresh_for: timedelta | None = None
    #: how long a document may be kept: RSS ttl, or the syndication module's updatePeriod and updateFrequency
    ttl: timedelta | None = None
    #: hours of day (0 to 23, UTC) and weekdays (Monday 0) at which nobody should ask: RSS skipHours, skipDays
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    #: 429 was answered: not faster than hourly until then
    slow_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source, as the feeds file or `monitor feeds add` describes it."""

    id: str
    #: http(s) URL, or `file:` path of a saved feed, a JSON Lines file or a folder of either
    url: str
    title: str
    language: str = "mul"
    country: str = ""
    side: Side = UNKNOWN
    #: outlets under one publisher share a family; corroboration counts families
    family: str = ""
    #: Admiralty source letter, A to F
    reliability: str = "F"
    reliability_reason: str = ""
    enabled: bool = True
    #: fetch the article behind each new entry and match on its text
    fulltext: bool = False
    #: the longest time between two polls; the publisher's wishes and failures may lengthen it. None: the
    #: configured one
    interval: timedelta | None = None
    #: the shortest time between two polls; None: the configured one
    min_interval: timedelta | None = None
    #: replaces the honest User-Agent where a publisher asks for it; None: the default
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we remember of a feed between polls."""

    feed: Feed
    #: validators exactly as the server sent them (RFC 9110 section 8.8), echoed byte for byte
    etag: str | None = None
    last_modified: str | None = None
    #: the address that sent them (`Fetched.url`); they go to no other. None: the effective address itself
    validators_url: str | None = None
    #: xxh3 of the last body that was parsed and stored; an equal body is not parsed again
    body_hash: str | None = None
    interval: timedelta = timedelta(minutes=30)
    next_poll_at: datetime
    #: nobody may ask before, a person with a button neither: what the publisher asks for
    not_before: datetime | None = None
    #: how it publishes, as learnt; None: nothing was learnt yet
    rhythm: Rhythm | None = None
    asks: Asks = field(default_factory=Asks)
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    #: when a poll last brought a new item; the base of "feed quiet"
    last_new_at: datetime | None = None
    #: consecutive failed polls
    failures: int = 0
    fault: FetchFault | None = None
    fault_detail: str = ""
    #: where permanent redirects lead, since when, and how many polls in a row agreed
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_polls: int = 0
    #: 410 Gone was answered: polled no more until the operator says so
    gone: bool = False
    #: whether any poll has stored entries before (a gap or flood is judged only then)
    seen_before: bool = False

    @property
    def effective_url(self) -> str:
        """The address to fetch: the feed's own, until a permanent move was confirmed."""
        return self.moved_to if self.moved_to and self._move_confirmed else self.feed.url

    @property
    def _move_confirmed(self) -> bool:
        if self.moved_since is None or self.last_success_at is None:
            return False
        return self.moved_polls >= MOVE_CONFIRMED and self.last_success_at - self.moved_since >= MOVE_LASTS


#: consistent permanent redirects, and the time over which they were seen, before the new address is used
#: directly
MOVE_CONFIRMED = 5
MOVE_LASTS = timedelta(days=7)


class FetchFault(StrEnum):
    """Why a fetch gave nothing usable. Values are stable words: they are stored, shown and counted."""

    DNS = "dns"
    REFUSED_ADDRESS = "refused-address"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"
    PROTOCOL = "protocol"
    TRUNCATED = "truncated"
    CLIENT_ERROR = "http-4xx"
    SERVER_ERROR = "http-5xx"
    RATE_LIMITED = "rate-limited"
    GONE = "gone"
    NOT_A_FEED = "not-a-feed"
    PARSER_LIMIT = "parser-limit"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete body, decompressed within bounds."""

    #: the address that answered, after redirects
    url: str
    body: bytes
    content_type: str
    etag: str | None = None
    last_modified: str | None = None
    #: from Cache-Control max-age or Expires; None where the server says nothing
    fresh_for: timedelta | None = None
    #: where the permanent redirects (301, 308) at the beginning of the chain led, up to the first temporary
    #: one
    moved_to: str | None = None
    #: response headers as received, for the evidence record
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304; validators are updated from it where it carries them (RFC 9111 section 4.3.4)."""

    etag: str | None = None
    last_modified: str | None = None
    fresh_for: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No usable answer. `detail` never holds credentials or a URL with a query."""

    fault: FetchFault
    detail: str
    status: int | None = None
    #: from Retry-After on 429 and 503, either form, measured against the answer's Date
    retry_after: timedelta | None = None


FetchResult = Fetched | NotModified | FetchFailed


class DateFlag(StrEnum):
    """What is odd about a feed's date. A date never decides whether an item alerts."""

    OK = "ok"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    FUTURE = "future"
    ANCIENT = "ancient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as the feed said it: text cleaned, no markup, no control characters."""

    guid: str | None
    url: str | None
    title: str
    summary: str = ""
    content: str = ""
    author: str = ""
    #: the date's own words, kept even when absurd
    published_raw: str = ""
    published_at: datetime | None = None
    #: declared by the entry or feed; detection happens when the item is made
    language: str | None = None
    #: the outlet whose entry it is, where an aggregator says it: RSS `<source>`, or the tail of every
    #: headline
    outlet: str = ""
    #: its part of the document as decoded, in UTF-8, for the evidence record; empty where that cannot be told
    raw: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What one document said."""

    title: str
    entries: tuple[Entry, ...]
    language: str | None = None
    #: RSS ttl, or the syndication module's period
    ttl: timedelta | None = None
    #: hours of day (UTC) and weekdays (Monday 0) at which the publisher does not want to be asked
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    #: the document ended early: its entries are good, its validators must not be kept
    truncated: bool = False
    #: what was repaired or lost, in plain words, for the operator
    remarks: tuple[str, ...] = ()


class Fulltext(StrEnum):
    """Whether the article behind an entry was read."""

    NOT_ASKED = "not-asked"
    #: to be fetched, now or again
    WAITING = "waiting"
    READ = "read"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as we keep it, and what the matcher reads."""

    #: identity within its feed: `guid:…`, `url:…` or `hash:…`
    key: str
    feed_id: str
    title: str
    summary: str = ""
    content: str = ""
    #: ISO 639-1 of the text, "und" where it cannot be told
    lang: str = "und"
    #: the languages of title, summary and content ("en en ar"), empty where all are in `lang`
    langs: str = ""
    guid: str | None = None
    url: str | None = None
    #: the address reduced for comparing; never shown
    canonical_url: str | None = None
    author: str = ""
    published_raw: str = ""
    published_at: datetime | None = None
    date_flag: DateFlag = DateFlag.OK
    #: xxh3 of title, summary and content; a changed hash is a revision
    content_hash: str = ""
    outlet: str = ""
    outlet_side: Side = UNKNOWN
    fulltext: Fulltext = Fulltext.NOT_ASKED
    fulltext_detail: str = ""


class Coverage(StrEnum):
    """The one state each item ends in."""

    MATCHED = "matched"
    #: matched at low or info severity only: shown, never alerted
    RELATED = "related"
    NO_MATCH = "no-match"
    #: every hit was silenced by an `except`, an `unless` or a guard
    SUPPRESSED = "suppressed"
    #: held back by the flood brake: stored, matched and listed in the digest, but not alerted
    FLOOD_HELD = "flood-held"

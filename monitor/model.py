"""Pure. Every noun of the house; read this page first.

Types are named for their moment: `Entry` is what a feed said, `Item` what we keep, `PollRecord` what one poll means.
All are frozen; times are aware UTC datetimes; tuples, not lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Side(StrEnum):
    """Who is speaking."""

    INDEPENDENT = "independent"
    RUSSIA_STATE = "russia-state"
    LIBYA_EAST = "libya-east"
    LIBYA_WEST = "libya-west"
    UN = "un"
    OTHER_STATE = "other-state"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How loud a match is; `medium` and above alerts, `low` is shown as related only."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (info) to 4 (critical), for comparing."""
        return list(Severity).index(self)


# --- feeds -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source, as the feeds file or `monitor feeds add` describes it."""

    id: str
    #: http(s) URL, or `file:` path of a saved feed, a JSON Lines file or a folder of either
    url: str
    title: str
    language: str = "mul"
    country: str = ""
    side: Side = Side.UNKNOWN
    #: outlets under one publisher share a family; corroboration counts families
    family: str = ""
    #: Admiralty source letter, A to F
    reliability: str = "F"
    reliability_reason: str = ""
    enabled: bool = True
    #: fetch the article behind each new entry and match on its text
    fulltext: bool = False
    #: the shortest polling interval for this feed; None: the configured default
    interval: timedelta | None = None
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
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    #: when a poll last brought a new item; the base of "feed quiet"
    last_new_at: datetime | None = None
    #: consecutive failed polls
    failures: int = 0
    fault: FetchFault | None = None
    fault_detail: str = ""
    #: where permanent redirects lead, and how many polls in a row agreed
    moved_to: str | None = None
    moved_polls: int = 0
    #: 410 Gone was answered: polled no more until the operator says so
    gone: bool = False
    #: whether any poll has stored entries before (a gap or flood is judged only then)
    seen_before: bool = False

    @property
    def effective_url(self) -> str:
        """The address to fetch: the feed's own, until a permanent move was confirmed."""
        return self.moved_to if self.moved_to and self.moved_polls >= MOVE_CONFIRMED else self.feed.url


#: consistent permanent redirects before the new address is used directly
MOVE_CONFIRMED = 5


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
    #: the target, when every hop of the redirect chain was permanent (301 or 308)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What one document said."""

    title: str
    entries: tuple[Entry, ...]
    language: str | None = None
    #: RSS ttl
    ttl: timedelta | None = None
    #: the document ended early: its entries are good, its validators must not be kept
    truncated: bool = False
    #: what was repaired or lost, in plain words, for the operator
    remarks: tuple[str, ...] = ()


class Fulltext(StrEnum):
    """Whether the article behind an entry was read."""

    NOT_ASKED = "not-asked"
    #: asked for, not yet tried
    WANTED = "wanted"
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
    outlet_side: Side = Side.UNKNOWN
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
    BRAKED = "braked"


# --- matching --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why, in the text's own words."""

    #: "title", "summary" or "content"
    field: str
    #: character offsets into the field as cleaned; `text` is exactly that slice
    start: int
    end: int
    text: str
    #: entity id, vocabulary id or the phrase of the rule
    term: str
    #: the sentence around it
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule of a watchlist holds for an item."""

    watchlist: str
    rule: str
    severity: Severity
    #: 0 to 1: how strong the evidence is
    score: float
    evidence: tuple[Evidence, ...]
    #: one line in plain words
    reason: str


class ContactType(StrEnum):
    """What kind of contact; CAMEO/PLOVER inspired (docs/watchlist-language.md)."""

    MEETING = "meeting"
    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    AGREEMENT = "agreement"
    TRANSFER = "transfer"
    OTHER = "other"


class ContactStatus(StrEnum):
    """Whether it took place."""

    HAPPENED = "happened"
    ONGOING = "ongoing"
    PLANNED = "planned"
    INVITED = "invited"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A reported Russian-Libyan contact; names are canonical English."""

    type: ContactType
    status: ContactStatus
    russian: tuple[str, ...]
    libyan: tuple[str, ...]
    place: str | None = None
    #: ISO date, as exact as the text allows
    date: str | None = None
    background: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A mention that would have counted, and what silenced it."""

    watchlist: str
    rule: str
    #: the id of the `except`, `unless` or guard
    by: str
    text: str
    field: str = "content"
    start: int = 0
    end: int = 0
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything the matcher says about one item."""

    lang: str
    matches: tuple[Match, ...] = ()
    contacts: tuple[Contact, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


# --- what one poll means ---------------------------------------------------------------------------------


class Novelty(StrEnum):
    """What an entry is to us."""

    NEW = "new"
    CHANGED = "changed"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """The little the store says about an item that an entry may be."""

    id: int
    key: str
    content_hash: str
    canonical_url: str | None
    revision: int = 1
    #: as stored; with the address it is an item's second identity when a publisher changes all guids
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One new or changed item with its decision and the state it ends in."""

    item: Item
    novelty: Novelty
    decision: Decision
    coverage: Coverage
    #: in plain words, for `explain` and the coverage ledger
    coverage_detail: str = ""
    #: the stored item that this one revises; None when new
    revises: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """The plan of one poll: the only thing a poll writes, in one transaction."""

    #: the state to store; its next_poll_at is set
    state: FeedState
    at: datetime
    assessed: tuple[Assessed, ...] = ()
    seen: int = 0
    #: stored ids of the entries that were seen again
    seen_ids: tuple[int, ...] = ()
    status: str = "ok"  # ok | not-modified | unchanged | failed
    http_status: int | None = None
    size: int = 0
    #: this poll and the one before share no entry: something may have been missed
    gap: bool = False
    #: more new entries than the feed's rhythm explains (re-published GUIDs)
    flood: bool = False
    remarks: tuple[str, ...] = ()
    elapsed: timedelta = timedelta()


# --- stories, alerts, digests ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMatch:
    """A match with the item it belongs to, as the store gives it back."""

    id: int
    match: Match
    item_id: int
    watchlist_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """One item of a story, ready for composing."""

    id: int
    item: Item
    feed: Feed
    first_seen_at: datetime
    revision: int
    matches: tuple[Match, ...]
    contacts: tuple[Contact, ...]
    coverage: Coverage
    coverage_detail: str = ""
    #: mentions of this revision that would have counted, and what silenced them
    suppressed: tuple[Suppressed, ...] = ()
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Items that report one event, in the order in which we first saw them."""

    id: str
    items: tuple[StoryItem, ...]

    @property
    def severity(self) -> Severity:
        """The loudest match of any item; info where nothing matched."""
        ranked = [m.severity for i in self.items for m in i.matches]
        return max(ranked, key=lambda s: s.rank, default=Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """One feed's line in the coverage report."""

    feed: Feed
    #: ok | failing | quiet | gone | never | disabled
    state: str
    detail: str = ""
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """What was and what was not seen in a window: the line every digest carries."""

    since: datetime
    until: datetime
    feeds: tuple[FeedHealth, ...]
    items: int
    by_state: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()

    @property
    def healthy(self) -> int:
        """Feeds that answered lately and are not quiet against their own rhythm."""
        return sum(f.state == "ok" for f in self.feeds)

    @property
    def watched(self) -> int:
        """Feeds that are meant to be polled."""
        return sum(f.state != "disabled" for f in self.feeds)


# --- delivery --------------------------------------------------------------------------------------------


class MessageKind(StrEnum):
    """What a message is."""

    ALERT = "alert"
    DIGEST = "digest"
    TEST = "test"
    NOTICE = "notice"  # the monitor about itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Rendered, ready, immutable: what is stored in the outbox and sent byte for byte on every attempt.

    `payload` by channel, JSON-serialisable:
    email   {"from", "to", "subject", "text", "html", "headers": {name: value}} with Message-ID and Date in headers
    slack   the object to POST
    webhook {"body": the exact JSON text, "type": dotted event type}
    file    {"name": stem, "files": {suffix: text}}
    """

    kind: MessageKind
    channel: str
    #: one line for the journal and the terminal
    subject: str
    payload: Mapping[str, Any]
    #: e-mail address; empty where the receiver is the recipient
    recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One promise to deliver, claimed under a lease."""

    #: UUID; also the local part of Message-ID and the webhook-id
    id: str
    receiver: str
    message: Message
    #: attempts made before this one
    attempts: int
    created_at: datetime
    lease_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The other side took responsibility."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """Not now. `after` is the other side's wish (Retry-After); None: our schedule decides."""

    reason: str
    after: timedelta | None = None
    #: the whole receiver must wait, not this message alone
    pause_receiver: bool = False
    #: it may have been taken: a repeat is possible and carries the same id
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never this message. `suspend` says that the receiver itself is broken (revoked hook, archived channel)."""

    reason: str
    suspend: bool = False
    #: our payload was refused: one resend in the plainest form may pass
    degrade: bool = False


Outcome = Delivered | TryLater | Rejected

"""Pure. What one poll means: the state to store, the items to write, the state each of them ends in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from monitor import rhythm
from monitor.model import (
    Asks,
    Assessed,
    Coverage,
    DateFlag,
    Decision,
    Fetched,
    FetchFailed,
    FetchFault,
    Fulltext,
    Item,
    Novelty,
    PollRecord,
    Severity,
)
from monitor.model.evidence import UNKEPT
from monitor.model.polls import CHURNING, said
from monitor.net.redaction import redact
from monitor.timing import BACKOFF_CEILING, SLOW_FOR, asked_wait, backoff, next_poll, unskipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.config.model import PollingConfig
    from monitor.model import Entry, FeedState, FetchResult, KnownItem, NotModified, ParsedFeed, Rhythm

#: answers that came whole and were no feed we can read, and how long an address that never was one rests
UNREAD = (FetchFault.NOT_A_FEED, FetchFault.UNREADABLE, FetchFault.PARSER_LIMIT, FetchFault.TOO_LARGE)
UNREAD_WAIT = timedelta(days=1)
#: what changes all the time and says nothing new is kept again after so long: an entry on its own, as of a
#: live blog, and where half of a document's entries do it
LIVE_KEPT, CHURN_KEPT = timedelta(hours=1), timedelta(days=1)


class Sorted(Protocol):
    """An entry and what it is to us (`feeds.identity` makes them)."""

    @property
    def entry(self) -> Entry: ...
    @property
    def key(self) -> str: ...
    @property
    def novelty(self) -> Novelty: ...
    @property
    def known(self) -> KnownItem | None: ...
    @property
    def renamed(self) -> str | None: ...
    @property
    def content_hash(self) -> str: ...
    @property
    def plain(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """What reading the article behind an entry gave; a reason where it could not be had."""

    #: empty, too, where the feed gave more than the article
    text: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """Everything that was learnt from one poll, before it is judged."""

    state: FeedState
    result: FetchResult
    #: None where nothing was parsed: 304, the same body, a failure
    parsed: ParsedFeed | None = None
    entries: Sequence[Sorted] = ()
    #: by item key: what became of the articles of entries that were edited
    articles: Mapping[str, ArticleText] | None = None
    #: xxh3 of the body
    body_hash: str | None = None
    gap: bool = False
    flood: bool = False
    #: stored ids of items that were taken out of the feed
    withdrawn: tuple[int, ...] = ()
    #: of a document whose entries may be known again by their bytes: xxh3 of what stands around them
    head: int | None = None
    #: by their places in `parsed`: entries that were so known, with the digests of their bytes
    recalled: Mapping[int, tuple[int, KnownItem]] = field(default_factory=dict)
    #: how the two readers differ on it; then `parsed` is feedparser's
    differs: str = ""
    elapsed: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """How items are made and decided: functions of the neighbouring stages,
    handed in so that this stays pure.
    """

    #: all new items of a document
    decide: Callable[[Sequence[Item]], Sequence[Decision]]
    #: entry, key, feed state, article, now -> item
    make_item: Callable[[Entry, str, FeedState, ArticleText | None, datetime], Item]


def assess(poll: Poll, judge: Judge, *, policy: PollingConfig, now: datetime, jitter: float) -> PollRecord:
    """The one record that a poll writes."""
    if isinstance(poll.result, FetchFailed):
        return _failed(poll, poll.result, policy=policy, now=now, jitter=jitter)
    judged = _judged(poll, judge, now)
    again = _churned(poll, judged, now)
    assessed = tuple(a for a in judged if a.revises is None or a.revises not in again)
    seen = [s.known for s in poll.entries if s.novelty is Novelty.SEEN]
    new = tuple(a.item for a in assessed if a.novelty is Novelty.NEW)
    return PollRecord(
        state=_succeeded(poll, new, policy=policy, now=now, jitter=jitter),
        at=now,
        assessed=assessed,
        seen=len(seen) + len(judged) - len(assessed),
        renamed=tuple((s.known.id, s.renamed) for s in poll.entries if s.known is not None and s.renamed),
        seen_ids=(*(known.id for known in seen if known is not None), *again),
        withdrawn=poll.withdrawn,
        status=_status(poll),
        http_status=200 if isinstance(poll.result, Fetched) else 304,
        size=len(poll.result.body) if isinstance(poll.result, Fetched) else 0,
        gap=poll.gap,
        flood=poll.flood,
        remarks=(*(poll.parsed.remarks if poll.parsed else ()), *_remarks(again)),
        elapsed=poll.elapsed,
        differs=poll.differs,
        **_document(poll.result if assessed else None),
    )


def _churned(poll: Poll, judged: Sequence[Assessed], now: datetime) -> tuple[int, ...]:
    """The ids of items that change all the time, were kept not long ago,
    and say nothing now that they never said.
    """
    changed = (s.known for s in poll.entries if s.novelty is Novelty.CHANGED)
    restless = {known.id: known for known in changed if known is not None and known.revision >= CHURNING}
    wait = CHURN_KEPT if len(restless) > 1 and 2 * len(restless) >= len(poll.entries) else LIVE_KEPT
    held: list[int] = []
    for a in judged:
        known = restless.get(a.revises) if a.revises is not None else None
        kept_lately = known is not None and known.changed_at is not None and now - known.changed_at < wait
        if kept_lately and known is not None and said(a.decision.matches, a.decision.contacts) <= known.said:
            held.append(known.id)
    return tuple(held)


def _remarks(again: Sequence[int]) -> tuple[str, ...]:
    if not again:
        return ()
    count = "1 entry changes" if len(again) == 1 else f"{len(again)} entries change"
    return (f"{count} all the time; without news, a text of theirs is kept once an hour or a day",)


def _document(result: FetchResult | None) -> dict[str, Any]:
    """What the evidence record says of the document; nothing where no entry of it is kept.

    No credentials go in.
    """
    if not isinstance(result, Fetched):
        return {}
    return {
        "document_sha256": hashlib.sha256(result.body).hexdigest(),
        "retrieved_url": redact(result.url),
        "headers": tuple((n, redact(value)) for n, value in result.headers if n.lower() not in UNKEPT),
    }


def coverage(decision: Decision, *, flood_held: bool = False) -> tuple[Coverage, str]:
    """The one state an item ends in, and why in plain words."""
    if decision.matches and flood_held:
        return (
            Coverage.FLOOD_HELD,
            "the feed re-published many entries at once; listed in the digest, not alerted",
        )
    if any(m.severity.rank >= Severity.MEDIUM.rank for m in decision.matches):
        return Coverage.MATCHED, "; ".join(m.reason for m in decision.matches)
    if decision.matches:
        return Coverage.RELATED, "; ".join(m.reason for m in decision.matches)
    if decision.suppressed:
        silenced = sorted({f"{s.text} ({s.by})" for s in decision.suppressed})
        return Coverage.SUPPRESSED, "silenced: " + ", ".join(silenced)
    return Coverage.NO_MATCH, ""


def reassessed(item: Item, decision: Decision, item_id: int, ending: tuple[Coverage, str]) -> Assessed:
    """A stored item that the publisher did not edit, matched anew; `ending`: as of `coverage`."""
    state, detail = ending
    return Assessed(
        item=item,
        novelty=Novelty.CHANGED,
        decision=decision,
        coverage=state,
        coverage_detail=detail,
        revises=item_id,
    )


def _judged(poll: Poll, judge: Judge, now: datetime) -> tuple[Assessed, ...]:
    """What is new, in the document's order."""
    fresh = [entry for entry in poll.entries if entry.novelty is not Novelty.SEEN]
    articles = poll.articles or {}
    items = [judge.make_item(one.entry, one.key, poll.state, articles.get(one.key), now) for one in fresh]
    decisions = judge.decide(items) if items else ()
    return tuple(_assessed(*one, poll) for one in zip(fresh, items, decisions, strict=True))


def _assessed(entry: Sorted, item: Item, decision: Decision, poll: Poll) -> Assessed:
    state, detail = coverage(decision, flood_held=poll.flood and entry.novelty is Novelty.NEW)
    return Assessed(
        item=item,
        novelty=entry.novelty,
        decision=decision,
        coverage=state,
        coverage_detail=detail,
        revises=entry.known.id if entry.known is not None else None,
        raw=entry.entry.raw,
    )


def _status(poll: Poll) -> str:
    if not isinstance(poll.result, Fetched):
        return "not-modified"
    return "ok" if poll.parsed is not None else "unchanged"


def _validators(state: FeedState, result: Fetched | NotModified) -> dict[str, Any]:
    """Those of an answer that came whole."""
    return {
        "etag": _validator(result.etag, state.etag, result),
        "last_modified": _validator(result.last_modified, state.last_modified, result),
        # they belong to the address that sent them, which a redirect may have chosen
        "validators_url": result.url if isinstance(result, Fetched) else state.validators_url,
    }


def _succeeded(
    poll: Poll, new: Sequence[Item], *, policy: PollingConfig, now: datetime, jitter: float
) -> FeedState:
    """The feed's state after an answer.

    A truncated body keeps the old validators: the next poll reads it whole.
    """
    state, result, parsed = poll.state, poll.result, poll.parsed
    assert not isinstance(result, FetchFailed)
    whole = not (parsed is not None and parsed.truncated)
    # the same bytes again were not cut on their way: the publisher's document ends there, and its validators
    # are good
    cut = not whole or (isinstance(result, Fetched) and parsed is None and _was_cut(state))
    learnt, asks = _rhythm(poll, new, now), _asks(poll)
    burst = state.seen_before and rhythm.is_burst(len(new), len(poll.entries))
    interval = rhythm.interval(learnt, now, feed=state.feed, policy=policy, burst=burst)
    due, not_before = next_poll(now, interval, asks, jitter=jitter)
    return replace(
        state,
        **(_validators(state, result) if whole else {}),
        body_hash=poll.body_hash or state.body_hash,
        interval=interval,
        next_poll_at=due,
        not_before=not_before,
        rhythm=learnt,
        asks=asks,
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if new else state.last_new_at,
        failures=0,
        fault=FetchFault.TRUNCATED if cut else None,
        fault_detail="" if not cut else "the document ended early; what was whole in it was read",
        gone=False,
        seen_before=state.seen_before or bool(poll.entries),
        **_moves(state, result.moved_to, now),
    )


def _was_cut(state: FeedState) -> bool:
    return state.fault is FetchFault.TRUNCATED and not state.failures


def _rhythm(poll: Poll, new: Sequence[Item], now: datetime) -> Rhythm | None:
    """The feed's rhythm after an answer.

    What a flood or a first document brings is no news of this moment.
    """
    state, entries = poll.state, len(poll.entries)
    if state.rhythm is None or state.last_success_at is None:
        dates = [e.entry.published_at for e in poll.entries if e.entry.published_at is not None]
        return rhythm.begun(dates, now, entries=entries) if entries else state.rhythm
    dated = [i.published_at if i.date_flag is DateFlag.OK else None for i in new]
    heard = dated if state.seen_before and not poll.flood else []
    return rhythm.learnt(state.rhythm, heard, now, since=state.last_success_at, entries=entries)


def _asks(poll: Poll) -> Asks:
    """What the publisher wants now: of the answer (a 304 that says nothing leaves what held)
    and of the document.
    """
    asks, result, parsed = poll.state.asks, poll.result, poll.parsed
    assert not isinstance(result, FetchFailed)
    if isinstance(result, Fetched) or result.fresh_for is not None:
        asks = replace(asks, fresh_for=result.fresh_for)
    if parsed is not None:
        asks = replace(asks, ttl=parsed.ttl, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days)
    return asks


def _validator(new: str | None, old: str | None, result: FetchResult) -> str | None:
    """A 200 replaces it, also by none; a 304 without one keeps the old (RFC 9111 section 4.3.4)."""
    return new if isinstance(result, Fetched) else new or old


def _confirmed(state: FeedState) -> bool:
    return state.moved_to is not None and state.effective_url == state.moved_to


def _moves(state: FeedState, moved: str | None, now: datetime) -> dict[str, Any]:
    """What is remembered of permanent redirects after an answer:
    the same as before counts one more, another anew.
    """
    if moved is None and _confirmed(state):
        return {}
    again = moved is not None and moved == state.moved_to
    return {
        "moved_to": moved,
        "moved_since": state.moved_since if again else now if moved else None,
        "moved_polls": state.moved_polls + 1 if again else int(moved is not None),
    }


def _failed(
    poll: Poll, failed: FetchFailed, *, policy: PollingConfig, now: datetime, jitter: float
) -> PollRecord:
    state = poll.state
    failures = state.failures + 1
    asks = state.asks
    if failed.fault is FetchFault.RATE_LIMITED:
        asks = replace(asks, slow_until=now + SLOW_FOR)
    again = backoff(
        now,
        failed,
        failures=failures,
        interval=max(state.interval, rhythm.shortest(state.feed, policy), asked_wait(asks, now)),
        jitter=jitter,
        ceiling=_ceiling(state, now),
    )
    if _never_a_feed(state, failed):
        again = max(again, now + UNREAD_WAIT)
    # only what the server said binds a person who asks for the feed now
    held = failed.retry_after is not None or failed.fault is FetchFault.RATE_LIMITED
    lost = _confirmed(state) and failures >= 3
    settled = replace(
        state,
        next_poll_at=unskipped(again, asks, jitter),
        not_before=again if held else now + asked_wait(asks, now),
        asks=asks,
        last_polled_at=now,
        failures=failures,
        fault=failed.fault,
        fault_detail=failed.detail,
        # an address that stopped working is not kept: the feed's own is asked again
        moved_to=None if lost else state.moved_to,
        moved_since=None if lost else state.moved_since,
        moved_polls=0 if lost else state.moved_polls,
        gone=failed.fault is FetchFault.GONE,
    )
    return PollRecord(state=settled, at=now, status="failed", http_status=failed.status, elapsed=poll.elapsed)


def _ceiling(state: FeedState, now: datetime) -> timedelta:
    """How long failures may keep us away:
    not past the time that the document holds its entries, an hour at least.
    """
    held = rhythm.held_for(state.rhythm, now)
    return BACKOFF_CEILING if held is None else min(max(held, rhythm.HOUR), BACKOFF_CEILING)


def _never_a_feed(state: FeedState, failed: FetchFailed) -> bool:
    """Never read, and twice in a row: whole documents without a validator to ask with,
    which are fetched once a day.
    """
    return failed.fault in UNREAD and state.fault in UNREAD and state.last_success_at is None


def fulltext_of(article: ArticleText | None, *, wanted: bool, url: str | None) -> tuple[Fulltext, str]:
    """Whether the article was read or is still to be, for the item's record;
    `article`: what is known of it already.
    """
    if not wanted:
        return Fulltext.NOT_ASKED, ""
    if article is not None:
        return (Fulltext.UNAVAILABLE, article.detail) if article.detail else (Fulltext.READ, "")
    return (Fulltext.WAITING, "") if url else (Fulltext.UNAVAILABLE, "the entry names no address")

"""Pure. What one poll means: the state to store, the items to write, the state each of them ends in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from monitor.model import (
    Assessed,
    Coverage,
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
from monitor.redaction import redact
from monitor.timing import adapted_interval, backoff, next_poll_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.config import PollingConfig
    from monitor.model import Entry, FeedState, FetchResult, KnownItem, ParsedFeed


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """What reading the article behind an entry gave; no text and a reason where it could not be had."""

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
    #: by item key, where the feed asks for the full text
    articles: Mapping[str, ArticleText] | None = None
    #: xxh3 of the body
    body_hash: str | None = None
    gap: bool = False
    flood: bool = False
    #: stored ids of items that were taken out of the feed
    withdrawn: tuple[int, ...] = ()
    elapsed: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """How items are made and decided: functions of the neighbouring stages, handed in so that this stays pure."""

    decide: Callable[[Item], Decision]
    #: entry, key, feed state, article, now -> item
    make_item: Callable[[Entry, str, FeedState, ArticleText | None, datetime], Item]


def assess(poll: Poll, judge: Judge, *, policy: PollingConfig, now: datetime, jitter: float) -> PollRecord:
    """The one record that a poll writes."""
    if isinstance(poll.result, FetchFailed):
        return _failed(poll, poll.result, policy=policy, now=now, jitter=jitter)
    assessed = tuple(_assessed(s, poll, judge, now) for s in poll.entries if s.novelty is not Novelty.SEEN)
    new = sum(a.novelty is Novelty.NEW for a in assessed)
    return PollRecord(
        state=_succeeded(poll, new, policy=policy, now=now, jitter=jitter),
        at=now,
        assessed=assessed,
        seen=sum(s.novelty is Novelty.SEEN for s in poll.entries),
        seen_ids=tuple(s.known.id for s in poll.entries if s.novelty is Novelty.SEEN and s.known is not None),
        withdrawn=poll.withdrawn,
        status=_status(poll),
        http_status=200 if isinstance(poll.result, Fetched) else 304,
        size=len(poll.result.body) if isinstance(poll.result, Fetched) else 0,
        gap=poll.gap,
        flood=poll.flood,
        remarks=poll.parsed.remarks if poll.parsed else (),
        elapsed=poll.elapsed,
        **_document(poll.result if assessed else None),
    )


def _document(result: FetchResult | None) -> dict[str, Any]:
    """What the evidence record says of the document; nothing where no entry of it is kept. No credentials go in."""
    if not isinstance(result, Fetched):
        return {}
    return {
        "document_sha256": hashlib.sha256(result.body).hexdigest(),
        "retrieved_url": redact(result.url),
        "headers": tuple((n, redact(value)) for n, value in result.headers if n.lower() not in UNKEPT),
    }


def coverage(decision: Decision, *, braked: bool = False) -> tuple[Coverage, str]:
    """The one state an item ends in, and why in plain words."""
    if decision.matches and braked:
        return (
            Coverage.BRAKED,
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


def _assessed(entry: Sorted, poll: Poll, judge: Judge, now: datetime) -> Assessed:
    article = (poll.articles or {}).get(entry.key)
    item = judge.make_item(entry.entry, entry.key, poll.state, article, now)
    decision = judge.decide(item)
    state, detail = coverage(decision, braked=poll.flood and entry.novelty is Novelty.NEW)
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


def _succeeded(poll: Poll, new: int, *, policy: PollingConfig, now: datetime, jitter: float) -> FeedState:
    """The feed's state after an answer. A truncated body keeps the old validators: the next poll reads it whole."""
    state, result, parsed = poll.state, poll.result, poll.parsed
    assert not isinstance(result, FetchFailed)
    whole = not (parsed is not None and parsed.truncated)
    interval = adapted_interval(
        state.interval, entries=len(poll.entries), new=new, policy=policy, floor=state.feed.interval
    )
    moved = result.moved_to
    return replace(
        state,
        etag=_validator(result.etag, state.etag, result) if whole else state.etag,
        last_modified=_validator(result.last_modified, state.last_modified, result)
        if whole
        else state.last_modified,
        # validators belong to the address that sent them, which a redirect may have chosen
        validators_url=result.url if whole and isinstance(result, Fetched) else state.validators_url,
        body_hash=(poll.body_hash or state.body_hash) if whole else None,
        interval=interval,
        next_poll_at=next_poll_at(
            now,
            interval,
            wishes=(result.fresh_for, parsed.ttl if parsed else None),
            jitter=jitter,
            policy=policy,
        ),
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if new else state.last_new_at,
        failures=0,
        fault=None if whole else FetchFault.TRUNCATED,
        fault_detail="" if whole else "the document ended early; what was whole in it was read",
        moved_to=moved or (state.moved_to if _confirmed(state) else None),
        moved_polls=_moves(state, moved),
        gone=False,
        seen_before=state.seen_before or bool(poll.entries),
    )


def _validator(new: str | None, old: str | None, result: FetchResult) -> str | None:
    """A 200 replaces the validator, also by none; a 304 without one keeps the old (RFC 9111 section 4.3.4)."""
    return new if isinstance(result, Fetched) else new or old


def _confirmed(state: FeedState) -> bool:
    return state.moved_to is not None and state.effective_url == state.moved_to


def _moves(state: FeedState, moved: str | None) -> int:
    if moved is None:
        return state.moved_polls if _confirmed(state) else 0
    return state.moved_polls + 1 if moved == state.moved_to else 1


def _failed(
    poll: Poll, failed: FetchFailed, *, policy: PollingConfig, now: datetime, jitter: float
) -> PollRecord:
    state = poll.state
    failures = state.failures + 1
    gone = failed.fault is FetchFault.GONE
    interval = max(state.interval, policy.min_interval)
    settled = replace(
        state,
        next_poll_at=backoff(now, failed, failures=failures, interval=interval, jitter=jitter),
        last_polled_at=now,
        failures=failures,
        fault=failed.fault,
        fault_detail=failed.detail,
        # an address that stopped working is not kept: the feed's own is asked again
        moved_to=None if _confirmed(state) and failures >= 3 else state.moved_to,
        moved_polls=0 if _confirmed(state) and failures >= 3 else state.moved_polls,
        gone=gone,
    )
    return PollRecord(state=settled, at=now, status="failed", http_status=failed.status, elapsed=poll.elapsed)


def fulltext_of(article: ArticleText | None, *, wanted: bool) -> tuple[Fulltext, str]:
    """Whether the article was read, for the item's record."""
    if not wanted:
        return Fulltext.NOT_ASKED, ""
    if article is None:
        return Fulltext.UNAVAILABLE, "not fetched"
    return (Fulltext.READ, "") if article.text else (Fulltext.UNAVAILABLE, article.detail)

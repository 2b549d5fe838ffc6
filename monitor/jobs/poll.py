"""Poll what is due: fetch, parse, decide, and write each feed in one transaction.

Nothing is written before the decision, and validators and items commit together: a crash anywhere fetches again.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import xxhash

from monitor import arrows, logs
from monitor.errors import StoreError
from monitor.feeds import dates, identity, language
from monitor.feeds.canonical import canonical_url
from monitor.feeds.fetch import FetchRequest, page_request
from monitor.feeds.fulltext import Article, extract
from monitor.feeds.hosts import Wanted, fetch_many
from monitor.feeds.local import is_local, read_local
from monitor.feeds.parse import parse
from monitor.feeds.worker import WorkerFault
from monitor.jobs import feedback
from monitor.jobs.assess import ArticleText, Judge, Poll, assess, fulltext_of
from monitor.jobs.gather import gather, withdrawn
from monitor.jobs.groups import open_groups
from monitor.model import (
    Coverage,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFault,
    FetchResult,
    Item,
    Novelty,
    ParsedFeed,
    PollRecord,
)
from monitor.store import evidence, feeds, items, rhythm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config import PollingConfig
    from monitor.feeds.secrets import Address, AddressBook
    from monitor.feeds.worker import Worker
    from monitor.matching.matcher import Matcher
    from monitor.model import Entry
    from monitor.net import NetPolicy
    from monitor.routes import RouteConfig
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge

log = logs.get("poll")

#: feeds taken in one go; the next go follows at once when more are due
BATCH = 200
#: a feed whose poll met a bug of ours is set aside for this long, so that it cannot stop the others
ASIDE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """What polling needs of the world."""

    db: Database
    net: NetPolicy
    #: where feeds are asked, by feed id; may hold secrets, which the database does not
    addresses: AddressBook
    polling: PollingConfig
    worker: Worker
    matcher: Matcher
    route: RouteConfig
    judge: StoryJudge
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    stopping: Callable[[], bool]


def poll_due(poller: Poller, told: Callable[[PollRecord], None] = lambda _record: None) -> Counter[str]:
    """Poll every feed that is due; counts by status and of new, changed and matched items.

    `told` hears of each record after it is stored. Raises StoreError: the database refuses, what was fetched is
    fetched again by the next tick.
    """
    total: Counter[str] = Counter()
    while not poller.stopping():
        due = _claimed(poller)
        waiting = {state.feed.id: state for state in due}
        for state, result in _fetched(poller, due):
            waiting.pop(state.feed.id, None)
            record = _settled(poller, state, result)
            if record is not None:
                told(record)
                total += counted(record)
        if waiting:
            with poller.db.transaction() as tx:
                feeds.give_back(tx, waiting.values())
        if len(due) < BATCH:
            break
    return total


def _claimed(poller: Poller) -> tuple[FeedState, ...]:
    """What is due, claimed; nothing is written where nothing is."""
    with poller.db.snapshot() as tx:
        due = feeds.due(tx, poller.clock(), 1)
    if not due:
        return ()
    with poller.db.transaction() as tx:
        return feeds.claim(tx, poller.clock(), BATCH)


def _fetched(poller: Poller, due: Sequence[FeedState]) -> Iterator[tuple[FeedState, FetchResult | Exception]]:
    """Each feed with what its address answered; local sources first, they cost no waiting."""
    for state in due:
        if is_local(state.feed.url) and not poller.stopping():
            for local in read_local(state.feed.url, etag=state.etag):
                yield state, local
    remote: list[Wanted[tuple[FeedState, Address]]] = []
    for state in due:
        if is_local(state.feed.url):
            continue
        address = poller.addresses.resolved(state.feed.id, state.feed.url)
        if isinstance(address, FetchFailed):
            yield state, address
        else:
            remote.append(Wanted(key=(state, address), request=_request(state, address)))
    for wanted, result in fetch_many(
        remote,
        poller.net,
        concurrency=poller.polling.concurrency,
        host_gap=poller.polling.host_gap.total_seconds(),
        jitter=poller.jitter,
        stopping=poller.stopping,
    ):
        state, address = wanted.key
        yield state, result if isinstance(result, Exception) else address.kept(result, state.feed.url)


def settle(poller: Poller, state: FeedState, result: FetchResult) -> PollRecord | None:
    """Store what a feed's address answered outside a poll (`monitor feeds add`), as a poll would. None: a bug, logged."""
    return _settled(poller, state, result)


def _request(state: FeedState, address: Address) -> FetchRequest:
    own = state.effective_url == state.feed.url
    return FetchRequest(
        url=address.url if own else state.effective_url,
        etag=state.etag,
        last_modified=state.last_modified,
        # the stored form of the feed's own address is that address
        validators_url=None if own and state.validators_url == state.feed.url else state.validators_url,
        user_agent=state.feed.user_agent,
    )


def _settled(poller: Poller, state: FeedState, result: FetchResult | Exception) -> PollRecord | None:
    """One feed to its end. A bug costs this feed an hour, with a traceback, and nothing else."""
    started = time.monotonic()
    try:
        if isinstance(result, Exception):
            raise result
        arrows.passed("fetched")
        poll = _read(poller, state, result)
        arrows.passed("parsed")
        poll = replace(poll, elapsed=timedelta(seconds=time.monotonic() - started))
        judge = Judge(decide=poller.matcher.decide, make_item=make_item)
        record = assess(poll, judge, policy=poller.polling, now=poller.clock(), jitter=poller.jitter())
        with poller.db.transaction() as tx:
            write(tx, record, poller.route, poller.judge)
            arrows.passed("poll-writing")
        arrows.passed("poll-written")
    except StoreError:
        # the database refuses everybody, not this feed: the tick ends, the next one fetches again
        raise
    except Exception:
        log.exception("feed_set_aside", feed=state.feed.id)
        now = poller.clock()
        with poller.db.transaction() as tx:
            feeds.settle(tx, _set_aside(state, now))
        return None
    _log(record)
    return record


def _set_aside(state: FeedState, now: datetime) -> PollRecord:
    settled = replace(
        state,
        next_poll_at=now + ASIDE,
        last_polled_at=now,
        failures=state.failures + 1,
        fault=FetchFault.UNREADABLE,
        fault_detail="a bug in monitor; the log has its traceback",
    )
    return PollRecord(state=settled, at=now, status="failed")


def _read(poller: Poller, state: FeedState, result: FetchResult) -> Poll:
    """Parse an answer where it is new, and find out which entries are."""
    if not isinstance(result, Fetched):
        return Poll(state=state, result=result)
    body_hash = xxhash.xxh3_128_hexdigest(result.body)
    if body_hash == state.body_hash and not is_local(state.feed.url):
        return Poll(state=state, result=result, body_hash=body_hash)
    parsed = poller.worker.run(parse, result.body, result.content_type, result.url)
    if isinstance(parsed, WorkerFault):
        parsed = FetchFailed(fault=FetchFault.PARSER_LIMIT, detail=parsed.reason)
    if isinstance(parsed, FetchFailed):
        return Poll(state=state, result=parsed)
    parsed = poller.addresses.unsaid(state.feed.id, state.feed.url, parsed)
    return _sorted_out(poller, state, result, parsed, body_hash)


def _sorted_out(
    poller: Poller, state: FeedState, result: Fetched, parsed: ParsedFeed, body_hash: str
) -> Poll:
    document = identity.Document.of(parsed.entries)
    with poller.db.snapshot() as tx:
        known = items.known(
            tx,
            state.feed.id,
            keys=document.keys,
            hashes=document.hashes,
            addresses=document.addresses,
        )
        expected = rhythm.expected_new(tx, state, poller.clock())
        listed = () if is_local(state.feed.url) or parsed.truncated else items.listed(tx, state.feed.id)
    entries = identity.sort_out(document, known)
    return Poll(
        state=state,
        result=result,
        parsed=parsed,
        entries=entries,
        articles=_articles(poller, state, entries),
        body_hash=body_hash,
        gap=not is_local(state.feed.url) and identity.is_gap(entries, seen_before=state.seen_before),
        flood=not is_local(state.feed.url)
        and identity.is_flood(entries, seen_before=state.seen_before, expected=expected),
        withdrawn=identity.withdrawn(entries, listed),
    )


def _articles(
    poller: Poller, state: FeedState, entries: Sequence[identity.Sorted]
) -> dict[str, ArticleText] | None:
    """The articles behind the entries that are not known yet, where the feed asks for them."""
    if not (state.feed.fulltext and poller.polling.fulltext):
        return None
    wanted = [
        Wanted(key=s.key, request=page_request(s.entry.url, user_agent=state.feed.user_agent))
        for s in entries
        if s.novelty is not Novelty.SEEN and s.entry.url
    ]
    found: dict[str, ArticleText] = {}
    for page, result in fetch_many(
        wanted,
        poller.net,
        concurrency=poller.polling.concurrency,
        host_gap=poller.polling.host_gap.total_seconds(),
        jitter=poller.jitter,
        stopping=poller.stopping,
    ):
        found[page.key] = _article(poller, result)
    return found


def _article(poller: Poller, result: FetchResult | Exception) -> ArticleText:
    if isinstance(result, Exception):
        raise result
    if not isinstance(result, Fetched):
        detail = result.detail if isinstance(result, FetchFailed) else "not modified"
        return ArticleText(detail=detail)
    read = poller.worker.run(extract, result.body, result.content_type, result.url)
    if isinstance(read, WorkerFault):
        return ArticleText(detail=read.reason)
    return ArticleText(text=read.text) if isinstance(read, Article) else ArticleText(detail=read.reason)


def make_item(entry: Entry, key: str, state: FeedState, article: ArticleText | None, now: datetime) -> Item:
    """An entry as the item that is matched and kept; the article's text takes the place of a shorter content."""
    feed = state.feed
    content = article.text if article and len(article.text) > len(entry.content) else entry.content
    text = " ".join((entry.title, entry.summary, content))
    at, flag = dates.read_date(entry.published_raw, now) if entry.published_raw else (None, None)
    fulltext, detail = fulltext_of(article, wanted=feed.fulltext)
    return Item(
        key=key,
        feed_id=feed.id,
        title=entry.title,
        summary=entry.summary,
        content=content,
        lang=language.detect(text, entry.language or (feed.language if feed.language != "mul" else None)),
        guid=entry.guid,
        url=entry.url,
        canonical_url=canonical_url(entry.url) if entry.url else None,
        author=entry.author,
        published_raw=entry.published_raw,
        published_at=entry.published_at or at,
        date_flag=flag or dates.flag(entry.published_raw, entry.published_at, now),
        content_hash=identity.content_hash(entry),
        outlet=feed.title,
        outlet_side=feed.side,
        fulltext=fulltext,
        fulltext_detail=detail,
    )


def write(tx: Connection, record: PollRecord, route: RouteConfig, judge: StoryJudge) -> None:
    """Everything that a poll means, in the caller's one transaction: items, evidence, stories, alert groups, coverage."""
    ids = items.record(tx, record)
    evidence.keep(tx, record, ids)
    told = gather(tx, record.assessed, ids, record.at)
    feedback.apply(
        tx, [i for i, a in zip(ids, record.assessed, strict=True) if a.decision.matches], record.at
    )
    left = withdrawn(tx, record.withdrawn, record.at)
    open_groups(tx, dict.fromkeys((*told, *left)), route, judge=judge, now=record.at)


def counted(record: PollRecord) -> Counter[str]:
    """Its status, and new, changed and matched items."""
    total = Counter({record.status: 1})
    total["new"] = sum(a.novelty is Novelty.NEW for a in record.assessed)
    total["changed"] = len(record.assessed) - total["new"]
    total["matched"] = sum(a.coverage is Coverage.MATCHED for a in record.assessed)
    return total


def _log(record: PollRecord) -> None:
    """One line a feed."""
    counts, state = counted(record), record.state
    keys = {"feed": state.feed.id, "status": record.status, "ms": int(record.elapsed.total_seconds() * 1000)}
    if state.fault is not None:
        log.warning(
            "feed_failed",
            **keys,
            fault=state.fault.value,
            detail=state.fault_detail,
            failures=state.failures,
            next=state.next_poll_at.isoformat(timespec="seconds"),
        )
    elif counts["new"] or counts["changed"]:
        log.info(
            "feed_polled", **keys, new=counts["new"], changed=counts["changed"], matched=counts["matched"]
        )
    else:
        log.debug("feed_polled", **keys)
    if record.gap:
        log.warning("feed_gap", feed=state.feed.id, detail="no entry in common with the poll before")
    if record.flood:
        log.warning("feed_flood", feed=state.feed.id, new=counts["new"], detail="re-published; not alerted")

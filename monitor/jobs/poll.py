"""What a feed's answer means: parse, decide, and write all of a feed in one transaction, others beside it.

Nothing is written before the decision, and validators and items commit together: a crash anywhere fetches
again.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

import xxhash

from monitor import failpoints, logs
from monitor.errors import StoreError
from monitor.feeds import dates, headline, identity
from monitor.feeds.addresses import canonical_url
from monitor.feeds.fetch import FetchRequest
from monitor.feeds.local import is_local
from monitor.feeds.parse import parse
from monitor.feeds.worker import WorkerFault
from monitor.jobs import feedback, reading
from monitor.jobs.assess import ArticleText, Judge, Poll, assess, fulltext_of
from monitor.jobs.claims import EVERYTHING, Work
from monitor.jobs.groups import open_groups
from monitor.jobs.place import gather, withdrawn
from monitor.languages import detect
from monitor.model import (
    Coverage,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFault,
    FetchResult,
    Fulltext,
    Item,
    Novelty,
    ParsedFeed,
    PollRecord,
)
from monitor.store import articles, evidence, feeds, items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.model import PollingConfig
    from monitor.config.routes import RouteConfig
    from monitor.feeds.secrets import Address, AddressBook
    from monitor.feeds.worker import Worker
    from monitor.matching.matcher import Matcher
    from monitor.model import Entry, Feed
    from monitor.model.press import Outlets
    from monitor.net.client import NetPolicy
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge

P = ParamSpec("P")
T = TypeVar("T")

log = logs.get("poll")

#: items of one poll that are written in one transaction: about half a second where all of them match
PORTION = 200
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
    #: for ordinary documents: it gives up soon, so that they never stand in line for long
    quick: Worker
    #: for what is large or slow
    worker: Worker
    matcher: Matcher
    route: RouteConfig
    judge: StoryJudge
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    stopping: Callable[[], bool]
    #: whether the files that this was made from were read anew since
    stale: Callable[[], bool] = lambda: False
    #: where it finds what is due, and whether that is still its own
    work: Work = EVERYTHING


class TooSlow(Exception):
    """The document needs more time than the quick parser gives; nothing was written."""


class Abandoned(Exception):
    """The polling ends, and the parser was ended in the middle; nothing was written."""


def request(state: FeedState, address: Address) -> FetchRequest:
    """The request for a feed's document."""
    own = state.effective_url == state.feed.url
    return FetchRequest(
        url=address.url if own else state.effective_url,
        etag=state.etag,
        last_modified=state.last_modified,
        # the stored form of the feed's own address is that address
        validators_url=None if own and state.validators_url == state.feed.url else state.validators_url,
        user_agent=state.feed.user_agent,
    )


def settle(
    poller: Poller, state: FeedState, result: FetchResult | Exception, worker: Worker | None = None
) -> PollRecord | None:
    """One feed to its end: `decide`, and write it at once.

    None where a bug set it aside. Raises StoreError, TooSlow and Abandoned; then nothing was written.
    """
    record = decide(poller, state, result, worker)
    return record if record is not None and write_alone(poller, state, record) else None


def decide(
    poller: Poller, state: FeedState, result: FetchResult | Exception, worker: Worker | None = None
) -> PollRecord | None:
    """What an answer means, parsed by `worker` (else by the one that has time); writes nothing.

    None: a bug, which costs this feed an hour. Raises StoreError, TooSlow and Abandoned.
    """
    started = time.monotonic()
    try:
        if isinstance(result, Exception):
            raise result
        failpoints.passed("fetched")
        poll = _read(poller, state, result, worker or poller.worker)
        failpoints.passed("parsed")
        poll = replace(poll, elapsed=timedelta(seconds=time.monotonic() - started))
        judge = Judge(
            decide=poller.matcher.decide_all,
            make_item=partial(make_item, outlets=poller.judge.press.outlets, fetched=poller.polling.fulltext),
        )
        record = assess(poll, judge, policy=poller.polling, now=poller.clock(), jitter=poller.jitter())
        return replace(record, memory=reading.remembered(poll, record))
    except (StoreError, TooSlow, Abandoned):
        # the database refuses everybody, not this feed: the tick ends, the next one fetches again
        raise
    except Exception:  # noqa: BLE001
        _set_aside(poller, state)
        return None


def write_alone(poller: Poller, state: FeedState, record: PollRecord) -> bool:
    """Write one poll, a long one in portions; whether it was. Raises StoreError."""
    return all(write_together(poller, [(state, portion)]) for portion in portions(record))


def is_quiet(state: FeedState, result: FetchResult) -> bool:
    """Whether an answer brings no new document: not modified, the same body, a failure."""
    if not isinstance(result, Fetched):
        return True
    same = xxhash.xxh3_128_hexdigest(result.body) == state.body_hash
    return same and not is_local(state.feed.url)


def decide_quiet(poller: Poller, state: FeedState, result: FetchResult) -> PollRecord | None:
    """`decide` of a quiet answer."""
    try:
        failpoints.passed("fetched")
        poll = Poll(state=state, result=result, body_hash=state.body_hash)
        failpoints.passed("parsed")
        return assess(poll, _NO_JUDGE, policy=poller.polling, now=poller.clock(), jitter=poller.jitter())
    except Exception:  # noqa: BLE001
        _set_aside(poller, state)
        return None


def write_together(poller: Poller, decided: Sequence[tuple[FeedState, PollRecord]]) -> tuple[PollRecord, ...]:
    """Write polls, each with the state before it, in one transaction; those that were written. One that meets
    a bug is set aside, one that somebody has overtaken stays due. Raises StoreError; then none was.
    """
    try:
        with poller.db.transaction() as tx:
            held = poller.work.held(tx, "feed", [state.feed.id for state, _ in decided])
            fit = [one for one in decided if one[0].feed.id in held and not _overtaken(tx, one[1])]
            for feed_id in {s.feed.id for s, _ in decided} - {s.feed.id for s, _ in fit}:
                log.warning("poll_overtaken", feed=feed_id)
            decided = fit
            if decided:
                write_all(tx, decided, poller.route, poller.judge)
            for _ in decided:
                failpoints.passed("poll-writing")
    except StoreError:
        raise
    except Exception:  # noqa: BLE001  # a bug that one of them met costs that one alone
        if len(decided) == 1:
            _set_aside(poller, decided[0][0])
            return ()
        return tuple(chain.from_iterable(write_together(poller, [one]) for one in decided))
    for _, record in decided:
        failpoints.passed("poll-written")
        if not record.partial:
            _log(record)
    return tuple(record for _, record in decided)


def _overtaken(tx: Connection, record: PollRecord) -> bool:
    """Whether an article behind an edited entry was read or given up since the poll took it to be waited
    for.
    """
    edited = (a for a in record.assessed if a.revises is not None)
    waited = [a.revises for a in edited if a.item.fulltext is Fulltext.WAITING and a.revises is not None]
    return bool(waited and articles.kept(tx, waited))


def _nothing_to_judge(*_: object) -> NoReturn:
    raise AssertionError("a quiet answer has no entries")


_NO_JUDGE = Judge(decide=_nothing_to_judge, make_item=_nothing_to_judge)


def computed(
    poller: Poller, worker: Worker, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | WorkerFault:
    """`function(*args)` by `worker`.

    Raises TooSlow where the other one may have the time for it, Abandoned at the end.
    """
    found = worker.run(function, *args, **kwargs)
    if isinstance(found, WorkerFault):
        if found.closed:
            raise Abandoned
        if found.overran and worker is not poller.worker:
            raise TooSlow
    return found


def _set_aside(poller: Poller, state: FeedState) -> None:
    """The exception that is being handled, a bug of ours, costs the feed an hour."""
    log.exception("feed_set_aside", feed=state.feed.id)
    now = poller.clock()
    settled = replace(
        state,
        next_poll_at=now + ASIDE,
        last_polled_at=now,
        failures=state.failures + 1,
        fault=FetchFault.UNREADABLE,
        fault_detail="a bug in monitor; the log has its traceback",
    )
    with poller.db.transaction() as tx:
        feeds.settle(tx, PollRecord(state=settled, at=now, status="failed"))


def _read(poller: Poller, state: FeedState, result: FetchResult, worker: Worker) -> Poll:
    """Parse an answer where it is new, and find out which entries are."""

    def parsed(body: bytes, content_type: str, url: str, thorough: bool) -> ParsedFeed | FetchFailed:
        found = computed(poller, worker, parse, body, content_type, url, thorough=thorough)
        return reading.faulty(found) if isinstance(found, WorkerFault) else found

    reader = reading.Reader(
        db=poller.db,
        parse=parsed,
        addresses=poller.addresses,
        outlets=poller.judge.press.outlets,
        now=poller.clock(),
    )
    return reader.read(state, result)


def make_item(
    entry: Entry,
    key: str,
    state: FeedState,
    article: ArticleText | None,
    now: datetime,
    *,
    outlets: Outlets,
    fetched: bool = True,
) -> Item:
    """An entry as the item that is kept; a longer article is its content, where articles are `fetched`."""
    feed = state.feed
    content = article.text if article and len(article.text) > len(entry.content) else entry.content
    said = entry.language or (feed.language if feed.language != "mul" else None)
    head = headline.parted(entry.title, outlets, (entry.outlet, feed.title, feed.family))
    lang, langs = detect.parts(head.title, entry.summary, content, said)
    at, flag = dates.read_date(entry.published_raw, now) if entry.published_raw else (None, None)
    fulltext, detail = fulltext_of(article, wanted=feed.fulltext and fetched, url=entry.url)
    return Item(
        key=key,
        feed_id=feed.id,
        title=head.title,
        summary=entry.summary,
        content=content,
        lang=lang,
        langs=langs,
        guid=entry.guid,
        url=entry.url,
        canonical_url=canonical_url(entry.url) if entry.url else None,
        author=entry.author,
        published_raw=entry.published_raw,
        published_at=entry.published_at or at,
        date_flag=flag or dates.flag(entry.published_raw, entry.published_at, now),
        content_hash=identity.content_hash(entry),
        outlet=_outlet(entry, head.outlet, feed),
        outlet_side=feed.side,
        fulltext=fulltext,
        fulltext_detail=detail,
    )


def _outlet(entry: Entry, named: str, feed: Feed) -> str:
    """Whose item it is: the outlet that an aggregator's headline and entry name, else the feed."""
    if not named or any(headline.same(named, name) for name in (feed.title, feed.family)):
        return feed.title
    return named if headline.same(named, entry.outlet) or not feed.family else feed.title


def portions(record: PollRecord) -> Iterator[PollRecord]:
    """What is written at a time: a flood of entries must not keep the one writer from those who deliver."""
    done = range(0, max(0, len(record.assessed) - 1) // PORTION * PORTION, PORTION)
    for start in done:
        part = record.assessed[start : start + PORTION]
        yield replace(record, assessed=part, partial=True, withdrawn=(), seen_ids=(), renamed=())
    rest = len(done) * PORTION
    yield replace(record, assessed=record.assessed[rest:], earlier=record.assessed[:rest])


def write(tx: Connection, record: PollRecord, route: RouteConfig, judge: StoryJudge) -> None:
    """`write_all` of one poll."""
    write_all(tx, [(None, record)], route, judge)


def write_all(
    tx: Connection,
    decided: Sequence[tuple[FeedState | None, PollRecord]],
    route: RouteConfig,
    judge: StoryJudge,
) -> None:
    """All that polls mean, each with the state before it where that is known, in the caller's transaction."""
    ids = items.record_all(tx, decided)
    polls = [(record, found) for (_, record), found in zip(decided, ids, strict=True)]
    evidence.keep_all(tx, polls)
    _tell_of(tx, polls, route, judge)
    reading.keep(tx, polls)


def _tell_of(
    tx: Connection, polls: Sequence[tuple[PollRecord, Sequence[int]]], route: RouteConfig, judge: StoryJudge
) -> None:
    """What stored items of polls lead to: articles to be fetched, stories, for each, once, alert groups."""
    told: dict[str, None] = {}
    for record, ids in (one for one in polls if one[0].assessed or one[0].withdrawn):
        articles.want(tx, record, ids)
        told |= dict.fromkeys(gather(tx, record.assessed, ids, record.at, judge.press.outlets))
        matched = [i for i, a in zip(ids, record.assessed, strict=True) if a.decision.matches]
        feedback.apply(tx, matched, record.at, judge.press.outlets)
        told |= dict.fromkeys(withdrawn(tx, record.withdrawn, record.at))
    if told:
        open_groups(tx, told, route, judge=judge, now=max(record.at for record, _ in polls))


def counted(record: PollRecord) -> Counter[str]:
    """The record's status, and how many of its items are new, changed and matched."""
    total = Counter({record.status: 1})
    if found := (*record.earlier, *record.assessed):
        total["new"] = sum(a.novelty is Novelty.NEW for a in found)
        total["changed"] = len(found) - total["new"]
        total["matched"] = sum(a.coverage is Coverage.MATCHED for a in found)
    return total


def _log(record: PollRecord) -> None:
    """One line a feed; failures are told by `monitor.jobs.reach`."""
    state = record.state
    keys = {"feed": state.feed.id, "status": record.status, "ms": int(record.elapsed.total_seconds() * 1000)}
    if record.assessed:
        counts = counted(record)
        log.info(
            "feed_polled", **keys, new=counts["new"], changed=counts["changed"], matched=counts["matched"]
        )
    else:
        log.debug("feed_polled", **keys)
    if record.gap:
        log.warning("feed_gap", feed=state.feed.id, detail="no entry in common with the poll before")
    if record.differs:
        log.warning("feed_readers_differ", feed=state.feed.id, detail=record.differs)
    if record.flood:
        new = counted(record)["new"]
        log.warning("feed_flood", feed=state.feed.id, new=new, detail="re-published; not alerted")

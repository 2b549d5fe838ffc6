"""Articles: fetched after their feed is settled;
what they say is matched again, in one transaction for each.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import logs
from monitor.errors import StoreError
from monitor.feeds.fetch import FetchRequest, fetch, page_request
from monitor.feeds.fulltext import Article, extract
from monitor.jobs import feedback
from monitor.jobs.assess import coverage, reassessed
from monitor.jobs.groups import open_groups
from monitor.jobs.place import gather
from monitor.jobs.poll import ASIDE, Abandoned, TooSlow, computed
from monitor.languages import detect
from monitor.model import Assessed, Coverage, Fetched, FetchFailed, FetchFault, Fulltext
from monitor.net.transport import FetchClient
from monitor.store import archive, articles, items

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.feeds.worker import Worker
    from monitor.jobs.poll import Poller
    from monitor.model import FetchResult, Item, StoryItem
    from monitor.net.client import NetPolicy
    from monitor.store.articles import Wish

log = logs.get("articles")

#: waits after the first, second and third try that failed; after the fourth the article is given up
WAITS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
#: no try begins later than this after the entry was found, but the first one
DEADLINE = timedelta(hours=6)
#: what may be different the next time
PASSING = frozenset({
    FetchFault.DNS, FetchFault.CONNECT, FetchFault.TIMEOUT, FetchFault.TRUNCATED, FetchFault.SERVER_ERROR,
    FetchFault.RATE_LIMITED,
})  # fmt: skip
#: an item that is edited while its article is matched is matched again, so many times
EDITED = 3
#: an article is compared with those of entries that were in the feed's document so lately
LATELY = timedelta(days=7)


def request(wish: Wish) -> FetchRequest:
    """The request for an article's page."""
    return page_request(wish.url, user_agent=wish.user_agent)


def settle(poller: Poller, wish: Wish, result: FetchResult | Exception, worker: Worker) -> bool:
    """One article to its end, or to its next try; whether the item matches now and did not before.

    A bug costs this article an hour, with a traceback. Raises StoreError, TooSlow and Abandoned; then nothing
    was written.
    """
    try:
        if isinstance(result, Exception):
            raise result
        return _settled(poller, wish, result, worker)
    except (StoreError, TooSlow, Abandoned):
        raise
    except Exception:
        log.exception("article_set_aside", item=wish.item_id, feed=wish.feed_id)
        _failed(
            poller, wish, FetchFailed(fault=FetchFault.TIMEOUT, detail="a bug in monitor", retry_after=ASIDE)
        )
        return False


def _settled(poller: Poller, wish: Wish, result: FetchResult, worker: Worker) -> bool:
    if not isinstance(result, Fetched):
        _failed(poller, wish, result if isinstance(result, FetchFailed) else _NOTHING_NEW)
        return False
    read = computed(poller, worker, extract, result.body, result.content_type, result.url, wish.about)
    if not isinstance(read, Article):
        _give_up(poller, wish, read.reason)
        return False
    for _ in range(EDITED):
        written = _written(poller, wish, read)
        if written is not None:
            return written
    # it is due still, and is fetched again
    return False


#: a 304 that nobody asked for
_NOTHING_NEW = FetchFailed(fault=FetchFault.PROTOCOL, detail="not modified, though nothing was known of it")


def _failed(poller: Poller, wish: Wish, failed: FetchFailed) -> None:
    now = poller.clock()
    again = next_try(wish, failed, now)
    if again is None:
        _give_up(poller, wish, failed.detail or failed.fault.value)
        return
    with poller.db.transaction() as tx:
        articles.postpone(tx, wish.item_id, again)
    log.info(
        "article_waits", item=wish.item_id, feed=wish.feed_id, reason=failed.detail, next=f"{again:%H:%M:%S}"
    )


def next_try(wish: Wish, failed: FetchFailed, now: datetime) -> datetime | None:
    """When the article is asked for again; None: it is given up."""
    if failed.fault not in PASSING or wish.attempts >= len(WAITS):
        return None
    wait = max(WAITS[wish.attempts], failed.retry_after or timedelta())
    return now + wait if now + wait <= wish.wanted_at + DEADLINE else None


def _give_up(poller: Poller, wish: Wish, reason: str) -> None:
    with poller.db.transaction() as tx:
        articles.give_up(tx, wish.item_id, reason)
    log.info("article_given_up", item=wish.item_id, feed=wish.feed_id, reason=reason)


def give_up_all(poller: Poller, wishes: tuple[Wish, ...]) -> None:
    """No articles are fetched any more: those that wait are given up."""
    for wish in wishes:
        _give_up(poller, wish, "full texts are switched off")


def _written(poller: Poller, wish: Wish, article: Article) -> bool | None:
    """The item with its article, decided and written; None: it was edited meanwhile.

    Whether it matches only now.
    """
    with poller.db.snapshot() as tx:
        stored = archive.get(tx, wish.item_id)
    if stored is None or stored.item.fulltext is not Fulltext.WAITING:
        # pruned, or the feed asks for no articles any more
        with poller.db.transaction() as tx:
            articles.was_read(tx, wish.item_id, used=False)
        return False
    assessed = _assessed(poller, wish, stored, article.text)
    used = assessed.item.content != stored.item.content
    with poller.db.transaction() as tx:
        if not poller.work.held(tx, "article", (str(wish.item_id),)):
            log.warning("article_overtaken", item=wish.item_id)
            return False
        if articles.stands_elsewhere(tx, wish.item_id, article.text, poller.clock() - LATELY):
            articles.give_up(tx, wish.item_id, "the same text as behind another address")
            log.info("article_given_up", item=wish.item_id, feed=wish.feed_id, reason="the same text again")
            return False
        if not items.complete(tx, assessed, stored.revision, poller.clock()):
            return None
        articles.was_read(tx, wish.item_id, used=used)
        _tell(tx, poller, assessed, wish.item_id)
    news = bool(assessed.decision.matches) and not stored.matches
    log.info(
        "article_read",
        item=wish.item_id,
        feed=wish.feed_id,
        matched=bool(assessed.decision.matches),
        news=news,
    )
    return news


def complete(item: Item, text: str, feed_language: str) -> Item:
    """The item with its article's text in the place of a shorter content."""
    content = text if len(text) > len(item.content) else item.content
    hint = item.lang if item.lang != "und" else feed_language if feed_language != "mul" else None
    lang = detect.detect(" ".join((item.title, item.summary, content)), hint)
    return replace(item, content=content, lang=lang, fulltext=Fulltext.READ, fulltext_detail="")


def _assessed(poller: Poller, wish: Wish, stored: StoryItem, text: str) -> Assessed:
    """The item with its article, and what that means;
    where the article lacks what had matched, the feed's text stays.
    """
    language_of_feed = stored.feed.language
    item = complete(stored.item, text, language_of_feed)
    decision = poller.matcher.decide(item)
    found = {(m.watchlist, m.rule) for m in decision.matches}
    if any((m.watchlist, m.rule) not in found for m in stored.matches):
        item = complete(stored.item, f"{text}\n\n{stored.item.content}".rstrip(), language_of_feed)
        decision = poller.matcher.decide(item)
    ending = coverage(decision, flood_held=wish.flood_held)
    if stored.coverage is Coverage.MATCHED or (stored.matches and not decision.matches):
        # what the feed's text said is not unsaid
        ending = stored.coverage, stored.coverage_detail
    return reassessed(item, decision, wish.item_id, ending)


def _tell(tx: Connection, poller: Poller, assessed: Assessed, item_id: int) -> None:
    """Stories and alert groups, as for an entry of a feed."""
    now = poller.clock()
    told = gather(tx, (assessed,), (item_id,), now, poller.judge.press.outlets)
    if assessed.decision.matches:
        feedback.apply(tx, (item_id,), now, poller.judge.press.outlets)
    open_groups(tx, told, poller.route, judge=poller.judge, now=now)


# The article behind an address that a person names.


def behind(net: NetPolicy, worker: Worker, url: str, about: str = "") -> Article | str:
    """The article at `url`, or why there is none; `about`: what its feed says of it, where that is known."""
    result = asyncio.run(_fetched(net, url))
    if not isinstance(result, Fetched):
        return result.detail if isinstance(result, FetchFailed) else "not modified"
    return article(worker, result.body, result.content_type, result.url, about)


def article(worker: Worker, body: bytes, content_type: str, url: str, about: str = "") -> Article | str:
    """The article of a page, or why there is none. It is read in a limited process: it may be hostile."""
    read = worker.run(extract, body, content_type, url, about)
    return read if isinstance(read, Article) else read.reason


async def _fetched(net: NetPolicy, url: str) -> FetchResult:
    async with FetchClient(net) as client:
        return await fetch(client, page_request(url))

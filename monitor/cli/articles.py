"""What `explain` is asked about beside a text: an article behind an address, a saved page, an archived item.

Apart from `explain`, since most texts need neither the network nor a database nor a reader of pages.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from monitor import parts
from monitor.cli.common import FINDINGS, complain
from monitor.errors import StoreError
from monitor.feeds.addresses import canonical_url
from monitor.feeds.fetch import fetch, page_request
from monitor.feeds.fulltext import Article, extract
from monitor.feeds.worker import Worker
from monitor.model import Fetched, FetchFailed, Item
from monitor.net.transport import FetchClient
from monitor.store import archive
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.config.load import Settings
    from monitor.model import FetchResult, StoryItem
    from monitor.net.client import NetPolicy


def archived(number: int, found: Settings) -> Item:
    """The item with this number. Ends the command where there is none."""
    kept = _kept(found, number)
    if kept is None:
        complain(f"{number}: no such file, and no such item in {found.database}")
        raise typer.Exit(2)
    return kept.item


def behind(url: str, found: Settings) -> Item:
    """The article at `url`; where it cannot be read, what the feed gave of it, if the archive has it."""
    try:
        kept = _kept(found, url)
    except StoreError:
        kept = None
    about = f"{kept.item.title} {kept.item.summary}" if kept else ""
    article = _read(parts.policy(found), url, about)
    if isinstance(article, Article):
        return Item(key=f"url:{url}", feed_id="", title=article.title, content=article.text, url=article.url)
    complain(f"{url}: {article}")
    if kept is None:
        raise typer.Exit(FINDINGS)
    complain(f"the archive has it as item {kept.id}; this is about what the feed gave")
    return kept.item


def saved(body: bytes) -> Item | None:
    """The article of a saved page; None where it has none."""
    article = _article(body, "text/html", "")
    if not isinstance(article, Article):
        return None
    return Item(key="text", feed_id="", title=article.title, content=article.text)


def _read(net: NetPolicy, url: str, about: str) -> Article | str:
    """The article at `url`, or why there is none; `about`: what its feed says of it, where that is known."""
    result = asyncio.run(_fetched(net, url))
    if not isinstance(result, Fetched):
        return result.detail if isinstance(result, FetchFailed) else "not modified"
    return _article(result.body, result.content_type, result.url, about)


def _article(body: bytes, content_type: str, url: str, about: str = "") -> Article | str:
    """The article of a page, or why there is none. It is read in a limited process: it may be hostile."""
    with Worker() as worker:
        read = worker.run(extract, body, content_type, url, about)
    return read if isinstance(read, Article) else read.reason


async def _fetched(net: NetPolicy, url: str) -> FetchResult:
    async with FetchClient(net) as client:
        return await fetch(client, page_request(url))


def _kept(found: Settings, what: int | str) -> StoryItem | None:
    """An item of the archive by its number or its address."""
    with Database.reading(found.database) as tx:
        if isinstance(what, int):
            return archive.get(tx, what)
        return archive.by_address(tx, what, canonical_url(what) or what)

"""What `explain` is asked about beside a text: an article behind an address, a saved page, an archived item.

Apart from `explain`, since most texts need neither the network nor a database nor a reader of pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor import parts
from monitor.cli.common import FINDINGS, MISCONFIGURED, complain, stop
from monitor.errors import StoreError
from monitor.feeds.addresses import canonical_url
from monitor.feeds.fulltext import Article
from monitor.feeds.worker import Worker
from monitor.jobs import articles
from monitor.model import Item
from monitor.store import archive
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.config.load import Settings
    from monitor.model import StoryItem


def archived(number: int, found: Settings) -> Item:
    """The item with this number. Ends the command where there is none."""
    kept = _kept(found, number)
    if kept is None:
        stop(f"{number}: no such file, and no such item in {found.database}", MISCONFIGURED)
    return kept.item


def behind(url: str, found: Settings) -> Item:
    """The article at `url`; where it cannot be read, what the feed gave of it, if the archive has it."""
    try:
        kept = _kept(found, url)
    except StoreError:
        kept = None
    about = f"{kept.item.title} {kept.item.summary}" if kept else ""
    with Worker() as worker:
        article = articles.behind(parts.policy(found), worker, url, about)
    if isinstance(article, Article):
        return Item(key=f"url:{url}", feed_id="", title=article.title, content=article.text, url=article.url)
    complain(f"{url}: {article}")
    if kept is None:
        raise typer.Exit(FINDINGS)
    complain(f"the archive has it as item {kept.id}; this is about what the feed gave")
    return kept.item


def saved(body: bytes) -> Item | None:
    """The article of a saved page; None where it has none."""
    with Worker() as worker:
        article = articles.article(worker, body, "text/html", "")
    if not isinstance(article, Article):
        return None
    return Item(key="text", feed_id="", title=article.title, content=article.text)


def _kept(found: Settings, what: int | str) -> StoryItem | None:
    """An item of the archive by its number or its address."""
    with Database.reading(found.database) as tx:
        if isinstance(what, int):
            return archive.get(tx, what)
        return archive.by_address(tx, what, canonical_url(what) or what)

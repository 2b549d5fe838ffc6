"""`monitor explain`: why an item fires, why not, what nearly fired; and keeping the answer as a test."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import parts
from monitor.cli import savetest
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, console, loaded, say_json
from monitor.cli.explained import explained
from monitor.cli.input import MAX_TEXT, as_item, as_polled, opened
from monitor.contacts.extract import extractor, listener
from monitor.errors import StoreError
from monitor.feeds.canonical import canonical_url
from monitor.feeds.fetch import fetch, page_request
from monitor.feeds.fulltext import Article, extract
from monitor.feeds.worker import Worker
from monitor.matching.matcher import Matcher
from monitor.model import Fetched, FetchFailed, Item
from monitor.net.client import async_client
from monitor.store import archive
from monitor.store.database import Database
from monitor.watchlists import explain
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from monitor.config.load import Settings
    from monitor.model import FetchResult, StoryItem
    from monitor.net.client import NetPolicy

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SAVED_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)\b", re.IGNORECASE)


def explain_item(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL|ITEM-ID",
            help="A text (first line: title), a saved page, an item as JSON, - for any of them on standard input, "
            "the address of an article, or the number of an item in the archive.",
        ),
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Also rules that found nothing, and the queries.")
    ] = False,
    save_test: Annotated[
        str | None,
        typer.Option(
            "--save-test", metavar="WATCHLIST", help="Keep the item as a test beside this watchlist."
        ),
    ] = None,
    no_match: Annotated[
        bool, typer.Option("--no-match", help="With --save-test: the item must not alert.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="With --save-test: what the test is about.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Why an item fires, why not, and what nearly fired: per rule, with the sentence."""
    if save_test is None and (no_match or why):
        complain("--no-match and --why belong to --save-test")
        raise typer.Exit(2)
    found = loaded(config)
    lists = load(found.watchlists)
    place = savetest.place(lists, save_test, found.watchlists) if save_test else None
    item = as_polled(_item(what, found))
    said = explain.explain(Matcher(lists, extract=extractor(lists), denier=listener(lists)), item)
    if as_json:
        say_json(explain.as_json(said))
    else:
        console.print(explained(said, everything=everything, colours=console.is_terminal), end="")
    if place:
        savetest.save(place, item, no_match=no_match, why=why)


def _item(what: str, found: Settings) -> Item:
    if _WEB.match(what):
        return _page(what, found)
    if re.fullmatch(r"\d+", what) and not Path(what).exists():
        return _archived(int(what), found)
    with opened(what) as source:
        body = source.read(MAX_TEXT)
    if _SAVED_PAGE.match(body):
        article = _article(body, "text/html", "")
        if isinstance(article, Article):
            return Item(key="text", feed_id="", title=article.title, content=article.text)
    return as_item(body.decode("utf-8-sig", "replace"), what)


def _archived(number: int, found: Settings) -> Item:
    kept = _kept(found, number)
    if kept is None:
        complain(f"{number}: no such file, and no such item in {found.database}")
        raise typer.Exit(2)
    return kept.item


def _page(url: str, found: Settings) -> Item:
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
    async with async_client(net) as client:
        return await fetch(client, page_request(url))


def _kept(found: Settings, what: int | str) -> StoryItem | None:
    """An item of the archive by its number or its address."""
    db = Database.open(found.database, create=False)
    try:
        with db.snapshot() as tx:
            if isinstance(what, int):
                return archive.get(tx, what)
            return archive.by_address(tx, what, canonical_url(what) or what)
    finally:
        db.close()

"""`feeds …`: list, add, remove, import, export, discover, status."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import app as composition
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, isolated, loaded, say, say_json
from monitor.feeds import opml
from monitor.feeds.discover import discover as find_feeds
from monitor.feeds.fetch import fetch, page_request
from monitor.model import Feed, Fetched, Side
from monitor.net import async_client
from monitor.store import feeds, health
from monitor.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import FetchResult
    from monitor.net import NetPolicy

app = typer.Typer(
    help="The sources: list, add, remove, import, export, discover, status.", no_args_is_help=True
)


@app.command("list")
def list_feeds(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Every feed of the feeds files and those that were added."""
    found = _all(config)
    if as_json:
        say_json([{"id": f.id, "url": f.url, "title": f.title, "language": f.language, "side": f.side.value,
                   "reliability": f.reliability, "enabled": f.enabled} for f in found])  # fmt: skip
        return
    for f in found:
        mark = " " if f.enabled else "-"
        say(
            f"{mark} {f.id:28} {f.language:3} {f.side.value:12} {f.reliability}  {isolated(f.title)}  {f.url}"
        )
    say(f"{len(found)} feeds, {sum(f.enabled for f in found)} enabled")


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="The feed's address; a web page's feeds are found.")],
    id_: Annotated[str, typer.Option("--id", help="A short name; made from the address otherwise.")] = "",
    title: str = "",
    language: str = "mul",
    side: Side = Side.UNKNOWN,
    reliability: Annotated[str, typer.Option(help="Admiralty letter A to F.")] = "F",
    config: ConfigOption = None,
) -> None:
    """Watch one more feed. It is polled within seconds by a running daemon."""
    if not re.match(r"(https?://|file:|/|\.)", url):
        complain(f"{url!r} is neither an http(s) address nor a path")
        raise typer.Exit(2)
    if not re.fullmatch(r"[A-F]", reliability):
        complain(f"{reliability!r} is not an Admiralty letter; say A to F")
        raise typer.Exit(2)
    name = id_ or _name(url)
    feed = Feed(id=name, url=url, title=title or name, language=language, side=side, family=name,
                reliability=reliability)  # fmt: skip
    with _database(config) as db, db.transaction() as tx:
        added = feeds.add(tx, feed, datetime.now(UTC), _interval(config))
    if not added:
        complain(f"there is a feed {name!r} already; choose another --id")
        raise typer.Exit(FINDINGS)
    say(f"added {name}")


@app.command("remove")
def remove(feed_id: str, config: ConfigOption = None) -> None:
    """Stop polling a feed that was added; its items stay. A feed of a feeds file is disabled there."""
    with _database(config) as db, db.transaction() as tx:
        removed, origin = feeds.remove(tx, feed_id), feeds.origin(tx, feed_id)
    if not removed:
        known = "a feeds file names it: set `enabled: false` there" if origin == "file" else "no such feed"
        complain(f"{feed_id}: {known}")
        raise typer.Exit(FINDINGS)
    say(f"removed {feed_id}")


@app.command("import")
def import_opml(file: Path, config: ConfigOption = None) -> None:
    """Add every feed of an OPML file."""
    try:
        body = file.read_bytes()
    except OSError as error:
        complain(f"{file}: {error.strerror}")
        raise typer.Exit(2) from None
    known = _all(config)
    found = opml.read_opml(body, taken=[feed.id for feed in known])
    new = [s.feed for s in found.subscriptions if s.feed.url not in {feed.url for feed in known}]
    now, interval = datetime.now(UTC), _interval(config)
    with _database(config) as db, db.transaction() as tx:
        added = sum(feeds.add(tx, feed, now, interval) for feed in new)
    for remark in found.remarks:
        complain(f"{file}: {remark}")
    say(f"{added} added, {len(found.subscriptions) - added} were there already")
    if found.remarks:
        raise typer.Exit(FINDINGS)


@app.command("export")
def export_opml(config: ConfigOption = None) -> None:
    """All feeds as OPML, to standard output."""
    typer.echo(opml.write_opml(_all(config)))


@app.command("discover")
def discover(url: str, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """The feeds that a web page offers."""
    net = composition.policy(loaded(config))
    result = asyncio.run(_page(net, url))
    if not isinstance(result, Fetched):
        complain(f"{url}: {getattr(result, 'detail', 'not modified')}")
        raise typer.Exit(FINDINGS)
    found = find_feeds(result.body, result.url, result.content_type)
    if as_json:
        say_json([{"url": f.url, "title": f.title, "type": f.type} for f in found])
    for f in found if not as_json else ():
        say(f"{f.url}  {isolated(f.title)}")
    if not found:
        complain("no feeds found")
        raise typer.Exit(FINDINGS)


@app.command("status")
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Each feed's health: ok, failing, quiet, gone, never, disabled. Exit 1 when one fails."""
    with _database(config) as db, db.snapshot() as tx:
        lines = health.health(tx, datetime.now(UTC))
    if as_json:
        say_json([{"id": f.feed.id, "state": f.state, "detail": f.detail, "last_success_at": f.last_success_at,
                   "last_new_at": f.last_new_at} for f in lines])  # fmt: skip
    for f in lines if not as_json else ():
        say(f"{f.state:9} {f.feed.id:28} {isolated(f.detail)}")
    if any(f.state in ("failing", "gone") for f in lines):
        raise typer.Exit(FINDINGS)


async def _page(net: NetPolicy, url: str) -> FetchResult:
    async with async_client(net) as client:
        return await fetch(client, page_request(url))


def _database(config: Path | None) -> _Opened:
    return _Opened(loaded(config).database)


class _Opened:
    """A database for one command, beside a running daemon."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> Database:
        self._db = Database.open(self._url)
        return self._db

    def __exit__(self, *_: object) -> None:
        self._db.close()


def _interval(config: Path | None) -> timedelta:
    return loaded(config).config.polling.interval


def _all(config: Path | None) -> tuple[Feed, ...]:
    found = loaded(config)
    known = {feed.id: feed for feed in composition.read_feeds(found)}
    known |= {feed.id: feed for feed in _added(found.database, set(known))}
    return tuple(known.values())


def _added(url: str, ids: set[str]) -> Iterator[Feed]:
    path = url.removeprefix("sqlite:///")
    if url.startswith("sqlite") and not Path(path).exists():
        return
    with _Opened(url) as db, db.snapshot() as tx:
        for state in feeds.everything(tx):
            if state.feed.id not in ids and state.feed.enabled:
                yield state.feed


def _name(url: str) -> str:
    words = re.sub(r"^(https?://(www\.)?|file:)", "", url.lower())
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:40] or "feed"

"""`feeds …`: list, add, remove, import, export, discover, status."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import parts
from monitor.cli.common import (
    FINDINGS,
    MISCONFIGURED,
    ConfigOption,
    JsonOption,
    complain,
    isolated,
    loaded,
    say,
    say_json,
    stop,
)
from monitor.cli.feed_add import add, known_feeds
from monitor.config import load
from monitor.errors import ConfigError, StoreError
from monitor.feeds import opml, seeds, trial
from monitor.feeds.discover import discover as find_feeds
from monitor.feeds.fetch import fetch, page_request
from monitor.feeds.secrets import Unset, resolved
from monitor.feeds.seeds import load_feeds, whole_scheme
from monitor.jobs import intake
from monitor.model import Feed, Fetched, FetchFailed
from monitor.net.redaction import masked, redact
from monitor.net.transport import FetchClient
from monitor.store import events, feeds, polls
from monitor.store.database import Database
from monitor.watchlists.files import load_press

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config.load import Settings
    from monitor.model import FeedHealth, FeedState, FetchResult
    from monitor.net.client import NetPolicy

app = typer.Typer(
    help="The sources: list, add, remove, import, export, discover, status.", no_args_is_help=True
)
app.command("add")(add)


@app.command("list")
def list_feeds(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Every feed of the feeds files; `-` before those that are switched off.

    Secrets in addresses are `***`.
    """
    found = known_feeds(loaded(config))
    if as_json:
        say_json([{"id": f.id, "url": masked(f.url), "title": f.title, "language": f.language, "side": f.side,
                   "reliability": f.reliability, "enabled": f.enabled} for f in found])  # fmt: skip
        return
    width = min(max((len(f.id) for f in found), default=0), 40)
    for f in found:
        mark = " " if f.enabled else "-"
        say(f"{mark} {f.id:{width}}  {f.language:3}  {f.side:12}  {f.reliability}  "
            f"{isolated(f.title)}  {masked(f.url)}")  # fmt: skip
    say(f"{len(found)} feeds, {sum(f.enabled for f in found)} enabled")


@app.command("poll")
def poll(
    feed_ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Which feeds.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are enabled.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask feeds now, or as soon as their publishers allow. The monitor that runs does it.

    Exit 1 when one of them is unknown or switched off; then none is asked.
    """
    if bool(feed_ids) is everything:
        raise typer.BadParameter("name the feeds, or say --all: one of them")
    now = datetime.now(UTC)
    with Database.open(loaded(config).database, create=False) as db:
        with db.transaction() as tx:
            there = {state.feed.id: state for state in feeds.everything(tx) if state.feed.enabled}
            wanted = list(there) if everything else list(dict.fromkeys(feed_ids or ()))
            _must_be_polled(wanted, there)
            feeds.poll_now(tx, now, wanted)
            due = {name: max(now, there[name].not_before or now) for name in wanted}
        running = db.in_use()
    if as_json:
        say_json({"running": running, "feeds": [{"id": name, "due_at": at} for name, at in due.items()]})
        return
    for name, at in due.items():
        say(f"{name}: " + ("due now" if at <= now else f"due {at:%H:%M:%S} UTC, its publisher asked to wait"))
    if running is False:
        say("no monitor is running: they are asked when one starts (`monitor run`, `monitor once`)")


def _must_be_polled(wanted: list[str], there: Mapping[str, FeedState]) -> None:
    unknown = [name for name in wanted if name not in there]
    for name in unknown:
        complain(f"{name}: no such feed is polled; `monitor feeds list` names them")
    if unknown:
        raise typer.Exit(FINDINGS)


@app.command("remove")
def remove(feed_id: str, config: ConfigOption = None) -> None:
    """Take a feed out of its feeds file; its items stay.

    The file's other lines and comments stay as they are.
    """
    found = loaded(config)
    if feed_id not in {feed.id for feed in known_feeds(found)}:
        stop(f"{feed_id}: no such feed; `monitor feeds list` names them")
    path = next(
        (p for p in found.feeds if feed_id in {f.id for f in load_feeds(p.read_bytes(), str(p))}), None
    )
    if path is not None:
        _take_out(path, feed_id)
    try:
        _forget(found, feed_id)
    except StoreError as error:
        complain(f"a running monitor drops it when it reads the file again: {redact(str(error))}")
    say(f"removed {feed_id}" + (f" from {path}" if path is not None else "") + "; its items stay")


def _take_out(path: Path, feed_id: str) -> None:
    try:
        if load.shipped(path):
            raise seeds.Unwritable("it is part of the program")
        seeds.remove(path, feed_id)
    except seeds.Unwritable as why:
        stop(
            f"{path}: {why}; set `enabled: false` for {feed_id}, or take it out, in a feeds file of your own"
        )


def _forget(found: Settings, feed_id: str) -> None:
    """A database that is there polls it no more, from this moment."""
    if _missing(found):
        return
    with Database.writing(found.database, create=True) as tx:
        feeds.remove(tx, feed_id)


@app.command("import")
def import_opml(file: Path, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Add every feed of an OPML file to the feeds file. What was left out is named; then exit 1."""
    try:
        body = file.read_bytes()
    except OSError as error:
        stop(f"{file}: {error.strerror}", MISCONFIGURED)
    settings = loaded(config)
    known = known_feeds(settings)
    listed = opml.read_opml(
        body, taken=[feed.id for feed in known], sides=load_press(settings.watchlists).sides.ids
    )
    there = {trial.same_place(feed.url) for feed in known}
    new = tuple(s.feed for s in listed.subscriptions if trial.same_place(s.feed.url) not in there)
    path = settings.own_feeds
    if new:
        _take(path, new, config)
    already = len(listed.subscriptions) - len(new)
    if as_json:
        say_json(
            {"added": [f.id for f in new], "there": already, "left_out": listed.remarks, "file": str(path)}
        )
    else:
        for remark in listed.remarks:
            complain(f"{file}: {remark}")
        say(f"{len(new)} added to {path}, {already} were there already")
    if listed.remarks:
        raise typer.Exit(FINDINGS)


def _take(path: Path, new: tuple[Feed, ...], config: Path | None) -> None:
    """Into the file, and into the database where one is there."""
    try:
        seeds.add(path, new)
    except seeds.Unwritable as why:
        stop(f"{path} cannot be changed: {why}; nothing was added")
    again = loaded(config)
    if _missing(again):
        return
    try:
        with Database.open(again.database) as db:
            intake.take_up(db, new, datetime.now(UTC), again.config.polling.interval, timedelta(seconds=1))
    except (ConfigError, StoreError) as error:
        complain(f"they are polled from the next start on: {redact(str(error))}")


@app.command("export")
def export_opml(
    with_secrets: Annotated[
        bool,
        typer.Option(
            "--with-secrets", help="Addresses whole, also what opens them; keep the file to yourself."
        ),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """All feeds as OPML, to standard output; passwords and keys in addresses are masked."""
    found = known_feeds(loaded(config))
    typer.echo(opml.write_opml([_told(feed, with_secrets=with_secrets) for feed in found]))


def _told(feed: Feed, *, with_secrets: bool) -> Feed:
    if not with_secrets:
        return replace(feed, url=masked(feed.url))
    try:
        return replace(feed, url=resolved(feed.url).url)
    except Unset as error:
        complain(f"{feed.id}: {error}")
        return feed


@app.command("discover")
def discover(url: str, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """The feeds that a web page offers."""
    net = parts.policy(loaded(config))
    result = asyncio.run(_page(net, trial.wanted_url(url) or whole_scheme(url)))
    if not isinstance(result, Fetched):
        stop(f"{masked(url)}: {result.detail if isinstance(result, FetchFailed) else 'not modified'}")
    found = find_feeds(result.body, result.url, result.content_type)
    if as_json:
        say_json([{"url": f.url, "title": f.title, "type": f.type} for f in found])
    for f in found if not as_json else ():
        say(f"{f.url}  {isolated(f.title)}")
    if not found:
        stop("no feeds found; where it is a feed itself, `monitor feeds add` takes it")


@app.command("status")
def status(
    state: Annotated[
        list[str] | None, typer.Option(help="Only these: ok, failing, quiet, gone, never, disabled.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each feed's health: ok, failing, quiet, gone, never, disabled. Exit 1 when one fails."""
    with Database.reading(loaded(config).database) as tx:
        lines = events.health(tx, datetime.now(UTC))
        states = {s.feed.id: s for s in feeds.everything(tx)}
        remarks = polls.remarks(tx)
    shown = [f for f in lines if not state or f.state in state]
    if as_json:
        say_json(
            [
                {
                    "id": f.feed.id,
                    "state": f.state,
                    "detail": f.detail,
                    "last_success_at": f.last_success_at,
                    "remarks": remarks.get(f.feed.id, ()),
                    "last_new_at": f.last_new_at,
                    "next_poll_at": states[f.feed.id].next_poll_at,
                    "interval_seconds": states[f.feed.id].interval.total_seconds(),
                }
                for f in shown
            ]
        )
    else:
        _say_health(shown, states, remarks)
        counts = Counter(f.state for f in lines)
        say(", ".join(f"{count} {word}" for word, count in counts.most_common()) or "no feeds yet")
    if any(f.state in ("failing", "gone") for f in lines):
        raise typer.Exit(FINDINGS)


def _say_health(
    shown: list[FeedHealth], states: dict[str, FeedState], remarks: Mapping[str, tuple[str, ...]]
) -> None:
    now = datetime.now(UTC)
    width = min(max((len(f.feed.id) for f in shown), default=0), 40)
    for f in shown:
        due = states[f.feed.id].next_poll_at
        times = f"answered {_ago(f.last_success_at, now):8} new {_ago(f.last_new_at, now):8}"
        asked = "" if f.state in ("disabled", "gone") else f"next {_ahead(due, now):8}"
        said = "; ".join(isolated(word) for word in (f.detail, *remarks.get(f.feed.id, ())) if word)
        say(f"{f.state:9} {f.feed.id:{width}}  {times} {asked:13} {said}".rstrip())


def _ago(at: datetime | None, now: datetime) -> str:
    return events.spoken(now - at) if at else "never"


def _ahead(at: datetime, now: datetime) -> str:
    return "now" if at <= now else events.spoken(at - now)


async def _page(net: NetPolicy, url: str) -> FetchResult:
    async with FetchClient(net) as client:
        return await fetch(client, page_request(url))


def _missing(found: Settings) -> bool:
    """Whether there is no database file yet: the first start reads the feeds files by itself."""
    path = found.database.removeprefix("sqlite:///")
    return found.database.startswith("sqlite") and not Path(path).exists()

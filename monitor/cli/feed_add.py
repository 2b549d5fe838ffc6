"""`feeds add`: try the address, show what it brings, ask, write the feeds file,
and store what was fetched.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from monitor import parts
from monitor.app import opened
from monitor.cli.check import REMEDY
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
)
from monitor.errors import ConfigError, StoreError
from monitor.feeds import seeds, trial
from monitor.feeds.secrets import Unset, plain, resolved
from monitor.feeds.seeds import dump_feed_yaml, load_feeds
from monitor.feeds.trial import Choice, Refused, Tried
from monitor.fields import parse_duration
from monitor.jobs import intake
from monitor.model import UNKNOWN, Feed
from monitor.net.redaction import masked, opens, redact
from monitor.store import feeds
from monitor.store.database import Database
from monitor.watchlists.files import load_press

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.model.press import Press


#: entries shown of a feed
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Told:
    """Where the outcome goes: text for people, or one JSON document."""

    as_json: bool
    data: dict[str, Any]

    def end(self, reason: str, remedy: str = "", *, code: int = FINDINGS) -> NoReturn:
        """Nothing was added, and why."""
        if self.as_json:
            say_json(self.data | {"added": False, "error": {"reason": reason, "remedy": remedy}})
        else:
            complain(f"{self.data['address']}: {Refused(reason, remedy)}")
        raise typer.Exit(code)


def add(
    address: Annotated[str, typer.Argument(help="A feed's address, or a web page that links to feeds.")],
    id_: Annotated[str, typer.Option("--id", help="A short name; made of the title otherwise.")] = "",
    title: Annotated[str, typer.Option(help="What it is called; the feed's own title otherwise.")] = "",
    language: Annotated[str, typer.Option(help="What it is written in; found out otherwise.")] = "",
    side: Annotated[str, typer.Option(help="Who speaks through it, as sides.yaml declares.")] = "",
    reliability: Annotated[str, typer.Option(help="Admiralty letter A to F.")] = "F",
    country: Annotated[str, typer.Option(help="Two or three capital letters.")] = "",
    family: Annotated[str, typer.Option(help="The publisher; feeds of one confirm nothing.")] = "",
    fulltext: Annotated[bool, typer.Option("--fulltext", help="Read the article behind each entry.")] = False,
    interval: Annotated[str, typer.Option(help="How often it is asked at the most, like 30m.")] = "",
    pick: Annotated[int | None, typer.Option(help="Which of a page's feeds, as they are numbered.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Add it without asking.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a feed with one request, show it, and watch it. Exit 1 when it cannot be read."""
    found = loaded(config)
    told = Told(as_json, {"configuration": str(found.path or "defaults and environment"),
                          "address": masked(address)})  # fmt: skip
    url = trial.wanted_url(address)
    if url is None:
        told.end("neither an http(s) address nor a path", code=MISCONFIGURED)
    known = known_feeds(found)
    _refuse_known(told, url, known)
    tried = _tried(told, url, parts.policy(found), pick)
    for place in (tried.url, tried.answered):
        _refuse_known(told, place, known)
    described: dict[str, Any] = {
        "title": title, "language": language, "side": side, "reliability": reliability, "country": country,
        "family": family, "fulltext": fulltext, "interval": _interval(told, interval),
    }  # fmt: skip
    feed = _valid(told, _described(tried, id_, described, known), known, load_press(found.watchlists))
    _show(told, feed, tried, found)
    _ask(told, yes=yes)
    _write(told, feed, found)
    _store(told, feed, tried, config)


def asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _described(tried: Tried, id_: str, said: dict[str, Any], known: tuple[Feed, ...]) -> Feed:
    """The feed as the options describe it; what they leave out is what was found, or the model's default."""
    name = id_ or trial.free_id(tried, {f.id for f in known})
    found = Feed(id=name, url=tried.url, title=tried.title or name, language=tried.language)
    return replace(found, **{key: value for key, value in said.items() if value not in ("", None)})


def _refuse_known(told: Told, url: str, known: tuple[Feed, ...]) -> None:
    place = trial.same_place(url)
    there = next((f for f in known if place in map(trial.same_place, (f.url, _asked(f.url)))), None)
    if there is not None:
        off = "" if there.enabled else "; it is switched off (`enabled: true` in its feeds file)"
        told.end(f"it is there already, as {there.id!r}{off}")


def _asked(url: str) -> str:
    """`url` with its variables filled in, where they are set."""
    try:
        return resolved(url).url
    except Unset:
        return url


def _tried(told: Told, url: str, net: Any, pick: int | None) -> Tried:
    found = trial.attempt(url, net, pick)
    if isinstance(found, Choice):
        _list(told, found)
        if told.as_json or not asks():
            reason = f"the page names {len(found.found)} feeds"
            told.end(reason, "say which with --pick N", code=MISCONFIGURED)
        number = typer.prompt("which one", type=int)
        if not 1 <= number <= len(found.found):
            told.end(f"there is no number {number}", code=MISCONFIGURED)
        found = trial.attempt(plain(found.found[number - 1].url), net)
    if isinstance(found, Refused):
        told.end(found.reason, found.remedy)
    if isinstance(found, Choice):
        told.end("that is a web page, too")
    return found


def _list(told: Told, choice: Choice) -> None:
    told.data["found"] = [{"pick": n, "url": masked(f.url), "title": f.title, "type": f.type}
                          for n, f in enumerate(choice.found, 1)]  # fmt: skip
    for one in told.data["found"] if not told.as_json else ():
        say(f"{one['pick']:3}  {one['url']}  {isolated(one['title'])}")


def _interval(told: Told, text: str) -> Any:
    try:
        return parse_duration(text) if text else None
    except (ValueError, OverflowError):
        told.end(f"--interval {text!r} is no time span", "write it like 30m", code=MISCONFIGURED)


def _valid(told: Told, feed: Feed, known: tuple[Feed, ...], press: Press) -> Feed:
    """`feed` as a feeds file would give it back. Ends the command where it would not."""
    if feed.id in {f.id for f in known}:
        told.end(f"there is a feed {feed.id!r} already", "choose another --id")
    try:
        return load_feeds("feeds:\n" + dump_feed_yaml(feed), "feed", press.sides.ids)[0]
    except ConfigError as error:
        first = error.mistakes[0]
        told.end(first.message, first.remedy, code=MISCONFIGURED)


def _show(told: Told, feed: Feed, tried: Tried, found: Settings) -> None:
    newest = [
        {"title": e.title, "published": e.published_at, "url": masked(e.url) if e.url else None}
        for e in tried.entries[:SHOWN]
    ]
    described = {name: getattr(feed, name) for name in ("id", "title", "language", "side", "reliability")}
    told.data["feed"] = described | {"url": masked(feed.url)}
    told.data.update(entries=len(tried.entries), newest=newest, file=str(found.own_feeds))
    if not told.as_json:
        _say(feed, tried)


def _say(feed: Feed, tried: Tried) -> None:
    say(f"{isolated(feed.title)}  {masked(feed.url)}")
    unsure = " (say --side)" if feed.side == UNKNOWN else ""
    spoken = f"language {feed.language}, side {feed.side}{unsure}, reliability {feed.reliability}"
    say(f"  id {feed.id}, {spoken}")
    if redact(tried.answered) != redact(feed.url):
        say(f"  answered from {redact(tried.answered)}")
    say(f"  {len(tried.entries)} entries" + (", the newest:" if tried.entries else ""))
    for entry in tried.entries[:SHOWN]:
        at = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at else "undated"
        say(f"    {at:16}  {isolated(entry.title or masked(entry.url or '(no title)'))}")
    for what in opens(feed.url):
        say(f"  note: {what} can be read in the address; {REMEDY}")


def _ask(told: Told, *, yes: bool) -> None:
    if yes:
        return
    if told.as_json or not asks():
        told.end("nothing was added", "say --yes where nobody can be asked", code=MISCONFIGURED)
    if not typer.confirm("add it?", default=True):
        told.end("nothing was added")


def _write(told: Told, feed: Feed, found: Settings) -> None:
    path = found.own_feeds
    try:
        seeds.add(path, [feed])
    except seeds.Unwritable as why:
        block = dump_feed_yaml(feed)
        if told.as_json:
            told.data["yaml"] = block
        else:
            say(f"{path} cannot be changed: {why}. Put these lines into your feeds file:\n\n{block}")
        told.end(
            f"nothing was added: {path}: {why}", "put the lines into your feeds file, then reload (SIGHUP)"
        )


def _store(told: Told, feed: Feed, tried: Tried, config: Path | None) -> None:
    """What was fetched becomes the feed's first poll, so that nobody asks twice."""
    note = f"a running monitor asks it from now on; with SIGHUP it reads {told.data['file']} again"
    try:
        with opened(loaded(config), exclusive=False) as app:
            if not intake.begun(app.db):
                app.sync_feeds()
            poll = intake.Intake(feed=feed, address=tried.address, results=tried.results)
            stored = intake.take_in(app.poller(), poll, datetime.now(UTC))
        if opens(feed.url):
            note = "a running monitor must read the file again first: send it SIGHUP"
    except (ConfigError, StoreError) as error:
        stored, note = None, f"its entries are fetched at the next start: {redact(str(error))}"
    counts = {"new": stored["new"], "matched": stored["matched"]} if stored is not None else {}
    if told.as_json:
        say_json(told.data | {"added": True, "stored": counts, "note": note})
        return
    said = f"; {counts['new']} entries stored, {counts['matched']} matched" if counts else ""
    say(f"added {feed.id} to {told.data['file']}{said}")
    say(f"  {note}")


# The feeds that a configuration comes to.


def known_feeds(found: Settings) -> tuple[Feed, ...]:
    """The feeds of all feeds files, and those that only the database has from an older monitor."""
    known = {feed.id: feed for feed in parts.read_feeds(found)}
    for feed in _added(found):
        known.setdefault(feed.id, feed)
    return tuple(known.values())


def _added(found: Settings) -> tuple[Feed, ...]:
    with suppress(StoreError), Database.reading(found.database) as tx:
        return feeds.added(tx)
    return ()  # no database yet

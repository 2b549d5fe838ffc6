"""`silence add`, `list`, `expire`, and `ack`: what people do about alerts, with a name and an end."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import false_alarms
from monitor.cli.common import (
    MISCONFIGURED,
    ConfigOption,
    JsonOption,
    complain,
    loaded,
    own,
    receiver_named,
    say,
    say_json,
    stop,
)
from monitor.errors import ConfigError
from monitor.jobs.feedback import Claim, Scope
from monitor.jobs.preview import RECENT, held_back
from monitor.model.matchers import known, misfits, parse
from monitor.parts import known_of, read_feeds
from monitor.store import feeds, silences, stories
from monitor.store.database import Database
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.jobs.preview import Held
    from monitor.model.delivery import Silence
    from monitor.model.matchers import Known, Matcher

#: fits every story, and no event
EVERY_STORY = "story=~.+"
#: so many titles are shown
SHOWN = 10

app = typer.Typer(help="Keep alerts quiet for a while; the digest still has them.", no_args_is_help=True)

Author = Annotated[str, typer.Option(help="Who does this; otherwise the user's name.", envvar="USER")]


Match = Annotated[
    list[str] | None,
    typer.Option(help="What to silence, as `watchlist=ports` or `side=~state-.*`; several must all hold."),
]
Everything = Annotated[bool, typer.Option("--all", help="Silence every story; instead of --match.")]


@app.command("add")
def add(
    author: Author,
    reason: Annotated[str, typer.Option(help="Why, for those who read it later.")],
    match: Match = None,
    everything: Everything = False,
    for_: Annotated[str | None, typer.Option("--for", help="How long, like 4h.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Until when, as a date and time; UTC unless it says.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="From when; otherwise now.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Silence what fits, until an end that must be named. Says what that holds back right now."""
    now = datetime.now(UTC)
    begins = _instant(start, "--from") or now
    ends = _end(for_, until, begins)
    matchers = _asked(match, everything)
    if not author.strip() or not reason.strip():
        raise typer.BadParameter("a silence has an author and a reason")
    found = loaded(config)
    with Database.writing(found.database, create=True) as tx:
        matchers = _judged(tx, found, matchers, everything)
        made = silences.add(
            tx, matchers, author=author, reason=reason, starts_at=begins, ends_at=ends, now=now
        )
        held = held_back(tx, matchers, now)
    if as_json:
        say_json(_row(made, now) | {"fits": [one.as_json() for one in held]})
        return
    say(f"silence {made.id} until {made.ends_at:%Y-%m-%d %H:%M} UTC: {_words(made)}")
    _say_held(held)


@app.command("preview")
def preview(
    match: Match = None,
    everything: Everything = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a silence would hold back right now; nothing is silenced."""
    matchers = _asked(match, everything)
    found = loaded(config)
    with Database.writing(found.database, create=True) as tx:
        matchers = _judged(tx, found, matchers, everything)
        held = held_back(tx, matchers, datetime.now(UTC))
    if as_json:
        say_json({"matchers": [str(m) for m in matchers], "fits": [one.as_json() for one in held]})
        return
    _say_held(held)


@app.command("list")
def list_silences(
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The silences that are active or will be."""
    now = datetime.now(UTC)
    with Database.writing(loaded(config).database, create=True) as tx:
        found = silences.every(tx) if every else silences.alive(tx, now)
    if as_json:
        say_json([_row(silence, now) for silence in found])
        return
    for silence in found:
        when = f"{silence.starts_at:%Y-%m-%d %H:%M} to {silence.ends_at:%Y-%m-%d %H:%M} UTC"
        said = f"{own(silence.author)}: {own(silence.reason)}"
        say(f"{silence.id:4}  {silence.state(now):7}  {when}  {_words(silence)}  {said}")
    if not found:
        say("nothing is silenced")


@app.command("expire")
def expire(
    silence_id: Annotated[int, typer.Argument(metavar="ID", help="The number that `silence list` gives.")],
    config: ConfigOption = None,
) -> None:
    """End a silence now. Exit 1 when there is none of this number, or it is over."""
    with Database.writing(loaded(config).database, create=True) as tx:
        ended = silences.expire(tx, silence_id, datetime.now(UTC))
    if not ended:
        stop(f"silence {silence_id} is not active (`monitor silence list`)")
    say(f"silence {silence_id} ended")


def ack(
    story: Annotated[
        str, typer.Argument(help="A story's id; with --false-positive also the number of an item.")
    ],
    author: Author,
    note: Annotated[str, typer.Option(help="What is being done about it.")] = "",
    receiver: Annotated[str | None, typer.Option(help="For this receiver alone.")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="Until then, like 8h; otherwise until the story changes.")
    ] = None,
    false_positive: Annotated[
        bool,
        typer.Option("--false-positive", help="It is a false alarm: silence it and its like, for 90d."),
    ] = False,
    watchlist: Annotated[str | None, typer.Option(help="A false alarm of this watchlist.")] = None,
    rule: Annotated[str | None, typer.Option(help="… and of this rule of it.")] = None,
    reason: Annotated[str, typer.Option(help="Why it is false, for those who review it.")] = "",
    scope: Annotated[Scope, typer.Option(help="How far a false alarm goes.")] = Scope.USUAL,
    test: Annotated[bool, typer.Option(help="Keep a false alarm as a test beside its watchlist.")] = True,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that somebody looks after a story: it is neither repeated nor escalated until it changes;
    or that it is false.
    """
    if false_positive:
        lasts = false_alarms.span(for_ or false_alarms.USUAL)
        why = reason or note
        claim = Claim(
            what=story, author=author, reason=why, lasts=lasts, watchlist=watchlist, rule=rule, scope=scope
        )
        false_alarms.mark(claim, config, test=test, as_json=as_json)
        return
    if watchlist or rule or reason:
        raise typer.BadParameter("--watchlist, --rule and --reason belong to --false-positive")
    if not author.strip():
        raise typer.BadParameter("an acknowledgement has an author")
    _acknowledge(config, story, author, note, receiver, for_, as_json=as_json)


def _acknowledge(
    config: Path | None,
    story: str,
    author: str,
    note: str,
    receiver: str | None,
    for_: str | None,
    *,
    as_json: bool,
) -> None:
    now = datetime.now(UTC)
    expires = now + false_alarms.span(for_) if for_ is not None else None
    found = loaded(config)
    receiver_named(found, receiver)
    with Database.writing(found.database, create=True) as tx:
        made = silences.acknowledge(
            tx, story, author=author, now=now, note=note, receiver=receiver, expires_at=expires
        )
    if as_json:
        say_json(asdict(made))
        return
    until = f" until {expires:%Y-%m-%d %H:%M} UTC" if expires is not None else ""
    say(f"story {made.story_id} acknowledged by {own(author)}{until}")


def _asked(match: list[str] | None, everything: bool) -> list[Matcher]:
    """The matchers of the options; exits with 2 and every one that cannot be read."""
    if bool(match) is everything:
        raise typer.BadParameter("name what to silence with --match, or say --all: one of them")
    read: list[Matcher] = []
    wrong: list[str] = []
    for text in match or [EVERY_STORY]:
        try:
            read.append(parse(text))
        except ValueError as error:
            wrong.append(_with_remedy(*str(error).split(" | ")))
    _refuse(wrong)
    return read


def _judged(tx: Any, found: Settings, matchers: list[Matcher], everything: bool) -> list[Matcher]:
    """`matchers` with merged stories under the ids that they go by now; exits with 2 for those that fit
    nothing, or leave nothing out.
    """
    if everything:
        return matchers
    polled = [state.feed.id for state in feeds.everything(tx)]
    wrong = misfits(matchers, _known(found, polled))
    hint = ["to silence every story say --all"] if any("everything" in w.message for w in wrong) else []
    named = [
        (m, word, stories.resolve_id(tx, word)) for m in matchers if m.name == "story" for word in m.words
    ]
    effect = ("fits nothing", "excludes nothing")
    unknown = [
        f"there is no story {word!r}, so {m} {effect[m.negative]} (`monitor stories list`)"
        for m, word, now in named
        if word and now is None
    ]
    _refuse([*(_with_remedy(w.message, w.remedy) for w in wrong), *hint, *unknown])
    ids = {(m, word): now for m, word, now in named if now}
    return [
        replace(m, value="|".join(ids.get((m, w), w) for w in m.words))
        if m.name == "story" and m.words
        else m
        for m in matchers
    ]


def _refuse(lines: list[str]) -> None:
    for line in lines:
        complain(line)
    if lines:
        stop("nothing is silenced by this", MISCONFIGURED)


def _with_remedy(message: str, remedy: str = "") -> str:
    return f"{message} ({remedy})" if remedy else message


def _known(found: Settings, polled: Sequence[str]) -> Known:
    """What labels can be here.

    A broken watchlist does not keep people from silencing: then its words are not known.
    """
    try:
        return known_of(
            load(found.watchlists, cache=found.pattern_cache),
            {*polled, *(feed.id for feed in read_feeds(found))},
        )
    except ConfigError:
        complain(
            f"{found.watchlists} or the feeds cannot be read (`monitor check`): their names are "
            "taken as given"
        )
    of_files = ("watchlist", "rule", "side")
    return {name: can for name, can in known((), (), (), polled or None).items() if name not in of_files}


def _say_held(held: Sequence[Held]) -> None:
    """How many stories, which wait, and the titles of the first."""
    waits = sum(one.waits for one in held)
    days = f"the last {RECENT.days} days"
    said = (
        "nothing" if not held else f"{len(held)}, of which {waits} wait{'s' if waits == 1 else ''} to be told"
    )
    say(f"of {days} and now open it fits {said}")
    for one in held[:SHOWN]:
        say(f"  {one.id}  {one.severity:8} {own(one.title)}{'  (waits)' if one.waits else ''}")
    if len(held) > SHOWN:
        say(f"  … and {len(held) - SHOWN} more")


def _end(for_: str | None, until: str | None, begins: datetime) -> datetime:
    if (for_ is None) == (until is None):
        raise typer.BadParameter("a silence ends: give --for or --until, one of them")
    return begins + false_alarms.span(for_) if for_ is not None else _instant(until, "--until") or begins


def _instant(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} {text!r} is not a date and time, like 2026-03-01T12:00") from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _words(silence: Silence) -> str:
    return ", ".join(map(str, silence.matchers))


def _row(silence: Silence, now: datetime) -> dict[str, Any]:
    return {**asdict(silence), "matchers": [str(m) for m in silence.matchers], "state": silence.state(now)}

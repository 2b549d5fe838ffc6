"""`ack --false-positive` and `suppressions list`, `review`, `expire`: what analysts call false alarms."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import explain
from monitor.cli.common import ConfigOption, JsonOption, complain, loaded, own, say, say_json, stop
from monitor.fields import parse_duration
from monitor.jobs import feedback
from monitor.store import archive, suppressions
from monitor.store.database import Database
from monitor.watchlists.compile import load
from monitor.watchlists.files import load_press

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.jobs.feedback import Claim
    from monitor.model import StoryItem
    from monitor.model.delivery import Suppression
    from monitor.model.press import Outlets

app = typer.Typer(
    help="What people called false alarms, until when, and what that silenced.", no_args_is_help=True
)

#: how long a false alarm is remembered where nobody says
USUAL = "90d"


def mark(claim: Claim, config: Path | None, *, test: bool = True, as_json: bool = False) -> None:
    """Keep a claim, silence what it covers, and append a test beside the watchlist. Raises StoreError."""
    found = loaded(config)
    with Database.open(found.database) as db:
        made, item, count = kept(db, claim, datetime.now(UTC), load_press(found.watchlists).outlets)
    if as_json:
        say_json(_row(made, count, datetime.now(UTC)))
    else:
        said = f"{count} item{'s' if count != 1 else ''} silenced, and what is like it"
        say(f"suppression {made.id}: {said}, until {made.expires_at:%Y-%m-%d} ({own(_scope(made))})")
    if test:
        keep_test(found, made, item.item, quiet=as_json)


def kept(db: Database, claim: Claim, now: datetime, known: Outlets) -> tuple[Suppression, StoryItem, int]:
    """Keep a claim in a transaction of its own: the suppression, its item, how many it silenced."""
    with db.transaction() as tx:
        return feedback.suppress(tx, claim, now, known)


def keep_test(found: Settings, made: Suppression, item: Any, *, quiet: bool) -> None:
    """Append the test of a false alarm beside its watchlist, or in the data folder where that is read-only.

    A rule that still fires makes the new test fail until somebody corrects it: that is what it is for.
    """
    lists = load(found.watchlists, cache=found.pattern_cache, tests=found.own_tests)
    try:
        place = explain.place(lists, made.watchlist, found)
        explain.save(place, item, no_match=True, why=f"{made.author}: {made.reason}", quiet=quiet)
    except typer.Exit:
        complain(f"the suppression holds; correct the rule before {made.expires_at:%Y-%m-%d}")


@app.command("list")
def list_suppressions(
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The suppressions in force, and how many items each has silenced."""
    now = datetime.now(UTC)
    with Database.reading(loaded(config).database) as tx:
        found = suppressions.every(tx) if every else suppressions.active(tx, now)
        counts = suppressions.silenced(tx)
    if as_json:
        say_json([_row(made, counts.get(made.by, 0), now) for made in found])
        return
    for made in found:
        say(_line(made, counts.get(made.by, 0), now))
    if not found:
        say("nothing is suppressed")


@app.command("review")
def review(
    suppression_id: Annotated[int, typer.Argument(metavar="ID", help="The number that `list` gives.")],
    for_: Annotated[
        str | None, typer.Option("--for", help="It is still right: keep it so long from now.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One suppression with everything that it silenced; `--for 90d` prolongs it."""
    now = datetime.now(UTC)
    with Database.writing(loaded(config).database) as tx:
        if for_ is not None:
            suppressions.prolong(tx, suppression_id, now + span(for_))
        made = suppressions.get(tx, suppression_id)
        ids = suppressions.silenced_by(tx, made.by) if made is not None else ()
        told = archive.load(tx, ids)
    if made is None:
        stop(f"there is no suppression {suppression_id} (`monitor suppressions list`)")
    rows = [(item, mention) for item in told for mention in item.suppressed if mention.by == made.by]
    if as_json:
        shown = [
            {"item": i.id, "story": i.story_id, "outlet": i.outlet, "title": i.item.title, "rule": m.rule,
             "sentence": m.sentence}
            for i, m in rows
        ]  # fmt: skip
        say_json(_row(made, len(ids), now) | {"silenced": shown})
        return
    say(_line(made, len(ids), now))
    for item, mention in rows:
        say(f"  {item.id:6}  {mention.rule}  {own(item.outlet)}: {own(item.item.title)}")
        if mention.sentence:
            say(f"          {own(mention.sentence)}")


@app.command("expire")
def expire(
    suppression_id: Annotated[int, typer.Argument(metavar="ID", help="The number that `list` gives.")],
    config: ConfigOption = None,
) -> None:
    """End a suppression for what comes; what it silenced stays so. Exit 1 when it is not in force."""
    with Database.writing(loaded(config).database) as tx:
        ended = suppressions.expire(tx, suppression_id, datetime.now(UTC))
    if not ended:
        stop(f"suppression {suppression_id} is not in force (`monitor suppressions list`)")
    say(f"suppression {suppression_id} ended")


def span(text: str) -> timedelta:
    """`90d`. Raises BadParameter."""
    try:
        return parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error).replace(" | ", "; ")) from None


def _scope(made: Suppression) -> str:
    return "; or ".join(map(str, made.parts))


def _line(made: Suppression, count: int, now: datetime) -> str:
    named = f"{made.watchlist}/{made.rule}" if made.rule else made.watchlist
    head = f"{made.id:4}  {made.state(now):7}  until {made.expires_at:%Y-%m-%d}  {named}  {count} silenced"
    return f"{head}  {own(_scope(made))}  {own(made.author)}: {own(made.reason)}"


def _row(made: Suppression, count: int, now: datetime) -> dict[str, Any]:
    row = {name: value for name, value in asdict(made).items() if name != "parts"}
    return row | {"scope": [str(part) for part in made.parts], "silenced": count, "state": made.state(now)}

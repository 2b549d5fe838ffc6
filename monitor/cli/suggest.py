"""`monitor watchlists suggest`: what the files of a question may lack, by the archive or by a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from monitor.cli.backtest import items_of
from monitor.cli.common import ConfigOption, JsonOption, complain, console, isolated, loaded, say, say_json
from monitor.contacts.extract import extractor
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.watchlists.compile import load
from monitor.watchlists.suggest import Suggestion, Suggestions

#: what a kind of suggestion asks for
_ASKS = {
    "alias": "the same name in other letters",
    "name": "unknown, beside a party",
    "sentence": "both, no contact",
}


def suggest(
    file: Annotated[
        str | None, typer.Argument(help="JSON Lines of items (- standard input); else the archive.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How far back the archive is read.")] = 30,
    least: Annotated[int, typer.Option(min=1, help="Names that stand there fewer times are left out.")] = 1,
    most: Annotated[int, typer.Option(min=1, help="How many of each kind are shown.")] = 25,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What may be missing: unknown names beside known ones, names in other letters, unread sentences."""
    found = loaded(config)
    lists = load(found.watchlists)
    heard = Suggestions(Matcher(lists, extract=extractor(lists)))
    since = None if file is not None else datetime.now(UTC) - timedelta(days=days)
    with items_of(found, file, since, None, lists.press.outlets, "reading") as source:
        for one in source:
            if isinstance(one, items.LineError):
                complain(f"line {one.line}: {one.error}")
            else:
                heard.add(one[1])
    listed = heard.found(least)
    shown = [s for kind in _ASKS for s in [s for s in listed if s.kind == kind][:most]]
    if as_json:
        say_json({"items": heard.items, "suggestions": [s.as_json() for s in shown]})
        return
    if shown:
        console.print(_table(shown))
    say(f"{heard.items} items, {len(listed)} suggestions, {len(shown)} shown")


def _table(shown: list[Suggestion]) -> Table:
    table = Table("what", "name", "times", "language", "beside", "for example")
    for one in shown:
        name = isolated(one.name) + (f" → @{one.entity}" if one.entity else "")
        where = (" ".join(one.languages), " ".join(one.tags), isolated(one.samples[0]))
        table.add_row(_ASKS[one.kind], name, str(one.times), *where)
    return table

"""`monitor watchlists suggest`: what the files of a question may lack, by the archive or by a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.backtest import items_of
from monitor.cli.common import ConfigOption, JsonOption, complain, isolated, loaded, say, say_json
from monitor.contacts.extract import extractor
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.watchlists.compile import load
from monitor.watchlists.suggest import Suggestion, Suggestions

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what a kind of suggestion is, and asks for
_ASKS = {
    "alias": "Known names in other letters: add them as aliases.",
    "name": "Unknown names beside known ones: add those who act for a side.",
    "sentence": "Both sides in a sentence, and no contact was read. `monitor explain` says why.",
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
    for kind, asks in _ASKS.items():
        rows = [row for one in shown if one.kind == kind for row in _rows(one)]
        if rows:
            say("\n".join([asks, *rows, ""]))
    say(f"{heard.items} items, {len(listed)} suggestions, {len(shown)} shown")


def _rows(one: Suggestion) -> Iterator[str]:
    """The name, where it stood, and a sentence; of a sentence only itself."""
    name = isolated(one.name) + (f" → @{one.entity}" if one.entity else "")
    where = f"{' '.join(one.languages)}, {' '.join(one.tags)}"
    if one.name:
        yield f"  {name}  ({one.times}×, {where})"
        yield f"      {isolated(one.samples[0])}"
    else:
        yield f"  {isolated(one.samples[0])}  ({where})"

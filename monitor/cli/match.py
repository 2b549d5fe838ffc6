"""`monitor match`: the matcher without a database. Any number of lines in constant memory."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli.common import ConfigOption, stop
from monitor.cli.input import compiled, opened, progress, read_items, size
from monitor.contacts.extract import extractor, listener
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.stories.cluster import Window
from monitor.watchlists.explain import as_polled


def match(
    file: Annotated[str, typer.Argument(help="JSON Lines of items; - reads standard input.")] = "-",
    stories: Annotated[
        bool, typer.Option("--stories", help="Also say which items report one event.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Decide items: JSON Lines in, JSON Lines of decisions out. Touches no database."""
    lists = compiled(config)
    matcher = Matcher(lists, extract=extractor(lists), denier=listener(lists))
    window = Window() if stories else None
    wrong, out = 0, sys.stdout.buffer
    with (
        opened(file) as source,
        progress("matching", size(file), of_bytes=True, quiet=sys.stdout.isatty()) as advance,
    ):
        for read in read_items(source, advance):
            if isinstance(read, items.LineError):
                wrong += 1
                out.write(items.dump(read.as_json()))
                continue
            item = as_polled(read.item, lists.press.outlets)
            decision = matcher.decide(item, facts_always=window is not None)
            said = items.decision_json(decision, read.id)
            if window is not None:
                said["story"] = window.assign(item, decision, datetime.now(UTC))
            out.write(items.dump(said))
    out.flush()
    if wrong:
        stop(f"{wrong} line{'s' if wrong != 1 else ''} could not be read; each says why in its place")

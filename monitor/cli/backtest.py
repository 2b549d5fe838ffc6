"""`monitor backtest`: the rules over the archive or a file, and what an edit of them would change."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.backtested import backtested
from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    complain,
    console,
    loaded,
    moment,
    say_json,
)
from monitor.cli.input import as_polled, opened, progress, read_items, size
from monitor.contacts.extract import extractor, listener
from monitor.jobs.backtest import archived, how_many, other_watchlists
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.store.database import Database
from monitor.watchlists.backtest import Backtest
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.config.load import Settings
    from monitor.matching.rules import Watchlists
    from monitor.model import Item


def backtest(
    since: Annotated[
        str | None,
        typer.Option(help="From when on: 30d, 12h or a date. Default: 30d of the archive, all of a file."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Up to when: 7d (ago) or a date; now otherwise.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="DIR|GIT-REV", help="Also show what changes against these other watchlists."),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--items", metavar="FILE", help="JSON Lines of items (- standard input), not the archive."
        ),
    ] = None,
    samples: Annotated[int, typer.Option(min=0, help="Samples of each rule; 0 with --against.")] = 3,
    changes: Annotated[int, typer.Option(min=0, help="Changed items listed of each watchlist.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What the rules would have fired on: per rule, per day, with samples. Exit 1 when --against shows a change.

    The archive is taken by the day an item was first seen, a file by its items' dates.
    """
    now = datetime.now(UTC)
    start, end = moment(since or ("30d" if file is None else None), now), moment(until, now)
    if start and end and start >= end:
        raise typer.BadParameter("--since is not before --until")
    found = loaded(config)
    other = _matcher(other_watchlists(against, found.watchlists)) if against else None
    ours = _matcher(load(found.watchlists))
    run = Backtest(ours, other, samples=0 if other else samples, changes=changes)
    wrong = 0
    with _source(found, file, start, end) as source:
        for one in source:
            if isinstance(one, items.LineError):
                wrong += 1
                complain(f"line {one.line}: {one.error}")
            else:
                run.add(*one)
    if as_json:
        window = {"since": start, "until": end, "unreadable": wrong}
        say_json({**window, **run.as_json()})
    else:
        first, last = (start.date() if start else None), (end or now).date() if start else None
        console.print(backtested(run, first, last, colours=console.is_terminal), end="")
    if wrong or run.changed:
        raise typer.Exit(FINDINGS)


def _matcher(lists: Watchlists) -> Matcher:
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


@contextmanager
def _source(
    found: Settings, file: str | None, start: datetime | None, end: datetime | None
) -> Iterator[Iterator[tuple[str, Item] | items.LineError]]:
    """The items with their names, from the archive or from a file, with a bar on a terminal."""
    if file is not None:
        with opened(file) as source, progress("backtest", size(file), of_bytes=True) as advance:
            yield (
                read if isinstance(read, items.LineError) else (str(read.id), as_polled(read.item))
                for read in read_items(source, advance)
                if isinstance(read, items.LineError) or _inside(read.item.published_at, start, end)
            )
        return
    assert start is not None
    db = Database.open(found.database, create=False)
    try:
        with progress("backtest", how_many(db, start, end)) as advance:
            yield _stepping(archived(db, start, end), advance)
    finally:
        db.close()


def _stepping(
    source: Iterator[tuple[str, Item]], advance: Callable[[int], None]
) -> Iterator[tuple[str, Item]]:
    for one in source:
        yield one
        advance(1)


def _inside(at: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    """Whether an item's date is in the window; without a window every item is."""
    if start is None and end is None:
        return True
    return at is not None and (start is None or at >= start) and (end is None or at < end)

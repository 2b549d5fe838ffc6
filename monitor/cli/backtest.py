"""`monitor backtest`: the rules over the archive or a file, and what an edit of them would change."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    complain,
    console,
    counted,
    loaded,
    moment,
    say,
    say_json,
)
from monitor.cli.input import opened, progress, read_items, size
from monitor.contacts.extract import extractor, listener
from monitor.documents import suggestion
from monitor.jobs.backtest import Backfill, archived, how_many, other_watchlists
from monitor.jobs.backtest import backfill as backfilled
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.parts import build
from monitor.store.database import Database
from monitor.watchlists.backtest import KINDS, Backtest
from monitor.watchlists.compile import load
from monitor.watchlists.explain import as_polled
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from monitor.config.load import Settings
    from monitor.matching.rules import Watchlists
    from monitor.model import Item
    from monitor.model.press import Outlets
    from monitor.watchlists.backtest import Change, Count, Hit, Kind


Since = Annotated[
    str | None,
    typer.Option(help="From when on: 30d, 12h or a date. Default: 30d of the archive, all of a file."),
]
Against = Annotated[
    str | None,
    typer.Option(metavar="DIR|GIT-REV", help="Also show what changes against these other watchlists."),
]
File = Annotated[
    str | None,
    typer.Option("--items", metavar="FILE", help="JSON Lines of items (- standard input), not the archive."),
]


def backtest(
    since: Since = None,
    until: Annotated[str | None, typer.Option(help="Up to when: 7d (ago) or a date; now otherwise.")] = None,
    against: Against = None,
    file: File = None,
    samples: Annotated[int, typer.Option(min=0, help="Samples of each rule; 0 with --against.")] = 3,
    changes: Annotated[int, typer.Option(min=0, help="Changed items listed of each watchlist.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What the rules would have fired on: per rule, per day, with samples. Exit 1 when --against shows a
    change.

    The archive is taken by the day an item was first seen, a file by its items' dates.
    """
    now = datetime.now(UTC)
    start, end = moment(since or ("30d" if file is None else None), now), moment(until, now)
    if start and end and start >= end:
        raise typer.BadParameter("--since is not before --until")
    found = loaded(config)
    lists = load(found.watchlists, cache=found.pattern_cache)
    other = _matcher(other_watchlists(against, found.watchlists)) if against else None
    run = Backtest(_matcher(lists), other, samples=0 if other else samples, changes=changes)
    with items_of(found, file, start, end, lists.press.outlets) as source:
        wrong = _run(run, source)
    if as_json:
        window = {"since": start, "until": end, "unreadable": wrong}
        say_json({**window, **run.as_json()})
    else:
        first, last = (start.date() if start else None), (end or now).date() if start else None
        console.print(backtested(run, first, last, colours=console.is_terminal), end="")
    if wrong or run.changed:
        raise typer.Exit(FINDINGS)


def _run(run: Backtest, source: Iterable[Any]) -> int:
    """Add every item of `source`; the number of lines that are none, each complained of."""
    wrong = 0
    for one in source:
        if isinstance(one, items.LineError):
            wrong += 1
            complain(f"line {one.line}: {one.error}")
        else:
            run.add(*one)
    return wrong


def _matcher(lists: Watchlists) -> Matcher:
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


@contextmanager
def items_of(
    found: Settings,
    file: str | None,
    start: datetime | None,
    end: datetime | None,
    outlets: Outlets,
    what: str = "backtest",
) -> Iterator[Iterator[tuple[str, Item] | items.LineError]]:
    """The items with their names, from the archive or from a file, with a bar on a terminal."""
    if file is not None:
        with opened(file) as source, progress(what, size(file), of_bytes=True) as advance:
            yield (
                read if isinstance(read, items.LineError) else (str(read.id), as_polled(read.item, outlets))
                for read in read_items(source, advance)
                if isinstance(read, items.LineError) or _inside(read.item.published_at, start, end)
            )
        return
    assert start is not None
    with (
        Database.open(found.database, create=False) as db,
        progress(what, how_many(db, start, end)) as advance,
    ):
        yield _stepping(archived(db, start, end), advance)


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


# A backtest for the terminal: a line for each rule with its days drawn small, samples, and what changed.

BARS = "▁▂▃▄▅▆▇█"
#: columns of a drawing; longer spans are drawn several days to a column
WIDTH = 60
MAX_SENTENCE = 300
SAID: dict[Kind, tuple[str, str]] = {
    "new": ("newly fires on", "green"),
    "gone": ("no longer fires on", "red"),
    "louder": ("fires at a higher severity on", "green"),
    "quieter": ("fires at a lower severity on", "red"),
}


def backtested(
    run: Backtest, first: date | None = None, last: date | None = None, *, colours: bool = False
) -> Text:
    """The whole report. `first`, `last`: the days drawn; those of the items otherwise."""
    known = sorted(day for day in run.days if day is not None)
    first, last = first or (known[0] if known else None), last or (known[-1] if known else None)
    out = Text(f"{run.items:,} item{'s' * (run.items != 1)}")
    if first and last:
        out.append(f", {first} to {last}, one column is {counted(_step(first, last), 'day')}")
    out.append("\n\n")
    width = max((len(f"  {word}") for key in run.rules for word in key), default=0)
    head = (
        f"{'':{width}}{'hits':>8}{'alerts':>8}{'before':>8}"
        if run.compares
        else f"{'':{width}}{'hits':>8}{'alerts':>8}"
    )
    out.append(f"{head}\n", style="dim" if colours else "")
    for name, total in run.watchlists.items():
        out.append(_line(name, total, width, run, first, last), style="bold" if colours else "")
        for (owner, rule), count in run.rules.items():
            if owner == name:
                out.append(_line(f"  {rule}", count, width, run, first, last))
    for hit in (hit for count in run.rules.values() for hit in count.samples):
        _sample(out, hit, colours=colours)
    _changes(out, run, colours=colours)
    return out


def _line(name: str, count: Count, width: int, run: Backtest, first: date | None, last: date | None) -> str:
    before = f"{count.before:>8,}" if run.compares else ""
    drawn = spark(count.days, first, last) if first and last and count.hits else ""
    undated = count.days.get(None, 0)
    note = f"  {undated:,} undated" if undated else ""
    return f"{name:{width}}{count.hits:>8,}{count.alerts:>8,}{before}  {drawn}{note}".rstrip() + "\n"


def spark(days: Counter[date | None], first: date, last: date) -> str:
    """Counts from `first` to `last` as small bars, a dot for none; days outside are not drawn."""
    step = _step(first, last)
    columns = [0] * ((last - first).days // step + 1)
    for day, number in days.items():
        if day is not None and first <= day <= last:
            columns[(day - first).days // step] += number
    most = max(max(columns), 1)
    return "".join(BARS[(n * len(BARS) - 1) // most] if n else "·" for n in columns)


def _step(first: date, last: date) -> int:
    """Days in one column."""
    return max(-(-((last - first) + timedelta(days=1)).days // WIDTH), 1)


def _sample(out: Text, hit: Hit, *, colours: bool) -> None:
    out.append(f"\n{hit.watchlist}/{hit.rules[0]}", style="bold" if colours else "")
    out.append(f"  {_named(hit)}\n  {hit.reason}\n")
    if hit.sentence:
        out.append(f"  {isolated(_short(hit.sentence))}\n", style="dim" if colours else "")


def _changes(out: Text, run: Backtest, *, colours: bool) -> None:
    if run.compares and not run.changed:
        out.append("\nnothing changed\n")
    for name in run.watchlists:
        for kind in KINDS:
            number = run.changed[name, kind]
            if not number:
                continue
            words, colour = SAID[kind]
            out.append(
                f"\n{name} {words} {counted(number, 'item')}\n", style=f"bold {colour}" if colours else ""
            )
            for change in run.changes[name, kind]:
                for line in _change(change):
                    out.append(f"  {line}\n")
            if number > len(run.changes[name, kind]):
                out.append(f"  and {number - len(run.changes[name, kind]):,} more\n")


def _change(change: Change) -> Iterator[str]:
    hit = change.hit
    severity = (
        f"{change.before}, now {change.after}" if change.before and change.after else hit.severity.value
    )
    yield f"{_named(hit)}"
    yield f"  {severity}: {hit.reason}"
    if hit.sentence:
        yield f"  {isolated(_short(hit.sentence))}"


def _named(hit: Hit) -> str:
    day = f"{hit.day}  " if hit.day else ""
    return f"{day}item {hit.item}  {isolated(' '.join(hit.title.split()) or '(no title)')}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_SENTENCE else f"{text[: MAX_SENTENCE - 1]}…"


# `monitor backfill`: what a new or edited rule says of the past, alerted and told in the digest.


def backfill(
    rule: Annotated[str, typer.Option(help="The rule, as watchlist/rule.")],
    since: Annotated[str, typer.Option(help="From when on: 30d, 12h or a date.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Match what was seen before with a rule;
    a new or edited one starts at now otherwise. `backtest` only shows it.
    """
    now = datetime.now(UTC)
    begins = moment(since, now) or now
    parts = build(loaded(config))
    rules = {known.key: known.digest for known in parts.watchlists.rules}
    if rule not in rules:
        meant = suggestion(rule, rules)
        raise typer.BadParameter(f"there is no rule {rule!r}" + (f"; {meant}" if meant else ""))
    with Database.open(parts.settings.database) as db:
        work = Backfill(
            db=db, decide=parts.matcher.decide, rules=rules, route=parts.settings.route, judge=parts.judge
        )
        found = backfilled(work, rule, begins, now)
    if as_json:
        say_json(asdict(found))
        return
    say(f"{found.read} items read, {found.matched} newly matched by {rule}, {found.waiting} alerts wait")

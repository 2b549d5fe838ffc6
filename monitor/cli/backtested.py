"""A backtest for the terminal: a line for each rule with its days drawn small, samples, and what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from monitor.watchlists.backtest import KINDS
from monitor.watchlists.near_miss import isolated

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from datetime import date

    from monitor.watchlists.backtest import Backtest, Change, Count, Hit, Kind

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
        out.append(f", {first} to {last}, one column is {_counted(_step(first, last), 'day')}")
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
                f"\n{name} {words} {_counted(number, 'item')}\n", style=f"bold {colour}" if colours else ""
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


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"

"""`watchlists …`: run the tests beside the watchlists, lint them, list them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from monitor.cli.backtest import items_of
from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    complain,
    console,
    isolated,
    loaded,
    moment,
    say,
    say_json,
)
from monitor.cli.input import compiled, progress, stepped
from monitor.contacts.extract import extractor
from monitor.languages import detect
from monitor.matching import items
from monitor.matching.matcher import Matcher
from monitor.watchlists import lint, selftest
from monitor.watchlists.compile import Watchlists, load, read
from monitor.watchlists.stale import Unchecked, unchecked
from monitor.watchlists.suggest import Suggestion, Suggestions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.watchlists.findings import Finding

#: after how long an office, and a document of unknown content, is worth looking up again
OFFICE, DOCUMENT = timedelta(days=183), timedelta(days=365)

app = typer.Typer(help="Try and inspect the watchlists.", no_args_is_help=True)


@app.command("test")
def test(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Run the tests beside the watchlists: what must and what must not match."""
    lists = compiled(config)
    with progress("testing", len(lists.cases)) as advance:
        cases = stepped(lists.cases, advance)
        results = selftest.run(
            lists, cases, extract=extractor(lists), detect=lambda t: detect.detect(t, None)
        )
    if as_json:
        say_json({"tests": len(results.outcomes), "failures": [str(o) for o in results.failures]})
    else:
        for failure in results.failures:
            complain(str(failure))
        for passing in results.fixed:
            say(str(passing))
        say(f"{len(results.outcomes)} tests, {len(results.failures)} failed, {len(results.gaps)} known gaps")
    if results.failures or not results.outcomes:
        raise typer.Exit(FINDINGS)


@app.command("lint")
def lint_files(
    stale: Annotated[
        bool, typer.Option("--stale", help="Offices and UN documents that nobody looked up lately, instead.")
    ] = False,
    before: Annotated[
        str | None,
        typer.Option(help="With --stale: last looked up before this day, or so long ago (90d)."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Names that others bear, terms that never or too often match, look-alike letters, missing languages."""
    found = loaded(config)
    folder = found.watchlists
    sources = {f"{folder.as_posix()}/{name}": text for name, text in read(folder).items()}
    lists = load(folder, cache=found.pattern_cache)
    if stale or before:
        told = _stale(lists, sources, before, as_json=as_json)
    else:
        # a shipped vocabulary that the folder only uses is not the analyst's to mend
        own = tuple(f for f in lint.lint(lists, sources) if not f.file or Path(f.file).exists())
        told = _findings(own, as_json=as_json)
    if told:
        raise typer.Exit(FINDINGS)


def _findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        say_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            say(str(finding))
        say(f"{len(findings)} finding{'s' * (len(findings) != 1)}")
    return len(findings)


def _stale(lists: Watchlists, sources: Mapping[str, bytes], before: str | None, *, as_json: bool) -> int:
    now = datetime.now(UTC)
    given = moment(before, now)
    days = [given.date() if given else (now - span).date() for span in (OFFICE, DOCUMENT)]
    found = unchecked(lists, sources, offices=days[0], unknown=days[1])
    if as_json:
        say_json([asdict(f) for f in found])
        return len(found)
    if found:
        console.print(_table(found))
    say(f"{len(found)} to look up")
    return len(found)


def _table(found: Sequence[Unchecked]) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("checked", "who", "what", "since", "where"):
        made.add_column(heading, overflow="fold", no_wrap=heading in {"checked", "since", "where"})
    for one in found:
        checked, since = str(one.checked or "never"), str(one.since or "unknown")
        made.add_row(*map(Text, (checked, one.who, isolated(one.what), since, _where(one))))
    return made


def _where(of: Unchecked) -> str:
    """`entities/north.yaml:12`: the folder is the same for all."""
    return f"{'/'.join(of.file.split('/')[-2:])}:{of.line}"


@app.command("list")
def list_files(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """The watchlists with their rules."""
    found: Watchlists = compiled(config)
    if as_json:
        say_json([{"id": w.id, "title": w.title, "rules": [r.id for r in w.rules]} for w in found.lists])
        return
    for watchlist in found.lists:
        say(f"{watchlist.id}  {isolated(watchlist.title)}", style="bold")
        for rule in watchlist.rules:
            say(f"  {rule.id:28} {rule.severity.value:8} {rule.status:12} {isolated(rule.title)}")


#: what a kind of suggestion is, and asks for
_ASKS = {
    "alias": "Known names in other letters: add them as aliases.",
    "name": "Unknown names beside known ones: add those who act for a side.",
    "sentence": "Both sides in a sentence, and no contact was read. `monitor explain` says why.",
}


@app.command()
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

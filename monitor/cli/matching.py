"""`match`, `explain` and `watchlists …`: the matcher without a database."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.progress import Progress

from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    complain,
    isolated,
    loaded,
    say,
    say_json,
)
from monitor.feeds import clean, language
from monitor.matching import casefile, explain, items, lint
from monitor.matching.matcher import Matcher
from monitor.matching.watchlists import Watchlists, load
from monitor.model import Item
from monitor.stories.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

watchlists = typer.Typer(help="Try and inspect the watchlists.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command("match")(match)
    app.command("explain")(explain_item)


def match(
    file: Annotated[str, typer.Argument(help="JSON Lines of items; - reads standard input.")] = "-",
    stories: Annotated[
        bool, typer.Option("--stories", help="Also say which items report one event.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Decide items: JSON Lines in, JSON Lines of decisions out. Touches no database."""
    matcher = Matcher(load(loaded(config).watchlists))
    window = Window() if stories else None
    wrong = 0
    with _opened(file) as source:
        for number, line in enumerate(_with_progress(source, file), 1):
            if not line.strip():
                continue
            read = items.read_item(line, number, clean=clean.to_text)
            if isinstance(read, items.LineError):
                wrong += 1
                sys.stdout.buffer.write(items.dump(read.as_json()))
                continue
            item = told_language(read.item)
            decision = matcher.decide(item)
            said = items.decision_json(decision, read.id)
            if window is not None:
                said["story"] = window.assign(item, decision, datetime.now(UTC))
            sys.stdout.buffer.write(items.dump(said))
    sys.stdout.buffer.flush()
    if wrong:
        complain(f"{wrong} line{'s' if wrong != 1 else ''} could not be read; each says why in its place")
        raise typer.Exit(FINDINGS)


def told_language(item: Item) -> Item:
    """`item` with its language detected where it says none."""
    if item.lang != "und":
        return item
    return replace(item, lang=language.detect(" ".join((item.title, item.summary, item.content)), None))


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        complain(f"{file}: {error.strerror}")
        raise typer.Exit(2) from None


def _with_progress(source: BinaryIO, file: str) -> Iterator[bytes]:
    """The lines of `source`, with a bar on a terminal while the decisions go to a file or pipe."""
    if file == "-" or sys.stdout.isatty() or not sys.stderr.isatty():
        yield from source
        return
    with Progress(console=None, transient=True) as bar:
        task = bar.add_task("matching", total=Path(file).stat().st_size)
        for line in source:
            yield line
            bar.advance(task, len(line))


def explain_item(
    file: Annotated[str, typer.Argument(help="A text file (first line: title), an item as JSON, or -.")],
    everything: Annotated[bool, typer.Option("--all", help="Also rules that found nothing.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Why an item fires, why not, and what nearly fired: per rule, with the sentence."""
    found = load(loaded(config).watchlists)
    with _opened(file) as source:
        text = source.read(items.MAX_LINE).decode("utf-8", "replace")
    said = explain.explain(found, told_language(as_item(text)))
    if as_json:
        say_json(explain.as_json(said))
    else:
        say(explain.render(said, everything=everything))


def as_item(text: str) -> Item:
    """A text as an item: a JSON object of the `match` shape, or a title line and the rest."""
    if text.lstrip().startswith("{"):
        try:
            compact = json.dumps(json.loads(text))
        except ValueError:
            compact = ""
        read = items.read_item(compact, 1, clean=clean.to_text) if compact else None
        if isinstance(read, items.Line):
            return read.item
    title, _, rest = clean.to_text(text).strip().partition("\n")
    return Item(key="text", feed_id="", title=title, content=rest.strip())


@watchlists.command("test")
def test(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Run the tests beside the watchlists: what must and what must not match."""
    results = casefile.run(load(loaded(config).watchlists), detect=lambda text: language.detect(text, None))
    if as_json:
        say_json({"tests": len(results.outcomes), "failures": [str(o) for o in results.failures]})
    else:
        for failure in results.failures:
            complain(str(failure))
        for passing in results.mended:
            say(str(passing))
        say(f"{len(results.outcomes)} tests, {len(results.failures)} failed, {len(results.gaps)} known gaps")
    if results.failures or not results.outcomes:
        raise typer.Exit(FINDINGS)


@watchlists.command("lint")
def lint_files(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Terms that can never match, wildcards that match too much, look-alike letters, missing languages."""
    findings = lint.lint(load(loaded(config).watchlists))
    if as_json:
        say_json([str(f) for f in findings])
    else:
        for finding in findings:
            say(str(finding))
        say(f"{len(findings)} findings")
    if findings:
        raise typer.Exit(FINDINGS)


@watchlists.command("list")
def list_files(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """The watchlists with their rules."""
    found: Watchlists = load(loaded(config).watchlists)
    if as_json:
        say_json([{"id": w.id, "title": w.title, "rules": [r.id for r in w.rules]} for w in found.lists])
        return
    for watchlist in found.lists:
        say(f"{watchlist.id}  {isolated(watchlist.title)}", style="bold")
        for rule in watchlist.rules:
            say(f"  {rule.id:28} {rule.severity.value:8} {rule.status:12} {isolated(rule.title)}")

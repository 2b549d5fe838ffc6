"""`watchlists …`: run the tests beside the watchlists, lint them, list them."""

from __future__ import annotations

from dataclasses import asdict

import typer

from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, isolated, loaded, say, say_json
from monitor.cli.input import compiled
from monitor.contacts.extract import extractor
from monitor.languages import detect
from monitor.watchlists import lint, selftest
from monitor.watchlists.compile import Watchlists, load, read

app = typer.Typer(help="Try and inspect the watchlists.", no_args_is_help=True)


@app.command("test")
def test(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Run the tests beside the watchlists: what must and what must not match."""
    lists = compiled(config)
    results = selftest.run(lists, extract=extractor(lists), detect=lambda text: detect.detect(text, None))
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


@app.command("lint")
def lint_files(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Names that others bear, terms that never or too often match, look-alike letters, missing languages."""
    found = loaded(config)
    folder = found.watchlists
    sources = {f"{folder.as_posix()}/{name}": text for name, text in read(folder).items()}
    findings = lint.lint(load(folder, cache=found.pattern_cache), sources)
    if as_json:
        say_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            say(str(finding))
        say(f"{len(findings)} finding{'s' * (len(findings) != 1)}")
    if findings:
        raise typer.Exit(FINDINGS)


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

"""`explain --save-test`: the explained item as a test beside the watchlist, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import FINDINGS, MISCONFIGURED, complain, say
from monitor.contacts.extract import extractor
from monitor.documents import suggestion
from monitor.languages import detect
from monitor.watchlists import save_test, selftest
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from monitor.matching.rules import Watchlists
    from monitor.model import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test goes."""

    lists: Watchlists
    watchlist: str
    folder: Path
    file: Path


def place(lists: Watchlists, name: str, folder: Path) -> Place:
    """The test file of a watchlist: the one that has its tests, else the one beside it. Ends the command for no such one."""
    known = {w.id: w for w in lists.lists}
    if name not in known:
        complain("; ".join(filter(None, (f"there is no watchlist {name!r}", suggestion(name, known)))))
        raise typer.Exit(MISCONFIGURED)
    beside = Path(known[name].file).with_suffix(".test.yaml")
    files = [Path(case.file) for case in lists.cases if case.watchlist == name]
    file = beside if beside in files or not files else files[0]
    return Place(lists=lists, watchlist=name, folder=folder, file=file)


def save(where: Place, item: Item, *, no_match: bool, why: str, quiet: bool = False) -> None:
    """Append the test, run it, and say both (`quiet`: only what is wrong). Exit 1: it is there already, or it does not hold (yet)."""
    test = save_test.NewTest(item=save_test.of_item(item), no_match=no_match, why=" ".join(why.split()))
    if not (item.title or item.summary or item.content).strip():
        complain("there is no text to keep")
        raise typer.Exit(MISCONFIGURED)
    twin = save_test.twin(where.lists.cases, where.watchlist, test.item)
    if twin is not None:
        complain(
            f"{twin.file}:{twin.line}: the same words are a {twin.test.kind} test already; nothing was written"
        )
        raise typer.Exit(FINDINGS)
    try:
        old = where.file.read_bytes() if where.file.exists() else b""
        new = save_test.addition(old, str(where.file), where.watchlist, test)
        with where.file.open("ab") as out:
            out.write(new)
    except OSError as error:
        complain(f"{where.file}: {error.strerror} (`monitor init` makes watchlists that are yours)")
        raise typer.Exit(MISCONFIGURED) from None
    lists = load(where.folder)
    case = [c for c in lists.cases if Path(c.file) == where.file][-1]
    outcome = selftest.run(
        lists, [case], extract=extractor(lists), detect=lambda text: detect.detect(text, None)
    ).outcomes[0]
    if not quiet:
        say(f"saved as a {test.kind} test: {outcome}")
    if outcome.failed:
        raise typer.Exit(FINDINGS)

"""`monitor contacts`: the register of contacts, filtered, as a table, for other programs, or as a picture."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.common import (
    MISCONFIGURED,
    ConfigOption,
    JsonOption,
    isolated,
    loaded,
    say,
    stop,
)
from monitor.cli.input import progress
from monitor.cli.search_options import Delimited, delimiter, known_side, put_folder
from monitor.contacts.parties import EntityIndex
from monitor.contacts.register import Filter, chosen, ledger
from monitor.errors import suggestion
from monitor.exports import atom, csv_table, plain
from monitor.folding import folded
from monitor.model import ContactStatus, ContactType, LedgerContact
from monitor.model.words import days_of
from monitor.store import archive as stored
from monitor.store.database import Database
from monitor.stories.corroboration import corroborate
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.config.load import Settings
    from monitor.exports.csv_table import Delimiter
    from monitor.matching.rules import Watchlists
    from monitor.model import ContactSource
    from monitor.model.press import Press


#: suffixes of a picture
CHARTS = (".svg", ".png", ".pdf")


class Format(StrEnum):
    """How contacts are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    ICS = "ics"
    STIX = "stix"
    MISP = "misp"
    MISP_FEED = "misp-feed"
    ATOM = "atom"


#: the options, apart from the command that they would drown
Id = Annotated[str | None, typer.Argument(metavar="ID", help="One contact in full: c-0123456789.")]
Person = Annotated[
    list[str] | None, typer.Option(help="Takes part, named in any language; again for another.")
]
Lists = Annotated[list[str] | None, typer.Option("--watchlist", "-w", help="Of this watchlist.")]
Sides = Annotated[
    list[str] | None,
    typer.Option("--party", help="Of watchlists with this party, by id or title."),
]
By = Annotated[list[str] | None, typer.Option(help="Reported by this side.")]
Kind = Annotated[list[ContactType] | None, typer.Option("--type", help="Reported as this kind.")]
Status = Annotated[list[ContactStatus] | None, typer.Option(help="In this status now.")]
Since = Annotated[str | None, typer.Option(help="From this day, month or year on.")]
Until = Annotated[str | None, typer.Option(help="To the end of this day, month or year.")]
Background = Annotated[
    bool, typer.Option(help="Also contacts that are only mentioned, never reported as news.")
]
Form = Annotated[Format, typer.Option("--format", "-f", help="How to write them.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The file to write, not standard output; of a MISP feed the folder."),
]
Chart = Annotated[
    Path | None, typer.Option(help="Draw them into this .svg, .png or .pdf: when, and who meets whom.")
]


def contacts(
    contact_id: Id = None,
    watchlist: Lists = None,
    party: Sides = None,
    person: Person = None,
    side: By = None,
    kind: Kind = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    background: Background = False,
    form: Form = Format.TABLE,
    parted_by: Delimited = None,
    output: Output = None,
    chart: Chart = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Contacts between the parties of the watchlists, each once across stories, as they may be cited."""
    form = _form(form, output, as_json=as_json)
    parted, library = delimiter(parted_by, csv=form is Format.CSV), _library(form, chart)
    settings = loaded(config)
    lists = load(settings.watchlists, cache=settings.pattern_cache)
    wanted = Filter(
        contact_id=contact_id, background=background, persons=tuple(person or ()),
        watchlists=_ids(watchlist, "--watchlist", {folded(name): name for name in lists.parties}),
        parties=_ids(party, "--party", _parties(lists)),
        sides=_sides(settings, side), kinds=frozenset(kind or ()), statuses=frozenset(status or ()),
        since=_day(since, "--since", last=False), until=_day(until, "--until", last=True),
    )  # fmt: skip
    known = EntityIndex.of(lists.entities.values(), lists.party_titles)
    everything = _ledger(settings, known, lists.press)
    found = _there(contact_id, chosen(everything, wanted, known))
    if chart is not None:
        _saved(chart, lambda: library.write(found, chart))
    elif form is Format.TABLE:
        hidden = len(chosen(everything, replace(wanted, background=True), known)) - len(found)
        _table(found, output, hidden=hidden, in_full=contact_id is not None)
    else:
        _put(form, found, known, library, parted, output)


def _form(form: Format, output: Path | None, *, as_json: bool) -> Format:
    """What is written. Raises BadParameter: a folder is wanted and none is named."""
    if form is Format.MISP_FEED and output is None:
        raise typer.BadParameter("a MISP feed is a folder: name it with --output")
    return Format.JSON if as_json else form


def _sides(settings: Settings, sides: Sequence[str] | None) -> frozenset[str]:
    """Those that are asked for. Ends the command at an unknown one."""
    for side in sides or ():
        known_side(settings, side)
    return frozenset(sides or ())


def _there(contact_id: str | None, found: list[LedgerContact]) -> list[LedgerContact]:
    """`found`. Ends the command where the one that is asked for is not there."""
    if contact_id is not None and not found:
        stop(f"no contact is called {contact_id}; `monitor contacts --background` lists all of them")
    return found


def _parties(lists: Watchlists) -> dict[str, str]:
    """Parties by what they may be called on the command line: the id, or the title in any language."""
    both = [party for pair in lists.parties.values() for party in pair]
    return {folded(name): p.id for p in both for name in (*p.titles.values(), p.id)}


def _ids(asked: list[str] | None, option: str, known: Mapping[str, str]) -> frozenset[str]:
    """The ids that an option names. Ends the command at an unknown name."""
    for name in asked or ():
        if folded(name) not in known:
            raise typer.BadParameter(
                f"nothing is called {name!r}; {suggestion(name, known.values())}", param_hint=option
            )
    return frozenset(known[folded(name)] for name in asked or ())


def _day(text: str | None, option: str, *, last: bool) -> date | None:
    """The first or last day that an option means."""
    if text is None:
        return None
    days = days_of(text)
    if days is None:
        raise typer.BadParameter(f"{text!r} is no date; write 2026, 2026-03 or 2026-03-04", param_hint=option)
    return days[1] if last else days[0]


def _ledger(settings: Settings, known: EntityIndex, press: Press) -> tuple[LedgerContact, ...]:
    """Every contact of the archive, whatever is asked for: ids and histories must not depend on a filter."""
    items = []
    with (
        Database.reading(settings.database) as tx,
        progress("reading", stored.count_with_contacts(tx)) as advance,
    ):
        for item in stored.reporting_contacts(tx):
            items.append(item)
            advance(1)
    return ledger(
        items,
        known.role,
        people=known.people,
        titles=known.titles,
        corroborate=partial(corroborate, press=press),
    )


#: formats and pictures whose library is an extra
_EXTRAS = {
    Format.ICS: "contacts",
    Format.STIX: "contacts",
    Format.MISP: "contacts",
    Format.MISP_FEED: "contacts",
    "chart": "chart",
}


def _library(form: Format, chart: Path | None) -> Any:
    """The module that writes the format. Ends the command when its library is not installed."""
    if chart is not None and chart.suffix.lower() not in CHARTS:
        raise typer.BadParameter(f"{chart.name!r} must end in {', '.join(CHARTS)}", param_hint="--chart")
    name = "chart" if chart is not None else form
    if name not in _EXTRAS:
        return None
    try:
        return import_module(f"monitor.exports.{name.removesuffix('-feed')}")
    except ModuleNotFoundError as error:
        what = "--chart" if chart is not None else f"--format {form.value}"
        extra = _EXTRAS[name]
        stop(
            f"{what} needs {error.name}, which is not installed: pip install "
            f"'foreign-influence-monitor[{extra}]'",
            MISCONFIGURED,
        )


def _document(
    form: Format, found: Sequence[LedgerContact], known: EntityIndex, library: Any, parted: Delimiter
) -> bytes:
    match form:
        case Format.CSV:
            text = csv_table.write(found, parted)
        case Format.JSON:
            return orjson.dumps(
                {"contacts": [plain.as_json(c) for c in found]},
                option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
            )
        case Format.ATOM:
            text = atom.write(found, now=datetime.now(UTC))
        case Format.ICS:
            return bytes(library.write(found))
        case _:
            text = library.write(found, people=known.people)
    return str(text).encode(errors="replace")


def _put(
    form: Format,
    found: Sequence[LedgerContact],
    known: EntityIndex,
    library: Any,
    parted: Delimiter,
    output: Path | None,
) -> None:
    if form is Format.MISP_FEED and output is not None:
        put_folder(library.feed(found, people=known.people), output)
        return
    document = _document(form, found, known, library, parted)
    if output is None:
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
        return
    # a spreadsheet takes a CSV file without this mark for a Western one
    mark = b"\xef\xbb\xbf" if form is Format.CSV else b""
    _saved(output, lambda: output.write_bytes(mark + document))


def _table(found: Sequence[LedgerContact], output: Path | None, *, hidden: int, in_full: bool) -> None:
    if output is None:
        show(found, hidden=hidden, in_full=in_full)
        return

    def write() -> None:
        with output.open("w", encoding="utf-8") as file:
            show(found, hidden=hidden, in_full=in_full, file=file)

    _saved(output, write)


def _saved(target: Path, write: Any) -> None:
    """Write a file and say so. Ends the command when it cannot be written."""
    try:
        write()
    except OSError as error:
        stop(f"{target}: {error.strerror}", MISCONFIGURED)
    say(f"{target}: {target.stat().st_size:,} bytes")


# Contacts for a person at a terminal: one a row, or one in full.

_COLOURS = {
    ContactStatus.HAPPENED: "green",
    ContactStatus.ONGOING: "green",
    ContactStatus.PLANNED: "cyan",
    ContactStatus.INVITED: "cyan",
    ContactStatus.DENIED: "red",
}
#: what a table needs to be read; a narrower terminal gets its rows folded
WIDE = 150


def _own(text: str) -> str:
    """`text` so that it keeps its direction; plain Latin needs no marks, and is then easily copied."""
    return text if text.isascii() else isolated(text)


def table(contacts: Sequence[LedgerContact]) -> Table:
    """One contact of a watchlist a row.

    Names keep their own direction, so that a line in two scripts stays in order.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    parties = [contacts[0].title(party) for party in contacts[0].parties]
    for heading in ("date", "what", *parties, "place", "told by", "id"):
        made.add_column(heading, overflow="fold", no_wrap=heading in {"date", "id"})
    for contact in contacts:
        made.add_row(*_cells(contact))
    return made


def _cells(of: LedgerContact) -> Iterator[Text]:
    yield Text(of.date or f"told {plain.first_told(of):%Y-%m-%d}", style="" if of.date else "dim")
    words = Text(f"{of.type.value}, ")
    words.append(plain.status(of), style=_COLOURS.get(of.status, "yellow"))
    yield words.append(" (only mentioned)" if of.background else "", style="dim")
    for party in of.parties.values():
        yield Text(_own(plain.names(party)))
    yield Text(_own(of.place) if of.place else "")
    told = ", ".join(f"{side} {len(sources)}" for side, sources in of.by_side.items())
    yield Text(f"{told} {plain.grade(of.corroboration)}" if of.corroboration else told)
    yield Text(of.id, style="dim")


def full(of: LedgerContact) -> Iterator[Text]:
    """Everything on one contact, line by line."""
    yield Text(f"{plain.title(of)}  {of.id}", style="bold")
    for line in plain.summary(of, _own).splitlines():
        label, _, rest = line.partition(": ")
        yield Text(f"{label}: ", style="dim").append(rest, style="default") if rest else Text(line)
    for source in of.sources:
        yield Text()
        yield from _source(source)


def _source(of: ContactSource) -> Iterator[Text]:
    said = f", says {of.speaker.told}" if of.speaker else ""
    marks = [plain.STATUS_WORDS[of.status] + said, of.side, of.lang, f"source {of.reliability}"]
    marks += [f"repeats item {of.copy_of}"] if of.copy_of is not None else []
    marks += [f"taken out of its feed {of.withdrawn_at:%Y-%m-%d}"] if of.withdrawn_at else []
    yield Text(f"{of.told_at:%Y-%m-%d %H:%M}  {_own(of.outlet)}  ", style="bold").append(
        ", ".join(marks), style="not bold dim"
    )
    for sentence in plain.sentences(of):
        yield Text(f"    {_own(sentence)}")
    story = f", story {of.story_id}" if of.story_id else ""
    yield Text(f"    item {of.item_id}{story}  {of.url or ''}".rstrip(), style="dim")


def show(
    contacts: Sequence[LedgerContact], *, hidden: int = 0, in_full: bool, file: TextIO | None = None
) -> None:
    """Print them. `hidden`: how many more are only mentioned."""
    console = Console(highlight=False, file=file)
    if not console.is_terminal:
        console.width = max(console.width, WIDE)
    if in_full:
        for contact in contacts:
            for line in full(contact):
                console.print(line, soft_wrap=True)
        return
    by_watchlist: dict[str, list[LedgerContact]] = {}
    for contact in contacts:
        by_watchlist.setdefault(contact.watchlist, []).append(contact)
    for name, ours in sorted(by_watchlist.items()):
        if len(by_watchlist) > 1:
            console.print(name, style="bold")
        console.print(table(ours))
    count = len(contacts)
    more = f"; {hidden} more only mentioned (--background)" if hidden else ""
    console.print(f"{count} contact{'' if count == 1 else 's'}{more}", style="dim", soft_wrap=True)

"""`monitor contacts`: the register of contacts, filtered, as a table, for other programs, or as a picture."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from monitor.cli import contactview
from monitor.cli.common import FINDINGS, MISCONFIGURED, ConfigOption, JsonOption, complain, loaded, say
from monitor.cli.contactfilter import Filter, chosen
from monitor.cli.input import progress
from monitor.contacts.entity_index import WhoIsWho
from monitor.contacts.register import ledger
from monitor.exports import atom, csv_table, plain
from monitor.model import ContactStatus, ContactType, LedgerContact, Side
from monitor.model.dates import days_of
from monitor.store import contacts as stored
from monitor.store.database import Database
from monitor.stories.corroboration import corroborate
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.config.load import Settings

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
    ATOM = "atom"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("contacts")(contacts)


#: the options, apart from the command that they would drown
Id = Annotated[str | None, typer.Argument(metavar="ID", help="One contact in full: c-0123456789.")]
Person = Annotated[
    list[str] | None, typer.Option(help="Takes part, named in any language; again for another.")
]
By = Annotated[list[Side] | None, typer.Option(help="Told by this side.")]
Kind = Annotated[list[ContactType] | None, typer.Option("--type", help="Told as this kind.")]
Status = Annotated[list[ContactStatus] | None, typer.Option(help="In this status now.")]
Since = Annotated[str | None, typer.Option(help="From this day, month or year on.")]
Until = Annotated[str | None, typer.Option(help="To the end of this day, month or year.")]
Background = Annotated[bool, typer.Option(help="Also contacts that are only mentioned, never told as news.")]
Form = Annotated[Format, typer.Option("--format", "-f", help="How to write them.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write, not standard output.")
]
Chart = Annotated[
    Path | None, typer.Option(help="Draw them into this .svg, .png or .pdf: when, and who meets whom.")
]


def contacts(
    contact_id: Id = None,
    person: Person = None,
    side: By = None,
    kind: Kind = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    background: Background = False,
    form: Form = Format.TABLE,
    output: Output = None,
    chart: Chart = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Contacts between Russia and Libya, each once across stories and languages, as they may be cited."""
    wanted = Filter(
        contact_id=contact_id,
        persons=tuple(person or ()),
        sides=frozenset(side or ()),
        kinds=frozenset(kind or ()),
        statuses=frozenset(status or ()),
        since=_day(since, "--since", last=False),
        until=_day(until, "--until", last=True),
        background=background,
    )
    form = Format.JSON if as_json else form
    library = _library(form, chart)
    settings = loaded(config)
    known = WhoIsWho.of(load(settings.watchlists).entities.values())
    everything = _ledger(settings, known)
    found = chosen(everything, wanted, known)
    if contact_id is not None and not found:
        complain(f"no contact is called {contact_id}; `monitor contacts --background` lists all of them")
        raise typer.Exit(FINDINGS)
    if chart is not None:
        _saved(chart, lambda: library.write(found, chart))
    elif form is Format.TABLE:
        hidden = len(chosen(everything, replace(wanted, background=True), known)) - len(found)
        _table(found, output, hidden=hidden, in_full=contact_id is not None)
    else:
        _put(_document(form, found, known, library), output, form)


def _day(text: str | None, option: str, *, last: bool) -> date | None:
    """The first or last day that an option means."""
    if text is None:
        return None
    days = days_of(text)
    if days is None:
        raise typer.BadParameter(f"{text!r} is no date; write 2026, 2026-03 or 2026-03-04", param_hint=option)
    return days[1] if last else days[0]


# --- where they come from --------------------------------------------------------------------------------


def _ledger(settings: Settings, known: WhoIsWho) -> tuple[LedgerContact, ...]:
    """Every contact of the archive, whatever is asked for: ids and histories must not depend on a filter."""
    db = Database.open(settings.database, create=False)
    items = []
    try:
        with db.snapshot() as tx, progress("reading", stored.count(tx)) as advance:
            for item in stored.reported(tx):
                items.append(item)
                advance(1)
    finally:
        db.close()
    return ledger(items, known.role, people=known.people, corroborate=corroborate)


# --- where they go ---------------------------------------------------------------------------------------


#: formats and pictures whose library is an extra
_EXTRAS = {Format.ICS: "contacts", Format.STIX: "contacts", Format.MISP: "contacts", "chart": "chart"}


def _library(form: Format, chart: Path | None) -> Any:
    """The module that writes the format. Ends the command when its library is not installed."""
    if chart is not None and chart.suffix.lower() not in CHARTS:
        raise typer.BadParameter(f"{chart.name!r} must end in {', '.join(CHARTS)}", param_hint="--chart")
    name = "chart" if chart is not None else form
    if name not in _EXTRAS:
        return None
    try:
        return import_module(f"monitor.exports.{name}")
    except ModuleNotFoundError as error:
        what = "--chart" if chart is not None else f"--format {form.value}"
        extra = _EXTRAS[name]
        complain(
            f"{what} needs {error.name}, which is not installed: pip install 'foreign-influence-monitor[{extra}]'"
        )
        raise typer.Exit(MISCONFIGURED) from None


def _document(form: Format, found: Sequence[LedgerContact], known: WhoIsWho, library: Any) -> bytes:
    match form:
        case Format.CSV:
            text = csv_table.write(found)
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


def _put(document: bytes, output: Path | None, form: Format) -> None:
    if output is None:
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
        return
    # a spreadsheet takes a CSV file without this mark for a Western one
    mark = b"\xef\xbb\xbf" if form is Format.CSV else b""
    _saved(output, lambda: output.write_bytes(mark + document))


def _table(found: Sequence[LedgerContact], output: Path | None, *, hidden: int, in_full: bool) -> None:
    if output is None:
        contactview.show(found, hidden=hidden, in_full=in_full)
        return

    def write() -> None:
        with output.open("w", encoding="utf-8") as file:
            contactview.show(found, hidden=hidden, in_full=in_full, file=file)

    _saved(output, write)


def _saved(target: Path, write: Any) -> None:
    """Write a file and say so. Ends the command when it cannot be written."""
    try:
        write()
    except OSError as error:
        complain(f"{target}: {error.strerror}")
        raise typer.Exit(MISCONFIGURED) from None
    say(f"{target}: {target.stat().st_size:,} bytes")

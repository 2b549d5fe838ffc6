"""Contacts for a person at a terminal: one a row, or one in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.common import isolated
from monitor.exports import plain
from monitor.model import ContactStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import ContactSource, LedgerContact

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
    """One contact a row. Names keep their own direction, so that a line in two scripts stays in order."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("date", "what", "Russian side", "Libyan side", "place", "told by", "id"):
        made.add_column(heading, overflow="fold", no_wrap=heading in {"date", "id"})
    for contact in contacts:
        made.add_row(*_cells(contact))
    return made


def _cells(of: LedgerContact) -> Iterator[Text]:
    yield Text(of.date or f"told {plain.first_told(of):%Y-%m-%d}", style="" if of.date else "dim")
    words = Text(f"{of.type.value}, ")
    words.append(plain.status(of), style=_COLOURS.get(of.status, "yellow"))
    yield words.append(" (only mentioned)" if of.background else "", style="dim")
    yield Text(_own(plain.names(of.russian)))
    yield Text(_own(plain.names(of.libyan)))
    yield Text(_own(of.place) if of.place else "")
    told = ", ".join(f"{side.value} {len(sources)}" for side, sources in of.by_side.items())
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
    marks = [plain.STATUS_WORDS[of.status] + said, of.side.value, of.lang, f"source {of.reliability}"]
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
    if contacts:
        console.print(table(contacts))
    count = len(contacts)
    more = f"; {hidden} more only mentioned (--background)" if hidden else ""
    console.print(f"{count} contact{'' if count == 1 else 's'}{more}", style="dim", soft_wrap=True)

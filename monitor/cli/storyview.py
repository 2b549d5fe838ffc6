"""Stories for a person at a terminal: a table, or one with its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from monitor.cli import contactview
from monitor.cli.common import console, own
from monitor.cli.itemview import COLOURS, printed
from monitor.exports import plain
from monitor.exports import stories as told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Corroboration, Judged, Step

_DONE = {"told": "tells it", "copied": "repeats it", "withdrawn": "took it back"}


def table(stories: Sequence[Judged]) -> str:
    """One story a row, as text for the terminal or a file."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("story", "latest", "severity", "title", "grade", "told by", "items"):
        made.add_column(heading, overflow="fold", no_wrap=heading in {"story", "latest", "grade"})
    for judged in stories:
        story, copies = judged.story, told.copies(judged.story)
        made.add_row(
            story.id,
            f"{told.latest(story):%Y-%m-%d %H:%M}",
            Text(story.severity.value, style=COLOURS.get(story.severity, "")),
            Text(own(judged.best.item.title)),
            plain.grade(judged.corroboration),
            Text(", ".join(own(v.name) for v in judged.corroboration.voices)),
            f"{len(story.items)}" + (f" ({copies} copies)" if copies else ""),
        )
    count = len(stories)
    said = Text(f"{count} stor{'y' if count == 1 else 'ies'}", style="dim")
    return printed(*([made] if stories else []), said)


def show(judged: Judged, steps: Sequence[Step], kept: int) -> None:
    """Print everything on one story; `kept`: how many entries of it are kept as evidence."""
    for line in (*_head(judged), *_standing(judged.corroboration), *_timeline(steps)):
        console.print(line, soft_wrap=True)
    for contact in judged.contacts:
        console.print()
        for line in contactview.full(contact):
            console.print(line, soft_wrap=True)
    story = judged.story
    for other in story.related:
        console.print(
            Text(f"related: {own(other.title or '(no title)')}  {other.id}: {other.why}"), soft_wrap=True
        )
    entries = f"{kept} entr{'y' if kept == 1 else 'ies'} kept as evidence"
    console.print()
    console.print(Text(f"{entries}: monitor export case {story.id}", style="dim"), soft_wrap=True)


def _head(judged: Judged) -> Iterator[Text]:
    story = judged.story
    yield Text(f"{own(judged.best.item.title or '(no title)')}  {story.id}", style="bold")
    line = Text(story.severity.value, style=COLOURS.get(story.severity, ""))
    lists = ", ".join(told.watchlists(story))
    yield line.append(
        f", {lists}; {len(story.items)} item{'s' if len(story.items) > 1 else ''} in {', '.join(told.languages(story))}",
        style="not bold",
    )
    first = min(story.items, key=lambda i: (i.told_at, i.id))
    yield Text(f"told first by {own(first.outlet)} ({first.side.value}), {first.told_at:%Y-%m-%d %H:%M} UTC")
    yield Text(
        f"first seen {told.first_seen(story):%Y-%m-%d %H:%M}, latest {told.latest(story):%Y-%m-%d %H:%M} UTC"
    )


def _standing(of: Corroboration) -> Iterator[Text]:
    yield Text(f"{plain.grade(of)}: {of.explained}")
    for voice in of.voices:
        sides = ", ".join(side.value for side in voice.sides)
        denies = (", says the opposite" if voice.contradicts else ", denies it") if voice.denies else ""
        denies += f", reported by {', '.join(side.value for side in voice.through)}" if voice.speaker else ""
        carried = ", ".join(own(outlet) for outlet in voice.outlets)
        yield Text(f"  {own(voice.name)} ({sides}, source {voice.reliability}{denies}): {carried}")


def _timeline(steps: Sequence[Step]) -> Iterator[Text]:
    yield Text()
    for step in steps:
        item = step.item
        line = Text(f"{step.at:%Y-%m-%d %H:%M}  ", style="dim")
        line.append(f"{own(item.outlet)} ({item.side.value}) {_DONE[step.kind]}", style="not dim")
        line.append(f"  item {item.id}" + (f", of item {item.copy_of}" if item.copy_of else ""), style="dim")
        yield line
        if step.kind != "withdrawn":
            yield Text(f"    {own(item.item.title)}")
        for change in step.changes:
            yield Text(f"    → {change.reason}", style="yellow")

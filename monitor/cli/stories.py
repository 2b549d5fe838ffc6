"""`monitor stories`: which stories there are, one in full, and a person's own merges and splits."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.table import Table
from rich.text import Text

from monitor.cli import contacts, search_options
from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    console,
    loaded,
    own,
    say,
    say_json,
    stop,
)
from monitor.cli.items import COLOURS, printed
from monitor.cli.search_options import (
    AnySpelling,
    Asked,
    By,
    Delimited,
    Lang,
    Limit,
    Loud,
    Of,
    Output,
    Since,
    Until,
    Watchlist,
    WithContact,
)
from monitor.exports import plain
from monitor.exports import stories as told
from monitor.store import evidence, merges
from monitor.store import stories as stored
from monitor.store.database import Database
from monitor.stories.judgement import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.exports.csv_table import Delimiter
    from monitor.model import Corroboration, Judged, Step


app = typer.Typer(help="Stories: what the items amount to.", invoke_without_command=True)


class Format(StrEnum):
    """How stories are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    ATOM = "atom"


@app.callback()
def listed(
    context: typer.Context,
    words: Annotated[
        str, typer.Option("--words", "-w", help="An item of it has these words; @ID: an entity.")
    ] = "",
    watchlist: Watchlist = None,
    severity: Loud = None,
    side: By = None,
    lang: Lang = None,
    feed: Of = None,
    since: Since = None,
    until: Until = None,
    contact: WithContact = False,
    any_spelling: AnySpelling = False,
    limit: Limit = 50,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write them.")] = Format.TABLE,
    delimiter: Delimited = None,
    output: Output = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stories with an item that passes every filter, those with the latest news first."""
    if context.invoked_subcommand is not None:
        return
    form = Format.JSON if as_json else form
    parted = search_options.delimiter(delimiter, csv=form is Format.CSV)
    settings = loaded(config)
    search_options.known_side(settings, side)
    plain, spelt = search_options.spelt(settings, words.split(), any_spelling=any_spelling)
    asked = Asked(
        words=plain, spelt=spelt, watchlist=watchlist, severity=severity, side=side, lang=lang, feed=feed,
        since=since, until=until, contact=contact,
    )  # fmt: skip
    wanted = asked.filter(search_options.now())
    judge = search_options.judge(settings)
    with Database.reading(settings.database) as tx:
        found = [judge.judge(story) for story in stored.search(tx, wanted, limit)]
    search_options.put(_document(found, form, parted), output, mark=form is Format.CSV)
    if not found and form is Format.TABLE:
        raise typer.Exit(FINDINGS)


def _document(found: Sequence[Judged], form: Format, delimiter: Delimiter) -> str | bytes:
    match form:
        case Format.CSV:
            return told.stories_csv(found, delimiter)
        case Format.ATOM:
            return told.stories_atom(found, now=search_options.now())
        case Format.JSON:
            return orjson.dumps(
                {"stories": [told.story_json(s) for s in found]},
                option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
            )
    return story_table(found)


StoryId = Annotated[str, typer.Argument(metavar="STORY", help="The id of a story: s-0123456789.")]


@app.command("show")
def show(story_id: StoryId, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One story: who reported it first, who repeats it, what changed, how far it may be believed."""
    settings = loaded(config)
    judge = search_options.judge(settings)
    with Database.reading(settings.database) as tx:
        story = search_options.story(tx, story_id)
        kept = len(evidence.of_items(tx, [item.id for item in story.items]))
    judged = judge.judge(story)
    steps = timeline(story, judge)
    if as_json:
        say_json(told.story_json(judged, steps, texts=True))
    else:
        print_story(judged, steps, kept)


@app.command("merge")
def merge(
    story_id: StoryId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The story that goes on.")],
    config: ConfigOption = None,
) -> None:
    """Make two stories one: the first goes on in the second, and its id leads there."""
    settings = loaded(config)
    with Database.writing(settings.database) as tx:
        loser, winner = search_options.story(tx, story_id), search_options.story(tx, into)
        merged = merges.merge(tx, loser.id, winner.id, search_options.now(), by_hand=True)
    if not merged:
        stop(f"{story_id} and {into} are one story already")
    say(f"{loser.id} goes on in {winner.id}: {len(loser.items) + len(winner.items)} items")


@app.command("split")
def split(
    story_id: StoryId,
    item_ids: Annotated[list[int], typer.Argument(metavar="ITEM...", help="The items to take out of it.")],
    config: ConfigOption = None,
) -> None:
    """Take items out of a story into one of their own. The two are not merged again by themselves."""
    settings = loaded(config)
    with Database.writing(settings.database) as tx:
        story = search_options.story(tx, story_id)
        fresh = merges.split(tx, story.id, set(item_ids), search_options.now())
    say(f"{fresh}: {len(set(item_ids))} taken out of {story.id}")


# Stories for a person at a terminal: a table, or one with its timeline.

_DONE = {"told": "tells it", "copied": "repeats it", "withdrawn": "took it back"}


def story_table(stories: Sequence[Judged]) -> str:
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


def print_story(judged: Judged, steps: Sequence[Step], kept: int) -> None:
    """Print everything on one story; `kept`: how many entries of it are kept as evidence."""
    for line in (*_head(judged), *_standing(judged.corroboration), *_timeline(steps)):
        console.print(line, soft_wrap=True)
    for contact in judged.contacts:
        console.print()
        for line in contacts.full(contact):
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
        f", {lists}; {len(story.items)} item{'s' if len(story.items) > 1 else ''} in "
        f"{', '.join(told.languages(story))}",
        style="not bold",
    )
    first = min(story.items, key=lambda i: (i.told_at, i.id))
    yield Text(f"told first by {own(first.outlet)} ({first.side}), {first.told_at:%Y-%m-%d %H:%M} UTC")
    yield Text(
        f"first seen {told.first_seen(story):%Y-%m-%d %H:%M}, latest {told.latest(story):%Y-%m-%d %H:%M} UTC"
    )


def _standing(of: Corroboration) -> Iterator[Text]:
    yield Text(f"{plain.grade(of)}: {of.explained}")
    for voice in of.voices:
        sides = ", ".join(side for side in voice.sides)
        denies = (", says the opposite" if voice.contradicts else ", denies it") if voice.denies else ""
        denies += f", reported by {', '.join(side for side in voice.through)}" if voice.speaker else ""
        carried = ", ".join(own(outlet) for outlet in voice.outlets)
        yield Text(f"  {own(voice.name)} ({sides}, source {voice.reliability}{denies}): {carried}")


def _timeline(steps: Sequence[Step]) -> Iterator[Text]:
    yield Text()
    for step in steps:
        item = step.item
        line = Text(f"{step.at:%Y-%m-%d %H:%M}  ", style="dim")
        line.append(f"{own(item.outlet)} ({item.side}) {_DONE[step.kind]}", style="not dim")
        line.append(f"  item {item.id}" + (f", of item {item.copy_of}" if item.copy_of else ""), style="dim")
        yield line
        if step.kind != "withdrawn":
            yield Text(f"    {own(item.item.title)}")
        for change in step.changes:
            yield Text(f"    → {change.reason}", style="yellow")

"""`monitor stories`: which stories there are, one in full, and a person's own merges and splits."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from monitor.cli import search_options, storyview
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, loaded, say, say_json
from monitor.cli.search_options import (
    AnySpelling,
    Asked,
    By,
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
from monitor.exports import stories as told
from monitor.store import evidence, merges
from monitor.store import stories as stored
from monitor.stories.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Judged

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
    output: Output = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stories with an item that passes every filter, those with the latest news first."""
    if context.invoked_subcommand is not None:
        return
    settings = loaded(config)
    plain, spelt = search_options.spelt(settings, words.split(), any_spelling=any_spelling)
    asked = Asked(
        words=plain, spelt=spelt, watchlist=watchlist, severity=severity, side=side, lang=lang, feed=feed,
        since=since, until=until, contact=contact,
    )  # fmt: skip
    wanted = asked.filter(search_options.now())
    judge = search_options.judge(settings)
    with search_options.reading(settings) as tx:
        found = [judge.judge(story) for story in stored.search(tx, wanted, limit)]
    form = Format.JSON if as_json else form
    search_options.put(_document(found, form), output, mark=form is Format.CSV)
    if not found and form is Format.TABLE:
        raise typer.Exit(FINDINGS)


def _document(found: Sequence[Judged], form: Format) -> str | bytes:
    match form:
        case Format.CSV:
            return told.stories_csv(found)
        case Format.ATOM:
            return told.stories_atom(found, now=search_options.now())
        case Format.JSON:
            return orjson.dumps(
                {"stories": [told.story_json(s) for s in found]},
                option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
            )
    return storyview.table(found)


StoryId = Annotated[str, typer.Argument(metavar="STORY", help="The id of a story: s-0123456789.")]


@app.command("show")
def show(story_id: StoryId, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One story: who told it first, who repeats it, what changed, how far it may be believed."""
    settings = loaded(config)
    judge = search_options.judge(settings)
    with search_options.reading(settings) as tx:
        story = search_options.story(tx, story_id)
        kept = len(evidence.of_items(tx, [item.id for item in story.items]))
    judged = judge.judge(story)
    steps = timeline(story, judge)
    if as_json:
        say_json(told.story_json(judged, steps, texts=True))
    else:
        storyview.show(judged, steps, kept)


@app.command("merge")
def merge(
    story_id: StoryId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The story that goes on.")],
    config: ConfigOption = None,
) -> None:
    """Make two stories one: the first goes on in the second, and its id leads there."""
    settings = loaded(config)
    with search_options.writing(settings) as tx:
        loser, winner = search_options.story(tx, story_id), search_options.story(tx, into)
        merged = merges.merge(tx, loser.id, winner.id, search_options.now(), by_hand=True)
    if not merged:
        complain(f"{story_id} and {into} are one story already")
        raise typer.Exit(FINDINGS)
    say(f"{loser.id} goes on in {winner.id}: {len(loser.items) + len(winner.items)} items")


@app.command("split")
def split(
    story_id: StoryId,
    item_ids: Annotated[list[int], typer.Argument(metavar="ITEM...", help="The items to take out of it.")],
    config: ConfigOption = None,
) -> None:
    """Take items out of a story into one of their own. The two are not merged again by themselves."""
    settings = loaded(config)
    with search_options.writing(settings) as tx:
        story = search_options.story(tx, story_id)
        fresh = merges.split(tx, story.id, set(item_ids), search_options.now())
    say(f"{fresh}: {len(set(item_ids))} taken out of {story.id}")

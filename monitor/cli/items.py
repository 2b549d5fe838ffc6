"""`monitor items`: search the archive, and everything on one item: texts, matches, evidence, what it said before."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from monitor.cli import itemview, search_options
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, loaded, say_json
from monitor.cli.search_options import (
    AnySpelling,
    Asked,
    By,
    Covered,
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
from monitor.store import archive, evidence

if TYPE_CHECKING:
    from monitor.model import StoryItem
    from monitor.model.evidence import Kept

app = typer.Typer(help="The archive of items: search it, look at one.", no_args_is_help=True)


class Format(StrEnum):
    """How items are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command("search")
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Each must occur, in title, summary or text; parts of words too; case, accents and variants of "
            "letters do not count. @ID: an entity in every spelling and script."
        ),
    ] = None,
    watchlist: Watchlist = None,
    severity: Loud = None,
    side: By = None,
    lang: Lang = None,
    feed: Of = None,
    since: Since = None,
    until: Until = None,
    coverage: Covered = None,
    contact: WithContact = False,
    any_spelling: AnySpelling = False,
    limit: Limit = 50,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write them.")] = Format.TABLE,
    output: Output = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Items of the archive, the newest first. Exit 1 when there are none."""
    settings = loaded(config)
    plain, spelt = search_options.spelt(settings, words or (), any_spelling=any_spelling)
    asked = Asked(
        words=plain, spelt=spelt, watchlist=watchlist, severity=severity, side=side, lang=lang, feed=feed,
        since=since, until=until, coverage=coverage, contact=contact,
    )  # fmt: skip
    wanted = asked.filter(search_options.now())
    with search_options.reading(settings) as tx:
        found = archive.search(tx, wanted, limit + 1)
    found, more = found[:limit], len(found) > limit
    form = Format.JSON if as_json else form
    if form is Format.CSV:
        search_options.put(told.items_csv(found), output, mark=True)
    elif form is Format.JSON:
        listed = {"more": more, "items": [told.item_json(item) for item in found]}
        search_options.put(
            orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), output
        )
    else:
        search_options.put(itemview.table(found, more=more), output)
    if not found:
        raise typer.Exit(FINDINGS)


@app.command("show")
def show(
    item_id: Annotated[int, typer.Argument(metavar="ITEM-ID", help="The number of an item in the archive.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One item: what it says, why it matched or not, what it said before, and the evidence kept of it."""
    with search_options.reading(loaded(config)) as tx:
        item = archive.get(tx, item_id)
        if item is None:
            complain(f"there is no item {item_id}")
            raise typer.Exit(FINDINGS)
        past = archive.past_texts(tx, item_id)
        kept = evidence.of_items(tx, [item_id])
    if as_json:
        say_json(_as_json(item, past, kept))
    else:
        itemview.show(item, past, kept)


def _as_json(item: StoryItem, past: itemview.Past, kept: tuple[Kept, ...]) -> dict[str, Any]:
    return {
        **told.item_json(item),
        "revisions": [
            {"revision": number, "since": at, "title": title, "summary": summary, "content": content}
            for number, at, title, summary, content in past
        ],
        "evidence": [
            {
                "entry": k.id,
                "revision": k.link.revision,
                "retrieved": k.link.retrieved_at,
                "from": k.link.url,
                "headers": [list(header) for header in k.link.headers],
                "sha256": k.link.sha256,
                "document_sha256": k.link.document_sha256,
                "previous": k.link.previous,
                "chain": k.chain,
                "raw": k.raw.decode("utf-8", "replace") if k.raw is not None else None,
            }
            for k in kept
        ],
    }

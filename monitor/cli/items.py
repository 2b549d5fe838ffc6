"""`monitor items`: search the archive, and everything on one item:
texts, matches, evidence, what it said before.
"""

from __future__ import annotations

import difflib
import io
import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli import search_options
from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    console,
    loaded,
    own,
    say_json,
    stop,
)
from monitor.cli.explain import MARKED
from monitor.cli.explain import told as told_contact
from monitor.cli.search_options import (
    AnySpelling,
    Asked,
    By,
    Covered,
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
from monitor.exports import stories as told
from monitor.model import Coverage, Severity
from monitor.store import archive, evidence
from monitor.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from monitor.exports.csv_table import Delimiter
    from monitor.model import Match, StoryItem
    from monitor.model.evidence import Kept


app = typer.Typer(help="The archive of items: search it, look at one.", no_args_is_help=True)


class Format(StrEnum):
    """How items are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Words = Annotated[
    list[str] | None,
    typer.Argument(
        help="Each must occur, in title, summary or text; parts of words too; case, accents and "
        "variants of letters do not count. @ID: an entity in every spelling and script."
    ),
]


@app.command("search")
def search(
    words: Words = None,
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
    delimiter: Delimited = None,
    output: Output = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Items of the archive, the newest first. Exit 1 when there are none."""
    form = Format.JSON if as_json else form
    parted = search_options.delimiter(delimiter, csv=form is Format.CSV)
    settings = loaded(config)
    search_options.known_side(settings, side)
    plain, spelt = search_options.spelt(settings, words or (), any_spelling=any_spelling)
    asked = Asked(
        words=plain, spelt=spelt, watchlist=watchlist, severity=severity, side=side, lang=lang, feed=feed,
        since=since, until=until, coverage=coverage, contact=contact,
    )  # fmt: skip
    wanted = asked.filter(search_options.now())
    with Database.reading(settings.database) as tx:
        found = archive.search(tx, wanted, limit + 1)
    found, more = found[:limit], len(found) > limit
    _put_items(found, more, form, output, parted)
    if not found:
        raise typer.Exit(FINDINGS)


def _put_items(
    found: Sequence[StoryItem], more: bool, form: Format, output: Path | None, delimiter: Delimiter
) -> None:
    if form is Format.CSV:
        search_options.put(told.items_csv(found, delimiter), output, mark=True)
    elif form is Format.JSON:
        listed = {"more": more, "items": [told.item_json(item) for item in found]}
        search_options.put(
            orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), output
        )
    else:
        search_options.put(item_table(found, more=more), output)


@app.command("show")
def show(
    item_id: Annotated[int, typer.Argument(metavar="ITEM-ID", help="The number of an item in the archive.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One item: what it says, why it matched or not, what it said before, and the evidence kept of it."""
    with Database.reading(loaded(config).database) as tx:
        item = archive.get(tx, item_id)
        if item is None:
            stop(f"there is no item {item_id}")
        past = archive.past_texts(tx, item_id)
        kept = evidence.of_items(tx, [item_id])
    if as_json:
        say_json(_as_json(item, past, kept))
    else:
        print_item(item, past, kept)


def _as_json(item: StoryItem, past: Past, kept: tuple[Kept, ...]) -> dict[str, Any]:
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


# Items for a person at a terminal: a table, or one in full with what changed from revision to revision.

#: earlier revisions: number, since when, title, summary, content
Past = tuple[tuple[int, datetime, str, str, str], ...]

COLOURS = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow"}
#: width of a table that goes into a file or a pipe
WIDE = 160
#: unchanged words shown on either side of a change
AROUND = 8
#: words of a text that are compared; beyond, only that it changed is said
MAX_WORDS = 20_000


def item_table(items: Sequence[StoryItem], *, more: bool) -> str:
    """One item a row, as text for the terminal or a file; `more`: these are not all."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("item", "first seen", "outlet", "side", "lang", "title", "state", "story"):
        made.add_column(heading, overflow="fold", no_wrap=heading in {"item", "first seen", "story"})
    for item in items:
        made.add_row(
            str(item.id),
            f"{item.first_seen_at:%Y-%m-%d %H:%M}",
            Text(own(item.outlet)),
            item.side,
            item.item.lang,
            Text(own(item.item.title)),
            state(item),
            item.story_id or "",
        )
    count = len(items)
    said = f"{count} item{'' if count == 1 else 's'}" + (" and more (--limit)" if more else "")
    return printed(*([made] if items else []), Text(said, style="dim"))


def printed(*parts: Table | Text) -> str:
    """As this terminal would show it; wide and without colours where there is none."""
    out = io.StringIO()
    terminal = console.is_terminal
    here = Console(
        file=out,
        highlight=False,
        width=console.width if terminal else WIDE,
        force_terminal=terminal,
        no_color=console.no_color or not terminal,
    )
    for part in parts:
        here.print(part, soft_wrap=isinstance(part, Text))
    return out.getvalue()


def state(item: StoryItem) -> Text:
    """Its severity where it matched, else the state it ended in; and what is odd about it."""
    loudest = max((m.severity for m in item.matches), key=lambda s: s.rank, default=None)
    out = Text(loudest.value, style=COLOURS.get(loudest, "")) if loudest else Text(item.coverage.value, "dim")
    marks = ["copy"] if item.copy_of is not None else []
    marks += ["withdrawn"] if item.withdrawn_at else []
    marks += [f"revision {item.revision}"] if item.revision > 1 else []
    return out.append(f" ({', '.join(marks)})" if marks else "", style="dim")


def print_item(item: StoryItem, past: Past, kept: Sequence[Kept]) -> None:
    """Print everything on one item."""
    for line in (*_head(item), *_texts(item), *_why(item), *_revisions(item, past), *_evidence(kept)):
        console.print(line, soft_wrap=True)


def _head(item: StoryItem) -> Iterator[Text]:
    yield Text(f"{own(item.item.title or '(no title)')}  item {item.id}", style="bold")
    published = f"{item.item.published_at:%Y-%m-%d %H:%M}" if item.item.published_at else "no date"
    dated = "" if item.item.date_flag.value == "ok" else f" (date {item.item.date_flag.value})"
    yield Text(f"{own(item.outlet)}, {item.side}, source {item.feed.reliability}, {item.item.lang}")
    yield Text(f"published {published}{dated}, first seen {item.first_seen_at:%Y-%m-%d %H:%M} UTC")
    if item.item.url:
        yield Text(item.item.url, style="dim")
    if item.story_id:
        yield Text(f"story {item.story_id}")
    if item.credit:
        yield Text(f"credits {item.credit}")
    if item.copy_of is not None:
        yield Text(f"repeats item {item.copy_of}: an outlet more, no voice of its own")
    if item.withdrawn_at:
        yield Text(f"taken out of its feed, noticed {item.withdrawn_at:%Y-%m-%d %H:%M} UTC", style="bold red")


def _texts(item: StoryItem) -> Iterator[Text]:
    for text in (item.item.summary, item.item.content):
        if text:
            yield Text()
            yield Text(own(text))
    if item.item.fulltext.value == "waiting":
        yield Text("(the article itself is still to be fetched)", style="dim")
    if item.item.fulltext.value == "unavailable":
        yield Text(f"(the article itself could not be read: {item.item.fulltext_detail})", style="dim")


def _why(item: StoryItem) -> Iterator[Text]:
    yield Text()
    detail = f": {item.coverage_detail}" if item.coverage_detail else ""
    yield Text(f"{item.coverage.value}{detail}", style="bold" if item.coverage is Coverage.MATCHED else "")
    for match in item.matches:
        yield from _match(match)
    for contact in item.contacts:
        yield Text(f"  contact: {told_contact(contact)}")
    for silenced in item.suppressed:
        yield Text(
            f"  silenced by {silenced.by}: {own(silenced.text)} ({silenced.watchlist}/{silenced.rule})"
        )


def _match(match: Match) -> Iterator[Text]:
    line = Text("  ").append(f"{match.severity.value:8}", style=COLOURS.get(match.severity, ""))
    yield line.append(f"  {match.watchlist}/{match.rule}  {match.score:.2f}  {match.reason}")
    sentences = dict.fromkeys((e.field, e.sentence or e.text) for e in match.evidence)
    for field, sentence in sentences:
        yield Text(f"    {field}: ", style="dim").append(own(" ".join(sentence.split())), style="not dim")


# --- what it said before
# -------------------------------------------------------------------------------------


def _revisions(item: StoryItem, past: Past) -> Iterator[Text]:
    now = (item.revision, None, item.item.title, item.item.summary, item.item.content)
    every = [*past, now]
    for before, after in zip(past, every[1:], strict=False):
        until = f", as it was from {before[1]:%Y-%m-%d %H:%M} UTC on"
        yield Text()
        yield Text(f"revision {after[0]} against {before[0]}{until}", style="bold")
        for field, old, new in zip(("title", "summary", "content"), before[2:], after[2:], strict=True):
            if old != new:
                yield Text(f"  {field}: ", style="dim").append_text(difference(old, new))


def difference(old: str, new: str) -> Text:
    """What changed, word by word: [-taken out-] {+put in+}, with a few words around."""
    ours, theirs = _words(old), _words(new)
    if len(ours) + len(theirs) > MAX_WORDS:
        return Text(f"changed (too long to compare: {len(ours):,} and {len(theirs):,} words)")
    out = Text()
    blocks = difflib.SequenceMatcher(None, ours, theirs).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(blocks):
        if kind == "equal":
            out.append(_context(ours[a:b], first=number == 0, last=number == len(blocks) - 1))
            continue
        if b > a:
            out.append(f"[-{own(' '.join(ours[a:b]))}-]", style="red").append(" ")
        if d > c:
            out.append(f"{{+{own(' '.join(theirs[c:d]))}+}}", style=MARKED).append(" ")
    out.rstrip()
    return out


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


def _context(words: list[str], *, first: bool, last: bool) -> str:
    """Unchanged words: those next to a change, the rest as dots."""
    if first and last:
        return " ".join(words)
    if first:
        return ("… " if len(words) > AROUND else "") + " ".join(words[-AROUND:]) + " "
    if last:
        return " ".join(words[:AROUND]) + (" …" if len(words) > AROUND else "")
    if len(words) > 2 * AROUND:
        return f"{' '.join(words[:AROUND])} … {' '.join(words[-AROUND:])} "
    return " ".join(words) + " "


def _evidence(kept: Sequence[Kept]) -> Iterator[Text]:
    yield Text()
    if not kept:
        yield Text("no evidence was kept of it", style="dim")
    for k in kept:
        size = f"{len(k.raw):,} bytes" if k.raw is not None else "no bytes"
        from_ = f" from {k.link.url}" if k.link.url else ""
        yield Text(f"evidence of revision {k.link.revision}: entry {k.id}, {size}, retrieved "
                   f"{k.link.retrieved_at:%Y-%m-%d %H:%M:%S} UTC{from_}")  # fmt: skip
        yield Text(f"    sha256 {k.link.sha256 or '-'}, chain {k.chain}", style="dim")

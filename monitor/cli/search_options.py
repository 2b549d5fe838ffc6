"""What the commands that look into the archive share:
the filter's options, the open database, the judge of stories.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import MISCONFIGURED, complain, moment, say, stop
from monitor.contacts.parties import EntityIndex
from monitor.errors import suggestion
from monitor.exports.csv_table import Delimiter
from monitor.matching.building import called, spellings
from monitor.model import Coverage, Severity
from monitor.store import stories
from monitor.store.archive import Filter
from monitor.stories.judgement import StoryJudge
from monitor.watchlists.compile import load
from monitor.watchlists.files import load_press

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.config.load import Settings
    from monitor.matching.mentions import EntitySpec
    from monitor.model import Story

Watchlist = Annotated[str | None, typer.Option(help="Matched by this watchlist.")]
Loud = Annotated[Severity | None, typer.Option("--severity", help="At least as loud.")]
By = Annotated[str | None, typer.Option(help="Reported by this side.")]
Lang = Annotated[str | None, typer.Option(help="In this language: en, ar, ru …")]
Of = Annotated[str | None, typer.Option("--feed", help="Of this feed.")]
Since = Annotated[str | None, typer.Option(help="First seen since: 30d, 12h, or a date.")]
Until = Annotated[str | None, typer.Option(help="First seen before: 30d, 12h, or a date.")]
Covered = Annotated[Coverage | None, typer.Option(help="In this state: matched, suppressed …")]
WithContact = Annotated[bool, typer.Option("--contact", help="Only where a contact was found.")]
AnySpelling = Annotated[
    bool,
    typer.Option("--any-spelling", help="Words that name an entity: in every spelling and script of it."),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, the newest.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write, not standard output.")
]

#: before text in a file that a spreadsheet would otherwise take for a Western one
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of a search as they were given."""

    words: tuple[str, ...] = ()
    watchlist: str | None = None
    severity: Severity | None = None
    side: str | None = None
    lang: str | None = None
    feed: str | None = None
    since: str | None = None
    until: str | None = None
    coverage: Coverage | None = None
    contact: bool = False
    #: forms of entities, of each of which one must occur
    spelt: tuple[tuple[str, ...], ...] = ()

    def filter(self, now: datetime) -> Filter:
        """As the archive understands it.

        Raises BadParameter: a time that is none, or a window that is empty.
        """
        since, until = moment(self.since, now), moment(self.until, now)
        if since and until and since >= until:
            raise typer.BadParameter("--since is not before --until")
        return Filter(
            text=" ".join(self.words),
            spelt=self.spelt,
            watchlist=self.watchlist,
            min_severity=self.severity,
            feed_id=self.feed,
            side=self.side,
            lang=self.lang,
            coverage=self.coverage,
            has_contact=self.contact,
            since=since,
            until=until,
        )


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def experts(settings: Settings) -> tuple[EntityIndex, StoryJudge]:
    """Who is who in the configured watchlists, and what judges stories by them."""
    lists = load(settings.watchlists, cache=settings.pattern_cache)
    known = EntityIndex.of(lists.entities.values(), lists.party_titles)
    return known, StoryJudge(known.people, lists.press, known.titles)


def known_side(settings: Settings, side: str | None) -> str | None:
    """`side` as it was given; says so where sides.yaml declares none that is called so,
    though the archive may.
    """
    ids = load_press(settings.watchlists).sides.ids
    if side is not None and side not in ids:
        complain(f"sides.yaml declares no side {side!r}; {suggestion(side, ids)}")
    return side


def spelt(
    settings: Settings, words: Iterable[str], *, any_spelling: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """`words` that are looked for as they are, and the forms of those that name entities: @id, or all of
    them.

    Says which entities a word was taken for. Raises BadParameter: no entity has that id.
    """
    plain: list[str] = []
    forms: list[tuple[str, ...]] = []
    words = tuple(words)
    if not any_spelling and not any(word.startswith("@") for word in words):
        return words, ()
    entities = load(settings.watchlists, cache=settings.pattern_cache).entities
    for word in words:
        meant = _meant(entities, word, any_spelling=any_spelling)
        if not meant:
            plain.append(word)
            continue
        complain(f"{word}: every spelling of {', '.join(e.name for e in meant)}")
        forms.append(tuple(dict.fromkeys(form for entity in meant for form in spellings(entity))))
    return tuple(plain), tuple(forms)


def _meant(entities: Mapping[str, EntitySpec], word: str, *, any_spelling: bool) -> tuple[EntitySpec, ...]:
    if not word.startswith("@"):
        return called(entities.values(), word) if any_spelling else ()
    found = entities.get(word[1:].casefold())
    if found is None:
        near = get_close_matches(word[1:], entities, 1)
        hint = f"; did you mean @{near[0]}?" if near else " (`monitor watchlists list` names the files)"
        raise typer.BadParameter(f"no entity is called {word}{hint}")
    return (found,)


def judge(settings: Settings) -> StoryJudge:
    """What judging stories needs to know."""
    return experts(settings)[1]


def story(tx: Any, story_id: str) -> Story:
    """A story; says so when the id leads on. Ends the command when there is none."""
    found = stories.load(tx, story_id)
    if found is None:
        stop(f"no story is called {story_id}; `monitor stories` lists them")
    if found.id != story_id:
        complain(f"{story_id} was merged into {found.id}")
    return found


Delimited = Annotated[
    Delimiter | None, typer.Option("--delimiter", help="What parts the cells of CSV; comma otherwise.")
]


def delimiter(asked: Delimiter | None, *, csv: bool) -> Delimiter:
    """What `--delimiter` asks for. Raises BadParameter: the format has no cells."""
    if asked is not None and not csv:
        raise typer.BadParameter("--delimiter belongs to --format csv")
    return asked or Delimiter.COMMA


def put(document: str | bytes, output: Path | None, *, mark: bool = False) -> None:
    """Write a document to a file, or to standard output. Ends the command when that cannot be done."""
    body = document if isinstance(document, bytes) else document.encode("utf-8", "replace")
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes((MARK if mark else b"") + body)
    except OSError as error:
        stop(f"{output}: {error.strerror}", MISCONFIGURED)
    say(f"{output}: {output.stat().st_size:,} bytes")


#: how the file of a MISP event is called
_EVENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json")


def put_folder(documents: Mapping[str, bytes], folder: Path) -> None:
    """Write a MISP feed, its manifest last, and take out the events that are in it no more.

    Ends the command when that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            (folder / name).write_bytes(document)
        for left in folder.iterdir():
            if left.name not in documents and _EVENT.fullmatch(left.name):
                left.unlink()
    except OSError as error:
        stop(f"{folder}: {error.strerror}", MISCONFIGURED)
    events = sum(_EVENT.fullmatch(name) is not None for name in documents)
    say(f"{folder}: {events} events; serve the folder over HTTP and add it to MISP as a feed")

"""Pure. What the lists say of today and nobody looked up lately: who holds an office, what a document asks.

An office without an end is held by somebody only as far as its file knows; a resolution of unknown content
is one whose text nobody found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from monitor import documents
from monitor.matching import un_documents
from monitor.watchlists.compile import UN_DOCUMENTS
from monitor.watchlists.findings import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.matching.rules import Watchlists


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """Something that may have changed since it was `checked`; None: nobody said when that was."""

    kind: Literal["office", "document"]
    #: "@rosa-marin", "S/RES/2570"
    who: str
    #: the office; what the resolution is about
    what: str
    #: the office's first day or the resolution's year, as far as it is known
    since: date | None
    checked: date | None
    file: str
    line: int | None


def unchecked(
    watchlists: Watchlists, sources: Mapping[str, bytes], *, offices: date, unknown: date
) -> tuple[Unchecked, ...]:
    """Open-ended offices last checked before `offices`, and resolutions of unknown content before `unknown`.

    Oldest first, what was never checked before all. `sources`: the folder's files by the names that
    `watchlists` has for them.
    """
    found = [
        *(held for held in _offices(watchlists, sources) if _is_before(held, offices)),
        *(document for document in _documents(sources) if _is_before(document, unknown)),
    ]
    return tuple(sorted(found, key=lambda f: (f.checked or date.min, f.file, f.line or 0)))


def _is_before(found: Unchecked, day: date) -> bool:
    return found.checked is None or found.checked < day


def _offices(watchlists: Watchlists, sources: Mapping[str, bytes]) -> Iterator[Unchecked]:
    lines = Lines(watchlists, sources)
    for entity in watchlists.entities.values():
        for number, role in enumerate(entity.roles):
            if role.until is None:
                file, line = lines.place(entity.id, ("roles", number))
                yield Unchecked(
                    kind="office",
                    who=f"@{entity.id}",
                    what=role.title,
                    since=role.since,
                    checked=role.checked,
                    file=file,
                    line=line,
                )


def _documents(sources: Mapping[str, bytes]) -> Iterator[Unchecked]:
    for file in (name for name in sources if name.rpartition("/")[2] == UN_DOCUMENTS):
        document = documents.read(sources[file], file)
        # the table keeps the order of the file: every number stands there once
        for place, listed in enumerate(un_documents.load(document).values()):
            if listed.asks == "unknown":
                yield Unchecked(
                    kind="document",
                    who=f"S/RES/{listed.number}",
                    what=listed.about,
                    since=date(listed.year, 1, 1),
                    checked=listed.checked,
                    file=file,
                    line=document.place(("resolutions", place))[0],
                )

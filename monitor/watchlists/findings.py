"""Pure. What lint remarks on: where it stands, what it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from monitor import documents
from monitor.matching.written_out import written_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.matching.rules import Watchlists

#: high: the list finds what it does not mean; medium: something cannot work; low: something is missing
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark; `kind` is a stable word (docs/how-to/improve-a-rule.md)."""

    kind: str
    file: str
    line: int | None
    message: str
    remedy: str = ""
    severity: Severity = "medium"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class Lines:
    """Where the names of entities stand; a file is read when it is first asked about."""

    def __init__(self, watchlists: Watchlists, sources: Mapping[str, bytes]) -> None:
        self._places = watchlists.places
        self._sources = sources
        self._read: dict[str, tuple[documents.Document, dict[str, int]]] = {}

    def place(self, entity: str, path: documents.Path) -> tuple[str, int | None]:
        """File and line of what stands at `path` of an entity."""
        file, line = self._places.get(f"@{entity}", ("", None))
        if file not in self._sources:
            return file, line
        if file not in self._read:
            document = documents.read(self._sources[file], file)
            numbers = {said["id"]: number for number, said in enumerate(document.data["entities"])}
            self._read[file] = document, numbers
        document, numbers = self._read[file]
        return file, document.place(_as_written(document, ("entities", numbers[entity], *path)))[0]


def _as_written(document: documents.Document, path: documents.Path) -> documents.Path:
    """The path of the phrase that the last step, a place among all written out, stands for."""
    said: Any = document.data
    for step in path[:-1]:
        said = said.get(step) if isinstance(said, dict) else said[step]
        if said is None:
            return path
    at = -1
    for number, phrase in enumerate(said):
        at += len(written_out((phrase,))) if isinstance(phrase, str) else 1
        if isinstance(path[-1], int) and path[-1] <= at:
            return (*path[:-1], number)
    return path

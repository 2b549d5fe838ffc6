"""Pure. What lint remarks on: where it stands, what it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor import documents

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
        return file, document.place(("entities", numbers[entity], *path))[0]

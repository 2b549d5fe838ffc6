"""The house's errors. The world's bad days are values (`FetchFailed`, `TryLater`, `Rejected`), never
exceptions.

    MonitorError
    ├── ConfigError     the operator's mistakes, all of them at once, each with place and remedy; exit 2
    └── StoreError      the database refuses (locked, full, read-only, newer schema); the tick ends, nothing
    is lost

Anything else that is raised is a bug: it reaches the tick, is logged with its traceback, and the next tick
runs.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class MonitorError(Exception):
    """Root of everything this program raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing the operator or analyst must correct."""

    #: the file as it was named to us, or "environment"
    file: str
    #: 1-based; None where the whole file is meant
    line: int | None
    column: int | None
    #: what is wrong, in plain words
    message: str
    #: what to do about it; may be empty where the message says it
    remedy: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class ConfigError(MonitorError):
    """The operator's or analyst's files are wrong. Carries every mistake found, in file order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(m) for m in mistakes))
        self.mistakes = mistakes


class StoreError(MonitorError):
    """The database refused; the message says which file and what to do."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` for the known word nearest to `word`, or a short list of them; may be empty."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 16 else ""

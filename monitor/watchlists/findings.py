"""Pure. What lint remarks on: where it stands, what it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

"""Pure. Words that every stage uses: who is speaking, how loud."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Who is speaking."""

    INDEPENDENT = "independent"
    RUSSIA_STATE = "russia-state"
    LIBYA_EAST = "libya-east"
    LIBYA_WEST = "libya-west"
    UN = "un"
    OTHER_STATE = "other-state"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How loud a match is; `medium` and above alerts, `low` is shown as related only."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (info) to 4 (critical), for comparing."""
        return list(Severity).index(self)

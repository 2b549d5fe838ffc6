"""Pure. Words that every stage uses: who is speaking, how loud, what is to be said."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

#: who is speaking, by an id of `sides.yaml` (`monitor.model.press`)
Side = NewType("Side", str)
#: the outlet that nobody placed
UNKNOWN = Side("unknown")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Something to say to a reader whose language is not known yet;
    `monitor.languages.locale` puts it into words.
    """

    #: of a sentence or, with `count`, of a counted noun; empty: `text` is said as it is, because others wrote
    #: it
    key: str = ""
    #: what is put into the sentence: text, numbers, durations, moments, other phrases
    values: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None
    text: str = ""


# ISO dates as exact as a text has them: a day, a month or a year.


def days_of(text: str | None) -> tuple[date, date] | None:
    """First and last day of "2026-03-04", "2026-03" or "2026"; None for anything else."""
    try:
        match [int(part) for part in (text or "").split("-")]:
            case [year]:
                return date(year, 1, 1), date(year, 12, 31)
            case [year, month]:
                return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
            case [year, month, day]:
                return date(year, month, day), date(year, month, day)
    except ValueError:
        pass
    return None

"""Pure. What a person called a false alarm, and how far that goes: never a whole watchlist, and never for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: how the `by` of a silenced mention begins where a person's word silenced it
BY = "feedback:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a suppression covers: matches for which everything that is given here holds."""

    story: str | None = None
    #: nothing but these terms is the evidence
    terms: frozenset[str] | None = None
    #: the publisher
    family: str | None = None

    def __str__(self) -> str:
        found = [f"story {self.story}"] if self.story else []
        found += [f"no evidence but {', '.join(sorted(self.terms))}"] if self.terms else []
        found += [f"told by {self.family}"] if self.family else []
        return " and ".join(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Matches of a watchlist that a person called false: those that any of `parts` covers, until it expires."""

    id: int
    watchlist: str
    #: None: any rule of the watchlist, as far as the parts go
    rule: str | None
    parts: tuple[Part, ...]
    author: str
    reason: str
    at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    #: the item that it was said of; None: it is gone
    item_id: int | None = None

    @property
    def by(self) -> str:
        """How silenced mentions name it."""
        return f"{BY}{self.id}"

    def state(self, now: datetime) -> str:
        """`active`, `expired`, or `ended` by a person."""
        if self.ended_at is not None and self.ended_at <= now:
            return "ended"
        return "active" if now < self.expires_at else "expired"

    def covers(
        self, watchlist: str, rule: str, *, terms: frozenset[str], family: str, story: str | None
    ) -> bool:
        """Whether it silences a match of `rule` with the evidence `terms`, told by `family` in `story`."""
        if watchlist != self.watchlist or self.rule not in (None, rule):
            return False
        return any(
            part.story in (None, story)
            and (part.terms is None or (bool(terms) and terms <= part.terms))
            and part.family in (None, family)
            for part in self.parts
        )

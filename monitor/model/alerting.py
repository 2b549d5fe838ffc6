"""Pure. What people do about alerts: silences and acknowledgements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model.matchers import Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What all of its matchers fit is not alerted between two moments."""

    id: int
    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    #: when a person ended it before its time
    ended_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`pending`, `active` or `expired`."""
        if self.ended_at is not None and self.ended_at <= now:
            return "expired"
        if now < self.starts_at:
            return "pending"
        return "active" if now < self.ends_at else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody looks after a story: what was told of it so far is neither repeated nor escalated."""

    id: int
    story_id: str
    author: str
    at: datetime
    note: str = ""
    #: None: for every receiver
    receiver: str | None = None
    #: None: until the story changes
    expires_at: datetime | None = None

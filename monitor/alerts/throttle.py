"""Pure. How many messages a receiver takes in a while; what is over is told in one summary, nothing is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.config.routes import ThrottleConfig
    from monitor.model import Severity

#: the key of the group in which a receiver's stories wait that were over the limit
KEY = "throttled"


def room_at(sent_at: Iterable[datetime], limit: ThrottleConfig, now: datetime) -> datetime:
    """The first moment at which another message may go; `now` where it may go now.

    `sent_at`: when the receiver's messages went, in any order.
    """
    lately = sorted(at for at in sent_at if at > now - limit.per)
    if len(lately) < limit.messages:
        return now
    return lately[-limit.messages] + limit.per


def passes(severities: Sequence[Severity], limit: ThrottleConfig) -> bool:
    """Whether one of the stories is too loud to wait."""
    return any(severity in limit.exempt for severity in severities)

"""Pure. What was told and nobody acknowledged is told to somebody else, or again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.config.routes import EscalateConfig
    from monitor.model import Severity
    from monitor.model.alerting import Ack

#: an unchanged story is not repeated for longer than this after its last news: it is over
OVER = timedelta(days=7)


def acknowledged(
    acks: Iterable[Ack], story_id: str, *, receiver: str, since: datetime, now: datetime
) -> Ack | None:
    """The acknowledgement that covers what `receiver` was told of a story at `since`.

    A later telling is news, which an earlier acknowledgement does not cover; an expired one covers nothing.
    """
    for ack in acks:
        ours = ack.story_id == story_id and ack.receiver in (None, receiver)
        if ours and ack.at >= since and (ack.expires_at is None or ack.expires_at > now):
            return ack
    return None


def escalates(severities: Sequence[Severity], rule: EscalateConfig | None) -> bool:
    """Whether what was told is loud enough to be told to another receiver."""
    return rule is not None and any(s.rank >= rule.min_severity.rank for s in severities)


def repeats(changed_at: datetime, now: datetime) -> bool:
    """Whether an unchanged story may still be told again."""
    return now - changed_at < OVER

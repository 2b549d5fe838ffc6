"""What a message about a story updates: the first one that its reader got about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.messages.render import First
from monitor.store import alerts, backlog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def firsts(tx: Connection, receiver: str, story_ids: Sequence[str]) -> Mapping[str, First]:
    """By recipient, the first message of `receiver` about the story; empty for several stories, or for the first time."""
    if len(story_ids) != 1:
        return {}
    causes = [f"alert:{group.id}" for group in alerts.sent(tx, receiver, story_ids[0])]
    found = backlog.first_for(tx, receiver, causes)
    return {to: First(id=id_, subject=subject, at=at) for to, (id_, subject, at) in found.items()}

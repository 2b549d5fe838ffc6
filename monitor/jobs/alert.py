"""Open an alert group for each story that matters, and turn groups whose wait is over into messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import logs
from monitor.alerts.compose import alert_context
from monitor.alerts.messages import render
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import routes_for
from monitor.store import alerts, outbox, stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from monitor.alerts.render import Templates
    from monitor.alerts.routing import Routed
    from monitor.config import ReceiverConfig, RouteConfig
    from monitor.model import Story
    from monitor.store.alerts import AlertGroup
    from monitor.store.database import Database

log = logs.get("alert")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerter:
    """What alerting needs."""

    db: Database
    templates: Templates
    receivers: Mapping[str, ReceiverConfig]
    titles: Mapping[str, str]
    public_url: str | None
    clock: Callable[[], datetime]


def open_groups(tx: Connection, story_ids: Iterable[str], route: RouteConfig, now: datetime) -> int:
    """Let each story wait for the receivers that its routes name; how many groups were opened.

    A receiver that heard of the story hears again only when it got louder; further reports are in the digest.
    """
    opened = 0
    for story_id in story_ids:
        story = stories.load(tx, story_id)
        if story is None or not is_loud(story):
            continue
        for routed in routes_for(route, story):
            wait, reason = _wait(tx, routed, story)
            if reason:
                opened += alerts.open_group(
                    tx, routed.receiver, story_id, now=now, due_at=now + wait, reason=reason
                )
    return opened


def _wait(tx: Connection, routed: Routed, story: Story) -> tuple[timedelta, str]:
    """How long to wait, and why the story is told; no reason: it is not told."""
    told = alerts.last_sent(tx, routed.receiver, story.id)
    if told is None:
        return routed.group_wait, "new"
    louder = told.severity is None or story.severity.rank > told.severity.rank
    return routed.group_interval, "louder" if louder else ""


def alert_due(alerter: Alerter) -> int:
    """Compose, render and enqueue every group whose wait is over, one transaction each; how many were sent on."""
    now = alerter.clock()
    with alerter.db.snapshot() as tx:
        due = alerts.due(tx, now)
    return sum(_alert(alerter, group) for group in due)


def _alert(alerter: Alerter, group: AlertGroup) -> bool:
    now = alerter.clock()
    receiver = alerter.receivers.get(group.receiver)
    with alerter.db.transaction() as tx:
        story = stories.load(tx, group.story_id)
        if receiver is None or story is None:
            why = "the receiver is no longer configured" if receiver is None else "the story is gone"
            alerts.settle(tx, group.id, "dropped", now, reason=why)
            log.warning("alert_dropped", receiver=group.receiver, story=group.story_id, reason=why)
            return False
        match_id = stories.last_match_of(tx, story.id)
        if not alerts.settle(tx, group.id, "sent", now, severity=story.severity, match_id=match_id):
            return False
        context = alert_context(
            story,
            reason=group.reason or "new",
            now=now,
            public_url=alerter.public_url,
            titles=alerter.titles,
            suppressed=sum(len(item.suppressed) for item in story.items),
        )
        outgoing = render(alerter.templates, context, receiver, batch=str(uuid4()), at=now)
        messages = [(o.id, o.message) for o in outgoing]
        outbox.enqueue(tx, receiver.name, messages, now, cause=f"alert:{group.id}")
    log.info("alert_made", receiver=receiver.name, story=story.id, subject=outgoing[0].message.subject)
    return True

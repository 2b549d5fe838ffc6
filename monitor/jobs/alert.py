"""Open an alert group for each story that matters, and turn groups whose wait is over into messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from monitor import arrows, logs
from monitor.alerts.compose import alert_context
from monitor.alerts.messages import render
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import routes_for
from monitor.model import Severity
from monitor.store import alerts, outbox, stories
from monitor.stories.change import changes, known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.alerts.render import Templates
    from monitor.config import ReceiverConfig
    from monitor.model import Change, Standing
    from monitor.routes import RouteConfig
    from monitor.store.alerts import AlertGroup
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge

log = logs.get("alert")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerter:
    """What alerting needs."""

    db: Database
    templates: Templates
    receivers: Mapping[str, ReceiverConfig]
    titles: Mapping[str, str]
    judge: StoryJudge
    public_url: str | None
    clock: Callable[[], datetime]


def open_groups(
    tx: Connection, story_ids: Iterable[str], route: RouteConfig, *, judge: StoryJudge, now: datetime
) -> int:
    """Let each story wait for the receivers that its routes name; how many groups were opened.

    A receiver that heard of the story hears again only when it changed; further reports are in the digest.
    """
    opened = 0
    for story_id in story_ids:
        story = stories.load(tx, story_id)
        if story is None or not is_loud(story):
            continue
        standing = judge.standing(judge.judge(story))
        for routed in routes_for(route, story):
            told = _told(tx, routed.receiver, story_id, standing)
            what = changes(told, standing) if told is not None else ()
            if told is None or what:
                wait = routed.group_interval if what else routed.group_wait
                opened += alerts.open_group(
                    tx, routed.receiver, story.id, now=now, due_at=now + wait, reason=_reason(what)
                )
    return opened


def _told(tx: Connection, receiver: str, story_id: str, now: Standing) -> Standing | None:
    """What the receiver knows of the story; None: nothing. Where only the severity was kept, it knows the rest."""
    groups = alerts.sent(tx, receiver, story_id)
    return known(g.told or replace(now, severity=g.severity or Severity.INFO) for g in groups)


def _reason(what: Sequence[Change]) -> str:
    if not what:
        return "new"
    return "louder" if {change.kind for change in what} == {"louder"} else "changed"


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
        story = stories.load(tx, group.story_id) if group.story_id is not None else None
        if receiver is None or story is None:
            why = "the receiver is no longer configured" if receiver is None else "the story is gone"
            return _drop(tx, group, why, now)
        judged = alerter.judge.judge(story)
        standing = alerter.judge.standing(judged)
        told = _told(tx, receiver.name, story.id, standing)
        what = changes(told, standing) if told is not None else ()
        if told is not None and not what:
            return _drop(tx, group, "what changed is as it was told", now)
        match_id = stories.last_match_of(tx, story.id)
        if not alerts.settle(
            tx, group.id, "sent", now, severity=story.severity, match_id=match_id, told=standing
        ):
            return False
        context = alert_context(
            judged,
            reason=_reason(what),
            changes=what,
            now=now,
            public_url=alerter.public_url,
            titles=alerter.titles,
            suppressed=sum(len(item.suppressed) for item in story.items),
        )
        outgoing = render(alerter.templates, context, receiver, batch=str(uuid4()), at=now)
        messages = [(o.id, o.message) for o in outgoing]
        outbox.enqueue(tx, receiver.name, messages, now, cause=f"alert:{group.id}")
        arrows.passed("alert-writing")
    arrows.passed("alert-written")
    log.info("alert_made", receiver=receiver.name, story=story.id, subject=outgoing[0].message.subject)
    return True


def _drop(tx: Connection, group: AlertGroup, why: str, now: datetime) -> bool:
    alerts.settle(tx, group.id, "dropped", now, reason=why)
    log.warning("alert_dropped", receiver=group.receiver, story=group.story_id, reason=why)
    return False

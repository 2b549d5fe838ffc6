"""Turn groups of stories whose wait is over into messages, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from monitor import failpoints, logs
from monitor.alerts import grouping, stages
from monitor.alerts.routing import route_of
from monitor.config.routes import RouteConfig
from monitor.delivery.channel import First
from monitor.errors import StoreError
from monitor.jobs.groups import batch_of, circumstances, escalate, follow, open_groups
from monitor.messages.alert import alert_context, grouped
from monitor.messages.render import render
from monitor.model import MessageKind
from monitor.store import alerts, journal, outbox, stories
from monitor.timing import LIFETIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from sqlalchemy import Connection

    from monitor.alerts.stages import Batch, Waiting
    from monitor.config.model import ReceiverConfig
    from monitor.config.routes import InhibitConfig, TimeIntervalConfig
    from monitor.messages.templates import Templates
    from monitor.store.alerts import AlertGroup
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge


log = logs.get("alert")

UTC = ZoneInfo("UTC")
#: groups that are read at a time
BATCH = 100


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
    #: by action, where a reader can act on a story
    links: Callable[[str], Mapping[str, str]] = lambda _story: {}
    #: the route tree, for what is asked when a group is due: intervals, repetition, escalation
    route: RouteConfig = field(default_factory=RouteConfig)
    #: by name
    time_intervals: Mapping[str, TimeIntervalConfig] = field(default_factory=dict)
    inhibit: Sequence[InhibitConfig] = ()
    #: an alert that could not be handed over by then goes to the dead letters
    expire_after: timedelta = LIFETIMES[MessageKind.ALERT]
    #: asked between two groups
    stopping: Callable[[], bool] = lambda: False


def alert_due(alerter: Alerter) -> int:
    """Compose, render and enqueue every group whose wait is over, one transaction each; how many were sent
    on.

    A group that fails keeps no other from its readers; the first error is raised at the end.
    """
    sent, failed = 0, []
    for group_id in _due(alerter):
        try:
            sent += _alert(alerter, group_id)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # raised below
            log.error("alert_failed", group=group_id, error=type(error).__name__)
            failed.append(error)
    for first in failed:
        raise first
    return sent


def _due(alerter: Alerter) -> Iterator[int]:
    """The groups whose wait is over by now, each once, a batch at a time."""
    now, seen = alerter.clock(), set[int]()
    while True:
        with alerter.db.snapshot() as tx:
            fresh = [group.id for group in alerts.due(tx, now, BATCH + len(seen)) if group.id not in seen]
        if not fresh:
            return
        for group_id in fresh:
            if alerter.stopping():
                return
            seen.add(group_id)
            yield group_id


def _alert(alerter: Alerter, group_id: int) -> bool:
    now = alerter.clock()
    with alerter.db.transaction() as tx:
        # another look: a merge or another process may have changed it since
        group = alerts.load(tx, group_id)
        if group is None or group.state != "open":
            return False
        receiver = alerter.receivers.get(group.receiver)
        if receiver is None:
            _reroute(tx, alerter, group, now)
            return False
        routed = route_of(alerter.route, group.route, group.receiver)
        at = circumstances(tx, group, receiver, routed, alerter, now)
        batch = stages.passed(batch_of(tx, group, alerter.judge), at)
        if batch.until is not None:
            _postpone(tx, group, batch, batch.until, now)
            if batch.stage == "mute" and not alerts.purpose(group.key):
                # who is called has other hours than who is told first
                escalate(tx, group, [w.judged.story for w in batch.told if w.judged], routed, now)
            return False
        if not batch.told:
            _drop(
                tx,
                group,
                "; ".join(dict.fromkeys(w.held for w in batch.stories)) or "no story",
                now,
                batch.stories,
            )
            return False
        _settle(tx, group, batch, now)
        subject = _send(tx, alerter, group, receiver, batch.told, now)
        follow(tx, group, [w.judged.story for w in batch.told if w.judged is not None], routed, now)
        failpoints.passed("alert-writing")
    failpoints.passed("alert-written")
    log.info("alert_made", receiver=receiver.name, stories=[w.story_id for w in batch.told], subject=subject)
    return True


def _postpone(tx: Connection, group: AlertGroup, batch: Batch, until: datetime, now: datetime) -> None:
    """All of it waits. What a throttle holds waits for one summary,
    which tells all stories of the receiver.
    """
    log.info(
        "alert_postponed", receiver=group.receiver, group=group.id, stage=batch.stage, until=until.isoformat()
    )
    alone = group.key == grouping.KEY or group.reason in ("repeat", "escalated")
    if batch.stage != "throttle" or alone:
        alerts.postpone(tx, group.id, until)
        return
    alerts.settle(tx, group.id, "dropped", now, reason="throttled: told in the next summary")
    for waiting in batch.told:
        alerts.open_group(
            tx,
            group.receiver,
            waiting.story_id,
            now=now,
            due_at=until,
            reason="throttled",
            key=grouping.KEY,
            route=group.route,
            story_labels=next((m.labels for m in group.members if m.story_id == waiting.story_id), None),
        )


def _settle(tx: Connection, group: AlertGroup, batch: Batch, now: datetime) -> None:
    """Keep what the receiver knows of each story from now on, and why it hears nothing of the others."""
    for waiting in batch.stories:
        if waiting.held or waiting.judged is None or waiting.standing is None:
            alerts.hold(tx, group.id, waiting.story_id, waiting.held)
        else:
            severity = waiting.judged.story.severity
            alerts.tell(tx, group.id, waiting.story_id, severity=severity, told=waiting.standing)
    first = batch.told[0]
    alerts.settle(
        tx,
        group.id,
        "sent",
        now,
        severity=first.judged.story.severity if first.judged is not None else None,
        match_id=stories.last_match_of(tx, first.story_id),
    )


def _send(
    tx: Connection,
    alerter: Alerter,
    group: AlertGroup,
    receiver: ReceiverConfig,
    told: Sequence[Waiting],
    now: datetime,
) -> str:
    """Promise the message of `told`; its subject."""
    contexts = [_context(alerter, waiting, now, receiver) for waiting in told]
    limit = receiver.throttle if group.key == grouping.KEY else None
    context = grouped(contexts, held_for=limit.per if limit is not None else None)
    first = firsts(tx, receiver.name, [waiting.story_id for waiting in told])
    outgoing = render(alerter.templates, context, receiver, batch=str(uuid4()), at=now, firsts=first)
    outbox.enqueue(
        tx,
        receiver.name,
        [(o.id, o.message) for o in outgoing],
        now,
        cause=f"alert:{group.id}",
        expires_at=now + alerter.expire_after,
        threads={to: known.id for to, known in first.items()},
    )
    return outgoing[0].message.subject


def _context(alerter: Alerter, waiting: Waiting, now: datetime, receiver: ReceiverConfig) -> dict[str, Any]:
    assert waiting.judged is not None
    language, timezone = receiver.language, receiver.timezone or UTC
    return alert_context(
        alerter.judge.for_reader(waiting.judged, language),
        reason=waiting.reason,
        changes=waiting.changes,
        now=now,
        sides=alerter.judge.press.sides,
        public_url=alerter.public_url,
        links=alerter.links(waiting.story_id),
        titles={**alerter.titles, **alerter.judge.called_in(language)},
        timezone=timezone,
        suppressed=waiting.judged.story.excepted,
        language=language,
    )


def _reroute(tx: Connection, alerter: Alerter, group: AlertGroup, now: datetime) -> None:
    """The receiver was renamed or removed while stories waited for it:
    they go to those that the routes name now.
    """
    _drop(tx, group, "the receiver is no longer configured", now)
    if alerter.route.receiver and not alerts.purpose(group.key):
        waiting = [member.story_id for member in group.members]
        open_groups(tx, waiting, alerter.route, judge=alerter.judge, now=now)


def _drop(tx: Connection, group: AlertGroup, why: str, now: datetime, held: Sequence[Waiting] = ()) -> None:
    for waiting in held:
        alerts.hold(tx, group.id, waiting.story_id, waiting.held)
    alerts.settle(tx, group.id, "dropped", now, reason=why)
    log.warning("alert_dropped", receiver=group.receiver, story=group.story_id, reason=why)


# What a message about a story updates: the first one that its reader got about it.


def firsts(tx: Connection, receiver: str, story_ids: Sequence[str]) -> Mapping[str, First]:
    """By recipient, the first message of `receiver` about the story;
    empty for several stories, or for the first time.
    """
    if len(story_ids) != 1:
        return {}
    causes = [f"alert:{group.id}" for group in alerts.sent(tx, receiver, story_ids[0])]
    found = journal.first_for(tx, receiver, causes)
    return {to: First(id=id_, subject=subject, at=at) for to, (id_, subject, at) in found.items()}

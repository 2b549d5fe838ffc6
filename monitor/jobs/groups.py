"""Let stories that matter wait for the receivers of their routes,
gather what is asked when they are due, and wait again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.alerts.grouping import due_at, escalates, place
from monitor.alerts.routing import ALERTS_FROM, labels_of, routes_for
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.stages import Batch, Circumstances, Firing, Waiting
from monitor.model import Severity
from monitor.store import alerts, facts, silences, stories
from monitor.store.alerts import ESCALATED, REPEATED
from monitor.stories.change import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Protocol

    from sqlalchemy import Connection

    from monitor.alerts.routing import Routed
    from monitor.config.model import ReceiverConfig
    from monitor.config.routes import InhibitConfig, RouteConfig, TimeIntervalConfig
    from monitor.model import Change, Standing, Story
    from monitor.store.alerts import AlertGroup
    from monitor.stories.judgement import StoryJudge

    class Rules(Protocol):
        """What of the configuration holds for every group."""

        @property
        def inhibit(self) -> Sequence[InhibitConfig]:
            """Which stories keep which others quiet."""
            ...

        @property
        def time_intervals(self) -> Mapping[str, TimeIntervalConfig]:
            """By name."""
            ...


def open_groups(
    tx: Connection, story_ids: Iterable[str], route: RouteConfig, *, judge: StoryJudge, now: datetime
) -> int:
    """Let each story wait for the receivers that its routes name; how many waits began.

    A receiver that heard of the story hears again only when it changed; further reports are in the digest.
    """
    opened = 0
    waiting = tuple(story_ids)
    begun = facts.rules_since(tx) if waiting else {}
    for story_id in waiting:
        story = stories.load(tx, story_id)
        if story is None or not is_loud(story):
            continue
        standing = judge.standing(judge.judge(story))
        news = _is_news(story, begun)
        for routed in routes_for(route, story):
            told = told_of(tx, routed.receiver, story.id, standing)
            what = judge.changes(told, standing)
            if what or (told is None and news):
                opened += _wait(tx, story, routed, what, now)
    return opened


def _is_news(story: Story, begun: Mapping[str, datetime]) -> bool:
    """Whether a rule that is loud enough matched an item
    that was first seen since the rule stands as it does.
    """
    return any(
        match.severity.rank >= ALERTS_FROM.rank
        and ((since := begun.get(f"{match.watchlist}/{match.rule}")) is None or item.first_seen_at >= since)
        for item in story.items
        for match in item.matches
    )


def told_of(tx: Connection, receiver: str, story_id: str, now: Standing) -> Standing | None:
    """What the receiver knows of the story; None: nothing.

    Where only the severity was kept, it knows the rest.
    """
    groups = alerts.sent(tx, receiver, story_id)
    return known(g.told or replace(now, severity=g.severity or Severity.INFO) for g in groups)


def reason_for(what: Sequence[Change]) -> str:
    """Why a story is told: `new`, `louder` or `changed`."""
    if not what:
        return "new"
    return "louder" if {change.kind for change in what} == {"louder"} else "changed"


def _wait(tx: Connection, story: Story, routed: Routed, what: Sequence[Change], now: datetime) -> bool:
    labels = labels_of(story)
    group = place(routed, labels)
    lately = alerts.sent_at(tx, routed.receiver, since=now - routed.group_interval, key=group.key)
    return alerts.open_group(
        tx,
        routed.receiver,
        story.id,
        now=now,
        due_at=due_at(routed, now, changed=bool(what), group_sent_at=lately[-1] if lately else None),
        reason=reason_for(what),
        key=group.key,
        route=routed.path,
        labels=group.labels,
        story_labels=labels,
    )


def circumstances(
    tx: Connection, group: AlertGroup, receiver: ReceiverConfig, routed: Routed, rules: Rules, now: datetime
) -> Circumstances:
    """What a group that is due is judged by:
    silences, other stories that fire, what the receiver got lately.
    """
    longest = max((rule.lasts for rule in rules.inhibit), default=None)
    firing = alerts.firing(tx, now - longest) if longest is not None else ()
    limit = receiver.throttle
    return Circumstances(
        now=now,
        reason=group.reason,
        opened_at=group.opened_at,
        receiver=group.receiver,
        routed=routed,
        escalated_from=group.key.removeprefix(ESCALATED).partition(":")[0],
        silences=silences.alive(tx, now),
        firing=[Firing(story_id=m.story_id, labels=m.labels, told_at=at) for m, at in firing],
        inhibit=rules.inhibit,
        time_intervals=rules.time_intervals,
        throttle=limit,
        sent_at=alerts.sent_at(tx, receiver.name, since=now - limit.per) if limit is not None else (),
    )


def batch_of(tx: Connection, group: AlertGroup, judge: StoryJudge) -> Batch:
    """The stories that wait in a group, with what the stages ask about each."""
    waiting = [member.story_id for member in group.members if not member.held]
    return Batch(stories=tuple(_waiting(tx, group.receiver, story_id, judge) for story_id in waiting))


def _waiting(tx: Connection, receiver: str, story_id: str, judge: StoryJudge) -> Waiting:
    story = stories.load(tx, story_id)
    if story is None:
        return Waiting(story_id=story_id)
    judged = judge.judge(story)
    standing = judge.standing(judged)
    told = told_of(tx, receiver, story_id, standing)
    what = judge.changes(told, standing)
    last = alerts.last_sent(tx, receiver, story_id)
    return Waiting(
        story_id=story_id,
        judged=judged,
        standing=standing,
        told=told,
        changes=what,
        acks=silences.acknowledgements(tx, [story_id]),
        last_sent_at=last.settled_at if last is not None else None,
        changed_at=stories.changed_at(tx, story_id),
        reason=reason_for(what),
    )


def follow(tx: Connection, group: AlertGroup, told: Sequence[Story], routed: Routed, now: datetime) -> None:
    """What `group` told is told again, and to another receiver, unless it is acknowledged by then."""
    if group.reason == "escalated":
        return
    for story in told:
        alerts.leave_repeats(tx, group.receiver, story.id)
    if routed.repeat_interval is not None:
        for story in told:
            _again(tx, group, story, now=now, after=now + routed.repeat_interval)
    escalate(tx, group, told, routed, now)


def escalate(tx: Connection, group: AlertGroup, of: Sequence[Story], routed: Routed, now: datetime) -> None:
    """What is loud enough of `of` is told to another receiver, unless it is acknowledged by then."""
    rule = routed.escalate
    if rule is None or not escalates([story.severity for story in of], rule):
        return
    for story in of:
        if escalates([story.severity], rule):
            _escalate(tx, group, story, to=rule.to, now=now, after=now + rule.after)
    alerts.escalated(tx, group.id, now + rule.after)


def _again(tx: Connection, group: AlertGroup, story: Story, *, now: datetime, after: datetime) -> None:
    key = f"{REPEATED}{group.key.removeprefix(REPEATED)}"
    again: dict[str, Any] = {"reason": "repeat", "key": key, "repeats": group.repeats + 1}
    _open_after(tx, group, story, group.receiver, now, after, **again)


def _escalate(
    tx: Connection, group: AlertGroup, story: Story, *, to: str, now: datetime, after: datetime
) -> None:
    key = f"{ESCALATED}{group.receiver}:{group.key.removeprefix(REPEATED)}"
    _open_after(tx, group, story, to, now, after, reason="escalated", key=key)


def _open_after(
    tx: Connection, group: AlertGroup, story: Story, to: str, now: datetime, after: datetime, **how: Any
) -> None:
    """A group that follows `group`: its route and labels, for another time or receiver."""
    labels: dict[str, Any] = {"route": group.route, "labels": group.labels, "story_labels": labels_of(story)}
    alerts.open_group(tx, to, story.id, now=now, due_at=after, **labels, **how)

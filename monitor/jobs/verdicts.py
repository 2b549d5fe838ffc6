"""What becomes of each story of a group that is due: told, and why, or held, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.alerts import grouping, inhibition
from monitor.alerts.inhibition import Firing
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import labels_of
from monitor.jobs.groups import reason_for, told_of
from monitor.store import alerts, stories
from monitor.store import silences as acks
from monitor.store import silences as stored_silences
from monitor.store.alerts import ESCALATED
from monitor.stories.change import changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.alerts.routing import Routed
    from monitor.config.routes import InhibitConfig
    from monitor.model import Change, Judged, Standing, Story
    from monitor.model.delivery import Silence
    from monitor.store.alerts import AlertGroup
    from monitor.stories.judgement import StoryJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One story of a group."""

    story_id: str
    #: why it is not told; empty: it is
    held: str = ""
    reason: str = ""
    judged: Judged | None = None
    standing: Standing | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a group is judged by, in the transaction that tells it."""

    judge: StoryJudge
    silences: Sequence[Silence]
    firing: Sequence[Firing]
    inhibit: Sequence[InhibitConfig]
    now: datetime


def bench(tx: Connection, judge: StoryJudge, inhibit: Sequence[InhibitConfig], now: datetime) -> Bench:
    """The silences of now, and the stories that may keep others quiet."""
    longest = max((rule.lasts for rule in inhibit), default=None)
    found = alerts.firing(tx, now - longest) if longest is not None else ()
    firing = [Firing(story_id=m.story_id, labels=m.labels, told_at=at) for m, at in found]
    live = stored_silences.alive(tx, now)
    return Bench(judge=judge, silences=live, firing=firing, inhibit=inhibit, now=now)


def verdicts(tx: Connection, group: AlertGroup, routed: Routed, by: Bench) -> tuple[Verdict, ...]:
    """What becomes of each story that waits in `group`, the loudest first."""
    waiting = [member.story_id for member in group.members if not member.held]
    found = [_verdict(tx, group, routed, story_id, by) for story_id in waiting]
    return tuple(sorted(found, key=lambda v: -v.judged.story.severity.rank if v.judged else 0))


def _verdict(tx: Connection, group: AlertGroup, routed: Routed, story_id: str, by: Bench) -> Verdict:
    story = stories.load(tx, story_id)
    if story is None:
        return Verdict(story_id=story_id, held="the story is gone")
    quiet = _kept_quiet(story, by)
    if quiet:
        return Verdict(story_id=story_id, held=quiet)
    judged = by.judge.judge(story)
    standing = by.judge.standing(judged)
    told = told_of(tx, group.receiver, story_id, standing)
    what = changes(told, standing) if told is not None else ()
    held, reason = "", reason_for(what)
    if group.reason == "escalated":
        held, reason = _escalated(tx, group, story_id, by.now, knows=told is not None and not what)
    elif told is not None and not what:
        held, reason = _unchanged(tx, group, routed, story_id, by.now)
    return Verdict(
        story_id=story_id, held=held, reason=reason, judged=judged, standing=standing, changes=tuple(what)
    )


def _kept_quiet(story: Story, by: Bench) -> str:
    if not is_loud(story):
        return "nothing in it is loud enough any more"
    labels = labels_of(story)
    silence = inhibition.silenced_by(labels, by.silences, by.now)
    if silence is not None:
        return inhibition.silence_reason(silence)
    other = inhibition.inhibited_by(story.id, labels, firing=by.firing, rules=by.inhibit, now=by.now)
    return inhibition.inhibition_reason(other) if other is not None else ""


def _escalated(
    tx: Connection, group: AlertGroup, story_id: str, now: datetime, *, knows: bool
) -> tuple[str, str]:
    """Whether nobody acknowledged what the first receiver was told when this group began to wait."""
    first = group.key.removeprefix(ESCALATED).partition(":")[0]
    found = acks.acknowledgements(tx, [story_id])
    ack = grouping.acknowledged(found, story_id, receiver=first, since=group.opened_at, now=now)
    if ack is not None:
        return f"acknowledged by {ack.author}", ""
    return ("it was told already", "") if knows else ("", "escalated")


def _unchanged(
    tx: Connection, group: AlertGroup, routed: Routed, story_id: str, now: datetime
) -> tuple[str, str]:
    """Whether a story that says nothing new is told again all the same."""
    as_told = "what changed is as it was told", ""
    last = alerts.last_sent(tx, group.receiver, story_id)
    if group.reason != "repeat" or routed.repeat_interval is None or last is None or last.settled_at is None:
        return as_told
    found = acks.acknowledgements(tx, [story_id])
    ack = grouping.acknowledged(found, story_id, receiver=group.receiver, since=last.settled_at, now=now)
    if ack is not None:
        return f"acknowledged by {ack.author}", ""
    changed_at = stories.changed_at(tx, story_id)
    over = changed_at is None or not grouping.repeats(changed_at, now)
    return ("nothing new for a week", "") if over else ("", "repeat")

"""Pure. The chain that a group of stories goes through before it is told: each stage holds back what it has a
reason to.

    mute -> story gone -> too quiet -> silence -> inhibition -> acknowledgement -> nothing new -> throttle

A stage is a function from a batch to a batch. It holds single stories (`held`, kept with the story and shown
in the digest), or lets the whole batch wait (`until`). What no stage holds is told for its `reason`.
Source: the notification pipeline and the inhibition rules of prometheus/alertmanager. Its alerts end; our
stories do not, so a story counts as firing for as long after its last telling as the rule says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.alerts import grouping
from monitor.alerts.routing import alerts as is_loud
from monitor.alerts.routing import labels_of
from monitor.model.matchers import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.routing import Routed
    from monitor.config.routes import InhibitConfig, ThrottleConfig, TimeIntervalConfig
    from monitor.model import Change, Judged, Standing
    from monitor.model.delivery import Ack, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A story that waits to be told, or was told."""

    story_id: str
    labels: Mapping[str, Sequence[str]]
    #: when it was told last; None: it waits
    told_at: datetime | None = None


def inhibited_by(
    story_id: str,
    labels: Mapping[str, Sequence[str]],
    *,
    firing: Iterable[Firing],
    rules: Sequence[InhibitConfig],
    now: datetime,
) -> Firing | None:
    """The story that keeps this one quiet; None: nothing does.

    A story that is source and target of a rule is not inhibited by another such one, or both would be lost.
    """
    ours = [rule for rule in rules if hold(rule.target_match, labels)]
    for other in firing if ours else ():
        if other.story_id == story_id:
            continue
        if any(_inhibits(rule, other, labels, now) for rule in ours):
            return other
    return None


def _inhibits(rule: InhibitConfig, other: Firing, labels: Mapping[str, Sequence[str]], now: datetime) -> bool:
    if other.told_at is not None and now - other.told_at >= rule.lasts:
        return False
    if not hold(rule.source_match, other.labels):
        return False
    if hold(rule.source_match, labels) and hold(rule.target_match, other.labels):
        return False
    return all(_alike(other.labels.get(name, ()), labels.get(name, ())) for name in rule.equal)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """A value in common, or none on either side."""
    return not set(one).isdisjoint(other) if one and other else not one and not other


def inhibition_reason(other: Firing) -> str:
    """For the record and the digest."""
    return f"inhibited by story {other.story_id}"


# Whether a story is silenced, by whom and why.


def silenced_by(
    labels: Mapping[str, Sequence[str]], silences: Iterable[Silence], now: datetime
) -> Silence | None:
    """The first active silence all of whose matchers hold; one without matchers holds for nothing."""
    active = (silence for silence in silences if silence.matchers and silence.state(now) == "active")
    return next((silence for silence in active if hold(silence.matchers, labels)), None)


def silence_reason(silence: Silence) -> str:
    """`silenced by ann until 2026-03-01 12:00 UTC: exercise (silence 3)`."""
    until = f"{silence.ends_at:%Y-%m-%d %H:%M} UTC"
    return f"silenced by {silence.author} until {until}: {silence.reason} (silence {silence.id})"


_RECORDED = {
    "held_silenced": re.compile(
        r"silenced by (?P<author>.*?) until (?P<until>[\d: -]+ UTC): (?P<reason>.*) \(silence (?P<id>\d+)\)"
    ),
    "held_inhibited": re.compile(r"inhibited by story (?P<story>\S+)"),
}


def reason_parts(recorded: str) -> tuple[str, dict[str, str]]:
    """Which reason is recorded, as a key of message words, and what it names; `""` for any other."""
    for key, pattern in _RECORDED.items():
        if found := pattern.fullmatch(recorded):
            return key, found.groupdict()
    return "", {}


#: what a group waits for that was told before: an escalation to somebody else, a repetition
ESCALATED, REPEAT = "escalated", "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A story that waits to be told, with all that the stages ask about it."""

    story_id: str
    #: None: the story is gone
    judged: Judged | None = None
    #: what it amounts to now, and what the receiver knows of it; None: nothing
    standing: Standing | None = None
    told: Standing | None = None
    changes: tuple[Change, ...] = ()
    acks: tuple[Ack, ...] = ()
    #: when the receiver was told of it last, and when it changed last
    last_sent_at: datetime | None = None
    changed_at: datetime | None = None
    #: why it is told: `new`, `louder`, `changed`, `repeat` or `escalated`
    reason: str = ""
    #: why it is not told; empty: it is
    held: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the receiver knows all of it."""
        return self.told is not None and not self.changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The stories of a group on their way through the stages."""

    stories: tuple[Waiting, ...]
    #: the whole batch waits until then, because of this stage; None: it goes on
    until: datetime | None = None
    stage: str = ""

    @property
    def told(self) -> tuple[Waiting, ...]:
        """Those that no stage held, the loudest first."""
        kept = (w for w in self.stories if not w.held)
        return tuple(sorted(kept, key=lambda w: -w.judged.story.severity.rank if w.judged else 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a group is judged by, read in the transaction that tells it."""

    now: datetime
    #: what the group waits for, since when, and for whom
    reason: str
    opened_at: datetime
    receiver: str
    routed: Routed
    #: of an escalation, who was told first
    escalated_from: str = ""
    silences: Sequence[Silence] = ()
    firing: Sequence[Firing] = ()
    inhibit: Sequence[InhibitConfig] = ()
    time_intervals: Mapping[str, TimeIntervalConfig] = field(default_factory=dict)
    throttle: ThrottleConfig | None = None
    #: when the receiver's messages went lately
    sent_at: Sequence[datetime] = ()


def mute(batch: Batch, at: Circumstances) -> Batch:
    """All of it waits while the route tells nothing. An escalation is for who is on duty."""
    if at.reason == ESCALATED:
        return batch
    until = grouping.resumes(
        at.now,
        mute=at.routed.mute_time_intervals,
        active=at.routed.active_time_intervals,
        named=at.time_intervals,
    )
    return replace(batch, until=until) if until > at.now else batch


def gone(waiting: Waiting, at: Circumstances) -> Waiting:
    """A story that was merged away or deleted."""
    return waiting if waiting.judged else replace(waiting, held="the story is gone")


def quiet(waiting: Waiting, at: Circumstances) -> Waiting:
    """A story that an edit or a false alarm made too quiet to alert."""
    assert waiting.judged
    loud = is_loud(waiting.judged.story)
    return waiting if loud else replace(waiting, held="nothing in it is loud enough any more")


def silence(waiting: Waiting, at: Circumstances) -> Waiting:
    """A story that a person's silence fits."""
    assert waiting.judged
    by = silenced_by(labels_of(waiting.judged.story), at.silences, at.now)
    return waiting if by is None else replace(waiting, held=silence_reason(by))


def inhibit(waiting: Waiting, at: Circumstances) -> Waiting:
    """A story that a weightier one about the same keeps quiet."""
    assert waiting.judged
    labels = labels_of(waiting.judged.story)
    by = inhibited_by(waiting.story_id, labels, firing=at.firing, rules=at.inhibit, now=at.now)
    return waiting if by is None else replace(waiting, held=inhibition_reason(by))


def acknowledgement(waiting: Waiting, at: Circumstances) -> Waiting:
    """What somebody looks after is neither escalated nor repeated."""
    if at.reason == ESCALATED:
        receiver, since = at.escalated_from, at.opened_at
    elif at.reason == REPEAT and waiting.is_known and waiting.last_sent_at is not None:
        receiver, since = at.receiver, waiting.last_sent_at
    else:
        return waiting
    ack = grouping.acknowledged(waiting.acks, waiting.story_id, receiver=receiver, since=since, now=at.now)
    return waiting if ack is None else replace(waiting, held=f"acknowledged by {ack.author}")


def nothing_new(waiting: Waiting, at: Circumstances) -> Waiting:
    """What the receiver knows is told again only to repeat it, for a week at most;
    an escalation is told once.
    """
    if at.reason == ESCALATED:
        return (
            replace(waiting, held="it was told already")
            if waiting.is_known
            else replace(waiting, reason=ESCALATED)
        )
    if not waiting.is_known:
        return waiting
    wanted = at.reason == REPEAT and at.routed.repeat_interval is not None
    if not wanted or waiting.last_sent_at is None:
        return replace(waiting, held="what changed is as it was told")
    if waiting.changed_at is None or not grouping.repeats(waiting.changed_at, at.now):
        return replace(waiting, held="nothing new for a week")
    return replace(waiting, reason=REPEAT)


def throttle(batch: Batch, at: Circumstances) -> Batch:
    """All of it waits where the receiver has had enough for now, unless something in it is too loud to."""
    limit = at.throttle
    loud = [w.judged.story.severity for w in batch.told if w.judged]
    if limit is None or not loud or grouping.passes_throttle(loud, limit):
        return batch
    until = grouping.room_at(at.sent_at, limit, at.now)
    return replace(batch, until=until) if until > at.now else batch


def _each(stage: Callable[[Waiting, Circumstances], Waiting]) -> Callable[[Batch, Circumstances], Batch]:
    """A stage that looks at one story at a time, of those that none before it held."""

    def passed(batch: Batch, at: Circumstances) -> Batch:
        return replace(batch, stories=tuple(w if w.held else stage(w, at) for w in batch.stories))

    return passed


#: name -> stage, in their order
STAGES: dict[str, Callable[[Batch, Circumstances], Batch]] = {
    "mute": mute,
    "gone": _each(gone),
    "quiet": _each(quiet),
    "silence": _each(silence),
    "inhibit": _each(inhibit),
    "acknowledgement": _each(acknowledgement),
    "nothing_new": _each(nothing_new),
    "throttle": throttle,
}


def passed(batch: Batch, at: Circumstances) -> Batch:
    """`batch` after all stages, or after the one that lets it wait, which it names."""
    for name, stage in STAGES.items():
        batch = stage(batch, at)
        if batch.until is not None:
            return replace(batch, stage=name)
    return batch

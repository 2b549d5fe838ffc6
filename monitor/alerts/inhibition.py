"""Pure. A story that is not alerted because a weightier one about the same is.

Source: the inhibition rules of prometheus/alertmanager. Its alerts end; our stories do not, so a story counts
as firing for as long after its last telling as the rule says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model.matchers import hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.config.routes import InhibitConfig
    from monitor.model.delivery import Silence


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

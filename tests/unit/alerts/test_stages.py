"""The stages between a group that is due and its alert: what each holds, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.alerts.routing import Routed
from monitor.alerts.stages import STAGES, Batch, Circumstances, Firing, Waiting, passed
from monitor.config.routes import InhibitConfig, ThrottleConfig, TimeIntervalConfig
from monitor.model import Change, Severity, Story
from monitor.model.delivery import Ack, Silence
from monitor.model.matchers import parse
from monitor.stories.judgement import StoryJudge
from tests.support.press import PRESS
from tests.support.tellings import NOON, telling

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR = timedelta(hours=1)
JUDGE = StoryJudge(frozenset(), PRESS)
NEWS = (Change(kind="louder", reason="now critical; was: high"),)
NIGHT = {
    "night": TimeIntervalConfig.model_validate(
        {"name": "night", "time_intervals": [{"times": [{"start_time": "10:00", "end_time": "14:00"}]}]}
    )
}


def waiting(
    story_id: str = "s-1", *, severity: Severity = Severity.HIGH, known: bool = False, **more: Any
) -> Waiting:
    judged = JUDGE.judge(Story(id=story_id, items=(telling(1, severity=severity),)))
    standing = JUDGE.standing(judged)
    given = {"judged": judged, "standing": standing, "told": standing if known else None, "reason": "new"}
    return Waiting(story_id=story_id, **given | more)


def around(**more: Any) -> Circumstances:
    given = {
        "now": NOON,
        "reason": "new",
        "opened_at": NOON - HOUR,
        "receiver": "desk",
        "routed": Routed(receiver="desk"),
    }
    return Circumstances(**given | more)


def held(found: Waiting, **more: Any) -> str:
    (after,) = passed(Batch(stories=(found,)), around(**more)).stories
    return after.held


def ack(**more: Any) -> Ack:
    return Ack(**{"id": 1, "story_id": "s-1", "author": "ann", "at": NOON, "receiver": None} | more)


def silence(*texts: str) -> Silence:
    return Silence(
        id=3,
        matchers=tuple(map(parse, texts)),
        author="ann",
        reason="exercise",
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
        created_at=NOON,
    )


INHIBIT = InhibitConfig.model_validate(
    {"source_match": {"severity": "critical"}, "target_match": {"severity": "high"}}
)
LOUDER = Firing(story_id="s-2", labels={"severity": ["critical"]}, told_at=NOON - HOUR)
REPEATING = Routed(receiver="desk", repeat_interval=HOUR)
SENT = {"known": True, "last_sent_at": NOON - HOUR, "changed_at": NOON - 2 * HOUR}
REPEAT = {"reason": "repeat", "routed": REPEATING}
ESCALATED = {"reason": "escalated", "receiver": "chief", "escalated_from": "desk"}


@pytest.mark.parametrize(
    ("found", "about", "why"),
    [
        pytest.param(waiting(), {}, "", id="nothing is in its way"),
        pytest.param(Waiting(story_id="s-1"), {}, "the story is gone", id="gone"),
        pytest.param(
            waiting(severity=Severity.LOW), {}, "nothing in it is loud enough any more", id="too quiet"
        ),
        pytest.param(
            waiting(),
            {"silences": [silence("severity=high")]},
            "silenced by ann until 2026-03-04 13:00 UTC: exercise (silence 3)",
            id="silenced",
        ),
        pytest.param(waiting(), {"silences": [silence("severity=low")]}, "", id="a silence of others"),
        pytest.param(
            waiting(), {"inhibit": [INHIBIT], "firing": [LOUDER]}, "inhibited by story s-2", id="inhibited"
        ),
        pytest.param(waiting(), {"firing": [LOUDER]}, "", id="no rule inhibits"),
        pytest.param(waiting(known=True), {}, "what changed is as it was told", id="nothing new"),
        pytest.param(waiting(known=True, changes=NEWS), {}, "", id="something new"),
        pytest.param(waiting(**SENT), REPEAT, "", id="repeated"),
        pytest.param(waiting(**SENT | {"acks": (ack(),)}), REPEAT, "acknowledged by ann", id="acknowledged"),
        pytest.param(
            waiting(**SENT | {"acks": (ack(at=NOON - 2 * HOUR),)}),
            REPEAT,
            "",
            id="acknowledged before it was told",
        ),
        pytest.param(
            waiting(**SENT | {"changed_at": NOON - timedelta(days=8)}),
            REPEAT,
            "nothing new for a week",
            id="it is over",
        ),
        pytest.param(
            waiting(**SENT),
            {"reason": "repeat"},
            "what changed is as it was told",
            id="the route repeats no more",
        ),
        pytest.param(
            waiting(last_sent_at=NOON - HOUR, acks=(ack(),)), {}, "", id="news of what is acknowledged"
        ),
        pytest.param(waiting(), ESCALATED, "", id="escalated"),
        pytest.param(waiting(known=True), ESCALATED, "it was told already", id="the other knows it"),
        pytest.param(waiting(acks=(ack(),)), ESCALATED, "acknowledged by ann", id="acknowledged in time"),
        pytest.param(waiting(acks=(ack(receiver="chief"),)), ESCALATED, "", id="not by the first receiver"),
        pytest.param(
            waiting(acks=(ack(at=NOON - 2 * HOUR),)),
            ESCALATED,
            "",
            id="acknowledged before it was told to it",
        ),
    ],
)
def test_what_holds_a_story(found: Waiting, about: dict[str, Any], why: str) -> None:
    """The first stage that has a reason gives it."""
    assert held(found, **about) == why


@pytest.mark.parametrize(
    ("found", "about", "reason"),
    [
        pytest.param(waiting(), {}, "new", id="news"),
        pytest.param(waiting(**SENT), REPEAT, "repeat", id="a repetition"),
        pytest.param(
            waiting(**SENT | {"changes": NEWS, "reason": "louder"}), REPEAT, "louder", id="news after all"
        ),
        pytest.param(waiting(), ESCALATED, "escalated", id="an escalation"),
    ],
)
def test_why_a_story_is_told(found: Waiting, about: dict[str, Any], reason: str) -> None:
    """As the message will say."""
    (told,) = passed(Batch(stories=(found,)), around(**about)).told
    assert told.reason == reason


MUTED = {"routed": Routed(receiver="desk", mute_time_intervals=("night",)), "time_intervals": NIGHT}


def test_a_mute_lets_all_of_it_wait() -> None:
    """Until the interval ends; nothing is held for good."""
    batch = passed(Batch(stories=(waiting(),)), around(**MUTED))
    assert (batch.stage, batch.until) == ("mute", NOON + 2 * HOUR)
    assert batch.told


def test_an_escalation_passes_a_mute() -> None:
    """It is for who is on duty."""
    assert passed(Batch(stories=(waiting(),)), around(**MUTED | ESCALATED)).until is None


LIMIT = ThrottleConfig.model_validate({"messages": 2, "per": "1h", "exempt": ["critical"]})


@pytest.mark.parametrize(
    ("sent", "severity", "until"),
    [
        pytest.param([5], Severity.HIGH, None, id="there is room"),
        pytest.param([5, 10], Severity.HIGH, NOON + timedelta(minutes=50), id="enough for now"),
        pytest.param([5, 10], Severity.CRITICAL, None, id="too loud to wait"),
        pytest.param([70, 80, 5], Severity.HIGH, None, id="what went long ago does not count"),
    ],
)
def test_a_throttle_lets_all_of_it_wait(sent: Sequence[int], severity: Severity, until: object) -> None:
    """Until there is room for another message; `sent`: minutes ago."""
    at = around(throttle=LIMIT, sent_at=[NOON - timedelta(minutes=m) for m in sent])
    batch = passed(Batch(stories=(waiting(severity=severity),)), at)
    assert (batch.until, batch.stage) == (until, "throttle" if until else "")


def test_a_throttle_does_not_wait_with_nothing() -> None:
    """What is held anyway is not put off."""
    at = around(throttle=LIMIT, sent_at=[NOON, NOON])
    assert passed(Batch(stories=(waiting(known=True),)), at).until is None


def test_the_loudest_is_told_first() -> None:
    """And a story that is held keeps no other back."""
    loud, quiet = waiting("s-2", severity=Severity.CRITICAL), waiting("s-1")
    batch = passed(Batch(stories=(quiet, replace(waiting("s-3"), judged=None), loud)), around())
    assert [w.story_id for w in batch.told] == ["s-2", "s-1"]
    assert [w.held for w in batch.stories] == ["", "the story is gone", ""]


def test_the_order_of_the_stages() -> None:
    """What waits with all of it stands at the ends; the cheap reasons come before those that need more."""
    assert list(STAGES) == [
        "mute", "gone", "quiet", "silence", "inhibit", "acknowledgement", "nothing_new", "throttle",
    ]  # fmt: skip

"""Silences, inhibition, throttles, acknowledgements and groups: who is kept quiet, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.alerts import grouping, stages
from monitor.alerts.routing import Routed, labels_of
from monitor.alerts.stages import Firing
from monitor.config.routes import EscalateConfig, InhibitConfig, ThrottleConfig
from monitor.demo.messages import stories
from monitor.demo.stories import story_item
from monitor.model import Contact, Severity, Story
from monitor.model.delivery import Ack, Silence
from monitor.model.matchers import parse

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HIGH = {
    "story": ["s-1"],
    "severity": ["high"],
    "watchlist": ["wagner"],
    "participants": ["Khalifa Haftar"],
    "feed": ["برقة"],
}


def test_labels_of_a_story() -> None:
    """Sorted, without repeats; the severity is the loudest alone."""
    found = labels_of(stories()[0])
    assert found["severity"] == ["high"]
    assert found["side"] == ["independent", "libya-east", "russia-state"]
    assert "Khalifa Haftar" in found["participants"]
    assert all(values == sorted(set(values)) for values in found.values())


def test_each_label_tells_its_own_fact() -> None:
    """Else a silence for a language, a feed or a rule would fit nothing, or everything."""
    told = story_item(1, "gulf", "t", "A word here.", "word", watchlist="wagner", severity=Severity.HIGH)
    found = labels_of(Story(id="s-1", items=(told,)))

    assert found == {
        "story": ["s-1"],
        "watchlist": ["wagner"],
        "rule": [f"wagner/{told.matches[0].rule}"],
        "severity": ["high"],
        "side": ["independent"],
        "feed": ["gulf"],
        "lang": ["en"],
    }


def test_a_contact_told_of_as_background_names_nobody() -> None:
    """Who met years ago is no news: a silence for him must not hide today's story, nor a route take it."""
    told = next(item for story in stories() for item in story.items if item.contacts)
    today = replace(told.contacts[0], background=False)
    long_ago = replace(today, background=True)

    def named(*contacts: Contact) -> list[str]:
        item = replace(told, contacts=contacts)
        return labels_of(Story(id="s-1", items=(item,))).get("participants", [])

    assert named(today)
    assert named(long_ago) == []
    assert named(long_ago, today) == named(today)


def silence(*texts: str, **changes: Any) -> Silence:
    given = {
        "id": 3,
        "matchers": tuple(parse(text) for text in texts),
        "author": "ann",
        "reason": "exercise",
        "starts_at": NOW - HOUR,
        "ends_at": NOW + HOUR,
        "created_at": NOW,
    }
    return Silence(**given | changes)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(silence("watchlist=wagner"), True, id="it fits"),
        pytest.param(silence("watchlist=wagner", "severity=low"), False, id="every matcher must hold"),
        pytest.param(silence(), False, id="one without matchers silences nothing"),
        pytest.param(silence("watchlist=wagner", starts_at=NOW + HOUR / 2), False, id="not yet"),
        pytest.param(silence("watchlist=wagner", ends_at=NOW), False, id="the end is not within"),
        pytest.param(silence("watchlist=wagner", ended_at=NOW - HOUR / 2), False, id="ended by a person"),
    ],
)
def test_what_a_silence_keeps_quiet(made: Silence, expected: bool) -> None:
    """Only while it is active."""
    assert (stages.silenced_by(HIGH, [made], NOW) is not None) is expected


def test_a_silence_says_why() -> None:
    """For the record and the digest."""
    assert stages.silence_reason(silence("story=s-1")) == (
        "silenced by ann until 2026-03-01 13:00 UTC: exercise (silence 3)"
    )


def test_a_recorded_reason_is_read_again() -> None:
    """So that a digest can say it in another language; other text is nobody's reason."""
    silenced = stages.silence_reason(silence("story=s-1"))
    inhibited = stages.inhibition_reason(Firing(story_id="s-2", labels={}, told_at=NOW))

    assert stages.reason_parts(silenced) == (
        "held_silenced",
        {"author": "ann", "until": "2026-03-01 13:00 UTC", "reason": "exercise", "id": "3"},
    )
    assert stages.reason_parts(inhibited) == ("held_inhibited", {"story": "s-2"})
    assert stages.reason_parts("the story is gone") == ("", {})


RULE = InhibitConfig.model_validate(
    {
        "source_match": {"severity": "critical"},
        "target_match": {"severity": ["medium", "high"]},
        "equal": ["participants"],
        "for": "6h",
    }
)


def firing(**changes: Any) -> Firing:
    labels = {"severity": ["critical"], "participants": ["Khalifa Haftar", "Andrei Belousov"]}
    return Firing(story_id="s-9", labels=labels | changes.pop("labels", {}), **changes)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(firing(), True, id="one that waits to be told"),
        pytest.param(firing(told_at=NOW - HOUR), True, id="one that was told lately"),
        pytest.param(firing(told_at=NOW - 6 * HOUR), False, id="one that was told too long ago"),
        pytest.param(firing(labels={"severity": ["high"]}), False, id="no source"),
        pytest.param(firing(labels={"participants": ["Saddam Haftar"]}), False, id="about somebody else"),
        pytest.param(firing(labels={"participants": []}), False, id="a label on one side only"),
    ],
)
def test_who_inhibits_whom(other: Firing, expected: bool) -> None:
    """The source, while it is fresh, and where they are alike."""
    found = stages.inhibited_by("s-1", HIGH, firing=[other], rules=[RULE], now=NOW)
    assert (found is not None) is expected


def test_both_sides_of_a_rule_are_never_lost() -> None:
    """What is source and target is not inhibited by another such one; nothing inhibits itself."""
    both = InhibitConfig.model_validate(
        {"source_match": {"watchlist": "wagner"}, "target_match": {"severity": "high"}}
    )
    twin = Firing(story_id="s-2", labels=HIGH)
    assert stages.inhibited_by("s-1", HIGH, firing=[twin], rules=[both], now=NOW) is None
    alone = Firing(story_id="s-1", labels={"severity": ["critical"], "participants": ["Khalifa Haftar"]})
    assert stages.inhibited_by("s-1", HIGH, firing=[alone], rules=[RULE], now=NOW) is None


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param([], 0, id="nothing was sent"),
        pytest.param([50, 40], 0, id="below the limit"),
        pytest.param([50, 40, 10], 10, id="the oldest of three leaves in ten minutes"),
        pytest.param([59, 50, 40, 10], 10, id="one over: the one that matters is third from the end"),
        pytest.param([61, 60, 10], 0, id="what was sent before the hour does not count"),
    ],
)
def test_when_there_is_room(minutes: list[int], expected: int) -> None:
    """Three an hour."""
    limit = ThrottleConfig(messages=3)
    sent = [NOW - timedelta(minutes=m) for m in minutes]
    assert grouping.room_at(sent, limit, NOW) == NOW + timedelta(minutes=expected)


def test_the_loudest_pass_a_throttle() -> None:
    """Where it says so."""
    limit = ThrottleConfig.model_validate({"messages": 1, "exempt": "critical"})
    assert grouping.passes_throttle([Severity.LOW, Severity.CRITICAL], limit)
    assert not grouping.passes_throttle([Severity.HIGH], limit)


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        pytest.param({"at": NOW}, True, id="after the telling"),
        pytest.param({"at": NOW - 2 * HOUR}, False, id="before the telling: that is news"),
        pytest.param({"at": NOW, "receiver": "desk"}, True, id="for this receiver"),
        pytest.param({"at": NOW, "receiver": "siem"}, False, id="for another receiver"),
        pytest.param({"at": NOW, "expires_at": NOW}, False, id="expired"),
        pytest.param({"at": NOW, "story_id": "s-2"}, False, id="of another story"),
    ],
)
def test_what_an_acknowledgement_covers(ack: dict[str, Any], expected: bool) -> None:
    """What was told before it."""
    made = Ack(**{"id": 1, "story_id": "s-1", "author": "ann"} | ack)
    found = grouping.acknowledged([made], "s-1", receiver="desk", since=NOW - HOUR, now=NOW)
    assert (found is not None) is expected


def test_quiet_stories_are_not_escalated_and_old_ones_not_repeated() -> None:
    """High and louder by default; a week after the last news a story is over."""
    rule = EscalateConfig(to="boss")
    assert grouping.escalates([Severity.HIGH], rule)
    assert not grouping.escalates([Severity.MEDIUM], rule)
    assert not grouping.escalates([Severity.CRITICAL], None)
    assert grouping.repeats(NOW - timedelta(days=6), NOW)
    assert not grouping.repeats(NOW - timedelta(days=7), NOW)


@pytest.mark.parametrize(
    ("group_by", "key", "together"),
    [
        pytest.param(("story",), '{}:story=["s-1"]', False, id="each story by itself"),
        pytest.param(("watchlist",), '{}:watchlist=["wagner"]', True, id="those of a watchlist"),
        pytest.param(("severity", "participants"), '{}:participants=["Khalifa Haftar"],severity=["high"]', True, id="two labels, in one order"),
        pytest.param(("place",), "{}:place=[]", True, id="a label that is missing is alike"),
        pytest.param((), "{}:", True, id="one group for the route"),
        pytest.param(("feed",), '{}:feed=["برقة"]', True, id="letters as they are, since the key is shown"),
    ],
)  # fmt: skip
def test_the_group_of_a_story(group_by: tuple[str, ...], key: str, together: bool) -> None:
    """The route and what the stories have in common."""
    routed = Routed(receiver="desk", path="{}", group_by=group_by)
    one, other = grouping.place(routed, HIGH), grouping.place(routed, HIGH | {"story": ["s-2"]})
    assert one.key == key
    assert (one.key == other.key) is together


@pytest.mark.parametrize(
    ("changed", "sent", "minutes"),
    [
        pytest.param(False, None, 0.5, id="a new story waits for group_wait"),
        pytest.param(True, None, 10, id="a changed one for group_interval"),
        pytest.param(False, NOW - timedelta(minutes=4), 6, id="a new story in a group that was told lately"),
        pytest.param(False, NOW - HOUR, 0.5, id="in one that was told long ago"),
    ],
)
def test_when_a_story_is_due(changed: bool, sent: datetime | None, minutes: float) -> None:
    """Alertmanager's two waits."""
    routed = Routed(receiver="desk")
    due = grouping.due_at(routed, NOW, changed=changed, group_sent_at=sent)
    assert due == NOW + timedelta(minutes=minutes)

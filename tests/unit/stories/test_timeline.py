"""How a story grew, step by step, and what each step changed for somebody who knew it until then."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import Side
from monitor.stories.judgement import StoryJudge, timeline
from tests.support.press import PRESS
from tests.support.tellings import NOON, PEOPLE, met, story, telling

JUDGE = StoryJudge(PEOPLE, PRESS)


def test_each_step_says_what_it_changed() -> None:
    """A first telling changes nothing, nor does a copy; a new side, a denial and a withdrawal do."""
    steps = timeline(
        story(
            telling(1, Side("russia-state"), "D", met("planned")),
            telling(2, Side("independent"), "C", met("planned"), copy_of=1, credit="TASS"),
            telling(3, Side("libya-east"), "D", met("happened")),
            telling(4, Side("libya-west"), "C", met("denied")),
        ),
        JUDGE,
    )
    assert [(s.item.id, s.kind) for s in steps] == [(1, "told"), (2, "copied"), (3, "told"), (4, "told")]
    assert [sorted(c.kind for c in s.changes) for s in steps][:2] == [[], []]
    assert {c.kind for c in steps[2].changes} == {"side", "status"}
    assert "denied" in " ".join(c.reason for c in steps[3].changes)


def test_what_was_taken_back_later_counts_until_then() -> None:
    """The step of another outlet between telling and withdrawal still knows it."""
    first = telling(1, Side("russia-state"), "D", met(), withdrawn_at=NOON + timedelta(hours=9))
    steps = timeline(story(first, telling(2, Side("libya-east"), "D", met())), JUDGE)
    assert [(s.item.id, s.kind) for s in steps] == [(1, "told"), (2, "told"), (1, "withdrawn")]
    assert [c.kind for c in steps[1].changes] == ["side"]
    assert [c.kind for c in steps[2].changes] == ["withdrawn"]
    assert steps[2].at == NOON + timedelta(hours=9)


def test_what_was_known_before_is_no_change_later() -> None:
    """A side whose entry was taken back and that tells the story again confirms nothing new."""
    gone = telling(2, Side("libya-east"), "D", met(), withdrawn_at=NOON + timedelta(hours=3))
    steps = timeline(
        story(
            telling(1, Side("russia-state"), "D", met()),
            gone,
            telling(4, Side("libya-east"), "D", met()),
        ),
        JUDGE,
    )
    assert [(s.item.id, s.kind) for s in steps] == [(1, "told"), (2, "told"), (2, "withdrawn"), (4, "told")]
    assert [[c.kind for c in s.changes] for s in steps] == [[], ["side"], ["withdrawn"], []]


def test_items_of_one_poll_are_steps_of_their_own() -> None:
    """Seen at one moment, in the order in which they were stored."""
    steps = timeline(
        story(
            telling(2, Side("un"), "A", met(), hours=1), telling(1, Side("russia-state"), "D", met(), hours=1)
        ),
        JUDGE,
    )
    assert [(s.item.id, [c.kind for c in s.changes]) for s in steps] == [(1, []), (2, ["side"])]

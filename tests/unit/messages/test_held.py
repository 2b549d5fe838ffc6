"""What was silenced is in the digest, and says so."""

from __future__ import annotations

import pytest

from monitor.demo.messages import contexts
from monitor.messages.digest import with_held


@pytest.mark.parametrize(
    ("which", "said"),
    [
        pytest.param(0, "Not alerted: silenced by ann: drill.", id="in English"),
        pytest.param(1, "لم يُرسل تنبيه: \u2068silenced by ann: drill\u2069.", id="in an Arabic frame"),
    ],
)
def test_a_story_that_was_held_has_a_note(which: int, said: str) -> None:
    """After its other notes; the others are as they were, and the context too."""
    before = contexts()["digest"][which]
    first, *others = before["stories"]
    after = with_held(dict(before), {first["id"]: "silenced by ann: drill", "s-gone": "inhibited"})
    assert after["stories"][0]["notes"] == [*first["notes"], said]
    assert after["stories"][1:] == others
    assert first["notes"] == contexts()["digest"][which]["stories"][0]["notes"]


def test_a_reason_of_ours_is_said_in_the_readers_language() -> None:
    """Names and reasons stay as somebody wrote them."""
    before = contexts()["digest"][1]
    held = {before["stories"][0]["id"]: "silenced by ann until 2026-03-01 13:00 UTC: drill (silence 3)"}
    said = with_held(dict(before), held)["stories"][0]["notes"][-1]
    assert said == (
        "لم يُرسل تنبيه: أسكته \u2068ann\u2069 حتى \u20682026-03-01 13:00 UTC\u2069: \u2068drill\u2069 (الإسكات 3)."
    )


def test_nothing_held_changes_nothing() -> None:
    """The usual day."""
    before = dict(contexts()["digest"][0])
    assert with_held(before, {}) is before

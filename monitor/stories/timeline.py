"""Pure. How a story grew: who told it, who repeated it, who took it back, and what each of them changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Standing, Step, Story
from monitor.stories.change import known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.model import StoryItem
    from monitor.stories.judgement import StoryJudge


def timeline(story: Story, judge: StoryJudge) -> tuple[Step, ...]:
    """Every step of `story`, in the order in which we learned of it.

    Copies change nothing and are not judged.
    """
    steps: list[Step] = []
    knows: Standing | None = None
    for at, _, item, withdrawn in sorted(_moments(story), key=lambda m: (m[0], m[1])):
        if item.copy_of is not None and not withdrawn:
            steps.append(Step(at=at, item=item, kind="copied"))
            continue
        now = judge.standing(judge.judge(_as_of(story, at, item)))
        news = judge.changes(knows, now)
        knows = known((knows, now)) if knows is not None else now
        steps.append(Step(at=at, item=item, kind="withdrawn" if withdrawn else "told", changes=news))
    return tuple(steps)


def _moments(story: Story) -> Iterator[tuple[datetime, int, StoryItem, bool]]:
    for item in story.items:
        yield item.first_seen_at, item.id, item, False
        if item.withdrawn_at is not None:
            yield item.withdrawn_at, item.id, item, True


def _as_of(story: Story, at: datetime, last: StoryItem) -> Story:
    """The story as it stood at `at`, when `last` was the newest of it."""
    there = [
        replace(item, withdrawn_at=None) if item.withdrawn_at and item.withdrawn_at > at else item
        for item in story.items
        if (item.first_seen_at, item.id) <= (at, last.id) or (item.first_seen_at < at)
    ]
    return Story(id=story.id, items=tuple(there))

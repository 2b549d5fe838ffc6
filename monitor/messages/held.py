"""Pure. Stories in a digest that nobody was alerted to, and why: a silence, an inhibition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.languages.locale import frame
from monitor.messages.text import clean, cut, isolate

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_held(context: dict[str, Any], held: Mapping[str, str]) -> dict[str, Any]:
    """`context` of a digest, in which each story of `held` (by id, to the reason) has a note that says so."""
    if not held:
        return context
    words = frame(context["lang"])

    def noted(story: dict[str, Any]) -> dict[str, Any]:
        why = held.get(story["id"])
        if why is None:
            return story
        said = words.say("not_alerted", why=isolate(cut(clean(why), 200), words.direction))
        return {**story, "notes": [*story["notes"], said]}

    return {**context, "stories": [noted(story) for story in context["stories"]]}

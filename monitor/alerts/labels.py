"""Pure. What matchers and `group_by` see of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Story

Labels = dict[str, list[str]]


def labels_of(story: Story) -> Labels:
    """The values of each label (`monitor.model.matchers.LABELS`), sorted; a label without a value is left out.

    `severity` is the loudest alone; `participants` are those of contacts that are news.
    """
    matches = [match for item in story.items for match in item.matches]
    contacts = [c for item in story.items for c in item.contacts if not c.background]
    found = {
        "story": [story.id],
        "watchlist": _values(match.watchlist for match in matches),
        "rule": _values(f"{match.watchlist}/{match.rule}" for match in matches),
        "severity": [story.severity.value],
        "side": _values(item.side.value for item in story.items),
        "participants": _values(name for c in contacts for name in (*c.russian, *c.libyan)),
        "feed": _values(item.feed.id for item in story.items),
        "lang": _values(item.item.lang for item in story.items),
    }
    return {name: values for name, values in found.items() if values}


def _values(given: Iterable[str]) -> list[str]:
    return sorted({value for value in given if value})

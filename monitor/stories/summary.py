"""Pure. The story's own line: the title of one of its reports, chosen by rule, never written by us."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Story, StoryItem

#: a title of this many characters is read at a glance
READABLE = range(25, 141)
_CUT_OFF = re.compile(r"(?:\.\.\.|…)\s*$")
_LETTER = re.compile(r"[^\W\d_]")


def line(story: Story, lang: str) -> str:
    """The title of the report that speaks for `story` to a reader of `lang`."""
    return best_item(story, lang).item.title.strip()


def best_item(story: Story, lang: str) -> StoryItem:
    """The report that speaks for a story.

    Matched before unmatched, what stands before what was taken back, what can be read before what cannot,
    sources that are not known as unreliable before those that are; then the reader's language, the best
    source (A before F), the most evidence, and the longest title of those that fit on a line or two. The
    earliest of equals.
    """

    def order(item: StoryItem) -> tuple[bool, bool, int, bool, bool, str, int, int]:
        title = item.item.title.strip()
        return (
            not item.matches,
            item.withdrawn_at is not None,
            _hard_to_read(title),
            item.feed.reliability == "E",
            item.item.lang != lang,
            item.feed.reliability,
            -sum(len(match.evidence) for match in item.matches),
            -len(title) if len(title) in READABLE else 0,
        )

    return min(story.items, key=order)


def _hard_to_read(title: str) -> int:
    """0 for a whole sentence; 1 for one that shouts, is cut off or too long or short; 2 for none."""
    if not _LETTER.search(title):
        return 2
    shouts = title.isupper() and len(title) > 30
    broken = "\ufffd" in title or _CUT_OFF.search(title) is not None
    return int(shouts or broken or len(title) not in READABLE)

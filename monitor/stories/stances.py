"""Pure. What the headline of a report claims against what another claims, where no contact says it: "denies
that fighters arrived", "left" against "arrived", "will not" against "will".
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.stories import fingerprint, lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import StoryItem
    from monitor.stories.lexicon import Claims

#: letters of a text in which its main verb stands
BEGINNING = 70
#: opposite reports this far apart contradict each other; later the one may have followed the other
AT_ONCE = timedelta(hours=24)


def denies(item: StoryItem) -> bool:
    """Whether the headline, or the first words below it, say that something is not so."""
    return any(denies_title(text, item.item.lang) for text in _beginnings(item))


def is_denial(item: StoryItem, first: StoryItem | None) -> bool:
    """Whether whom the text names denies its news:
    in words, or by saying that what `first` claims was not done.
    """
    if item.denier is None:
        return False
    if denies(item) or first is None:
        return denies(item)
    claimed = claims_of(first.item.title, first.item.lang).done
    said = (claims_of(text, item.item.lang) for text in _beginnings(item))
    return item is not first and any(not claimed.isdisjoint(claim.not_done) for claim in said)


def _beginnings(item: StoryItem) -> tuple[str, str]:
    """The headline, and the first words below it."""
    return item.item.title, f"{item.item.summary} {item.item.content}"[:BEGINNING]


def contradicts(item: StoryItem, first: StoryItem) -> bool:
    """Whether two headlines of one event cannot both be true.

    Where contacts are told, their status says it.
    """
    if item.contacts or first.contacts or abs(item.told_at - first.told_at) > AT_ONCE:
        return False
    one, other = (claims_of(told.item.title, told.item.lang) for told in (item, first))
    return one.contradicts(other)


def claimed_first(items: Sequence[StoryItem]) -> StoryItem | None:
    """The first report of a story that claims something: no denial."""
    return next((item for item in sorted(items, key=lambda i: (i.told_at, i.id)) if not denies(item)), None)


@lru_cache(maxsize=4096)
def denies_title(title: str, lang: str) -> bool:
    """Whether a headline says that something is not so."""
    return lexicon.denies(fingerprint.words(title), lang)


@lru_cache(maxsize=4096)
def claims_of(title: str, lang: str) -> Claims:
    """What a headline claims."""
    return lexicon.claims(fingerprint.words(title), lang)

"""Pure. Which items report one event, by what they share: the address, or the same words.

An item is known by its keys; the first story that holds one of them takes it. A key is an opaque stable string.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Item

#: titles shorter than this are formulas ("Live updates") that many events share
MIN_TITLE_WORDS = 5
#: texts shorter than this are teasers that many items share
MIN_TEXT_CHARS = 200


def keys(item: Item) -> tuple[str, ...]:
    """What `item` may be recognised by in another feed: its address, its title's words, its text. Strongest first."""
    found = [f"url:{item.canonical_url}"] if item.canonical_url else []
    title = _words(item.title)
    if len(title) >= MIN_TITLE_WORDS:
        found.append(f"title:{_hashed(title)}")
    text = item.content or item.summary
    if len(text) >= MIN_TEXT_CHARS:
        found.append(f"text:{_hashed(_words(text))}")
    return tuple(found)


def new_id(item: Item) -> str:
    """The id of the story that `item` begins: stable for the same first item."""
    return f"s-{_hashed((item.feed_id, item.key))[:10]}"


class Clusterer:
    """Stories over a stream that is held in memory (`monitor match --stories`); the daemon keeps its keys in the store."""

    def __init__(self) -> None:
        self._stories: dict[str, str] = {}

    def assign(self, item: Item) -> str:
        """The story of `item`; its keys are remembered for the items to come."""
        own = keys(item)
        story = next((self._stories[key] for key in own if key in self._stories), None) or new_id(item)
        self._stories.update((key, story) for key in own if key not in self._stories)
        return story


def _words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def _hashed(words: Iterable[str]) -> str:
    return xxhash.xxh3_64_hexdigest(" ".join(words).encode(errors="replace"))

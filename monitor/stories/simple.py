"""Pure. Simple keys of an item; leaves with the next step of the store.

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


def item_keys(item: Item) -> tuple[str, ...]:
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


def _words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def _hashed(words: Iterable[str]) -> str:
    return xxhash.xxh3_64_hexdigest(" ".join(words).encode(errors="replace"))

"""What is known of each language: function words, forms, months, offices, message words; and detection.

Here: how its lists are written, and what is worked out from them once; `tables` says what stands in each.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

Lines = list[tuple[int, str]]
P = ParamSpec("P")
R = TypeVar("R")

_HEAD = re.compile(r"\[[^\[\]]+\]")
_forgetting: list[Callable[[], None]] = []


def remembered(function: Callable[P, R], most: int | None = None) -> Callable[P, R]:
    """`function`, whose (last so many) answers are kept until the languages of another folder are read."""
    kept = functools.lru_cache(most)(function)
    _forgetting.append(kept.cache_clear)
    return cast("Callable[P, R]", kept)


def forget() -> None:
    """Keep no answer that was remembered."""
    for clear in _forgetting:
        clear()


def sections(text: str) -> dict[str, Lines]:
    """The lines of a list by section, with their numbers from 1; those before the first head under ""."""
    found: dict[str, Lines] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if _HEAD.fullmatch(said):
            section = said[1:-1]
            found.setdefault(section, [])
        elif said and not said.startswith("#"):
            found.setdefault(section, []).append((number, said))
    return found

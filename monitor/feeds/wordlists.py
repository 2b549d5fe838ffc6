"""Pure. The lists of names in `data/`: lines of words under `[section]` heads, `#` begins a remark."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@functools.cache
def sections(name: str) -> Mapping[str, frozenset[str]]:
    """The words of a list by section, in the spelling of the file. Raises OSError where the package is incomplete."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in files("monitor.feeds").joinpath("data", name).read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif text and not text.startswith("#"):
            found.setdefault(section, set()).update(text.split())
    return {head: frozenset(words) for head, words in found.items()}

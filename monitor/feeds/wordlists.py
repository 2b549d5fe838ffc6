"""Pure. The lists of names in `data/`: words or phrases under `[section]` heads, `#` begins a remark."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from monitor import languages

if TYPE_CHECKING:
    from collections.abc import Mapping


@functools.cache
def sections(name: str) -> Mapping[str, frozenset[str]]:
    """The words of a list by section, in the spelling of the file.

    Raises OSError where the package is incomplete.
    """
    return {
        head: frozenset(word for line in lines for word in line.split())
        for head, lines in _read(name).items()
    }


@functools.cache
def phrases(name: str) -> Mapping[str, re.Pattern[str]]:
    """Of a list of phrases, one a line, by section: a pattern that finds any of them, in any case."""
    return {head: _pattern(lines) for head, lines in _read(name).items()}


def _read(name: str) -> dict[str, list[str]]:
    text = files("monitor.feeds").joinpath("data", name).read_text("utf-8")
    return {head: [line for _, line in lines] for head, lines in languages.sections(text).items()}


def _pattern(lines: list[str]) -> re.Pattern[str]:
    longest_first = sorted(lines, key=len, reverse=True)
    return re.compile("|".join(map(_phrase, longest_first)), re.IGNORECASE)


def _phrase(words: str) -> str:
    """Whole words; in scripts that write without spaces, wherever they stand."""
    escaped = re.escape(words).replace(r"\*", r"\w{0,9}").replace(r"\ ", r"\s+")
    return escaped if words[0] > "\u2e80" else rf"(?<!\w){escaped}(?!\w)"

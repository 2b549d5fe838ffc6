"""Pure. Filters for operators' templates that cannot be made to eat the memory, and the limits they keep.

A template is the operator's own file, so this is a guard rail and not a prison: the known bombs ('x' * 10**9,
huge format widths, doubling by concatenation, nested loops, runaway macros) end in `TooMuch` within a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import regex

#: characters in one value, and in everything that one template gives out
MAX_TEXT = 2_000_000
#: members of a list that a template makes
MAX_LIST = 100_000
#: turns of loops and calls of macros and functions in one rendering
MAX_STEPS = 200_000
_WIDE = regex.compile(r"\*|\d{4,}")


class TooMuch(Exception):
    """A template wants more than a message may cost; the message says what."""


_steps: ContextVar[int] = ContextVar("steps", default=MAX_STEPS)


def start() -> None:
    """A rendering begins: all steps are there again."""
    _steps.set(MAX_STEPS)


def step() -> None:
    """One turn of a loop or one call. Raises TooMuch when the steps are used up."""
    left = _steps.get() - 1
    if left < 0:
        raise TooMuch(f"more than {MAX_STEPS:,} steps")
    _steps.set(left)


def sized(value: Any) -> Any:
    """`value` itself. Raises TooMuch when it is a text, list or number beyond the limits."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise TooMuch(f"a text of more than {MAX_TEXT:,} characters")
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) > MAX_LIST:
        raise TooMuch(f"a list of more than {MAX_LIST:,} members")
    if isinstance(value, int) and value.bit_length() > 4096:
        raise TooMuch("a number of more than 4,096 bits")
    return value


def checked_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse `left operator right` before it is computed when its result would be beyond the limits."""
    if operator == "**":
        bits = left.bit_length() if isinstance(left, int) else 64
        if not isinstance(right, int | float) or bits * abs(right) > 4096:
            raise TooMuch("a power of this size")
    if operator == "*":
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | Sequence) and isinstance(times, int) and len(many) * times > MAX_LIST:
                raise TooMuch(f"a repetition longer than {MAX_LIST:,}")
    if operator == "%" and isinstance(left, str):
        format_text(left)


def format_text(pattern: str, *values: Any) -> str:
    """printf-style formatting with widths and precisions below 1,000; Jinja's `format`."""
    if any(_WIDE.search(spec) for spec in regex.findall(r"%[^a-zA-Z%]*", pattern)):
        raise TooMuch("a format wider than 999")
    return str(pattern) % values if values else str(pattern)


def join(values: Sequence[Any], separator: str = "") -> str:
    """The texts and numbers of `values` with `separator` between them; Jinja's `join`."""
    texts = [printable(v) for v in values]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise TooMuch(f"a joined text of more than {MAX_TEXT:,} characters")
    return separator.join(texts)


def replace(text: str, old: str, new: str) -> str:
    """`text` with every `old` as `new`; Jinja's `replace`."""
    if (text.count(old) if old else len(text) + 1) * len(new) > MAX_TEXT:
        raise TooMuch(f"a replaced text of more than {MAX_TEXT:,} characters")
    return str(text).replace(old, new)


def printable(value: Any) -> str:
    """`value` as text. Raises TooMuch for a list or mapping:
    those are joined or looped over, never printed.
    """
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        raise TooMuch("a list or mapping cannot be printed: use a loop, join or tojson")
    return str(value)


def to_json(value: Any) -> str:
    """`value` as JSON that is also safe inside HTML; bounded while it is written."""
    made: list[str] = []
    size = 0
    for chunk in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        made.append(chunk)
        size += len(chunk)
        if size > MAX_TEXT:
            raise TooMuch(f"JSON of more than {MAX_TEXT:,} characters")
    text = "".join(made)
    for char in "<>&'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text

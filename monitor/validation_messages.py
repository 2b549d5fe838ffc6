"""Pure. What pydantic refuses, in plain words: what is wrong, and what to write instead.

A pattern is registered with what it stands for (`worded`), so that nobody is shown a regular expression. A
message after " | " in a ValueError is the remedy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from monitor.errors import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

#: pattern -> what it stands for
_PATTERNS: dict[str, str] = {}


def worded(pattern: str, words: str) -> str:
    """`pattern`, whose mismatch is told as "is not `words`"."""
    _PATTERNS[pattern] = words
    return pattern


def known_patterns() -> frozenset[str]:
    """All that have words."""
    return frozenset(_PATTERNS)


def plainly(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and the remedy (may be empty)."""
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return f"{_shown(error['input'])} is not {_PATTERNS.get(str(context['pattern']), 'valid')}", ""
    if error["type"] in ("literal_error", "enum"):
        return _not_among(error["input"], str(context["expected"]))
    if error["type"] in _SAID:
        return _SAID[error["type"]](error["input"], context), ""
    message, _, remedy = str(error["msg"]).removeprefix("Value error, ").partition(" | ")
    return message, remedy


def _not_among(given: Any, expected: str) -> tuple[str, str]:
    """The message keeps all words that would do; the remedy is the nearest."""
    known = re.findall(r"'([^']*)'", expected)
    near = suggestion(str(given), known)
    remedy = near if near.startswith("did you mean") else ""
    return f"{given!r} is not known here: it is one of {', '.join(known) or expected}", remedy


def _shown(given: Any) -> str:
    """A value as the operator wrote it, as far as it is short and holds no secret: an address may."""
    if isinstance(given, dict):
        return "keys and values"
    if isinstance(given, list | tuple):
        return "a list"
    if isinstance(given, str) and ("://" in given or len(given) > 80):
        return "this address" if "://" in given else "this text"
    return "nothing" if given is None else repr(given)


def _wants(what: str) -> Callable[[Any, Mapping[str, Any]], str]:
    return lambda given, _context: f"must be {what}, not {_shown(given)}"


_SAID: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "model_type": _wants("keys and values"),
    "model_attributes_type": _wants("keys and values"),
    "dict_type": _wants("keys and values"),
    "string_type": lambda given, _context: (
        "must be text"
        + (": put it in quotes" if isinstance(given, int | float) else f", not {_shown(given)}")
    ),
    "list_type": _wants("a list"),
    "tuple_type": _wants("a list"),
    "int_type": _wants("a whole number"),
    "int_parsing": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "float_type": _wants("a number"),
    "float_parsing": _wants("a number"),
    "bool_type": _wants("true or false"),
    "bool_parsing": _wants("true or false"),
    "too_short": lambda _given, c: f"must name at least {c['min_length']}",
    "too_long": lambda _given, c: f"must name at most {c['max_length']}",
    "string_too_short": lambda _given, c: f"must have at least {c['min_length']} characters",
    "string_too_long": lambda _given, c: f"must have at most {c['max_length']} characters",
    "greater_than_equal": lambda given, c: f"must be {c['ge']} or more, not {_shown(given)}",
    "less_than_equal": lambda given, c: f"must be {c['le']} or less, not {_shown(given)}",
}

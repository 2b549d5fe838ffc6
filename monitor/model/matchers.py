"""Pure. Matchers over labels: `watchlist=wagner`, `severity!=low`, `participants=~".*Haftar"`, `side!~"libya-.*"`.

Source: the matchers of prometheus/alertmanager. A label of ours may have several values (a story has several sides):
`=` and `=~` hold when one of them fits, `!=` and `!~` when none does. A label that is not there is the empty text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: what matchers may ask for
LABELS = ("story", "watchlist", "rule", "severity", "side", "participants", "feed", "lang", "event")
#: a pattern is no longer, and works no longer, than this
MAX_PATTERN = 300
SECONDS = 0.05

_MATCHER = regex.compile(r'\s*([a-z_]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"]*?)\s*')
_QUOTED = regex.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label."""

    name: str
    #: `=`, `!=`, `=~` or `!~`
    operator: str
    value: str

    def __str__(self) -> str:
        quoted = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.name}{self.operator}"{quoted}"'

    def holds(self, labels: Mapping[str, Sequence[str]]) -> bool:
        """Whether the label is as it is asked for; a pattern that takes too long never holds."""
        try:
            some = any(self._fits(value) for value in labels.get(self.name) or ("",))
        except TimeoutError:
            return False
        return some is not self.operator.startswith("!")

    def _fits(self, value: str) -> bool:
        if self.operator in ("=", "!="):
            return value == self.value
        return _compiled(self.value).fullmatch(value, timeout=SECONDS) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def parse(text: str) -> Matcher:
    """`name=value`, the value in quotes where it holds a quote or ends in a space.

    Raises ValueError, "what is wrong | remedy".
    """
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is not a matcher | write it like watchlist=wagner or side=~"libya-.*"')
    name, operator, value = found.groups()
    if value.startswith('"'):
        value = _QUOTED.sub(r"\1", value[1:-1])
    if name not in LABELS:
        raise ValueError(f"there is no label {name!r} | one of {', '.join(LABELS)}")
    if operator in ("=~", "!~"):
        _refuse_pattern(value)
    return Matcher(name, operator, value)


def _refuse_pattern(pattern: str) -> None:
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern of {len(pattern)} characters | at most {MAX_PATTERN}")
    try:
        _compiled(pattern)
    except regex.error as error:
        raise ValueError(
            f"{pattern!r} is not a regular expression: {error} | `.*` stands for anything"
        ) from None


def hold(matchers: Iterable[Matcher], labels: Mapping[str, Sequence[str]]) -> bool:
    """Whether every one holds."""
    return all(matcher.holds(labels) for matcher in matchers)


def from_mapping(given: Mapping[str, object]) -> tuple[Matcher, ...]:
    """`{severity: [high, critical], watchlist: wagner}` as matchers. Raises ValueError as `parse` does."""
    return tuple(parse(_as_text(name, value)) for name, value in given.items())


def _as_text(name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        either = "|".join(regex.escape(str(one), literal_spaces=True) for one in value)
        return str(Matcher(name, "=~", either))
    return str(Matcher(name, "=", str(value)))

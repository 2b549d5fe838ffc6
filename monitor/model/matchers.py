"""Pure. Matchers over labels: `watchlist=wagner`, `severity!=low`, `participants=~".*Haftar"`, `side!~"libya-.*"`.

The one language of routes, inhibition and silences. Source: the matchers of prometheus/alertmanager, whose labels have
one value. A label of ours may have several (a story has several sides): `=` and `=~` hold when one of them fits,
`!=` and `!~` when none does, so that each is the opposite of the other. Every matcher is asked by itself: two hold for
a story of two watchlists when each finds a value, whichever item it comes from. A label that is not there is the
empty text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from monitor.errors import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: what matchers may ask for
LABELS = ("story", "watchlist", "rule", "severity", "side", "participants", "feed", "lang", "event")
#: a pattern is no longer, and works no longer, than this
MAX_PATTERN = 300
SECONDS = 0.05

_MATCHER = regex.compile(r'\s*([A-Za-z_]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"]*?)\s*')
_QUOTED = regex.compile(r"\\(.)")
#: alternatives that are plain words: a pattern of these names what it asks for
_WORDS = regex.compile(r"(?:\\[^\w\s]|[\w /:@-])*(?:\|(?:\\[^\w\s]|[\w /:@-])*)*")


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

    @property
    def negative(self) -> bool:
        """Whether it asks for what is not so."""
        return self.operator.startswith("!")

    @property
    def words(self) -> tuple[str, ...]:
        """The values that it names; empty for a pattern that is more than a list of words."""
        if self.operator in ("=", "!="):
            return (self.value,)
        if _WORDS.fullmatch(self.value) is None:
            return ()
        return tuple(_QUOTED.sub(r"\1", word) for word in self.value.split("|"))

    def holds(self, labels: Mapping[str, Sequence[str]]) -> bool:
        """Whether the label is as it is asked for; a pattern that takes too long never holds."""
        try:
            some = any(self.fits(value) for value in labels.get(self.name) or ("",))
        except TimeoutError:
            return False
        return some is not self.negative

    def fits(self, value: str) -> bool:
        """Whether `value` is the one named, whatever the operator makes of that. Raises TimeoutError."""
        if self.operator in ("=", "!="):
            return value == self.value
        return _compiled(self.value).fullmatch(value, timeout=SECONDS) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def parse(text: str) -> Matcher:
    """`name=value`, the value in quotes where it holds a quote or ends in a space.

    `event=any` is every event. Raises ValueError, "what is wrong | remedy".
    """
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is not a matcher | write it like watchlist=wagner or side=~"libya-.*"')
    name, operator, value = found.groups()
    if value.startswith('"'):
        value = _QUOTED.sub(r"\1", value[1:-1])
    if name not in LABELS:
        raise ValueError(f"there is no label {name!r} | {suggestion(name, LABELS)}")
    if (name, operator, value) == ("event", "=", "any"):
        return Matcher(name, "=~", ".+")
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
    return tuple(from_pair(name, value) for name, value in given.items())


def from_pair(name: str, value: object) -> Matcher:
    """`watchlist: wagner` is `watchlist=wagner`, `side: [un, unknown]` is `side=~"un|unknown"`, each word as it stands."""
    if name not in LABELS:
        raise ValueError(f"there is no label {name!r} | {suggestion(name, LABELS)}")
    values = value if isinstance(value, list | tuple) else [value]
    if not values or any(one is None or isinstance(one, Mapping | list | tuple) for one in values):
        raise ValueError(f"{name} asks for no value | write {name}: VALUE or {name}: [ONE, OTHER]")
    if len(values) == 1:
        return parse(str(Matcher(name, "=", str(values[0]))))
    either = "|".join(regex.escape(str(one), literal_spaces=True) for one in values)
    return parse(str(Matcher(name, "=~", either)))

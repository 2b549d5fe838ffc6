"""Pure. Matchers over labels: `watchlist=arms`, `severity!=low`, `participants=~".*Smith"`,
`side!~"north-.*"`.

The one language of routes, inhibition and silences. Source: the matchers of prometheus/alertmanager, whose
labels have one value. A label of ours may have several (a story has several sides): `=` and `=~` hold when
one of them fits, `!=` and `!~` when none does, so that each is the opposite of the other. Every matcher is
asked by itself: two hold for a story of two watchlists when each finds a value, whichever item it comes from.
A label that is not there is the empty text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from monitor.errors import suggestion
from monitor.model.events import EventKind
from monitor.model.words import UNKNOWN, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


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
        raise ValueError(f'{text!r} is not a matcher | write it like watchlist=arms or side=~"north-.*"')
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


def from_pair(name: str, value: object) -> Matcher:
    """`watchlist: arms` is `watchlist=arms`, `side:
    [un, unknown]` is `side=~"un|unknown"`, each word as it stands.
    """
    if name not in LABELS:
        raise ValueError(f"there is no label {name!r} | {suggestion(name, LABELS)}")
    values = value if isinstance(value, list | tuple) else [value]
    if not values or any(one is None or isinstance(one, Mapping | list | tuple) for one in values):
        raise ValueError(f"{name} asks for no value | write {name}: VALUE or {name}: [ONE, OTHER]")
    if len(values) == 1:
        return parse(str(Matcher(name, "=", str(values[0]))))
    either = "|".join(regex.escape(str(one), literal_spaces=True) for one in values)
    return parse(str(Matcher(name, "=~", either)))


# What matchers can fit at all: nothing, because a word is not there or two ask for opposites, or everything.
#
# Such a matcher is a slip: a route that takes no story, a silence that silences the wrong ones. Labels whose
# values are known (`Known`) are judged over all of them, the others by samples.

#: label -> every value that it can have; a label that is not in it may have any
Known = Mapping[str, frozenset[str]]

#: labels that a story may lack
_MAY_LACK = frozenset(("participants", "lang", "event"))
#: labels of which a story has one value
_ONE = frozenset(("story", "severity", "event"))
#: labels that events have
_OF_EVENTS = frozenset(("event", "severity", "feed"))
#: no real value is any of these, yet a pattern for anything fits them all
_SAMPLES = ("a", "q-7", "Zu Lu", "ع", "x" * 40, "0")
_STORIES = ("s-0a1b2c3d4e", "s-f9e8d7c6b5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why a matcher, or all together, cannot be meant."""

    #: which of the matchers
    at: int
    message: str
    remedy: str
    #: which of the words that it names; None: the whole
    word: int | None = None


def known(
    watchlists: Iterable[str], rules: Iterable[str], sides: Iterable[str], feeds: Iterable[str] | None = None
) -> Known:
    """What labels can be; `feeds` None: not every feed is known here."""
    found = {
        "watchlist": frozenset(watchlists),
        "rule": frozenset(rules),
        "severity": frozenset(one.value for one in Severity),
        "side": frozenset({*sides, UNKNOWN}),
        "event": frozenset(one.value for one in EventKind),
    }
    return found if feeds is None else found | {"feed": frozenset(feeds)}


def misfits(matchers: Sequence[Matcher], values: Known) -> tuple[Misfit, ...]:
    """What is wrong with each of `matchers`; where nothing is, what is wrong with them together."""
    single = tuple(found for n, matcher in enumerate(matchers) for found in _misfit(n, matcher, values))
    return single or tuple(_together(matchers, values))


def names_event(matchers: Iterable[Matcher]) -> bool:
    """Whether one of them asks for an event, so that no story fits."""
    return any(m.name == "event" and not m.holds({}) for m in matchers)


def takes_all_of(earlier: Sequence[Matcher], later: Sequence[Matcher]) -> bool:
    """Whether all that fits `later` fits `earlier`, too, as far as that can be told from what they name."""
    return all(any(_implies(asked, wide) for asked in later) for wide in earlier)


def _implies(narrow: Matcher, wide: Matcher) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    if narrow == wide:
        return True
    if narrow.name != wide.name or narrow.negative or not narrow.words:
        return False
    # of a label with several values, those that `narrow` does not name may be any
    if wide.negative and narrow.name not in _ONE:
        return False
    return all(wide.holds({wide.name: (word,)}) for word in narrow.words)


def _misfit(n: int, matcher: Matcher, values: Known) -> Iterator[Misfit]:
    possible = values.get(matcher.name)
    if possible is not None:
        unknown = [(w, word) for w, word in enumerate(matcher.words) if word and word not in possible]
        for w, word in unknown:
            yield _unknown(n, w, word, matcher, possible)
        if unknown:
            return
    try:
        yield from _useless(n, matcher, possible)
    except TimeoutError:
        message = f"the pattern of {matcher} takes too long, so it never holds"
        yield Misfit(at=n, message=message, remedy="make it simpler")


def _unknown(n: int, w: int, word: str, matcher: Matcher, possible: frozenset[str]) -> Misfit:
    effect = "excludes" if matcher.negative else "fits"
    message = f"there is no {matcher.name} {word!r}, so it {effect} nothing"
    return Misfit(at=n, message=message, remedy=suggestion(word, possible), word=w)


def _useless(n: int, matcher: Matcher, possible: frozenset[str] | None) -> Iterator[Misfit]:
    missing = ("",) if matcher.name in _MAY_LACK else ()
    tried = [*(possible if possible is not None else _samples(matcher.name)), *missing]
    fitting = [value for value in tried if matcher.fits(value)]
    # of a label that may be anything, samples tell only that all of it fits
    all_fit = len(fitting) == len(tried)
    none_fits = not fitting and (possible is not None or matcher.words == ("",))
    everything, nothing = (none_fits, all_fit) if matcher.negative else (all_fit, none_fits)
    # whoever has one watchlist so far may name it
    named = matcher.operator == "=" and bool(matcher.value)
    if everything and not named:
        message = f"{matcher} fits everything"
        yield Misfit(at=n, message=message, remedy=f"leave it out, or name what {matcher.name} is to be")
    elif nothing:
        yield Misfit(at=n, message=f"{matcher} fits nothing", remedy=_what_there_is(matcher.name, possible))
    elif matcher.name == "severity" and not matcher.negative and not any(map(_alerts, fitting)):
        message = f"{matcher} fits nothing that alerts"
        remedy = "medium, high and critical alert; what is quieter is in the digest only"
        yield Misfit(at=n, message=message, remedy=remedy)


def _samples(name: str) -> tuple[str, ...]:
    """Values that a label may have of which not all are known."""
    return _STORIES if name == "story" else _SAMPLES


def _alerts(value: str) -> bool:
    return bool(value) and Severity(value).rank >= Severity.MEDIUM.rank


def _what_there_is(name: str, possible: frozenset[str] | None) -> str:
    return suggestion("", possible) if possible else f"every story has a {name}"


def _together(matchers: Sequence[Matcher], values: Known) -> Iterator[Misfit]:
    last = len(matchers) - 1
    if names_event(matchers):
        for n, matcher in enumerate(matchers):
            if matcher.name not in _OF_EVENTS and not matcher.holds({}):
                message = f"{matcher} fits nothing beside a matcher for events: they have no {matcher.name}"
                yield Misfit(at=n, message=message, remedy="write two routes, or two silences")
                return
    for name in dict.fromkeys(m.name for m in matchers):
        asked = [m for m in matchers if m.name == name]
        if len(asked) > 1 and not _possible(name, asked, values.get(name)):
            said = " and ".join(map(str, asked))
            at = max((n for n, m in enumerate(matchers) if m.name == name), default=last)
            yield Misfit(at=at, message=f"{said} never hold together", remedy="keep one of them")


def _possible(name: str, asked: Sequence[Matcher], possible: frozenset[str] | None) -> bool:
    """Whether some story can be so; also where that cannot be told."""
    positive = [m for m in asked if not m.negative]
    tried = (
        {"", *_samples(name), *(word for m in positive for word in m.words)} if possible is None else possible
    )
    if possible is None and not all(m.words for m in positive):
        return True
    allowed = [v for v in (*tried, "") if not any(m.fits(v) for m in asked if m.negative)]
    if name in _ONE:
        return any(all(m.fits(value) for m in positive) for value in allowed)
    return all(any(m.fits(value) for value in allowed) for m in positive)

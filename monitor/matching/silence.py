"""Pure. Which hits count: `except` phrases, companions near by, weak names without confirmation, longer names
on top.

Works on the hits of one item, in place. Order: except phrases, namesakes, except_near, longer strong names,
confirmation of weak names, longer confirmed names. A hit that is silenced confirms and covers nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from monitor.matching.mentions import ENTITY, EXCEPT, TRADES, Hit, keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.matching.namesakes import Namesakes

#: words of the longest phrase that may stand before a name and still be near it
LONGEST = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled `confirm` or `except_near`."""

    #: "%vocabulary", "%vocabulary.sense", "@entity", "#tag", '"phrase"' or 'prefix*'
    keys: tuple[str, ...]
    #: a name of a reach, or words between
    within: str | int
    #: what keeps it from holding
    unless: tuple[str, ...] = ()
    #: keys that make it hold from anywhere in the item
    in_item: tuple[str, ...] = ()
    #: countries in whose outlets it holds
    homes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guards:
    """What one entity asks of its hits."""

    #: any of them is enough
    confirm: tuple[Condition, ...] = ()
    except_near: Condition | None = None


def silence(
    hits: Sequence[Hit], guards: Mapping[str, Guards], namesakes: Namesakes | None = None, *, home: str = ""
) -> None:
    """Set `silenced_by` on every entity hit that does not count.

    `hits` are in order of their first token (`widest`); `guards` by term, only where there are any;
    `namesakes` reads the item's surnames; `home` is the country of the item's outlet, where that is known.
    """
    names = [hit for hit in hits if hit.claim.kind == ENTITY]
    _by_phrases(names, [hit for hit in hits if hit.claim.kind == EXCEPT])
    if namesakes is not None:
        namesakes.mark(names, [hit for hit in hits if hit.claim.term == TRADES])
    guarded = [hit for hit in names if hit.claim.weak or hit.claim.term in guards]
    if guarded:
        index = _Index(hits, home)
        _by_company(guarded, guards, index)
        _by_namesake(namesakes.contested if namesakes is not None else (), guards, index)
        _by_longer(names, [hit for hit in names if not hit.claim.weak])
        strong = {hit.claim.term for hit in names if _counts(hit)}
        _unconfirmed([hit for hit in guarded if hit.claim.weak], guards, index, strong=strong)
    _by_longer(names, names)


def widest(hits: Iterable[Hit]) -> list[Hit]:
    """`hits` without an entity's shorter names inside its own longer ones;
    a strong name inside a weak one stays.
    """
    kept: list[Hit] = []
    names: dict[str, list[Hit]] = defaultdict(list)
    for hit in sorted(hits, key=lambda hit: (hit.token, -hit.token_end)):
        if hit.claim.kind == ENTITY:
            before = names[hit.claim.term]
            if before and any(_holds(wide, hit) for wide in before[-4:]):
                continue
            before.append(hit)
        kept.append(hit)
    return kept


def _holds(wide: Hit, hit: Hit) -> bool:
    return hit.token_end <= wide.token_end and wide.claim.weak <= hit.claim.weak


def _by_phrases(names: Sequence[Hit], phrases: Iterable[Hit]) -> None:
    """A phrase silences the mention of its entity that it covers,
    overlaps or stands next to, in one sentence.
    """
    firsts = [hit.token for hit in names]
    longest = max((hit.token_end - hit.token for hit in names), default=0)
    for phrase in phrases:
        near = range(bisect_left(firsts, phrase.token - longest), bisect_left(firsts, phrase.token_end + 1))
        for hit in (names[index] for index in near):
            same = hit.claim.term == phrase.claim.term and hit.sentence == phrase.sentence
            if same and hit.token_end >= phrase.token:
                hit.silenced_by = f"except:{phrase.claim.sense}"


def _by_longer(names: Sequence[Hit], covers: Iterable[Hit]) -> None:
    """A longer name of another entity silences the shorter one inside it ("Jean Marin" is not Rosa Marin).

    `names` are in order of their first token.
    """
    firsts = [hit.token for hit in names]
    for cover in covers:
        length = cover.token_end - cover.token
        if length == 1 or cover.silenced_by is not None:
            continue
        for hit in names[bisect_left(firsts, cover.token) : bisect_left(firsts, cover.token_end)]:
            shorter = hit.token_end <= cover.token_end and hit.token_end - hit.token < length
            if shorter and hit.claim.term != cover.claim.term and hit.silenced_by is None:
                hit.silenced_by = cover.claim.term


def _by_company(names: Iterable[Hit], guards: Mapping[str, Guards], index: _Index) -> None:
    near: dict[str, list[Hit]] = defaultdict(list)
    safe: set[str] = set()
    for hit in names:
        guard = guards.get(hit.claim.term)
        if guard is None or guard.except_near is None or hit.silenced_by is not None:
            continue
        if index.holds(guard.except_near, hit):
            near[hit.claim.term].append(hit)
        elif not hit.claim.weak:
            safe.add(hit.claim.term)
    for term, silenced in near.items():
        for hit in silenced if term not in safe else ():
            hit.silenced_by = "except-near"


def _by_namesake(contested: Iterable[Hit], guards: Mapping[str, Guards], index: _Index) -> None:
    """A name that a person before it bears too must be confirmed, where its entity says by what."""
    for hit in contested:
        conditions = guards.get(hit.claim.term, Guards()).confirm
        if hit.silenced_by is None and conditions and not index.hints(conditions, hit):
            hit.silenced_by = "unconfirmed"


def _unconfirmed(
    names: Iterable[Hit], guards: Mapping[str, Guards], index: _Index, *, strong: set[str]
) -> None:
    """Weak names stay when a strong name of the same entity counts anywhere in the item,
    or their condition holds; those that repeat a name have none.
    """
    weak = [hit for hit in names if hit.silenced_by is None]
    verdicts = []
    for hit in weak:
        conditions = guards.get(hit.claim.term, Guards()).confirm
        alone = not hit.claim.repeats
        confirmed = hit.claim.term in strong or (alone and index.confirms(conditions, hit))
        verdicts.append((hit, confirmed))
    for hit, confirmed in verdicts:
        if not confirmed:
            hit.silenced_by = "unconfirmed"


class _Index:
    """The hits of an item by every key a condition may name."""

    def __init__(self, hits: Iterable[Hit], home: str) -> None:
        self._home = home
        self._hits: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            if hit.claim.kind == EXCEPT:
                continue
            for key in keys(hit.claim.term, hit.claim.sense, hit.tags):
                self._hits[key].append(hit)

    def confirms(self, conditions: Iterable[Condition], hit: Hit) -> bool:
        """Whether any of the conditions holds."""
        return any(self.holds(condition, hit) for condition in conditions)

    def hints(self, conditions: Iterable[Condition], hit: Hit) -> bool:
        """Whether any of the conditions holds, whatever their `unless` says: enough for a full name."""
        return any(self._any(condition.keys, condition.within, hit) for condition in conditions)

    def holds(self, condition: Condition, hit: Hit) -> bool:
        """Whether any of the condition's terms stands near `hit` and outside it, or the outlet is at home,
        and none of its `unless` is near; what stands inside it is as near as can be (a parliament whose name
        says its country).
        """
        within = condition.within
        holds = (
            self._home in condition.homes
            or self._any(condition.keys, within, hit)
            or self._any(condition.in_item, "item", hit)
        )
        # what speaks against a neighbour of a few words may stand anywhere in the sentence
        wider = "sentence" if isinstance(within, int) else within
        return holds and not self._any(condition.unless, wider, hit, inside=True)

    def _any(self, keys: Iterable[str], within: str | int, hit: Hit, *, inside: bool = False) -> bool:
        for key in keys:
            listed = self._hits.get(key)
            if listed and any(
                _counts(other) and other.claim.term != hit.claim.term and (inside or not _inside(other, hit))
                for other in _within(listed, hit, within)
            ):
                return True
        return False


def _counts(hit: Hit) -> bool:
    return hit.silenced_by is None and not hit.claim.weak


def _inside(other: Hit, hit: Hit) -> bool:
    return hit.start <= other.start and other.end <= hit.end and other.field == hit.field


def _within(listed: Sequence[Hit], hit: Hit, within: str | int) -> Iterator[Hit]:
    """Of hits in order, those within reach of `hit`."""
    if within == "item":
        yield from listed
        return
    if isinstance(within, int):
        yield from _in_words(listed, hit, within)
        return
    if within == "paragraph":
        index = bisect_left(listed, hit.paragraph, key=_paragraph)
        last = hit.paragraph
        where = _paragraph
    else:
        reach = 1 if within == "neighbours" else 0
        index = bisect_left(listed, hit.sentence - reach, key=_sentence)
        last = hit.sentence + reach
        where = _sentence
    while index < len(listed) and where(listed[index]) <= last:
        if listed[index].field == hit.field:
            yield listed[index]
        index += 1


def _in_words(listed: Sequence[Hit], hit: Hit, words: int) -> Iterator[Hit]:
    """Of hits in order, those with at most `words` words between: as NEAR, over the end of a sentence too."""
    index = bisect_left(listed, hit.token - words - LONGEST, key=_token)
    while index < len(listed) and listed[index].token - hit.token_end <= words:
        if hit.token - listed[index].token_end <= words:
            yield listed[index]
        index += 1


_token = attrgetter("token")
_sentence = attrgetter("sentence")
_paragraph = attrgetter("paragraph")

"""Pure. Does a query hold for a text, and on which words: minimal intervals over mentions.

Every operand is a list of minimal spans (none holds another), the interval algebra of Clarke, Cormack and
Burkowski (1995); combining two lists costs a binary search per span, so the work grows with the hits. A query
that holds without words (`lang:`, NOT) gives an empty list; one that does not hold gives None.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import reduce
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.matching.mentions import keys
from monitor.matching.rules import And, Attribute, Near, Node, Not, Or, Scoped, Term, Within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from monitor.matching.mentions import Mention


class Span(NamedTuple):
    """Words `start` to `end` (exclusive token numbers) and the mentions that made them count."""

    start: int
    end: int
    mentions: tuple[Mention, ...]

    @property
    def length(self) -> int:
        """Words from the first to the last."""
        return self.end - self.start


@dataclass(slots=True)
class View:
    """The mentions of a text or of a part of it, findable by key.

    Parts are built once and shared by all rules.
    """

    mentions: Sequence[Mention]
    #: lang, side, outlet of the item, case-folded
    facts: Mapping[str, str] = field(default_factory=dict)
    #: number of the content's first paragraph, None without content
    lead_paragraph: int | None = None
    #: the names under which queries may ask for a mention's term, sense and tags
    names: Callable[[str, str, frozenset[str]], tuple[str, ...]] = keys
    _by_key: dict[str, list[Mention]] | None = None
    _units: dict[str, dict[int, View]] = field(default_factory=dict)
    _scopes: dict[str, View] = field(default_factory=dict)
    _spans: dict[str, list[Span]] = field(default_factory=dict)
    #: parts of queries by their identity, kept so that it stays theirs: rules share what was found
    _found: dict[int, tuple[Node, list[Span] | None]] = field(default_factory=dict)

    def once(self, node: Node, find: Callable[[Any, View], list[Span] | None]) -> list[Span] | None:
        """What `find` says of `node` here, asked once."""
        known = self._found.get(id(node))
        if known is None:
            known = self._found[id(node)] = (node, find(node, self))
        return known[1]

    @property
    def keys(self) -> Mapping[str, list[Mention]]:
        """Mentions by what a query may call them."""
        if self._by_key is None:
            found: dict[str, list[Mention]] = defaultdict(list)
            names = self.names
            for mention in self.mentions:
                for key in names(mention.term, mention.sense, mention.tags):
                    found[key].append(mention)
            self._by_key = dict(found)
        return self._by_key

    def spans(self, key: str) -> list[Span] | None:
        """The minimal spans of one term; None when it does not occur."""
        if key not in self._spans:
            found = self.keys.get(key)
            if found is None:
                return None
            self._spans[key] = _minimal(Span(m.token, m.token_end, (m,)) for m in found)
        return self._spans[key]

    def units(self, unit: str) -> Mapping[int, View]:
        """One view per sentence or paragraph that has mentions, by its number."""
        if unit not in self._units:
            number = attrgetter(unit)
            groups: dict[int, list[Mention]] = {}
            for mention in self.mentions:
                groups.setdefault(number(mention), []).append(mention)
            self._units[unit] = {n: self._part(group) for n, group in groups.items()}
        return self._units[unit]

    def scope(self, name: str) -> View:
        """The mentions of one field, or of the lead."""
        if name not in self._scopes:
            self._scopes[name] = self._part([m for m in self.mentions if self._in(m, name)])
        return self._scopes[name]

    def _in(self, mention: Mention, name: str) -> bool:
        if name != "lead":
            return mention.field == name
        return mention.field != "content" or mention.paragraph == self.lead_paragraph

    def _part(self, mentions: Sequence[Mention]) -> View:
        return View(mentions, self.facts, self.lead_paragraph, self.names)


def keys_of(mention: Mention) -> tuple[str, ...]:
    """The names under which queries know a mention: its term, its term with sense, its tags."""
    return keys(mention.term, mention.sense, mention.tags)


def evaluate(node: Node, view: View) -> list[Span] | None:
    """Minimal spans that satisfy `node`, in text order; [] when it holds without words;
    None when it does not hold.
    """
    match node:
        case Term(key, _):
            return view.spans(key)
        case And():
            return view.once(node, _all)
        case Or(parts):
            held = [spans for spans in (evaluate(p, view) for p in parts) if spans is not None]
            return _minimal(s for spans in held for s in spans) if held else None
        case Not(part):
            return [] if evaluate(part, view) is None else None
        case Within():
            return view.once(node, _within)
        case Near():
            return view.once(node, _near)
        case Scoped(name, part):
            return evaluate(part, view.scope(name))
        case Attribute(name, values):
            return [] if view.facts.get(name, "") in values else None


def smallest(spans: Iterable[Span]) -> list[Span]:
    """Spans with the shortest first; earlier ones first among equals."""
    return sorted(spans, key=lambda s: (s.length, s.start))


def _all(node: And, view: View) -> list[Span] | None:
    return _together(node.parts, view, distinct=False)


def _together(parts: Sequence[Node], view: View, *, distinct: bool) -> list[Span] | None:
    lists: list[list[Span]] = []
    for part in parts:
        spans = evaluate(part, view)
        if spans is None:
            return None
        if spans:
            lists.append(spans)
    joined = reduce(lambda a, b: _join(a, b, distinct=distinct), lists) if lists else []
    return joined if joined or not lists else None


def _within(node: Within, view: View) -> list[Span] | None:
    sections = view.units(node.unit)
    found, holds = [], False
    for number in sorted(_promising(node, view)):
        spans = _together(node.parts, sections[number], distinct=True)
        if spans is not None:
            holds = True
            found.extend(spans)
    return _minimal(found) if holds else None


def _promising(node: Within, view: View) -> set[int]:
    """The sentences or paragraphs that have a key of everything that `node` needs."""
    number = attrgetter(node.unit)
    sets = ({number(m) for key in need for m in view.keys.get(key, ())} for need in node.needs)
    return set.intersection(*sets) if node.needs else set(view.units(node.unit))


def _near(node: Near, view: View) -> list[Span] | None:
    left, right = node.left, node.right
    if isinstance(left, Not) or isinstance(right, Not):
        return _not_near(node, view)
    ours, theirs = evaluate(left, view), evaluate(right, view)
    if ours is None or theirs is None:
        return None
    reach = node.distance
    return _join(ours, theirs, distinct=True, reach=reach, ordered=node.ordered) or None


def _not_near(node: Near, view: View) -> list[Span] | None:
    """Spans of the wanted side that have nothing of the excluded side near them."""
    wanted, excluded, after = node.left, node.right, True
    if isinstance(wanted, Not):
        wanted, excluded, after = node.right, node.left, False
    assert isinstance(excluded, Not)
    spans, others = evaluate(wanted, view), evaluate(excluded.part, view)
    if spans is None or not others:
        return spans
    starts, ends = [o.start for o in others], [o.end for o in others]

    def around(span: Span) -> list[Span]:
        return others[
            bisect_left(ends, span.start - node.distance) : bisect_right(starts, span.end + node.distance)
        ]

    kept = [s for s in spans if not _has_near(s, around(s), node, after=after)]
    return kept or None


def _has_near(span: Span, others: list[Span], node: Near, *, after: bool) -> bool:
    for other in others:
        if other.mentions == span.mentions:
            continue
        if not node.ordered or (other.start >= span.end) == after:
            return True
    return False


def _join(
    ours: list[Span], theirs: list[Span], *, distinct: bool, reach: int | None = None, ordered: bool = False
) -> list[Span]:
    """Minimal spans holding one of each. `distinct`: not the same mention twice;
    `reach`: words between at most.
    """
    starts = [s.start for s in theirs]
    count, last = len(theirs), len(theirs) - 1
    pairs: list[tuple[int, int, Span, Span]] = []
    for span in ours:
        at = bisect_left(starts, span.end if ordered else span.start)
        before = None if ordered else _nearest(span, theirs, range(at - 1, -1, -1), distinct=distinct)
        after = _nearest(span, theirs, range(at, count), distinct=distinct) if at <= last else None
        for other in (before, after):
            if other is None:
                continue
            if reach is None or max(other.start - span.end, span.start - other.end) <= reach:
                pairs.append((max(span.end, other.end), -min(span.start, other.start), span, other))
    return [_merged(span, other) for *_, span, other in _tightest(pairs)]


def _nearest(span: Span, others: list[Span], order: range, *, distinct: bool) -> Span | None:
    """The first of `others`, walking `order`, that may stand beside `span`."""
    for index in order:
        other = others[index]
        if not distinct or not any(m is n for m in span.mentions for n in other.mentions):
            return other
    return None


def _tightest(pairs: list[tuple[int, int, Span, Span]]) -> list[tuple[int, int, Span, Span]]:
    """Pairs by end and negative start without those that hold another, in text order."""
    pairs.sort(key=itemgetter(0, 1))
    kept: list[tuple[int, int, Span, Span]] = []
    for pair in pairs:
        if not kept or pair[1] < kept[-1][1]:
            kept.append(pair)
    return kept


def _merged(one: Span, other: Span) -> Span:
    if one.start > other.start:
        one, other = other, one
    if one.end <= other.start:
        return Span(one.start, other.end, one.mentions + other.mentions)
    unique = {id(m): m for m in (*one.mentions, *other.mentions)}
    mentions = tuple(sorted(unique.values(), key=lambda m: (m.token, -m.token_end)))
    return Span(min(one.start, other.start), max(one.end, other.end), mentions)


def _minimal(spans: Iterable[Span]) -> list[Span]:
    """`spans` without those that hold another one, in text order; of equals the first stays."""
    listed = list(spans)
    if len(listed) < 2:
        return listed
    kept: list[Span] = []
    for span in sorted(listed, key=lambda s: (s.end, -s.start)):
        if not kept or span.start > kept[-1].start:
            kept.append(span)
    return kept

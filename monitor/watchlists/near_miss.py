"""Pure. How near a query came to holding: what of it is there, what is not, and how far apart the words
stand.

A near miss is a query whose words are all there but not where they should be, or that lacks one condition of
at least three. Said in the words of the text with the names of the query: “Marin” (#spain-actor).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.matching.evaluate import View, evaluate, smallest
from monitor.matching.matcher import listed
from monitor.matching.rules import (
    And,
    Attribute,
    Near,
    Node,
    Not,
    Or,
    Scoped,
    Term,
    Within,
    children,
    positive,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.matching.evaluate import Span
    from monitor.matching.matcher import Reading
    from monitor.matching.mentions import Mention
    from monitor.matching.rules import Rule

#: spans compared when the distance of two sides is measured
COMPARED = 50
#: characters of a query's part that are shown
MAX_QUERY = 160
#: first strong isolate and pop isolate (UAX #9): keep right-to-left words from turning the line around them
ISOLATE, POP = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """How much of a query held: conditions that hold, that hold only elsewhere, and that do not hold."""

    held: int = 0
    #: there, but too far away, in another field, or with an excluding word beside it
    apart: int = 0
    lacking: int = 0
    has: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()

    @property
    def near(self) -> bool:
        """Whether a person who looks for a missed alert should see it."""
        there = self.held + self.apart
        return there > 0 and (self.lacking == 0 or (self.lacking == 1 and there > 1))

    @property
    def rank(self) -> tuple[int, int, int]:
        """Nearest first: fewest conditions lacking, then fewest in the wrong place, then most that hold."""
        return self.lacking, self.apart, -self.held

    def __str__(self) -> str:
        has = f"has {listed(self.has)}" if self.has else ""
        return f"{has}{', but ' if has and self.but else ''}{'; '.join(self.but)}"


def near_miss(rule: Rule, reading: Reading) -> Miss:
    """How near `rule` came for an item that was read and on which it did not fire."""
    return _Judge(reading).miss(rule.query, reading.counting)


def isolated(text: str) -> str:
    """`text` wrapped so that its direction does not reach its neighbours."""
    return f"{ISOLATE}{text}{POP}"


def bare(text: str) -> str:
    """`text` without the marks of `isolated`, for machines."""
    return text.replace(ISOLATE, "").replace(POP, "")


def because(silenced_by: str | None) -> str:
    """What silenced a mention, in words."""
    how, _, what = (silenced_by or "").partition(":")
    match how:
        case "except":
            return f"its except phrase “{isolated(what)}” is meant" if what else "an except phrase is meant"
        case "except-near":
            return "words of its except_near stand near it"
        case "namesake":
            return f"“{isolated(what)}” is somebody else"
        case "unconfirmed":
            return "it is a weak name, and nothing near confirms it"
        case _:
            return f"it is part of {how}" if how.startswith("@") else silenced_by or ""


def shown(node: Node) -> str:
    """A part of a query as an analyst writes it."""
    match node:
        case Term(key, _):
            return key
        case Not(part):
            return f"NOT {shown(part)}"
        case Scoped(name, part):
            return f"{name}:{shown(part)}"
        case Attribute(name, values):
            return f"{name}:{'|'.join(sorted(values))}"
        case Or():
            return f"({' OR '.join(map(shown, children(node)))})"
        case And():
            return f"({' AND '.join(map(shown, children(node)))})"
        case Within(parts, unit):
            return f"({f' {unit.upper()} '.join(map(shown, parts))})"
        case Near(left, right, distance, ordered):
            return f"({shown(left)} {'ONEAR' if ordered else 'NEAR'}/{distance} {shown(right)})"


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges the parts of a query against one item."""

    reading: Reading

    def miss(self, node: Node, view: View) -> Miss:
        spans = evaluate(node, view)
        if spans is not None:
            return self._held(node, spans, view)
        match node:
            case And(parts):
                return _all(self.miss(part, view) for part in parts)
            case Or(parts):
                return self._either(node, parts, view)
            case Within(parts, unit):
                return self._within(parts, unit, view)
            case Near():
                return self._near(node, view)
            case Scoped(name, part):
                return self._scoped(name, part, view)
            case Attribute(name, _):
                return Miss(lacking=1, but=(f"the item's {name} is {view.facts.get(name) or 'unknown'}",))
            case Not(part):
                return self._excluded(part, view, "it")
        return self._lacks(node)

    def _either(self, node: Or, parts: Sequence[Node], view: View) -> Miss:
        """The alternative that came nearest; all of them where little of any is there."""
        best = min((self.miss(part, view) for part in parts), key=lambda m: m.rank)
        return best if best.held > 1 or (best.apart and not best.lacking) else self._lacks(node)

    def _held(self, node: Node, spans: Sequence[Span], view: View) -> Miss:
        """An exclusion that excludes nothing is no news and counts for nothing."""
        if not spans:
            return Miss()
        best = smallest(spans)[0]
        said = self._found(_chosen(node, best, view), best)
        return Miss(held=_conditions(node), has=(said,), mentions=best.mentions)

    def _found(self, node: Node, span: Span) -> str:
        """The words of a span, with the name under which a query asks for them where it is one term."""
        words = dict.fromkeys(self._word(m) for m in span.mentions)
        said = ", ".join(f"“{isolated(word)}”" for word in words)
        return f"{said} ({node.key})" if isinstance(node, Term) else said

    def _word(self, mention: Mention) -> str:
        return self.reading.scan.fields[mention.field][mention.start : mention.end]

    def _lacks(self, node: Node) -> Miss:
        """Nowhere; or only as a mention that was silenced."""
        silenced = [s for s in evaluate(node, self.reading.everything) or () if s.mentions]
        if not silenced:
            return Miss(lacking=_conditions(node), but=(f"{_short(shown(node))} is nowhere",))
        mention = next((m for m in silenced[0].mentions if m.silenced_by), silenced[0].mentions[0])
        why = (
            f"“{isolated(self._word(mention))}” does not count as {shown(node)}: "
            f"{because(mention.silenced_by)}"
        )
        return Miss(apart=1, but=(why,), mentions=silenced[0].mentions)

    def _excluded(self, part: Node, view: View, where: str) -> Miss:
        """The words that a NOT found, and which of its alternatives they are."""
        found = smallest(s for s in evaluate(part, view) or () if s.mentions)
        if not found:
            return Miss(apart=1, but=(f"NOT {shown(part)} excludes {where}",))
        chosen = _chosen(part, found[0], view)
        name = "" if isinstance(chosen, Term) else f" (NOT {shown(chosen)})"
        but = (f"{self._found(chosen, found[0])} in {where} excludes it{name}",)
        return Miss(apart=1, but=but, mentions=found[0].mentions)

    def _scoped(self, name: str, part: Node, view: View) -> Miss:
        whole, inside = self.miss(part, view), self.miss(part, view.scope(name))
        if whole.lacking or whole.apart or not whole.has:
            return inside
        but = (f"{listed(whole.has)} is not in the {name}",)
        return Miss(apart=_conditions(part), but=but, mentions=whole.mentions)

    def _near(self, node: Near, view: View) -> Miss:
        ours, theirs = evaluate(node.left, view), evaluate(node.right, view)
        if not ours or not theirs:
            return _all(self.miss(side, view) for side in (node.left, node.right))
        pairs = ((a, b) for a in ours[:COMPARED] for b in theirs[:COMPARED])
        one, other = min(pairs, key=lambda pair: _gap(*pair))
        gap = _gap(one, other)
        far = f"{gap} word{'s' * (gap != 1)} apart" if gap < 1000 else "in different fields"
        order = " in this order" if node.ordered else ""
        left, right = _chosen(node.left, one, view), _chosen(node.right, other, view)
        names = f"{self._found(left, one)} and {self._found(right, other)}"
        but = (f"{names} are {far}, {node.distance} allowed{order}",)
        return Miss(apart=1, held=_conditions(node) - 1, but=but, mentions=(*one.mentions, *other.mentions))

    def _within(self, parts: tuple[Node, ...], unit: str, view: View) -> Miss:
        """The sentence that held the most parts, and where the others are."""
        wanted = [p for p in parts if positive(p)]
        best: list[Node] = []
        where: View | None = None
        for section in view.units(unit).values():
            held = [p for p in wanted if evaluate(p, section) is not None]
            if len(held) > len(best):
                best, where = held, section
        if where is None:
            return _all(self._scattered(part, unit, view) for part in wanted)
        inside = _all(self._held(p, evaluate(p, where) or (), where) for p in best)
        together = (f"{listed(inside.has)} in one {unit}",) if len(best) > 1 else inside.has
        others = [self._elsewhere(p, where, unit, view) for p in wanted if p not in best]
        if not others:
            others = [
                self._excluded(p.part, where, f"the {unit}")
                for p in parts
                if isinstance(p, Not) and evaluate(p, where) is None
            ]
        if not others:
            others = [Miss(apart=1, but=(f"the parts stand on the same words of the {unit}",))]
        return _all([replace(inside, has=together), *others])

    def _scattered(self, part: Node, unit: str, view: View) -> Miss:
        """A part that no single sentence holds, though several together may."""
        whole = self.miss(part, view)
        if whole.lacking or whole.apart or not whole.has:
            return whole
        return Miss(apart=1, but=(f"{listed(whole.has)} are not in one {unit}",), mentions=whole.mentions)

    def _elsewhere(self, part: Node, where: View, unit: str, view: View) -> Miss:
        """A part that is not in the best sentence: how far away it is, if anywhere."""
        whole = self.miss(part, view)
        if whole.lacking or whole.apart or not whole.has:
            return whole
        here = _number(where.mentions[0], unit)
        spans = [s for s in evaluate(part, view) or () if s.mentions]
        closest = min(spans, key=lambda s: abs(_number(s.mentions[0], unit) - here))
        away = abs(_number(closest.mentions[0], unit) - here)
        far = f"{away} {unit}{'s' * (away != 1)} away" if away else "there only on the same words"
        but = (f"{self._found(_chosen(part, closest, view), closest)} is {far}",)
        return Miss(apart=_conditions(part), but=but, mentions=closest.mentions)


def _short(query: str) -> str:
    """A long part of a query by its beginning: the whole stands in the file, and with `--all` beside it."""
    return query if len(query) <= MAX_QUERY else f"{query[:MAX_QUERY].rsplit(' ', 1)[0]} …"


def _chosen(node: Node, span: Span, view: View) -> Node:
    """The alternative of `node` that gave `span`, or `node` itself."""
    while isinstance(node, Or):
        parts = node.parts
        node = next(
            (p for p in parts if any(s.mentions == span.mentions for s in evaluate(p, view) or ())), parts[0]
        )
    return node


def _all(misses: Iterable[Miss]) -> Miss:
    found = list(misses)
    return Miss(
        held=sum(m.held for m in found),
        apart=sum(m.apart for m in found),
        lacking=sum(m.lacking for m in found),
        has=tuple(dict.fromkeys(text for m in found for text in m.has)),
        but=tuple(dict.fromkeys(text for m in found for text in m.but)),
        mentions=tuple(mention for m in found for mention in m.mentions),
    )


def _conditions(node: Node) -> int:
    """How many things a query asks for; alternatives are one."""
    match node:
        case Term() | Or() | Attribute():
            return 1
        case Not():
            return 0
        case _:
            return sum(map(_conditions, children(node)))


def _gap(one: Span, other: Span) -> int:
    return max(other.start - one.end, one.start - other.end, 0)


def _number(mention: Mention, unit: str) -> int:
    return mention.sentence if unit == "sentence" else mention.paragraph

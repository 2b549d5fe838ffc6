"""Pure. Why a rule fired, why not, and what nearly fired: per rule, with the sentence, for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.matching.evaluate import View, evaluate, smallest
from monitor.matching.matcher import Matcher, as_match, as_suppressed
from monitor.matching.tree import (
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
    from monitor.matching.matcher import ContactExtractor, Reading, Verdict
    from monitor.matching.mentions import Mention, Scan
    from monitor.matching.rules import Watchlists
    from monitor.model import Item

#: a rule is a near miss when at least this share of its conditions held
NEARLY = 0.6
MAX_SENTENCES = 3
#: first strong isolate and pop isolate (UAX #9): keep right-to-left words from turning the line around them
ISOLATE, POP = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A sentence of the item and where the found words stand in it (half-open offsets into `text`)."""

    field: str
    text: str
    words: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """One rule. `kind`: fired, related, unless, no-contact, silenced, near, nothing."""

    watchlist: str
    rule: str
    title: str
    kind: str
    severity: str
    detail: str
    sentences: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All rules, the loudest kinds first."""

    title: str
    lang: str
    rules: tuple[RuleExplanation, ...]


ORDER = ("fired", "related", "unless", "no-contact", "silenced", "near", "nothing")


def explain(watchlists: Watchlists, item: Item, *, extract: ContactExtractor | None = None) -> Explanation:
    """What every rule says about `item`."""
    matcher = Matcher(watchlists, extract=extract)
    reading = matcher.read(item)
    rules = [_rule(matcher.judge(rule, reading), reading, watchlists) for rule in watchlists.rules]
    rules.sort(key=lambda r: ORDER.index(r.kind))
    return Explanation(title=item.title, lang=reading.scan.lang, rules=tuple(rules))


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain data."""
    return asdict(explanation)


def render(explanation: Explanation, *, everything: bool = False) -> str:
    """For the terminal, without colours. `everything` also lists rules that had nothing."""
    lines = [f"{isolated(explanation.title or '(no title)')} [{explanation.lang}]"]
    for rule in explanation.rules:
        if rule.kind != "nothing" or everything:
            lines.append("")
            lines.append(f"{rule.kind.upper()}  {rule.watchlist}/{rule.rule} ({rule.severity})  {rule.title}")
            lines.append(f"  {rule.detail}")
            lines.extend(f"  {quoted.field}: {isolated(marked(quoted))}" for quoted in rule.sentences)
    silent = sum(rule.kind == "nothing" for rule in explanation.rules)
    if silent and not everything:
        lines += ["", f"{silent} more rule{'s' * (silent != 1)} found nothing."]
    return "\n".join(lines) + "\n"


def isolated(text: str) -> str:
    """`text` wrapped so that its direction does not reach its neighbours."""
    return f"{ISOLATE}{text}{POP}"


def marked(quoted: Quoted) -> str:
    """The sentence on one line with [brackets] around the found words."""
    out, at = [], 0
    for start, end in quoted.words:
        if start >= at:
            out += [quoted.text[at:start], "[", quoted.text[start:end], "]"]
            at = end
    return " ".join("".join((*out, quoted.text[at:])).split())


def _rule(verdict: Verdict, reading: Reading, watchlists: Watchlists) -> RuleExplanation:
    kind, rule, scan = str(verdict.kind), verdict.rule, reading.scan
    spans: Sequence[Span] = smallest(verdict.spans)
    severity = rule.severity.value
    if kind in {"fired", "related"}:
        match = as_match(verdict, scan, watchlists.entities)
        detail, severity = match.reason, match.severity.value
    elif kind == "unless":
        detail = f"it would fire, but its unless holds: {isolated(verdict.detail)}"
    elif kind == "no-contact":
        detail = "it would fire, but no contact between the two sides is told"
    elif kind == "nothing":
        miss = _miss(rule.query, reading.counting, _Words(scan))
        kind = "near" if miss.share >= NEARLY and miss.mentions else "nothing"
        detail = miss.text if kind == "near" or miss.mentions else "none of its words occur"
        spans = ()
        if miss.share == 1:
            kind, detail = "near", "its words are there, but no country it is about can be told"
        sentences = _quoted(miss.mentions, scan) if kind == "near" else ()
        return _explanation(verdict, kind, detail, sentences, severity)
    else:
        detail = "; ".join(
            f"“{isolated(s.text)}” does not count: {s.by}" for s in as_suppressed(verdict, scan)
        )
    mentions = [m for span in spans[:MAX_SENTENCES] for m in span.mentions]
    return _explanation(verdict, kind, detail, _quoted(mentions, scan), severity)


def _explanation(
    verdict: Verdict, kind: str, detail: str, sentences: tuple[Quoted, ...], severity: str
) -> RuleExplanation:
    rule = verdict.rule
    return RuleExplanation(
        watchlist=rule.watchlist,
        rule=rule.id,
        title=rule.title,
        kind=kind,
        severity=severity,
        detail=detail,
        sentences=sentences,
    )


def _quoted(mentions: Iterable[Mention], scan: Scan) -> tuple[Quoted, ...]:
    by_sentence: dict[int, set[tuple[int, int]]] = {}
    for mention in mentions:
        by_sentence.setdefault(mention.sentence, set()).add((mention.start, mention.end))
    quoted = []
    for index in sorted(by_sentence)[:MAX_SENTENCES]:
        sentence = scan.sentences[index]
        words = tuple((a - sentence.start, b - sentence.start) for a, b in _longest_first(by_sentence[index]))
        quoted.append(Quoted(field=sentence.field, text=scan.text(index), words=words))
    return tuple(quoted)


def _longest_first(words: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(words, key=lambda word: (word[0], -word[1]))


# --- near misses -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Miss:
    """How much of a query held (0 to 1), in words, and on which mentions."""

    share: float
    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    """Knows how to name the parts of a query and where their mentions are."""

    scan: Scan

    def show(self, node: Node) -> str:
        match node:
            case Term(key, _):
                return key
            case Not(part):
                return f"NOT {self.show(part)}"
            case Scoped(name, part):
                return f"{name}:{self.show(part)}"
            case Attribute(name, values):
                return f"{name}:{'|'.join(sorted(values))}"
            case Or():
                return f"({' OR '.join(map(self.show, children(node)))})"
            case And():
                return f"({' AND '.join(map(self.show, children(node)))})"
            case Within(parts, unit):
                return f"({f' {unit.upper()} '.join(map(self.show, parts))})"
            case Near(left, right, distance, ordered):
                return f"({self.show(left)} {'ONEAR' if ordered else 'NEAR'}/{distance} {self.show(right)})"


def _miss(node: Node, view: View, words: _Words) -> _Miss:
    spans = evaluate(node, view)
    if spans is not None:
        return _Miss(1.0, f"has {words.show(node)}", smallest(spans)[0].mentions if spans else ())
    match node:
        case And(parts):
            return _miss_all([_miss(part, view, words) for part in parts])
        case Or(parts):
            return max((_miss(part, view, words) for part in parts), key=lambda m: m.share)
        case Within(parts, unit):
            return _miss_within(parts, unit, view, words)
        case Near():
            return _miss_near(node, view, words)
        case Scoped(name, part):
            return _miss_scoped(name, part, view, words)
        case Attribute(name, _):
            return _Miss(0.0, f"the item's {name} is {view.facts.get(name) or 'unknown'}")
        case Not(part):
            found = evaluate(part, view) or []
            return _Miss(0.0, f"{words.show(part)} excludes it", found[0].mentions if found else ())
        case Term():
            return _Miss(0.0, f"lacks {words.show(node)}")


def _miss_all(parts: list[_Miss]) -> _Miss:
    held, missed = [p for p in parts if p.share == 1], [p for p in parts if p.share < 1]
    text = "; ".join(dict.fromkeys(p.text for p in (*held, *missed)))
    mentions = tuple(m for p in (*held, *missed) for m in p.mentions)
    return _Miss(sum(p.share for p in parts) / len(parts), text, mentions)


def _miss_within(parts: tuple[Node, ...], unit: str, view: View, words: _Words) -> _Miss:
    """The sentence that held the most parts, and how far away the others are."""
    best: list[Node] = []
    where: View | None = None
    for section in view.units(unit).values():
        held = [p for p in parts if positive(p) and evaluate(p, section) is not None]
        if len(held) > len(best):
            best, where = held, section
    if where is None:
        return _Miss(0.0, f"lacks {_and(words.show(p) for p in parts if positive(p))}")
    lacking = [p for p in parts if p not in best]
    has = _and(words.show(p) for p in best)
    distances = [_distance(p, where, unit, view, words) for p in lacking]
    everything = (s for p in best for s in (evaluate(p, where) or [])[:1])
    mentions = tuple(m for s in everything for m in s.mentions)
    return _Miss(len(best) / len(parts) * 0.99, f"has {has} in one {unit}, {_and(distances)}", mentions)


def _distance(part: Node, where: View, unit: str, view: View, words: _Words) -> str:
    if isinstance(part, Not):
        return f"but {words.show(part.part)} in it excludes it"
    name = words.show(part)
    here = _number(where.mentions[0], unit)
    others = [_number(s.mentions[0], unit) for s in evaluate(part, view) or [] if s.mentions]
    if not others:
        return f"{name} is nowhere"
    away = min(abs(n - here) for n in others)
    return f"{name} is {_counted(away, unit)} away" if away else f"{name} stands there only on the same words"


def _miss_near(node: Near, view: View, words: _Words) -> _Miss:
    left, right = (_miss(side, view, words) for side in (node.left, node.right))
    ours, theirs = evaluate(node.left, view) or [], evaluate(node.right, view) or []
    if not ours or not theirs:
        return _miss_all([left, right])
    gap = min(max(b.start - a.end, a.start - b.end, 0) for a in ours[:50] for b in theirs[:50])
    far = f"{gap} words apart" if gap < 1000 else "in different fields"
    order = " in this order" if node.ordered else ""
    text = f"{words.show(node.left)} and {words.show(node.right)} are {far}, {node.distance} allowed{order}"
    return _Miss(0.9, text, (*left.mentions, *right.mentions))


def _miss_scoped(name: str, part: Node, view: View, words: _Words) -> _Miss:
    whole = _miss(part, view, words)
    if whole.share == 1:
        return _Miss(0.5, f"{words.show(part)} is not in the {name}", whole.mentions)
    return whole


def _number(mention: Mention, unit: str) -> int:
    return mention.sentence if unit == "sentence" else mention.paragraph


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' * (number != 1)}"


def _and(words: Iterable[str]) -> str:
    *rest, last = list(words)
    return f"{', '.join(rest)} and {last}" if rest else last

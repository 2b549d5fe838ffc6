"""Pure. One item to one decision: which rules hold, on which words, and what was silenced.

Scanning is done once; a rule is looked at only when a key of its rarest clause occurred, so the cost follows
the hits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from monitor.matching import facts
from monitor.matching.evaluate import Span, View, evaluate, keys_of, smallest
from monitor.matching.rules import And, Near, Or, Scoped, Wanted, Within, asked_names, terms
from monitor.model import Contact, Decision, Evidence, Item, Match, Severity, Speaker, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from monitor.matching.lexicon import Heard
    from monitor.matching.mentions import EntitySpec, Mention, Scan
    from monitor.matching.rules import Node, Rule, Scope, Watchlists

#: finds the contacts of an item between the parties of a watchlist, given by its id
ContactExtractor = Callable[["Scan", str], "tuple[Told, ...]"]
#: mentions reported per match, or silenced per rule; the shortest spans first
MAX_EVIDENCE = 12
#: characters of a sentence that are shown; only text without full stops has longer ones
MAX_SENTENCE = 4000
#: spans at most this many words long count as compact
COMPACT = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A contact that an item tells of, the reason why it is one, and the words that say so."""

    contact: Contact
    #: its `id` in monitor.contacts.reasons
    reason: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says about one item. `kind`:

    fired, related (about another country), unless, no-contact, silenced (only silenced mentions), nothing.
    """

    rule: Rule
    kind: Literal["fired", "related", "unless", "no-contact", "silenced", "nothing"]
    spans: tuple[Span, ...] = ()
    contacts: tuple[Contact, ...] = ()
    #: the other country (related), the exclusion's words (unless)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A scanned item with its two views: what counts, and what would count if nothing were silenced."""

    scan: Scan
    counting: View
    everything: View


class Matcher:
    """Holds the compiled watchlists; safe to share between threads."""

    def __init__(
        self,
        watchlists: Watchlists,
        *,
        extract: ContactExtractor | None = None,
        denier: Callable[[Scan], Speaker | None] = lambda _scan: None,
    ) -> None:
        self.watchlists = watchlists
        self._extract = extract
        self._denier = denier
        self._rules = watchlists.rules
        self._wanted = Wanted([rule.clauses for rule in self._rules])
        self._names = asked_names(self._rules)
        #: the vocabularies whose senses tell events apart
        self._senses = frozenset(f"%{v.id}" for v in watchlists.vocabularies.values() if v.events)
        #: "French" says nothing that "France" does not
        self._kinds = {f"@{e.id}": e.kind for e in watchlists.entities.values() if e.kind != "demonym"}
        self._told = frozenset((*self._senses, *self._kinds))
        #: the country of a place or a nation, where a tag names it
        self._countries = {
            f"@{e.id}": f"@{tag}"
            for e in watchlists.entities.values()
            for tag in e.tags
            if e.kind in ("place", "demonym") and self._kinds.get(f"@{tag}") == "country"
        }

    def decide(self, item: Item, *, facts_always: bool = False) -> Decision:
        """Every match, contact and suppressed mention of `item`. Never raises for odd text.

        Facts are told of items that match; `facts_always`: of every item, for clustering all of a stream.
        """
        return self._decided(item, self.watchlists.lexicon.hear(item), facts_always)

    def decide_all(self, items: Sequence[Item]) -> list[Decision]:
        """`decide` of each."""
        return list(map(self._decided, items, self.watchlists.lexicon.hear_all(items)))

    def _decided(self, item: Item, heard: Heard, facts_always: bool = False) -> Decision:
        if not facts_always and next(self._candidates(heard.keys), None) is None:
            return Decision(lang=item.lang, folded=heard.folded)
        reading = self.read(item, heard)
        matches: list[Match] = []
        contacts: dict[Contact, None] = {}
        suppressed: list[Suppressed] = []
        for rule in self._candidates(reading.everything.keys):
            verdict = self.judge(rule, reading)
            if verdict.kind in {"fired", "related"}:
                matches.append(as_match(verdict, reading.scan, self.watchlists.entities))
                contacts.update(dict.fromkeys(verdict.contacts))
            else:
                suppressed.extend(as_suppressed(verdict, reading.scan))
        telling = bool(matches) or facts_always
        return Decision(
            lang=reading.scan.lang,
            folded=heard.folded,
            matches=tuple(matches),
            contacts=tuple(contacts),
            suppressed=tuple(dict.fromkeys(suppressed)),
            denier=self._denier(reading.scan) if matches and not contacts else None,
            facts=facts.facts(reading.scan, self._senses, self._kinds, self._countries) if telling else (),
            unnamed=facts.unnamed(reading.scan, self._told, self._countries) if telling else (),
        )

    def read(self, item: Item, heard: Heard | None = None) -> Reading:
        """Scan `item` once, for `judge`."""
        scan = self.watchlists.lexicon.scan(item, heard)
        outlet = item.outlet.strip().casefold()
        facts = {"lang": scan.lang.casefold(), "side": item.outlet_side, "outlet": outlet}
        lead = next((s.paragraph for s in scan.sentences if s.field == "content"), None)
        counting = View([m for m in scan.mentions if m.silenced_by is None], facts, lead, self._names)
        if len(counting.mentions) == len(scan.mentions):
            return Reading(scan, counting, counting)
        return Reading(scan, counting, View(scan.mentions, facts, lead, self._names))

    def judge(self, rule: Rule, reading: Reading) -> Verdict:
        """What `rule` says about an item that was read."""
        spans = _held(rule, reading.counting)
        if spans is None:
            return self._silenced(rule, reading)
        excluding = evaluate(rule.unless, reading.counting) if rule.unless else None
        if excluding is not None:
            return Verdict(
                rule=rule, kind="unless", spans=tuple(spans), detail=_said(excluding, reading.scan)
            )
        if rule.scope is not None:
            about, other = _in_scope(_anchors(rule.query, reading.counting) or spans, rule.scope, reading)
            if not about:
                return Verdict(rule=rule, kind="nothing")
            if other:
                return Verdict(rule=rule, kind="related", spans=tuple(about), detail=self._name(other))
            known = {(s.start, s.end) for s in about}
            spans = [*about, *(s for s in spans if (s.start, s.end) not in known)]
        if not rule.contact or self._extract is None:
            return Verdict(rule=rule, kind="nothing" if rule.declared else "fired", spans=tuple(spans))
        return _of_contacts(rule, spans, self._extract(reading.scan, rule.watchlist))

    def _candidates(self, present: Iterable[str]) -> Iterator[Rule]:
        return (self._rules[number] for number in self._wanted.held(present))

    def _silenced(self, rule: Rule, reading: Reading) -> Verdict:
        if reading.everything is reading.counting:
            return Verdict(rule=rule, kind="nothing")
        spans = _held(rule, reading.everything) or []
        spans = [s for s in spans if any(m.silenced_by for m in s.mentions)]
        return Verdict(rule=rule, kind="silenced" if spans else "nothing", spans=tuple(spans))

    def _name(self, entity: str) -> str:
        spec = self.watchlists.entities.get(entity)
        return spec.name if spec else entity


def _of_contacts(rule: Rule, spans: Sequence[Span], told: Sequence[Told]) -> Verdict:
    """A rule that asks for a contact fires where one was told for a reason of its own."""
    ours = [one for one in told if one.reason in rule.contact]
    if not ours:
        return Verdict(rule=rule, kind="nothing" if told else "no-contact", spans=tuple(spans))
    shown = [one.span for one in ours] if rule.declared else spans
    return Verdict(rule=rule, kind="fired", spans=tuple(shown), contacts=tuple(one.contact for one in ours))


# --- scope -----------------------------------------------------------------------------------------------


def _anchors(node: Node, view: View) -> list[Span]:
    """Every place where the SENTENCE, PARAGRAPH and NEAR parts of a scoped rule hold."""
    match node:
        case Within() | Near():
            return evaluate(node, view) or []
        case And(parts) | Or(parts):
            return [span for part in parts for span in _anchors(part, view)]
        case Scoped(name, part):
            return _anchors(part, view.scope(name))
        case _:
            return []


def _in_scope(spans: list[Span], scope: Scope, reading: Reading) -> tuple[list[Span], str]:
    """The spans about the rule's country; else those about another one, and its id; else none."""
    cues = _cues(scope, reading.counting)
    where = sorted(cues)
    resolved = [(span, _about(span, cues, where, scope.country)) for span in spans]
    home = [span for span, country in resolved if country == scope.country]
    away = [(span, country) for span, country in resolved if country]
    if home or not away:
        return home, ""
    return [span for span, _ in away], away[0][1]


def _cues(scope: Scope, view: View) -> dict[int, str]:
    """Sentence number to the country it is about; the rule's own country wins where both are named."""
    found: dict[int, str] = {}
    for mention in view.keys.get(scope.others, ()):
        found.setdefault(mention.sentence, mention.term.removeprefix("@"))
    for key in scope.own:
        found.update((mention.sentence, scope.country) for mention in view.keys.get(key, ()))
    return found


def _about(span: Span, cues: Mapping[int, str], where: Sequence[int], home: str) -> str:
    """The country of a span: in its own sentences, else the nearest before, else the nearest after; "" if
    none.

    `where`: the sentences that have cues, in order.
    """
    own = {m.sentence for m in span.mentions}
    named = [cues[s] for s in sorted(own) if s in cues]
    if named:
        return home if home in named else named[0]
    before = bisect_left(where, min(own))
    if before:
        return cues[where[before - 1]]
    after = bisect_right(where, max(own))
    return cues[where[after]] if after < len(where) else ""


# --- saying it -------------------------------------------------------------------------------------------


def as_match(verdict: Verdict, scan: Scan, entities: Mapping[str, EntitySpec]) -> Match:
    """The match of a fired or related verdict, shortest evidence first."""
    rule, spans = verdict.rule, smallest(verdict.spans)
    related = verdict.kind == "related"
    severity = min(rule.severity, Severity.LOW, key=lambda s: s.rank) if related else rule.severity
    reason = why(spans[0], entities, scan) if spans else rule.title
    if related and rule.scope:
        home = entities[rule.scope.country].name if rule.scope.country in entities else rule.scope.country
        reason = f"about {verdict.detail}, not {home}: {reason}"
    return Match(
        watchlist=rule.watchlist,
        rule=rule.id,
        severity=severity,
        score=_score(spans),
        evidence=evidence_of(spans, scan),
        reason=reason,
    )


def as_suppressed(verdict: Verdict, scan: Scan) -> Iterator[Suppressed]:
    """What a rule would have fired on, and what held it back."""
    if verdict.kind == "silenced":
        silenced = (m for m in _unique(verdict.spans) if m.silenced_by)
        for mention in islice(silenced, MAX_EVIDENCE):
            yield _suppressed(verdict.rule, str(mention.silenced_by), mention, scan)
    elif verdict.kind in {"unless", "no-contact"} and verdict.spans:
        by = f"unless: {verdict.detail}" if verdict.kind == "unless" else "no contact between the two sides"
        yield _suppressed(verdict.rule, by, smallest(verdict.spans)[0].mentions[0], scan)
        asked = {term.key for term in terms(verdict.rule.query)} if verdict.rule.declared else set()
        silenced = (m for m in scan.mentions if m.silenced_by and not asked.isdisjoint(keys_of(m)))
        for mention in islice(silenced, MAX_EVIDENCE):
            yield _suppressed(verdict.rule, str(mention.silenced_by), mention, scan)


def evidence_of(spans: Sequence[Span], scan: Scan) -> tuple[Evidence, ...]:
    """The mentions of `spans`, each once, with their sentences."""
    mentions = islice(_unique(spans), MAX_EVIDENCE)
    return tuple(
        Evidence(
            field=m.field,
            start=m.start,
            end=m.end,
            text=scan.fields[m.field][m.start : m.end],
            term=m.term.lstrip("@%").strip('"'),
            sentence=_around(m, scan),
        )
        for m in mentions
    )


def why(span: Span, entities: Mapping[str, EntitySpec], scan: Scan) -> str:
    """One line in plain words: who is named, with which words, where."""
    names: dict[str, None] = {}
    words: dict[str, None] = {}
    for mention in span.mentions:
        entity = entities.get(mention.term.removeprefix("@")) if mention.term.startswith("@") else None
        if entity is not None:
            names[entity.name] = None
        elif not any(_covers(other, mention) for other in span.mentions):
            words[f"“{scan.fields[mention.field][mention.start : mention.end]}”"] = None
    said = f"names {listed(names)}" if names else "says"
    if words:
        said += f"{' with' if names else ''} {listed(words)}"
    return f"{said} {_where(span)}"


def _covers(other: Mention, mention: Mention) -> bool:
    return (
        other.field == mention.field
        and other.start <= mention.start
        and mention.end <= other.end
        and other.end - other.start > mention.end - mention.start
    )


def _where(span: Span) -> str:
    places = list(dict.fromkeys(m.field for m in span.mentions))
    one = (
        "one sentence of " if len(span.mentions) > 1 and len({m.sentence for m in span.mentions}) == 1 else ""
    )
    return f"in {one}the {listed(places)}"


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *rest, last = list(words)
    return f"{', '.join(rest)} and {last}" if rest else last


def _score(spans: Sequence[Span]) -> float:
    """0 to 1: more for the title or summary, for close words, for being said twice;
    less for weak names alone.
    """
    if not spans:
        return 0.5
    mentions = [m for span in spans for m in span.mentions]
    score = 0.6
    score += 0.2 * any(m.field != "content" for m in mentions)
    score += 0.1 * (spans[0].length <= COMPACT)
    score += 0.1 * (len(spans) > 1)
    score -= 0.2 * all(m.weak for m in mentions)
    return round(score, 2)


def _held(rule: Rule, view: View) -> list[Span] | None:
    if any(clause.isdisjoint(view.keys) for clause in rule.clauses):
        return None
    return evaluate(rule.query, view)


def _unique(spans: Iterable[Span]) -> Iterator[Mention]:
    seen: set[int] = set()
    for span in spans:
        for mention in span.mentions:
            if id(mention) not in seen:
                seen.add(id(mention))
                yield mention


def _said(spans: list[Span], scan: Scan) -> str:
    if not spans:
        return "what the item is"
    words = (scan.fields[m.field][m.start : m.end] for m in smallest(spans)[0].mentions)
    return ", ".join(dict.fromkeys(words))


def _suppressed(rule: Rule, by: str, mention: Mention, scan: Scan) -> Suppressed:
    return Suppressed(
        watchlist=rule.watchlist,
        rule=rule.id,
        by=by,
        text=scan.fields[mention.field][mention.start : mention.end],
        field=mention.field,
        start=mention.start,
        end=mention.end,
        sentence=_around(mention, scan),
    )


def _around(mention: Mention, scan: Scan) -> str:
    """The mention's sentence; of one that runs on without end only what stands near."""
    sentence = scan.sentences[mention.sentence]
    if sentence.end - sentence.start <= MAX_SENTENCE:
        return scan.text(mention.sentence)
    start = max(sentence.start, mention.start - MAX_SENTENCE // 2)
    end = min(sentence.end, start + MAX_SENTENCE)
    return scan.fields[mention.field][start:end].strip()

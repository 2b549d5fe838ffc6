"""Pure. What the analysts' files compile to: rules, watchlists, and all of them together; and the tree of a
query, with what can be told from it without a text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Literal

from monitor.fields import Strict
from monitor.matching.mentions import Id, Text, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from monitor.matching.lexicon import Lexicon
    from monitor.matching.mentions import EntitySpec, VocabularySpec
    from monitor.model import ContactType, Severity
    from monitor.model.press import Press

#: conditions kept for one query, so that a long OR of ANDs does not multiply without end
MAX_CLAUSES = 24


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for. `key`: `@entity`, `#tag`, `%vocabulary`, `%vocabulary.sense`,
    `"phrase"` or `prefix*`.
    """

    key: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class And:
    """All parts, anywhere in the scope."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Nothing like it in the scope (the sentence inside SENTENCE, else the item or field)."""

    part: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Both sides with at most `distance` words between; `ordered`: the left one first."""

    left: Node
    right: Node
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class Within:
    """All parts inside one sentence or one paragraph."""

    parts: tuple[Node, ...]
    unit: Literal["sentence", "paragraph"]
    #: a unit without a key of each of these cannot hold all parts
    needs: tuple[frozenset[str], ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Work out `needs` once, when the query is read."""
        object.__setattr__(self, "needs", tuple(c for part in self.parts for c in clauses(part)))


@dataclass(frozen=True, slots=True)
class Scoped:
    """Only in one field; `lead` is title, summary and the first paragraph of the content."""

    field: str
    part: Node


@dataclass(frozen=True, slots=True)
class Attribute:
    """What the item is, not what it says: `lang`, `side` or `outlet` is one of `values` (case-folded)."""

    name: str
    values: frozenset[str]


Node = Term | And | Or | Not | Near | Within | Scoped | Attribute


def terms(node: Node) -> Iterator[Term]:
    """Every term of the tree, excluded ones too, in reading order."""
    if isinstance(node, Term):
        yield node
    for part in children(node):
        yield from terms(part)


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case And(parts) | Or(parts) | Within(parts, _):
            return parts
        case Not(part) | Scoped(_, part):
            return (part,)
        case Near(left, right, _, _):
            return (left, right)
        case _:
            return ()


def literals(node: Node) -> frozenset[str]:
    """The phrases and prefixes that a lexicon must look for on behalf of this query."""
    return frozenset(t.key for t in terms(node) if t.key[0] not in "@#%")


def positive(node: Node) -> bool:
    """Whether holding requires that something was found in the text."""
    match node:
        case Term():
            return True
        case Not() | Attribute():
            return False
        case Or(parts):
            return all(map(positive, parts))
        case _:
            return any(map(positive, children(node)))


def clauses(node: Node) -> tuple[frozenset[str], ...]:
    """Conditions on the found keys that must all hold before the query can: from each clause at least one
    key.

    The rarest clause comes first, so that a rule is looked at only when its rarest required term occurred.
    """
    return tuple(_clauses(node))


def _clauses(node: Node) -> list[frozenset[str]]:
    if isinstance(node, Term):
        return [frozenset({node.key})]
    if not positive(node):
        return []
    if isinstance(node, Or):
        # (A and B) or (C and D) is (A or C) and (A or D) and (B or C) and (B or D)
        return reduce(lambda a, b: _rarest(x | y for x in a for y in b), map(_clauses, node.parts))
    return _rarest(clause for part in children(node) for clause in _clauses(part))


def _rarest(clauses: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Clauses, rarest first, without those that another one implies; any of them may be left out."""
    kept: list[frozenset[str]] = []
    for clause in sorted(set(clauses), key=_weight):
        if len(kept) < MAX_CLAUSES and not any(other <= clause for other in kept):
            kept.append(clause)
    return kept


def _weight(clause: frozenset[str]) -> tuple[int, list[str]]:
    """How common a clause is likely to be: names and phrases are rare, tags and word lists are not."""
    return sum(8 if k[0] in "#%" and "." not in k else 4 if k[0] == "%" else 1 for k in clause), sorted(
        clause
    )


class Scope(Strict):
    """The country that the found sentence must be about."""

    #: id of an entity
    country: Id
    #: the tag, with #, of those it must not rather be about
    others: Text = "#other-country"

    @property
    def own(self) -> tuple[str, ...]:
        """What names the country."""
        return f"@{self.country}", f"#{self.country}", f"#{self.country}-topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One compiled rule."""

    watchlist: str
    id: str
    title: str
    source: str
    query: Node
    severity: Severity
    status: str = "test"
    reason: str = ""
    unless: Node | None = None
    #: the reasons (monitor.contacts.reasons) of which a contact must have one; empty: it asks for no contact
    contact: tuple[str, ...] = ()
    #: made of its watchlist's `contacts:`; its query only says which items are worth reading
    declared: bool = False
    scope: Scope | None = None
    #: from each set at least one key must occur; rarest set first
    clauses: tuple[frozenset[str], ...] = ()
    file: str = ""
    line: int | None = None

    @property
    def key(self) -> str:
        """`watchlist/rule`."""
        return f"{self.watchlist}/{self.id}"

    @property
    def asked(self) -> frozenset[str]:
        """All keys that it asks for."""
        nodes = [node for node in (self.query, self.unless) if node is not None]
        scope = (self.scope.others, *self.scope.own) if self.scope else ()
        return frozenset((*(term.key for node in nodes for term in terms(node)), *scope))

    @property
    def digest(self) -> str:
        """Another one when what the rule asks is edited; words of explanation and place do not count."""
        asks = (self.source, self.severity.value, self.unless, self.contact, self.scope)
        return hashlib.sha256(repr(asks).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySpec:
    """One of the two parties between which a watchlist looks for contacts."""

    id: str
    #: language to what readers are shown; always English
    titles: Mapping[str, str]
    #: `#tag`: the entities of the party
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A named set of rules."""

    id: str
    title: str
    description: str
    falsepositives: tuple[str, ...]
    rules: tuple[Rule, ...]
    #: by language, where it has more than one
    titles: Mapping[str, str] = field(default_factory=dict)
    #: the parties whose contacts it looks for, and which kinds of contact
    between: tuple[PartySpec, PartySpec] | None = None
    types: tuple[ContactType, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlists:
    """Everything compiled; `revision` changes when any file of the folder does."""

    lists: tuple[Watchlist, ...]
    entities: Mapping[str, EntitySpec]
    vocabularies: Mapping[str, VocabularySpec]
    lexicon: Lexicon
    #: sides and outlets
    press: Press
    revision: str
    #: where each entity, vocabulary and rule stands: "@id", "%id", "watchlist/rule" -> (file, line)
    places: Mapping[str, tuple[str, int | None]] = field(default_factory=dict, repr=False)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of the files."""
        return tuple(rule for watchlist in self.lists for rule in watchlist.rules)

    @property
    def titles(self) -> dict[str, str]:
        """Watchlist id to title."""
        return {w.id: w.title for w in self.lists}

    @property
    def parties(self) -> dict[str, tuple[PartySpec, PartySpec]]:
        """Id of a watchlist that looks for contacts to its parties."""
        return {w.id: w.between for w in self.lists if w.between is not None}

    @property
    def party_titles(self) -> dict[str, dict[str, Mapping[str, str]]]:
        """The same, each party by its id with its titles by language."""
        return {name: {party.id: party.titles for party in both} for name, both in self.parties.items()}


class Wanted:
    """What rules want of an item, a bit for each set of keys of each rule: first those of every rule's first
    set, then of every second one.
    """

    def __init__(self, rules: Sequence[Sequence[frozenset[str]]]) -> None:
        self._count = len(rules)
        self._most = max((len(clauses) for clauses in rules), default=0)
        #: the bits of the sets that a rule does not have
        self._free = 0
        self._bits: dict[str, int] = {}
        for number, clauses in enumerate(rules):
            for place in range(self._most):
                bit = 1 << (place * self._count + number)
                if place >= len(clauses):
                    self._free |= bit
                for key in clauses[place] if place < len(clauses) else ():
                    self._bits[key] = self._bits.get(key, 0) | bit

    def held(self, present: Iterable[str]) -> Iterator[int]:
        """The numbers of the rules that find a key of each of their sets, in order."""
        bits, found = self._bits, self._free
        for key in present:
            found |= bits.get(key, 0)
        every = (1 << self._count) - 1
        held = every
        for _ in range(self._most):
            held &= found
            found >>= self._count
        return (number for number in range(held.bit_length()) if held >> number & 1)


def asked_names(rules: Iterable[Rule]) -> Callable[[str, str, frozenset[str]], tuple[str, ...]]:
    """The names under which any of the rules asks for a mention; it has four times as many."""
    asked = frozenset(key for rule in rules for key in rule.asked)

    @lru_cache(maxsize=50_000)
    def names(term: str, sense: str, tags: frozenset[str]) -> tuple[str, ...]:
        return tuple(key for key in keys(term, sense, tags) if key in asked)

    return names

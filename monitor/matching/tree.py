"""Pure. The tree of a query, and what can be told from it without a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

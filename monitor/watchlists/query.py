"""Pure. The query language of a rule: text to a tree, mistakes with their place and remedy.

Loosest to tightest: OR, AND, the distances (NEAR/n, ONEAR/n, SENTENCE, PARAGRAPH), NOT. `A SENTENCE B
SENTENCE C` is one sentence holding all three. Operators are capitals; docs/reference/watchlist-language.md
has it for analysts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from monitor.documents import suggestion
from monitor.folding import fold
from monitor.matching.rules import And, Attribute, Near, Node, Not, Or, Scoped, Term, Within, positive, terms
from monitor.watchlists.question import advice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

GRAMMAR = r"""
start: or_
or_: and_ (OR and_)*
and_: near_ (AND near_)*
near_: unary (distance unary)*
distance: NEAR | UNIT
unary: NOT unary -> not_ | SCOPE unary -> scoped | ATTRIBUTE value -> attribute | atom
value: word | "(" word (OR word)* ")"
word: WORD | PHRASE
atom: ENTITY | TAG | VOCABULARY | PHRASE | WORD | "(" or_ ")" -> group

OR.9: /OR(?![^\s()])/
AND.9: /AND(?![^\s()])/
NOT.9: /NOT(?![^\s()])/
NEAR.9: /O?NEAR(\/\d{1,3})?(?![^\s()])/
UNIT.9: /(SENTENCE|PARAGRAPH)(?![^\s()])/
SCOPE.8: /(title|summary|content|lead):/
ATTRIBUTE.8: /(lang|side|outlet):/
ENTITY: /@[\w-]+/
TAG: /#[\w-]+/
VOCABULARY: /%[\w-]+(\.[\w-]+)?/
PHRASE: /"[^"]*"|“[^”]*”|«[^»]*»|„[^“”]*[“”]/
WORD: /[^\s()"“”«»„:@#%][^\s()"“”«»„:]*/
%ignore /\s+/
"""
DEFAULT_DISTANCE, MAX_DISTANCE = 4, 50
MIN_PREFIX = 2
FIELDS = ("title", "summary", "content", "lead", "lang", "side", "outlet")
OPERATORS = {"and", "or", "not", "near", "onear", "sentence", "paragraph"}
CAPITALS = {word.upper() for word in OPERATORS} - {"NOT"}
FOREIGN = {
    "&": "AND",
    "&&": "AND",
    "+": "AND",
    "|": "OR",
    "||": "OR",
    ",": "OR",
    "!": "AND NOT",
    "-": "AND NOT",
}
QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“”"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryMistake:
    """One mistake; `offset` counts characters from the start of the query."""

    offset: int
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What a query may refer to, with `@`, `#`, `%`."""

    known: Collection[str]


def parse(text: str) -> tuple[Node | None, tuple[QueryMistake, ...]]:
    """The tree of `text` (None when it has no readable structure) and every mistake found."""
    broken = _unbalanced(text)
    if broken:
        return None, (broken,)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        return None, (_explained(text, error),)
    builder = _Builder()
    node = builder.build(tree)
    mistakes = tuple(builder.mistakes)
    return node, mistakes or tuple(_exclude_only(node))


def check_names(node: Node, names: Names) -> tuple[QueryMistake, ...]:
    """A mistake for each `@`, `#` or `%` that `names` does not know, with the nearest known one."""
    return tuple(
        QueryMistake(
            offset=term.offset,
            message=f"nothing is called {term.key}",
            remedy=advice(term.key, names.known),
        )
        for term in terms(node)
        if term.key[0] in "@#%" and term.key not in names.known
    )


# --- building the tree -----------------------------------------------------------------------------------


class _Builder:
    """Lark's tree to ours; collects mistakes instead of stopping at the first."""

    def __init__(self) -> None:
        self.mistakes: list[QueryMistake] = []

    def build(self, tree: Tree[Token]) -> Node:
        node: Node = getattr(self, "_" + tree.data)(tree.children)
        return node

    def _start(self, parts: list[Any]) -> Node:
        return self.build(parts[0])

    _group = _start

    def _unary(self, parts: list[Any]) -> Node:
        return self.build(parts[0])

    def _or_(self, parts: list[Any]) -> Node:
        built = tuple(self.build(p) for p in parts[::2])
        return built[0] if len(built) == 1 else Or(built)

    def _and_(self, parts: list[Any]) -> Node:
        built = tuple(self.build(p) for p in parts[::2])
        return built[0] if len(built) == 1 else And(built)

    def _near_(self, parts: list[Any]) -> Node:
        node, chain = self.build(parts[0]), ""
        for operator, operand in zip(parts[1::2], parts[2::2], strict=True):
            token, right = operator.children[0], self.build(operand)
            if token.type == "NEAR":
                node, chain = self._near(token, node, right), ""
            elif isinstance(node, Within) and chain == token:
                node = Within((*node.parts, right), node.unit)
            else:
                node, chain = Within((node, right), token.lower()), str(token)
        return node

    def _near(self, token: Token, left: Node, right: Node) -> Node:
        name, _, number = token.partition("/")
        distance = int(number or DEFAULT_DISTANCE)
        if not 0 <= distance <= MAX_DISTANCE:
            self._complain(token, f"{name}/{distance} is too far", f"use at most {MAX_DISTANCE}, or SENTENCE")
        for side in (left, right):
            if not positive(side.part if isinstance(side, Not) else side):
                self._complain(token, f"{name} needs words to find on both sides", "join the rest with AND")
        if isinstance(left, Not) and isinstance(right, Not):
            self._complain(token, f"{name} needs words to find on at least one side")
        return Near(left, right, distance, name == "ONEAR")

    def _not_(self, parts: list[Any]) -> Node:
        return Not(self.build(parts[1]))

    def _scoped(self, parts: list[Any]) -> Node:
        return Scoped(parts[0].rstrip(":"), self.build(parts[1]))

    def _attribute(self, parts: list[Any]) -> Node:
        words = [str(w.children[0]) for w in parts[1].children if isinstance(w, Tree)]
        return Attribute(parts[0].rstrip(":"), frozenset(_bare(w).casefold() for w in words))

    def _atom(self, parts: list[Any]) -> Node:
        token: Token = parts[0]
        if token.type in {"PHRASE", "WORD"}:
            return self._phrase(token)
        return Term(str(token), token.start_pos or 0)

    def _phrase(self, token: Token) -> Node:
        text = _bare(token)
        if token.type == "WORD":
            self._check_word(token)
        stem = text.removesuffix("*").rstrip() if text.endswith("*") else text
        folded = fold(stem).text.strip()
        if "*" in stem or "?" in stem.rstrip("?"):
            self._complain(token, "a wildcard may only end a term", "write the beginning and one *")
        elif text.endswith("*") and len(folded.rsplit(" ", 1)[-1]) < MIN_PREFIX:
            self._complain(
                token, f"{text} would hit nearly every word", "write at least four letters before *"
            )
        elif not folded:
            self._complain(token, "nothing to look for", "write a word between the quotes")
        return Term(f"{folded}*" if text.endswith("*") else f'"{folded}"', token.start_pos or 0)

    def _check_word(self, token: Token) -> None:
        word = str(token)
        if word.lower() in OPERATORS:
            self.mistakes.append(_operator_as_word(word, token.start_pos or 0))
        elif word in FOREIGN or (len(word) > 1 and word[0] in "-+!&|"):
            self._complain(
                token, f"{word!r} is not an operator here", f"write {FOREIGN.get(word, FOREIGN[word[0]])}"
            )

    def _complain(self, token: Token, message: str, remedy: str = "") -> None:
        self.mistakes.append(QueryMistake(offset=token.start_pos or 0, message=message, remedy=remedy))


def _bare(token: str) -> str:
    return token[1:-1].strip() if token[0] in QUOTES else str(token)


# --- what went wrong -------------------------------------------------------------------------------------


def _unbalanced(text: str) -> QueryMistake | None:
    """The quote or bracket without its partner."""
    opened: list[int] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in QUOTES:
            closing = next((i for i in range(position + 1, len(text)) if text[i] in QUOTES[character]), None)
            if closing is None:
                return QueryMistake(
                    offset=position, message="this quote is never closed", remedy="add the closing quote"
                )
            position = closing
        elif character == "(":
            opened.append(position)
        elif character == ")":
            if not opened:
                return QueryMistake(
                    offset=position, message="this ) closes nothing", remedy="remove it, or add ( before"
                )
            opened.pop()
        position += 1
    if opened:
        return QueryMistake(offset=opened[-1], message="this ( is never closed", remedy="add )")
    return None


def _explained(text: str, error: UnexpectedInput) -> QueryMistake:
    if isinstance(error, UnexpectedCharacters):
        return _unreadable(text, error.pos_in_stream or 0)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        before = text[: error.token.start_pos].split()
        if before and before[-1].lstrip("(") in CAPITALS:
            word = before[-1].lstrip("(")
            return _operator_as_word(word, text[: error.token.start_pos].rindex(word))
        return _misplaced(error.token, error.accepts or error.expected)
    assert isinstance(error, UnexpectedToken | UnexpectedEOF)
    if not text.strip():
        return QueryMistake(offset=0, message="the query is empty")
    return QueryMistake(
        offset=len(text), message="the query ends too early", remedy="a term is missing at the end"
    )


def _unreadable(text: str, offset: int) -> QueryMistake:
    word = re.search(r"[\w-]+$", text[:offset])
    if text[offset] == ":":
        name = word.group() if word else ""
        start = word.start() if word else offset
        return QueryMistake(
            offset=start, message=f"{name}: is not a field", remedy=suggestion(name.lower(), FIELDS)
        )
    return QueryMistake(
        offset=offset,
        message=f"{text[offset]!r} cannot stand here",
        remedy="put quotes around text with signs in it",
    )


def _misplaced(token: Token, expected: Collection[str]) -> QueryMistake:
    offset = token.start_pos or 0
    if token.type == "WORD" and token.lower() in OPERATORS:
        return _operator_as_word(str(token), offset)
    if token.type == "WORD" and token[0] in FOREIGN:
        return QueryMistake(
            offset=offset,
            message=f"{str(token)!r} is not an operator here",
            remedy=f"write {FOREIGN.get(token, FOREIGN[token[0]])}",
        )
    if token.type == "NOT" and "AND" in expected:
        return QueryMistake(offset=offset, message="NOT needs AND or OR before it", remedy="write AND NOT")
    if "AND" in expected:
        return QueryMistake(
            offset=offset,
            message="two terms stand side by side",
            remedy="put AND, OR or a distance between them, or quotes around a phrase",
        )
    return QueryMistake(
        offset=offset, message=f"{token} has no term before it", remedy="a term is missing here"
    )


def _operator_as_word(word: str, offset: int) -> QueryMistake:
    if word in CAPITALS:
        return QueryMistake(
            offset=offset, message=f"{word} has no term before or after it", remedy="a term is missing here"
        )
    remedy = f'write {word.upper()}, or "{word}" for the word'
    return QueryMistake(offset=offset, message=f"{word!r} is read as a word here", remedy=remedy)


def _exclude_only(node: Node) -> Iterator[QueryMistake]:
    if positive(node):
        return
    if isinstance(node, Or) and any(map(positive, node.parts)):
        message = "one side of OR only excludes, so nearly every item would match"
    else:
        message = "the query only excludes"
    where = next((t.offset for t in terms(node)), 0)
    yield QueryMistake(
        offset=where, message=message, remedy="say what must be found; NOT and lang: only narrow it"
    )


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)

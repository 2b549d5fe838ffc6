"""The query language: what a rule says becomes one tree, and every slip is told with its place and a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.documents import inside_scalar
from monitor.matching.rules import (
    MAX_CLAUSES,
    And,
    Attribute,
    Near,
    Not,
    Or,
    Scoped,
    Term,
    Within,
    clauses,
    literals,
    positive,
)
from monitor.watchlists import query
from monitor.watchlists.query import Names, parse


def tree(text: str) -> object:
    node, mistakes = parse(text)
    assert not mistakes, mistakes
    return _placeless(node)


def _placeless(node: object) -> object:
    match node:
        case Term(key, _):
            return Term(key)
        case And(parts):
            return And(tuple(map(_placeless, parts)))
        case Or(parts):
            return Or(tuple(map(_placeless, parts)))
        case Within(parts, unit):
            return Within(tuple(map(_placeless, parts)), unit)
        case Not(part):
            return Not(_placeless(part))
        case Scoped(name, part):
            return Scoped(name, _placeless(part))
        case Near(left, right, distance, ordered):
            return Near(_placeless(left), _placeless(right), distance, ordered)
        case _:
            return node


A, B, C, D = (Term(f'"{letter}"') for letter in "abcd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a", A, id="a word"),
        pytest.param('"Foreign  Forces"', Term('"foreign forces"'), id="a phrase is folded"),
        pytest.param("“Foreign Forces”", Term('"foreign forces"'), id="typographic quotes"),
        pytest.param("«Африканский корпус»", Term('"африканскии корпус"'), id="guillemets"),
        pytest.param("mercenar*", Term("mercenar*"), id="a prefix"),
        pytest.param('"foreign fight*"', Term("foreign fight*"), id="a phrase whose last word is a prefix"),
        pytest.param("@khalifa-haftar", Term("@khalifa-haftar"), id="an entity"),
        pytest.param("%contact.meeting", Term("%contact.meeting"), id="one sense of a vocabulary"),
        pytest.param("a OR b AND c", Or((A, And((B, C)))), id="AND is tighter than OR"),
        pytest.param(
            "a AND b SENTENCE c", And((A, Within((B, C), "sentence"))), id="SENTENCE is tighter than AND"
        ),
        pytest.param("NOT a SENTENCE b", Within((Not(A), B), "sentence"), id="NOT is tightest"),
        pytest.param("(a OR b) AND c", And((Or((A, B)), C)), id="brackets"),
        pytest.param(
            "a SENTENCE b SENTENCE c", Within((A, B, C), "sentence"), id="one sentence holds all three"
        ),
        pytest.param(
            "a SENTENCE b PARAGRAPH c",
            Within((Within((A, B), "sentence"), C), "paragraph"),
            id="different distances nest from the left",
        ),
        pytest.param("a NEAR b", Near(A, B, query.DEFAULT_DISTANCE, False), id="NEAR has a default distance"),
        pytest.param("a ONEAR/7 b", Near(A, B, 7, True), id="ONEAR is ordered"),
        pytest.param("a NEAR/3 NOT b", Near(A, Not(B), 3, False), id="not near"),
        pytest.param("title:(a OR b)", Scoped("title", Or((A, B))), id="a field"),
        pytest.param(
            "a AND lang:(ru OR UK)",
            And((A, Attribute("lang", frozenset({"ru", "uk"})))),
            id="values of an attribute",
        ),
        pytest.param(
            'a AND outlet:"The Libya Observer"',
            And((A, Attribute("outlet", frozenset({"the libya observer"})))),
            id="an attribute in quotes",
        ),
        pytest.param(
            "ORANGE AND NOTE", And((Term('"orange"'), Term('"note"'))), id="words that begin like operators"
        ),
        pytest.param("a\n  AND\n  b", And((A, B)), id="several lines"),
    ],
)
def test_a_query_means_one_tree(text: str, expected: object) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "offset", "message", "remedy"),
    [
        pytest.param("a or b", 2, "read as a word", "OR", id="lower-case or"),
        pytest.param("a And b", 2, "read as a word", "AND", id="half-capital and"),
        pytest.param("a near b", 2, "read as a word", "NEAR", id="lower-case near"),
        pytest.param("mercenaries Libya", 12, "side by side", "quotes", id="words without operator"),
        pytest.param("a NOT b", 2, "NOT needs", "AND NOT", id="NOT without AND"),
        pytest.param("a AND -b", 6, "not an operator", "AND NOT", id="a minus as exclusion"),
        pytest.param("a & b", 2, "not an operator", "AND", id="an ampersand"),
        pytest.param("a | b", 2, "not an operator", "OR", id="a bar"),
        pytest.param("(a OR (b)", 0, "never closed", "add )", id="a bracket left open"),
        pytest.param("a) AND b", 1, "closes nothing", "remove", id="a bracket too many"),
        pytest.param('a AND "b c', 6, "quote is never closed", "closing quote", id="a quote left open"),
        pytest.param("titel:a", 0, "titel: is not a field", "did you mean 'title'", id="a misspelt field"),
        pytest.param("a AND", 5, "ends too early", "missing", id="a missing term at the end"),
        pytest.param("AND a", 0, "AND has no term", "missing", id="a missing term at the start"),
        pytest.param("a AND OR b", 6, "OR has no term", "missing", id="two operators in a row"),
        pytest.param("()", 1, "", "", id="empty brackets"),
        pytest.param("", 0, "empty", "", id="nothing at all"),
        pytest.param("NOT a", 4, "only excludes", "must be found", id="exclude-only"),
        pytest.param("lang:ru AND NOT a", 16, "only excludes", "must be found", id="a language is no term"),
        pytest.param("a OR NOT b", 0, "one side of OR", "must be found", id="a free-standing NOT in OR"),
        pytest.param("NOT a SENTENCE NOT b", 4, "only excludes", "", id="a sentence of exclusions"),
        pytest.param("a NEAR/99 b", 2, "too far", "SENTENCE", id="a distance too far"),
        pytest.param("a NEAR lang:ru", 2, "words to find", "AND", id="NEAR beside an attribute"),
        pytest.param("*group", 0, "wildcard", "beginning", id="a wildcard in front"),
        pytest.param("w?gner", 0, "wildcard", "beginning", id="a question mark as wildcard"),
        pytest.param("m*", 0, "nearly every word", "four letters", id="a prefix of one letter"),
        pytest.param('""', 0, "nothing to look for", "", id="empty quotes"),
        pytest.param("a AND #", 6, "cannot stand here", "quotes", id="a lone sign"),
    ],
)
def test_a_slip_is_told_with_place_and_remedy(text: str, offset: int, message: str, remedy: str) -> None:
    _, mistakes = parse(text)
    assert mistakes
    assert mistakes[0].offset == offset
    assert message in mistakes[0].message
    assert remedy in mistakes[0].remedy


def test_several_slips_are_told_together() -> None:
    _, mistakes = parse("m* AND *b AND c NEAR/99 d")
    assert len(mistakes) == 3


def test_an_unknown_name_comes_with_the_nearest_known_one() -> None:
    node, _ = parse("@khalifa-hafter AND #libia AND %contct AND @known")
    assert node is not None
    names = Names({"@khalifa-haftar", "#libya", "%contact", "@known"})
    found = query.check_names(node, names)
    assert [m.offset for m in found] == [0, 20, 31]
    assert "'@khalifa-haftar'" in found[0].remedy
    assert "'#libya'" in found[1].remedy
    assert "'%contact'" in found[2].remedy


@given(st.text(alphabet="ab()\"@#%:*/ ANDORTENENCESP-'ие؟", max_size=40))
def test_any_text_gives_a_tree_or_a_mistake_inside_it(text: str) -> None:
    node, mistakes = parse(text)
    assert node is not None or mistakes
    assert all(0 <= m.offset <= len(text) for m in mistakes)
    assert mistakes or (node is not None and positive(node) and clauses(node))


@pytest.mark.parametrize(
    ("text", "rarest", "count"),
    [
        pytest.param("#russia SENTENCE @haftar", {"@haftar"}, 2, id="a name is rarer than a tag"),
        pytest.param("(a OR b) AND NOT c", {'"a"', '"b"'}, 1, id="either alternative, never the excluded"),
        pytest.param("(a AND #x) OR (#y AND b)", {'"a"', '"b"'}, 4, id="something of each alternative"),
        pytest.param("(a AND b) OR (a AND c)", {'"a"'}, 2, id="what all alternatives share"),
        pytest.param("(a SENTENCE %x) OR a", {'"a"'}, 1, id="what one alternative implies of another"),
    ],
)
def test_a_rule_is_gated_by_its_rarest_clause(text: str, rarest: set[str], count: int) -> None:
    node, _ = parse(text)
    assert node is not None
    assert clauses(node)[0] == rarest
    assert len(clauses(node)) == count


def test_many_alternatives_do_not_multiply_without_end() -> None:
    """Sixteen alternatives of three parts would be 43 million conditions."""
    node, _ = parse(" OR ".join(f"(a{n} AND b{n} AND c{n})" for n in range(16)))

    assert node is not None
    assert 1 <= len(clauses(node)) <= MAX_CLAUSES


def test_the_lexicon_is_told_of_excluded_phrases_too() -> None:
    node, _ = parse('@x AND NOT "foreign forces" AND mercenar*')
    assert node is not None
    assert literals(node) == {'"foreign forces"', "mercenar*"}


@pytest.mark.parametrize(
    ("source", "place", "value", "needle", "expected"),
    [
        pytest.param("q: alpha AND beta", (1, 4), "alpha AND beta", "beta", (1, 14), id="plain"),
        pytest.param(
            "q: 'it''s AND beta'", (1, 4), "it's AND beta", "beta", (1, 15), id="single quotes, one doubled"
        ),
        pytest.param('q: "alpha AND beta"', (1, 4), "alpha AND beta", "beta", (1, 15), id="double quotes"),
        pytest.param(
            'q: "a \\"b\\" AND beta"', (1, 4), 'a "b" AND beta', "beta", (1, 17), id="escaped quotes"
        ),
        pytest.param(
            "q: >\n  alpha AND\n  beta\n", (1, 4), "alpha AND beta\n", "beta", (3, 3), id="folded block"
        ),
        pytest.param(
            "q: |-\n  alpha AND\n  beta\n", (1, 4), "alpha AND\nbeta", "beta", (3, 3), id="literal block"
        ),
        pytest.param(
            "q: alpha AND\n   beta", (1, 4), "alpha AND beta", "beta", (2, 4), id="plain over two lines"
        ),
    ],
)
def test_a_place_in_a_query_is_a_place_in_the_file(
    source: str, place: tuple[int, int], value: str, needle: str, expected: tuple[int, int]
) -> None:
    assert inside_scalar(source, place, value, value.index(needle)) == expected

"""Minimal intervals: a query holds on the closest words, and only on words that count."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.evaluate import View, evaluate, smallest
from monitor.matching.mentions import Mention
from monitor.watchlists.query import parse


def view(text: str, *, field: str = "content", lead: int = 0, **facts: str) -> View:
    """A view in which each letter is a mention of itself; `.` ends a sentence, `|` a paragraph, `/` a field."""
    mentions, token, sentence, paragraph = [], 0, 0, 0
    fields = iter(["title", "content"] if "/" in text else [field])
    name = next(fields)
    for character in text:
        if character.isalpha():
            mentions.append(mention(character, token, sentence, paragraph, name))
        token += 1
        sentence += character in ".|/"
        paragraph += character in "|/"
        if character == "/":
            name, lead, token = next(fields), paragraph, token + 1000
    return View(mentions, facts, lead)


def mention(
    letter: str, token: int, sentence: int = 0, paragraph: int = 0, field: str = "content"
) -> Mention:
    return Mention(
        term=f'"{letter}"',
        sense="",
        tags=frozenset({"vowel"} if letter in "aeiou" else ()),
        field=field,
        start=token,
        end=token + 1,
        sentence=sentence,
        paragraph=paragraph,
        token=token,
        token_end=token + 1,
        weak=False,
        silenced_by=None,
    )


def spans(query: str, seen: View) -> list[tuple[int, int]] | None:
    node, mistakes = parse(query)
    assert node is not None
    assert not mistakes
    found = evaluate(node, seen)
    return None if found is None else [(s.start, s.end) for s in found]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        pytest.param("a", "-a-a", [(1, 2), (3, 4)], id="a term stands wherever it stands"),
        pytest.param("a", "-b", None, id="a term that is absent"),
        pytest.param("a AND b", "a-------b-a", [(0, 9), (8, 11)], id="each pair with no smaller one inside"),
        pytest.param("a AND b", "a.b", [(0, 3)], id="AND reaches over sentences"),
        pytest.param("a OR b", "b-a", [(0, 1), (2, 3)], id="OR gives either"),
        pytest.param("a AND NOT b", "a.b", None, id="NOT looks at the whole item"),
        pytest.param("a AND NOT b", "a.c", [(0, 1)], id="NOT of something absent"),
        pytest.param("a SENTENCE b", "a.b", None, id="two sentences are not one"),
        pytest.param("a SENTENCE b", "a.b-a", [(2, 5)], id="one sentence holds both"),
        pytest.param("a SENTENCE b SENTENCE c", "a-b.c-a.b-c-a", [(8, 13)], id="three in one sentence"),
        pytest.param("a PARAGRAPH b", "a.b", [(0, 3)], id="a paragraph holds two sentences"),
        pytest.param("a PARAGRAPH b", "a|b", None, id="two paragraphs are not one"),
        pytest.param(
            "a SENTENCE NOT b", "a-b.a", [(4, 5)], id="NOT inside SENTENCE looks at that sentence only"
        ),
        pytest.param("(a AND NOT b) SENTENCE c", "a-b-c.a-c", [(6, 9)], id="also when the NOT is deeper"),
        pytest.param("a NEAR/1 b", "a-b", [(0, 3)], id="one word between"),
        pytest.param("a NEAR/1 b", "a--b", None, id="one word too many between"),
        pytest.param("a NEAR/0 b", "ba", [(0, 2)], id="side by side, either order"),
        pytest.param("a ONEAR/3 b", "b-a", None, id="ordered means the left one first"),
        pytest.param("a ONEAR/3 b", "b-a-b", [(2, 5)], id="the pair in order"),
        pytest.param("a NEAR/1 NOT b", "b-a----a", [(7, 8)], id="without the other near it"),
        pytest.param("a ONEAR/1 NOT b", "b-a", [(2, 3)], id="nothing excluded after it"),
        pytest.param("NOT b ONEAR/1 a", "b-a", None, id="nothing excluded before it"),
        pytest.param("#vowel SENTENCE #vowel", "a-b", None, id="one mention is not two"),
        pytest.param("#vowel SENTENCE #vowel", "a-b-e", [(0, 5)], id="two mentions of one tag"),
        pytest.param("a SENTENCE #vowel", "a-e", [(0, 3)], id="the same mention may not serve both sides"),
        pytest.param("title:a AND b", "c/a-b", None, id="the wrong field"),
        pytest.param("title:a AND content:b", "a/b", [(0, 1003)], id="a field each"),
        pytest.param("lead:a", "b/b|a", None, id="the second paragraph is not the lead"),
        pytest.param("lead:a", "b/a|b", [(1002, 1003)], id="the first paragraph is"),
        pytest.param(
            "(a AND b) SENTENCE c", "a.b-a-c", [(2, 7)], id="a nested AND finds the pair in the sentence"
        ),
    ],
)
def test_a_query_holds_on_its_closest_words(
    query: str, text: str, expected: list[tuple[int, int]] | None
) -> None:
    assert spans(query, view(text)) == expected


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        pytest.param("a AND lang:ru", True, id="the language"),
        pytest.param("a AND lang:(fr OR en)", False, id="another language"),
        pytest.param("a AND NOT side:russia-state", False, id="an excluded side"),
        pytest.param('a AND outlet:"RIA Novosti"', True, id="the outlet"),
    ],
)
def test_an_attribute_is_about_the_item(query: str, holds: bool) -> None:
    seen = view("a", lang="ru", side="russia-state", outlet="ria novosti")
    assert (spans(query, seen) is not None) is holds


def test_the_smallest_span_comes_first() -> None:
    node, _ = parse("a AND b")
    assert node is not None
    found = smallest(evaluate(node, view("a----b-----a-b")) or [])
    assert [s.length for s in found] == sorted(s.length for s in found)
    assert [m.term for m in found[0].mentions] == ['"a"', '"b"']


TEXTS = st.text(alphabet="abc-.", max_size=14)


@given(TEXTS)
def test_and_agrees_with_the_definition_of_minimal_intervals(text: str) -> None:
    """Every interval with an a and a b that holds no smaller such interval, by trying them all."""
    seen = view(text)
    at = {letter: [m.token for m in seen.mentions if m.term == f'"{letter}"'] for letter in "ab"}
    hulls = {(min(a, b), max(a, b) + 1) for a, b in itertools.product(at["a"], at["b"])}
    minimal = [h for h in hulls if not any(o != h and h[0] <= o[0] and o[1] <= h[1] for o in hulls)]
    assert (spans("a AND b", seen) or []) == sorted(minimal)


@given(TEXTS, st.integers(0, 4))
def test_near_agrees_with_counting_the_words_between(text: str, distance: int) -> None:
    seen = view(text)
    at = {letter: [m.token for m in seen.mentions if m.term == f'"{letter}"'] for letter in "ab"}
    holds = any(abs(a - b) - 1 <= distance for a, b in itertools.product(at["a"], at["b"]))
    assert (spans(f"a NEAR/{distance} b", seen) is not None) is holds


@given(TEXTS)
def test_sentence_agrees_with_splitting_the_text(text: str) -> None:
    holds = any({"a", "b"} <= set(sentence) and "c" not in sentence for sentence in text.split("."))
    assert (spans("a SENTENCE b SENTENCE NOT c", view(text)) is not None) is holds


def test_the_work_grows_with_the_hits() -> None:
    """Forty thousand hits in one sentence: pairing them all would take hours, and no test may."""
    assert spans("a SENTENCE b SENTENCE #vowel", view("ab" * 20_000))

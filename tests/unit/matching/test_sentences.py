"""Sentences end where a reader would say so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.sentences import split


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split({"content": text})]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("TRIPOLI, Oct. 3 (Reuters) - Gen. Haftar met Dr. S. Lavrov.", "He left.", id="dateline"),
        pytest.param("It told the U.N. Security Council so.", "Then it left.", id="acronym inside"),
        pytest.param("They joined the U.N.", "The envoy spoke.", id="acronym at the end"),
        pytest.param("He paid 3.5 million... and left.", "“It is over.”", id="decimals and ellipsis"),
        pytest.param("See http://example.org/a.html for it.", "Ok", id="address, missing final stop"),
        pytest.param("Russia vs. Libya was played.", "It rained.", id="versus"),
        pytest.param("В 2023 г.", "Путин приехал.", id="year"),
        pytest.param("Он был в г. Москва.", "Потом уехал.", id="town"),
        pytest.param("В. В. Путин, т.е. президент, ждал.", "Встреча прошла.", id="initials"),
        pytest.param("«Мы едем!» — сказал он.", "«Нет.»", id="russian quotes"),
        pytest.param("Les forces, p. ex. celles de M. Haftar, partent.", "Paris attend.", id="french"),
        pytest.param("Il gen. Haftar e il Sig. Rossi parlano.", "Poi partono.", id="italian"),
        pytest.param("Sayın Dr. Ali vb. kişiler geldi.", "Sonra gittiler.", id="turkish"),
        pytest.param("هل زار حفتر موسكو؟", "قال د. محمد ذلك؛ ثم غادر.", id="arabic"),
        pytest.param("He left Moscow.", "The visit was short.", id="plain"),
        pytest.param("Security\nCouncil members met.", "They spoke.", id="wrapped line"),
        pytest.param("1. First point made.", "2. Second point.", id="numbered"),
    ],
)
def test_two_sentences_are_two(first: str, second: str) -> None:
    assert sentences(f"{first} {second}") == [first, second]


def test_a_missing_space_after_a_stop_still_ends_the_sentence() -> None:
    assert sentences("He left Moscow.The visit was short.") == ["He left Moscow.", "The visit was short."]


def test_paragraphs_are_numbered_through_the_item_and_the_title_is_one_sentence() -> None:
    found = split(
        {"title": "Who won? We know.", "summary": "A. \n\nB", "content": "One. Two.\nThree.\n\n\nFour"}
    )
    assert [(s.field, s.paragraph) for s in found] == [
        ("title", 0), ("summary", 1), ("summary", 2), ("content", 3), ("content", 3), ("content", 4), ("content", 5),
    ]  # fmt: skip
    assert [s.index for s in found] == list(range(7))


@given(st.text(st.sampled_from('aБ .!?\n"»(1د؟。\u2029'), max_size=60))
def test_sentences_are_in_order_and_miss_no_letter(text: str) -> None:
    found = split({"content": text})
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = "".join(text[s.start : s.end] for s in found)
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]

"""Sketches estimate what two texts share."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.fingerprint import containment, hashed, resemblance, shingles, sketch, stems, words


def test_words_fold_case_accents_and_scripts() -> None:
    """What two desks write differently is one word."""
    assert words("Reçu À Moscou, «Встре\u0301ча» نَفَى") == ["recu", "a", "moscou", "встреча", "نفى"]


def test_stems_forget_endings_and_small_words() -> None:
    """Inflected forms of a long word meet in its first letters."""
    assert stems(["переговоры", "переговоров", "on", "the"]) == {"перего"}


def test_a_hash_fits_a_signed_column_and_lone_surrogates_do_not_break_it() -> None:
    """63 bits, stable."""
    assert 0 <= hashed("\ud800 broken") < 2**63
    assert hashed("abc") == hashed("abc") != hashed("abd")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_resemblance_is_close_to_jaccard(share: float) -> None:
    """Within what a sketch of 400 can tell."""
    rng = random.Random(7)
    common = [rng.getrandbits(60) for _ in range(int(2000 * share))]
    ours = {*common, *(rng.getrandbits(60) for _ in range(2000 - len(common)))}
    theirs = {*common, *(rng.getrandbits(60) for _ in range(2000 - len(common)))}
    true = len(ours & theirs) / len(ours | theirs)
    assert abs(resemblance(sketch(ours, 400), sketch(theirs, 400), 400) - true) < 0.08


def test_a_half_is_contained_in_the_whole() -> None:
    """Containment does not punish a cut."""
    whole = shingles([f"w{n}" for n in range(402)])
    half = shingles([f"w{n}" for n in range(202)])
    resembles = resemblance(sketch(whole, 400), sketch(half, 400), 400)
    assert containment(resembles, len(whole), len(half)) > 0.9


@given(st.lists(st.integers(0, 2**63 - 1)), st.lists(st.integers(0, 2**63 - 1)))
def test_both_measures_stay_between_0_and_1(ours: list[int], theirs: list[int]) -> None:
    """Also for empty and equal sets."""
    found = resemblance(sketch(set(ours), 24), sketch(set(theirs), 24), 24)
    assert 0 <= found <= 1
    assert 0 <= containment(found, len(set(ours)), len(set(theirs))) <= 1
    assert resemblance(sketch(set(ours), 24), sketch(set(ours), 24), 24) == (1 if ours else 0)

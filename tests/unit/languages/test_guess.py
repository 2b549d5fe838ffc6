"""The model of py3langid without its automaton: what the library says, word for word."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.languages import guess
from monitor.languages.guess import Guesser

OURS = ("en", "fr", "it", "tr", "de", "pl")


@cache
def _guesser() -> Guesser:
    return Guesser(OURS)


@cache
def _library() -> LanguageIdentifier:
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(OURS)
    return found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Sebze taşıyan bir kamyon çevre yolunda devrildi, yaralanan olmadı.", id="a sentence"),
        pytest.param("ROMA, IL MINISTRO VISITA UNA SCUOLA", id="capitals"),
        pytest.param("e\u0301te\u0301", id="accents apart"),
        pytest.param("Wagner", id="a name"),
        pytest.param("a", id="one byte, less than any feature"),
        pytest.param("ab", id="two bytes"),
        pytest.param("", id="nothing"),
        pytest.param("\x00\x00\x00 a\x00b", id="bytes that are 0"),
        pytest.param("Хафтар в Москве, حفتر في موسكو 𝒜 \ud800", id="other scripts"),
        pytest.param("Le conseil a voté un budget de {n} millions. " * 40, id="a long text"),
    ],
)
def test_it_says_what_the_library_says(text: str) -> None:
    """But for the rounding of sums in another order."""
    assert _guesser().odds(text) == pytest.approx(dict(_library().rank(text)), abs=1e-5)


def test_a_model_of_another_size_is_refused_and_not_waited_for() -> None:
    """More states than the table has room for, or bytes that it does not look at."""
    many = np.arange(1, (1 << guess.BITS) + 2, dtype=np.uint64)
    with pytest.raises(RuntimeError, match="no room"):
        guess._placed(many)

    deep = guess.LONGEST + 2
    moves = np.zeros((deep, 256), dtype=np.uint32)
    moves[:, 97] = np.minimum(np.arange(deep) + 1, deep - 1)
    with pytest.raises(RuntimeError, match="more than 6 bytes"):
        guess._read_before(moves, np.arange(deep, dtype=np.uint32))

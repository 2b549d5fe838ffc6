"""The model of py3langid without its automaton: what the library says, word for word."""

from __future__ import annotations

from functools import cache

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

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

"""The model of py3langid without its automaton: what the library says, word for word."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.languages import guess
from monitor.languages.guess import Guesser, guesser

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = ("en", "fr", "it", "tr", "de", "pl")


@cache
def _guesser() -> Guesser:
    return Guesser.of(OURS)


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


def test_what_is_kept_is_the_same_model() -> None:
    """Through JSON and back, odds to the last bit."""
    told = orjson.loads(orjson.dumps(_guesser().told()))
    for text in ("Sebze taşıyan bir kamyon", "Le conseil a voté un budget", "a", ""):
        assert Guesser.heard(told).odds(text) == _guesser().odds(text)


@dataclass
class Kept:
    """A file in memory."""

    value: Any = None
    said: list[str] = field(default_factory=list)

    def read(self) -> Any:
        return self.value

    def ignored(self, reason: str) -> None:
        self.said.append(reason)

    def write(self, value: Any) -> bool:
        self.value = orjson.loads(orjson.dumps(value))
        return True


@pytest.fixture
def kept() -> Iterator[Kept]:
    made, before = Kept(), guess._kept
    guess.keep_model(lambda: made)
    yield made
    guess._kept = before


def test_a_kept_model_is_not_made_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for other languages."""
    first = guesser(OURS)
    monkeypatch.setattr(Guesser, "of", lambda _: pytest.fail("made again"))
    assert guesser(reversed(OURS)).odds("Le conseil a voté") == first.odds("Le conseil a voté")
    with pytest.raises(pytest.fail.Exception):
        guesser(("en", "fr"))


@pytest.mark.parametrize("part", range(5))
def test_a_kept_model_that_is_none_is_made_anew(kept: Kept, part: int) -> None:
    """Cut, of another size, or nothing of the kind: told, and made again."""
    first = guesser(OURS)
    whole = kept.value
    for wrong in (
        [whole[0], whole[1][:-1]],
        [whole[0], 7],
        [whole[0], [*whole[1][:part], ["<f4", [1], ""], *whole[1][part + 1 :]]],
    ):
        kept.value, kept.said = wrong, []
        assert guesser(OURS).odds("Le conseil") == first.odds("Le conseil")
        assert kept.said
        assert kept.value == whole

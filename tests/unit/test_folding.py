"""Folding makes writings of one word equal and never loses the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import folding
from monitor.folding import fold, fold_each, folded


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        pytest.param("Wagner’s WAGNER's", "wagner wagner", id="english possessive"),
        pytest.param("Hafter'in Hafter’le Moskova'daki", "hafter hafter moskova", id="turkish suffixes"),
        pytest.param("BM'nin BMGK'ya Libya’nın Çin'e", "bm bmgk libya cin", id="turkish abbreviations"),
        pytest.param(
            "Sana'a Qur'an Ba'ath", "sana a qur an ba ath", id="apostrophes inside names stay borders"
        ),
        pytest.param("l'Africa dell’Onu d'Haftar", "l africa dell onu d haftar", id="elision"),
        pytest.param(
            "U.N., U.S.A. L.N.A.-led В.В. Путин, S.Lavrov 3.5",
            "un usa lna led вв путин s lavrov 3 5",
            id="acronyms",
        ),
        pytest.param("İstanbul ISPARTA ırak", "istanbul isparta irak", id="turkish i"),
        pytest.param("حَفْتَرُ حفـــتر أحمد إدارة آل ؤئ مصطفى", "حفتر حفتر احمد اداره ال وي مصطفي", id="arabic"),
        pytest.param("فاغنر فاغنر‌ ی ک", "فاغنر فاغنر ي ك", id="persian letters and joiners"),
        pytest.param("٢٥٧٠ ۲۵۷۰ ２５７０", "2570 2570 2570", id="digits of every script"),
        pytest.param("Ёлка Юнус-бек", "елка юнус бек", id="cyrillic"),
        pytest.param(
            "Wаgner Вaгнер CCCP", "wagner вагнер cccp", id="letters of another script that look alike"
        ),
        pytest.param("é e\u0301 ﬁn ß œuvre Łódź", "e e fin ss oeuvre lodz", id="latin"),
        pytest.param("Security\nCouncil\u00a0of—the «UN»", "security council of the un", id="separators"),
        pytest.param("a\u200bb\u00adc \u202eevil", "abc evil", id="invisible marks"),
        pytest.param("𝐖agner Ⓦagner", "wagner wagner", id="styled letters"),
        pytest.param("\x00\ud800", "", id="nothing to read"),
    ],
)
def test_writings_of_one_word_fold_to_one_shape(given_text: str, expected: str) -> None:
    assert folded(given_text) == expected


def test_a_span_is_the_readers_own_characters() -> None:
    result = fold("— Le «Wagnér»’s: حَفْتَرُ.")
    for word, original in (("wagner", "Wagnér"), ("حفتر", "حَفْتَرُ")):
        at = result.text.index(word)
        start, end = result.span(at, at + len(word))
        assert result.given[start:end] == original


@given(st.text(st.characters(), max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text)
    assert folded(once) == once


@given(st.text(st.characters(), max_size=60))
def test_every_offset_leads_back_in_order(text: str) -> None:
    result = fold(text)
    origins = result.origins.tolist()
    assert len(origins) == len(result.text)
    assert origins == sorted(origins)
    assert all(0 <= origin <= len(text) for origin in origins)
    assert result.text[0] == result.text[-1] == " "
    assert "  " not in result.text


@given(st.text(st.sampled_from("aZéшЖحى '’-.\n1٣ßﬁ"), max_size=40))
def test_a_words_slice_folds_to_the_word(text: str) -> None:
    result = fold(text)
    at = 1
    for word in result.text.split():
        start, end = result.span(at, at + len(word))
        assert folded(text[start:end]) == word
        at += len(word) + 1


def test_a_megabyte_of_hostile_text_folds() -> None:
    text = "'s ﷺ\ud800\x00Wа" * 120_000
    assert len(fold(text).text) > 100_000


@given(st.lists(st.text(st.sampled_from("aZéшЖحى '’-.\n1٣ßﬁœ#_\u200b\ud800𝐖"), max_size=20), max_size=8))
def test_many_texts_fold_as_each_alone(texts: list[str]) -> None:
    """Empty ones, spaces at the ends and words that are parted included; however many fit in one pass."""
    cuts = [[len(text) // 2] if text[1:] else [] for text in texts]
    each = list(map(fold, texts, cuts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "TOGETHER", 30)
        together = fold_each(texts, cuts)
    assert [(one.text, one.given) for one in together] == [(one.text, one.given) for one in each]
    assert [one.origins.tolist() for one in together] == [one.origins.tolist() for one in each]

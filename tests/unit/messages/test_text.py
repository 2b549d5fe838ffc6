"""Text that can be shown, and addresses that can be linked."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from monitor.messages.text import FSI, PDI, clean, cut, direction, isolate, safe_link, sparkline, wrap


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("a\r\nb\tc\x00d\x85e\u2028f", "a b c d e f", id="controls and separators"),
        pytest.param("in\u202evoice\u2066x\u2069\u200f", "invoicex", id="bidirectional controls"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a Persian joiner stays"),
        pytest.param("👩\u200d🚀 lands", "👩\u200d🚀 lands", id="an emoji joiner stays"),
        pytest.param("bad \ud800 half", "bad \ufffd half", id="a lone surrogate"),
        pytest.param("\ud83d\ude00", "😀", id="a pair of surrogates"),
    ],
)
def test_clean_leaves_one_line_without_controls(raw: str, shown: str) -> None:
    """Whatever a feed says becomes one line that cannot turn the text around it."""
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("HTTP://A.example/", "http://a.example/"),
        ("https://a.example/x|y>z <q>\"'", "https://a.example/x%7Cy%3Ez%20%3Cq%3E%22'"),
        ("https://пример.example/ё", "https://xn--e1afmkfd.example/%D1%91"),
        ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("javascript:alert(1)", ""),
        (" \tjavascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//a.example/x", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://", ""),
        ("https://xn--/", "https://xn--/"),
        ("http://a.example:99999/", ""),
        ("https://[::1", ""),
        ("https://a.example/" + "x" * 2000, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, link: str) -> None:
    """Everything else is shown without a link."""
    assert safe_link(url) == link


@given(st.text())
def test_no_address_can_leave_its_attribute(text: str) -> None:
    """Neither quotes nor angle brackets, pipes, spaces or controls survive in a link."""
    assert not regex.search(r"""[\s"<>|\\^`{}\x00-\x1f]""", safe_link(f"https://a.example/{text}"))


@given(st.text(alphabet=st.sampled_from("ab é\u0301🇱🇾👩\u200d🚀كم ")), st.integers(1, 30))
def test_cut_never_splits_a_grapheme(text: str, limit: int) -> None:
    """What is left is a row of whole graphemes of the text, within the limit."""
    short = cut(text, limit)
    assert len(short) <= max(limit, 1)
    if short != text:
        kept = regex.findall(r"\X", short.removesuffix("…"))
        assert kept == regex.findall(r"\X", text)[: len(kept)]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("ar", "x", "rtl"),
        ("fa", "", "rtl"),
        ("en", "مرحبا", "ltr"),
        ("und", "12 مرحبا a", "rtl"),
        ("mul", "1a", "ltr"),
    ],
)
def test_direction_is_the_languages_or_the_first_letters(lang: str, text: str, expected: str) -> None:
    """`und` and `mul` leave it to the text."""
    assert direction(lang, text) == expected


def test_only_foreign_directions_are_isolated() -> None:
    """An English name in an English frame stays plain."""
    assert isolate("Tobruk") == "Tobruk"
    assert isolate("طبرق") == f"{FSI}طبرق{PDI}"
    assert isolate("Tobruk", "rtl") == f"{FSI}Tobruk{PDI}"
    assert isolate("طبرق", "rtl") == "طبرق"


def test_wrapped_lines_close_their_isolates() -> None:
    """Each line is a paragraph of its own to the bidirectional algorithm."""
    text = wrap(isolate("كلمة " * 40), "  > ")
    assert all(len(line) <= 78 for line in text.splitlines())
    assert all(line.count(FSI) == line.count(PDI) == 1 for line in text.splitlines())


def test_an_address_is_never_broken() -> None:
    """However long it is."""
    address = "https://a.example/" + "b-" * 60
    assert address in wrap(f"see {address} there")


def test_a_sparkline_shows_zero_and_the_top() -> None:
    """Its lowest bar is nothing, its highest the largest value."""
    assert sparkline([0, 1, 7]) == "▁▂█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""

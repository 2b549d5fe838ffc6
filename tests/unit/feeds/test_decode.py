"""The encoding is ours to decide: what a server or a declaration claims never turns a feed into mojibake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.decode import mended_references, scrub, to_text

RUSSIAN = [f"Хафтар прибыл в Москву на переговоры, сообщение номер {n}" for n in range(20)]
ARABIC = [f"وصل خليفة حفتر إلى موسكو لإجراء محادثات، الخبر رقم {n}" for n in range(20)]
ENCODINGS = {
    "utf-8": RUSSIAN,
    "utf-8-sig": ARABIC,
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "iso-8859-5": RUSSIAN,
    "windows-1256": ARABIC,
    "iso-8859-6": ARABIC,
}
CONTENT_TYPES = (
    "",
    "application/rss+xml",
    "text/xml",
    "text/html",
    "application/xml; charset=ISO-8859-1",
    "text/xml; charset=us-ascii",
    'text/plain; charset="latin1"',
    "application/xml; charset={right}",
)


def feed(titles: list[str], declaration: str) -> str:
    items = "".join(f"<item><title>{title}</title></item>" for title in titles)
    return f'<?xml version="1.0"{declaration}?><rss version="2.0"><channel>{items}</channel></rss>'


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("declared", ["right", "nothing", "wrong"])
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_each_encoding_is_read_whatever_is_declared(encoding: str, declared: str, content_type: str) -> None:
    """168 cases: seven encodings, declared rightly, wrongly or not at all, under eight content types."""
    titles = ENCODINGS[encoding]
    label = "utf-8" if encoding == "utf-8-sig" else encoding
    wrong = "windows-1251" if label == "utf-8" else "utf-8"
    declaration = {"right": f' encoding="{label}"', "nothing": "", "wrong": f' encoding="{wrong}"'}[declared]
    text = to_text(feed(titles, declaration).encode(encoding), content_type.format(right=label)).text
    assert all(f"<title>{title}</title>" in text for title in titles)


@pytest.mark.parametrize("stray", [b"\xff", b"\x80", b"\x93"])
def test_one_stray_byte_costs_one_character(stray: bytes) -> None:
    """A declared-UTF-8 feed with one invalid byte keeps every other title to the letter."""
    body = feed(RUSSIAN, ' encoding="utf-8"').encode().replace("номер 7".encode(), stray + "номер 7".encode())
    decoded = to_text(body, "text/xml; charset=utf-8")
    assert sum(title in decoded.text for title in RUSSIAN) == 19
    assert decoded.encoding == "utf-8"
    assert decoded.remarks == ("1 broken bytes in UTF-8 text replaced",)


@pytest.mark.parametrize(
    ("around", "content_type"),
    [
        pytest.param("قناة ليبيا", "", id="amid Arabic"),
        pytest.param("café", "", id="beside one accent"),
        pytest.param("plain", "text/xml; charset=utf-8", id="amid ASCII, declared"),
    ],
)
def test_dashes_and_quotes_pasted_from_windows_into_utf8_are_what_they_were(
    around: str, content_type: str
) -> None:
    body = f"<rss><title>{around} A-B's {around}</title></rss>".encode()
    body = body.replace(b"-", b"\x96").replace(b"'", b"\x92")
    assert f"{around} A–B’s {around}" in to_text(body, content_type).text


@pytest.mark.parametrize(
    "encoding",
    ["utf-16", "utf-16-le", "utf-16-be", "utf-32"],
    ids=["bom", "le no bom", "be no bom", "utf-32 bom"],
)
def test_wide_encodings_are_recognised_by_mark_or_pattern(encoding: str) -> None:
    """UTF-16 needs neither declaration nor byte order mark."""
    assert RUSSIAN[0] in to_text(feed(RUSSIAN, ' encoding="utf-16"').encode(encoding), "").text


@pytest.mark.parametrize(
    "label", ["utf-7", "unicode_escape", "idna", "punycode", "undefined", "rot13", "hex"]
)
def test_only_encodings_of_the_web_are_honoured(label: str) -> None:
    """Python's other codecs smuggle markup or raise; their names count as undeclared."""
    body = f'<?xml version="1.0" encoding="{label}"?><rss><title>caf\xe9 +ADw-b+AD4-</title></rss>'.encode(
        "latin-1"
    )
    text = to_text(body, f"text/xml; charset={label}").text
    assert "café +ADw-b+AD4-" in text


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("“L’envoyé” à Tripoli – délégation reçue hier", "cp1252"),
        ("Il perché della visita è già chiaro, più o meno", "iso8859-1"),
        ("Görüşmeler sürüyor; heyet Moskova’ya gitti, sonuç çıkmadı, ağustos ayına kaldı", "cp1254"),
        ("“quoted” — it’s only English prose", "cp1252"),
    ],
)
def test_accents_are_not_taken_for_another_script(words: str, encoding: str) -> None:
    """Lone high bytes among Latin letters are accents, whatever Latin-1 label stands above them."""
    body = f"<rss><title>{words}</title></rss>".encode(encoding)
    assert words in to_text(body, "text/xml; charset=iso-8859-1").text
    assert words in to_text(body, "").text


def test_the_declaration_and_what_precedes_it_are_gone() -> None:
    """Leading blank lines and the declaration would make strict parsers stop."""
    assert to_text(b'\n\n <?xml version="1.1" encoding="koi8-r"?>\n<rss/>', "").text == "<rss/>"


def test_controls_and_noncharacters_are_removed_and_reported() -> None:
    """NUL breaks PostgreSQL, the others break XML and mail."""
    decoded = to_text("<a>x\x00y\x08z\x85\ufffe\U0001ffff\t\n</a>".encode(), "")
    assert decoded.text == "<a>xyz…\t\n</a>"
    assert decoded.remarks == ("4 control characters removed",)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        pytest.param("&#55357;&#56832;", "\U0001f600", id="decimal pair"),
        pytest.param("&#xD83D;&#xDE00;", "\U0001f600", id="hexadecimal pair"),
        pytest.param("a&#xD800;b", "ab", id="lone surrogate"),
        pytest.param("a&#x110000;b&#99999999999999999999;", "ab", id="beyond Unicode"),
        pytest.param("&#150;&#x80;", "–€", id="windows-1252 in disguise"),
        pytest.param("&#0;&#8;&#xFFFE;", "", id="controls"),
        pytest.param("&#60;&#x26;&#0000000038;&lt;", "&#60;&#x26;&#0000000038;&lt;", id="good ones stay"),
    ],
)
def test_impossible_references_are_joined_or_dropped(given_text: str, expected: str) -> None:
    """Broken emoji made feedparser lose the whole feed."""
    assert mended_references(given_text) == expected


@settings(deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/xml; charset=koi8-r", "x; charset=utf-16", "charset=big5"]),
)
def test_any_bytes_become_encodable_text(body: bytes, content_type: str) -> None:
    """Whatever comes in, clean UTF-8 goes on."""
    text = to_text(body, content_type).text
    assert scrub(text) == text
    assert text.encode("utf-8").decode("utf-8") == text

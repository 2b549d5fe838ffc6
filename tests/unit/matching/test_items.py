"""JSON Lines in and out: the shape that scripts rely on, and bad lines that spoil nothing but themselves."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.items import Line, LineError, decision_json, dump, read_item
from monitor.matching.matcher import Matcher
from monitor.model import Contact, ContactStatus, ContactType, Item, Side
from tests.support.analyst import compiled


def read(data: object) -> Line | LineError:
    return read_item(json.dumps(data), 7, clean=html.unescape)


def good(data: object) -> Item:
    line = read(data)
    assert isinstance(line, Line), line
    return line.item


def test_an_item_is_read_whole() -> None:
    found = good(
        {
            "id": "x1",
            "title": "Talks &amp; tea",
            "summary": "s",
            "content": "c",
            "lang": "pt-BR",
            "published": "2023-09-28T19:05:00+02:00",
            "url": "https://example.org/a",
            "outlet": "Example",
            "outlet_side": "libya-east",
            "some_future_key": [1, 2],
        }
    )
    assert (found.title, found.summary, found.content) == ("Talks & tea", "s", "c")
    assert found.lang == "pt"
    assert found.published_at == datetime(2023, 9, 28, 17, 5, tzinfo=UTC)
    assert found.outlet_side == Side("libya-east")
    assert found.url == "https://example.org/a"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(
            {}, {"lang": "und", "published_at": None, "outlet_side": Side("unknown")}, id="nothing else said"
        ),
        pytest.param(
            {"summary": None, "lang": None, "published": None}, {"summary": "", "lang": "und"}, id="nulls"
        ),
        pytest.param(
            {"outlet_side": "No side!"}, {"outlet_side": Side("unknown")}, id="words that are no side"
        ),
        pytest.param(
            {"outlet_side": "Martian"}, {"outlet_side": Side("martian")}, id="a side of another question"
        ),
        pytest.param(
            {"published": "yesterday"}, {"published_at": None, "published_raw": "yesterday"}, id="an odd date"
        ),
        pytest.param(
            {"published": "2023-09-28"},
            {"published_at": datetime(2023, 9, 28, tzinfo=UTC)},
            id="a date without time",
        ),
        pytest.param(
            {"published": "0001-01-01T00:00:00+14:00"}, {"published_at": None}, id="a date before all dates"
        ),
        pytest.param({"content": "a\x00b\x07c"}, {"content": "abc"}, id="control characters"),
        pytest.param({"content": "a&#0;b"}, {"content": "a\ufffdb"}, id="a NUL in an entity"),
    ],
)
def test_odd_values_do_not_lose_an_item(more: dict[str, object], expected: dict[str, object]) -> None:
    found = good({"id": "x", "title": "t", **more})
    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("line", "content"),
    [
        pytest.param(rb'{"id": 1, "content": "a\ud800b"}', "a\ufffdb", id="half a surrogate pair, escaped"),
        pytest.param(rb'{"id": 1, "content": "\ud83d\ude00"}', "\U0001f600", id="a whole pair, escaped"),
        pytest.param(
            rb'{"id": 1, "content": "\ud800 \ud83d\ude00"}', "\ufffd \U0001f600", id="a half and a whole pair"
        ),
        pytest.param(rb'{"id": 1, "content": "\\ud800 \ud800"}', "\\ud800 \ufffd", id="an escaped backslash"),
        pytest.param(
            b'{"id": 1, "content": "a\xed\xa0\x80b"}', "a\ufffd\ufffd\ufffdb", id="half a pair, raw"
        ),
        pytest.param(b'{"id": 1, "content": "a\xffb"}', "a\ufffdb", id="a byte that is not UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"id": 1, "content": "ab"}\r\n', "ab", id="a byte order mark and CR LF"),
    ],
)
def test_broken_characters_do_not_lose_an_item(line: bytes, content: str) -> None:
    found = read_item(line, 1, clean=str)
    assert isinstance(found, Line), found
    assert found.item.content == content


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("{", "not JSON", id="cut short"),
        pytest.param("", "not JSON", id="an empty line"),
        pytest.param("[]", "not a JSON object", id="a list"),
        pytest.param('{"id": "x"}', "has no title, summary or content", id="no text"),
        pytest.param('{"id": "x", "title": "  "}', "has no title, summary or content", id="only white space"),
        pytest.param('{"id": "x", "title": 3}', "title is not text", id="a number as title"),
        pytest.param('{"id": ["x"], "title": "t"}', "id is neither", id="a list as id"),
    ],
)
def test_a_bad_line_is_an_error_in_its_place(line: str, error: str) -> None:
    found = read_item(line, 17, clean=str)
    assert isinstance(found, LineError)
    assert error in found.error
    assert found.as_json() == {"id": None, "line": 17, "error": found.error}


@given(st.binary(max_size=60))
def test_no_line_raises(line: bytes) -> None:
    assert isinstance(read_item(line, 1, clean=str), Line | LineError)


def test_a_decision_is_written_as_promised() -> None:
    line = read({"id": "x1", "lang": "en", "content": "In Sochi &quot;Lavrov met Haftar&quot;."})
    assert isinstance(line, Line)
    decision = Matcher(compiled()).decide(line.item)
    contact = Contact(
        type=ContactType.MEETING,
        status=ContactStatus.HAPPENED,
        watchlist="contacts",
        parties={"russia": ("Sergei Lavrov",), "libya": ("Khalifa Haftar",)},
    )
    out = json.loads(dump(decision_json(replace(decision, contacts=(contact,)), line.id)))
    assert list(out) == ["id", "lang", "matches", "contacts", "suppressed"]
    assert out["id"] == "x1"
    (match,) = out["matches"]
    assert list(match) == ["watchlist", "rule", "severity", "score", "evidence", "reason"]
    for evidence in match["evidence"]:
        assert list(evidence) == ["field", "start", "end", "text", "term", "sentence"]
        assert line.item.content[evidence["start"] : evidence["end"]] == evidence["text"]
    assert out["contacts"][0]["type"] == "meeting"
    assert out["contacts"][0]["parties"] == {"russia": ["Sergei Lavrov"], "libya": ["Khalifa Haftar"]}


def test_output_is_one_line_of_utf8() -> None:
    written = dump({"text": "فاغنر\nв Ливии"})
    assert written.count(b"\n") == 1
    assert "فاغنر".encode() in written

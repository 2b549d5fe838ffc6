"""JSON Lines of items: the shape of local sources and of `monitor match`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.feeds.json_items import looks_like_lines, read_lines
from monitor.model import FetchFailed, ParsedFeed


def test_a_line_is_an_entry() -> None:
    """Text may hold HTML and references; unknown keys are ignored."""
    found = read_lines(
        '{"id": 7, "title": "a &amp; b", "content": "<p>x</p><p>y</p>", "lang": "ru", "published": "2024-11-05T10:15:00Z", '
        '"url": "https://x.example/7", "outlet": "X", "outlet_side": "un", "more": [1]}\n',
        "file:items.jsonl",
    )
    assert isinstance(found, ParsedFeed)
    (entry,) = found.entries
    assert (entry.guid, entry.title, entry.content, entry.language) == ("7", "a & b", "x\n\ny", "ru")
    assert entry.published_at == datetime(2024, 11, 5, 10, 15, tzinfo=UTC)
    assert entry.url == "https://x.example/7"


def test_a_bad_line_costs_only_itself() -> None:
    """Its number is told; blank lines are nothing."""
    found = read_lines('{"title": "a"}\n\nnot json\n[1]\n{"title": "b"}\n{"title": ""}', "")
    assert isinstance(found, ParsedFeed)
    assert [e.title for e in found.entries] == ["a", "b"]
    assert [r.partition(":")[0] for r in found.remarks] == ["line 3", "line 4", "line 6"]


def test_many_bad_lines_are_counted_not_listed() -> None:
    """Twenty are spelled out."""
    found = read_lines('{"title": "a"}\n' + "x\n" * 30, "")
    assert isinstance(found, ParsedFeed)
    assert len(found.remarks) == 21
    assert found.remarks[-1] == "10 more lines with remarks"


def test_no_readable_line_at_all_is_a_failure() -> None:
    """Something else was pointed at."""
    assert isinstance(read_lines("x\ny\n", ""), FetchFailed)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"title": "a"}\n{"title": "b"}', True),
        ('{"title": "a"}', True),
        ('{"title": "a", "items": []}', False),
        ('{"error": 1}', False),
        ('{\n"title": "a"}', False),
        ("[1]", False),
        ("{x}", False),
    ],
)
def test_lines_are_told_from_a_json_feed(text: str, lines: bool) -> None:
    """A JSON Feed has items; an item has words."""
    assert looks_like_lines(text) is lines

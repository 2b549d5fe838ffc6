"""JSON Feed 1.0 and 1.1, as written and as written wrongly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.feeds.json_items import read_feed
from monitor.model import Entry, FetchFailed, FetchFault, ParsedFeed

URL = "https://desk.example/feed.json"


def entries(*items: Any, **feed: Any) -> tuple[Entry, ...]:
    document = {"version": "https://jsonfeed.org/version/1.1", "items": list(items), **feed}
    found = read_feed(json.dumps(document), URL)
    assert isinstance(found, ParsedFeed), found
    return found.entries


def test_fields_of_both_versions_are_read() -> None:
    """1.1 has authors and language, 1.0 a single author."""
    new, old = entries(
        {
            "id": "1",
            "url": "/a",
            "title": "A",
            "summary": "s",
            "content_html": "<p>c</p>",
            "language": "ar-LY",
        },
        {"id": 2, "content_text": "plain", "author": {"name": "Guest"}, "date_modified": "2024-11-05"},
        authors=[{"name": "One"}, {"name": "Two"}, {"url": "x"}],
        language="en",
    )
    assert (new.url, new.title, new.summary, new.content) == ("https://desk.example/a", "A", "s", "c")
    assert (new.author, new.language) == ("One, Two", "ar")
    assert (old.guid, old.content, old.author, old.language) == ("2", "plain", "Guest", "en")
    assert old.published_raw == "2024-11-05"


def test_an_item_finds_its_address_in_id_or_external_url() -> None:
    """An id that is an address is one; an external link stands in for a missing one."""
    by_id, outside, neither = entries(
        {"id": "https://desk.example/1", "title": "a"},
        {"id": "2", "external_url": "https://other.example/2", "title": "b"},
        {"id": "3", "title": "c"},
    )
    assert (by_id.url, outside.url, neither.url) == (
        "https://desk.example/1",
        "https://other.example/2",
        None,
    )


def test_values_of_wrong_kinds_cost_only_themselves() -> None:
    """Lists where text should be, text where objects should be."""
    found = read_feed(
        json.dumps(
            {
                "title": ["x"],
                "items": [
                    {"id": ["a"], "title": {"b": 1}, "content_text": "kept", "authors": "me"},
                    5,
                    None,
                    {},
                ],
            }
        ),
        URL,
    )
    assert isinstance(found, ParsedFeed)
    assert [e.content for e in found.entries] == ["kept"]
    assert found.remarks == (
        "no JSON Feed version given",
        "item 2: not an object",
        "item 3: not an object",
        "item 4: an entry without any words was left out",
    )


def test_a_lone_surrogate_loses_nothing_but_itself() -> None:
    """orjson refuses the whole document; NUL and half an emoji are scrubbed."""
    document = (
        r'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "a\ud83d\u0000b"}]}'
    )
    found = read_feed(document, URL)
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].title == "ab"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"items": [}', FetchFault.UNREADABLE),
        ("[1, 2]", FetchFault.NOT_A_FEED),
        ('{"items": {}}', FetchFault.NOT_A_FEED),
        ("[" * 2_000, FetchFault.UNREADABLE),
        ("[" * 2_000 + r'"\u0041"', FetchFault.UNREADABLE),
    ],
)
def test_other_json_is_a_named_failure(text: str, fault: FetchFault) -> None:
    """Broken, not a feed, nested past reading."""
    found = read_feed(text, URL)
    assert isinstance(found, FetchFailed)
    assert found.fault is fault


def test_a_document_cut_anywhere_stores_whole_items_only() -> None:
    """At every place after the list of items has begun."""
    items = [
        '{"id": "1", "title": "A, \\"b\\" ]}"}',
        '{"id": "2", "content_text": "x", "tags": [1, true, null]}',
    ]
    document = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [' + ", ".join(items) + "]}"
    )
    first, last = (document.index(item) + len(item) for item in items)
    for end in range(document.index("[{") + 1, len(document)):
        found = read_feed(document[:end], URL)
        if end < first:
            assert isinstance(found, FetchFailed)
            continue
        assert isinstance(found, ParsedFeed), document[:end]
        assert [e.guid for e in found.entries] == ["1", "2"][: (end >= first) + (end >= last)]
        assert found.truncated


def feed(*items: str) -> ParsedFeed:
    found = read_feed(
        f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{", ".join(items)}]}}', URL
    )
    assert isinstance(found, ParsedFeed)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "<!-- cached -->", id="a comment behind it"),
        pytest.param("", "\n<script>f()</script>", id="a script behind it"),
        pytest.param(",", "", id="a comma too many"),
        pytest.param(', {"id": "3", "x": NaN}', "", id="no number"),
    ],
)
def test_broken_is_not_cut(before: str, after: str) -> None:
    """A document that was called cut at every poll would be fetched anew for ever."""
    text = f'{{"version": "https://jsonfeed.org/version/1", "items": [{{"id": "1"}}, {{"id": "2"}}{before}]}}{after}'
    found = read_feed(text, URL)
    assert isinstance(found, ParsedFeed)
    assert [e.guid for e in found.entries][:2] == ["1", "2"]
    assert not found.truncated
    assert "read loosely" in found.remarks[0]


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("Index A<B falls &amp; C", "Index A<B falls & C"),
        ("if a <b then", "if a <b then"),
        ("<b>Bold</b>", "Bold"),
    ],
)
def test_plain_text_is_plain_text(said: str, read_as: str) -> None:
    """Unless it is so by name only."""
    (entry,) = feed(f'{{"title": "{said}", "summary": "{said}.", "content_text": "{said}!"}}').entries
    assert (entry.title, entry.summary, entry.content) == (read_as, f"{read_as}.", f"{read_as}!")


def test_lines_of_plain_text_stay_lines() -> None:
    (entry,) = feed(r'{"title": "T", "content_text": "a < b\n\nc"}').entries
    assert entry.content == "a < b\n\nc"


@pytest.mark.parametrize(
    ("said", "author"),
    [
        ('"authors": [{"name": "Ann"}, {"name": "Bo"}, {"name": "Ann"}]', "Ann, Bo"),
        ('"authors": [], "author": {"name": "Ann"}', "Ann"),
        ('"authors": ["Ann", "Bo"]', "Ann, Bo"),
    ],
)
def test_authors_are_read_as_they_are_written(said: str, author: str) -> None:
    assert feed(f'{{"id": "1", {said}}}').entries[0].author == author


def test_a_document_cut_behind_its_items_is_cut() -> None:
    """Also where it happens to end in a brace."""
    found = read_feed('{"items": [{"id": "1"}, {"id": "2"}], "extra": {"a": [1]}', URL)
    assert isinstance(found, ParsedFeed)
    assert (len(found.entries), found.truncated) == (2, True)


def test_a_number_that_was_rounded_is_no_identity() -> None:
    """Two ids past sixty-four bits would be one."""
    ids = [e.guid for e in feed(f'{{"id": {10**22}, "title": "a"}}', '{"id": 17, "title": "b"}').entries]
    assert ids == [None, "17"]

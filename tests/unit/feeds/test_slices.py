"""Each entry's own part of the document, for the evidence record; never somebody else's."""

from __future__ import annotations

import json

import pytest

from monitor.feeds.parse import parse
from monitor.feeds.slices import MAX_RAW, parted, slices
from monitor.model import ParsedFeed

URL = "https://gazette.example/feed"


def read(document: str | bytes, content_type: str = "") -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    found = parse(body, content_type, URL)
    assert isinstance(found, ParsedFeed), found
    return found


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>G</title>{''.join(items)}</channel></rss>"


def test_each_entry_keeps_its_own_words_to_the_letter() -> None:
    """Spaces, references and CDATA stay as the publisher wrote them."""
    one = "<item><guid>1</guid><title>A &amp; B</title>\n <description><![CDATA[<p>x</p>]]></description></item>"
    two = "<item  a='b'><guid>2</guid><title>C</title></item >"
    assert [e.raw for e in read(rss(one, two)).entries] == [one.encode(), two.encode()]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry><id>x:1</id><title>T</title></entry></feed>",
            "<entry><id>x:1</id><title>T</title></entry>",
            id="Atom",
        ),
        pytest.param(
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>x:1</a:id></a:entry></a:feed>",
            "<a:entry><a:id>x:1</a:id></a:entry>",
            id="Atom with a prefix",
        ),
        pytest.param(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            "<channel rdf:about='https://g.example/'><title>G</title><items><rdf:Seq/></items></channel>"
            "<item rdf:about='https://g.example/1'><title>T</title></item></rdf:RDF>",
            "<item rdf:about='https://g.example/1'><title>T</title></item>",
            id="RSS 1.0",
        ),
        pytest.param(
            rss("<!-- <item><guid>0</guid></item> -->", "<item><guid>1</guid></item>"),
            "<item><guid>1</guid></item>",
            id="an item in a comment",
        ),
        pytest.param(
            rss("<item><guid>1</guid><description><![CDATA[</item><item>]]></description></item>"),
            "<item><guid>1</guid><description><![CDATA[</item><item>]]></description></item>",
            id="an item in CDATA",
        ),
        pytest.param(
            rss("<ITEM><guid>1</guid></ITEM>"), "<ITEM><guid>1</guid></ITEM>", id="in capitals"
        ),
        pytest.param(
            rss("<item><title>a &lt;b&gt;bold&lt;/b&gt;  claim</title></item>"),
            "<item><title>a &lt;b&gt;bold&lt;/b&gt;  claim</title></item>",
            id="known by its title alone",
        ),
    ],
)  # fmt: skip
def test_formats(document: str, expected: str) -> None:
    """One entry, in any XML format."""
    (entry,) = read(document).entries
    assert entry.raw.decode() == expected


def test_words_are_kept_as_decoded() -> None:
    """A windows-1251 document gives UTF-8 evidence; the document's own hash is of its bytes."""
    document = "<?xml version='1.0' encoding='windows-1251'?>" + rss(
        "<item><guid>1</guid><title>Делегация в Москве</title></item>"
    )
    (entry,) = read(document.encode("cp1251")).entries
    assert "Делегация в Москве" in entry.raw.decode()


def test_json_is_kept_canonically_and_lines_as_they_are() -> None:
    """An object of JSON Feed has no place of its own in the text that could be cut out safely; a line has."""
    item = {"id": "1", "title": "ليبيا", "content_text": "x", "zeta": [1, 2.5], "alpha": None}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [item]}
    (entry,) = read(json.dumps(feed, indent=2)).entries
    assert entry.raw == json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    line = '{"title": "Envoy in Sirte",  "content": "x"}'
    (entry,) = read(line + "\n").entries
    assert entry.raw.decode() == line


def test_where_it_cannot_be_told_nothing_is_kept_and_that_is_said() -> None:
    """Unclosed entries: the parser makes two of them, the document shows none that is whole."""
    found = read(rss("<item><guid>1</guid><title>A</title><item><guid>2</guid><title>B</title></item>"))
    assert all(e.raw == b"" for e in found.entries)
    assert any("none is kept as evidence" in remark for remark in found.remarks)


def test_an_entry_never_gets_anothers_words() -> None:
    """As many elements as entries, but one of each is not the other's: the id decides."""
    found = read(
        "<rss version='2.0' xmlns:x='urn:other'><channel><title>G</title>"
        "<x:item><guid>other</guid></x:item><item><guid>mine</guid><title>T</title></item></channel></rss>"
    )
    for entry in found.entries:
        assert entry.raw == b"" or (entry.guid or "").encode() in entry.raw


def test_a_document_cut_short_keeps_its_whole_entries() -> None:
    """The half one is not read, and not kept."""
    whole = "<item><guid>1</guid><title>A</title></item>"
    found = read(f"<rss version='2.0'><channel><title>G</title>{whole}<item><guid>2</guid><tit")
    assert [e.raw.decode() for e in found.entries] == [whole]


def test_a_huge_entry_is_not_kept() -> None:
    """Its hash would still be that of nothing; the document's stands."""
    found = read(rss(f"<item><guid>1</guid><description>{'x' * MAX_RAW}</description></item>"))
    assert found.entries[0].raw == b""
    assert "1 entries could not be kept as evidence" in found.remarks


@pytest.mark.parametrize("entries", [400, 4_000])
def test_every_entry_of_a_long_document_is_sliced(entries: int) -> None:
    """None is lost or joined with its neighbour, however many there are."""
    found = slices(rss("".join(f"<item><guid>{n}</guid><title>T</title></item>" for n in range(entries))))
    assert len(found) == entries


def test_a_byte_that_was_flipped_is_seen_wherever_it_stands() -> None:
    """Every byte of 200 entries and of what stands around them: an entry has another digest, the surroundings
    have another one, or the document is read whole. Bytes that leave the entries whole are flipped together.
    """
    entries = [f"<item><guid>{n}</guid><title>Talks no. {n}</title></item>" for n in range(100, 300)]
    body = rss(*entries, "<item><title><![CDATA[>]]></title></item>").encode()
    before = parted(body)
    assert before is not None
    around, step = before.around(URL), len(entries[0])
    waiting = [list(range(at, len(body), step)) for at in range(step)]
    seen = 0
    while waiting:
        places = waiting.pop()
        spoilt = bytearray(body)
        for place in places:
            spoilt[place] ^= 1
        after = parted(bytes(spoilt))
        changed = 0 if after is None else len(set(before.digests) - set(after.digests))
        if len(places) == 1:
            assert after is None or changed or after.around(URL) != around, body[
                places[0] - 20 : places[0] + 20
            ]
        elif changed < len(places):
            waiting += [places[: len(places) // 2], places[len(places) // 2 :]]
            continue
        seen += len(places)
    assert seen == len(body)

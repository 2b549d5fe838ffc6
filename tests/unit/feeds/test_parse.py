"""One document in, its entries out; nothing a server sends makes this read files, open addresses or raise."""

from __future__ import annotations

import builtins
import socket
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.entry import _WHOLE, MAX_BODY, MAX_TITLE, whole_url
from monitor.feeds.parse import parse
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    import random

URL = "https://feed.example/dir/feed.xml"


def read(body: str | bytes, content_type: str = "") -> ParsedFeed:
    found = parse(body.encode() if isinstance(body, str) else body, content_type, URL)
    assert isinstance(found, ParsedFeed), found
    return found


def refused(body: str | bytes) -> FetchFailed:
    found = parse(body.encode() if isinstance(body, str) else body, "", URL)
    assert isinstance(found, FetchFailed), found
    return found


def rss(*items: str, channel: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{channel}{inner}</channel></rss>'
    )


@pytest.mark.parametrize(
    "body", ["{file}", "file://{file}", "/dev/null", "http://127.0.0.1:9/feed", "ftp://127.0.0.1/x"]
)
def test_a_body_is_never_opened_as_a_file_or_address(
    body: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """feedparser.parse(body) would read the file and fetch the address."""
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<title>secret</title>"))

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("touched the outside")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(builtins, "open", forbidden)
    assert refused(body.format(file=secret)).fault is FetchFault.NOT_A_FEED


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param(b"", "an empty body", id="empty"),
        pytest.param(b" \n\x00", "an empty body", id="blank"),
        pytest.param(
            b"<!DOCTYPE html><html><head><title>Just a moment...</title>",
            "an HTML page: 'Just a moment...'",
            id="challenge",
        ),
        pytest.param(b"<html><body><item>x</item></body></html>", "an HTML page", id="page without title"),
        pytest.param(
            b"<urlset><url/></urlset>", "XML with the root <urlset>, which is no feed", id="sitemap"
        ),
        pytest.param(b"Service unavailable", "text that is no feed: 'Service unavailable'", id="text"),
        pytest.param(b'{"error": 1}', "JSON, but not a JSON Feed (no list of items)", id="JSON"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, detail: str) -> None:
    """The operator learns what came instead."""
    failed = refused(body)
    assert (failed.fault, failed.detail) == (FetchFault.NOT_A_FEED, detail)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<rss version="2.0"><channel><title>T</title></channel></rss>', id="rss"),
        pytest.param("<rss/>", id="bare rss"),
        pytest.param('<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title></feed>', id="atom"),
        pytest.param('{"version": "https://jsonfeed.org/version/1", "items": []}', id="json"),
    ],
)
def test_an_empty_feed_is_a_success(body: str) -> None:
    """Nothing to say is no fault."""
    found = read(body)
    assert found.entries == ()
    assert not found.truncated


@pytest.mark.parametrize(
    "prolog",
    [
        pytest.param('<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>', id="one made of another"),
        pytest.param(
            '<?pi <rss?><!DOCTYPE rss [<!entity a "b"> <!ENTITY % p "x">]>', id="a parameter entity"
        ),
        pytest.param('<!DOCTYPE rss SYSTEM "<a" [<!ENTITY a SYSTEM "note.txt">]>', id="a file"),
        pytest.param('<!DOCTYPE rss [<!ENTITY a "<b>b</b>">]>', id="markup"),
        pytest.param(f'<!DOCTYPE rss [<!ENTITY a "{"b" * 201}">]>', id="a long text"),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY % l PUBLIC "-//Some//One" "x.ent">%l;<!ENTITY a "b">]>',
            id="a set of others",
        ),
    ],
)
def test_entity_declarations_that_do_more_than_name_a_word_are_refused(prolog: str) -> None:
    """However they are hidden: no feed needs them, and small ones expand to megabytes."""
    failed = refused(f'{prolog}<rss version="2.0"><channel><title>&a;</title></channel></rss>')
    assert failed.fault is FetchFault.UNREADABLE
    assert "entities" in failed.detail


@pytest.mark.parametrize(
    ("prolog", "title"),
    [
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY c "d">]>', "a b d", id="what HTML knows, too"
        ),
        pytest.param("<!DOCTYPE rss [<!ENTITY c '&#x26;c'>]>", "a b &c", id="a word of the publisher's own"),
        pytest.param(
            '<!-- <rss --><!DOCTYPE rss [<!-- <rss --><!ENTITY c "&#38;c">]>', "a b &c", id="among comments"
        ),
        pytest.param('<!DOCTYPE rss SYSTEM "<a" [<!ENTITY x "y">]>', "a b &c;", id="never used"),
        pytest.param('<!DOCTYPE rss [<!ENTITY c "[d]">]>', "a b [d]", id="with brackets"),
        pytest.param(
            "<!DOCTYPE rss [<!ENTITY c '&lt;d&gt; &quot;e'>]>", 'a b <d> "e', id="with the names of XML"
        ),
        pytest.param(
            '<!DOCTYPE rss [<!ELEMENT rss ANY><!ATTLIST rss v CDATA "x>"><!ENTITY c "d">]>',
            "a b d",
            id="beside a grammar",
        ),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN"'
            ' "http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent"> %HTMLlat1; <!ENTITY c "d">]>',
            "a b d",
            id="the set of HTML, as the specification of RSS 1.0 shows it",
        ),
    ],
)
def test_entities_that_name_a_word_are_read(prolog: str, title: str) -> None:
    """The whole feed was refused for a declared space."""
    item = "<item><title>a&nbsp;b &c;</title></item>"
    (entry,) = read(f'{prolog}<rss version="2.0"><channel>{item}</channel></rss>').entries
    assert entry.title.replace("\xa0", " ") == title


@pytest.mark.parametrize(
    "doctype", ["<!DOCTYPE html>", '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "x.dtd">']
)
def test_a_doctype_alone_is_no_reason_to_refuse(doctype: str) -> None:
    """Real feeds carry an HTML doctype or Netscape's, and may speak of entities in their text."""
    body = (
        doctype
        + '<rss version="2.0"><channel><item><title><![CDATA[<!ENTITY a "b">]]> x</title></item></channel></rss>'
    )
    assert len(read(body).entries) == 1


@pytest.mark.parametrize("broken", ["&#55357;&#56832;", "&#xD800;", "&#x110000;", "&#0;", "\x08", "\ufffe"])
def test_a_broken_emoji_does_not_lose_the_feed(broken: str) -> None:
    """Each of these made feedparser raise, or left a character that mail and databases refuse."""
    found = read(rss(f"<title>a{broken}b</title>", "<title>next</title>"))
    assert [e.title for e in found.entries] == ["a\U0001f600b" if "5535" in broken else "ab", "next"]


def test_a_document_cut_anywhere_gives_its_whole_entries() -> None:
    """Whole entries are kept, the cut one waits for the next poll, and the cut is told."""
    body = rss(
        *(f"<title>title {n}</title><guid>g{n}</guid><description>text</description>" for n in range(20))
    )
    for length in range(body.index("<item>"), len(body) - len("</channel></rss>"), 7):
        found = read(body[:length])
        whole = body[:length].count("</item>")
        assert found.truncated
        if whole:
            assert [e.title for e in found.entries] == [f"title {n}" for n in range(whole)]
    assert read(body[: -len("</rss>")]).truncated
    assert not read(body).truncated


def test_a_cut_atom_and_rdf_document_too() -> None:
    """The other roots, with and without prefix."""
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>a</title></entry><entry><id>2</id><tit'
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="http://x.example/1"><title>a</title></item><item><title>b'
    )
    for body in (atom, rdf):
        found = read(body)
        assert found.truncated
        assert [e.title for e in found.entries] == ["a"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<title>b & c <br> d</title>", id="bare ampersand, unclosed tag"),
        pytest.param("<title>b</title><description><b>x</description>", id="mismatch"),
        pytest.param("<title>b</title><nope:x>1</nope:x>", id="undeclared prefix"),
        pytest.param("<title>b &nbsp; &undefined; c</title>", id="undefined reference"),
        pytest.param("<title>b</title><link>http://[oops</link>", id="impossible link"),
        pytest.param("", id="nothing at all"),
    ],
)
def test_one_broken_entry_costs_only_itself(broken: str) -> None:
    """Its neighbours arrive as they are."""
    found = read(rss("<title>a</title><guid>1</guid>", broken, "<title>c</title><guid>3</guid>"))
    assert [(e.title, e.guid) for e in found.entries if e.guid] == [("a", "1"), ("c", "3")]


def test_a_document_that_makes_the_parser_stumble_is_read_entry_by_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A known way for feedparser to raise: here on any document that holds the word POISON."""
    real = feedparser.parse

    def stumbling(source: Any, **options: Any) -> Any:
        if b"POISON" in source.getvalue():
            raise KeyError("poison")
        return real(source, **options)

    monkeypatch.setattr(feedparser, "parse", stumbling)
    document = rss("<title>a</title>", "<title>POISON</title>", "<title>c</title>")
    found = parse(document.encode(), "", URL, thorough=True)
    assert isinstance(found, ParsedFeed)
    assert [e.title for e in found.entries] == ["a", "c"]
    assert "1 entries could not be read" in found.remarks[0]


def test_entries_without_title_link_or_date_are_kept() -> None:
    """Each of them is a real feed's habit."""
    found = read(
        rss(
            "<description>only text</description>",
            "<link>/only-link</link>",
            "<guid isPermaLink='false'>g</guid>",
        )
    )
    assert [(e.title, e.summary, e.url, e.guid) for e in found.entries] == [
        ("only text", "only text", None, None),
        ("", "", "https://feed.example/only-link", None),
        ("", "", None, "g"),
    ]


def test_links_and_guids_follow_their_rules() -> None:
    """Relative links, xml:base, permalink guids, rel=alternate, enclosures, other schemes."""
    found = read(
        '<rss version="2.0" xml:base="https://base.example/a/"><channel>'
        "<item><title>1</title><link>b</link></item>"
        "<item><title>2</title><guid>https://base.example/perma</guid></item>"
        "<item><title>3</title><guid isPermaLink='false'>https://base.example/not</guid></item>"
        "<item><title>4</title><link>javascript:alert(1)</link></item>"
        "<item><title>5</title><enclosure url='https://base.example/x.mp3'/></item>"
        "</channel></rss>"
    )
    assert [e.url for e in found.entries] == [
        "https://base.example/a/b",
        "https://base.example/perma",
        None,
        None,
        None,
    ]


def test_a_description_and_a_full_text_are_both_kept() -> None:
    """content:encoded, Atom content and media:description all arrive."""
    found = read(
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        "<item><title>1</title><description>short</description>"
        "<content:encoded><![CDATA[<p>long</p><p>text</p>]]></content:encoded></item>"
        "<item><title>2</title><description>short</description><media:description>caption</media:description></item>"
        "<item><title>3</title><media:description>caption</media:description></item>"
        "<item><title>4</title><media:description>caption</media:description><description>short</description>"
        "<content:encoded>long</content:encoded></item>"
        "</channel></rss>"
    )
    assert [(e.summary, e.content) for e in found.entries] == [
        ("short", "long\n\ntext"),
        ("short", "caption"),
        ("caption", ""),
        ("caption", "short\n\nlong"),
    ]


@pytest.mark.parametrize(
    ("ttl", "read_as"),
    [
        ("30", timedelta(minutes=30)),
        ("0", None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
        ("99999999", timedelta(366)),
    ],
)
def test_ttl_is_minutes(ttl: str, read_as: timedelta | None) -> None:
    """Absurd ones are ignored or capped."""
    assert read(rss(channel=f"<ttl>{ttl}</ttl>")).ttl == read_as


SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        (
            "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            timedelta(minutes=30),
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", None),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", timedelta(days=7)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><ttl>2880</ttl>", timedelta(days=2)),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(days=1),
        ),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>-1</sy:updateFrequency>", None),
    ],
)
def test_the_syndication_module_is_a_ttl(said: str, read_as: timedelta | None) -> None:
    """The longer of the two; hourly is what WordPress writes everywhere, and nobody's wish."""
    document = rss(channel=said).replace("<rss ", f"<rss {SY} ", 1)
    assert read(document).ttl == read_as


@pytest.mark.parametrize(
    ("said", "hours", "days"),
    [
        ("<skipHours><hour>0</hour><hour> 13 </hour><hour>24</hour></skipHours>", (0, 13), ()),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Feastday</day></skipDays>", (), (5, 6)),
        ("<skiphours><hour>7</hour></skiphours><skipDays/>", (7,), ()),
        ("<skipHours><hour>seven</hour><hour>99</hour></skipHours>", (), ()),
        ("<skipHours>", (), ()),
    ],
)
def test_hours_and_days_to_skip_are_read(said: str, hours: tuple[int, ...], days: tuple[int, ...]) -> None:
    """In UTC, Monday is 0; 24 is midnight."""
    found = read(rss(channel=said))
    assert (found.skip_hours, found.skip_days) == (hours, days)


def test_hours_to_skip_stand_before_or_after_the_entries_not_in_them() -> None:
    """An entry may quote a feed."""
    skip = "<skipHours><hour>5</hour></skipHours>"
    quoted = f"<guid>1</guid><title>t</title><description><![CDATA[{skip}]]></description>"
    assert read(rss(quoted)).skip_hours == ()
    assert read(rss(quoted).replace("</channel>", f"{skip}</channel>")).skip_hours == (5,)


def test_a_thousand_entries_all_arrive() -> None:
    """There is no cap on entries."""
    assert len(read(rss(*(f"<title>{n}</title>" for n in range(1_000)))).entries) == 1_000


def test_giant_fields_are_cut_with_a_remark() -> None:
    """The cut is before cleaning, so that cleaning is bounded; the operator is told."""
    found = read(rss(f"<title>{'t' * 10_000}</title><description>{'d' * 400_000}</description>"))
    (entry,) = found.entries
    assert (len(entry.title), len(entry.summary)) == (MAX_TITLE, MAX_BODY)
    assert "title cut" in found.remarks[0]
    assert "text cut" in found.remarks[0]


def test_a_feed_whose_entries_cannot_be_read_is_a_failure() -> None:
    """Zero entries would look like a quiet feed; here they are, but unreadable."""
    failed = refused('<rss v=2><c:channel xmlns:c=""><x:item><x:title>a</x:title></x:item></c:channel></rss>')
    assert failed.fault is FetchFault.UNREADABLE


def test_text_before_the_declaration_is_survived() -> None:
    """A warning printed by the publisher's software."""
    found = read(
        '<br />Warning: something\n<?xml version="1.0"?>' + rss("<title>a</title>").partition("?>")[2]
    )
    assert [e.title for e in found.entries] == ["a"]


SEEDS = (
    rss(
        "<title>a &amp; b</title><link>/x</link><guid>1</guid><description><![CDATA[<p>x</p>]]></description>"
    ).encode(),
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title type="html">&lt;b&gt;</title>'
    b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content></entry></feed>',
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_html":"<p>x","url":"/1"}]}',
)
PIECES = (
    b"<", b">", b"&", b"&#xD800;", b"<![CDATA[", b"]]>", b"<!--", b"\x00", b"\xff", b"<item>", b"</item>", b"</title>",
    b'xml:base="/x"', b"<image>", b"<svg>", b'{"', b"\\ud800", b"<source>",
    b'<content type="application/xml" mode="base64">', b"<!DOCTYPE", b"&#99999999999;", b"<dc:date>9999-99-99</dc:date>",
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_parsing_never_raises_on_mutated_documents(seed: bytes, chance: random.Random) -> None:
    """Pieces inserted, doubled and torn out anywhere: a reading or a named failure."""
    body = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        body[at : at + chance.choice((0, 0, 0, 5, 40))] = chance.choice(PIECES)
    found = parse(bytes(body), chance.choice(("", "text/xml; charset=koi8-r")), URL)
    assert isinstance(found, ParsedFeed | FetchFailed)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_parsing_never_raises_on_any_bytes(body: bytes) -> None:
    """Noise is no feed."""
    assert isinstance(parse(body, "", URL), ParsedFeed | FetchFailed)


@pytest.mark.parametrize(
    ("guid", "link"),
    [
        pytest.param("17", None, id="a number that does not say isPermaLink=false"),
        pytest.param("http://a.example/17", "http://a.example/17", id="an address stands in for the link"),
        pytest.param("tag:a.example,2026:17", None, id="a tag URI"),
    ],
)
def test_a_guid_is_kept_as_it_stands_wherever_the_feed_lives(guid: str, link: str | None) -> None:
    """Resolved against the feed's address it would change with every move of the feed."""
    body = f'<rss version="2.0"><channel><item><guid>{guid}</guid><title>x</title></item></channel></rss>'
    for url in ("http://a.example/feed", "https://b.example/other"):
        parsed = parse(body.encode(), "text/xml", url)

        assert isinstance(parsed, ParsedFeed)
        assert [(e.guid, e.url) for e in parsed.entries] == [(guid, link)]


WHOLE = "<item><guid>1</guid><title>A</title><link>https://x.example/1</link></item>"
HALF = "<item><guid>2</guid><title>B</title><description><![CDATA[Quoted: </item></channel></rss> and more]]></description></item>"


@pytest.mark.parametrize("quoted", [True, False])
def test_a_document_cut_anywhere_stores_whole_entries_only(quoted: bool) -> None:
    """At every place: inside a tag, a CDATA section, behind a quoted end tag, in the first entry."""
    second = HALF if quoted else HALF.replace("</item></channel></rss>", "nothing")
    document = f"<rss version='2.0'><channel><title>T</title>{WHOLE}{second}</channel></rss>"
    first, last = document.index(WHOLE) + len(WHOLE), document.index(second) + len(second)
    for end in range(document.index("<channel>") + 9, len(document) - len("</rss>")):
        found = parse(document[:end].encode(), "", URL)
        assert isinstance(found, ParsedFeed), end
        whole = (end >= first) + (end >= last)
        assert [e.guid for e in found.entries] == ["1", "2"][:whole], (end, document[:end][-30:])
        assert found.truncated
        assert all(e.title == "AB"[n] for n, e in enumerate(found.entries))


def test_a_quoted_end_tag_changes_nothing() -> None:
    """A whole document that quotes one is whole, a cut one is not."""
    found = read(f"<rss version='2.0'><channel><title>T</title>{HALF}</channel></rss>")
    assert (len(found.entries), found.truncated) == (1, False)
    assert "</rss>" in found.entries[0].summary


def atom(entry: str) -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id>{entry}</entry></feed>'
    )


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ('<title type="text">Index A&lt;B falls</title>', "Index A<B falls"),
        ("<title>Use &lt;b to begin</title>", "Use <b to begin"),
        ('<title type="html">Index &lt;b&gt;A&lt;/b&gt; falls</title>', "Index A falls"),
        ("<title>Fish &amp;amp; chips</title>", "Fish & chips"),
        ('<title type="text">Index A&lt;B falls &amp;amp; C rises</title>', "Index A<B falls & C rises"),
        ("<title>if a &lt;b and c> d</title>", "if a <b and c> d"),
        ("<title>Index &lt;b&gt;A&lt;/b&gt; falls</title>", "Index A falls"),
        ("<title>One&lt;br/&gt;two</title>", "One two"),
    ],
)
def test_plain_text_of_atom_is_plain_text(title: str, read_as: str) -> None:
    """RFC 4287 section 3.1.1.1; what is escaped twice is read as a browser would show it."""
    assert read(atom(title)).entries[0].title == read_as


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        ('<content type="text">Yield A&lt;B&gt;C</content>', "Yield A<B>C"),
        ("<content>if a&lt;b and c&gt;d</content>", "if a<b and c>d"),
        ('<content type="html">Yield &lt;b&gt;A&lt;/b&gt; falls</content>', "Yield A falls"),
        ("<content>&lt;p&gt;One.&lt;/p&gt;</content>", "One."),
    ],
)
def test_a_content_of_atom_is_what_it_calls_itself(content: str, read_as: str) -> None:
    (entry,) = read(atom(f"<title>T</title>{content}")).entries
    assert (entry.content or entry.summary) == read_as


@pytest.mark.parametrize(
    "document",
    [
        atom("<title>A</title><author><name>Ann</name></author><author><name>Bo</name></author>"),
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>A</title>"
        "<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator></item></channel></rss>",
        atom("<title>A</title>").replace(
            "<entry>", "<author><name>Ann</name></author><author><name>Bo</name></author><entry>"
        ),
        atom("<title>A</title><author><email>Ann</email></author><author><name>Bo</name></author>"),
    ],
)
def test_every_author_is_kept(document: str) -> None:
    assert read(document).entries[0].author == "Ann, Bo"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Haftar arrived in Moscow. Talks follow.", "Haftar arrived in Moscow."),
        ("وصل حفتر إلى موسكو اليوم؟ لا أحد يعلم", "وصل حفتر إلى موسكو اليوم؟"),
        ("One line\n\nanother", "One line"),
        (
            "Mr. Haftar met Gen. Yevkurov on Jan. 5 in Benghazi. More follows.",
            "Mr. Haftar met Gen. Yevkurov on Jan. 5 in Benghazi.",
        ),
        ("Le général a reçu M. Evkourov à Benghazi. Suite.", "Le général a reçu M. Evkourov à Benghazi."),
        (
            "Il generale ha ricevuto il sig. Evkurov a Bengasi! Segue.",
            "Il generale ha ricevuto il sig. Evkurov a Bengasi!",
        ),
        (
            "Хафтар прибыл сегодня в г. Москва для переговоров. Позже.",
            "Хафтар прибыл сегодня в г. Москва для переговоров.",
        ),
        (
            "Hafter bugün saat 10.30'da Dr. Salih ile görüştü. Ayrıntılar az sonra.",
            "Hafter bugün saat 10.30'da Dr. Salih ile görüştü.",
        ),
        ("word " * 40, ("word " * 20).strip() + "…"),
    ],
)
def test_an_entry_without_a_title_is_called_by_its_first_words(text: str, title: str) -> None:
    found = read(rss(f"<description>{escape(text).replace(chr(10), '&lt;br&gt;')}</description>"))
    assert found.entries[0].title == title


@pytest.mark.parametrize("title", ["", "<title/>", "<title>...</title>", "<title>&lt;img src=x&gt;</title>"])
def test_a_title_without_a_letter_is_none(title: str) -> None:
    assert read(rss(f"{title}<description>Rain in port.</description>")).entries[0].title == "Rain in port."


@pytest.mark.parametrize(
    ("link", "read_as"),
    [
        ("https://x.example/a b/c d?q=e f", "https://x.example/a%20b/c%20d?q=e%20f"),
        ("\n https://x.example/a\u00a0b \t", "https://x.example/a%C2%A0b"),
        ("/a b", "https://feed.example/a%20b"),
        ("https://x.example/a%20b c", "https://x.example/a%20b%20c"),
        ("https://ann:p%40s@x.example/a b", "https://ann:p%40s@x.example/a%20b"),
        ("https://x .example/a", None),
    ],
)
def test_a_space_inside_an_address_is_encoded(link: str, read_as: str | None) -> None:
    """https://url.spec.whatwg.org/#path-state; deleted, it makes a dead link."""
    for document in (
        rss(f"<title>A</title><link>{link}</link>"),
        atom(f"<title>A</title><link href='{link}'/>"),
    ):
        assert read(document).entries[0].url == read_as


def test_the_cap_is_on_words_and_not_on_markup() -> None:
    """Class names and inline pictures may be as long as they like."""
    classes = "".join(f'<p class="{"c" * 200}">p{n}</p>' for n in range(2_400))
    picture = f'<img src="data:image/png;base64,{"A" * 300_000}">'
    found = read(rss(f"<description><![CDATA[{classes}{picture}The last words.]]></description>"))
    assert found.entries[0].summary.endswith("p2399\n\nThe last words.")
    assert not found.remarks


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("AT&T and R&D", "AT&T and R&D"),
        ("S&P 500 &nbsp;falls &eacute;t&eacute; &amp; more", "S&P 500 falls été & more"),
        ("Sirte & co &unknown; x", "Sirte & co &unknown; x"),
        ("a &#8217; b & c", "a ’ b & c"),
    ],
)
def test_a_bare_ampersand_is_one_and_costs_nothing_else(said: str, read_as: str) -> None:
    """The loose parser makes "AT&T;" of it; what is verbatim stays verbatim, and the evidence what the feed said."""
    found = read(
        rss(f"<title>{said}</title><description><![CDATA[<p>x&nbsp;&amp; y & z</p>]]></description>")
    )
    assert (found.entries[0].title, found.entries[0].summary) == (read_as, "x & y & z")
    assert said in found.entries[0].raw.decode()
    assert not found.remarks


def test_an_unclosed_section_hides_nothing_from_the_mending() -> None:
    found = read(rss("<title>A & B</title>") + "<!-- <![CDATA[ &" * 50)
    assert [entry.title for entry in found.entries] == ["A & B"]


@pytest.mark.parametrize(
    "element",
    [
        '<yandex:full-text xmlns:yandex="http://news.yandex.ru">The whole text.</yandex:full-text>',
        '<turbo:content xmlns:turbo="http://turbo.yandex.ru"><![CDATA[<p>The whole text.</p>]]></turbo:content>',
    ],
)
def test_the_whole_text_is_read_where_russian_publishers_put_it(element: str) -> None:
    (entry,) = read(rss(f"<title>T</title><description>Short.</description>{element}")).entries
    assert (entry.summary, entry.content) == ("Short.", "The whole text.")


def test_a_servers_warning_before_the_feed_does_not_make_it_a_cut_one() -> None:
    found = read(
        "<br />\n<b>Warning</b>: x in <b>/a.php</b> on line <b>3</b><br />\n" + rss("<title>A</title>")
    )
    assert (len(found.entries), found.truncated) == (1, False)


def test_an_entry_whose_text_is_elsewhere_leads_there() -> None:
    """RFC 4287 section 4.1.3.2."""
    (entry,) = read(atom('<title>A</title><content type="text/html" src="/whole"/>')).entries
    assert entry.url == "https://feed.example/whole"


def test_an_address_escaped_once_too_often_is_whole() -> None:
    assert whole_url("https://x.example/?a=1&amp;b=2", URL) == "https://x.example/?a=1&b=2"


@given(st.from_regex(_WHOLE, fullmatch=True), st.sampled_from([URL, "http://other.example/feed"]))
def test_an_address_in_which_nothing_is_to_be_mended_stays(url: str, base: str) -> None:
    """What stands behind the first line break is mended: what is left of it is the address."""
    assert whole_url(url, base) == whole_url(f"{url}\n", base) == url

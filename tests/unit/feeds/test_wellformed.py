"""The quick reader and feedparser say the same of every document that the quick one takes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import feedparser.mixin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import wellformed
from monitor.feeds.elements import kind_of, spaces
from monitor.feeds.parse import parse
from monitor.feeds.wordlists import sections
from monitor.model import FetchFailed, ParsedFeed
from tests import outside

ROOT = Path(__file__).parents[3]
SAVED = sorted([*ROOT.glob("tests/golden/feeds/*.xml"), *ROOT.glob("seeds/sample/*.xml")])
URL = "https://feed.example/news/feed.xml"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:yandex="http://news.yandex.ru" xmlns:georss="http://www.georss.org/georss"'
)
RDF = 'xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'

#: what stands in a text: plain, escaped, quoted, other scripts, a wrong encoding, what looks like an entry
TEXT = st.lists(
    st.sampled_from(
        [
            *(
                "word",
                " ",
                "\n",
                "\t",
                "Ливия",
                "حفتر",
                "é",
                "Ã©",
                "&#195;&#169;",
                "&#150;",
                "\u00a0",
                "&amp;",
            ),
            *(
                "&lt;p&gt;a&lt;/p&gt;",
                "<![CDATA[<b>bold</b> & more]]>",
                "<![CDATA[</item><item>]]>",
                "<!-- <item> -->",
            ),
            *(
                "&amp;amp;",
                "A&lt;B",
                "a@b.org (Ann)",
                "(Ann)",
                "Ann &lt;a@b.org&gt;",
                "&#x1F600;",
                "1",
                "<?php <item> ?>",
            ),
        ]
    ),
    max_size=3,
).map("".join)
ADDRESS = st.sampled_from(
    [
        *(
            "https://a.example/1",
            "/rel?a=1&amp;b=2",
            "x",
            "",
            " https://a.example/2 ",
            "HTTPS://A.example",
            "//b.example/c",
        ),
        *(
            "https://a.example/a?b=c&amp;amp;d",
            "https:///three",
            "urn:uuid:7",
            "mailto:a@b.org",
            "https://ü.example/ä",
            "#f",
        ),
        *("https://a.example/%D0%B0;v=1?x#", "http://[broken", "https://a.example/a b"),
    ]
)
DATE = st.sampled_from(["Mon, 02 Nov 2026 10:00:00 GMT", "2026-11-02T10:00:00Z", "soon", "", " 1793000000 "])
TYPE = st.sampled_from(
    ["", "", "", ' type="html"', ' type="text"', ' type="HTML"', ' type="text/plain"', ' mode="escaped"']
)
SCOPE = st.sampled_from(
    ["", "", "", "", ' xml:lang="fr"', ' lang="de_CH"', ' xml:lang=""', ' xml:base="https://c.example/d/"']
)


def element(
    names: list[str], *attributes: st.SearchStrategy[str], body: st.SearchStrategy[str] = TEXT
) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, said, text: f"<{name}{''.join(said)}>{text}</{name}>",
        st.sampled_from(names),
        st.tuples(*attributes),
        body,
    )


HREF = ADDRESS.map(lambda a: f' href="{a}"')
REL = st.sampled_from(
    ["", "", ' rel="alternate"', ' rel="self"', ' rel="via"', ' rel="Enclosure"', ' type="application/json"']
)
GUID = st.sampled_from(["", "", ' isPermaLink="false"', ' isPermaLink="true"', ' ispermalink="False"'])
PERSON = st.lists(element(["name", "email", "uri"], body=TEXT), max_size=3).map("".join)
#: what an entry may hold; the names of RSS, of Atom and of both
COMMON = [
    element(["title", "dc:title", "media:title"], TYPE, SCOPE),
    element(["description", "media:description", "dc:description", "summary", "itunes:summary"], TYPE, SCOPE),
    element(["content:encoded", "content"], TYPE, SCOPE),
    element(["guid", "id"], GUID, body=ADDRESS),
    element(["link", "atom:link"], body=ADDRESS),
    st.builds(lambda h, r: f"<link{h}{r}/>", HREF, REL),
    element(
        ["pubDate", "published", "updated", "dc:date", "dcterms:modified", "created", "issued"], body=DATE
    ),
    element(["author", "dc:creator", "itunes:author", "managingEditor"]),
    element(["author"], body=PERSON),
    element(["language", "dc:language"], body=st.sampled_from(["fr", "ar-LY", ""])),
    element(
        [
            "category",
            "comments",
            "slash:comments",
            "georss:point",
            "rights",
            "unknown",
            "ttl",
            "yandex:full-text",
        ]
    ),
    element(
        ["category", "unknown", "media:thumbnail", "yandex:full-text"],
        st.just(' url="https://a.example/i.png"'),
    ),
    element(["source"], st.sampled_from(["", ' url="https://s.example/"']), SCOPE),
    element(
        ["source"],
        body=st.tuples(element(["title", "id", "updated", "rights"]), element(["title", "link"])).map(
            "".join
        ),
    ),
    element(
        ["media:content", "media:group"],
        body=element(["media:title", "media:description", "media:credit", "link"], TYPE),
    ),
    element(["contributor"], body=PERSON),
    element(["image"], body=st.one_of(TEXT, element(["url", "title"]))),
    st.just('<enclosure url="https://a.example/a.mp3" type="audio/mpeg"/>'),
]
PARTS = st.lists(st.one_of(COMMON), max_size=6).map("".join)
HEAD = st.lists(
    st.one_of(
        element(["title", "dc:title"], TYPE),
        element(["description", "subtitle", "itunes:summary"]),
        element(["language"], body=st.sampled_from(["en", "ru-RU"])),
        element(["ttl", "sy:updateFrequency"], body=st.just("60")),
        element(["author"], body=st.one_of(TEXT, PERSON)),
        element(["image"], body=st.tuples(element(["title"]), element(["url"])).map("".join)),
        element(["pubDate", "lastBuildDate", "updated"], body=DATE),
        element(["link", "id"], body=ADDRESS),
    ),
    max_size=4,
).map("".join)


def rss(head: str, entries: list[str], scope: str, tail: str) -> str:
    items = "".join(f"<item{where}>{parts}</item>" for where, parts in entries)
    return f'<?xml version="1.0"?><rss version="2.0" {SPACES}{scope}><channel>{head}{items}{tail}</channel></rss>'


def atom(head: str, entries: list[str], scope: str, tail: str) -> str:
    items = "".join(f"<entry{where}>{parts}</entry>" for where, parts in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES}{scope}>{head}{items}{tail}</feed>'


def rdf(head: str, entries: list[str], scope: str, tail: str) -> str:
    items = "".join(
        f'<item rdf:about="https://a.example/{n}"{w}>{p}</item>' for n, (w, p) in enumerate(entries)
    )
    return f"<rdf:RDF {RDF} {SPACES}{scope}><channel>{head}</channel>{items}{tail if '<title' in tail else ''}</rdf:RDF>"


DOCUMENTS = st.builds(
    lambda shape, *parts: shape(*parts),
    st.sampled_from([rss, atom, rdf]),
    HEAD,
    st.lists(st.tuples(SCOPE, PARTS), max_size=4),
    SCOPE,
    st.sampled_from(["", "", "", "<title>late</title>", "<author><name>late</name></author>"]),
)


def same(found: ParsedFeed | FetchFailed) -> ParsedFeed | FetchFailed:
    """Without the remark on evidence: the quick reader knows where each entry stands, the other guesses."""
    if isinstance(found, FetchFailed):
        return found
    return replace(found, remarks=tuple(r for r in found.remarks if "evidence" not in r))


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_both_readers_agree(document: str) -> None:
    """Every element in every order; what the quick reader leaves alone is feedparser's, and equal by itself."""
    body = document.encode()
    assert same(parse(body, "", URL)) == same(parse(body, "", URL, thorough=True))


@pytest.mark.parametrize("document", [pytest.param(p, id=p.name) for p in SAVED])
def test_saved_feeds_are_read_the_same_and_quickly(document: Path) -> None:
    """The golden feeds and the sample ones, all of common shapes."""
    body = document.read_bytes()
    quick, thorough = parse(body, "", URL), parse(body, "", URL, thorough=True)
    assert quick == thorough
    assert isinstance(quick, ParsedFeed)
    assert isinstance(thorough, ParsedFeed)
    assert [e.raw for e in quick.entries] == [e.raw for e in thorough.entries]


USUAL = (
    "<title>T</title><link>https://a.example/1</link><guid isPermaLink='false'>1</guid><dc:creator>A</dc:creator>"
    "<description><![CDATA[<p>x</p>]]></description><content:encoded><![CDATA[<p>y</p>]]></content:encoded>"
    "<media:content url='https://a.example/1.jpg'><media:title>pic</media:title></media:content>"
    "<source url='https://s.example/'>S</source><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"
)


@pytest.mark.parametrize("shape", [rss, rdf])
def test_usual_documents_need_no_feedparser(shape) -> None:  # type: ignore[no-untyped-def]
    """What the quick reader takes, where each entry stands in it, and what is read."""
    document = shape("<title>F</title><language>en</language>", [("", USUAL)], "", "").removeprefix(
        '<?xml version="1.0"?>'
    )
    found = wellformed.read(document.encode(), URL)
    assert found is not None
    (start, end), *_ = found.spans
    assert re.fullmatch("<item.*</item>", document.encode()[start:end].decode())
    (entry,) = found.entries
    assert (entry["title"], entry["source"], entry["link"]) == ("T", {"title": "S"}, "https://a.example/1")


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]>' + rss("", [("", "<title>&a;</title>")], "", "")[21:],
        "<!DOCTYPE rss>" + rss("", [], "", "")[21:],
        rss("", [("", "<title>cut")], "", ""),
        rss("", [("", "<title>AT&T</title>")], "", ""),
        rss("", [("", "<description>a <b>c</b></description>")], "", ""),
        rss("", [("", "<item><title>nested</title></item>")], "", ""),
        rss("", [("", '<title type="application/x">b64</title>')], "", ""),
        rss("", [("", '<x xmlns:media="http://purl.org/dc/elements/1.1/"/>')], "", ""),
        atom(
            "",
            [("", '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>')],
            "",
            "",
        ),
        rss("", [("", "<a>" * 30 + "</a>" * 30)], "", ""),
        "<html><body/></html>",
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>a</title></entry></feed>',
    ],
)
def test_what_is_uncertain_is_left_to_feedparser(document: str) -> None:
    """Each would be read differently, or not at all."""
    assert wellformed.read(document.removeprefix('<?xml version="1.0"?>').encode(), URL) is None


#: of feedparser's elements, those that touch nothing that we read: what they are told, they keep to themselves
HARMLESS = frozenset(
    [
        "category",
        "cc_license",
        "cloud",
        "contributor",
        "copyright",
        "creativecommons_license",
        "dc_contributor",
        "dc_publisher",
        "dc_rights",
        "dc_subject",
        "dcterms_valid",
        "enclosure",
        "expirationdate",
        "generator",
        "georss_box",
        "georss_line",
        "georss_point",
        "georss_polygon",
        "height",
        "itunes_category",
        "itunes_image",
        "itunes_link",
        "itunes_owner",
        "itunes_subtitle",
        "keywords",
        "media_category",
        "media_content",
        "media_credit",
        "media_group",
        "media_keywords",
        "media_license",
        "media_player",
        "media_rating",
        "media_restriction",
        "media_thumbnail",
        "rights",
        "subtitle",
        "tagline",
        "webmaster",
        "width",
        "geom",
        "itunes_block",
        "itunes_explicit",
        "itunes_keywords",
    ]
)


def test_the_lists_are_those_of_feedparser() -> None:
    """Every element that feedparser treats in a way of its own is one we know or pass over knowingly."""
    own = feedparser.mixin._FeedParserMixin
    for uri, prefix in own.namespaces.items():
        if uri == "http://backend.userland.com/rss":
            continue  # and all that contain it: left to feedparser
        assert spaces()[uri.lower()] == (prefix.lower() or "plain")
    known = set().union(*sections("feed_elements.txt").values())
    treated = {name.split("_", 2)[2].lower() for name in dir(own) if name.startswith(("_start_", "_end_"))}
    assert treated - known == HARMLESS
    assert kind_of("http://purl.org/dc/elements/1.1/ creator x") == "author"


def test_a_folder_of_feeds_is_read_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make outside`: counts and no difference for our own feeds; no feed, or a broken one, is left to feedparser."""
    for n, document in enumerate(SAVED):
        (tmp_path / f"{n}.xml").write_bytes(document.read_bytes())
    (tmp_path / "page.html").write_text("<html><body>no feed</body></html>", encoding="utf-8")
    (tmp_path / "broken.xml").write_text(rss("", [("", "<title>AT&T</title>")], "", ""), encoding="utf-8")
    assert outside.main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"{len(SAVED) + 2} files: {len(SAVED) - 3} with " in said
    assert ", 5 left to feedparser, 0 too much for the worker, 0 differences" in said


def test_a_difference_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where, and what each of the two says."""
    real = outside.parse
    monkeypatch.setattr(
        outside, "parse", lambda body, *more, **how: real(body.replace(b"coast", b"host"), *more, **how)
    )
    found = list(outside.differences((ROOT / "seeds/sample/coast-daily-en.xml").read_bytes()))
    assert found[0] == "read 5"
    assert any(line.startswith("differs: entry 1: ") and line.endswith("for feedparser") for line in found)

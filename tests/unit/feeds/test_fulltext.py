"""The article of a page, to its last paragraph and without its surroundings; six languages, eight page shapes."""

from __future__ import annotations

import json
import pickle

import pytest

from monitor.feeds.fulltext import Article, NoArticle, extract
from tests.support.pages import SHAPES, TEXTS, page

URL = "https://news.example/en/1?utm=x"


def read(html: str, content_type: str = "text/html; charset=utf-8") -> Article | NoArticle:
    return extract(html.encode(), content_type, URL)


def article(html: str) -> Article:
    found = read(html)
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_every_paragraph_is_kept_in_order_and_nothing_else(lang: str, shape: str) -> None:
    """The last paragraph is the one about the United Nations: what a digest must not lose."""
    one = page(lang, shape)
    found = article(one.html)
    paragraphs = [p for p in found.text.split("\n\n") if p != "***"]
    if shape == "breaks":  # one block: its parts must be there
        assert all(p in found.text for p in one.paragraphs)
    else:
        assert tuple(paragraphs) == one.paragraphs
    assert not [c for c in one.clutter if c in found.text]
    assert found.title == one.title


def test_a_long_article_keeps_all_of_its_hundred_paragraphs() -> None:
    one = page("en", "article")
    more = [
        f"Paragraph {n}: patrol number {n * 7} passed the harbour gate and turned back at dusk."
        for n in range(100)
    ]
    html = one.html.replace(
        "<p>" + one.paragraphs[2], "".join(f"<p>{p}</p>" for p in more) + "<p>" + one.paragraphs[2]
    )
    text = article(html).text
    assert [p for p in more if p not in text] == []
    assert text.endswith(one.paragraphs[-1])


def test_a_paragraph_that_the_library_drops_is_put_back_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    import trafilatura

    one = page("en", "article")
    kept = "\n".join((*one.paragraphs[:2], one.paragraphs[4]))
    monkeypatch.setattr(trafilatura, "extract", lambda *_a, **_k: kept)
    paragraphs = article(one.html).text.split("\n\n")
    assert paragraphs[-1] == one.paragraphs[-1]
    assert paragraphs.index(one.paragraphs[2]) == 2


def test_the_pages_own_address_is_taken_and_only_when_it_is_one() -> None:
    html = page("en", "article").html
    assert article(html).url == "https://news.example/en/1"
    assert (
        article(html.replace('href="https://news.example/en/1"', 'href="/other"')).url
        == "https://news.example/other"
    )
    assert article(html.replace('href="https://news.example/en/1"', 'href="javascript:x"')).url == URL


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r"])
def test_the_label_inside_the_page_decides_where_the_header_has_none(encoding: str) -> None:
    one = page("ru", "article")
    body = one.html.replace("charset=utf-8", f"charset={encoding}").encode(encoding)
    found = extract(body, "text/html", URL)
    assert isinstance(found, Article)
    assert found.text.endswith(one.paragraphs[-1])


def test_a_wrapper_named_like_clutter_does_not_take_the_article_with_it() -> None:
    one = page("en", "article")
    html = one.html.replace("<main>", '<div class="with-sidebar share"><main>').replace(
        "</main>", "</main></div>"
    )
    assert article(html).text.endswith(one.paragraphs[-1])


SHORT = "<h1>Title</h1><p>One short sentence.</p>"
LEAD = "<p>" + "The lead of the story goes on for a while and then stops in the middle. " * 4 + "</p>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        pytest.param(SHORT, "less than 200", id="short"),
        pytest.param("plain words", "no markup", id="no-markup"),
        pytest.param("", "no markup", id="empty"),
        pytest.param("<html><head></head><body></body></html>", "less than 200", id="nothing"),
        pytest.param(
            "<title>Just a moment...</title><p>Enable JavaScript and cookies</p>", "challenge", id="challenge"
        ),
        pytest.param("<title>Before you continue</title><p>We use data</p>", "consent", id="consent"),
        pytest.param(f"<h1>T</h1>{LEAD}<p>Subscribe to continue reading</p>", "paywall", id="paywall-en"),
        pytest.param(f"<h1>T</h1>{LEAD}<p>Article réservé aux abonnés</p>", "paywall", id="paywall-fr"),
        pytest.param(
            f'<script type="application/ld+json">{{"isAccessibleForFree": "False"}}</script><h1>T</h1>{LEAD}',
            "paywall",
            id="paywall-declared",
        ),
    ],
)
def test_a_page_without_article_says_why(html: str, reason: str) -> None:
    found = read(html)
    assert isinstance(found, NoArticle)
    assert reason in found.reason


def test_a_long_text_is_an_article_although_it_speaks_of_subscribers() -> None:
    said = "".join(
        f"<p>Sentence {n} of a long report about the road along the coast and its {n} lamps.</p>"
        for n in range(30)
    )
    html = f"<article><h1>T</h1>{said}<p>Subscribe to continue reading our letters, the clerk said.</p></article>"
    assert isinstance(read(html), Article)


def test_what_is_no_page_or_too_large_is_not_parsed() -> None:
    assert extract(b"%PDF-1.7", "application/pdf", URL) == NoArticle("not a web page but application/pdf")
    assert "bytes" in getattr(extract(b"<p>" + b"x" * 2_000_001, "text/html", URL), "reason", "")


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 1000,
        b"< " * 50,
        b"<!-- a note -->",
        b"<div>" * 50,
        b"<html><body>\xff\xfe<p>x",
        b"<p>&#xD800;&#0;</p>",
    ],
)
def test_broken_pages_give_a_reason_and_no_exception(body: bytes) -> None:
    assert isinstance(extract(body, "text/html", URL), NoArticle)


def test_results_travel_between_processes() -> None:
    found = article(page("en", "article").html)
    assert pickle.loads(pickle.dumps(found)) == found


SAID = "".join(
    f"<p>{number}: The envoy received the deputy minister in the harbour town on Sunday for talks about training and equipment, "
    "his office said in a statement on its website.</p>"
    for number in ("First", "Second", "Third")
)
ABOUT = "Envoy receives deputy minister for talks about training"


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(f'<form id="aspnetForm" method="post"><div><h1>T</h1>{SAID}</div></form>', id="form"),
        pytest.param(f'<form class="aspNetHidden"><div>{SAID}</div></form>', id="form without headline"),
        pytest.param(f"<aside>{SAID}</aside>", id="aside"),
        pytest.param(f'<footer class="footer">{SAID}</footer>', id="footer"),
        pytest.param(f'<nav><a href="/">Home</a> <a href="/a">World</a>{SAID}', id="nav that never ends"),
        pytest.param(f"<header><h1>T</h1>{SAID}</header>", id="header"),
        pytest.param(f"<div><p>Twice said:</p>{SAID}{SAID}</div>".replace("Third", "Second"), id="repeated"),
        pytest.param(f"<form><form><input></form><fieldset>{SAID}</fieldset></form>", id="form in a form"),
        pytest.param(f"<form><table><tr><td>{SAID}</td></tr></table></form>", id="table in a form"),
    ],
)
def test_an_article_is_read_whatever_stands_around_it(wrapped: str) -> None:
    found = article(f"<html><body>{wrapped}</body></html>")
    assert found.text.count("his office said in a statement") >= 3


def test_a_search_form_and_a_footer_are_still_no_text() -> None:
    html = f"<form><input><p>Search our pages</p></form><main>{SAID}</main><footer><p>All rights kept</p></footer>"
    text = article(html).text
    assert "Search" not in text
    assert "rights" not in text


@pytest.mark.parametrize(
    "data",
    [
        '{"@type": "NewsArticle", "articleBody": BODY}',
        '{"@graph": [{"@type": "WebPage"}, {"@type": ["NewsArticle"], "articleBody": BODY}]}',
        '[{"mainEntity": {"articleBody": BODY}}]',
        '{"@type": "Report", "articleBody": [BODY]}',
    ],
)
def test_a_text_that_stands_only_in_the_pages_data_is_read(data: str) -> None:
    """schema.org's articleBody, at whatever depth."""
    body = "The envoy received the minister. " * 12
    script = f'<script type="application/ld+json">{data.replace("BODY", json.dumps(body))}</script>'
    assert (
        article(f"<html><head>{script}</head><body><h1>T</h1><div id=app></div></body></html>").text
        == body.strip()
    )


LONG_WALL = (
    "<p>Loading. Please wait while the security of your connection is being ensured by our guard.</p>" * 30
)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        pytest.param(
            f"<title>One moment</title><h1>Checking</h1>{LONG_WALL}", "challenge page", id="long challenge"
        ),
        pytest.param(f"<title>Oops</title>{LONG_WALL}", "challenge page or another", id="in other words"),
        pytest.param(f"<title>404 - page not found</title>{LONG_WALL}", "an error page", id="error"),
        pytest.param(
            f"<title>Privacy</title><p>Before you continue</p>{LONG_WALL}", "a consent page", id="consent"
        ),
        pytest.param(
            f"<title>Offers</title><p>Already a subscriber?</p>{LONG_WALL}", "a paywall page", id="offers"
        ),
    ],
)
def test_a_page_without_the_entrys_words_is_no_article_however_long(html: str, reason: str) -> None:
    """Nor in what language or words: it has nothing of what the feed says."""
    found = extract(html.encode(), "text/html", URL, ABOUT)
    assert isinstance(found, NoArticle)
    assert reason in found.reason


@pytest.mark.parametrize("about", [ABOUT, "Live", "", "المبعوث"])
def test_an_article_that_speaks_of_the_entry_is_read(about: str) -> None:
    """A few words, or none, say nothing against a page."""
    assert isinstance(extract(f"<h1>T</h1>{SAID}".encode(), "text/html", URL, about), Article)


DATA = '"@type": "NewsArticle", "articleBody": "' + "The convoy drove south along the desert road. " * 8 + '"'


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(f"//<![CDATA[\n{{{DATA}}}\n//]]>", id="cdata"),
        pytest.param(f"<!--\n{{{DATA}}}\n-->", id="comment"),
        pytest.param(f"{{{DATA},}}", id="a comma too many"),
    ],
)
def test_data_is_read_in_what_sites_wrap_it_in(script: str) -> None:
    html = f'<script type="application/ld+json">{script}</script><div id="app"></div>'
    assert "The convoy drove south" in article(html).text


def test_all_posts_of_a_live_blog_are_read() -> None:
    posts = ", ".join(
        f'{{"articleBody": "Post {n} tells that convoy {n} was seen. The road lies along the coast."}}'
        for n in range(5)
    )
    data = f'{{"@type": "LiveBlogPosting", "liveBlogUpdate": [{posts}]}}'
    found = article(f'<script type="application/ld+json">{data}</script><div id="app"></div>')
    assert [f"Post {n}" in found.text for n in range(5)] == [True] * 5


def test_a_page_without_text_says_so() -> None:
    """It is not called a challenge."""
    found = extract(b"<title>T</title><div id=app></div>", "text/html", URL, ABOUT)
    assert found == NoArticle("less than 200 characters of text")

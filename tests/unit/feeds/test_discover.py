"""A page tells where its feeds are."""

from __future__ import annotations

import pytest

from monitor.feeds.discover import Found, discover

BASE = "https://news.example/world/"


def found(html: str, content_type: str = "text/html") -> tuple[Found, ...]:
    return discover(html.encode(), BASE, content_type)


@pytest.mark.parametrize(
    "kind",
    [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "Application/RSS+XML; charset=utf-8",
    ],
)
def test_declared_feeds_are_found_with_title_and_type(kind: str) -> None:
    html = f'<head><link rel="alternate" type="{kind}" title=" All\n news " href="/rss.xml#x"></head>'
    assert found(html) == (Found("https://news.example/rss.xml", "All news", kind.partition(";")[0].lower()),)


def test_base_href_is_honoured() -> None:
    html = '<base href="https://cdn.example/a/"><link rel=alternate type=application/rss+xml href=feed>'
    assert [f.url for f in found(html)] == ["https://cdn.example/a/feed"]


def test_declared_feeds_stand_before_links_that_look_like_feeds_and_none_twice() -> None:
    html = """<a href="/feed/">Feed</a> <a href="/main.rss">RSS</a>
    <link rel="alternate" type="application/atom+xml" href="/atom.xml"><link rel="ALTERNATE home"
    type="application/rss+xml" href="/main.rss" title="Main">"""
    assert [f.url for f in found(html)] == [
        f"https://news.example/{p}" for p in ("atom.xml", "main.rss", "feed/")
    ]
    assert found(html)[1].title == "Main"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<link rel=alternate type=text/html hreflang=ar href="/ar">', id="translation"),
        pytest.param('<link rel=alternate type=application/json href="/wp-json/wp/v2/posts/1">', id="api"),
        pytest.param('<link rel="alternate stylesheet" href="/feed.xml" type="">', id="stylesheet"),
        pytest.param('<link rel=alternate type=application/rss+xml href="javascript:alert(1)">', id="script"),
        pytest.param('<link rel=alternate type=application/rss+xml href="file:///etc/passwd">', id="file"),
        pytest.param("<link rel=alternate type=application/rss+xml>", id="no-href"),
        pytest.param('<link rel=alternate type=application/rss+xml href="http://[">', id="broken"),
        pytest.param(
            '<a href="/feedback">x</a><a href="/press">x</a><a href="/feeding-the-city">x</a>',
            id="lookalikes",
        ),
        pytest.param("", id="empty"),
        pytest.param("not a page", id="text"),
    ],
)
def test_what_is_no_feed_is_not_found(html: str) -> None:
    assert found(html) == ()


@pytest.mark.parametrize(
    "href", ["/rss", "/rss.xml", "/feed/", "/feeds/world.xml", "/news.atom", "/?feed=rss2", "/index.rdf"]
)
def test_ordinary_links_that_look_like_feeds_are_second_choice(href: str) -> None:
    assert [(f.title, f.type) for f in found(f'<a href="{href}">Abonnieren</a>')] == [("Abonnieren", "")]


def test_a_title_in_another_encoding_is_read_by_the_pages_label() -> None:
    html = (
        '<meta charset=windows-1251><link rel=alternate type=application/rss+xml title="Новости" href=/rss>'
    )
    assert discover(html.encode("windows-1251"), BASE)[0].title == "Новости"


def test_a_directory_of_a_thousand_feeds_is_cut() -> None:
    html = "".join(f'<link rel=alternate type=application/rss+xml href="/{n}.rss">' for n in range(1000))
    assert len(found(html)) == 50

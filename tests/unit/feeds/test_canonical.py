"""Addresses of one page reduce to one; addresses of two never do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.addresses import canonical_url, same_page


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.ORG:80/a/../b/?utm_source=x&id=5#part", "https://example.org/b?id=5"),
        ("https://example.org:443/x/?fbclid=1&b=2&a=1", "https://example.org/x?a=1&b=2"),
        ("https://example.org/story/amp/", "https://example.org/story"),
        ("https://example.org/story?amp=1&outputType=amp", "https://example.org/story"),
        ("https://m.example.org/x", "https://m.example.org/x"),
        ("https://example.org//a//b", "https://example.org//a//b"),
        ("https://example.org//c/../b", "https://example.org//b"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/#!/news/1", "https://example.org/#!/news/1"),
        ("https://example.org/app?utm_source=x#/news/2?a=b", "https://example.org/app#/news/2?a=b"),
        ("https://example.org/a#", "https://example.org/a"),
        ("https://example.org/?p=123", "https://example.org/?p=123"),
        ("https://example.org/index.php?lang=ar&id=1", "https://example.org/index.php?id=1&lang=ar"),
        (
            "https://пример.рф/новости",
            "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
        ),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://x.example/view.php?cid=101", "https://x.example/view.php?cid=101"),
        (
            "https://x.example/g?gallery_id=7&source=home&ref=a",
            "https://x.example/g?gallery_id=7&ref=a&source=home",
        ),
        (
            "https://x.example/p?eid=4&partner=b&sid=9&rss=1",
            "https://x.example/p?eid=4&partner=b&rss=1&sid=9",
        ),
        ("https://x.example/a;jsessionid=0A1B?x=1&PHPSESSID=abc", "https://x.example/a?x=1"),
        ("https://x.example/a?utm_source=rss&gclid=Q&mc_cid=1&xtor=RSS-1", "https://x.example/a"),
        ("https://x.example/a?utm_of_force=9", "https://x.example/a?utm_of_force=9"),
        (
            "https://www.google.com/url?rct=j&sa=t&url=https://site.example/a%3Fb%3D1&ct=ga&cd=CAE&usg=x",
            "https://site.example/a?b=1",
        ),
        ("https://www.google.com.tr/url?q=https://site.example/a&ct=ga", "https://site.example/a"),
        (
            "https://www.google.com/search?q=https://site.example/a",
            "https://www.google.com/search?q=https%3A%2F%2Fsite.example%2Fa",
        ),
        (
            "https://web.archive.org/newest/https://site.example/a",
            "https://web.archive.org/newest/https://site.example/a",
        ),
        (
            "https://r.example/?to=https%3A%2F%2Fsite.example%2Fa",
            "https://r.example/?to=https%3A%2F%2Fsite.example%2Fa",
        ),
        ("https://x.example/docs/general command.html", "https://x.example/docs/general%20command.html"),
        ("javascript:alert(1)", None),
        ("/relative", None),
        ("http://[bad", None),
        ("http://example.org:99999/", None),
        ("", None),
    ],
)
def test_addresses_of_one_page_reduce_to_one(url: str, canonical: str | None) -> None:
    """Tracking, sessions, fragments, ports and AMP go; whatever may name the page stays."""
    assert canonical_url(url) == canonical


@settings(deadline=None)
@given(
    st.text(max_size=100)
    | st.text(max_size=60).map("http://".__add__)
    | st.text(max_size=60).map("https://a.test/".__add__)
)
def test_reducing_an_address_never_raises(url: str) -> None:
    """Any string at all; and what comes out is an https address."""
    reduced = canonical_url(url)
    assert reduced is None or reduced.startswith("https://")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://x.example/a", "https://x.example/a", True),
        (None, None, True),
        (None, "https://x.example/a", False),
        ("https://x.example/a?s=9f8e7d6c5b4a39281706", "https://x.example/a?s=00aa11bb22cc33dd44ee", True),
        ("https://x.example/a?id=101", "https://x.example/a?id=102", False),
        ("https://x.example/a?p=general-command-of-2026", "https://x.example/a?p=another-thing", False),
    ],
)
def test_a_sessions_token_makes_no_other_page(one: str | None, other: str | None, same: bool) -> None:
    """Only a value that a server made up: long, letters and figures mixed."""
    assert same_page(one, other) is same

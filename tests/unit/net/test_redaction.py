"""What opens a door does not get into a log line."""

from __future__ import annotations

import pytest

from monitor.net.redaction import hidden, kept, masked, opens, redact
from tests.support.steps import lines_run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "GET https://ann:pa55@feeds.example/rss failed",
            "GET https://feeds.example/rss failed",
            id="login",
        ),
        pytest.param("https://ann:p/a@ss@feeds.example/rss", "https://feeds.example/rss", id="odd-password"),
        pytest.param("https://a.example/rss?key=K#top", "https://a.example/rss?***", id="query"),
        pytest.param("https://a.example/rss#token=K", "https://a.example/rss", id="fragment"),
        pytest.param("https://hooks.slack.com/services/T0/B0/Zz9", "https://hooks.slack.com/***", id="slack"),
        pytest.param(
            "http://127.0.0.1:80/services/T0/B0/Zz9", "http://127.0.0.1:80/services/***", id="slack-shaped"
        ),
        pytest.param("https://discord.com/api/webhooks/1/tok", "https://discord.com/***", id="discord"),
        pytest.param("https://chat.example/hooks/abc123", "https://chat.example/hooks/***", id="hook"),
        pytest.param("https://api.example/bot12:AA-bb/send", "https://api.example/***/send", id="bot"),
        pytest.param(
            "https://x.example/9f1c7e52-6a3b-4b1e-8a53-0d5b1c2f7a11", "https://x.example/***", id="uuid"
        ),
        pytest.param("https://x.example/in/4f9d8a7b6c5e4d3c2b1a0f9e", "https://x.example/in/***", id="token"),
        pytest.param(
            "postgresql+psycopg://u:secret@db/monitor", "postgresql+psycopg://db/monitor", id="database"
        ),
        pytest.param(
            "see <https://u:p@a.example/x>, then go", "see <https://a.example/x>, then go", id="in-text"
        ),
    ],
)
def test_credentials_keys_and_queries_leave_every_url(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/2026/11/haftar-arrives-in-moscow-for-talks-2026.html",
        "https://medium.example/@writer/on-libya",
        "no address at all: 5 / 7 @ noon?",
        "لقاء في موسكو",
    ],
)
def test_ordinary_addresses_and_text_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_work_grows_no_faster_than_the_text() -> None:
    few, many = (lines_run(lambda n=n: redact("see http://a:b@x.example/y and " * n)) for n in (100, 400))
    assert many <= 5 * few


SHOWN = [
    pytest.param("https://ann:pa55@a.example/rss", "https://***@a.example/rss", id="login"),
    pytest.param("https://tok3n@a.example/rss", "https://***@a.example/rss", id="token-as-login"),
    pytest.param("https://a.example/rss?key=K&lang=ar", "https://a.example/rss?key=***&lang=ar", id="key"),
    pytest.param("https://a.example/rss?x=1&access_token=T", "https://a.example/rss?x=1&access_token=***", id="token"),
    pytest.param("https://a.example/?feedToken=T", "https://a.example/?feedToken=***", id="camel"),
    pytest.param("https://a.example/?X-Amz-Signature=T", "https://a.example/?X-Amz-Signature=***", id="signed"),
    pytest.param("https://a.example/?pwd=T#auth=U", "https://a.example/?pwd=***#***", id="fragment"),
    pytest.param("https://a.example/?u=4f9d8a7b6c5e4d3c", "https://a.example/?u=***", id="looks-like-one"),
    pytest.param("https://a.example/?4f9d8a7b6c5e4d3c", "https://a.example/?***", id="bare"),
    pytest.param("https://a.example/p/4f9d8a7b6c5e4d3c2b1a0f9e.xml", "https://a.example/p/***.xml", id="path"),
    pytest.param("https://a.example/private-4f9d8a7b6c5e4d3c/basic.rss", "https://a.example/***/basic.rss", id="named"),
    pytest.param("https://a.example/f/Zk3-xQ9_Lm2Rt7Vb1Np4Wc", "https://a.example/f/***", id="mixed"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "shown"), SHOWN)
def test_an_address_is_shown_without_what_opens_it(url: str, shown: str) -> None:
    """Once masked it stays as it is, and nothing in it opens anything."""
    assert masked(url) == shown
    assert masked(shown) == shown
    assert opens(url)
    assert not opens(shown)


@pytest.mark.parametrize(
    "url",
    [
        "https://news.google.com/rss/search?q=libya%20russia&hl=ar&gl=LY&ceid=LY:ar",
        "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnop123456",
        "https://a.example/updates/rss.xml?advanced-search=%28PC140%29",
        "https://a.example/Haftar-Visits-Moscow-2026-For-Talks-On-F16-And-G20",
        "https://a.example/2026/11/29/some-title-of-an-article-12345",
        "https://a.example/?keyword=oil&monkey=1&author=me&passage=2&turkey=3",
        "https://a.example/rss?key=${KEY}",
        "https://${USER}:${PASSWORD}@a.example/${TOKEN}/rss",
        "file:/srv/feeds/4f9d8a7b6c5e4d3c2b1a0f9e.xml",
        "",
    ],
)
def test_an_ordinary_address_is_shown_whole(url: str) -> None:
    """So is one with placeholders, which are no secrets."""
    assert masked(url) == url
    assert kept(url) == url
    assert opens(url) == ()


def test_a_kept_address_tells_a_changed_secret() -> None:
    """Without holding it, and the same whenever it is made."""
    one, other = kept("https://a.example/?key=one"), kept("https://a.example/?key=other")
    assert one != other
    assert {one.partition("#")[0], other.partition("#")[0]} == {"https://a.example/?key=***"}
    assert kept(one) == one


def test_hidden_takes_the_longest_first() -> None:
    assert hidden("a secret-and-more", ("secret", "secret-and-more")) == "a ***"

"""What opens a door does not get into a log line."""

from __future__ import annotations

import pytest

from monitor.redaction import redact
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

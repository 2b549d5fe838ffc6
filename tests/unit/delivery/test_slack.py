"""Slack's payload as bytes, and its plainest form."""

from __future__ import annotations

import json

from monitor.delivery.slack import TEXT_MAX, degraded, encoded


def test_the_bytes_are_plain_json_whatever_the_title_held() -> None:
    """Even a lone surrogate, which UTF-8 cannot hold, goes out as an escape."""
    payload = {"text": "حفتر \ud800 🚀"}
    assert encoded(payload) == encoded(dict(payload))
    assert json.loads(encoded(payload)) == payload


def test_the_plain_form_says_all_that_the_blocks_said() -> None:
    """In order; what was plain text is escaped now, so that no title can mention anybody."""
    payload = {
        "text": "2 alerts",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "A <!channel> & B"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "*bold* <https://e.test/x|here> &amp; more"},
            },
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "from Reuters"}]},
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "see <"},
                            {"type": "link", "url": "https://e.test/y", "text": "there"},
                        ],
                    }
                ],
            },
            {"type": "section", "fields": [{"type": "plain_text", "text": "field"}]},
        ],
    }
    plain = degraded(payload)
    assert plain["text"].split("\n") == [
        "A &lt;!channel&gt; &amp; B",
        "*bold* <https://e.test/x|here> &amp; more",
        "from Reuters",
        "see &lt;there https://e.test/y",
        "field",
    ]
    assert plain["unfurl_links"] is False
    assert "blocks" not in plain


def test_without_blocks_the_text_itself_is_the_plain_form_and_never_empty() -> None:
    """`no_text` must not come back for the resend."""
    assert degraded({"text": "one"})["text"] == "one"
    assert degraded({})["text"] == "(no text)"


def test_a_long_plain_form_is_cut_between_lines_and_says_so() -> None:
    """Never inside an entity or a link."""
    line = {"type": "mrkdwn", "text": "<https://e.test/x|here> &amp; there"}
    text = degraded({"blocks": [line] * 2000})["text"]
    assert len(text) <= TEXT_MAX + 2
    assert text.endswith("there\n…")
    one = degraded({"text": "x" * (TEXT_MAX - 2) + "&amp;"})["text"]
    assert one == "x" * (TEXT_MAX - 2) + "\n…"

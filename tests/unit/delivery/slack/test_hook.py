"""Slack's payload as bytes, and its plainest form."""

from __future__ import annotations

import json

from monitor.delivery.slack.hook import degraded, encoded, left_out


def test_the_bytes_are_plain_json_whatever_the_title_held() -> None:
    """Even a lone surrogate, which UTF-8 cannot hold, goes out as an escape."""
    payload = {"text": "حفتر \ud800 🚀"}
    assert encoded(payload) == encoded(dict(payload))
    assert json.loads(encoded(payload)) == payload


def test_the_plain_form_is_not_sent_before_it_is_needed() -> None:
    """It travels with the message, for the one resend, and says what it leaves out."""
    payload = {
        "text": "2 alerts",
        "blocks": [{"type": "divider"}],
        "plain": {"text": "a\nb", "left_out": "1 story"},
    }
    assert json.loads(encoded(payload)) == {"text": "2 alerts", "blocks": [{"type": "divider"}]}
    assert degraded(payload) == {"text": "a\nb", "unfurl_links": False, "unfurl_media": False}
    assert left_out(payload) == "1 story"


def test_what_an_older_monitor_left_has_its_notification() -> None:
    """And is not whole; `no_text` must not come back for the resend."""
    assert degraded({"text": "one", "blocks": [{"type": "divider"}]})["text"] == "one"
    assert left_out({"text": "one"}) == "everything but the notification"
    assert degraded({})["text"] == "(no text)"

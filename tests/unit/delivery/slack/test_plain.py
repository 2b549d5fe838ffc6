"""The plain form says what it can, and how much it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivery.slack.blocks import Page, messages
from monitor.delivery.slack.channel import plain
from monitor.languages.locale import frame

EN, AR = frame("en"), frame("ar")
DESK = "<https://desk.example|Open in the monitor>"


def section(story: str, title: str, url: str = "") -> dict[str, Any]:
    leaf = {"type": "link", "url": url, "text": title} if url else {"type": "text", "text": title}
    return {"type": "rich_text_section", "story": story, "elements": [leaf]}


def digest(*titles: str, detail: str = "") -> tuple[Page, ...]:
    """A list of stories, each with a detail."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": {"type": "plain_text", "text": "Briefing"}}]
    for n, title in enumerate(titles):
        blocks.append({"type": "rich_text", "elements": [section(f"s-{n}", title, f"https://a.example/{n}")]})
        if detail:
            blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": detail}]})
    return messages({"text": "Digest", "blocks": blocks})


def test_what_fits_is_said_whole() -> None:
    """In order; what was plain text is escaped, a link shows its address, and nobody is called."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A <!channel> & B"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*bold* <https://e.test/x|here> &amp; more"}},
        {"type": "divider"},
        {"type": "rich_text", "elements": [section("s", "see < @here", "https://e.test/y")]},
        {"type": "section", "fields": [{"type": "plain_text", "text": "field"}]},
    ]
    (page,) = messages({"text": "x", "blocks": blocks})
    made = plain(page, EN, "")
    assert made["text"].split("\n") == [
        "A &lt;!channel&gt; &amp; B",
        "*bold* <https://e.test/x|here> &amp; more",
        "see &lt; @\u2060here https://e.test/y",
        "field",
    ]
    assert made["left_out"] == ""


def test_where_only_titles_fit_it_says_so() -> None:
    """Every story is named, no quote is."""
    (page,) = digest(*(f"Title {n}" for n in range(9)), detail="grade " * 150)
    made = plain(page, EN, DESK)
    assert [f"Title {n} " in made["text"] for n in range(9)] == [True] * 9
    assert "grade" not in made["text"]
    assert made["text"].endswith(f"plain text has less room. {DESK}")
    assert made["left_out"] == "everything but the titles"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet="ab كم é🇱🇾<&", min_size=1, max_size=400), min_size=1, max_size=60),
    st.sampled_from(["", "detail " * 60]),
    st.sampled_from(["", DESK]),
)
def test_what_is_named_and_what_is_left_out_make_the_whole(titles: list[str], detail: str, desk: str) -> None:
    """Within 4,000 characters, whatever the titles are; each story named once, the others counted."""
    pages = digest(*(f"({n}) {title}" for n, title in enumerate(titles)), detail=detail)
    named: list[int] = []
    left = 0
    for page in pages:
        made = plain(page, EN, desk)
        assert 1 <= len(made["text"]) <= 4000
        named += [n for n in range(len(titles)) if f"({n}) " in made["text"]]
        words = made["left_out"].split()
        left += int(words[0]) if words[1:] in (["stories"], ["story"]) else 0
        assert not words or "Slack refused" in made["text"]
        assert not words or desk in made["text"]
    assert len(named) == len(set(named))
    assert len(named) + left == len(titles)


def test_a_template_without_marks_counts_lines() -> None:
    """An operator's own that knows of no stories."""
    blocks = [
        {"type": "section", "text": {"type": "plain_text", "text": f"row {n} " + "x" * 700}} for n in range(9)
    ]
    (page,) = messages({"text": "Digest", "blocks": blocks})
    made = plain(page, EN, "")
    assert made["left_out"] == "4 lines"
    assert "… 4 more lines left out here" in made["text"]


@pytest.mark.parametrize(("count", "said"), [(60, "لم ترد هنا"), (9, "العناوين فقط")])
def test_it_says_so_in_the_readers_language(count: int, said: str) -> None:
    """The note is part of the message."""
    many = count > 9
    pages = digest(
        *(f"Title {n} " + "x" * 200 * many for n in range(count)), detail="" if many else "y" * 900
    )
    assert any(said in plain(page, AR, "")["text"].splitlines()[-1] for page in pages)

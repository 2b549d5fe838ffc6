"""Block Kit within its limits; nothing is lost, nobody is mentioned."""

from __future__ import annotations

from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.delivery.slack.blocks import escape, link, messages, pieces, plain_of, weight
from tests.support import slacklimits

MENTION = regex.compile(r"<[!@#]|@(?:here|channel|everyone|group)\b", regex.IGNORECASE)
nasty = st.text(alphabet=st.sampled_from("ab &<>|!@#*_~`\n é🇱🇾كم😀")) | st.sampled_from(
    [
        "<!channel>",
        "<@U123>",
        "@here",
        "<!here|x>",
        "<http://a.example|",
        "word " * 900,
        "x" * 7000,
        "&amp;" * 900,
        "",
    ]
)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def rich(*texts: str) -> dict[str, Any]:
    leaves = [{"type": "text", "text": t} for t in texts]
    leaves.append(
        {"type": "link", "url": "https://a.example/", "text": texts[0]}
        if texts
        else {"type": "text", "text": "."}
    )
    section = {"type": "rich_text_section", "elements": leaves}
    quote = {"type": "rich_text_quote", "elements": leaves}
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": [section, section]}
    return {"type": "rich_text", "elements": [section, quote, bullets]}


blocks = st.one_of(
    nasty.map(lambda t: {"type": "header", "text": plain(t)}),
    nasty.map(lambda t: {"type": "section", "text": plain(t)}),
    nasty.map(lambda t: {"type": "section", "text": mrkdwn(escape(t))}),
    st.lists(nasty, max_size=13).map(lambda ts: {"type": "section", "fields": [plain(t) for t in ts]}),
    st.lists(nasty, max_size=13).map(
        lambda ts: {"type": "context", "elements": [mrkdwn(escape(t)) for t in ts]}
    ),
    st.lists(nasty, max_size=4).map(lambda ts: rich(*ts)),
    st.just({"type": "divider"}),
)
payloads = st.builds(
    lambda text, some, times: {"text": text, "blocks": some * times},
    nasty,
    st.lists(blocks, max_size=8),
    st.integers(1, 12),
)


def assert_within_limits(payload: dict[str, Any]) -> None:
    assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
    assert slacklimits.refusal(payload) == ""
    assert len(payload.get("blocks", [])) <= 45
    assert sum(map(len, slacklimits.texts(payload.get("blocks", [])))) <= 10_000
    assert weight(payload.get("blocks", [])) <= 10_000


def squeezed(payloads_: list[dict[str, Any]], *, numbered: bool) -> str:
    """All text without space, page numbers and word joiners."""
    texts = [
        "".join(plain_of(b) for b in (p.get("blocks", [])[:-1] if numbered else p.get("blocks", [])))
        for p in payloads_
    ]
    return regex.sub(r"[\s\u2060]", "", "".join(texts))


@settings(max_examples=60, deadline=None)
@given(payloads)
def test_every_message_is_within_the_limits_and_nothing_is_lost(payload: dict[str, Any]) -> None:
    """Whatever is in it, and however much: the texts of the parts join to the text of the whole."""
    made = [page.payload for page in messages(payload)]
    for part in made:
        assert_within_limits(part)
        assert not MENTION.search(
            "".join(
                plain_of(b)
                for b in part.get("blocks", [])
                if b["type"] == "section" and b.get("text", {}).get("type") == "mrkdwn"
            )
        )
    assert squeezed(made, numbered=len(made) > 1) == squeezed([payload], numbered=False)


@given(nasty)
def test_the_notification_mentions_nobody(text: str) -> None:
    """Even when a template forgot to escape."""
    pages = messages({"text": text, "blocks": [{"type": "context", "elements": [mrkdwn(text or "x")]}]})
    made = pages[0].payload
    assert not MENTION.search(made["text"])
    assert not MENTION.search("".join(plain_of(b) for b in made.get("blocks", [])))


@given(
    st.lists(
        st.sampled_from(["&amp;", "&lt;", "<https://a.example/x|label here>", "word ", "é", "\n"]),
        max_size=400,
    ),
    st.integers(40, 300),
)
def test_pieces_never_cut_an_entity_or_a_link(parts: list[str], limit: int) -> None:
    """Each piece is made of whole ones; a long word may be cut."""
    made = pieces("".join(parts), limit)
    assert all(len(p) <= limit for p in made)
    for piece in made:
        rest = regex.sub(r"&(?:amp|lt);|<https://a\.example/x\|label here>|[wordé\s]", "", piece)
        assert rest == ""


def test_several_messages_are_numbered() -> None:
    """In the notification and at the end of each."""
    rows = [{"type": "section", "text": plain(f"row {n}")} for n in range(120)]
    made = [page.payload for page in messages({"text": "Digest", "blocks": rows})]
    assert [p["text"] for p in made] == ["Digest (1/3)", "Digest (2/3)", "Digest (3/3)"]
    assert [plain_of(p["blocks"][-1]) for p in made] == ["1/3", "2/3", "3/3"]


def test_rich_text_mentions_become_words() -> None:
    """An element that calls people is no longer one."""
    calls = [{"type": "broadcast", "range": "channel"}, {"type": "user", "user_id": "U1"}]
    section = {"type": "rich_text_section", "elements": calls}
    (page,) = messages({"text": "x", "blocks": [{"type": "rich_text", "elements": [section]}]})
    kinds = [leaf["type"] for leaf in page.payload["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["text", "text"]


@pytest.mark.parametrize(
    ("url", "label", "expected"),
    [
        ("https://a.example/?b=c&d=e", "A & B", "<https://a.example/?b=c&amp;d=e|A &amp; B>"),
        ("https://a.example/x|y>z", "a|b\nc", "<https://a.example/x%7Cy%3Ez|a¦b c>"),
        ("", "<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_links_are_built_by_us(url: str, label: str, expected: str) -> None:
    """Nothing in the address or the label ends the link early."""
    assert link(url, label) == expected


def test_a_story_stays_in_one_message_where_it_fits() -> None:
    """A title at the foot of one message, its quotes in the next, would be hard to read."""
    story = [
        {"type": "divider"},
        {"type": "section", "text": plain("title " + "x" * 1500)},
        {"type": "context", "elements": [plain("grade " + "y" * 1500)]},
    ]
    made = [page.payload["blocks"] for page in messages({"text": "Digest", "blocks": story * 9})]
    assert [[block["type"] for block in page].count("section") for page in made] == [3, 3, 3]
    assert all(page[0]["type"] == "section" for page in made[1:])


def test_marks_are_kept_for_us_and_not_sent() -> None:
    """Slack refuses a key that it does not know."""
    leaf = {"type": "text", "text": "Title"}
    section = {"type": "rich_text_section", "story": "s-1", "elements": [leaf]}
    (page,) = messages({"text": "x", "blocks": [{"type": "rich_text", "elements": [section]}]})
    assert "story" not in page.payload["blocks"][0]["elements"][0]
    assert page.marked[0]["elements"][0]["story"] == "s-1"


def test_an_address_beyond_all_measure_is_not_linked() -> None:
    """It alone would be a third of a message; the title stays."""
    leaves = [{"type": "link", "url": "https://a.example/" + "x" * 9000, "text": "Title"}]
    section = {"type": "rich_text_section", "elements": leaves}
    (page,) = messages({"text": "x", "blocks": [{"type": "rich_text", "elements": [section]}]})
    assert page.payload["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "Title"}]

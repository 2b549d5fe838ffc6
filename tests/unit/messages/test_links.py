"""A link in a message lets its reader do one thing to one story, for a while, and nobody can make another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.messages.links import BadLink, Link, address, read, token
from tests.support.stored import DAY, NOW

KEY, OTHER = b"k" * 32, b"o" * 32
LINK = Link(action="false-alarm", story="s-54e247bee4", expires_at=NOW + DAY)
TOKEN = token(KEY, LINK)


def test_a_link_is_read_as_it_was_made() -> None:
    """Until its end, which is not within."""
    assert read(KEY, TOKEN, NOW) == LINK
    assert read(KEY, TOKEN, NOW + DAY - timedelta(seconds=1)) == LINK
    with pytest.raises(BadLink, match="expired"):
        read(KEY, TOKEN, NOW + DAY)


def test_an_address_holds_nothing_that_must_be_escaped() -> None:
    """And stands below whatever path the proxy gives us."""
    made = address("https://desk.example/monitor/", KEY, LINK.story, NOW, "false-alarm")

    assert made.startswith("https://desk.example/monitor/false-alarm?token=false-alarm.s-54e247bee4.")
    assert not set(made) & set("<>\"'& %|")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(TOKEN.replace("s-54e247bee4", "s-54e247bee5"), id="another story"),
        pytest.param(TOKEN.replace(".17", ".27"), id="a later end"),
        pytest.param(TOKEN.replace("false-alarm", "delete"), id="another action"),
        pytest.param(TOKEN.replace("false-alarm", "silence"), id="another purpose"),
        pytest.param(TOKEN[:-1], id="cut"),
        pytest.param(TOKEN[:-1] + "é", id="not ASCII"),
        pytest.param(token(OTHER, LINK), id="another key"),
        pytest.param(f"{TOKEN} ", id="more behind it"),
        pytest.param("false-alarm.s-1.99999999999999." + "A" * 43, id="an absurd end"),
    ],
)
def test_a_link_that_was_changed_is_wrong(text: str) -> None:
    """Whatever was changed."""
    with pytest.raises(BadLink, match="wrong"):
        read(KEY, text, NOW)


def test_a_wrong_link_is_wrong_even_when_it_is_over() -> None:
    """Nobody learns anything from its end."""
    with pytest.raises(BadLink, match="wrong"):
        read(OTHER, TOKEN, NOW + 2 * DAY)

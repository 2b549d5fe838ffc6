"""What `check` says although nothing is wrong."""

from __future__ import annotations

from monitor.cli.check import unread
from tests.support.stored import feed


def test_a_language_that_is_not_read_is_named() -> None:
    """Once for all feeds in it, not for those that are off; several languages are none of them."""
    feeds = [
        feed("gazette", language="en"), feed("mixed", language="mul"), feed("taz", language="de"),
        feed("welt", language="de"), feed("marca", language="es", enabled=False),
    ]  # fmt: skip
    (said,) = unread(feeds)
    assert said.startswith("taz, welt: de is not read; ")
    assert "add-a-language" in said

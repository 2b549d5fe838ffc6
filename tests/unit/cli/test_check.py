"""What `check` says although nothing is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.cli.check import judged, shipped, unread
from monitor.config import load
from monitor.errors import ConfigError
from monitor.parts import build
from tests.support.stored import feed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_language_that_is_not_read_is_named() -> None:
    """Once for all feeds in it, not for those that are off; several languages are none of them."""
    feeds = [
        feed("gazette", language="en"), feed("mixed", language="mul"), feed("taz", language="de"),
        feed("welt", language="de"), feed("marca", language="es", enabled=False),
    ]  # fmt: skip
    (said,) = unread(feeds)
    assert said.startswith("taz, welt: de is not read; ")
    assert "add-a-language" in said


def test_addresses_that_come_with_the_program_hold_no_secret(tmp_path: Path) -> None:
    """However like keys they look, also in a copy; another address that looks so is noted."""
    path = tmp_path / "monitor.yaml"
    path.write_text(f"data: {tmp_path}\n", encoding="utf-8")
    assert judged(load.load(path, {}), {}).notes == ()

    public = next(url for url in shipped() if "aljazeerarss" in url)
    feeds = f"feeds: [{{id: a, url: {public}, title: A}}, {{id: b, url: {public}0a1b2c3d4e, title: B}}]\n"
    (tmp_path / "feeds.yaml").write_text(feeds, encoding="utf-8")
    path.write_text(f"data: {tmp_path}\nfeeds: feeds.yaml\n", encoding="utf-8")
    (note,) = judged(load.load(path, {}), {}).notes
    assert "b: a part that looks like a key" in str(note)


def test_a_receiver_that_cannot_work_is_named_with_its_place(tmp_path: Path) -> None:
    """File, line and remedy."""
    path = tmp_path / "monitor.yaml"
    path.write_text(
        f"data: {tmp_path}\nroute: {{receiver: s}}\nreceivers:\n  - {{name: s, slack: {{webhook_url: hooks.example/x}}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"monitor\.yaml:4:\d+: receiver 's': .* it begins with https://"):
        build(load.load(path, {}))

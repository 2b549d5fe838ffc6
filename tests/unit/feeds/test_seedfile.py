"""A feeds file that people keep is changed where it was meant, and nowhere else."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from monitor.errors import ConfigError
from monitor.feeds import seeds
from monitor.feeds.seeds import load_feeds, whole_scheme, with_feed, without_feed
from monitor.model import Feed

if TYPE_CHECKING:
    from pathlib import Path

NEW = Feed(id="new", url="https://new.example/rss?key=${KEY}", title="New: one # two", language="fr")
LINES = 'id: new\n{0}url: https://new.example/rss?key=${{KEY}}\n{0}title: "New: one # two"\n{0}language: fr\n'

INDENTED = (
    "# head\nfeeds:\n  # of a\n  - id: a   # short\n    url: https://a.example/\n    title: A\n# tail\n"
)
FLAT = "feeds:\n- id: a\n  url: https://a.example/\n  title: A"
WIDE = "feeds:\n      -   id: a\n          url: https://a.example/\n          title: A\n\n"
EMPTY = "# none yet\nfeeds: []\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(INDENTED, INDENTED + "  - " + LINES.format("    "), id="indented"),
        pytest.param(FLAT, FLAT + "\n- " + LINES.format("  "), id="flat"),
        pytest.param(WIDE, WIDE + "      - " + LINES.format("        "), id="wide"),
        pytest.param(EMPTY, "# none yet\nfeeds:\n  - " + LINES.format("    "), id="empty"),
        pytest.param(INDENTED.replace("\n", "\r\n"),
                     (INDENTED + "  - " + LINES.format("    ")).replace("\n", "\r\n"), id="crlf"),
        pytest.param("feeds: [{id: a, url: 'https://a.example/', title: A}]\n", None, id="flow"),
    ],
)  # fmt: skip
def test_a_feed_is_put_after_the_last(text: str, after: str | None) -> None:
    """In the file's own indentation; None where that cannot be done without touching the rest."""
    assert with_feed(text, NEW, "feeds.yaml") == after


def test_what_was_put_in_is_taken_out() -> None:
    """And the file is as it was."""
    for text in (INDENTED, WIDE):
        after = with_feed(text, NEW, "feeds.yaml")
        assert after is not None
        assert without_feed(after, "new", "feeds.yaml") == text


def test_a_text_over_several_lines_goes_with_its_feed() -> None:
    text = "feeds:\n  - id: a\n    url: https://a.example/\n    title: A\n    reliability_reason: >\n      long\n      text\n"
    more = "  # about b\n  - {id: b, url: 'https://b.example/', title: B}\n"
    assert without_feed(text + more, "a", "feeds.yaml") == "feeds:\n" + more
    assert without_feed(text + "# tail\n", "a", "feeds.yaml") == "feeds: []\n# tail\n"
    assert without_feed(text + more, "nobody", "feeds.yaml") is None


def test_a_feed_that_is_there_is_refused() -> None:
    text = with_feed(EMPTY, NEW, "feeds.yaml")
    assert text is not None
    assert with_feed(text, NEW, "feeds.yaml") is None


def test_a_file_keeps_its_rights_and_its_mark(tmp_path: Path) -> None:
    """A new one is ours alone."""
    there, new = tmp_path / "feeds.yaml", tmp_path / "folder" / "added.yaml"
    there.write_bytes(b"\xef\xbb\xbf" + EMPTY.encode())
    there.chmod(0o640)
    seeds.add(there, [NEW])
    seeds.add(new, [NEW])
    assert there.read_bytes().startswith(b"\xef\xbb\xbf# none yet")
    assert stat.S_IMODE(there.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert stat.S_IMODE(new.parent.stat().st_mode) == 0o700
    assert [f.id for f in load_feeds(new.read_bytes(), "x")] == ["new"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["feeds.yaml", "folder"], "nothing is left beside it"


def test_a_link_leads_to_the_file(tmp_path: Path) -> None:
    """The file behind it is changed, the link stays one."""
    (tmp_path / "real.yaml").write_text(EMPTY, encoding="utf-8")
    (tmp_path / "feeds.yaml").symlink_to("real.yaml")
    seeds.add(tmp_path / "feeds.yaml", [NEW])
    assert (tmp_path / "feeds.yaml").is_symlink()
    assert "new.example" in (tmp_path / "real.yaml").read_text("utf-8")


def test_what_cannot_be_changed_is_said(tmp_path: Path) -> None:
    """And nothing is lost."""
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds: [{id: a, url: 'https://a.example/', title: A}]\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(seeds.Unwritable, match="lines of its own"):
        seeds.add(path, [NEW])
    with pytest.raises(seeds.Unwritable, match="lines of its own"):
        seeds.remove(path, "a")
    assert path.read_bytes() == before
    path.chmod(0o644)
    path.write_text("feeds: 3\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        seeds.add(path, [NEW])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("feed://a.example/x", "http://a.example/x"),
        ("feed:https://a.example/x", "https://a.example/x"),
        ("FEED:a.example/x", "http://a.example/x"),
        ("feed://https://a.example/x", "https://a.example/x"),
        ("https://a.example/feed:x", "https://a.example/feed:x"),
        ("file:data/x", "file:data/x"),
    ],
)
def test_what_browsers_hand_to_a_reader_is_http(given: str, meant: str) -> None:
    assert whole_scheme(given) == meant


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://${HOST}/rss", "stands for the host"),
        ("https://a.example/?k=${MONITOR_SMTP_PASSWORD}", "belongs to the monitor's own configuration"),
        ("https://a.example/?k=${a b}", "is no address"),
        ("https://a.example/?k=${1}", "without the name of a variable"),
        ("gopher://u:pa55@a.example/", r"'gopher://\*\*\*@a.example/' cannot be polled"),
    ],
)
def test_an_address_with_a_wrong_placeholder_is_refused(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_feeds(f"feeds:\n  - {{id: a, title: A, url: '{url}'}}\n", "feeds.yaml")

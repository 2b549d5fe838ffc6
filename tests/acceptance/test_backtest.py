"""`monitor backtest`: over the archive and over a file, alone and against other watchlists."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.analyst import WAGNER
from tests.support.line import command
from tests.support.workplace import archive, workplace

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.now(UTC)


def test_the_archive_of_the_last_days_is_decided_anew(tmp_path: Path) -> None:
    """By the day an item was first seen; per rule with samples."""
    config = workplace(tmp_path)
    archive(tmp_path, "The Wagner Group left, long ago.", at=NOW - timedelta(days=40))
    archive(tmp_path, "The Wagner Group left.", "A fine day.", at=NOW - timedelta(days=3))

    month = command("backtest", "--config", str(config))
    all_of_it = command("backtest", "--since", "8w", "--until", "1h", "--json", "--config", str(config))

    assert month.returncode == 0, month.stderr
    assert month.stdout.startswith("2 items, ")
    assert "wagner/named  " in month.stdout
    assert "⁨The Wagner Group left.⁩" in month.stdout
    assert json.loads(all_of_it.stdout)["items"] == 3
    assert {r["rule"]: r["hits"] for r in json.loads(all_of_it.stdout)["rules"]}["named"] == 2


def test_a_change_is_a_finding(tmp_path: Path) -> None:
    """Exit 1 with what newly fires, 0 where nothing changed."""
    config = workplace(tmp_path)
    other = tmp_path / "other"
    workplace(other, extra={"wagner.yaml": WAGNER.replace("@wagner-group", "@wagner-group AND @mali")})
    archive(tmp_path, {"title": "Left", "content": "The Wagner Group left."}, at=NOW - timedelta(days=3))

    wider = command("backtest", "--against", str(other / "watchlists"), "--config", str(config))
    same = command("backtest", "--against", str(tmp_path / "watchlists"), "--config", str(config))
    git = command("backtest", "--against", "HEAD", "--config", str(config))

    assert wider.returncode == 1, wider.stderr
    assert "wagner newly fires on 1 item\n" in wider.stdout
    assert "item 1  ⁨Left⁩" in wider.stdout
    assert (same.returncode, "nothing changed" in same.stdout) == (0, True)
    assert git.returncode == 2
    assert "is in no git checkout" in git.stderr


def test_a_file_of_items_needs_no_archive(tmp_path: Path) -> None:
    """By the items' own dates; a line that cannot be read is named and is a finding."""
    config = workplace(tmp_path)
    lines = tmp_path / "items.jsonl"
    lines.write_text(
        '{"id": "a", "title": "The Wagner Group left", "published": "2024-02-01"}\n'
        "{broken\n"
        '{"id": "b", "title": "The Wagner Group stayed", "published": "2025-02-01"}\n'
        '{"id": "c", "title": "The Wagner Group sleeps"}\n',
        encoding="utf-8",
    )

    everything = command("backtest", "--items", str(lines), "--json", "--config", str(config))
    late = command(
        "backtest", "--items", str(lines), "--since", "2025-01-01", "--json", "--config", str(config)
    )

    assert everything.returncode == 1
    assert "line 2: not JSON" in everything.stderr
    assert json.loads(everything.stdout)["items"] == 3
    samples = {r["rule"]: r for r in json.loads(late.stdout)["rules"]}["named"]["samples"]
    assert [s["item"] for s in samples] == ["b"]
    assert not (tmp_path / "monitor.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--since", "soon"), "neither a time span", id="no time"),
        pytest.param(("--since", "1d", "--until", "2d"), "not before", id="the wrong way round"),
        pytest.param((), "no such database", id="nothing archived yet"),
        pytest.param(("--items", "no-such.jsonl"), "No such file", id="no such file"),
    ],
)
def test_a_usage_error_says_what_is_wrong(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2, nothing printed."""
    done = command("backtest", *words, "--config", str(workplace(tmp_path)))

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr

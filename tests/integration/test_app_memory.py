"""What a running monitor has loaded is no work for the garbage collector."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

from monitor import parts
from monitor.app import opened
from monitor.config import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_was_loaded_is_not_walked_again_until_a_reload_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded once, collected never; after a reload the new parts take the place of the old ones."""
    monkeypatch.setattr(parts, "gc", gc)  # other tests do without (tests/conftest.py)
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    path = tmp_path / "monitor.yaml"
    path.write_text("data: state\nfeeds: [feeds.yaml]\n", encoding="utf-8")
    with opened(load.load(path, {})) as app:
        frozen = gc.get_freeze_count()
        walked = len(gc.get_objects())
        app.reload()

        assert frozen > 10 * walked
        assert gc.get_freeze_count() < 1.5 * frozen
    assert gc.get_freeze_count() == 0


def test_what_only_a_child_needs_is_not_loaded_here() -> None:
    """25 MB for as long as the daemon lives."""
    script = "import sys; from monitor.cli import run; print('trafilatura' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

"""Real servers and browsers: skip with the reason where a binary is missing; fail instead in CI, where it must be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

#: where servers live on machines whose PATH leaves them out
_SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin"


def need(*binaries: str) -> tuple[Path, ...]:
    """The paths of `binaries`, all of them; otherwise skips, or fails when MONITOR_CI=1."""
    found = {b: shutil.which(b) or shutil.which(b, path=_SYSTEM) for b in binaries}
    missing = [binary for binary, path in found.items() if path is None]
    if missing:
        give_up(f"not installed: {', '.join(missing)}")
    return tuple(Path(path) for path in found.values() if path)


def need_root() -> None:
    """Skips (fails in CI) unless we are root: some servers change their user."""
    if os.geteuid() != 0:
        give_up("needs root")


def give_up(reason: str) -> None:
    """Skips with `reason`; fails when MONITOR_CI=1."""
    if os.environ.get("MONITOR_CI") == "1":
        pytest.fail(f"{reason} (MONITOR_CI=1 allows no skipping)")
    pytest.skip(reason)

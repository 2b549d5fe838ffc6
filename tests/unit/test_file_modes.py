"""Whose files they are, whatever the umask and the user."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from monitor import file_modes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_that_are_made_are_ours_and_others_stay(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    file_modes.make_folder(tmp_path / "a" / "b")
    file_modes.make_folder(tmp_path / "a" / "b")
    assert [mode(p) for p in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]


def test_files_are_ours_also_over_open_ones(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("much longer than what follows", encoding="utf-8")
    (tmp_path / "open").chmod(0o666)
    file_modes.write(tmp_path / "open", b"new")
    file_modes.create(tmp_path / "empty")
    assert (mode(tmp_path / "open"), mode(tmp_path / "empty")) == (0o600, 0o600)
    assert (tmp_path / "open").read_bytes() == b"new"
    file_modes.create(tmp_path / "open")
    assert (tmp_path / "open").read_bytes() == b"new"


def test_only_what_is_open_is_closed(tmp_path: Path) -> None:
    """Links are not followed; a folder that everybody shares stays."""
    for name, bits in (("file", 0o644), ("shut", 0o600), ("script", 0o755), ("target", 0o644)):
        (tmp_path / name).write_text("x", encoding="utf-8")
        (tmp_path / name).chmod(bits)
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    wanted = [tmp_path / n for n in ("file", "shut", "script", "link", "shared", "missing")]

    closed = file_modes.tighten(wanted)

    assert [p.name for p in closed] == ["file", "script"]
    assert {p.name: mode(p) for p in closed} == {"file": 0o600, "script": 0o700}
    assert mode(tmp_path / "target") == 0o644
    assert mode(tmp_path / "shared") == 0o777 | stat.S_ISVTX

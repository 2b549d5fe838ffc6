"""A small disk that can be filled."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def mounted(size: str) -> Iterator[tuple[Path | None, str]]:
    """A disk of its own with that little room, or None and why there is none."""
    if os.geteuid() != 0:
        yield None, "needs root, which may mount a small disk"
        return
    with tempfile.TemporaryDirectory(prefix="small-disk-") as name:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", name], check=False)
        if done.returncode:
            yield None, "this container may not mount a disk"
            return
        try:
            yield Path(name), ""
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free; the file that took them."""
    hog = disk / "hog"
    with hog.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return hog

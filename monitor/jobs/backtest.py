"""Items of the past for a backtest, and the watchlists of the past to compare with."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Mistake
from monitor.store import archive
from monitor.watchlists.compile import compile_sources, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.matching.rules import Watchlists
    from monitor.model import Item
    from monitor.store.database import Database

GIT_SECONDS = 60


def archived(db: Database, since: datetime, until: datetime | None) -> Iterator[tuple[str, Item]]:
    """The items first seen in [since, until) as they stand now, oldest first, a batch in memory at a time."""
    with db.snapshot() as tx:
        for number, item in archive.walk(tx, since, until):
            yield str(number), item


def how_many(db: Database, since: datetime, until: datetime | None) -> int:
    """How many items `archived` gives."""
    with db.snapshot() as tx:
        return archive.count(tx, archive.Filter(since=since, until=until))


def other_watchlists(against: str, folder: Path) -> Watchlists:
    """The watchlists of the folder `against`, or `folder` as it stood at the git revision `against`.

    Raises ConfigError: neither a folder nor a revision, no git, no checkout, no such folder then, or files that are
    wrong (those of a revision are named `revision:path`).
    """
    if Path(against).is_dir():
        return load(Path(against))
    if not folder.is_dir():
        raise _mistake(str(folder), "there is no such folder")
    if _git(folder, "rev-parse", "--is-inside-work-tree") is None:
        raise _mistake(
            against, f"no such folder, and {folder} is in no git checkout", "give a folder of watchlists"
        )
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{against}^{{commit}}")
    if commit is None:
        raise _mistake(against, f"neither a folder nor a commit of the checkout of {folder}")
    files = _git(folder, "archive", "--format=tar", commit.decode().strip())
    if files is None:
        raise _mistake(against, f"has no {folder.name} folder")
    return compile_sources(_unpacked(files), root=f"{against}:{folder.name}")


def _git(folder: Path, *words: str) -> bytes | None:
    """What a git command says in `folder`; None when it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            check=False,
            timeout=GIT_SECONDS,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise _mistake("git", "is not installed", "give a folder of watchlists to --against") from None
    return done.stdout if done.returncode == 0 else None


def _unpacked(files: bytes) -> dict[str, bytes]:
    """The YAML files that `load` would read, by relative path."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(files)) as tar:
        for member in tar:
            path = Path(member.name)
            deep = len(path.parts) - 1
            if member.isfile() and (
                (path.suffix == ".yaml" and deep <= 1) or (path.suffix == ".yml" and not deep)
            ):
                content = tar.extractfile(member)
                found[path.as_posix()] = content.read() if content else b""
    return found


def _mistake(file: str, message: str, remedy: str = "") -> ConfigError:
    return ConfigError((Mistake(file=file, line=None, column=None, message=message, remedy=remedy),))

"""The patterns of the watchlists in a file of the data folder, so that the next start need not make them.

Names in six languages decline into many times as many forms, which takes most of a start. The file holds
plain JSON behind a checksum. It is read only when it is this user's own, whole, and of the same watchlists,
program and libraries; otherwise it is made anew.
"""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from monitor import file_modes, logs
from monitor.matching.building import Patterns
from monitor.matching.mentions import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logs.get("watchlists")

#: what makes patterns out of names; a change in any of these files makes other patterns
_MAKERS = ("languages", "matching", "folding.py")
_PROGRAM = Path(__file__).resolve().parent.parent
_CHECKSUM = 32


class Unusable(Exception):
    """Why a cache file is not read, in words."""


class PatternFile:
    """The cache at `path` for watchlists of `revision`."""

    def __init__(self, path: Path, revision: str) -> None:
        self._path = path
        self._stamp = f"{revision} {program()}"

    def read(self) -> Patterns | None:
        """The patterns; None where there is no file, or none that may be used, which is logged."""
        try:
            return _patterns(_content(self._path), self._stamp)
        except FileNotFoundError:
            return None
        except (Unusable, OSError, ValueError, TypeError, IndexError) as error:
            log.info("pattern_cache_ignored", path=str(self._path), reason=str(error))
            return None

    def write(self, patterns: Patterns) -> None:
        """Put the patterns in place of what was there; a folder that is not there is not made."""
        if not self._path.parent.is_dir():
            return
        body = _body(patterns, self._stamp)
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            file_modes.write(part, blake2b(body, digest_size=_CHECKSUM).digest() + body)
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            log.info("pattern_cache_not_written", path=str(self._path), reason=error.strerror)


def revision(sources: Mapping[str, bytes]) -> str:
    """Twelve hex digits that change with any file."""
    digest = sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{len(sources[name])}\0".encode())
        digest.update(sources[name])
    return digest.hexdigest()[:12]


@cache
def program() -> str:
    """What changes with the program that makes patterns, and with the tables of Unicode below it."""
    digest = blake2b(f"{sys.version} {unicodedata.unidata_version}".encode(), digest_size=16)
    for maker in _MAKERS:
        root = _PROGRAM / maker
        files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        for path in files:
            if path.suffix != ".pyc":
                digest.update(path.relative_to(_PROGRAM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """The checked body of the file. Raises OSError, Unusable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise Unusable("it is not a file of this user")
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise Unusable("others may write to it")
        content = file.read()
    body = content[_CHECKSUM:]
    if blake2b(body, digest_size=_CHECKSUM).digest() != content[:_CHECKSUM]:
        raise Unusable("it is not whole")
    return body


def _body(patterns: Patterns, stamp: str) -> bytes:
    forms = {str(script): lines for script, lines in patterns.forms.items()}
    return orjson.dumps([stamp, [_row(claim) for claim in patterns.claims], forms, patterns.owners])


def _row(claim: Claim) -> list[Any]:
    named = (claim.kind, claim.term, claim.sense, claim.lang)
    return [*named, claim.weak, claim.generated, claim.spelling, claim.given_out]


def _patterns(body: bytes, stamp: str) -> Patterns:
    said, rows, forms, owners = orjson.loads(body)
    if said != stamp:
        raise Unusable("other watchlists, another program or other libraries made it")
    claims = [Claim(*row[:4], *row[4:]) for row in rows]
    return Patterns({int(script): lines for script, lines in forms.items()}, owners, claims)

"""What a start works out and the next start need not: word forms, read files, templates found to be right,
the model of languages.

Each is a file of the data folder that holds plain JSON behind a checksum. It is read only when it is this
user's own, whole, and of the same program and libraries; otherwise it is made anew. What is kept goes by the
content of the files that it was made of.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, cached_property
from hashlib import blake2b, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import yaml

from monitor import documents, file_modes, logs
from monitor.documents import Document, Place
from monitor.documents import Path as Steps
from monitor.matching.building import Patterns
from monitor.matching.mentions import Claim

log = logs.get("watchlists")

#: what makes patterns out of names, and values out of files; a change in any of these makes others
_MAKERS, _READERS = ("languages", "matching", "folding.py"), ("documents.py",)
_PROGRAM = Path(__file__).resolve().parent.parent
_CHECKSUM = 32


class Unusable(Exception):
    """Why a file is not read, in words."""


class KeptFile:
    """A value at `path` that is good while `stamp` is the same."""

    def __init__(self, path: Path, stamp: str) -> None:
        self._path = path
        self._stamp = stamp

    def read(self) -> Any:
        """The value; None where there is no file, or none that may be used, which is logged."""
        try:
            said, value = orjson.loads(_content(self._path))
            if said != self._stamp:
                raise Unusable("other watchlists, another program or other libraries made it")
            return value
        except FileNotFoundError:
            return None
        except (Unusable, OSError, ValueError, TypeError) as error:
            self.ignored(str(error))
            return None

    def is_possible(self) -> bool:
        """Whether a file can be written there."""
        return os.access(self._path.parent, os.W_OK)

    def ignored(self, reason: str) -> None:
        """Tell that what was read is of no use."""
        log.info("kept_file_ignored", path=str(self._path), reason=reason)

    def write(self, value: Any) -> bool:
        """Put the value in place of what was there, if possible; a folder that is not there is not made."""
        if not self._path.parent.is_dir():
            return False
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            body = orjson.dumps([self._stamp, value])
            file_modes.write(part, blake2b(body, digest_size=_CHECKSUM).digest() + body)
            part.replace(self._path)
        except (OSError, TypeError) as error:
            with suppress(OSError):  # what is mounted to be read refuses even that
                part.unlink(missing_ok=True)
            log.info("kept_file_not_written", path=str(self._path), reason=str(error))
            return False
        return True


def model_file(path: Path) -> KeptFile:
    """The model of languages at `path`, of this program and these libraries."""
    libraries = " ".join(version(name) for name in ("py3langid", "numpy"))
    return KeptFile(path, f"{program(_MAKERS)} {libraries} {sys.byteorder}")


class PatternFile:
    """The patterns of the watchlists of `revision`, kept at `path`."""

    def __init__(self, path: Path, revision: str) -> None:
        self._file = KeptFile(path, f"{revision} {program(_MAKERS)}")

    def read(self) -> Patterns | None:
        """The patterns; None where there are none that may be used."""
        value = self._file.read()
        try:
            return None if value is None else _patterns(value)
        except (ValueError, TypeError, IndexError) as error:
            self._file.ignored(str(error))
            return None

    def made(self, make: Callable[[], Patterns]) -> Patterns:
        """What `make` gives, kept for the next start; made in a child, where that is possible: it leaves
        44 MB in pieces that are never given back.
        """
        if self._file.is_possible() and _in_child(lambda: self._write(make())):
            found = self.read()
            if found is not None:
                return found
        patterns = make()
        self._write(patterns)
        return patterns

    def _write(self, patterns: Patterns) -> bool:
        forms = {str(script): lines for script, lines in patterns.forms.items()}
        claims = [_row(claim) for claim in patterns.claims]
        owners = (patterns.owners.tolist(), list(patterns.several.items()))
        return self._file.write([claims, forms, *owners])


def _in_child(work: Callable[[], bool]) -> bool:
    """`work` in a fork of this process, and what it says; False beside other threads, whose locks the child
    would have for ever.
    """
    if threading.active_count() > 1:
        return False
    child = os.fork()
    if not child:
        done = False
        try:
            done = work()
        finally:
            os._exit(not done)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class DocumentFile:
    """The files that were read last, by their content, kept at `path`; without one, nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        stamp = f"{program(_READERS)} {yaml.__version__}" if path else ""
        self._file = KeptFile(path, stamp) if path else None
        self._kept: dict[str, Any] = (self._file.read() if self._file else None) or {}
        self._used: dict[str, tuple[Document, _Places]] = {}

    def read(self, text: bytes, file: str) -> Document:
        """As `documents.read`, and faster for a file that has not changed. Raises ConfigError."""
        key = blake2b(text, digest_size=16).hexdigest()

        def again() -> Document:
            return documents.read(text, file)

        known = self._kept.get(key)
        if known is None:
            whole = again()
            asked = _Places({}, lambda: whole.places)
            document = Document(file, whole.data, asked, whole.key_places, hashes=whole.hashes)
        else:
            data, places, hashes = known
            asked = _Places(_from_rows(places), lambda: again().places)
            keys = _Places({}, lambda: again().key_places)
            document = Document(file, data, asked, keys, hashes=_from_rows(hashes))
        self._used[key] = document, asked
        return document

    def close(self) -> None:
        """Keep what was read, where it is not what is kept already."""
        if self._file is not None and self._used.keys() != self._kept.keys():
            self._file.write(
                {
                    key: (document.data, _rows(places.asked), _rows(document.hashes))
                    for key, (document, places) in self._used.items()
                }
            )


class _Places(Mapping[Steps, Place]):
    """Where values stand in a file: those that were `asked` for before, and all when another one is."""

    def __init__(self, asked: dict[Steps, Any], read: Callable[[], Mapping[Steps, Place]]) -> None:
        self.asked = asked
        self._read = read

    @cached_property
    def _all(self) -> Mapping[Steps, Place]:
        return self._read()

    def __getitem__(self, path: Steps) -> Place:
        if path not in self.asked:
            self.asked[path] = self._all.get(path)
        place = self.asked[path]
        if place is None:
            raise KeyError(path)
        return tuple(place)

    def __iter__(self) -> Iterator[Steps]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def revision(sources: Mapping[str, bytes]) -> str:
    """Twelve hex digits that change with any file."""
    digest = sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{len(sources[name])}\0".encode())
        digest.update(sources[name])
    return digest.hexdigest()[:12]


@cache
def program(makers: tuple[str, ...] = ("",)) -> str:
    """What changes with these parts of the program (all of it), with Python and its tables of Unicode."""
    digest = blake2b(f"{sys.version} {unicodedata.unidata_version}".encode(), digest_size=16)
    for maker in makers:
        root = _PROGRAM / maker
        files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        for path in files:
            if path.suffix != ".pyc":
                digest.update(path.relative_to(_PROGRAM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """The checked body of the file. Raises OSError, Unusable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe
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


def _rows(by_path: Mapping[Steps, Any]) -> list[Any]:
    return [list(by_path), list(by_path.values())]


def _from_rows(rows: Any) -> dict[Steps, Any]:
    return dict(zip(map(tuple, rows[0]), rows[1], strict=True))


def _row(claim: Claim) -> list[Any]:
    named = (claim.kind, claim.term, claim.sense, claim.lang)
    return [*named, claim.weak, claim.generated, claim.spelling, claim.given_out, claim.repeats, claim.comma]


def _patterns(value: Any) -> Patterns:
    rows, forms, owners, several = value
    claims = [Claim(*row[:4], *row[4:]) for row in rows]
    return Patterns({int(script): lines for script, lines in forms.items()}, (owners, dict(several)), claims)

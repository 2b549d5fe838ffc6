"""Who else can read our secrets: those written out in feeds files,
and secret files that are open to others.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from monitor import documents
from monitor.errors import ConfigError, Mistake
from monitor.feeds import secrets
from monitor.feeds.seeds import load_feeds
from monitor.net.redaction import LOOKALIKE, opens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config.load import Settings

#: what to do about a secret that is written out in an address
REMEDY = (
    "put ${NAME} in its place, and the secret into the variable NAME, or into the file that NAME_FILE names"
)
#: where container runtimes mount secrets, for everybody inside to read
MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))
#: files that hold no secret
_OPEN = ("ca_file",)


@dataclass(frozen=True, slots=True)
class Secrecy:
    """What `check` says of secrets: findings are to be corrected, notes are to be known."""

    findings: tuple[Mistake, ...] = ()
    notes: tuple[Mistake, ...] = ()


def judged(found: Settings, environ: Mapping[str, str] = os.environ) -> Secrecy:
    """Secrets that are written out in addresses or open to others,
    and variables that addresses need and nobody set.
    """
    findings: list[Mistake] = []
    notes: list[Mistake] = []
    for sure, mistake in (*_in_feeds(found, environ), *_in_files(found)):
        (findings if sure else notes).append(mistake)
    return Secrecy(tuple(findings), tuple(notes))


def _in_feeds(found: Settings, environ: Mapping[str, str]) -> Iterator[tuple[bool, Mistake]]:
    for path in found.feeds:
        body = path.read_bytes()
        document = documents.read(body, str(path))
        for number, feed in enumerate(load_feeds(body, str(path))):
            for sure, message, remedy in _of_address(feed.url, enabled=feed.enabled, environ=environ):
                place = ("feeds", number, "url")
                yield sure, document.mistake(place, f"{feed.id}: {message}", remedy)


def _of_address(url: str, *, enabled: bool, environ: Mapping[str, str]) -> Iterator[tuple[bool, str, str]]:
    for what in opens(url):
        if what == LOOKALIKE:
            yield False, f"{what} can be read in the address", f"where it is one, {REMEDY}"
        else:
            yield True, f"{what} can be read in the address", REMEDY
    try:
        secrets.resolved(url, environ)
    except secrets.Unset as error:
        yield enabled, str(error), ""
    for name in secrets.names(url):
        file = environ.get(f"{name}_FILE")
        if file and (said := _open_to(Path(file))):
            yield not _mounted(Path(file)), f"{name}_FILE: {said}", _remedy(Path(file))


def _in_files(found: Settings) -> Iterator[tuple[bool, Mistake]]:
    document = _document(found)
    for place, file in _named(found.config, ()):
        said = _open_to(Path(file))
        if said:
            yield not _mounted(Path(file)), _mistake(document, place, said, _remedy(Path(file)))


def _named(model: BaseModel, path: documents.Path) -> Iterator[tuple[documents.Path, str]]:
    """Every secret file that the configuration names, with its place."""
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _named(value, (*path, name))
        elif isinstance(value, tuple):
            for number, one in enumerate(value):
                yield from _named(one, (*path, name, number)) if isinstance(one, BaseModel) else ()
        elif name.endswith("_file") and name not in _OPEN and isinstance(value, str):
            yield (*path, name), value


def _open_to(path: Path) -> str:
    """Who else may read or change the file, in plain words; empty where nobody may, or it is not there."""
    try:
        found = path.stat()
    except OSError:
        return ""
    mode = stat.S_IMODE(found.st_mode)
    foreign = found.st_gid not in {os.getegid(), *os.getgroups()}
    who = "everybody" if mode & 0o006 else "another group" if foreign and mode & 0o060 else ""
    able = "change" if mode & (0o002 if mode & 0o006 else 0o020) else "read"
    return f"{path} is open: {who} can {able} it ({mode:04o})" if who else ""


def _mounted(path: Path) -> bool:
    """Whether a container runtime put it there: its rights are not the operator's to set."""
    try:
        real = path.resolve()
        read_only = bool(os.statvfs(real).f_flag & os.ST_RDONLY)
    except OSError:
        return False
    return read_only or any(real.is_relative_to(place) or path.is_relative_to(place) for place in MOUNTED)


def _remedy(path: Path) -> str:
    if _mounted(path):
        return (
            "a mounted secret; set its mode to 0400 and its owner to the user of the container "
            "where that can be done"
        )
    return f"chmod 600 {path}"


def _document(found: Settings) -> documents.Document | None:
    try:
        return documents.read(found.path.read_bytes(), str(found.path)) if found.path is not None else None
    except (OSError, ConfigError):
        return None


def _mistake(
    document: documents.Document | None, place: documents.Path, message: str, remedy: str
) -> Mistake:
    """At its line where the file has it; what came from the environment stands in no file."""
    if document is not None and place in document.places:
        return document.mistake(place, message, remedy)
    return Mistake(file="environment", line=None, column=None, message=message, remedy=remedy)

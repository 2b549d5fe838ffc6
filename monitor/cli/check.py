"""`check`: every mistake of the files at once, and who else can read our secrets."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic import BaseModel

from monitor import documents
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, loaded, say, say_json
from monitor.config import load
from monitor.delivery import channels
from monitor.errors import ConfigError, Mistake
from monitor.feeds import secrets
from monitor.feeds.seeds import load_feeds
from monitor.languages.grammar import Syntax
from monitor.languages.tables import having
from monitor.net.redaction import LOOKALIKE, opens
from monitor.parts import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.config.load import Settings
    from monitor.model import Feed


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every mistake in configuration, watchlists, templates and feeds at once. Exit 2 when there is one.

    Exit 1 when all is readable, and secrets are written out or open to others.
    """
    try:
        found = loaded(config)
    except ConfigError as error:
        raise _and_of_files(error, config) from None
    parts = build(found)
    remarks = [f"{r.name}: {remark}" for r in found.config.receivers for remark in channels.remarks(r)]
    remarks += not_yet(found) + unread(parts.feeds) + list(found.remarks)
    secrets = judged(found)
    remarks += [str(note) for note in secrets.notes]
    counts = {
        "configuration": str(found.path or "defaults and environment"),
        "feeds": len(parts.feeds),
        "watchlists": len(parts.watchlists.lists),
        "rules": len(parts.watchlists.rules),
        "receivers": len(found.config.receivers),
        "digests": len(found.digests),
    }
    if as_json:
        findings = [str(finding) for finding in secrets.findings]
        say_json({"ok": not findings, **counts, "findings": findings, "remarks": remarks})
        raise typer.Exit(FINDINGS if findings else 0)
    say("  ".join(f"{name}: {value}" for name, value in counts.items()))
    for remark in remarks:
        say(f"note: {remark}")
    for finding in secrets.findings:
        complain(str(finding))
    if secrets.findings:
        raise typer.Exit(FINDINGS)
    say("no mistakes")


def _and_of_files(error: ConfigError, config: Path | None) -> ConfigError:
    """`error` with the mistakes of the files that a configuration with mistakes names."""
    try:
        build(load.only_files(config))
    except ConfigError as other:
        more = tuple(m for m in other.mistakes if m not in error.mistakes)
        return ConfigError((*error.mistakes, *more))
    return error


def unread(feeds: Iterable[Feed]) -> list[str]:
    """Languages of feeds that have no words here, for `check`: of their texts only names are found."""
    known = {"mul", *having(Syntax)}
    by_language: dict[str, list[str]] = {}
    for feed in feeds:
        if feed.enabled and feed.language not in known:
            by_language.setdefault(feed.language, []).append(feed.id)
    said = "only words of the watchlists that its texts hold as they are can match"
    return [
        f"{', '.join(ids[:5])}{', …' if len(ids) > 5 else ''}: {lang} is not read; {said} "
        "(docs/how-to/add-a-language.md)"
        for lang, ids in sorted(by_language.items())
    ]


def not_yet(found: Settings) -> list[str]:
    """Keys that are taken and have no effect in this version, for `check`."""
    remarks = []
    config = found.config
    if config.public_url is not None and config.listen == "none":
        remarks.append("public_url with listen: none: nothing is served there, and alerts carry no links")
    return remarks


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
                if sure or feed.url not in shipped():
                    yield sure, document.mistake(place, f"{feed.id}: {message}", remedy)


@cache
def shipped() -> frozenset[str]:
    """Addresses that come with the program: what looks like a key in them is none."""
    files = load.bundled("seeds").glob("*.yaml")
    return frozenset(feed.url for file in files for feed in load_feeds(file.read_bytes(), str(file)))


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

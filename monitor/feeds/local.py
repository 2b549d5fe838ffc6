"""Sources on disk: a saved feed, a JSON Lines file of items, or a folder of either.

A folder gives one result for each of its files, in the order of their names; each is parsed like a document
that was fetched, told apart by `Fetched.content_type` and `Fetched.url` (a `file:` URL of that very file).
"""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from monitor.feeds.http import Body, Damaged, TooLarge
from monitor.model import Fetched, FetchFailed, FetchFault, FetchResult, NotModified

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

JSON_LINES = "application/x-ndjson"
#: what a folder is searched for, `.gz` after it included
TYPES = {
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".json": "application/json",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
}
#: bytes of one file, and of all files of a folder
MAX_FILE, MAX_FOLDER = 50_000_000, 200_000_000

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def is_local(url: str) -> bool:
    """Whether a feed's address is a `file:` URL or a plain path."""
    return url[:5].lower() == "file:" or not _SCHEME.match(url)


def read_local(url: str, *, etag: str | None = None, base: Path | None = None) -> tuple[FetchResult, ...]:
    """What lies at `url` (a `file:` URL or a path; relative to `base`, else to the working directory). Never
    raises.

    `etag`: of the previous reading; where names, sizes and times are the same the answer is one NotModified.
    FetchFailed UNREADABLE: nothing there, no feed file in the folder, no permission; TOO_LARGE: over the
    bounds.
    """
    path = _path(url)
    if path is None:
        return (_unreadable(f"{url} names another machine", "write it like file:/path/to/feed.xml"),)
    try:
        path = (base or Path()) / path
        files = _files(path)
        signature = _signature(files)
    except (OSError, ValueError) as error:
        return (_missing(path, error),)
    if not files:
        return (_unreadable(f"{path} holds no feed file", f"known endings: {', '.join(TYPES)}"),)
    if etag == signature:
        return (NotModified(etag=signature),)
    if sum(status.st_size for _, status in files) > MAX_FOLDER:
        said = f"{path} holds more than {MAX_FOLDER:,} bytes; split it into several sources"
        return (FetchFailed(fault=FetchFault.TOO_LARGE, detail=said),)
    return tuple(_read(file, signature) for file, _ in files)


def _path(url: str) -> Path | None:
    if url[:5].lower() != "file:":
        return Path(url)
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.netloc in ("", "localhost") else None


def _files(path: Path) -> list[tuple[Path, os.stat_result]]:
    """The files meant, by name. Devices and pipes are none: they may never end."""
    if not path.is_dir():
        return _regular([path], named=True)
    return _regular(sorted(p for p in path.iterdir() if _type(p) and not p.name.startswith(".")), named=False)


def _regular(paths: Iterable[Path], *, named: bool) -> list[tuple[Path, os.stat_result]]:
    found = [(path, path.stat()) for path in paths]
    regular = [(path, status) for path, status in found if stat.S_ISREG(status.st_mode)]
    if named and not regular:
        raise OSError(0, "is neither a file nor a folder")
    return regular


def _type(path: Path) -> str | None:
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return TYPES.get(plain.suffix.lower())


def _signature(files: list[tuple[Path, os.stat_result]]) -> str:
    said = "\n".join(f"{path.name}\0{status.st_size}\0{status.st_mtime_ns}" for path, status in files)
    return f'"{hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32]}"'


def _read(path: Path, signature: str) -> FetchResult:
    body = Body(MAX_FILE)
    try:
        with path.open("rb") as file:
            while chunk := file.read(65_536):
                body.add(chunk)
        complete = body.finish()
    except OSError as error:
        return _missing(path, error)
    except TooLarge:
        return FetchFailed(fault=FetchFault.TOO_LARGE, detail=f"{path} has more than {MAX_FILE:,} bytes")
    except Damaged as error:
        return _unreadable(f"{path} is damaged gzip: {error}", "")
    if not complete:
        return FetchFailed(fault=FetchFault.TRUNCATED, detail=f"{path} ends within its gzip data")
    url = path.absolute().as_uri()
    return Fetched(url=url, body=bytes(body.data), content_type=_type(path) or "", etag=signature)


def _missing(path: Path, error: Exception) -> FetchFailed:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _unreadable(f"{path}: {said}", "name a file or folder that is there and may be read")


def _unreadable(said: str, remedy: str) -> FetchFailed:
    detail = f"{said} ({remedy})" if remedy else said
    return FetchFailed(fault=FetchFault.UNREADABLE, detail=detail[:500])

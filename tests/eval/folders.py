"""The items of any folder, one at a time: JSON Lines, JSON and text files, compressed or not.

Only one item is in memory, and the file names of one folder. What cannot be read is told with its place, and passed over.
"""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import orjson

from monitor.cli.input import lines
from monitor.feeds import clean
from monitor.matching import items

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from monitor.model import Item

JSON_LINES = (".jsonl", ".ndjson")
JSON = ".json"
TEXT = (".txt", ".text", ".md")
#: a longer line of a text file is no headline
HEADLINE = 200
#: what other collections call our fields, the best first
CALLED = {
    "title": ("headline",),
    "summary": ("description", "abstract"),
    "content": ("text", "body", "article", "maintext"),
    "published": ("date", "published_at", "date_publish", "pubDate"),
    "lang": ("language",),
    "outlet": ("source", "publisher"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """An item, and where it stands: "2024/may.jsonl:118"."""

    where: str
    item: Item


@dataclass(frozen=True, slots=True)
class Bad:
    """What is no item, and why."""

    where: str
    error: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A file of a kind that is not read."""

    path: Path


Read = Found | Bad | Passed


def size(folder: Path) -> int:
    """Bytes of all files below, as they lie on the disk."""
    return sum(path.stat().st_size for path in files(folder) if isinstance(path, Path))


def files(folder: Path) -> Iterator[Path | Bad]:
    """Every file below (or the one that `folder` is), by name; without hidden ones and links that lead nowhere."""
    if folder.is_file():
        yield folder
        return
    troubles: list[OSError] = []
    for here, below, names in os.walk(folder, onerror=troubles.append):
        below[:] = sorted(name for name in below if not name.startswith("."))
        paths = (Path(here, name) for name in sorted(names) if not name.startswith("."))
        yield from (path for path in paths if path.is_file())
        while troubles:
            yield _untold(troubles.pop())
    yield from map(_untold, troubles)


def read(
    folder: Path,
    *,
    by_line: bool = False,
    without: Iterable[Path] = (),
    only: Collection[str] | None = None,
    advance: Callable[[int], None] = lambda _bytes: None,
) -> Iterator[Read]:
    """All items below `folder`, and what is none. `by_line`: a text file has an item on each line, else it is one.

    `without`: paths that are not read; `only`: places outside which nothing is. `advance` hears the bytes that are
    done.
    """
    left_out = {path.resolve() for path in without}
    named = None if only is None else {place.rpartition(":")[0] for place in only}
    for path in files(folder):
        if isinstance(path, Bad):
            yield path
        elif path.resolve() not in left_out:
            name = path.name if path == folder else str(path.relative_to(folder))
            if named is None or name in named:
                yield from _file(path, name, by_line, only, advance)
            else:
                advance(path.stat().st_size)


def _file(
    path: Path, name: str, by_line: bool, only: Collection[str] | None, advance: Callable[[int], None]
) -> Iterator[Read]:
    parts = _reader(path, by_line)
    if parts is None:
        yield Passed(path)
        advance(path.stat().st_size)
        return
    number = done = 0
    try:
        with path.open("rb") as raw, _unpacked(raw, path) as source:
            for number, part in parts(source):
                where = f"{name}:{number}"
                if only is None or where in only:
                    yield _told(where, part)
                advance(raw.tell() - done)
                done = raw.tell()
    except (OSError, EOFError, zlib.error) as error:
        yield Bad(f"{name}:{number + 1}", f"cannot be read on: {getattr(error, 'strerror', None) or error}")


def _untold(error: OSError) -> Bad:
    return Bad(str(error.filename), error.strerror or str(error))


def _told(where: str, part: bytes) -> Found | Bad:
    read = items.read_item(_renamed(part), 1, clean=clean.to_text)
    return Bad(where, read.error) if isinstance(read, items.LineError) else Found(where, read.item)


def _renamed(part: bytes) -> bytes:
    """One item of JSON with our names for its fields."""
    try:
        data = orjson.loads(part)
    except orjson.JSONDecodeError:
        return part
    if not isinstance(data, dict):
        return part
    for ours, theirs in CALLED.items():
        named = [data[name] for name in theirs if isinstance(data.get(name), str)]
        if named:
            data.setdefault(ours, named[0])
    return orjson.dumps(data)


# --- kinds of files: a part is one item as JSON, with the number of its line ---------------------------------


def _reader(path: Path, by_line: bool) -> Callable[[BinaryIO], Iterator[tuple[int, bytes]]] | None:
    kind = Path(path.name.lower().removesuffix(".gz")).suffix
    if kind in JSON_LINES:
        return _lines
    if kind == JSON:
        return _json
    if kind in TEXT:
        return _text_lines if by_line else _text
    return None


def _unpacked(raw: BinaryIO, path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if path.suffix.lower() == ".gz" else raw


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, (line, _) in enumerate(lines(source), 1) if line.strip())


def _json(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """JSON Lines when the first line is an object by itself; otherwise one object, or a list of them."""
    first = source.readline(items.MAX_LINE + 1)
    if isinstance(_loaded(first), dict):
        yield 1, first
        yield from ((number + 1, line) for number, line in _lines(source))
        return
    whole = first + source.read(max(0, items.MAX_LINE + 1 - len(first)))
    data = _loaded(whole)
    if isinstance(data, list):
        yield from ((number, orjson.dumps(one)) for number, one in enumerate(data, 1))
    elif whole.strip():
        yield 1, whole


def _loaded(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _text(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The first line that is not empty is the title."""
    text = source.read(items.MAX_LINE + 1)
    if text.strip():
        title, _, rest = _decoded(text).partition("\n")
        yield 1, orjson.dumps({"title": title, "content": rest})


def _text_lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in _lines(source):
        text = _decoded(line)
        yield number, orjson.dumps({"title" if len(text) <= HEADLINE else "content": text})


def _decoded(text: bytes) -> str:
    """What is not UTF-8 becomes U+FFFD: the rest of a text is worth reading."""
    return text.decode("utf-8", "replace").removeprefix("\ufeff").strip()

"""What the matching commands read:
lines of bounded length, texts, and the language of an item that says none.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from monitor.cli.common import MISCONFIGURED, loaded, stop
from monitor.feeds import clean
from monitor.matching import items
from monitor.model import Item
from monitor.watchlists.compile import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.watchlists.selftest import WithTests

T = TypeVar("T")

#: what is read of a text that is to be explained
MAX_TEXT = items.MAX_LINE


def compiled(config: Path | None) -> WithTests:
    """The watchlists that the configuration names. Raises ConfigError."""
    found = loaded(config)
    return load(found.watchlists, cache=found.pattern_cache, tests=found.own_tests)


def opened(file: str) -> BinaryIO:
    """The bytes of a file, or of standard input for `-`. Ends the command when there is no such file."""
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        stop(f"{file}: {error.strerror}", MISCONFIGURED)


def lines(source: BinaryIO, longest: int = items.MAX_LINE) -> Iterator[tuple[bytes, int]]:
    """Each line and its length in bytes; of an overlong one only the first `longest` + 1 bytes are kept."""
    while line := source.readline(longest + 1):
        length, part = len(line), line
        while len(part) > longest and not part.endswith(b"\n"):
            part = source.readline(longest + 1)
            length += len(part)
        yield line, length


def read_items(source: BinaryIO, advance: Callable[[int], None]) -> Iterator[items.Line | items.LineError]:
    """The items of JSON Lines, one at a time,
    empty lines passed over. `advance` hears the bytes that are done.
    """
    for number, (line, length) in enumerate(lines(source), 1):
        if line.strip():
            yield items.read_item(line, number, clean=clean.to_text)
        advance(length)


@contextmanager
def progress(
    what: str, total: int | None, *, of_bytes: bool = False, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while it is a terminal, gone at the end; call what it gives with each step.

    `total`: of the steps, None where nobody knows; `of_bytes`: they are bytes, not items. `quiet`: no bar
    anywhere.
    """
    known = MofNCompleteColumn() if total is not None else TimeElapsedColumn()
    counted = DownloadColumn() if of_bytes else known
    with bar(counted, quiet=quiet) as shown:
        if shown is None:
            yield lambda _step: None
            return
        task = shown.add_task(what, total=total)
        yield lambda step: shown.advance(task, step)


def stepped(found: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Each of `found`; `advance` hears when it is done."""
    for one in found:
        yield one
        advance(1)


@contextmanager
def bar(counted: ProgressColumn, *, quiet: bool = False) -> Iterator[Progress | None]:
    """A bar on standard error with a column of one's own, gone at the end; None where that is no terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), counted, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        yield shown


def size(file: str) -> int | None:
    """Bytes to read; None for a pipe."""
    path = Path(file)
    return path.stat().st_size if file != "-" and path.is_file() else None


def as_item(text: str, name: str) -> Item:
    """A text as an item: a JSON object of the `match` shape, or a title line and the rest.

    Ends the command for an object that is no item, and for JSON Lines of several; `name` says whose fault it
    is.
    """
    if text.lstrip().startswith("{"):
        read = items.read_item(text, 1, clean=clean.to_text)
        if isinstance(read, items.Line):
            return read.item
        first, _, more = text.strip().partition("\n")
        several = more and isinstance(items.read_item(first, 1, clean=str), items.Line)
        if several or not read.error.startswith("not JSON"):
            several_said = "holds several items; give one line of it (sed -n 3p FILE | monitor explain -)"
            stop(f"{name}: {several_said if several else read.error}", MISCONFIGURED)
    title, _, rest = clean.to_text(text).strip().partition("\n")
    return Item(key="text", feed_id="", title=title, content=rest.strip())

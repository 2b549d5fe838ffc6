"""What somebody said of firings: a row for each text and watchlist, kept as JSON Lines that can be edited by hand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from monitor.model import Item

RIGHT, WRONG, UNSURE, OPEN = "right", "wrong", "unsure", ""
WORDS = (RIGHT, WRONG, UNSURE, OPEN)


class BrokenFile(Exception):
    """A line of a verdict file that cannot be read. Nothing was changed; the text says file, line and remedy."""


@dataclass(slots=True)
class Row:
    """One firing, all that is needed to judge it, and what was said: `verdict` is one of WORDS."""

    key: str
    watchlist: str
    verdict: str = OPEN
    note: str = ""
    rule: str = ""
    where: str = ""
    title: str = ""
    reason: str = ""
    sentences: list[str] = field(default_factory=list)
    #: whom and what it found, each with the words of the text: "khalifa-haftar: the field marshal"
    named: list[str] = field(default_factory=list)


def key(item: Item, watchlist: str) -> str:
    """24 hexadecimal digits: the same for the same text and watchlist, wherever the item lies."""
    text = "\0".join((watchlist, item.title, item.summary, item.content))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def load(path: Path) -> dict[str, Row]:
    """The rows by key; none where there is no file. Raises BrokenFile."""
    rows: dict[str, Row] = {}
    if not path.exists():
        return rows
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            row = _row(line, f"{path}:{number}")
            if row.key in rows:
                raise BrokenFile(f"{path}:{number}: a second row for {row.key}; delete one of them")
            rows[row.key] = row
    return rows


def _row(line: str, where: str) -> Row:
    try:
        row = Row(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise BrokenFile(f"{where}: {error}; correct the line or delete it") from None
    if row.verdict not in WORDS:
        raise BrokenFile(f'{where}: verdict "{row.verdict}" is none of right, wrong, unsure and ""')
    return row


def line(row: Row) -> str:
    """The row as a line of its file."""
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def append(path: Path, row: Row) -> None:
    """Write one more row; it is there when the program is stopped."""
    with path.open("a", encoding="utf-8") as file:
        file.write(line(row))


def save(path: Path, rows: Iterable[Row]) -> None:
    """Write all rows, or leave the file as it is."""
    made = path.with_name(f"{path.name}.new")
    made.write_text("".join(map(line, rows)), encoding="utf-8")
    made.replace(path)

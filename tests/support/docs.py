"""The pages for readers: their links, their fenced blocks, and what is said about a block in a comment before it.

A comment that no reader sees stands in the line before the fence:

    <!-- not run: needs the network -->        its commands are read, and only their options are checked
    <!-- exits 1: the new test fails -->       its last command must end so
    <!-- file: article.txt -->                 the commands below find the text in this file
    <!-- add to: config/watchlists/x.yaml -->  it is appended there
    <!-- not loaded: a part of a file -->      this YAML is no whole file
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *(ROOT / "docs").rglob("*.md")},
    key=lambda page: (len(page.relative_to(ROOT).parts), page),
)

_MARK = re.compile(r"^\s*<!-- (not run|exits \d+|file|add to|not loaded): (.+?) -->$")
_LINK = re.compile(r"(?<!\\)!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences."""

    page: Path
    line: int
    language: str
    text: str
    #: from the comment before it: `not run`, `file` …; and what follows the colon
    mark: str = ""
    said: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    opened: int | None = None
    for at, line in enumerate(lines):
        if not line.lstrip().startswith("```"):
            continue
        if opened is None:
            opened = at
            continue
        indent = len(lines[opened]) - len(lines[opened].lstrip())
        mark = _MARK.match(lines[opened - 1]) if opened else None
        yield Block(
            page=page,
            line=opened + 1,
            language=lines[opened].strip().removeprefix("```"),
            text="".join(f"{inside[indent:]}\n" for inside in lines[opened + 1 : at]),
            mark=mark[1] if mark else "",
            said=mark[2] if mark else "",
        )
        opened = None
    assert opened is None, f"{page}: a fence is not closed"


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^\s*```.*?^\s*```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def links(page: Path) -> list[str]:
    """Where a page leads to, but for other sites."""
    plain = re.sub(r"`[^`\n]*`", "", prose(page))
    return [at for at in _LINK.findall(plain) if not re.match(r"[a-z]+:", at)]


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(block: Block) -> Iterator[str]:
    """The commands of a block, each on one line; a `$` before them makes the other lines output."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    yield from (line for line in lines if line.strip() and not line.lstrip().startswith("#"))

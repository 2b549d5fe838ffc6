"""Pure. A new test for the file beside a watchlist:
what to append, so that everything before stays byte for byte.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import documents
from monitor.errors import ConfigError, Mistake
from monitor.watchlists.selftest import TestFile, TestItem, TestsFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.model import Item
    from monitor.watchlists.selftest import Case, WithTests

#: what a block of YAML may not hold as it is: controls, line ends other than LF, half characters, a byte
#: order mark
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_HALF = re.compile(r"[\ud800-\udfff]")
_HEADER = "# yaml-language-server: $schema=schema/tests.schema.json\nwatchlist: {watchlist}\ntests:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTest:
    """What to keep: the item, whether it must alert, and the sentence for the next reader."""

    item: TestItem
    no_match: bool = False
    why: str = ""

    @property
    def kind(self) -> str:
        """The key that it is written under."""
        return "no_match" if self.no_match else "match"


def of_item(item: Item) -> TestItem:
    """The part of an item that decides, as a test holds it."""
    return TestItem(
        title=_plain(item.title),
        summary=_plain(item.summary),
        content=_plain(item.content),
        lang=item.lang if re.fullmatch(r"[a-z]{2,3}", item.lang) and item.lang != "und" else None,
        published=item.published_at.isoformat() if item.published_at else None,
        outlet=_plain(item.outlet),
        outlet_side=item.outlet_side,
    )


def file_of(lists: WithTests, watchlist: str) -> Path:
    """Where the tests of a watchlist are: the file that has them, else the one beside it."""
    beside = next(Path(w.file).with_suffix(".test.yaml") for w in lists.lists if w.id == watchlist)
    files = [Path(c.file) for c in lists.cases if c.watchlist == watchlist]
    files = [file for file in files if file.is_relative_to(beside.parent)]
    return beside if beside in files or not files else files[0]


def twin(cases: Iterable[Case], watchlist: str, item: TestItem) -> Case | None:
    """A test of `watchlist` that has the same words already, whatever it expects of them."""
    words = _words(item)
    return next((c for c in cases if c.watchlist == watchlist and _words(c.test.item) == words), None)


def addition(old: bytes, file: str, watchlist: str, test: NewTest) -> bytes:
    """What to append to the test file `old` (empty: a new file) of `watchlist`; `file` names it in mistakes.

    Raises ConfigError: the file is wrong, is another watchlist's, does not end with its list of tests, or
    grows too large.
    """
    line_end = "\r\n" if b"\r\n" in old else "\n"
    head = "" if old else _HEADER.format(watchlist=watchlist)
    indent = _indent(old, file, watchlist) if old else "  "
    for literal in (True, False):
        lines = (f"{indent}{line}" if line.strip() else "" for line in _written(test, literal=literal))
        text = head + "".join(f"{line}\n" for line in lines)
        new = text.replace("\n", line_end).encode()
        if old and not old.endswith(b"\n"):
            new = line_end.encode() + new
        if _reads_back(old, old + new, file, test):
            return new
    raise _mistake(
        file, "the test cannot be added at its end", "let the list under `tests:` be the last thing in it"
    )


def _indent(old: bytes, file: str, watchlist: str) -> str:
    """What stands before the dash of the tests that are there."""
    document = documents.read(old, file)
    tests = documents.validate(TestsFile, document)
    if tests.watchlist != watchlist:
        raise _mistake(file, f"these are the tests of {tests.watchlist!r}", "name that watchlist")
    line, column = document.place(("tests", 0))
    if not tests.tests or line is None or column is None:
        raise _mistake(file, "has no test yet", "remove the file: it is written anew")
    before = old.decode("utf-8-sig", "replace").splitlines()[line - 1][: column - 1].rstrip()
    if not before.endswith("-") or before.strip() != "-":
        raise _mistake(file, "its tests are not a list with a dash before each", "write one test a line")
    return before[:-1]


def _written(test: NewTest, *, literal: bool) -> Iterator[str]:
    """The lines of one test: a plain text in one line where there is only a text,
    else a block with its keys.
    """
    item = test.item
    filled = {name: value for name, value in item.model_dump(exclude_defaults=True).items() if value}
    if (
        set(filled) <= {"content", "lang"}
        and "\n" not in item.content
        and item.content == item.content.strip()
    ):
        yield f"- {test.kind}: {quoted(item.content)}"
        yield from (f"  lang: {value}" for key, value in filled.items() if key == "lang")
    else:
        yield f"- {test.kind}:"
        for key, value in filled.items():
            yield from (f"    {line}" for line in _entry(key, value, literal=literal))
    if test.why:
        yield f"  why: {quoted(test.why)}"


def _entry(key: str, value: str, *, literal: bool) -> Iterator[str]:
    """One key, its text as a literal block where that holds it exactly and is easier to read."""
    if key in {"lang", "outlet_side"}:
        yield f"{key}: {value}"
        return
    if (
        not literal
        or "\n" not in value
        or value != value.strip()
        or _UNPRINTABLE.search(value.replace("\t", " "))
    ):
        yield f"{key}: {quoted(value)}"
        return
    yield f"{key}: |-"
    yield from (f"  {line}" if line else "" for line in value.split("\n"))


def quoted(text: str) -> str:
    """`text` as a double-quoted scalar (YAML 1.2.2 section 7.3.1):
    JSON, with what YAML cannot hold escaped too.
    """
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m.group()):04x}", json.dumps(text, ensure_ascii=False))


def _reads_back(old: bytes, new: bytes, file: str, test: NewTest) -> bool:
    """Whether the file with the addition holds the old tests and then exactly this one."""
    try:
        before = documents.validate(TestsFile, documents.read(old, file)).tests if old else []
        after = documents.validate(TestsFile, documents.read(new, file)).tests
    except ConfigError:
        if len(new) > documents.MAX_BYTES:
            raise
        return False
    return after[:-1] == before and _same(after[-1], test)


def _same(read: TestFile, test: NewTest) -> bool:
    return read.kind == test.kind and read.item == test.item and read.why == test.why.strip()


def _words(item: TestItem) -> str:
    return " ".join(f"{item.title}\n{item.summary}\n{item.content}".split())


def _plain(text: str) -> str:
    """Half characters cannot be kept in a file: each becomes U+FFFD."""
    return _HALF.sub("\ufffd", text)


def _mistake(file: str, message: str, remedy: str) -> ConfigError:
    return ConfigError((Mistake(file=file, line=None, column=None, message=message, remedy=remedy),))

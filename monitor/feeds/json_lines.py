"""Pure. JSON Lines of items, one object a line, for local sources and archives: the shape `monitor match`
reads.

`{"id"?, "title", "summary"?, "content"?, "lang"?, "published"?, "url"?, "outlet"?, "outlet_side"?}`; other
keys are ignored. A bad line costs only itself.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from monitor.feeds.entry import RawEntry, tidy
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from monitor.model import Entry

#: remarks about bad lines that are spelled out; the rest is counted
SPELLED_OUT = 20


def loads(text: str) -> Any:
    """JSON to plain data; lone surrogates, which orjson refuses, are let in (and scrubbed when cleaned).

    Raises ValueError: not JSON, or nested past reading.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "\\u" not in text:
            raise
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise error from None


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, and numbers past 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def looks_like_lines(text: str) -> bool:
    """Whether the first line alone is a JSON object that is not the whole of a longer JSON document."""
    first = text.lstrip().partition("\n")[0].strip()
    if not (first.startswith("{") and first.endswith("}")):
        return False
    try:
        value = loads(first)
    except ValueError:
        return False
    return "items" not in value and any(key in value for key in ("title", "summary", "content"))


def read(text: str, url: str) -> ParsedFeed | FetchFailed:
    """Parse JSON Lines. FetchFailed NOT_A_FEED where no line could be read at all."""
    entries: list[Entry] = []
    bad: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        entry, remark = _entry(line, url)
        if entry is not None:
            entries.append(entry)
        if remark:
            bad.append(f"line {number}: {remark}")
    if bad and not entries:
        return FetchFailed(fault=FetchFault.NOT_A_FEED, detail=f"no line is a JSON item; {bad[0]}"[:200])
    more = [f"{len(bad) - SPELLED_OUT} more lines with remarks"] if len(bad) > SPELLED_OUT else []
    return ParsedFeed(title="", entries=tuple(entries), remarks=(*bad[:SPELLED_OUT], *more))


def _entry(line: str, url: str) -> tuple[Entry | None, str]:
    try:
        item = loads(line)
    except ValueError as error:
        return None, f"not JSON: {error}"[:200]
    if not isinstance(item, dict):
        return None, "not an object"
    return tidy(replace(_raw(item), raw=line.strip().encode("utf-8", "replace")), url)


def _raw(item: dict[str, Any]) -> RawEntry:
    def word(key: str) -> str:
        value = item.get(key)
        return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""

    return RawEntry(
        guid=word("id"),
        url=word("url"),
        title=word("title"),
        summary=word("summary"),
        content=word("content"),
        author=word("author"),
        published=word("published"),
        language=word("lang"),
    )

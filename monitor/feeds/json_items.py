"""Pure. JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/); feedparser does not read them."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from monitor.feeds.clean import from_plain, to_line
from monitor.feeds.entry import RawEntry, language_tag, tidy
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from monitor.model import Entry


_DECODER = json.JSONDecoder()
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_CUT = "the document ends early; an item cut in half is left for the next poll"
#: from here on not every whole number is a float
EXACT = 2.0**53
_NEXT = re.compile(r"[\s,]*")


def read_feed(text: str, url: str) -> ParsedFeed | FetchFailed:
    """Parse one JSON document. `url` is the feed's address, for relative links.

    FetchFailed: not JSON (UNREADABLE), or JSON that is no feed (NOT_A_FEED). A broken item is a remark. A
    document cut short gives its whole items and `truncated`.
    """
    truncated, remarks = False, []
    try:
        document = loads(text)
    except ValueError as error:
        document, truncated = _mended(text)
        if document is None:
            return FetchFailed(
                fault=FetchFault.UNREADABLE, detail=f"JSON that ends early or is broken: {error}"[:200]
            )
        remarks.append(_CUT if truncated else f"broken JSON, read loosely: {error}"[:200])
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return FetchFailed(fault=FetchFault.NOT_A_FEED, detail="JSON, but not a JSON Feed (no list of items)")
    language = language_tag(_text(document.get("language")))
    remarks += (
        [] if "jsonfeed.org/version" in _text(document.get("version")) else ["no JSON Feed version given"]
    )
    entries: list[Entry] = []
    for number, item in enumerate(document["items"], start=1):
        entry, remark = (
            _feed_entry(item, document, url) if isinstance(item, dict) else (None, "not an object")
        )
        if entry is not None:
            entries.append(entry)
        if remark:
            remarks.append(f"item {number}: {remark}")
    title = to_line(_text(document.get("title")))[:500]
    return ParsedFeed(
        title=title, entries=tuple(entries), language=language, truncated=truncated, remarks=tuple(remarks)
    )


def _mended(text: str) -> tuple[Any, bool]:
    """What of broken JSON is whole, and whether it was cut; None where nothing is.

    What servers append (a comment, a script) and a comma too many cost nothing; a feed that was cut or broken
    inside its list of items has those before the place.
    """
    with contextlib.suppress(ValueError, RecursionError):
        return _DECODER.raw_decode(text)[0], False
    listed = _ITEMS.search(text)
    if listed is None:
        return None, False
    items: list[Any] = []
    at = listed.end()
    try:
        document = json.loads(text[:at] + "]}")
        while start := _NEXT.match(text, at):
            at = start.end()
            item, at = _DECODER.raw_decode(text, at)
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return (document | {"items": items}, not _ends(text[at:])) if items else (None, False)


def _ends(rest: str) -> bool:
    """Whether what follows the last item ends the list and the document."""
    if not rest.startswith("]"):
        return False
    with contextlib.suppress(ValueError, RecursionError):
        return bool(_DECODER.raw_decode("{" + rest[1:].lstrip(" \t\r\n,"))[1])
    return False


def _feed_entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> tuple[Entry | None, str]:
    content = _text(item.get("content_html")) or _plain(item.get("content_text"))
    raw = RawEntry(
        guid=_text(item.get("id")),
        url=_text(item.get("url")) or _text(item.get("external_url")) or _address(item.get("id")),
        title=_plain(item.get("title")),
        summary=_plain(item.get("summary")),
        content=content,
        author=_authors(item) or _authors(feed),
        published=_text(item.get("date_published")) or _text(item.get("date_modified")),
        language=_text(item.get("language")) or _text(feed.get("language")),
        raw=canonical(item),
    )
    return tidy(raw, url)


def _authors(holder: dict[str, Any]) -> str:
    """Names from 1.1's `authors` or 1.0's `author`, each once."""
    listed = holder.get("authors")
    people = listed if isinstance(listed, list) and listed else [holder.get("author")]
    names = (_text(p.get("name")) if isinstance(p, dict) else _text(p) for p in people)
    return ", ".join(dict.fromkeys(filter(None, names)))


def _text(value: object) -> str:
    """Text of a value that should be text;
    ids are sometimes numbers, but one that was rounded identifies nothing.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and abs(value) >= EXACT:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _plain(value: object) -> str:
    """Plain text as the format has it (https://www.jsonfeed.org/version/1.1/#items-a-name-items-a)."""
    return from_plain(_text(value))


def _address(value: object) -> str:
    text = _text(value)
    return text if text.startswith(("http://", "https://")) else ""


# JSON Lines of items, one object a line, for local sources and archives: the shape `monitor match`
# reads.
#
# `{"id"?, "title", "summary"?, "content"?, "lang"?, "published"?, "url"?, "outlet"?, "outlet_side"?}`; other
# keys are ignored. A bad line costs only itself.

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


def read_lines(text: str, url: str) -> ParsedFeed | FetchFailed:
    """Parse JSON Lines. FetchFailed NOT_A_FEED where no line could be read at all."""
    entries: list[Entry] = []
    bad: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        entry, remark = _line_entry(line, url)
        if entry is not None:
            entries.append(entry)
        if remark:
            bad.append(f"line {number}: {remark}")
    if bad and not entries:
        return FetchFailed(fault=FetchFault.NOT_A_FEED, detail=f"no line is a JSON item; {bad[0]}"[:200])
    more = [f"{len(bad) - SPELLED_OUT} more lines with remarks"] if len(bad) > SPELLED_OUT else []
    return ParsedFeed(title="", entries=tuple(entries), remarks=(*bad[:SPELLED_OUT], *more))


def _line_entry(line: str, url: str) -> tuple[Entry | None, str]:
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

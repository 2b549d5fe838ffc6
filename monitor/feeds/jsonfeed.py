"""Pure. JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/); feedparser does not read them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from monitor.feeds.clean import to_line
from monitor.feeds.entry import RawEntry, language_tag, tidy
from monitor.feeds.jsonlines import canonical, loads
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from monitor.model import Entry


_DECODER = json.JSONDecoder()
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*")


def read(text: str, url: str) -> ParsedFeed | FetchFailed:
    """Parse one JSON document. `url` is the feed's address, for relative links.

    FetchFailed: not JSON (UNREADABLE), or JSON that is no feed (NOT_A_FEED). A broken item is a remark. A document cut
    short gives its whole items and `truncated`.
    """
    truncated = False
    try:
        document = loads(text)
    except ValueError as error:
        document = _whole_items(text)
        truncated = document is not None
        if document is None:
            return FetchFailed(
                fault=FetchFault.UNREADABLE, detail=f"JSON that ends early or is broken: {error}"[:200]
            )
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return FetchFailed(fault=FetchFault.NOT_A_FEED, detail="JSON, but not a JSON Feed (no list of items)")
    language = language_tag(_text(document.get("language")))
    remarks = ["the document ends early; an item cut in half is left for the next poll"] if truncated else []
    remarks += (
        [] if "jsonfeed.org/version" in _text(document.get("version")) else ["no JSON Feed version given"]
    )
    entries: list[Entry] = []
    for number, item in enumerate(document["items"], start=1):
        entry, remark = _entry(item, document, url) if isinstance(item, dict) else (None, "not an object")
        if entry is not None:
            entries.append(entry)
        if remark:
            remarks.append(f"item {number}: {remark}")
    title = to_line(_text(document.get("title")))[:500]
    return ParsedFeed(
        title=title, entries=tuple(entries), language=language, truncated=truncated, remarks=tuple(remarks)
    )


def _whole_items(text: str) -> dict[str, Any] | None:
    """A feed that was cut or broken inside its list of items, with those before the place; None where there are none."""
    listed = _ITEMS.search(text)
    if listed is None:
        return None
    items: list[Any] = []
    try:
        document = json.loads(text[: listed.end()] + "]}")
        at = listed.end()
        while start := _NEXT.match(text, at):
            item, at = _DECODER.raw_decode(text, start.end())
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return document | {"items": items} if items else None


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> tuple[Entry | None, str]:
    content = _text(item.get("content_html")) or _text(item.get("content_text"))
    raw = RawEntry(
        guid=_text(item.get("id")),
        url=_text(item.get("url")) or _text(item.get("external_url")) or _address(item.get("id")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=content,
        author=_authors(item) or _authors(feed),
        published=_text(item.get("date_published")) or _text(item.get("date_modified")),
        language=_text(item.get("language")) or _text(feed.get("language")),
        raw=canonical(item),
    )
    return tidy(raw, url)


def _authors(holder: dict[str, Any]) -> str:
    """Names from 1.1's `authors` or 1.0's `author`."""
    listed = holder.get("authors")
    people = listed if isinstance(listed, list) else [holder.get("author")]
    return ", ".join(filter(None, (_text(p.get("name")) for p in people if isinstance(p, dict))))


def _text(value: object) -> str:
    """Text of a value that should be text; ids are sometimes numbers."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _address(value: object) -> str:
    text = _text(value)
    return text if text.startswith(("http://", "https://")) else ""

"""Pure. JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/); feedparser does not read them."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from monitor.feeds.clean import from_plain, to_line
from monitor.feeds.entry import RawEntry, language_tag, tidy
from monitor.feeds.json_lines import canonical, loads
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from monitor.model import Entry


_DECODER = json.JSONDecoder()
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_CUT = "the document ends early; an item cut in half is left for the next poll"
#: from here on not every whole number is a float
EXACT = 2.0**53
_NEXT = re.compile(r"[\s,]*")


def read(text: str, url: str) -> ParsedFeed | FetchFailed:
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
        entry, remark = _entry(item, document, url) if isinstance(item, dict) else (None, "not an object")
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


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> tuple[Entry | None, str]:
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

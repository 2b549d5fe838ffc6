"""Pure. feedparser's reading of a feed document, whatever state it is in; the only file that knows
feedparser.

feedparser gets clean UTF-8 in a BytesIO, always: handed bytes or text, it opens them as a file or fetches
them as an
address. Its sanitiser and link resolution stay off; we clean to plain text ourselves. RSS 0.9x, 1.0 and
2.0, Atom and
CDF are its work. It costs a tenth of a second to import, so this module is imported where it is needed.
"""

from __future__ import annotations

import io
from typing import Any

import feedparser
import feedparser.api
import feedparser.mixin

from monitor.feeds import xml_document
from monitor.feeds.slices import ends, spans
from monitor.feeds.xml_document import STUMBLES, EntityRefusedError, refused
from monitor.model import FetchFailed, FetchFault

feedparser.api.PREFERRED_XML_PARSERS[:] = ["monitor.feeds.xml_document"]
# an id is an id: resolved against the feed's address, "17" would be another entry after every move of the
# feed
feedparser.mixin._FeedParserMixin.can_be_relative_uri = (
    feedparser.mixin._FeedParserMixin.can_be_relative_uri - {"id"}
)


def read(text: str, name: str, url: str) -> tuple[Any, bool] | FetchFailed:
    """feedparser's result for a decoded document under the root element `name`, and whether it was cut
    short: then
    up to its last whole entry.
    """
    document = _read(text, url)
    if isinstance(document, FetchFailed):
        return document
    truncated = bool(document.bozo) and not ends(text, name)
    if document.bozo and not truncated and (repaired := xml_document.repaired(text)) != text:
        again = _read(repaired, url)  # read loosely, "AT&T" would become "AT&T;"
        if not isinstance(again, FetchFailed) and len(again.entries) == len(document.entries):
            document = again
    return (_whole_entries(text, name, document, url) if truncated else document), truncated


def _read(text: str, url: str) -> Any | FetchFailed:
    """feedparser's result; entry by entry where the whole makes it stumble."""
    try:
        document = _fed(text, url)
    except RecursionError:
        return FetchFailed(fault=FetchFault.PARSER_LIMIT, detail="nested too deeply")
    except STUMBLES as error:
        return _one_by_one(text, url) or FetchFailed(
            fault=FetchFault.UNREADABLE, detail=f"broken past reading ({type(error).__name__})"
        )
    declares = isinstance(document.get("bozo_exception"), EntityRefusedError)
    return refused() if declares else document


def _fed(text: str, url: str) -> Any:
    return feedparser.parse(
        io.BytesIO(text.encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _one_by_one(text: str, url: str) -> Any | None:
    """The document read as many small ones with one entry each, so that a broken entry costs only itself."""
    chunks = spans(text)
    if not chunks:
        return None
    head, tail = text[: chunks[0][0]], text[chunks[-1][1] :]
    whole: Any = None
    for start, end in chunks:
        try:
            one = _fed(head + text[start:end] + tail, url)
        except (*STUMBLES, RecursionError):
            continue
        if whole is None:
            whole = one
        else:
            whole.entries.extend(one.entries)
    if whole is not None:
        whole.bozo, whole.bozo_exception = (
            True,
            f"{len(chunks) - len(whole.entries)} entries could not be read",
        )
    return whole


def _whole_entries(text: str, root: str, document: Any, url: str) -> Any:
    """A document cut off, read again up to its last whole entry: half an entry would come back changed or
    doubled.

    Without a whole entry it has none, whatever the parser made of the half one.
    """
    whole = spans(text)
    if whole:
        head = text[: whole[-1][1]]
        ends_channel = root.lower().rpartition(":")[2] == "rss" and not ends(head, "channel")
        again = _read(head + ("</channel>" if ends_channel else "") + f"</{root}>", url)
        if not isinstance(again, FetchFailed) and len(again.entries) <= len(whole):
            return again
    document.entries = []
    return document

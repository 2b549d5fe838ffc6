"""Pure. A feed document to a `ParsedFeed`; the only file that knows feedparser.

feedparser gets clean UTF-8 in a BytesIO, always: handed bytes or text, it opens them as a file or fetches
them as an address. Its sanitiser and link resolution stay off; we clean to plain text ourselves. RSS 0.9x,
1.0 and 2.0, Atom and CDF are its work, JSON Feed and JSON Lines ours. Call `parse` in a `Worker`: hostile XML
can still cost minutes.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import feedparser
import feedparser.api
import feedparser.mixin

from monitor.feeds import http, json_items, xml_document
from monitor.feeds.clean import from_plain, to_line
from monitor.feeds.decode import to_text
from monitor.feeds.entry import RawEntry, language_tag, tidy
from monitor.feeds.slices import ends, matched, slices, spans
from monitor.feeds.xml_document import EntityRefusedError
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.model import Entry

feedparser.api.PREFERRED_XML_PARSERS[:] = ["monitor.feeds.xml_document"]
# an id is an id: resolved against the feed's address, "17" would be another entry after every move of the
# feed
feedparser.mixin._FeedParserMixin.can_be_relative_uri = (
    feedparser.mixin._FeedParserMixin.can_be_relative_uri - {"id"}
)

#: where Yandex has publishers put the whole text (https://yandex.ru/support/news/feed.html,
#: /support/turbo-rss)
_WHOLE = ("yandex_full-text", "turbo_content")

#: remarks kept of one document
MAX_REMARKS = 50

_ROOT = re.compile(r"<([A-Za-z_][\w.-]*(?::[\w.-]+)?)")
_PROLOG = 65_536
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
#: what servers print before a feed by mistake
_NO_ROOT = frozenset(
    ("b", "br", "p", "div", "font", "script", "style", "span", "center", "table", "noscript")
)
_FEED_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:rss|rdf|feed))(?=[\s>])", re.IGNORECASE)
_ENTRY_START = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
#: what feedparser is known to raise on documents it half understands
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError)


def parse(body: bytes, content_type: str, url: str) -> ParsedFeed | FetchFailed:
    """What the document says. `content_type`: the header, may be empty; `url`: where it came from, for
    relative links.

    A valid feed without entries is a success. A document cut short gives its whole entries and `truncated`.
    FetchFailed: NOT_A_FEED (a web page, nothing at all), UNREADABLE (broken past reading, entity
    declarations).
    """
    decoded = to_text(body, content_type)
    text = decoded.text
    if not text.strip():
        return FetchFailed(fault=FetchFault.NOT_A_FEED, detail="an empty body")
    if text[0] in "{[":
        found = (
            json_items.read_lines(text, url)
            if json_items.looks_like_lines(text)
            else json_items.read_feed(text, url)
        )
    else:
        found = _xml(text, url)
    if isinstance(found, FetchFailed):
        return found
    return replace(found, remarks=(*decoded.remarks, *found.remarks)[:MAX_REMARKS])


def _xml(text: str, url: str) -> ParsedFeed | FetchFailed:
    resolved = xml_document.resolved(text)
    if resolved is None:
        return _refused()
    text = resolved
    prolog = _without("<!--", "-->", _without("<?", "?>", text[:_PROLOG]))
    root = _ROOT.search(prolog)
    if root is not None and root.group(1).lower() in _NO_ROOT:
        root = _FEED_ROOT.search(prolog) or root
    name = root.group(1) if root else ""
    if root is None or name.lower().rpartition(":")[2] == "html":
        return _no_feed(text, name)
    if "<!ENTITY" in prolog[: root.start()].upper():
        return _refused()
    return _document(text, name, url)


def _document(text: str, name: str, url: str) -> ParsedFeed | FetchFailed:
    """What stands under the root element `name`."""
    document = _read(text, url)
    if isinstance(document, FetchFailed):
        return document
    truncated = bool(document.bozo) and not ends(text, name)
    if document.bozo and not truncated and (repaired := xml_document.repaired(text)) != text:
        again = _read(repaired, url)  # read loosely, "AT&T" would become "AT&T;"
        if not isinstance(again, FetchFailed) and len(again.entries) == len(document.entries):
            document = again
    if truncated:
        document = _whole_entries(text, name, document, url)
    if not document.version and not document.entries:
        return _no_feed(text, name)
    if document.bozo and not truncated and not document.entries and _ENTRY_START.search(text):
        detail = f"it has entries, but none could be read: {_one_line(document.bozo_exception)}"
        return FetchFailed(fault=FetchFault.UNREADABLE, detail=detail)
    hours, days = http.skipped(text)
    found = _feed(document, url, slices(text), truncated=truncated)
    return replace(found, skip_hours=hours, skip_days=days)


def _without(opening: str, closing: str, text: str) -> str:
    """`text` without what stands between the two marks;
    linear, unlike a lazy pattern, where one is never closed.
    """
    first, *parts = text.split(opening)
    for n, part in enumerate(parts):
        _, closed, after = part.partition(closing)
        parts[n] = after if closed else opening + part
    return first + "".join(parts)


def _read(text: str, url: str) -> Any | FetchFailed:
    """feedparser's result; entry by entry where the whole makes it stumble."""
    try:
        document = _fed(text, url)
    except RecursionError:
        return FetchFailed(fault=FetchFault.PARSER_LIMIT, detail="nested too deeply")
    except _STUMBLES as error:
        return _one_by_one(text, url) or FetchFailed(
            fault=FetchFault.UNREADABLE, detail=f"broken past reading ({type(error).__name__})"
        )
    refused = isinstance(document.get("bozo_exception"), EntityRefusedError)
    return _refused() if refused else document


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
        except (*_STUMBLES, RecursionError):
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


def _feed(document: Any, url: str, found: list[str], *, truncated: bool) -> ParsedFeed:
    header: Mapping[str, Any] = document.feed
    language = language_tag(_word(header, "language"))
    entries: list[Entry] = []
    remarks = list(_trouble(document, truncated=truncated))
    plain = document.version.startswith("atom")
    house = _authors(header) if plain else ""  # RFC 4287 section 4.2.1
    raw = [_try_raw(entry, language or "", house, plain=plain) for entry in document.entries]
    kept, unkept = matched([entry if isinstance(entry, RawEntry) else RawEntry() for entry in raw], found)
    for number, (said, words) in enumerate(zip(raw, kept, strict=True), start=1):
        entry, remark = _tidied(said, words, url) if isinstance(said, RawEntry) else (None, said)
        if entry is not None:
            entries.append(entry)
        if remark:
            remarks.append(f"entry {number}: {remark}")
    if unkept:
        remarks.append(unkept)
    return ParsedFeed(
        title=to_line(_word(header, "title"))[:500],
        entries=tuple(entries),
        language=language,
        ttl=http.longer(
            http.ttl(_word(header, "ttl")),
            http.period(_word(header, "sy_updateperiod"), _word(header, "sy_updatefrequency")),
        ),
        truncated=truncated,
        remarks=tuple(remarks),
    )


def _try_raw(entry: Any, language: str, house: str, *, plain: bool) -> RawEntry | str:
    """The entry's raw words, or why there are none. `house`: who wrote what names nobody; `plain`: what calls
    itself plain text is plain text.
    """
    try:
        return _raw(entry, language, house, plain=plain)
    except _STUMBLES as error:
        return f"could not be read ({type(error).__name__})"


def _tidied(raw: RawEntry, words: bytes, url: str) -> tuple[Entry | None, str]:
    try:
        return tidy(replace(raw, raw=words), url)
    except _STUMBLES as error:
        return None, f"could not be read ({type(error).__name__})"


def _trouble(document: Any, *, truncated: bool) -> Iterator[str]:
    if truncated:
        yield "the document ends early; an entry cut in half is left for the next poll"
    elif document.bozo:
        yield f"not well-formed XML, read loosely: {_one_line(document.bozo_exception)}"


def _raw(entry: Any, language: str, house: str, *, plain: bool) -> RawEntry:
    summary, content = _word(entry, "summary"), _content(entry, plain=plain)
    described = _word(dict.get(entry, "summary_detail"), "value")
    if summary and summary == _content(entry, plain=False):
        summary = ""  # feedparser copies a lone content into the summary
    return RawEntry(
        guid=_word(entry, "id"),
        url=_link(entry),
        title=_markup(entry, "title", _word(entry, "title"), plain=plain),
        summary=_markup(entry, "summary", summary, plain=plain),
        content=content or (described if described != summary else ""),
        author=_authors(entry) or house,
        published=_word(entry, "published") or _word(entry, "updated") or _word(entry, "created"),
        language=_language(entry) or language,
        source=_word(dict.get(entry, "source"), "title"),
    )


def _markup(entry: Any, key: str, value: str, *, plain: bool) -> str:
    """A text as markup. In Atom, plain text has none (RFC 4287 section 3.1.1.1): `A<B` is no tag;
    elsewhere it may.
    """
    return _from(dict.get(entry, f"{key}_detail"), value, plain=plain)


def _from(detail: Any, value: str, *, plain: bool) -> str:
    return from_plain(value) if plain and _word(detail, "type") == "text/plain" else value


def _authors(entry: Any) -> str:
    """Every author once; feedparser's single one is the last."""
    people = dict.get(entry, "authors") or ()
    names = dict.fromkeys(filter(None, (_word(one, "name") or _word(one, "email") for one in people)))
    return ", ".join(names) or _word(entry, "author")


def _content(entry: Any, *, plain: bool) -> str:
    """All contents of an entry, each once:
    a description becomes one where a picture's caption stood before it.
    """
    parts = [part for part in dict.get(entry, "content") or () if isinstance(part, dict)]
    texts = (_from(part, _word(part, "value"), plain=plain) for part in parts)
    values = dict.fromkeys([*texts, *(_word(entry, key) for key in _WHOLE)])
    return "<hr>".join(filter(None, values))


def _link(entry: Any) -> str:
    """The alternate link; else the plain one; else the first that is no enclosure."""
    links = [link for link in dict.get(entry, "links") or () if isinstance(link, dict)]
    alternates = [_word(link, "href") for link in links if _word(link, "rel") in ("", "alternate")]
    others = [_word(link, "href") for link in links if _word(link, "rel") in ("self", "related", "via")]
    elsewhere = [_word(part, "src") for part in dict.get(entry, "content") or ()]
    about = "" if "guidislink" in entry else _word(entry, "id")  # RSS 1.0: rdf:about is the address
    return next(filter(None, (_own_link(entry), *alternates, *others, about, *elsewhere)), "")


def _own_link(entry: Any) -> str:
    """The link element, or the guid that stands in for it
    where it is an address at all (RSS 2.0 isPermaLink).
    """
    link = _word(entry, "link")
    stands_in = dict.get(entry, "guidislink") and link == _word(entry, "id")
    return "" if stands_in and not re.match(r"https?://|/", link, re.IGNORECASE) else link


def _language(entry: Any) -> str:
    """The language stated for the entry itself; xml:lang is inherited by its title."""
    stated = _word(entry, "language")
    return stated or next(
        filter(None, (_word(dict.get(entry, key), "language") for key in ("title_detail", "summary_detail"))),
        "",
    )


def _word(holder: Any, key: str) -> str:
    """A text value read past feedparser's own `get`, which substitutes keys and warns."""
    value = dict.get(holder, key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _no_feed(text: str, root: str) -> FetchFailed:
    title = to_line(found.group(1)) if (found := _TITLE.search(text[:_PROLOG])) else ""
    if root.lower() == "html" or "<html" in text[:_PROLOG].lower() or "<!doctype html" in text[:200].lower():
        detail = f"an HTML page: {title!r}" if title else "an HTML page"
    elif root:
        detail = f"XML with the root <{root[:40]}>, which is no feed"
    else:
        detail = f"text that is no feed: {_one_line(text[:60])!r}"
    return FetchFailed(fault=FetchFault.NOT_A_FEED, detail=detail)


def _refused() -> FetchFailed:
    return FetchFailed(
        fault=FetchFault.UNREADABLE,
        detail="the document declares XML entities, which are refused (no feed needs them)",
    )


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:200]

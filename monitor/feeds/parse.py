"""Pure. A feed document to a `ParsedFeed`.

Three readers say what is in a document: `wellformed` where it is sure, feedparser (`tolerant`) for all other
XML, and ours for JSON Feed and JSON Lines. What they say is made whole and clean here. Call `parse` in a
`Worker`: hostile XML can cost feedparser minutes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.feeds import http, json_items, wellformed, xml_document
from monitor.feeds.clean import from_plain, to_line
from monitor.feeds.decode import to_text
from monitor.feeds.entry import RawEntry, language_tag, tidy
from monitor.feeds.slices import MAX_RAW, matched, slices, unkept
from monitor.feeds.xml_document import STUMBLES, refused
from monitor.model import FetchFailed, FetchFault, ParsedFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from monitor.feeds.properties import Document
    from monitor.model import Entry

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


def parse(body: bytes, content_type: str, url: str, *, thorough: bool = False) -> ParsedFeed | FetchFailed:
    """What the document says. `content_type`: the header, may be empty; `url`: where it came from, for
    relative links; `thorough`: XML is left to feedparser in any case.

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
        found = _xml(text, url, thorough=thorough)
    if isinstance(found, FetchFailed):
        return found
    return replace(found, remarks=(*decoded.remarks, *found.remarks)[:MAX_REMARKS])


def parse_part(text: str, url: str) -> ParsedFeed | None:
    """A decoded document of which entries were left out; None where feedparser should read the whole, or
    where there is anything to remark. Safe outside of a `Worker`.
    """
    body = text.encode()
    document = wellformed.read(body, url)
    found = _quick(document, body, url) if document is not None else None
    return None if found is None or found.remarks else _paced(found, text)


def _quick(document: Document, body: bytes, url: str) -> ParsedFeed:
    words = [body[start:end] for start, end in document.spans]
    kept = [one if len(one) <= MAX_RAW else b"" for one in words]
    return _feed(document, url, lambda _: (kept, unkept(kept)), ())


def _paced(found: ParsedFeed, text: str) -> ParsedFeed:
    hours, days = http.skipped(text)
    return replace(found, skip_hours=hours, skip_days=days)


def _xml(text: str, url: str, *, thorough: bool) -> ParsedFeed | FetchFailed:
    resolved = xml_document.resolved(text)
    if resolved is None:
        return refused()
    text = resolved
    prolog = _without("<!--", "-->", _without("<?", "?>", text[:_PROLOG]))
    root = _ROOT.search(prolog)
    if root is not None and root.group(1).lower() in _NO_ROOT:
        root = _FEED_ROOT.search(prolog) or root
    name = root.group(1) if root else ""
    if root is None or name.lower().rpartition(":")[2] == "html":
        return _no_feed(text, name)
    if "<!ENTITY" in prolog[: root.start()].upper():
        return refused()
    return _document(text, name, url, thorough=thorough)


def _document(text: str, name: str, url: str, *, thorough: bool) -> ParsedFeed | FetchFailed:
    """What stands under the root element `name`."""
    body = text.encode()
    if not thorough and (document := wellformed.read(body, url)) is not None:
        return _paced(_quick(document, body, url), text)
    from monitor.feeds import tolerant  # costs 0.1 s to import: paid where it is needed

    read = tolerant.read(text, name, url)
    if isinstance(read, FetchFailed):
        return read
    document, truncated = read
    if not document.version and not document.entries:
        return _no_feed(text, name)
    if document.bozo and not truncated and not document.entries and _ENTRY_START.search(text):
        detail = f"it has entries, but none could be read: {_one_line(document.bozo_exception)}"
        return FetchFailed(fault=FetchFault.UNREADABLE, detail=detail)
    trouble = tuple(_trouble(document, truncated=truncated))
    found = _feed(document, url, lambda raw: matched(raw, slices(text)), trouble)
    return _paced(replace(found, truncated=truncated), text)


def _without(opening: str, closing: str, text: str) -> str:
    """`text` without what stands between the two marks;
    linear, unlike a lazy pattern, where one is never closed.
    """
    first, *parts = text.split(opening)
    for n, part in enumerate(parts):
        _, closed, after = part.partition(closing)
        parts[n] = after if closed else opening + part
    return first + "".join(parts)


def _feed(
    document: Any,
    url: str,
    evidence: Callable[[Sequence[RawEntry]], tuple[Sequence[bytes], str]],
    trouble: tuple[str, ...],
) -> ParsedFeed:
    """`evidence`: the words of each entry in the document, and a remark; `trouble`: how the document was
    read.
    """
    header: Mapping[str, Any] = document.feed
    language = language_tag(_word(header, "language"))
    entries: list[Entry] = []
    remarks = list(trouble)
    plain = document.version.startswith("atom")
    house = _authors(header) if plain else ""  # RFC 4287 section 4.2.1
    raw = [_try_raw(entry, language or "", house, plain=plain) for entry in document.entries]
    kept, unkept = evidence([entry if isinstance(entry, RawEntry) else RawEntry() for entry in raw])
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
        remarks=tuple(remarks),
    )


def _try_raw(entry: Any, language: str, house: str, *, plain: bool) -> RawEntry | str:
    """The entry's raw words, or why there are none. `house`: who wrote what names nobody; `plain`: what calls
    itself plain text is plain text.
    """
    try:
        return _raw(entry, language, house, plain=plain)
    except STUMBLES as error:
        return f"could not be read ({type(error).__name__})"


def _tidied(raw: RawEntry, words: bytes, url: str) -> tuple[Entry | None, str]:
    try:
        return tidy(replace(raw, raw=words), url)
    except STUMBLES as error:
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


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:200]

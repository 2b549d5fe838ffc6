"""Pure. Find the feeds of a web page: `<link rel=alternate>` first, links that look like feeds second.

Source: HTML, "link type alternate"; the types are those of RSS, Atom, RDF and JSON Feed 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from monitor.feeds.decode import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement


FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
)
#: types that feeds and much else have: taken where the address looks like a feed
VAGUE_TYPES = ("application/xml", "text/xml", "application/json", "text/rss", "")
#: found feeds past this are a directory, not a choice
MOST = 50

_LOOKS = re.compile(
    r"(^|[/._-])(rss|atom|feeds?|rdf)([0-9.]*)(\.(xml|json|php|aspx?))?/?($|[?&])"
    r"|(^|/)(rss|feeds?)/[^?]*\.(xml|rss|atom|json)($|\?)|[?&]feed=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that a page points to."""

    url: str
    #: as the page words it, may be empty
    title: str
    #: media type as declared; empty for a guess from an ordinary link
    type: str


def discover(html: bytes, base_url: str, content_type: str = "text/html") -> tuple[Found, ...]:
    """The feeds that a page names, best first, without repeats. `base_url`: where the page came from.

    Never raises.
    """
    root = tree(html, content_type)
    if root is None:
        return ()
    base = base_of(root, base_url)
    found: dict[str, Found] = {}
    for one in (*_declared(root, base), *_guessed(root, base)):
        found.setdefault(one.url, one)
    return tuple(found.values())[:MOST]


def _declared(root: HtmlElement, base: str) -> Iterator[Found]:
    for link in root.iter("link"):
        words = str(link.get("rel") or "").lower().split()
        kind = str(link.get("type") or "").partition(";")[0].strip().lower()
        url = absolute(base, str(link.get("href") or ""))
        if url is None or not {"alternate", "feed"} & set(words) or "stylesheet" in words:
            continue
        if kind in FEED_TYPES or (kind in VAGUE_TYPES and _LOOKS.search(url)):
            yield Found(url, _words(link.get("title")), kind)


def _guessed(root: HtmlElement, base: str) -> Iterator[Found]:
    for link in root.iter("a"):
        url = absolute(base, str(link.get("href") or ""))
        if url is not None and url != base and _LOOKS.search(url.partition("://")[2].partition("/")[2]):
            yield Found(url, _words(link.get("title")) or _words(link.text_content()), "")


def _words(text: object) -> str:
    return " ".join(str(text or "").split())[:200]


# A web page as a tree: decoded by our rules, with the label that HTML puts into the page itself.

#: the label stands within the first 1,024 bytes (HTML, "prescan"); real pages are late
_META = re.compile(rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_PRESCAN = 4_096


def tree(body: bytes, content_type: str) -> HtmlElement | None:
    """The page's root element; None where there is no markup at all."""
    found = _META.search(body[:_PRESCAN])
    if found and "charset" not in content_type.lower():
        content_type = f"{content_type or 'text/html'}; charset={found[1].decode('ascii')}"
    text = to_text(body, content_type).text
    if "<" not in text:
        return None
    from lxml import etree, html  # a daemon, which hands pages to its parser, has no use for it

    try:
        return html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None


def base_of(root: HtmlElement, url: str) -> str:
    """What relative links are relative to: `<base href>` where there is one, against `url`."""
    base = next((str(b.get("href")) for b in root.iter("base") if b.get("href")), "")
    return absolute(url, base) or url


def absolute(base: str, link: str) -> str | None:
    """`link` seen from `base`, without fragment; None where it is empty, not http(s) or cannot be read."""
    if not link.strip():
        return None
    try:
        found = urldefrag(urljoin(base, link.strip())).url
        parts = urlsplit(found)
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and parts.hostname else None

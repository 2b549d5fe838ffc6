"""Pure. A web page as a tree: decoded by our rules, with the label that HTML puts into the page itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import lxml.html
from lxml import etree

from monitor.feeds.decode import to_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement

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
    try:
        return lxml.html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None


def base_url(root: HtmlElement, url: str) -> str:
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

"""Pure. The article of a web page: its paragraphs to the very last, without what stands around them.

`trafilatura` finds the text; before it we cut what names itself clutter, and after it we put back paragraphs that it
lost among their neighbours, for the sentence that matters often stands near the end. Hostile pages can cost it
minutes: run `extract` in a limited worker (`monitor.feeds.worker`).
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trafilatura

from monitor.feeds import page
from monitor.feeds.clean import to_text
from monitor.feeds.wordlists import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

#: a page with less text is no article
MIN_TEXT = 200
#: a page with more text is an article even where it calls itself closed
FULL_TEXT = 1_500
MAX_PAGE = 2_000_000
#: of the longer words of a feed's entry, the share that its article must hold, and how few say nothing
SHARED, FEW_WORDS = 0.25, 3
#: an article in a page's data is preferred where it is this many times as long as what the page shows
LONGER = 1.5
#: characters of a page's data that are read
MAX_DATA = 1_000_000

_CLUTTER_TAGS = ("script", "style", "noscript", "template", "button", "iframe", "svg", "dialog")
#: what usually stands around an article, and on some sites is the article
_AROUND_TAGS = ("nav", "aside", "footer", "form", "header")
#: words of class and id by which sites name what is not the article
_CLUTTER_WORDS = re.compile(
    r"(^|\s|(?<!has)(?<!with)(?<!no)[_-])(related|recommend(ed|ations?)?|read-?(more|also|next)|see-?also|more-(news|stories|articles)|newsletter"
    r"|subscri(be|ption)|cookies?|consent|gdpr|ads?|advert(s|isement|ising)?|banner|promo|sponsor(ed)?|share|sharing"
    r"|social|comments?|breadcrumbs?|sidebar|trending|popular|most-(read|viewed)|tags|taboola|outbrain|skip-link)($|[\s_-])",
    re.IGNORECASE,
)
_PHRASES = phrases("page_phrases.txt")
_LONG_WORD = re.compile(r"\w{4,}")
_CLOSED = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """What was read from a page."""

    title: str
    #: paragraphs parted by blank lines
    text: str
    #: the address that the page calls its own, else the one it came from
    url: str


@dataclass(frozen=True, slots=True)
class NoArticle:
    """Why there is nothing to read, in plain words for the operator."""

    reason: str


def extract(body: bytes, content_type: str, url: str, about: str = "") -> Article | NoArticle:
    """The article of a page of at most 2 MB.

    `content_type`: the header, may be empty; `url`: where it came from; `about`: the words of the feed's entry that led
    there, where one did. NoArticle: not a web page, too large, no text, a challenge, consent, paywall or error page.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"):
        return NoArticle(f"not a web page but {kind}")
    if len(body) > MAX_PAGE:
        return NoArticle(f"a page of more than {MAX_PAGE:,} bytes")
    root = page.tree(body, content_type)
    if root is None:
        return NoArticle("no markup in it")
    title, own_url = _title(root), _canonical(root, url)
    scripts = [script.text or "" for script in root.iter("script")]
    closed = any(_CLOSED.search(script) for script in scripts)
    declared = _declared_text(root)
    shown = " ".join(" ".join(root.itertext()).split())[:20_000]
    _prune(root)
    text = _text(root, url).removeprefix(f"{title}\n\n")
    if len(declared) > LONGER * len(text):
        text = declared
    reason = _unfit(text, f"{title} {shown}", about, closed=closed)
    return NoArticle(reason) if reason else Article(title, text, own_url)


def _unfit(text: str, shown: str, about: str, *, closed: bool) -> str | None:
    """Why a page is no article: it speaks of something else than the entry, or has little text."""
    if not _speaks_of(about, text):
        return _stranger(shown)
    letters = sum(c.isalnum() for c in text)
    if len(text) >= FULL_TEXT and letters >= MIN_TEXT:
        return None
    if closed or _PHRASES["paywall"].search(shown):
        return "behind a paywall"
    if len(text) >= MIN_TEXT and letters >= MIN_TEXT / 2:
        return None
    for kind in ("challenge", "consent"):
        if _PHRASES[kind].search(shown):
            return f"a {kind} page stands before it"
    return f"less than {MIN_TEXT} characters of text"


def _speaks_of(about: str, text: str) -> bool:
    """Whether a page's text is that of the entry: it holds some of the entry's longer words, in whatever language.

    A page that stands before the article (a challenge, a consent, an error) has none of them, however long it is.
    """
    words = set(_LONG_WORD.findall(about.casefold()))
    if len(words) < FEW_WORDS:
        return True
    found = set(_LONG_WORD.findall(text.casefold()))
    return len(words & found) >= SHARED * min(len(words), 40)


def _stranger(shown: str) -> str:
    """What a page is that has nothing of the entry in it."""
    for kind, name in (("error", "an error"), ("consent", "a consent"), ("paywall", "a paywall")):
        if _PHRASES[kind].search(shown[:300] if kind == "error" else shown):
            return f"{name} page stands before it: it has nothing of what the feed says"
    return "a challenge page or another one stands before it: it has nothing of what the feed says"


def _declared_text(root: HtmlElement) -> str:
    """The longest `articleBody` of the page's JSON-LD (https://schema.org/articleBody), as plain text."""
    found: list[str] = []
    for script in root.iter("script"):
        if "ld+json" in str(script.get("type") or "").lower():
            with contextlib.suppress(ValueError, RecursionError):
                found.extend(_bodies(json.loads((script.text or "")[:MAX_DATA], strict=False)))
    return to_text(max(found, key=len, default=""))


def _bodies(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        body = value.get("articleBody")
        if isinstance(body, str):
            yield body
        for inner in value.values():
            yield from _bodies(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _bodies(inner)


def _title(root: HtmlElement) -> str:
    """og:title, the only h1, or the title."""
    for meta in root.iter("meta"):
        if meta.get("property") == "og:title" and meta.get("content"):
            return _line(str(meta.get("content")))
    headings = [text for h in root.iter("h1") if (text := _line(h.text_content()))]
    if len(headings) == 1:
        return headings[0]
    return next((_line(t.text_content()) for t in root.iter("title")), "")


def _canonical(root: HtmlElement, url: str) -> str:
    for link in root.iter("link"):
        if "canonical" in str(link.get("rel") or "").lower().split():
            return page.absolute(page.base_url(root, url), str(link.get("href") or "")) or url
    return url


def _line(text: str) -> str:
    return " ".join(text.split())


# --- before: cut what is not the article -------------------------------------------------------------------


def _prune(root: HtmlElement) -> None:
    """Remove clutter in place. What calls itself clutter but holds the headline or much of the text is believed less."""
    for element in list(root.iter(*_CLUTTER_TAGS)):
        _drop(element)
    most = _unlinked(root) / 3
    for element in list(root.iter(*_AROUND_TAGS)):
        _unwrap(element) if _holds_article(element, most) else _drop(element)
    for element in list(root.iter("div", "section", "ul", "ol", "p", "span", "table", "figure", "header")):
        named = _CLUTTER_WORDS.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        if named and not _holds_article(element, most):
            _drop(element)
    for element in list(root.iter("p", "div", "li", "h2", "h3", "h4", "h5", "blockquote")):
        if _points_elsewhere(element):
            _drop(element)


def _holds_article(element: HtmlElement, most: float) -> bool:
    """Whether the headline, a main part or much of the text (`most` characters) stands in it."""
    return next(element.iter("h1", "article", "main"), None) is not None or _unlinked(element) >= most


def _unwrap(element: HtmlElement) -> None:
    """Make it a plain part of the page, so that nobody drops it for its name."""
    element.tag = "div"
    for name in ("class", "id", "role"):
        element.attrib.pop(name, None)


def _unlinked(element: HtmlElement) -> int:
    """Characters of text outside of links."""
    return len(_line(element.text_content())) - sum(len(_line(a.text_content())) for a in element.iter("a"))


def _points_elsewhere(element: HtmlElement) -> bool:
    """A line that is nothing but a link to another story, with or without "read also" before it."""
    links = "".join(link.text_content() for link in element.iter("a"))
    if not links.strip():
        return False
    whole = _line(element.text_content())
    rest = whole.replace(_line(links), "", 1).strip(" :：|–—-•»>…、。.") if len(whole) < 300 else whole
    return rest == "" or (bool(_PHRASES["pointer"].fullmatch(rest)) and len(rest) < len(whole))


def _drop(element: HtmlElement) -> None:
    """Remove an element, keeping the text after it."""
    if element.getparent() is not None:
        element.drop_tree()


# --- after: nothing lost -----------------------------------------------------------------------------------


def _text(root: HtmlElement, url: str) -> str:
    """Paragraphs as trafilatura sees them, with what it lost among their neighbours."""
    before = copy.deepcopy(root)
    found = trafilatura.extract(root, url=url, include_comments=False, include_tables=True, favor_recall=True)
    paragraphs = [line for part in (found or "").split("\n") if (line := _plain(part))]
    for after, lost in _lost(before, "".join(paragraphs)):
        place = next((n + 1 for n, p in enumerate(paragraphs) if after in p), len(paragraphs))
        paragraphs.insert(place, lost)
    return "\n\n".join(paragraphs)


def _plain(line: str) -> str:
    """A line without the marks that trafilatura sets for list items and table cells."""
    line = _line(line)
    if line.startswith("|"):
        line = _line(line.replace("|", " "))
    return "" if set(line) <= set("- ") else line.removeprefix("- ")


def _lost(root: HtmlElement, found: str) -> Iterator[tuple[str, str]]:
    """Paragraphs that are not in `found` though one before them under the same parent is: (that one, the lost one)."""
    before: dict[HtmlElement, str] = {}
    for element in root.iter("p"):
        text, parent = _line(element.text_content()), element.getparent()
        if not text or parent is None:
            continue
        if text not in found:
            if parent not in before or len(text) < 20:
                continue
            yield before[parent], text
        before[parent] = text

"""Pure. The article of a web page: its paragraphs to the very last, without what stands around them.

`trafilatura` finds the text; before it we cut what names itself clutter, and after it we put back paragraphs
that it lost among their neighbours, for the sentence that matters often stands near the end. Hostile pages
can cost it minutes: run `extract` in a limited worker (`monitor.feeds.worker`).
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from monitor.feeds import discover
from monitor.feeds.clean import to_text
from monitor.feeds.relevance import Page, speaks_of
from monitor.feeds.wordlists import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

#: a page with less text is no article
MIN_TEXT = 200
#: a page with more text is an article even where it calls itself closed
FULL_TEXT = 1_500
MAX_PAGE = 2_000_000
#: an article in a page's data is preferred where it is this many times as long as what the page shows
LONGER = 1.5
#: characters of a page's data that are read
MAX_DATA = 1_000_000
#: characters of what a page calls itself
MAX_NAMED = 5_000

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
#: what some sites write around a page's data, and behind its last member
_WRAPPED = re.compile(r"\A\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*\Z")
_LAST_COMMA = re.compile(r",(?=\s*[}\]]\s*\Z)")
_STOPPING = ("challenge", "consent", "error", "paywall")
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

    `content_type`: the header, may be empty; `url`: where it came from; `about`: the words of the feed's
    entry that led there, where one did. NoArticle: not a web page, too large, no text, a challenge, consent,
    paywall or error page.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"):
        return NoArticle(f"not a web page but {kind}")
    if len(body) > MAX_PAGE:
        return NoArticle(f"a page of more than {MAX_PAGE:,} bytes")
    root = discover.tree(body, content_type)
    if root is None:
        return NoArticle("no markup in it")
    title, own_url = _title(root), _canonical(root, url)
    scripts = [script.text or "" for script in root.iter("script")]
    closed = any(_CLOSED.search(script) for script in scripts)
    declared, itself = _itself(root, title)
    shown = " ".join(f"{title} {' '.join(root.itertext())}".split())[:20_000]
    _prune(root)
    text = _text(root, url).removeprefix(f"{title}\n\n")
    if len(declared) > LONGER * len(text):
        text = declared
    stops = any(_PHRASES[kind].search(f"{title} {text}") for kind in _STOPPING)
    fits = speaks_of(about, replace(itself, text=text, stops=stops))
    reason = _unfit(text, shown, closed=closed) if fits or len(text) < MIN_TEXT else _stranger(shown)
    return NoArticle(reason) if reason else Article(title, text, own_url)


def _unfit(text: str, shown: str, *, closed: bool) -> str | None:
    """Why a page is no article: it has little text."""
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


def _stranger(shown: str) -> str:
    """What a page is that has nothing of the entry in it."""
    for kind, name in (("error", "an error"), ("consent", "a consent"), ("paywall", "a paywall")):
        if _PHRASES[kind].search(shown[:300] if kind == "error" else shown):
            return f"{name} page stands before it: it has nothing of what the feed says"
    return "a challenge page or another one stands before it: it has nothing of what the feed says"


def _itself(root: HtmlElement, title: str) -> tuple[str, Page]:
    """The article in the page's data (https://schema.org/articleBody;
    of a live blog all its posts), and what the page shows of itself.
    """
    data = _data(root)
    heading = _line(" ".join(h.text_content() for h in root.iter("h1")))
    named = f"{_named(root, title, data)} {heading}"
    bodies = [to_text("<p>".join(said)) for one in data if (said := _strings(one.get("articleBody")))]
    is_live = any("LiveBlogPosting" in str(one.get("@type")) for one in data)
    body = "\n\n".join(dict.fromkeys(bodies)) if is_live else max(bodies, key=len, default="")
    return body, Page(named=named, heading=heading, declared=_is_article(root, data))


def _strings(value: object) -> list[str]:
    """A text of the page's data, which may come in parts."""
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]


def _data(root: HtmlElement) -> list[dict[str, Any]]:
    """Every object of the page's JSON-LD (https://schema.org), those inside others too."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in str(script.get("type") or "").lower():
            text = _LAST_COMMA.sub("", _WRAPPED.sub("", (script.text or "")[:MAX_DATA]))
            with contextlib.suppress(ValueError, RecursionError):
                found.extend(_objects(json.loads(text, strict=False)))
    return found


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _objects(one)


def _named(root: HtmlElement, title: str, data: list[dict[str, Any]]) -> str:
    """What the page calls itself: titles, headings, descriptions."""
    metas = (str(m.get("content") or "") for m in root.iter("meta") if _about_itself(m))
    headings = (h.text_content() for h in root.iter("title"))
    headlines = (str(one[key]) for one in data for key in ("headline", "description") if key in one)
    return _line(" ".join((title, *metas, *headings, *headlines))[:MAX_NAMED])


def _about_itself(meta: HtmlElement) -> bool:
    name = str(meta.get("property") or meta.get("name") or "").lower()
    return name.removeprefix("og:").removeprefix("twitter:") in ("title", "description")


def _is_article(root: HtmlElement, data: list[dict[str, Any]]) -> bool:
    """Whether the page declares itself one, as publishers do for search engines and social networks."""
    kinds = " ".join(str(one.get("@type")) for one in data)
    marked = any(
        m.get("content") and (m.get("property") == "article:published_time" or _is_of_articles(m))
        for m in root.iter("meta")
    )
    return marked or "Article" in kinds or "LiveBlogPosting" in kinds


def _is_of_articles(meta: HtmlElement) -> bool:
    return meta.get("property") == "og:type" and str(meta.get("content")).lower() == "article"


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
            return discover.absolute(discover.base_of(root, url), str(link.get("href") or "")) or url
    return url


def _line(text: str) -> str:
    return " ".join(text.split())


# --- before: cut what is not the article -------------------------------------------------------------------


def _prune(root: HtmlElement) -> None:
    """Remove clutter in place.

    What calls itself clutter but holds the headline or much of the text is believed less.
    """
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
    # 25 MB, and only the child that reads articles needs it
    import trafilatura

    before = copy.deepcopy(root)
    found = trafilatura.extract(root, url=url, include_comments=False, include_tables=True, favor_recall=True)
    paragraphs = [line for part in (found or "").split("\n") if (line := _plain(part))]
    if sum(map(len, paragraphs)) < MIN_TEXT:  # it leaves out what a text says twice
        own = [line for p in before.iter("p") if (line := _line(p.text_content()))]
        paragraphs = max(paragraphs, own, key=lambda lines: sum(map(len, lines)))
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
    """Paragraphs that are not in `found` though one before them under the same parent is:
    (that one, the lost one).
    """
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

"""Pure. HTML to plain text with paragraphs. Nothing here raises on any string.

The tokenizer is our own because every library tried is quadratic on some hostile page (100,000 attributes,
100,000 nested elements, unclosed comments); this one looks at each character a bounded number of times. It
follows the HTML standard's idea of a tag (https://html.spec.whatwg.org/#parsing) except where that would lose
words: what is not the name of an element stays text.
"""

from __future__ import annotations

import functools
import html
import re

from monitor.feeds.decode import is_plain, mended_references, scrub
from monitor.feeds.wordlists import sections

#: passes over doubly and triply escaped markup
_PASSES = 3


_NAMES = sections("elements.txt")
_PARAGRAPHS, _LINES, _CELLS = _NAMES["paragraph"], _NAMES["line"], _NAMES["cell"]
_SKIPPED = _NAMES["skipped"]
_ELEMENTS = frozenset().union(*_NAMES.values())

_NAME = r"<(/?)([a-zA-Z][a-zA-Z0-9]*+(?:[:-][\w:.-]*+)?)(?=[\s/>])"
#: a tag as the HTML standard reads it: a quote opens a value only after `=`, and is part of a name elsewhere;
#: bounded, so that a page of tags that never end is not read to its end from each of them
_TAG = re.compile(
    _NAME
    + r"(?:[\s/]++|[^\s/>=<][^\s/>=<]*+|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>][^\s<>]*+)|=(?=\s*+>)){0,600}>"
)
#: what nearly all tags are like
_SIMPLE_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,15}+)(?:\s++[a-zA-Z][\w-]*+=\"[^\"<>]*+\"){0,20}\s*+/?>")
_ROUGH_TAG = re.compile(_NAME + r"[^<>]*+>")
#: a tag that the end cuts off; behind one letter only with attributes: "Index A<B falls" is no tag
_CUT_TAG = re.compile(
    r"</?(a|[a-zA-Z](?=\s*\Z|[^<>]*=)|[a-zA-Z][a-zA-Z0-9]++)(?:[\s/][^<>]*+)?\Z", re.IGNORECASE
)
_OTHER = re.compile(r"<[!?][^<>]*+>")
_MARKUP_LEFT = re.compile(r"&[a-zA-Z#][a-zA-Z0-9]{1,31};|</?[a-zA-Z][^<>]{0,1000}>|<!--")
_LONG_REFERENCE = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")

#: marks that a pass leaves where an element breaks the text; `scrub` has removed any that came from outside
_LINE, _PARAGRAPH = "\x0b", "\x0c"
#: soft hyphen, zero-width space, word joiner, byte order mark, and the controls that only steer direction
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ELEMENT = re.compile(r"</[a-z]{1,12}[0-9]?>|<(?:br|hr|img|p)\b[^<>]*>", re.IGNORECASE)
#: behind a `<` it is in nobody's name, and it is invisible
_NO_TAG = "\u2060"
_MANY_BREAKS = re.compile(r"\n{3,}")

#: a last line, the break before it included
_BOILERPLATE = re.compile(
    r"\n?[^\S\n]*(?:"
    r"The post .{1,300}? (?:appeared first on|first appeared on) .{1,150}"
    r"|L[’']article .{1,300}? est apparu en premier sur .{1,150}"
    r"|L[’']articolo .{1,300}? (?:proviene da|sembra essere il primo su) .{1,150}"
    r"|Сообщение .{1,300}? появил[аио]сь? сначала на .{1,150}|Запись .{1,300}? впервые появилась .{1,150}"
    r"|(?:ظهرت المقالة|ظهر المقال|التدوينة|المقالة) .{1,300}? (?:أولاً على|أولا على|ظهرت أولاً على) .{1,150}"
    r"|.{1,300}? yazısı ilk önce .{1,150}? üzerinde ortaya çıktı"
    r"|Der Beitrag .{1,300}? erschien zuerst auf .{1,150}"
    r")[^\S\n]*\.?\s*\Z"
)


def to_text(markup: str) -> str:
    """Plain text of an HTML fragment: paragraphs parted by an empty line, no markup, no references, no
    boilerplate.

    Text that holds no markup keeps its own empty lines. Doubly escaped markup is read too.
    """
    if not markup:
        return ""
    text = scrub(markup)
    if "<![CDATA[" in text:
        text = text.replace("]]>", "")
    for _ in range(_PASSES):
        if "<" not in text and "&" not in text:
            break
        text = _once(text)
        if ("<" not in text and "&" not in text) or not _MARKUP_LEFT.search(text):
            break
    text = text.replace(_LINE, "\n").replace(_PARAGRAPH, "\n\n")
    return _without_boilerplate(_normalised(text))


def to_line(markup: str) -> str:
    """Like `to_text`, on one line: for titles and names."""
    return " ".join(to_text(markup).split())


def from_plain(text: str) -> str:
    """What a format calls plain text, as markup: no `<` in it begins a tag, however often it is read.

    What is plain text by name only, as whole elements in it show, is markup.
    """
    if _ELEMENT.search(text):
        return text
    return html.escape(text, quote=False).replace("&lt;", f"<{_NO_TAG}")


def _once(text: str) -> str:
    """One pass: elements to break marks, references to characters."""
    pieces, flowing = _pieces(text)
    joined = "".join(pieces)
    if flowing:  # in HTML a line end is a space; only elements break
        joined = joined.replace("\n", " ").replace("\r", " ")
    if "&" not in joined:
        return joined
    if "&#" in joined:
        joined = mended_references(_LONG_REFERENCE.sub("", joined))
    return html.unescape(joined)


def _pieces(text: str) -> tuple[list[str], bool]:
    """The text between tags, with break marks; and whether there was any tag at all."""
    pieces: list[str] = []
    position, found, end = 0, False, len(text)
    absent: set[str] = set()  # closing strings that do not occur any more: never searched twice
    while (start := text.find("<", position)) != -1:
        pieces.append(text[position:start])
        position, mark = _step(text, start, absent)
        found = found or mark != "<"
        pieces.append(mark)
    pieces.append(text[position:end])
    return pieces, found


def _step(text: str, start: int, absent: set[str]) -> tuple[int, str]:
    """What stands at the `<` at `start`: where to go on, and what it becomes;
    a literal `<` becomes itself.
    """
    if (simple := _SIMPLE_TAG.match(text, start)) and (mark := _simple_mark(simple[1])) is not None:
        return simple.end(), mark
    if text.startswith("<!--", start):
        after = _after("-->", text, start + 2, absent)
        return (after, "") if after else (start + 4, "")
    if text.startswith("<![CDATA[", start):
        return start + 9, ""
    match = _TAG.match(text, start) or _ROUGH_TAG.match(text, start)
    if match is None:
        return _odd(text, start)
    closing, name = match.group(1), match.group(2).lower()
    name = name.removeprefix("xhtml:").removeprefix("html:").removeprefix("h:")
    if name not in _ELEMENTS and ":" not in name and "-" not in name:
        return start + 1, "<"
    if name in _SKIPPED and not closing and text[match.end() - 2] != "/":
        after = _after(f"</{name}", text, match.end(), absent)
        return (text.find(">", after) + 1 or len(text), _PARAGRAPH) if after else (match.end(), _PARAGRAPH)
    return match.end(), _mark(name)


@functools.lru_cache(maxsize=512)
def _simple_mark(name: str) -> str | None:
    """What a plain tag of this name (with the slash of an end tag) becomes; None where more must be looked
    at.
    """
    plain = name.lstrip("/").lower()
    return _mark(plain) if plain in _ELEMENTS and plain not in _SKIPPED else None


def _odd(text: str, start: int) -> tuple[int, str]:
    if other := _OTHER.match(text, start):
        return other.end(), ""
    cut = _CUT_TAG.match(text, start)
    if cut and cut.group(1).lower() in _ELEMENTS:
        return len(text), ""
    return start + 1, "<"


def _after(closing: str, text: str, start: int, absent: set[str]) -> int:
    """The position after the next `closing` (any case), or 0."""
    if closing in absent:
        return 0
    found = _finder(closing).search(text, start)
    if found is None:
        absent.add(closing)
        return 0
    return found.end()


@functools.lru_cache(maxsize=32)
def _finder(closing: str) -> re.Pattern[str]:
    return re.compile(re.escape(closing), re.IGNORECASE)


def _mark(name: str) -> str:
    if name in _PARAGRAPHS:
        return _PARAGRAPH
    if name in _LINES:
        return _LINE
    return " " if name in _CELLS else ""


def _normalised(text: str) -> str:
    """Single spaces, at most one empty line, no space beside a break, nothing invisible."""
    plain = is_plain(text)  # then it has no other line ends, and no other space that is one
    if not plain:
        for other in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
            text = text.replace(other, "\n")
        text = scrub(_INVISIBLE.sub("", text))
    if not plain or any(spaces in text for spaces in ("  ", "\t", " \n", "\n ")):
        text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return (_MANY_BREAKS.sub("\n\n", text) if "\n\n\n" in text else text).strip()


def _without_boilerplate(text: str) -> str:
    """Without a last line that says nothing but where the text appeared first."""
    start = max(text.rfind("\n"), 0)
    return text[:start].rstrip() if _BOILERPLATE.match(text, start) else text

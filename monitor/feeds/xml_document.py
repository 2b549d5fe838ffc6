"""Pure. Entities that a document declares for itself, resolved before the parser sees it where they are
harmless.

Some publishers declare `nbsp` or their own name. A short text without references of its own is put in place;
anything else (a file, an entity made of entities, a long text) is refused: no feed needs it, and small ones
expand to megabytes.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import TYPE_CHECKING, Any
from xml.sax import SAXException
from xml.sax.expatreader import ExpatParser
from xml.sax.saxutils import escape

from monitor.model import FetchFailed, FetchFault

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what feedparser is known to raise on documents it half understands
STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, OverflowError)

#: of a declared text, and of declarations in one document
MAX_VALUE = 200
MAX_ENTITIES = 300
#: characters before the root element
MAX_PROLOG = 65_536

# Only single characters are taken possessively: Python before 3.11.5 loses its place in a group that is
# (github.com/python/cpython, issue 106052). No text can be read in two ways, so that nothing is tried twice.
_COMMENTED = r"<!--(?:[^-]++|-(?!->))*-->"
_COMMENT = re.compile(_COMMENTED)
_LEAD = re.compile(rf"(?:\s++|{_COMMENTED}|<\?(?:[^?]++|\?(?!>))*\?>)*")
_DOCTYPE = re.compile(
    r"<!DOCTYPE\b(?:[^\[<>\"']++|\"[^\"]*+\"|'[^']*+')*"
    rf"\[(?P<subset>(?:[^\]\"'<]++|\"[^\"]*+\"|'[^']*+'|{_COMMENTED}|<(?!!--))*)\]\s*+>",
    re.IGNORECASE,
)
_DECLARED = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]*+)\s+(?:\"([^\"]*+)\"|'([^']*+)')\s*+>")
#: what a parser that checks nothing has no use for, and the sets of characters that every version of HTML
#: refers to
_IDLE = re.compile(
    r"<!(?:ELEMENT|ATTLIST|NOTATION)\b(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*>"
    r"|<!ENTITY\s+%\s+[\w.-]++\s+PUBLIC\s+\"-//W3C//ENTITIES[^\"]*+\"\s*+(?:\"[^\"]*+\")?\s*+>\s*+(?:%[\w.-]++;)?"
)
_REFERENCE = re.compile(r"&([A-Za-z_][\w.-]*+);")
#: a character by its number, and the names that XML itself has
_CHARACTER = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6})|amp|lt|gt|quot|apos);")


def resolved(text: str) -> str | None:
    """The document without its declarations, each reference to one replaced; None where one is not harmless.

    A document that declares nothing is itself.
    """
    if "<!ENTITY" not in text[:MAX_PROLOG].upper():
        return text
    lead = _LEAD.match(text, 0, MAX_PROLOG)
    found = _DOCTYPE.match(text, lead.end() if lead else 0, MAX_PROLOG)
    if found is None:  # quoted in a text, or in a form that the parser refuses
        return text
    values = _values(_IDLE.sub("", _COMMENT.sub("", found.group("subset"))))
    if values is None:
        return None
    body = text[found.end() :]
    return _REFERENCE.sub(lambda one: values.get(one.group(1), one.group()), body)


def _values(subset: str) -> dict[str, str] | None:
    """Each declared name with its text, ready to stand in XML; names that HTML knows keep HTML's meaning."""
    declared = _DECLARED.findall(subset)
    if len(declared) > MAX_ENTITIES or _DECLARED.sub("", subset).strip():
        return None
    texts = {name: double or single for name, double, single in declared}
    if not all(_is_harmless(text) for text in texts.values()):
        return None
    return {name: escape(html.unescape(text)) for name, text in texts.items() if f"{name};" not in html5}


def _is_harmless(text: str) -> bool:
    return len(text) <= MAX_VALUE and not re.search(r"[&%<]", _CHARACTER.sub("", text))


# References in a document that XML does not know, repaired: bare ampersands, and the names that only
# HTML has.
#
# Where one stands, the strict parser gives up and the loose one takes every `&` for the beginning of a name.

#: what is no markup and no text: stepped over, to its end
_VERBATIM = re.compile(r"<!(?:(--)|\[CDATA\[)")
_AMPERSAND = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_KNOWN = frozenset(("amp", "lt", "gt", "quot", "apos"))


def repaired(text: str) -> str:
    """The document with every ampersand a reference that XML reads;
    comments and CDATA sections as they are.
    """
    return "".join(part if verbatim else _AMPERSAND.sub(_reference, part) for part, verbatim in _parts(text))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The document in pieces, and which of them are verbatim; one that is never closed is none."""
    at = 0
    while opened := _VERBATIM.search(text, at):
        closed = text.find("-->" if opened.group(1) else "]]>", opened.end())
        if closed < 0:
            break
        yield text[at : opened.start()], False
        at = closed + 3
        yield text[opened.start() : at], True
    yield text[at:], False


def _reference(found: re.Match[str]) -> str:
    name = found.group(1)
    if name is None:
        return "&amp;" if found.group() == "&" else found.group()
    if name in _KNOWN:
        return found.group()
    meant = html5.get(f"{name};")
    return f"&amp;{name};" if meant is None else "".join(f"&#{ord(c)};" for c in meant)


# The XML reader that feedparser drives, found by it through its list of preferred SAX parsers.
#
# Two differences from Python's own: text arrives in whole pieces (feedparser spends half its time on split
# ones), and a document that declares an entity is refused: expansions of up to 8 MB pass libexpat's own
# guard.


class EntityRefusedError(SAXException):  # type: ignore[misc,unused-ignore]
    """The document declares an entity."""


class _Reader(ExpatParser):
    def reset(self) -> None:
        super().reset()
        parser: Any = getattr(self, "_parser")  # noqa: B009  typeshed does not know it
        parser.buffer_text = True
        parser.EntityDeclHandler = _refuse


def create_parser() -> ExpatParser:
    """A SAX driver's one function, as xml.sax.make_parser expects it."""
    return _Reader()


def _refuse(*_: object) -> None:
    raise EntityRefusedError("the document declares an entity")


def refused() -> FetchFailed:
    """What is said of a document that declares entities."""
    return FetchFailed(
        fault=FetchFault.UNREADABLE,
        detail="the document declares XML entities, which are refused (no feed needs them)",
    )

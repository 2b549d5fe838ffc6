"""Pure. References in a document that XML does not know, mended: bare ampersands, and the names that only
HTML has.

Where one stands, the strict parser gives up and the loose one takes every `&` for the beginning of a name.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what is no markup and no text: stepped over, to its end
_VERBATIM = re.compile(r"<!(?:(--)|\[CDATA\[)")
_AMPERSAND = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_KNOWN = frozenset(("amp", "lt", "gt", "quot", "apos"))


def mended(text: str) -> str:
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

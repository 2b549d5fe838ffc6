"""Pure. The entries of an XML feed as they stand in the document, for the evidence record, and to know them
again.

One pass, linear on any input: comments and CDATA sections are stepped over, of elements only entries are
looked at. It never decides what is read: `matched` gives an entry its words only where count, order and the
entry's own id, address or title agree with what the parser found.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import xxhash

from monitor.feeds import decode
from monitor.feeds.xml_document import MAX_PROLOG

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from monitor.feeds.entry import RawEntry

#: characters of one entry that are kept as evidence
MAX_RAW = 2_000_000
#: entries of a document that are told apart by their bytes
MAX_ENTRIES = 6_000
#: of what is made of an entry: another number, and every entry is read anew
_FORMAT = "1"
#: when and by what a document was made, which changes with every entry and means nothing to any
_OWN_DATE = re.compile(
    r"(?<=<lastBuildDate>)[^<>]{0,60}(?=<)|(?<=<pubDate>)[^<>]{0,60}(?=<)|(?<=<updated>)[^<>]{0,60}(?=<)"
    r"|(?<=<dc:date>)[^<>]{0,60}(?=<)|<!--(?:[^-]++|-(?!->))*-->"
)

_MARK = re.compile(r"<(?:(!--)|(!\[CDATA\[)|(/?)((?:[\w.-]{1,64}:)?(?:item|entry))(?=[\s/>]))", re.IGNORECASE)


def slices(text: str) -> list[str]:
    """The outermost `item` and `entry` elements of a decoded document, in its order;
    one that never ends is left out.
    """
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where those elements begin and end."""
    found: list[tuple[int, int]] = []
    start, name, depth = 0, "", 0
    for begin, end, opens, element in _marks(text, _MARK):
        if depth and element != name:
            continue
        if opens:
            start, name, depth = (start if depth else begin), element, depth + 1
        elif depth:
            depth -= 1
            if depth == 0:
                found.append((start, end))
    return found


@dataclass(frozen=True, slots=True)
class Parted:
    """A document in parts: its entries, and all that stands around them."""

    before: str
    entries: tuple[str, ...]
    behind: str
    #: xxh3 of each entry in UTF-8
    digests: tuple[int, ...]

    def around(self, url: str) -> int:
        """xxh3 of what may change what any entry means: all that stands around them but for its own dates,
        and where the document came from.
        """
        said = (_FORMAT, url, _OWN_DATE.sub("", self.before), _OWN_DATE.sub("", self.behind).strip())
        return xxhash.xxh3_64_intdigest("\0".join(said).encode())

    def without(self, digests: Collection[int]) -> str:
        """The document without the entries with these digests."""
        rest = (
            words for words, digest in zip(self.entries, self.digests, strict=True) if digest not in digests
        )
        return "".join((self.before, *rest, self.behind))


def parted(body: bytes) -> Parted | None:
    """An XML document in parts; None where that is uncertain: it is not UTF-8 without a flaw, declares
    anything, has none or too many entries, or words between them.
    """
    text = decode.flawless(body)
    if text is None:
        return None
    found = spans(text) if text.startswith("<") and "<!DOCTYPE" not in text[:MAX_PROLOG].upper() else []
    gaps = (text[end:start] for (_, end), (start, _) in pairwise(found))
    if not found or len(found) > MAX_ENTRIES or any(gap.strip() for gap in gaps):
        return None
    words = tuple(text[start:end] for start, end in found)
    digests = tuple(xxhash.xxh3_64_intdigest(one.encode()) for one in words)
    return Parted(text[: found[0][0]], words, text[found[-1][1] :], digests)


def matched(raw: Sequence[RawEntry], found: Sequence[str]) -> tuple[list[bytes], str]:
    """For each entry its words as UTF-8, empty where it cannot be told which they are;
    and a remark in that case.
    """
    if len(raw) != len(found):
        remark = f"{len(raw)} entries read, {len(found)} found in the document: none is kept as evidence"
        return [b""] * len(raw), remark if raw else ""
    kept = [
        words.encode() if len(words) <= MAX_RAW and _agrees(entry, words) else b""
        for entry, words in zip(raw, found, strict=True)
    ]
    return kept, unkept(kept)


def unkept(kept: Sequence[bytes]) -> str:
    """A remark on entries without words; empty where all have them."""
    lost = sum(not words for words in kept)
    return f"{lost} entries could not be kept as evidence" if lost else ""


def ends(text: str, element: str) -> bool:
    """Whether the end tag of `element` (as written, with its prefix) stands in a document;
    what is quoted is no tag.
    """
    mark = re.compile(rf"<(?:(!--)|(!\[CDATA\[)|(/)({re.escape(element)})(?=[\s>]))", re.IGNORECASE)
    return any(True for _ in _marks(text, mark))


def _marks(text: str, tags: re.Pattern[str]) -> Iterator[tuple[int, int, bool, str]]:
    """The tags that begin (True) and end an entry: where from, where to, and the element; `<item/>` does
    both.

    `tags` has a group each for the start of a comment, that of a CDATA section, the slash of an end tag and
    the name.
    """
    at = 0
    while mark := tags.search(text, at):
        comment, cdata, closing, element = mark.groups()
        at = mark.end()
        if comment or cdata:
            closed = text.find("-->" if comment else "]]>", at)
            if closed < 0:
                return
            at = closed
            continue
        at = text.find(">", at) + 1
        if not at:
            return
        yield mark.start(), at, not closing, element.lower()
        if not closing and text[at - 2] == "/":
            yield mark.start(), at, False, element.lower()


def _agrees(entry: RawEntry, words: str) -> bool:
    """Whether these can be the entry's words: its id stands in them; without one, its address or title."""
    names = [entry.guid] if entry.guid else [entry.url, _path(entry.url), entry.title]
    names = [" ".join(name.split()) for name in names if name.strip()]
    if not names or any(name in words for name in names):
        return True
    plain = " ".join(html.unescape(words).split())
    return any(name in plain for name in names)


def _path(url: str) -> str:
    """What of an address stands in a relative link too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path if len(parts.path) > 1 else ""

"""Pure. Well-formed RSS 2.0, RSS 1.0 and Atom 1.0 in the shapes that nearly all feeds have, read at a tenth
of feedparser's cost, and exactly as feedparser reads them.

`read` says None wherever anything is uncertain: not well-formed, a DOCTYPE, an element inside of a text,
markup as XHTML, a rare element, an odd name space. Then feedparser reads the document (`feeds.tolerant`). The
oddities below are feedparser's own, taken over one by one; a property test and `make outside` hold the two
together. Safe outside of the worker: expat, no entities, bounded depth, each character looked at once.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from monitor.feeds.elements import (
    Uncertain,
    cleaned,
    joined_base,
    kind_of,
    lang_of,
    prefixes,
    refuse,
    safe_base,
    said_of,
    spaces,
    standard,
)
from monitor.feeds.properties import ENDS, MAX_DEPTH, Document, Properties

#: attributes of one element; name spaces of a document
MAX_ATTRIBUTES, MAX_SPACES = 40, 60
#: what expat gathers before it hands a text over, in bytes
_BUFFER = 65_536

_ATOM, _RSS_1 = "http://www.w3.org/2005/atom", "http://purl.org/rss/1.0/"
#: parts of a person's name, which mean nothing outside of an author
_PERSONAL = frozenset(("name", "email", "href"))
#: kinds that mean nothing to us in an entry
_IDLE = _PERSONAL | {"", "ttl", "sy_updateperiod", "sy_updatefrequency"}
#: kinds that mean the same however deep they stand in an entry
_DEEP = frozenset(("media-title", "media-description"))
#: kinds that may stand in a source, and in the image of a channel; that mean nothing to us in a channel
_IN_SOURCE = _PERSONAL | {"", "title", "guid", "link", "author", "published", "updated", "created"}
_IN_IMAGE = frozenset(("", "title", "link", "description", "href"))
_IN_CHANNEL = _PERSONAL | {"", "guid", "link", "published", "updated", "created", "author"}
#: of a channel's own elements: those whose words we keep
_KEPT = frozenset(("title", "language", "ttl", "sy_updateperiod", "sy_updatefrequency"))


def read(body: bytes, url: str) -> Document | None:
    """A document in clean UTF-8 without XML declaration; None where it is not surely read as feedparser
    would.

    `url`: where it came from. Takes time in proportion to its length, whatever it holds.
    """
    try:
        reader = _Reader(body, safe_base(url))
        reader.parser.Parse(body, True)
    except (Uncertain, expat.ExpatError):
        return None
    return reader.document if reader.document.version else None


class _Reader(Properties):
    """One pass over a document: expat calls, and what is not understood raises `Uncertain`."""

    def __init__(self, body: bytes, base: str) -> None:
        super().__init__(base)
        self.body = body
        self.base = base
        self.lang: str | None = None
        self.root = ""
        #: where the entries stand: 2 for Atom and RSS 1.0, 3 for RSS 2.0; and where the open one began, in
        #: bytes
        self.level = 0
        self.began = 0
        #: the name spaces, in small letters, by prefix
        self.spaces: dict[str | None, str] = {}
        #: the kind of the element whose text is gathered, where it stands, and of one inside of it
        self.leaf = ""
        self.leaf_depth = 0
        self.pieces: list[str] = []
        self.inner, self.inner_attrs = "", self.attrs
        #: where the channel's image stands, as long as it is open
        self.aside = 0
        self.parser = self._expat()

    def _expat(self) -> Any:
        parser = expat.ParserCreate("UTF-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append
        parser.StartNamespaceDeclHandler = self.space
        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        return parser

    # --- what expat calls -----------------------------------------------------------------------------------

    def space(self, prefix: str | None, uri: str | None) -> None:
        """A name space is declared: its prefix must mean one thing in the whole document, and nothing else
        that is usual.
        """
        lowered, given = (uri or "").lower(), (prefix or "").lower()
        known = spaces().get(lowered, given)
        odd = given != known and given in spaces().values() and not prefixes().isdisjoint((given, known))
        odd = odd or "backend.userland.com/rss" in lowered or len(lowered.split()) > 1
        odd = odd or len(self.spaces) > MAX_SPACES
        if odd or self.spaces.setdefault(prefix, lowered) != lowered:
            raise Uncertain
        if not self.document.version and lowered in (_ATOM, _RSS_1):
            self.document.version = "atom10" if lowered == _ATOM else "rss10"

    def start(self, name: str, attrs: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.depth > MAX_DEPTH or len(attrs) > MAX_ATTRIBUTES:
            raise Uncertain
        kind = kind_of(name)
        if self.leaf:
            self._start_inside(kind, attrs)
        elif self.entry is not None:
            if kind:
                self._start_in_entry(kind, attrs)
        elif self.depth <= 2:
            self._start_on_top(kind, name, attrs)
        else:
            self._start_in_channel(kind, attrs)

    def end(self, _: str) -> None:
        """An element ends."""
        if self.leaf:
            if self.depth == self.leaf_depth:
                leaf, self.leaf = self.leaf, ""
                ENDS[leaf](self, "".join(self.pieces))
            else:
                self._end_inside()
        elif self.entry is not None and self.depth == self.level:
            self._end_entry(self.entry)
        elif self.depth == self.aside:
            self.aside = 0
        self.depth -= 1

    # --- where an element stands ----------------------------------------------------------------------------

    def _start_on_top(self, kind: str, name: str, attrs: dict[str, str]) -> None:
        if self.depth == 1:
            self._start_root(name, attrs)
        elif self.level == 3:
            if kind != "channel":
                raise Uncertain
            self._start_channel(attrs)
        elif self.root == "feed":
            self._start_in_channel(kind, attrs)
        elif kind == "entry":
            self._start_entry(attrs)
        elif kind == "channel":
            self._start_channel(attrs)
        elif kind == "image":
            self._start_image()
        else:
            raise Uncertain

    def _start_root(self, name: str, attrs: dict[str, str]) -> None:
        document, (prefix, local) = self.document, standard(name)
        if (prefix, local) == ("", "rss") and " " not in name:
            document.version = "rss"
        elif not (
            (local == "feed" and name.lower().startswith(f"{_ATOM} ") and document.version == "atom10")
            or ((prefix, local) == ("rdf", "rdf") and document.version == "rss10")
        ):
            raise Uncertain
        self.root, self.level = local, 3 if local == "rss" else 2
        said = said_of(attrs)
        self.base = joined_base(self.base, said)
        self.lang = self.entry_lang = lang_of(said, None)
        if self.lang and local != "rdf":
            document.feed["language"] = self.lang.replace("_", "-")

    def _start_channel(self, attrs: dict[str, str]) -> None:
        said = said_of(attrs)
        if not said.keys().isdisjoint(("base", "xml:base", "href", "lastmod")):
            raise Uncertain
        self.lang = self.entry_lang = lang_of(said, self.lang)

    def _start_image(self) -> None:
        self.aside, self.title_depth = self.depth, -1

    def _start_in_channel(self, kind: str, attrs: dict[str, str]) -> None:
        top = self.depth == (2 if self.root == "feed" else 3)
        if self.aside:
            if kind not in _IN_IMAGE:
                raise Uncertain
        elif kind == "entry" and top and self.depth == self.level:
            self._start_entry(attrs)
        elif top and kind in _KEPT:
            self._start_leaf(f"channel-{kind}", attrs)
        elif top and kind == "author" and self.root == "feed":
            self._start_leaf(kind, attrs)
        elif kind == "image" and top:
            self._start_image()
        elif kind in ("description", "summary", "info"):
            self._start_leaf(f"channel-{kind}", attrs)
        elif kind not in _IN_CHANNEL:
            raise Uncertain

    def _start_in_entry(self, kind: str, attrs: dict[str, str]) -> None:
        if kind == "image":
            self.title_depth = -1
        elif kind not in _IDLE:
            if kind not in ENDS or (self.depth != self.level + 1 and kind not in _DEEP):
                raise Uncertain
            self._start_leaf(kind, attrs)

    def _start_leaf(self, kind: str, attrs: dict[str, str]) -> None:
        self.leaf, self.leaf_depth, self.attrs = kind, self.depth, said_of(attrs) if attrs else attrs
        self.pieces.clear()
        if kind == "author":
            self.has_children = False
            self.context.setdefault("authors", []).append({})
        elif kind == "source":
            self.has_children, self.source, self.title_depth = False, None, -1

    def _start_inside(self, kind: str, attrs: dict[str, str]) -> None:
        """An element within another whose text is gathered: of an author, or of a source as Atom has it."""
        child = self.depth == self.leaf_depth + 1
        if self.leaf == "author":
            allowed = child and (kind in _PERSONAL or not kind)
        else:
            allowed = self.leaf == "source" and kind in _IN_SOURCE and (child or self.inner == "author")
        if not allowed or "".join(self.pieces).strip():
            raise Uncertain
        self.has_children, self.inner, self.inner_attrs = True, kind if child else "", attrs
        self.pieces.clear()

    def _end_inside(self) -> None:
        text, kind = "".join(self.pieces).strip(), self.inner
        if self.leaf == "author" and kind:
            self.save_author(kind, text)
        elif self.leaf == "source" and kind == "title":
            # a second title of a source is ignored, an empty one before it is not
            self.source = self.source or cleaned(text)
            self.title_depth = self.depth if text else self.title_depth
        elif text and (self.leaf == "author" or (not kind and self.inner_attrs)):
            raise Uncertain
        self.inner = ""
        self.pieces.clear()

    def _start_entry(self, attrs: dict[str, str]) -> None:
        self.entry, self.began = {}, self.parser.CurrentByteIndex
        self.depths, self.title_depth = {}, -1
        self.entry_base, self.entry_lang = self.base, self.lang
        if attrs:
            said = said_of(attrs)
            if "href" in said or "lastmod" in said:
                raise Uncertain
            self.entry_base, self.entry_lang = joined_base(self.base, said), lang_of(said, self.lang)
            if about := said.get("rdf:about"):
                self.entry["id"] = about

    def _end_entry(self, entry: dict[str, Any]) -> None:
        at = self.parser.CurrentByteIndex
        self.document.entries.append(entry)
        self.document.spans.append((self.began, self.body.index(b">", at) + 1))
        self.entry, self.has_content = None, False

"""Pure. What the texts of feed elements become: the properties of an entry or a feed, one for one as
feedparser has them, its oddities too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.feeds.elements import Uncertain, cleaned, joined, lang_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: elements inside of each other
MAX_DEPTH = 24
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_EMAIL = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)
_TYPES = {
    "text": "text/plain",
    "plain": "text/plain",
    "text/plain": "text/plain",
    "html": "text/html",
    "text/html": "text/html",
}


@dataclass(slots=True)
class Document:
    """What feedparser would say of a document, as far as we ask it; and where its entries stand, in bytes."""

    version: str = ""
    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


class Properties:
    """A document as far as it is read, and the element whose text is read now."""

    def __init__(self, base: str) -> None:
        self.document = Document()
        self.depth = 0
        #: the entry that is open; of it: how deep its texts stood, its title last; the address that its links
        #: are relative to, its language
        self.entry: dict[str, Any] | None = None
        self.depths: dict[str, int] = {}
        self.title_depth = -1
        self.has_content = False
        self.entry_base = base
        self.entry_lang: str | None = None
        #: of the element: its attributes, whether it had others in it; of a source: its title
        self.attrs: Mapping[str, str] = {}
        self.has_children = False
        self.source: str | None = None
        #: whether the channel has a summary
        self.summary = False

    @property
    def context(self) -> dict[str, Any]:
        """Whose property it is: the entry's, else the feed's."""
        return self.document.feed if self.entry is None else self.entry

    def _store(self, key: str, value: str) -> None:
        """Of several, the one that stands less deep, else the later."""
        if self.entry is None:
            self.document.feed[key] = value
        elif self.depth <= self.depths.get(key, MAX_DEPTH):
            self.depths[key] = self.depth
            self.entry[key] = value

    def _detail(self, type_: str, value: str) -> dict[str, Any]:
        """What is said of a text beside it."""
        lang = lang_of(self.attrs, self.entry_lang) if self.attrs else self.entry_lang
        said = _TYPES.get(self.attrs.get("type", type_).lower())
        if said is None or "mode" in self.attrs:
            raise Uncertain
        return {"type": said, "language": lang and lang.replace("_", "-"), "value": value}

    def _text(self, key: str, type_: str, text: str) -> str:
        value = cleaned(text)
        detail = self._detail(type_, value)
        self._store(key, value)
        self.context[f"{key}_detail"] = detail
        return value

    def end_title(self, text: str) -> None:
        """A title; one that stands as deep as another before it, or deeper, is none."""
        if -1 < self.title_depth <= self.depth:
            self._detail("text/plain", "")
            return
        if self._text("title", "text/plain", text):
            self.title_depth = self.depth

    def end_media_title(self, text: str) -> None:
        """A picture's title; it is the entry's as long as that has none."""
        depth = self.title_depth
        self.end_title(text)
        self.title_depth = depth

    def end_description(self, text: str) -> None:
        """A second one, where there is no content yet, is the content."""
        if "summary" in self.context and not self.has_content:
            self.end_content(text)
        else:
            self._text("summary", "text/html", text)

    def end_summary(self, text: str) -> None:
        """As a description, but plain."""
        if "summary" in self.context and not self.has_content:
            self.end_content(text)
        else:
            self._text("summary", "text/plain", text)

    def end_content(self, text: str, type_: str = "text/plain") -> None:
        """A content; a lone one is the summary, too."""
        value, entry = cleaned(text), self.context
        part = self._detail(type_, value)
        if src := self.attrs.get("src"):
            part["src"] = src
        self.has_content = True
        entry.setdefault("content", []).append(part)
        entry.setdefault("summary", value)

    def end_encoded(self, text: str) -> None:
        """A content in HTML."""
        self.attrs = {key: value for key, value in self.attrs.items() if key != "src"}
        self.end_content(text, "text/html")

    def end_guid(self, text: str) -> None:
        """An id, which may be the address."""
        entry, is_link = self.context, self.attrs.get("ispermalink", "true") == "true"
        value = cleaned(text)
        self._store("id", value)
        entry.setdefault("guidislink", is_link and "link" not in entry)
        if is_link:
            entry.setdefault("link", value)

    def end_link(self, text: str) -> None:
        """A link in an attribute, as Atom has it, or in words."""
        entry, attrs = self.context, self.attrs
        if "base" in attrs or "xml:base" in attrs:
            raise Uncertain
        link = {"rel": attrs.get("rel", "alternate").lower()}
        type_ = attrs.get("type", "application/atom+xml" if link["rel"] == "self" else "text/html").lower()
        entry.setdefault("links", []).append(link)
        if href := attrs.get("url") or attrs.get("uri") or attrs.get("href"):
            link["href"] = joined(self.entry_base, href)
            if link["rel"] == "alternate" and type_ in (
                "text/html",
                "html",
                "xhtml",
                "application/xhtml+xml",
            ):
                entry["link"] = link["href"]
        elif "href" in attrs:
            raise Uncertain
        else:
            stripped = text.strip()
            value = cleaned(joined(self.entry_base, stripped) if stripped else "", strip=False)
            value = _REFERENCE.sub(r"&\g<1>", value.replace("&amp;", "&")) if "&" in value else value
            entry["link"] = value
            if value:
                link["href"] = value

    def end_author(self, text: str) -> None:
        """Whoever wrote it, in words or in parts."""
        if self.has_children and text.strip():
            raise Uncertain
        self._store("author", cleaned(text))
        self._sync_author()

    def end_source(self, text: str) -> None:
        """Where an aggregator has it from."""
        if not self.has_children:
            self.source = cleaned(text) or None
        elif text.strip():
            raise Uncertain
        self.context["source"] = {} if self.source is None else {"title": self.source}

    def end_word(self, text: str, key: str) -> None:
        """A text that is kept as it is."""
        self._store(key, cleaned(text))

    def end_bare(self, text: str, key: str) -> None:
        """An element that feedparser does not know: with an attribute its text is lost there."""
        if self.attrs:
            raise Uncertain
        self._store(key, cleaned(text))

    def end_channel_title(self, text: str) -> None:
        """The channel's title; another beside it is none."""
        self._detail("text/plain", "")
        if "title" in self.document.feed:
            if self.title_depth != self.depth:
                raise Uncertain
            return
        self._store("title", cleaned(text))
        self.title_depth = self.depth if text.strip() else -1

    def end_channel_description(self, text: str) -> None:
        """Behind a summary it is a content for feedparser, and the first entry seems to have one."""
        self.has_content |= self.summary

    def end_channel_summary(self, text: str) -> None:
        """As the description; the first one is the summary."""
        self.has_content, self.summary = self.has_content or self.summary, True

    def save_author(self, key: str, value: str) -> None:
        # of an author in words before, this is the very dictionary: feedparser gives it the later one's parts
        self.context.setdefault("author_detail", {})[key] = value
        self._sync_author()
        self.context["authors"][-1][key] = value

    def _sync_author(self) -> None:
        """Name and address of the last author, out of its words where it has no parts."""
        context = self.context
        detail = context["authors"][-1]
        if detail:
            name, email = detail.get("name"), detail.get("email")
            if name or email:
                context["author"] = f"{name} ({email})" if name and email else name or email
            return
        author, email = context.get("author") or "", None
        if found := _EMAIL.search(author):
            email = found.group(0)
            author = author.replace(email, "")
            for empty in ("()", "<>", "&lt;&gt;"):
                author = author.replace(empty, "")
            author = author.strip().removeprefix("(").removesuffix(")").strip()
        found_parts = {key: value for key, value in (("name", author), ("email", email)) if value}
        if found_parts:
            context.setdefault("author_detail", detail)
            detail.update(found_parts)


def _word(key: str) -> Callable[[Properties, str], None]:
    return lambda reader, text: reader.end_word(text, key)


def _bare(key: str) -> Callable[[Properties, str], None]:
    return lambda reader, text: reader.end_bare(text, key)


#: by kind of element (`data/feed_elements.txt`): what its text means
ENDS: Mapping[str, Callable[[Properties, str], None]] = {
    "title": Properties.end_title,
    "media-title": Properties.end_media_title,
    "description": Properties.end_description,
    "media-description": Properties.end_description,
    "summary": Properties.end_summary,
    "content": Properties.end_content,
    "encoded": Properties.end_encoded,
    "guid": Properties.end_guid,
    "link": Properties.end_link,
    "author": Properties.end_author,
    "source": Properties.end_source,
    "channel-title": Properties.end_channel_title,
    "channel-description": Properties.end_channel_description,
    "channel-summary": Properties.end_channel_summary,
    "channel-info": lambda *_: None,
    **{key: _word(key) for key in ("published", "updated", "created", "language")},
    **{key: _bare(key) for key in ("yandex_full-text", "turbo_content")},
    "channel-language": _word("language"),
    **{f"channel-{key}": _bare(key) for key in ("ttl", "sy_updateperiod", "sy_updatefrequency")},
}

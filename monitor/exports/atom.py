"""Pure. Atom (RFC 4287): a feed of contacts or stories that any reader, or another monitor, can subscribe to.

The one doorway to feedgenerator.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedgenerator import Atom1Feed

from monitor.exports import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import ContactSource, LedgerContact


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One entry. `content` is HTML; everything in it that others wrote must be escaped."""

    #: stable and unique: "contact/c-0123456789"; its id is made from it
    name: str
    title: str
    content: str
    published_at: datetime
    updated_at: datetime
    #: the best page to read, where there is one
    link: str | None = None
    categories: Sequence[str] = ()


def feed(name: str, title: str, entries: Iterable[AtomEntry], *, empty_at: datetime) -> str:
    """The feed document, entries as given. `empty_at` dates a feed without entries."""
    listed = list(entries)
    made = _Feed(
        title=plain.clean(title),
        link="",
        description=None,
        feed_guid=f"urn:uuid:{plain.stable_uuid('feed', name)}",
        author_name="foreign-influence-monitor",
        language="en",
    )
    made.empty_at = empty_at
    for entry in listed:
        made.add_item(
            title=plain.clean(entry.title),
            link=plain.uri(entry.link) if entry.link else "",
            description=None,
            content=plain.clean(entry.content),
            unique_id=f"urn:uuid:{plain.stable_uuid(entry.name)}",
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            categories=[plain.clean(c) for c in entry.categories],
        )
    return str(made.writeString("utf-8"))


def write(contacts: Iterable[LedgerContact], *, now: datetime) -> str:
    """The feed of contacts, the one with the latest news first."""
    latest = sorted(contacts, key=lambda c: (plain.last_news(c), c.id), reverse=True)
    return feed("contacts", plain.heading(latest), map(_entry, latest), empty_at=now)


def _entry(of: LedgerContact) -> AtomEntry:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in plain.summary(of).splitlines())
    sources = "".join(f"<li>{_source(source)}</li>" for source in of.sources)
    return AtomEntry(
        name=f"contact/{of.id}",
        title=f"{plain.title(of)} ({plain.STATUS_WORDS[of.status]})",
        content=f"{lines}<ul>{sources}</ul>",
        published_at=plain.first_told(of),
        updated_at=plain.last_news(of),
        link=next((s.url for s in of.sources if s.url), None),
        categories=(of.watchlist, of.type.value, of.status.value, *(side for side in of.by_side)),
    )


def _source(of: ContactSource) -> str:
    told = html.escape(f"{of.outlet}, {of.told_at:%Y-%m-%d}")
    link = f'<a href="{html.escape(of.url)}">{told}</a>' if of.url else told
    quoted = "".join(
        f'<blockquote lang="{html.escape(of.lang)}" dir="auto">{html.escape(sentence)}</blockquote>'
        for sentence in plain.sentences(of)
    )
    return link + (" (taken out of its feed since)" if of.withdrawn_at else "") + quoted


class _Feed(Atom1Feed):  # type: ignore[misc]
    """Atom as feedgenerator writes it, less empty links, and without looking at the clock."""

    empty_at: datetime

    def latest_post_date(self) -> datetime:
        """The latest update of an entry; the given moment for an empty feed."""
        return max((item["updateddate"] for item in self.items), default=self.empty_at)

    def add_root_elements(self, handler: Any) -> None:
        """The feed's own elements."""
        super().add_root_elements(_Linkless(handler))

    def add_item_elements(self, handler: Any, item: Any) -> None:
        """An entry's elements."""
        super().add_item_elements(_Linkless(handler), item)


class _Linkless:
    """An XML writer that leaves out links that lead nowhere."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    def addQuickElement(self, name: str, contents: str = "", attrs: Mapping[str, str] | None = None) -> None:
        """Write an element, unless it is a link without a target."""
        if name != "link" or (attrs and attrs.get("href")):
            self._handler.addQuickElement(name, contents, attrs or {})

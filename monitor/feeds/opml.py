"""Pure. Subscription lists (OPML 2.0, http://opml.org/spec2.opml): what other readers export, and ours for
them.

What OPML has no word for (side, reliability, …) travels in attributes named `monitorSide` and so on; other
readers ignore them. Nothing here raises on hostile XML.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree

import listparser

from monitor.feeds.decode import scrub, to_text
from monitor.feeds.entry import language_tag, whole_url
from monitor.feeds.secrets import plain
from monitor.feeds.seeds import whole_scheme
from monitor.fields import parse_duration
from monitor.model import UNKNOWN, Feed, Side
from monitor.net.redaction import MASK, masked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import timedelta

MAX_BYTES = 20_000_000
_LETTERS = tuple("ABCDEF")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list, and the folders it lay in."""

    feed: Feed
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpmlImport:
    """What a list held; `remarks` says which lines were left out and why."""

    subscriptions: tuple[Subscription, ...]
    remarks: tuple[str, ...] = ()


def read_opml(body: bytes, taken: Iterable[str] = (), sides: Collection[str] = ()) -> OpmlImport:
    """Feeds of an OPML document, nested folders as tags. Never raises.

    `taken`: feed ids that are in use; `sides`: those declared, every other one is unknown.
    """
    if len(body) > MAX_BYTES:
        return OpmlImport((), (f"larger than {MAX_BYTES:,} bytes",))
    text = to_text(body, "").text
    if not re.search(r"<opml\b|<outline\b", text[:1_000_000], re.IGNORECASE):
        return OpmlImport((), ("not an OPML document",))
    source = text.encode("utf-8-sig")  # the mark tells both parsers the encoding
    found = listparser.parse(source)
    outlines = _outlines(source)
    extra = {outline["xmlurl"]: outline for outline in reversed(outlines)}
    ids = set(taken)
    subscriptions: dict[str, Subscription] = {}
    for listed in found.feeds:
        url = _address(str(listed.url or ""))
        if not url or url in subscriptions or _scraped(extra.get(str(listed.url), {})) or MASK in url:
            continue
        feed = _feed(url, scrub(str(listed.title or "")), extra.get(str(listed.url), {}), ids, sides)
        ids.add(feed.id)
        folders = (str(name) for path in listed.categories for name in path)
        subscriptions[url] = Subscription(feed, tuple(dict.fromkeys(folders)))
    return OpmlImport(tuple(subscriptions.values()), _remarks(outlines))


def write_opml(feeds: Sequence[Feed]) -> str:
    """An OPML 2.0 document, one folder for each side, in the order given; addresses as they are given."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = "Feeds"
    body = ElementTree.SubElement(root, "body")
    folders: dict[str, ElementTree.Element] = {}
    for feed in feeds:
        if feed.side not in folders:
            folders[feed.side] = ElementTree.SubElement(body, "outline", text=feed.side)
        ElementTree.SubElement(folders[feed.side], "outline", _outline(feed))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def slug(text: str) -> str:
    """A feed id made of a title or address: lower case Latin letters, digits and dashes; may be empty."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _outline(feed: Feed) -> dict[str, str]:
    attributes = {
        "type": "rss",
        "text": feed.title,
        "title": feed.title,
        "xmlUrl": feed.url,
        "language": feed.language,
        "monitorId": feed.id,
        "monitorCountry": feed.country,
        "monitorSide": feed.side,
        "monitorFamily": feed.family,
        "monitorReliability": feed.reliability,
        "monitorReliabilityReason": feed.reliability_reason,
        "monitorEnabled": "" if feed.enabled else "false",
        "monitorFulltext": "true" if feed.fulltext else "",
        "monitorInterval": _spoken(feed.interval),
        "monitorMinInterval": _spoken(feed.min_interval),
        "monitorUserAgent": feed.user_agent or "",
    }
    return {name: scrub(value) for name, value in attributes.items() if value}


def _outlines(source: bytes) -> list[dict[str, str]]:
    """The attributes of every outline with an address; listparser keeps only the standard ones."""
    from lxml import etree  # only those who read such a file

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    outlines = ({str(k).lower(): str(v) for k, v in o.attrib.items()} for o in root.iter("outline"))
    return [o for o in outlines if o.get("xmlurl")]


def _remarks(outlines: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """What was left out, and why; addresses without their secrets."""
    said = {masked(o["xmlurl"]): _unusable(o) for o in outlines}
    counts = Counter(_address(o["xmlurl"]) or o["xmlurl"] for o in outlines)
    twice = (f"{masked(url)!r}: listed twice" for url, count in counts.items() if count > 1)
    return (*(f"{url!r}: {why}" for url, why in said.items() if why), *twice)


def _unusable(outline: Mapping[str, str]) -> str:
    if not _address(outline["xmlurl"]):
        return "no http(s) address"
    if _scraped(outline):
        return f"left out: no feed, but a page that another reader takes apart ({outline['type']})"
    if MASK in outline["xmlurl"]:
        return "left out: the export masked what opens it (`feeds export --with-secrets` does not)"
    return ""


def _address(url: str) -> str | None:
    """The http(s) address, `feed:` and its like understood.

    It is somebody else's: none of our variables go in.
    """
    found = whole_url(whole_scheme(url.strip()), "")
    return plain(found) if found else None


def _scraped(outline: Mapping[str, str]) -> bool:
    """Whether another reader makes a feed of a page itself (FreshRSS: `HTML+XPath`, `JSON+DotNotation` …)."""
    return re.search(r"\+(?!xml\b)|xpath|html", outline.get("type", ""), re.IGNORECASE) is not None


def _feed(url: str, title: str, said: Mapping[str, str], taken: set[str], sides: Collection[str]) -> Feed:
    title = title.strip() or (urlsplit(url).hostname or url)
    reliability = said.get("monitorreliability", "")
    return Feed(
        id=free_id(
            slug(said.get("monitorid", "")) or slug(title) or slug(urlsplit(url).hostname or ""), taken
        ),
        url=url,
        title=title[:200],
        language=language_tag(said.get("language", "")) or "mul",
        country=said.get("monitorcountry", "")[:3],
        side=Side(said["monitorside"]) if said.get("monitorside") in sides else UNKNOWN,
        family=said.get("monitorfamily", "")[:100],
        reliability=reliability if reliability in _LETTERS else "F",
        reliability_reason=said.get("monitorreliabilityreason", "")[:500],
        enabled=said.get("monitorenabled") != "false",
        fulltext=said.get("monitorfulltext") == "true",
        interval=_duration(said.get("monitorinterval", "")),
        min_interval=_duration(said.get("monitormininterval", "")),
        user_agent=said.get("monitoruseragent") or None,
    )


def _spoken(duration: timedelta | None) -> str:
    return f"{int(duration.total_seconds())}s" if duration else ""


def _duration(said: str) -> timedelta | None:
    try:
        return parse_duration(said) if said else None
    except (ValueError, OverflowError):
        return None


def free_id(wanted: str, taken: set[str]) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3` … that is not `taken`."""
    wanted = wanted or "feed"
    if wanted not in taken:
        return wanted
    return next(name for n in range(2, len(taken) + 3) if (name := f"{wanted}-{n}") not in taken)

"""Pure. Whose voice an item is: the wire that its text credits, else the publisher of its outlet.

Feeds say their publisher (`family` in the feeds file). Items that carry an outlet's name of their own (files
of articles) are told by that name. An aggregator prints what others wrote, so it has no voice of its own
beside them.

A credit is told by dateline, byline, footer and attribution; names and words are in `outlets.yaml`. A mention
is no credit: "a diplomat told AFP" is in texts of every origin.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.model import UNKNOWN, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.model import Item, StoryItem
    from monitor.model.press import Outlets

    _Patterns = dict[str, tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]]

#: characters of a text in which a dateline, a footer, an attribution stands
DATELINE, FOOTER, LEAD = 130, 170, 360
#: "Associated Press via ExBulletin", "The Hill via Yahoo News"
_VIA = re.compile(r"\s+(?:via|через|عبر)\s+", re.IGNORECASE)
#: Google News ends a headline with its outlet
_TAIL = re.compile(r"\s[-–—]\s([^-–—]{2,40})$")


def voice(item: StoryItem, outlets: Outlets) -> tuple[str, Side]:
    """Whose word an item is, and on which side that one speaks.

    A wire that is credited speaks for itself: an outlet that prints a state's agency is that state's voice.
    """
    if item.credit:
        wire = outlets.wire.get(item.credit)
        return (wire.family or wire.name, Side(wire.side)) if wire else (item.credit, UNKNOWN)
    return family(item, outlets), item.side


def family(item: StoryItem, outlets: Outlets) -> str:
    """The publisher of an item's outlet."""
    named = _named(item)
    if not named:
        return item.feed.family or item.feed.title or item.feed.id
    original = _VIA.split(named)[0].strip()
    plain = re.sub(r"^the\s+", "", original.casefold())
    return outlets.house.get(plain, original)


def _named(item: StoryItem) -> str:
    """The outlet that an item names beside its feed:
    the tail of a headline, or its own outlet; empty: none.
    """
    if _host(item.feed.url) == "news.google.com" and (tail := _TAIL.search(item.item.title)):
        return tail[1].strip()
    said = item.item.outlet.strip()
    return "" if said in ("", item.feed.title) else said


def is_aggregator(item: StoryItem, outlets: Outlets) -> bool:
    """Whether an item is a reprint whose first publisher is not named."""
    named = _named(item)
    if item.credit or _VIA.search(item.item.outlet) or (named and not _reprints(named, outlets)):
        return False
    hosts = (_host(item.item.url or ""), _host(item.feed.url))
    known = outlets.reprints.hosts
    by_host = any(host == one or host.endswith("." + one) for host in hosts for one in known)
    return by_host or _reprints(item.feed.family, outlets) or _reprints(item.item.outlet, outlets)


def _reprints(name: str, outlets: Outlets) -> bool:
    return any(word.casefold() in name.casefold() for word in outlets.reprints.publishers)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# --- credits
# -------------------------------------------------------------------------------------------------


def credit(item: Item, outlets: Outlets) -> str:
    """The agency that the text itself credits, by its usual English name; empty where it credits none."""
    patterns = _patterns(outlets)
    for place, text in _places(item):
        for pattern, agencies in patterns[place]:
            found = pattern.search(text)
            if found:
                return agencies[found[1] if pattern.groups else ""]
    return ""


def _places(item: Item) -> Iterator[tuple[str, str]]:
    """Where to look, the surest place first."""
    bodies = [" ".join(text.split()) for text in (item.content, item.summary) if text.strip()]
    yield "author", item.author
    for body in bodies:
        yield "dateline", body[:DATELINE]
    for body in bodies:
        yield "footer", body[-FOOTER:]
    yield "title", item.title.strip()
    for body in bodies:
        yield "lead", body[:LEAD]
    yield "lead", item.title


@lru_cache(maxsize=4)
def _patterns(outlets: Outlets) -> _Patterns:
    """Where a credit may stand -> how it looks there, with the agency of each form (of "": of the whole)."""
    agencies = {form: wire.name for wire in outlets.wires for form in (*wire.forms, *wire.short)}
    if not agencies:
        return dict.fromkeys(("author", "title", "dateline", "footer", "lead"), ())
    words = _Words(outlets)
    every, sure, who = words.every, words.sure, words.who
    looks = {
        "author": (every,),
        "title": (rf"^{words.kind}{sure}\s*:\s", rf"[-—–|(/]\s*{every}\s*[)/]?$"),
        "dateline": (
            rf"[(\[/]\s*{every}(?:\s*[/,–—-]\s*[^()\[\]/]{{0,20}})?\s*[)\]/]",
            rf"^(?:[^.!?]{{0,70}}[-—–|,:]\s*)?{every}\s*[-—–|:.]+\s",
        ),
        "footer": (
            rf"[(\[/]\s*{every}(?:\s*[/,+&]\s*[\w .]{{1,20}})?\s*[)\]/]\W{{0,3}}$",
            rf"{words.any('footer')}\s*[:：]?\s*{words.article}{sure}.{{0,40}}$",
            rf"[.!?…»”\"\n—–]\s*{every}\s*[.)]?$",
        ),
        "lead": (
            rf"{words.before}\s?{who}{sure}",
            rf"{sure}»?[”\"]?\s(?:{words.any('named')}\s)?{words.any('after')}\b",
            rf"{words.inflected}\s{words.any('ending')}",
        ),
    }
    made: _Patterns = {
        place: tuple((re.compile(look), agencies) for look in shown) for place, shown in looks.items()
    }
    signed = [(wire.name, mark) for wire in outlets.wires for mark in wire.signed]
    made["footer"] += tuple((re.compile(_marks(mark)), {"": name}) for name, mark in signed)
    return made


def _marks(mark: str) -> str:
    """ "Reporting by … Editing by": what an agency writes below its texts."""
    return r"\b" + r".{3,160}?".join(re.escape(part.strip()) for part in mark.split("…")) + r"\b"


class _Words:
    """Pieces of patterns, of the words of all languages together."""

    def __init__(self, outlets: Outlets) -> None:
        self._listed = tuple(outlets.credits.values())
        sure = tuple(chain.from_iterable(wire.forms for wire in outlets.wires))
        short = tuple(chain.from_iterable(wire.short for wire in outlets.wires))
        bars = tuple(chain.from_iterable(wire.not_before for wire in outlets.wires))
        barred = rf"|\s?{_either(bars)}\b" if bars else ""
        #: a group of any form as a word of its own; `sure`: without those that mean other things too
        self.every = rf"(?<!\w)({_longest((*sure, *short))})(?![\w’']{barred})"
        self.sure = rf"(?<!\w)({_longest(sure)})(?![\w’']{barred})"
        self.inflected = rf"(?<!\w)({_longest(sure)})['’]\w+"
        self.article = self._spaced("article")
        self.kind = self._spaced("kind")
        self.who = self.article + self.kind + r"[«\"“]?"
        self.before = rf"(?<!\w)(?:{self.any('joined')})?{self.any('before')}"

    def any(self, key: str) -> str:
        """Any of the words under `key`; where there are none, nothing fits."""
        return _either(chain.from_iterable(getattr(listed, key) for listed in self._listed))

    def _spaced(self, key: str) -> str:
        """The same with the space behind it, or nothing."""
        words = chain.from_iterable(getattr(listed, key) for listed in self._listed)
        joined = {word: r"\s?" if word[-1] in "'’" else r"\s" for word in words}
        either = "|".join(_literal(word) + space for word, space in sorted(joined.items(), key=_by_length))
        return f"(?:{either})?" if either else ""


def _either(words: Iterable[str]) -> str:
    return f"(?:{_longest(words) or '(?!)'})"


def _longest(words: Iterable[str]) -> str:
    return "|".join(_literal(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def _by_length(entry: tuple[str, str]) -> tuple[int, str]:
    return -len(entry[0]), entry[0]


def _literal(word: str) -> str:
    """`word` as it stands; "… agency" with up to two words before it."""
    plain = re.escape(word.removeprefix("… "))
    return rf"(?:\w+\s){{0,2}}{plain}" if word.startswith("… ") else plain

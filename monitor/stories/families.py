"""Pure. Whose voice an item is: the wire that its text credits, else the publisher of its outlet.

Feeds say their publisher (`family` in the feeds file). Items that carry an outlet's name of their own (files of articles)
are told by that name. An aggregator prints what others wrote, so it has no voice of its own beside them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.model import Side
from monitor.stories import wires

if TYPE_CHECKING:
    from monitor.model import StoryItem

#: hosts that reprint: an item there is somebody else's
AGGREGATORS = frozenset({
    "news.google.com", "allafrica.com", "news-pravda.com", "news.yahoo.com", "msn.com", "bignewsnetwork.com",
    "headtopics.com", "newsbreak.com", "smartnews.com", "flipboard.com", "nabd.com", "dzen.ru", "exbulletin.com",
    "ground.news", "newsnow.co.uk", "msn.net",
})  # fmt: skip
#: the same by the publisher that the feeds file names
_AGGREGATING = re.compile(
    r"allafrica|google news|pravda network|yahoo news|big news network|newsnow", re.IGNORECASE
)
#: houses whose outlets have names of their own; lower case, without "the"
_HOUSES = {
    "TV-Novosti": "rt|russia today|rt arabic|rt en français|rt en arabe|روسيا اليوم|آر تي|ruptly",
    "Rossiya Segodnya": "ria|ria novosti|риа новости|sputnik|sputnik arabic|sputnik afrique|sputnik globe|سبوتنيك|سبوتنيك عربي",
    "TASS": "tass|тасс|تاس",
    "France Médias Monde": "france 24|france24|rfi|radio france internationale|فرانس 24|إذاعة فرنسا الدولية|mc doualiya|مونت كارلو الدولية",
    "BBC": "bbc|bbc news|bbc arabic|bbc afrique|bbc türkçe|би-би-си|русская служба би-би-си|بي بي سي|بي بي سي عربي",
    "Deutsche Welle": "dw|deutsche welle|dw türkçe|دويتشه فيله",
    "Al-Marsad": "al-marsad|al marsad|almarsad|المرصد",
    "Libya Al-Ahrar": "libya al-ahrar|libya alahrar|ليبيا الأحرار",
    "LANA": "lana|libyan news agency|وال|وكالة الأنباء الليبية",
    "Bawabat al-Wasat": "alwasat|al-wasat|bawabat al-wasat|بوابة الوسط|الوسط",
    "LibyaReview": "libya review|libyareview",
    "Address Libya": "libyan address|address libya|عنوان ليبيا",
    "Al Jazeera": "al jazeera|aljazeera|الجزيرة|al jazeera english",
    "Al Arabiya": "al arabiya|al-arabiya|العربية|al hadath|الحدث",
    "TRT": "trt|trt world|trt haber|trt afrika|trt arabi|trt عربي",
    "Anadolu": "anadolu|anadolu agency|anadolu ajansı|aa|وكالة الأناضول|الأناضول",
    "ANSA": "ansa",
    "Agenzia Nova": "agenzia nova|nova|nova news|وكالة نوفا|نوفا",
    "United Nations": "un news|united nations|unsmil|reliefweb|أخبار الأمم المتحدة|новости оон|onu info",
}  # fmt: skip
_FAMILIES = {name: family for family, names in _HOUSES.items() for name in names.split("|")}
#: "Associated Press via ExBulletin", "The Hill via Yahoo News"
_VIA = re.compile(r"\s+(?:via|через|عبر)\s+", re.IGNORECASE)
#: Google News ends a headline with its outlet
_TAIL = re.compile(r"\s[-–—]\s([^-–—]{2,40})$")


def voice(item: StoryItem) -> tuple[str, Side]:
    """Whose word an item is, and on which side that one speaks.

    A wire that is credited speaks for itself: an outlet in Tripoli that prints TASS is the Russian state's voice.
    """
    if item.credit:
        wire = wires.BY_NAME.get(item.credit)
        return (wire.family, wire.side) if wire else (item.credit, Side.UNKNOWN)
    return family(item), item.side


def family(item: StoryItem) -> str:
    """The publisher of an item's outlet."""
    named = _named(item)
    if not named:
        return item.feed.family or item.feed.title or item.feed.id
    original = _VIA.split(named)[0].strip()
    plain = re.sub(r"^the\s+", "", original.casefold())
    return _FAMILIES.get(plain, original)


def _named(item: StoryItem) -> str:
    """The outlet that an item names beside its feed: the tail of a headline, or its own outlet; empty: none."""
    if _host(item.feed.url) == "news.google.com" and (tail := _TAIL.search(item.item.title)):
        return tail[1].strip()
    said = item.item.outlet.strip()
    return "" if said in ("", item.feed.title) else said


def is_aggregator(item: StoryItem) -> bool:
    """Whether an item is a reprint whose first publisher is not named."""
    if item.credit or _VIA.search(item.item.outlet) or (_named(item) and not _reprints(_named(item))):
        return False
    hosts = (_host(item.item.url or ""), _host(item.feed.url))
    by_host = any(host == known or host.endswith("." + known) for host in hosts for known in AGGREGATORS)
    return by_host or _reprints(item.feed.family) or _reprints(item.item.outlet)


def _reprints(name: str) -> bool:
    return _AGGREGATING.search(name) is not None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""

"""Pure. One story as plain data for the templates: only str, int, bool, list and dict, never an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.alerts.evidence import quote
from monitor.alerts.routing import side_of
from monitor.alerts.words import clean, cut, direction, host_of, isolate, safe_link
from monitor.model import Coverage, DateFlag, Fulltext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from monitor.alerts.frame import Frame
    from monitor.model import Contact, Evidence, Match, Story, StoryItem

#: what one story shows at most; the rest is counted
MAX_QUOTES, MAX_OUTLETS, MAX_CONTACTS, MAX_REASONS = 3, 8, 6, 4
MAX_TITLE, MAX_NAME, MAX_NAMES = 300, 80, 8

Data = dict[str, Any]


def story_context(
    story: Story, frame: Frame, zone: ZoneInfo, *, public_url: str | None, titles: Mapping[str, str]
) -> Data:
    """Everything that a template may say of `story`; `titles` gives watchlists their titles."""
    best = best_item(story, frame.lang)
    title = cut(clean(best.item.title), MAX_TITLE) or frame.word("untitled")
    outlets, outlets_cut = _outlets(story, frame)
    lists = _watchlists(story, frame, titles)
    contacts, contacts_cut = _contacts(story, frame)
    return {
        "id": story.id,
        "title": title,
        "lang": best.item.lang,
        "dir": direction(best.item.lang, title),
        "severity": story.severity.value,
        "severity_word": frame.word(story.severity.value),
        "rank": story.severity.rank,
        "link": safe_link(best.item.url),
        "link_host": host_of(safe_link(best.item.url)),
        "desk_link": safe_link(f"{public_url.rstrip('/')}/stories/{story.id}") if public_url else "",
        "watchlists": lists,
        "lists_line": frame.comma.join(isolate(row["title"], frame.direction) for row in lists),
        "quotes": _quotes(story, best),
        "outlets": outlets,
        "outlets_cut": outlets_cut,
        "outlets_line": _outlets_line(outlets, outlets_cut, frame),
        "told_by": _told_by(story, frame),
        "contacts": contacts,
        "contacts_cut": contacts_cut,
        "first_seen": frame.moment(min(i.first_seen_at for i in story.items), zone, year=False),
        "first_seen_iso": min(i.first_seen_at for i in story.items).isoformat(),
        "published": _published(best, frame, zone),
        "published_iso": best.item.published_at.isoformat() if best.item.published_at else "",
        "date_flag": best.item.date_flag.value,
        "read": _how_much_was_read(story, frame),
        "notes": _notes(story, frame),
        "reports": len(story.items),
    }


def best_item(story: Story, lang: str) -> StoryItem:
    """The report that speaks for the story.

    Matched before unmatched, then the most reliable source (A before F), then the reader's language, then the
    longest title of those that fit on a line or two; the earliest of equals.
    """

    def order(item: StoryItem) -> tuple[bool, bool, str, bool, int]:
        length = len(item.item.title.strip())
        fits = length if length <= 140 else 1
        return (not item.matches, not length, item.feed.reliability, item.item.lang != lang, -fits)

    return min(story.items, key=order)


def outlet_name(item: StoryItem) -> str:
    """The outlet's name: the item's own word for it, otherwise the feed's title."""
    return cut(clean(item.item.outlet or item.feed.title or item.feed.id), MAX_NAME)


def _watchlists(story: Story, frame: Frame, titles: Mapping[str, str]) -> list[Data]:
    found: dict[str, list[Match]] = {}
    for match in _matches(story):
        found.setdefault(match.watchlist, []).append(match)
    return [
        {
            "id": watchlist,
            "title": clean(titles.get(watchlist) or watchlist.replace("-", " ")),
            "severity": (loudest := max((m.severity for m in matches), key=lambda s: s.rank)).value,
            "severity_word": frame.word(loudest.value),
            "rules": list(dict.fromkeys(m.rule for m in matches)),
            "reasons": list(dict.fromkeys(cut(clean(m.reason), MAX_TITLE) for m in matches))[:MAX_REASONS],
        }
        for watchlist, matches in found.items()
    ]


def _matches(story: Story) -> list[Match]:
    """Every match of the story, the loudest and surest first."""
    matches = [m for item in story.items for m in item.matches]
    return sorted(matches, key=lambda m: (-m.severity.rank, -m.score))


def _quotes(story: Story, best: StoryItem) -> list[Data]:
    """Up to three sentences: the best report's first, then what other outlets say differently."""
    items = [best, *(i for i in story.items if i is not best)]
    quotes: dict[str, Data] = {}
    for item in items:
        for hits in _by_sentence(item):
            made = quote(item.item, hits)
            key = " ".join(made.pop("key").split()).casefold()
            if key not in quotes and key != item.item.title.strip().casefold():
                quotes[key] = {**made, "outlet": outlet_name(item), "field": hits[0].field}
    return _varied(list(quotes.values()))[:MAX_QUOTES]


def _varied(quotes: list[Data]) -> list[Data]:
    """One quotation of each outlet first, then the others."""
    firsts: dict[str, Data] = {}
    for made in quotes:
        firsts.setdefault(made["outlet"], made)
    return [*firsts.values(), *(q for q in quotes if q not in firsts.values())]


def _by_sentence(item: StoryItem) -> list[list[Evidence]]:
    found: dict[tuple[str, str], list[Evidence]] = {}
    for match in sorted(item.matches, key=lambda m: (-m.severity.rank, -m.score)):
        for hit in match.evidence:
            found.setdefault((hit.field, hit.sentence or hit.text), []).append(hit)
    return list(found.values())


def _outlets(story: Story, frame: Frame) -> tuple[list[Data], int]:
    """Each outlet once, the most reliable first; how many were cut."""
    found: dict[str, Data] = {}
    for item in sorted(story.items, key=lambda i: i.feed.reliability):
        name, side = outlet_name(item), side_of(item).value
        found.setdefault(
            name,
            {
                "name": name,
                "dir": direction("und", name),
                "side": side,
                "side_word": frame.word(side),
                "reliability": item.feed.reliability,
                "reliability_word": frame.word(item.feed.reliability),
                "link": safe_link(item.item.url),
                "title": cut(clean(item.item.title), MAX_TITLE),
                "lang": item.item.lang,
            },
        )
    return list(found.values())[:MAX_OUTLETS], max(0, len(found) - MAX_OUTLETS)


def _outlets_line(outlets: list[Data], left: int, frame: Frame) -> str:
    """`Outlet (side), Outlet (side) and 3 more`."""
    named = [f"{isolate(o['name'], frame.direction)} ({o['side_word']})" for o in outlets]
    more = f" {frame.say('and_more', n=left)}" if left else ""
    return frame.comma.join(named) + more


def _told_by(story: Story, frame: Frame) -> str:
    """`3 outlets, 2 sides`: independent tellings, counted by family."""
    families = {item.feed.family or item.feed.id for item in story.items}
    sides = {side_of(item) for item in story.items}
    return frame.comma.join((frame.count("outlet", len(families)), frame.count("side", len(sides))))


def _contacts(story: Story, frame: Frame) -> tuple[list[Data], int]:
    """Each reported contact once, those that are news before background; how many were cut."""
    found: dict[object, Data] = {}
    told = [c for item in story.items for c in item.contacts]
    for contact in sorted(told, key=lambda c: c.background):
        key = (contact.type, contact.status, contact.russian, contact.libyan, contact.place)
        found.setdefault(key, _contact(contact, frame))
    return list(found.values())[:MAX_CONTACTS], max(0, len(found) - MAX_CONTACTS)


def _contact(contact: Contact, frame: Frame) -> Data:
    return {
        "type": contact.type.value,
        "type_word": frame.word(contact.type.value),
        "status": contact.status.value,
        "status_word": frame.word(contact.status.value),
        "russian": _names(contact.russian),
        "libyan": _names(contact.libyan),
        "place": cut(clean(contact.place or ""), MAX_NAME),
        "date": cut(clean(contact.date or ""), MAX_NAME),
        "background": contact.background,
        "background_word": frame.word("background") if contact.background else "",
    }


def _names(names: tuple[str, ...]) -> list[str]:
    """The first eight names; of more, how many."""
    shown = [cut(clean(name), MAX_NAME) for name in names[:MAX_NAMES]]
    return [*shown, f"+{len(names) - MAX_NAMES}"] if len(names) > MAX_NAMES else shown


def _published(item: StoryItem, frame: Frame, zone: ZoneInfo) -> str:
    """The feed's date in words, with what is odd about it."""
    at, flag = item.item.published_at, item.item.date_flag
    if flag is DateFlag.UNREADABLE:
        return frame.say("date_unreadable", raw=cut(clean(item.item.published_raw), 60))
    if at is None or flag is DateFlag.MISSING:
        return frame.word("date_missing")
    when = frame.moment(at, zone)
    if flag in (DateFlag.FUTURE, DateFlag.ANCIENT):
        return frame.say(f"date_{flag.value}", when=when)
    return when


def _how_much_was_read(story: Story, frame: Frame) -> str:
    """How much of the articles the matcher had before it, by the best-read report."""
    items = [i.item for i in story.items]
    if any(i.fulltext is Fulltext.READ for i in items):
        return frame.word("full_text")
    if any(i.fulltext is Fulltext.UNAVAILABLE for i in items):
        return frame.word("no_article")
    if any(i.content for i in items):
        return ""
    return frame.word("summary_only" if any(i.summary for i in items) else "headline_only")


def _notes(story: Story, frame: Frame) -> list[str]:
    notes: Iterable[tuple[bool, str]] = (
        (any(i.revision > 1 for i in story.items), "revised"),
        (all(i.coverage is Coverage.BRAKED for i in story.items), "braked"),
    )
    return [frame.word(key) for holds, key in notes if holds]

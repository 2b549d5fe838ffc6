"""Pure. One story as plain data for the templates: only str, int, bool, list and dict, never an object;
with its quotations: the sentence around a hit, trimmed, the hits marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex

from monitor.messages import sources
from monitor.messages.text import clean, clean_keeping_length, cut, direction, host_of, isolate, safe_link
from monitor.model import Coverage, DateFlag, Fulltext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from monitor.languages.locale import Frame
    from monitor.model import Evidence, Item, Judged, Match, Story, StoryItem

#: characters shown before the first and after the last hit
MARGIN = 140
#: characters shown in all
MAX_QUOTE = 440
_GRAPHEME = regex.compile(r"\X")
_SPACES = regex.compile(r"[ \u200b]+")

Span = tuple[int, int]
Part = dict[str, Any]


def quote(item: Item, hits: Sequence[Evidence]) -> dict[str, Any]:
    """The sentence that `hits` (at least one, all of one sentence) stand in.

    Out: {"parts": [{"text": str, "hit": bool}, …], "text": the same as one, "lang", "dir", "key": the
    sentence, for telling quotations apart}.
    """
    sentence = hits[0].sentence or hits[0].text
    spans = _merged(sorted(filter(None, (_span(item, sentence, hit) for hit in hits))))
    shown = clean_keeping_length(sentence)
    parts: list[Part] = (
        _marked(shown, spans) if spans else [{"text": cut(_tidy(shown).strip(), MAX_QUOTE), "hit": False}]
    )
    text = "".join(str(part["text"]) for part in parts)
    return {
        "parts": parts,
        "text": text,
        "lang": item.lang,
        "dir": direction(item.lang, sentence),
        "key": sentence,
    }


def _span(item: Item, sentence: str, hit: Evidence) -> Span | None:
    """Where `hit` stands in `sentence`: by its offsets into the field, else by looking for its text."""
    text = str(getattr(item, hit.field, ""))
    if text[hit.start : hit.end] == hit.text:
        begin = text.find(sentence, max(0, hit.start - len(sentence)), hit.end + len(sentence))
        if begin >= 0 and begin <= hit.start and hit.end <= begin + len(sentence):
            return hit.start - begin, hit.end - begin
    at = sentence.find(hit.text) if hit.text else -1
    return (at, at + len(hit.text)) if at >= 0 else None


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[Span]) -> list[Part]:
    start = _word_start(text, spans[0][0] - MARGIN)
    spans = [s for s in spans if s[1] - start <= MAX_QUOTE] or [
        (spans[0][0], min(spans[0][1], start + MAX_QUOTE))
    ]
    end = _word_end(text, min(max(spans[-1][1] + MARGIN, spans[-1][1]), max(start + MAX_QUOTE, spans[-1][1])))
    end = max(end, spans[-1][1])
    parts: list[Part] = [{"text": "…" if start else "", "hit": False}]
    at = start
    for first, last in spans:
        parts += [{"text": text[at:first], "hit": False}, {"text": text[first:last], "hit": True}]
        at = last
    parts.append({"text": text[at:end].rstrip() + ("…" if end < len(text.rstrip()) else ""), "hit": False})
    return _joined(parts)


def _joined(parts: list[Part]) -> list[Part]:
    """Neighbours of one kind as one part, spaces tidied, empty ones gone."""
    joined: list[Part] = []
    for part in parts:
        text = _tidy(part["text"])
        if joined and joined[-1]["hit"] == part["hit"]:
            joined[-1]["text"] += text
        elif text:
            joined.append({"text": text, "hit": part["hit"]})
    return joined


def _tidy(text: str) -> str:
    return str(_SPACES.sub(lambda m: " " if " " in m.group() else "", text))


def _word_start(text: str, at: int) -> int:
    """The first beginning of a word at or after `at`; 0 when the text begins there."""
    if at <= 0:
        return 0
    space = text.find(" ", at, at + 40)
    return space + 1 if space >= 0 else _boundary(text, at)


def _word_end(text: str, at: int) -> int:
    """The last end of a word at or before `at`."""
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - 40), at)
    return space if space >= 0 else _boundary(text, at)


def _boundary(text: str, at: int) -> int:
    """The last grapheme boundary at or before `at`, looking back at most 64 characters."""
    base = max(0, at - 64)
    ends = [found.start() for found in _GRAPHEME.finditer(text, base, min(len(text), at + 64))]
    return max((end for end in ends if end <= at), default=at)


#: what one story shows at most; the rest is counted
MAX_QUOTES, MAX_REASONS, MAX_TITLE = 3, 4, 300

Data = dict[str, Any]


#: what a message says of a story that its reader was not told of before
_NO_NEWS = {"news": "new", "news_word": "", "change_line": "", "changes": []}


def story_context(
    judged: Judged, frame: Frame, zone: ZoneInfo, *, public_url: str | None, titles: Mapping[str, str]
) -> Data:
    """Everything that a template may say of a story; `titles` gives watchlists their titles."""
    story, best = judged.story, judged.best
    first_seen = min(item.first_seen_at for item in story.items)
    title = cut(clean(best.item.title), MAX_TITLE) or frame.word("untitled")
    lists = _watchlists(story, frame, titles)
    contacts, contacts_cut = sources.contacts(judged.contacts, frame, zone)
    corroboration = sources.corroboration(judged.corroboration, frame)
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
        **_outlets(judged, frame),
        "corroboration": corroboration,
        "told_by": corroboration["told_by"],
        "contacts": contacts,
        "contacts_cut": contacts_cut,
        "first_seen": frame.moment(first_seen, zone, year=False),
        "first_seen_iso": first_seen.isoformat(),
        "published": _published(best, frame, zone),
        "published_iso": best.item.published_at.isoformat() if best.item.published_at else "",
        "date_flag": best.item.date_flag.value,
        "read": _how_much_was_read(story, frame),
        "notes": _notes(story, frame),
        **sources.related(story, frame, public_url),
        "reports": len(story.items),
        "contacts_shown": True,
    } | _NO_NEWS


def _outlets(judged: Judged, frame: Frame) -> Data:
    """Who reports it, and who only carries what they report."""
    outlets, outlets_cut, carried, carried_cut = sources.outlets(judged, frame)
    carried_by = sources.outlets_line(carried, carried_cut, frame, sides=False)
    return {
        "outlets": outlets,
        "outlets_cut": outlets_cut,
        "outlets_line": sources.outlets_line(outlets, outlets_cut, frame),
        "carried": carried,
        "carried_cut": carried_cut,
        "carried_line": frame.say("also_carried", outlets=carried_by) if carried else "",
    }


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
                quotes[key] = {**made, "outlet": sources.name_of(item), "field": hits[0].field}
    return _varied(list(quotes.values()))[:MAX_QUOTES]


def quotes_of(item: StoryItem) -> list[Data]:
    """Every sentence of an item that is evidence, the loudest match's first, with the hits marked."""
    return [{**quote(item.item, hits), "field": hits[0].field} for hits in _by_sentence(item)]


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
        (any(i.withdrawn_at is not None for i in story.items), "withdrawn"),
        (all(i.coverage is Coverage.FLOOD_HELD for i in story.items), "flood_held"),
    )
    return [frame.word(key) for holds, key in notes if holds]

"""Pure. Items and stories as plain data, as CSV and as entries of an Atom feed."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from monitor.exports import atom, csv_table, plain
from monitor.exports.atom import AtomEntry
from monitor.exports.csv_table import Delimiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.model import Change, Contact, Evidence, Judged, Match, Step, Story, StoryItem

ITEM_COLUMNS = (
    "id", "first_seen", "published", "outlet", "side", "reliability", "language", "title", "severity", "watchlists",
    "coverage", "why", "contacts", "story", "copy_of", "credit", "revision", "withdrawn", "link",
)  # fmt: skip
STORY_COLUMNS = (
    "id", "first_seen", "latest", "severity", "title", "grade", "standing", "sides", "outlets", "languages",
    "watchlists", "items", "copies", "contacts", "link",
)  # fmt: skip


# --- items
# ---------------------------------------------------------------------------------------------------


def item_json(of: StoryItem, *, texts: bool = True) -> dict[str, Any]:
    """One item; `texts`: with its summary and content."""
    item = of.item
    return {
        "id": of.id,
        "title": item.title,
        **({"summary": item.summary, "content": item.content} if texts else {}),
        "url": item.url,
        "lang": item.lang,
        "author": item.author,
        "outlet": of.outlet,
        "side": of.side,
        "feed": of.feed.id,
        "family": of.feed.family,
        "reliability": of.feed.reliability,
        "key": item.key,
        "published": _instant(item.published_at),
        "published_as_said": item.published_raw,
        "date": item.date_flag.value,
        "first_seen": plain.instant(of.first_seen_at),
        "withdrawn": _instant(of.withdrawn_at),
        "revision": of.revision,
        "story": of.story_id,
        "copy_of": of.copy_of,
        "credit": of.credit,
        "full_text": item.fulltext.value,
        "coverage": of.coverage.value,
        "why": of.coverage_detail,
        "matches": [_match(m) for m in of.matches],
        "contacts": [_contact(c) for c in of.contacts],
        "silenced": [
            {"watchlist": s.watchlist, "rule": s.rule, "by": s.by, "text": s.text, "sentence": s.sentence}
            for s in of.suppressed
        ],
    }


def _contact(of: Contact) -> dict[str, Any]:
    return {
        "type": of.type.value,
        "status": of.status.value,
        "watchlist": of.watchlist,
        "parties": {party: list(names) for party, names in of.parties.items()},
        "place": of.place,
        "date": of.date,
        "background": of.background,
    }


def items_csv(items: Iterable[StoryItem], delimiter: Delimiter = Delimiter.COMMA) -> str:
    """One item a row."""
    return csv_table.table(ITEM_COLUMNS, (_item_row(item) for item in items), delimiter)


def _item_row(of: StoryItem) -> tuple[str, ...]:
    loudest = max((m.severity for m in of.matches), key=lambda s: s.rank, default=None)
    return (
        str(of.id),
        plain.instant(of.first_seen_at),
        _instant(of.item.published_at) or "",
        of.outlet,
        of.side,
        of.feed.reliability,
        of.item.lang,
        of.item.title,
        loudest.value if loudest else "",
        "; ".join(dict.fromkeys(m.watchlist for m in of.matches)),
        of.coverage.value,
        of.coverage_detail,
        str(len(of.contacts)),
        of.story_id or "",
        str(of.copy_of or ""),
        of.credit,
        str(of.revision),
        _instant(of.withdrawn_at) or "",
        of.item.url or "",
    )


def _match(of: Match) -> dict[str, Any]:
    return {
        "watchlist": of.watchlist,
        "rule": of.rule,
        "severity": of.severity.value,
        "score": of.score,
        "reason": of.reason,
        "evidence": [_evidence(e) for e in of.evidence],
    }


def _evidence(of: Evidence) -> dict[str, Any]:
    return {
        "field": of.field, "start": of.start, "end": of.end, "text": of.text, "term": of.term, "sentence": of.sentence,
    }  # fmt: skip


# --- stories
# -------------------------------------------------------------------------------------------------


def story_json(of: Judged, steps: Sequence[Step] = (), *, texts: bool = False) -> dict[str, Any]:
    """A story with what it amounts to; with `steps` how it grew."""
    story = of.story
    made = {
        "id": story.id,
        "title": of.best.item.title,
        "severity": story.severity.value,
        "first_seen": plain.instant(first_seen(story)),
        "first_published": _instant(min((i.told_at for i in story.items), default=None)),
        "latest": plain.instant(latest(story)),
        "outlets": list(outlets(story)),
        "sides": list(sides(story)),
        "families": sorted({i.feed.family or i.feed.id for i in story.items}),
        "languages": list(languages(story)),
        "reliabilities": sorted({i.feed.reliability for i in story.items}),
        "watchlists": list(watchlists(story)),
        "corroboration": plain.corroboration_json(of.corroboration),
        "contacts": [plain.as_json(c) for c in of.contacts],
        "related": [{"id": other.id, "title": other.title, "why": other.why} for other in story.related],
        "items": [item_json(i, texts=texts) for i in story.items],
    }
    if steps:
        made["timeline"] = [
            {
                "at": plain.instant(s.at),
                "what": s.kind,
                "item": s.item.id,
                "outlet": s.item.outlet,
                "side": s.item.side,
                "changes": [change_json(c) for c in s.changes],
            }
            for s in steps
        ]
    return made


def change_json(of: Change) -> dict[str, Any]:
    """A change as plain data."""
    return {"kind": of.kind, "reason": of.reason, "before": list(of.before), "after": list(of.after)}


def stories_csv(stories: Iterable[Judged], delimiter: Delimiter = Delimiter.COMMA) -> str:
    """One story a row."""
    return csv_table.table(STORY_COLUMNS, (_story_row(story) for story in stories), delimiter)


def _story_row(of: Judged) -> tuple[str, ...]:
    story = of.story
    return (
        story.id,
        plain.instant(first_seen(story)),
        plain.instant(latest(story)),
        story.severity.value,
        of.best.item.title,
        plain.grade(of.corroboration),
        of.corroboration.explained,
        "; ".join(sides(story)),
        "; ".join(outlets(story)),
        "; ".join(languages(story)),
        "; ".join(watchlists(story)),
        str(len(story.items)),
        str(copies(story)),
        "; ".join(c.id for c in of.contacts),
        of.best.item.url or "",
    )


def stories_atom(stories: Iterable[Judged], *, now: datetime) -> str:
    """The feed of stories, as given; `now` dates an empty one."""
    return atom.feed("stories", "Stories", map(_atom_entry, stories), empty_at=now)


def _atom_entry(of: Judged) -> AtomEntry:
    story = of.story
    lines = [
        f"{plain.grade(of.corroboration)}: {of.corroboration.explained}",
        *(f"{plain.title(c)} ({plain.STATUS_WORDS[c.status]})" for c in of.contacts if not c.background),
    ]
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return AtomEntry(
        name=f"story/{story.id}",
        title=of.best.item.title or story.id,
        content=f"{paragraphs}<ul>{''.join(f'<li>{_teller(item)}</li>' for item in story.items)}</ul>",
        published_at=first_seen(story),
        updated_at=latest(story),
        link=of.best.item.url,
        categories=(story.severity.value, *watchlists(story), *sides(story)),
    )


def _teller(of: StoryItem) -> str:
    title = f'<span lang="{html.escape(of.item.lang)}" dir="auto">{html.escape(of.item.title)}</span>'
    linked = f'<a href="{html.escape(of.item.url)}">{title}</a>' if of.item.url else title
    marks = [
        " (a copy)" if of.copy_of is not None else "",
        " (taken out of its feed since)" if of.withdrawn_at else "",
    ]
    return f"{html.escape(of.outlet)}, {of.told_at:%Y-%m-%d %H:%M}: {linked}{''.join(marks)}"


# --- what they have in common
# --------------------------------------------------------------------------------


def first_seen(of: Story) -> datetime:
    """When we first saw it."""
    return min(i.first_seen_at for i in of.items)


def latest(of: Story) -> datetime:
    """The last moment at which we learned anything about it."""
    return max([i.first_seen_at for i in of.items] + [i.withdrawn_at for i in of.items if i.withdrawn_at])


def outlets(of: Story) -> tuple[str, ...]:
    """Who carries it, the first to tell it first."""
    return tuple(dict.fromkeys(i.outlet for i in of.items))


def sides(of: Story) -> tuple[str, ...]:
    """The sides of its outlets."""
    return tuple(dict.fromkeys(i.side for i in of.items))


def languages(of: Story) -> tuple[str, ...]:
    """The languages in which it is told."""
    return tuple(dict.fromkeys(i.item.lang for i in of.items))


def watchlists(of: Story) -> tuple[str, ...]:
    """The watchlists that any of its items matched."""
    return tuple(dict.fromkeys(m.watchlist for i in of.items for m in i.matches))


def copies(of: Story) -> int:
    """How many of its items repeat another."""
    return sum(i.copy_of is not None for i in of.items)


def _instant(at: datetime | None) -> str | None:
    return plain.instant(at) if at else None

"""What stories and contacts are asked for: the filters of a page, and how the address says them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from monitor.contacts.parties import EntityIndex
from monitor.matching.building import Names, spellings
from monitor.model import Severity
from monitor.store.archive import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.desk.asked import Asked, Desk
    from monitor.matching.mentions import EntitySpec
    from monitor.watchlists.compile import Watchlists

#: days back, and how that is said
PERIODS = {"1": "last day", "7": "last week", "30": "last month", "365": "last year"}

#: in the order in which a form has them
FIELDS = ("q", "watchlist", "severity", "period", "side", "party", "lang", "who")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What each field of the form may be: value to what a reader is shown."""

    watchlists: Mapping[str, str]
    sides: Mapping[str, str]
    parties: Mapping[str, str]
    languages: Sequence[str]
    severities: Sequence[str] = tuple(s.value for s in reversed(Severity))
    periods: Mapping[str, str] = field(default_factory=lambda: PERIODS)


def choices(desk: Desk) -> Choices:
    """As the configured files have them."""
    parts = desk.app.parts
    sides = parts.watchlists.press.sides
    parties = {p: names for lists in parts.watchlists.party_titles.values() for p, names in lists.items()}
    return Choices(
        watchlists=parts.titles,
        sides={side: sides.title(side, "en") for side in sides.ids},
        parties={p: names.get("en", p) for p, names in sorted(parties.items())},
        languages=sorted({feed.language for feed in parts.feeds} - {"mul"}),
    )


def given(asked: Asked, known: Choices) -> dict[str, str]:
    """The fields that are filled in with something that there is."""
    values = {
        "q": asked.get("q"),
        "watchlist": asked.wanted("watchlist", known.watchlists),
        "severity": asked.wanted("severity", known.severities),
        "side": asked.wanted("side", known.sides),
        "party": asked.wanted("party", known.parties),
        "lang": asked.wanted("lang", known.languages),
        "who": asked.get("who"),
        "period": asked.wanted("period", PERIODS),
    }
    return {name: value for name, value in values.items() if value}


def wanted(values: Mapping[str, str], lists: Watchlists, now: datetime) -> Filter:
    """The filter for the archive. Words that name somebody are looked for in every spelling and script."""
    plain, spelt = _spelt(values.get("q", ""), lists)
    days = values.get("period")
    return Filter(
        text=" ".join(plain),
        spelt=spelt,
        watchlist=values.get("watchlist"),
        min_severity=Severity(values["severity"]) if "severity" in values else None,
        side=values.get("side"),
        party=values.get("party"),
        names=_names(values.get("who", ""), lists),
        lang=values.get("lang"),
        since=now - timedelta(days=int(days)) if days else None,
    )


def address(path: str, values: Mapping[str, str], **more: str) -> str:
    """`path` with the fields that are filled in."""
    said = urlencode({**values, **more})
    return f"{path}?{said}" if said else path


def page_after(asked: Asked) -> tuple[datetime, str] | None:
    """The last story of the page before, as `next_page` wrote it; None: it is the first page."""
    stamp, _, story = asked.get("after").partition("_")
    try:
        return (datetime.fromtimestamp(float(stamp), UTC), story) if story else None
    except (ValueError, OverflowError, OSError):
        return None


def next_page(changed_at: datetime, story: str) -> str:
    """What the address of the next page says."""
    return f"{changed_at.timestamp():.6f}_{story}"


def _spelt(text: str, lists: Watchlists) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
    """Words that are looked for as they are, and of names all forms: the whole text first, else each word."""
    known = _Lists(lists.revision, lists)
    if " " in text and (whole := _forms(known, text)):
        return [], (whole,)
    forms = {word: _forms(known, word) for word in text.split()}
    return [word for word, found in forms.items() if not found], tuple(filter(None, forms.values()))


def _names(text: str, lists: Watchlists) -> tuple[str, ...]:
    """Who takes part: the names that contacts have for everybody who is called so."""
    found = tuple(entity.name for entity in _known(_Lists(lists.revision, lists), text)) if text else ()
    return found or ((text,) if text else ())


@dataclass(frozen=True, slots=True)
class _Lists:
    """Watchlists as the key of what is remembered of them."""

    revision: str
    lists: Watchlists = field(compare=False, hash=False)


def index(lists: Watchlists) -> EntityIndex:
    """Who is who in these watchlists."""
    return _index(_Lists(lists.revision, lists))


@lru_cache(maxsize=2)
def _index(of: _Lists) -> EntityIndex:
    return EntityIndex.of(of.lists.entities.values(), of.lists.party_titles)


def called(lists: Watchlists, said: str) -> tuple[EntitySpec, ...]:
    """The entities that go by `said`, in any language and spelling, or have it as a word of their name."""
    return _known(_Lists(lists.revision, lists), said)


@lru_cache(maxsize=2)
def _named(of: _Lists) -> Names:
    return Names(of.lists.entities.values())


@lru_cache(maxsize=512)
def _known(of: _Lists, text: str) -> tuple[EntitySpec, ...]:
    return _named(of).called(text)


@lru_cache(maxsize=512)
def _forms(of: _Lists, text: str) -> tuple[str, ...]:
    """Every form of everybody who is called `text`; none where nobody is."""
    return tuple(dict.fromkeys(form for entity in _known(of, text) for form in spellings(entity)))

"""Items that report contacts, in our own words, and the ledger made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.contacts.register import ledger
from monitor.model import (
    Contact,
    ContactStatus,
    ContactType,
    Corroboration,
    Coverage,
    Evidence,
    Feed,
    Item,
    LedgerContact,
    Side,
    StoryItem,
    Voice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from monitor.model import Story

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PEOPLE = frozenset(
    {"Sergei Lavrov", "Vladimir Putin", "Sergei Shoigu", "Khalifa Haftar", "Aguila Saleh", "Mohamed al-Menfi"}
)
TITLES = {
    "russia-libya-contacts": {
        "russia": {"en": "Russian side", "ar": "الجانب الروسي"},
        "libya": {"en": "Libyan side", "ar": "الجانب الليبي"},
    }
}
#: names that stand for a whole party
GENERAL = frozenset({"Russia", "Libya", "Kremlin", "Russian delegation", "Libyan delegation"})
WORDS = {
    "ru": "Лавров принял Хафтара в Москве.",
    "ar": "التقى لافروف حفتر في موسكو.",
    "en": "Lavrov received Haftar in Moscow.",
}


def between(
    changes: dict[str, Any],
    russian: Sequence[str],
    libyan: Sequence[str],
    watchlist: str = "russia-libya-contacts",
) -> dict[str, Any]:
    """`changes` of a contact that may say by `russian` and `libyan` who took part, as fields of a contact."""
    sides = {"russia": changes.get("russian", russian), "libya": changes.get("libyan", libyan)}
    named = {party: tuple(names) for party, names in sides.items()}
    general = GENERAL & {name for names in named.values() for name in names}
    rest = {key: value for key, value in changes.items() if key not in {"russian", "libyan"}}
    return {"watchlist": watchlist, "parties": named, "general": general} | rest


def contact(**changes: Any) -> Contact:
    """A meeting of two ministers that took place."""
    values: dict[str, Any] = {
        "type": ContactType.MEETING,
        "status": ContactStatus.HAPPENED,
        "place": "Moscow",
    }
    return Contact(**values | between(changes, ("Sergei Lavrov",), ("Khalifa Haftar",)))


def said(number: int, *contacts: Contact, day: float = 0, **changes: Any) -> StoryItem:
    """Item `number` of some outlet, published `day` days after noon, seen ten minutes later."""
    at = NOON + timedelta(days=day)
    outlet, lang = changes.pop("outlet", "Gazette"), changes.pop("lang", "en")
    sentence = WORDS.get(lang, WORDS["en"])
    quoted = Evidence(
        field="content", start=0, end=len(sentence), text=sentence, term="%contact", sentence=sentence
    )
    item = Item(
        key=f"guid:{number}",
        feed_id=outlet.lower(),
        title="A meeting",
        lang=lang,
        url=changes.pop("url", f"https://{outlet.lower().replace(' ', '-')}.example/{number}"),
        published_at=at,
        outlet=outlet,
        outlet_side=changes.pop("side", Side("independent")),
    )
    own = tuple(
        Contact(**{name: getattr(c, name) for name in Contact.__slots__} | {"evidence": (quoted,)})
        for c in contacts
    )
    values: dict[str, Any] = {
        "id": number,
        "item": item,
        "feed": Feed(id=outlet.lower(), url="", title=outlet, reliability="C"),
        "first_seen_at": at + timedelta(minutes=10),
        "revision": 1,
        "matches": (),
        "contacts": own,
        "coverage": Coverage.MATCHED,
    }
    return StoryItem(**values | changes)


def role(name: str, on: date | None) -> str:
    """Lavrov is minister in 2026."""
    return "foreign minister" if name == "Sergei Lavrov" and on is not None and on.year == 2026 else ""


def judged(story: Story) -> Corroboration:
    """A grade that says how many items there were."""
    return Corroboration(
        voices=(Voice(name="gazette", sides=(Side("independent"),), reliability="B", outlets=("Gazette",)),),
        reliability="B",
        credibility=2,
        grounds=("independent",),
        explained=f"{len(story.items)} reports",
    )


def made(*items: StoryItem) -> tuple[LedgerContact, ...]:
    """The ledger of `items`."""
    return ledger(items, role, people=PEOPLE, titles=TITLES)


def sample() -> tuple[LedgerContact, ...]:
    """A meeting that was planned, took place and is denied by one side, told in three languages; and a later call."""
    planned = contact(status=ContactStatus.PLANNED, date="2026-03-06")
    met = contact(date="2026-03-06", libyan=("Khalifa Haftar", "Libyan National Army"))
    denied = contact(status=ContactStatus.DENIED, date="2026-03-06")
    call = contact(type=ContactType.CALL, place=None, russian=("Vladimir Putin",), libyan=("Aguila Saleh",))
    items: Iterable[StoryItem] = (
        said(1, planned, outlet="Vestnik", side=Side("russia-state"), lang="ru", story_id="s-1"),
        said(2, met, day=2, outlet="Sawt", side=Side("libya-east"), lang="ar", story_id="s-1"),
        said(3, denied, day=3, outlet="Tripoli Post", side=Side("libya-west")),
        said(4, call, day=40, url=None),
    )
    return ledger(items, role, people=PEOPLE, titles=TITLES, corroborate=judged)

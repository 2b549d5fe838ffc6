"""Stories in the making for tests: items of invented outlets on any side, with contacts, in a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.model import (
    Contact,
    ContactStatus,
    ContactType,
    Coverage,
    Feed,
    Item,
    Match,
    Severity,
    Side,
    Story,
    StoryItem,
)
from tests.support.ledger import between
from tests.support.press import FREE

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BELOUSOV, HAFTAR, SADDAM = "Andrei Belousov", "Khalifa Haftar", "Saddam Haftar"
PEOPLE = frozenset({BELOUSOV, HAFTAR, SADDAM})


def met(
    status: str = "happened",
    *,
    russian: Sequence[str] = (BELOUSOV,),
    libyan: Sequence[str] = (HAFTAR,),
    **more: Any,
) -> Contact:
    """A meeting of the two, which took place unless `status` says otherwise."""
    return Contact(
        type=ContactType.MEETING,
        status=ContactStatus(status),
        **between(more, russian, libyan),
    )


def telling(
    number: int,
    side: Side = FREE,
    letter: str = "B",
    *contacts: Contact,
    family: str = "",
    severity: Severity = Severity.HIGH,
    hours: float | None = None,
    **more: Any,
) -> StoryItem:
    """Item `number` of an outlet of its own on `side`, seen that many hours after noon.

    `more`: fields of the item that is kept (title, content ...) or of the story's item (credit, copy_of ...).
    """
    name = f"Outlet {number}"
    seen = NOON + timedelta(hours=number if hours is None else hours)
    own = {key: more.pop(key) for key in list(more) if key in StoryItem.__dataclass_fields__}
    feed = Feed(
        id=f"f{number}", url=f"https://f{number}.example/rss", title=name, side=side, family=family,
        reliability=letter,
    )  # fmt: skip
    feed = replace(feed, **own.pop("feed")) if "feed" in own else feed
    item = Item(
        key=f"guid:{number}", feed_id=feed.id, title="Two men met in a town by the sea", lang="en",
        content="They spoke.", published_at=seen, outlet=feed.title,
    )  # fmt: skip
    match = Match(watchlist="w", rule="r", severity=severity, score=0.9, evidence=(), reason="why")
    made = StoryItem(
        id=number, item=replace(item, **more), feed=feed, first_seen_at=seen, revision=1, matches=(match,),
        contacts=contacts, coverage=Coverage.MATCHED, story_id="s-1",
    )  # fmt: skip
    return replace(made, **own)


def story(*items: StoryItem) -> Story:
    """A story of these items."""
    return Story(id="s-1", items=items)

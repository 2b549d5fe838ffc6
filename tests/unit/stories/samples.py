"""Items and signatures for the tests of stories, in our own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import Contact, ContactStatus, ContactType, Decision, Fact, Item
from monitor.stories.rarity import Weeks, weighed
from monitor.stories.signature import signature
from tests.support.ledger import GENERAL

if TYPE_CHECKING:
    from monitor.stories.signature import Signature

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PARAGRAPHS = (
    "The delegation landed before dawn and was driven to the guest house by the lake.",
    "Officials spoke for three hours about grain, a railway and the training of pilots.",
    "Nobody signed a paper, although two drafts lay on the table until the evening.",
    "A spokesman promised a further round in the autumn, in the capital or elsewhere.",
    "Reporters were kept behind a rope and saw little more than the motorcade.",
    "Opposition deputies asked in the chamber who had paid for the aircraft.",
    "The central bank had earlier published figures that surprised most observers.",
    "Residents along the coast road complained about the closure of the bridge.",
)


def item(key: str, title: str = "", *, feed: str = "a", hours: float = 0, **more: object) -> Item:
    """An item of `feed`, published `hours` after noon."""
    at = NOON + timedelta(hours=hours)
    return Item(key=key, feed_id=feed, title=title, published_at=at, **more)  # type: ignore[arg-type]


def facts(**weights: int) -> tuple[Fact, ...]:
    """`haftar=3` is the entity @haftar in the title; `n_1300=1` a number, `un_2570=3` a document."""
    kinds = {"n": "n:", "un": "un:S/RES/", "s": "%"}
    places, countries = {"moscow", "rome", "kremlin"}, {"libya", "egypt"}
    made = []
    for name, weight in weights.items():
        kind, _, rest = name.partition("_")
        if rest and kind in kinds:
            made.append(Fact(kinds[kind] + rest, weight))
        else:
            what = "place" if name in places else "country" if name in countries else "person"
            made.append(Fact(f"@{name}", weight, what))
    return tuple(made)


def contact(russian: str, libyan: str, *, date: str | None = None, background: bool = False) -> Contact:
    """A meeting that took place."""
    return Contact(
        type=ContactType.MEETING,
        status=ContactStatus.HAPPENED,
        watchlist="russia-libya-contacts",
        parties={"russia": (russian,), "libya": (libyan,)},
        general=GENERAL & {russian, libyan},
        date=date,
        background=background,
    )


def signed(
    of: Item, *contacts: Contact, lang: str = "en", named: tuple[Fact, ...] = (), unnamed: str = ""
) -> Signature:
    """The signature of an item with these contacts and facts, weighed in a stream that has just begun.

    `unnamed`: the words of its title that are no name which a list knows.
    """
    decided = Decision(lang=lang, contacts=contacts, facts=named, unnamed=tuple(unnamed.split()))
    made = signature(of, decided, NOON)
    return weighed(made, Weeks().around(NOON))

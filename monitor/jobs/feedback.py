"""A person's word against a match: kept as a suppression, and applied to what is stored and to what comes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor import logs
from monitor.errors import StoreError
from monitor.model.delivery import Part
from monitor.store import archive, stories, suppressions
from monitor.stories.outlets import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from monitor.model import Match, StoryItem
    from monitor.model.delivery import Suppression
    from monitor.model.press import Outlets

log = logs.get("feedback")


class Scope(StrEnum):
    """How far a false alarm goes."""

    #: the story, and what the same publisher tells with no other evidence
    USUAL = "usual"
    STORY = "story"
    #: the rule with no other evidence, whoever tells it
    PHRASE = "phrase"
    #: the rule, by the same publisher
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a person says."""

    #: the number of an item, or the id of a story
    what: str
    author: str
    reason: str
    lasts: timedelta
    #: None: the only one that matched
    watchlist: str | None = None
    rule: str | None = None
    scope: Scope = Scope.USUAL


def suppress(
    tx: Connection, claim: Claim, now: datetime, known: Outlets
) -> tuple[Suppression, StoryItem, int]:
    """Keep the claim and apply it to the story; the suppression, the item that it was said of, and how many
    it silenced.

    Raises StoreError: no such item or story, or no such match in it.
    """
    if not claim.author.strip() or not claim.reason.strip():
        raise StoreError("a false alarm needs an author and a reason (others will review it)")
    told = _items(tx, claim.what)
    named = _watchlist(claim, told)
    false = [(item, m) for item in told for m in item.matches if _meant(m, named, claim.rule)]
    if not false:
        rule = f"/{claim.rule}" if claim.rule else ""
        raise StoreError(
            f"nothing of {named}{rule} matched in {claim.what} (`monitor items show` has its matches)"
        )
    item = false[0][0]
    made = suppressions.add(
        tx,
        named,
        _parts(claim, item, known, [m for i, m in false if i.id == item.id]),
        rule=claim.rule,
        author=claim.author.strip(),
        reason=" ".join(claim.reason.split()),
        now=now,
        expires_at=now + claim.lasts,
        item_id=item.id,
    )
    story = stories.load(tx, item.story_id) if item.story_id else None
    count = _apply(tx, story.items if story is not None else told, [made], known)
    log.info("suppressed", suppression=made.id, watchlist=named, author=made.author, items=count)
    return made, item, count


def apply(tx: Connection, item_ids: Iterable[int], now: datetime, known: Outlets) -> int:
    """Silence what suppressions in force cover among these items; how many items were."""
    ids = list(item_ids)
    held = suppressions.active(tx, now) if ids else ()
    return _apply(tx, archive.load(tx, ids), held, known) if held else 0


def _apply(tx: Connection, told: Sequence[StoryItem], held: Sequence[Suppression], known: Outlets) -> int:
    count = 0
    for item in told:
        by_match = {
            (m.watchlist, m.rule): (m, s) for m in item.matches for s in held if _covers(s, item, m, known)
        }
        if by_match:
            suppressions.silence(tx, item, list(by_match.values()))
            count += 1
    return count


def _covers(suppression: Suppression, item: StoryItem, match: Match, known: Outlets) -> bool:
    terms = frozenset(evidence.term for evidence in match.evidence)
    return suppression.covers(
        match.watchlist, match.rule, terms=terms, family=family(item, known), story=item.story_id
    )


def _items(tx: Connection, what: str) -> Sequence[StoryItem]:
    """An item by its number, or those of a story."""
    if what.isascii() and what.isdigit():
        item = archive.get(tx, int(what))
        if item is None:
            raise StoreError(f"there is no item {what} (`monitor items search` lists them)")
        return [item]
    story = stories.load(tx, what)
    if story is None:
        raise StoreError(f"there is no story {what} (`monitor stories` lists them)")
    return story.items


def _watchlist(claim: Claim, told: Sequence[StoryItem]) -> str:
    if claim.watchlist is not None:
        return claim.watchlist
    names = sorted({m.watchlist for item in told for m in item.matches})
    if len(names) != 1:
        said = f"several watchlists matched: {', '.join(names)}" if names else "nothing matched"
        raise StoreError(f"{said} in {claim.what} (name the one that is wrong)")
    return names[0]


def _meant(match: Match, watchlist: str, rule: str | None) -> bool:
    return match.watchlist == watchlist and rule in (None, match.rule)


def _parts(claim: Claim, item: StoryItem, known: Outlets, false: Sequence[Match]) -> list[Part]:
    if claim.scope is not Scope.USUAL and claim.scope is not Scope.STORY and claim.rule is None:
        raise StoreError(f"the scope {claim.scope} is wide (name the rule that is wrong)")
    terms = frozenset(e.term for m in false for e in m.evidence)
    if claim.scope is Scope.PHRASE:
        return [Part(terms=terms)]
    if claim.scope is Scope.OUTLET:
        return [Part(family=family(item, known))]
    found = [Part(story=item.story_id)] if item.story_id else []
    if claim.scope is Scope.USUAL or not found:
        found.append(Part(terms=terms, family=family(item, known)))
    return found

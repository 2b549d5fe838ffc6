"""Nouns to rows and back. What JSON columns hold is written here, so that old rows stay readable."""

from __future__ import annotations

import functools
import operator
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from monitor.model import (
    UNKNOWN,
    Asks,
    Contact,
    ContactStatus,
    ContactType,
    DateFlag,
    Evidence,
    Feed,
    FeedState,
    FetchFault,
    Fulltext,
    Item,
    Match,
    Rhythm,
    Severity,
    Side,
    Speaker,
    Standing,
    Suppressed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import RowMapping

Row = dict[str, Any]

_FEED_FIELDS = frozenset(f.name for f in fields(Feed))
#: columns of `feeds` that a poll writes, named as in FeedState
STATE_FIELDS = tuple(f.name for f in fields(FeedState) if f.name != "feed")
_state_of = operator.attrgetter(*STATE_FIELDS)
#: columns of `items` that come from the item itself
ITEM_FIELDS = tuple(f.name for f in fields(Item))
_fields_of = operator.attrgetter(*ITEM_FIELDS)


def feed_definition(feed: Feed) -> Row:
    """The JSON object of `feed`; its intervals in seconds."""
    return asdict(feed) | {
        "side": feed.side,
        "interval": _seconds(feed.interval),
        "min_interval": _seconds(feed.min_interval),
    }


def feed(definition: Mapping[str, Any], *, enabled: bool) -> Feed:
    """The feed of a stored definition; keys of another version are passed over."""
    known = {key: value for key, value in definition.items() if key in _FEED_FIELDS}
    for name in ("interval", "min_interval"):
        known[name] = _duration(known.get(name))
    known["side"] = Side(known.get("side", UNKNOWN))
    return replace(Feed(**known), enabled=enabled)


def state_columns(state: FeedState, names: Iterable[str] = STATE_FIELDS) -> Row:
    """The state part of a row of `feeds`, or `names` of it."""
    columns = {name: getattr(state, name) for name in names}
    if "rhythm" in columns:
        columns["rhythm"] = _rhythm_row(state.rhythm)
    if "asks" in columns:
        columns["asks"] = _asks_row(state.asks)
    return columns


def state_changes(before: FeedState, after: FeedState) -> tuple[str, ...]:
    """The columns of the state in which two states of a feed differ."""
    pairs = zip(STATE_FIELDS, _state_of(before), _state_of(after), strict=True)
    return tuple([name for name, old, new in pairs if old is not new and old != new])


def feed_state(row: RowMapping) -> FeedState:
    """A row of `feeds`."""
    columns: Row = {name: row[name] for name in STATE_FIELDS}
    columns["fault"] = FetchFault(columns["fault"]) if columns["fault"] else None
    columns["rhythm"], columns["asks"] = _rhythm(columns["rhythm"]), _asks(columns["asks"])
    definition = row["definition"]
    defined = feed_of if isinstance(definition, str) else feed
    return FeedState(feed=defined(definition, enabled=row["enabled"]), **columns)


@functools.lru_cache(maxsize=4096)
def feed_of(definition: str, *, enabled: bool) -> Feed:
    """The same of a definition as JSON, which for most feeds never changes."""
    return feed(orjson.loads(definition), enabled=enabled)


def item_columns(item: Item, folded: str = "") -> Row:
    """The item's own part of a row of `items`; `folded`: its text as that is compared, where it is known."""
    columns = dict(zip(ITEM_FIELDS, _fields_of(item), strict=True))
    columns["folded"] = folded or folded_text(item.title, item.summary, item.content)
    return columns


def item(row: RowMapping) -> Item:
    """A row of `items`, or of a join that holds its columns."""
    columns: Row = {name: row[name] for name in ITEM_FIELDS}
    columns["date_flag"] = DateFlag(columns["date_flag"] or DateFlag.OK)
    columns["outlet_side"] = Side(columns["outlet_side"] or UNKNOWN)
    columns["fulltext"] = Fulltext(columns["fulltext"])
    return Item(**columns)


def match_row(match: Match, item_id: int, revision: int, at: datetime, *, again: bool) -> Row:
    """A row of `matches`."""
    return {
        "item_id": item_id,
        "revision": revision,
        "watchlist": match.watchlist,
        "rule": match.rule,
        "severity": match.severity.value,
        "score": match.score,
        "reason": match.reason,
        "evidence": _evidence_rows(match.evidence),
        "at": at,
        "again": again,
    }


def match(row: RowMapping) -> Match:
    """A row of `matches`."""
    return Match(
        watchlist=row["watchlist"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        score=row["score"],
        evidence=_evidence(row["evidence"]),
        reason=row["reason"],
    )


def contact_row(contact: Contact, item_id: int, revision: int) -> Row:
    """A row of `contacts`."""
    return {
        "item_id": item_id,
        "revision": revision,
        "watchlist": contact.watchlist,
        "type": contact.type.value,
        "status": contact.status.value,
        "place": contact.place,
        "date": contact.date,
        "background": contact.background,
        "evidence": _evidence_rows(contact.evidence),
        "speaker": speaker_row(contact.speaker),
    }


def party_rows(contact: Contact, contact_id: int) -> list[Row]:
    """Rows of `contact_parties`."""
    named = [(party, name) for party, names in contact.parties.items() for name in names]
    return [
        {
            "contact_id": contact_id,
            "position": position,
            "party": party,
            "name": name,
            "general": name in contact.general,
        }
        for position, (party, name) in enumerate(named)
    ]


def contact(row: RowMapping, named: Iterable[RowMapping]) -> Contact:
    """A row of `contacts` with its rows of `contact_parties`, in order."""
    parties: dict[str, tuple[str, ...]] = {}
    general: set[str] = set()
    for one in named:
        parties[one["party"]] = (*parties.get(one["party"], ()), one["name"])
        general.update([one["name"]] if one["general"] else ())
    return Contact(
        watchlist=row["watchlist"],
        parties=parties,
        general=frozenset(general),
        type=ContactType(row["type"]),
        status=ContactStatus(row["status"]),
        place=row["place"],
        date=row["date"],
        background=row["background"],
        evidence=_evidence(row["evidence"]),
        speaker=speaker(row["speaker"]),
    )


def speaker_row(of: Speaker | None) -> Row | None:
    """A speaker in a column."""
    return asdict(of) if of else None


def speaker(stored: Row | None) -> Speaker | None:
    """Out of a column."""
    return Speaker(stored["name"], stored["kind"], Side(stored["side"])) if stored else None


def suppressed_row(mention: Suppressed, item_id: int, revision: int) -> Row:
    """A row of `suppressed`."""
    return asdict(mention) | {"item_id": item_id, "revision": revision}


def suppressed(row: RowMapping) -> Suppressed:
    """A row of `suppressed`."""
    return Suppressed(**{f.name: row[f.name] for f in fields(Suppressed)})


def standing_row(told: Standing) -> Row:
    """The JSON object of what a receiver knows of a story."""
    return {
        "severity": told.severity.value,
        "sides": sorted(told.sides),
        "denied_by": sorted(told.denied_by),
        "contradicted_by": sorted(told.contradicted_by),
        "deniers": {name: sorted(sides) for name, sides in told.deniers.items()},
        "voices": sorted(told.voices),
        "participants": sorted(told.participants),
        "statuses": dict(told.statuses),
        "withdrawn": told.withdrawn,
        "corrected": told.corrected,
    }


def standing(stored: Mapping[str, Any]) -> Standing:
    """What was stored by `standing_row`; what another version did not write is empty."""
    return Standing(
        severity=Severity(stored["severity"]),
        sides=frozenset(map(Side, stored.get("sides", ()))),
        denied_by=frozenset(map(Side, stored.get("denied_by", ()))),
        contradicted_by=frozenset(map(Side, stored.get("contradicted_by", ()))),
        deniers={name: tuple(map(Side, sides)) for name, sides in stored.get("deniers", {}).items()},
        voices=frozenset(stored.get("voices", ())),
        participants=frozenset(stored.get("participants", ())),
        statuses={key: ContactStatus(value) for key, value in stored.get("statuses", {}).items()},
        withdrawn=stored.get("withdrawn", False),
        corrected=stored.get("corrected", False),
    )


def _rhythm_row(learnt: Rhythm | None) -> Row | None:
    if learnt is None:
        return None
    return {
        "since": learnt.since.isoformat(),
        "at": learnt.at.isoformat(),
        "hours": [round(count, 3) for count in learnt.hours],
        "days": [round(count, 3) for count in learnt.days],
    } | {name: round(getattr(learnt, name), 4) for name in ("total", "recent", "peak", "window")}


def _rhythm(stored: Mapping[str, Any] | None) -> Rhythm | None:
    if not stored:
        return None
    times = {name: datetime.fromisoformat(stored[name]) for name in ("since", "at")}
    counts = {name: tuple(stored[name]) for name in ("hours", "days")}
    return Rhythm(**{**stored, **times, **counts})


def _asks_row(asks: Asks) -> Row | None:
    until = asks.slow_until
    row = {
        "fresh_for": _seconds(asks.fresh_for),
        "ttl": _seconds(asks.ttl),
        "skip_hours": list(asks.skip_hours),
        "skip_days": list(asks.skip_days),
        "slow_until": until.isoformat() if until is not None else None,
    }
    return {name: value for name, value in row.items() if value not in (None, [])} or None


def _asks(stored: Mapping[str, Any] | None) -> Asks:
    said = stored or {}
    until = said.get("slow_until")
    return Asks(
        fresh_for=_duration(said.get("fresh_for")),
        ttl=_duration(said.get("ttl")),
        skip_hours=tuple(said.get("skip_hours", ())),
        skip_days=tuple(said.get("skip_days", ())),
        slow_until=datetime.fromisoformat(until) if until else None,
    )


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _evidence_rows(evidence: Iterable[Evidence]) -> list[Row]:
    return [asdict(e) for e in evidence]


def _evidence(stored: Iterable[Row]) -> tuple[Evidence, ...]:
    return tuple(Evidence(**e) for e in stored)


def folded_text(title: str, summary: str, content: str) -> str:
    """What is compared of an item; never empty."""
    from monitor.folding import BARRIER, fold

    return fold(f" {BARRIER} ".join(part.replace(BARRIER, " ") for part in (title, summary, content))).text

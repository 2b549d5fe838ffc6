"""Pure. What is kept of an item to recognise its copies and the event it reports: a few hundred bytes, no text."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.stories import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.model import Contact, Decision, Item

#: the facts kept of an item, the weightiest first
MAX_FACTS = 40
#: the weight of a fact that stands in the lead
LEAD = 2
#: words of a title
MAX_TITLE = 12
#: sides without a name: they tell no meeting from another
GENERIC = frozenset(
    {"Russia", "Libya", "Russian Federation", "Kremlin", "Russian delegation", "Libyan delegation"}
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A reported contact, as far as it tells events apart: who of either side by name, where, when."""

    russian: frozenset[str]
    libyan: frozenset[str]
    place: str = ""
    #: ISO date as exact as the text has it, or ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An item's sketches, facts and meetings."""

    #: when it was published, or first seen
    at: datetime
    lang: str
    #: feed or outlet: two items of one source share its boilerplate
    source: str
    #: hash of the canonical address; 0 for none
    address: int
    #: bottom sketch of the shingles, and how many there were
    shingles: Sequence[int]
    length: int
    #: bottom sketch of the words
    words: Sequence[int]
    #: hashes of the title's longer words
    title: Sequence[int]
    #: fact to weight, numbers and senses scaled
    facts: Mapping[str, float]
    #: the Euclidean length of `facts`
    norm: float
    #: UN documents named in title or lead
    documents: frozenset[str]
    meetings: tuple[Meeting, ...]


def signature(item: Item, decision: Decision, now: datetime) -> Signature:
    """The signature of a decided item; `now` (aware) stands in for a missing date."""
    title = fingerprint.words(item.title)
    body = fingerprint.words(f"{item.summary}\n{item.content}")
    # titles are changed by every desk: copies are told by the text, where there is one
    shingles = fingerprint.shingles(body if len(body) > len(title) else [*title, *body])
    stems = fingerprint.stems([*title, *body])
    return Signature(
        at=(item.published_at or now).astimezone(UTC),
        lang=sys.intern(decision.lang),
        source=sys.intern(item.feed_id or item.outlet),
        address=fingerprint.hashed(item.canonical_url) if item.canonical_url else 0,
        shingles=fingerprint.sketch(shingles, fingerprint.SHINGLES),
        length=len(shingles),
        words=fingerprint.sketch(map(fingerprint.hashed, stems), fingerprint.WORDS),
        title=fingerprint.sketch(map(fingerprint.hashed, fingerprint.stems(title)), MAX_TITLE),
        facts=(facts := _facts(decision)),
        norm=_norm(facts),
        documents=_documents(facts),
        meetings=tuple(dict.fromkeys(_meeting(c) for c in decision.contacts if not c.background)),
    )


#: what a fact of each kind weighs beside an entity in the same place
_SCALE = {"@": 1.0, "%": 0.7, "u": 1.0, "n": 2.0}


def _facts(decision: Decision) -> dict[str, float]:
    weighed = [(sys.intern(f.key), f.weight * _SCALE[f.key[0]]) for f in decision.facts]
    return dict(sorted(weighed, key=lambda pair: (-pair[1], pair[0]))[:MAX_FACTS])


def _norm(facts: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in facts.values()))


def _documents(facts: Mapping[str, float]) -> frozenset[str]:
    return frozenset(key for key, weight in facts.items() if key.startswith("un:") and weight >= LEAD)


def _meeting(contact: Contact) -> Meeting:
    return Meeting(
        russian=_named(contact.russian),
        libyan=_named(contact.libyan),
        place=contact.place or "",
        date=contact.date or "",
    )


def _named(names: Iterable[str]) -> frozenset[str]:
    return frozenset(sys.intern(name) for name in names if name not in GENERIC)


def as_json(of: Signature) -> dict[str, Any]:
    """Plain data for the store."""
    return {
        "at": of.at.isoformat(),
        "lang": of.lang,
        "source": of.source,
        "address": of.address,
        "shingles": list(of.shingles),
        "length": of.length,
        "words": list(of.words),
        "title": list(of.title),
        "facts": dict(of.facts),
        "meetings": [[sorted(m.russian), sorted(m.libyan), m.place, m.date] for m in of.meetings],
    }


def from_json(data: Mapping[str, Any]) -> Signature:
    """The inverse of `as_json`."""
    return Signature(
        at=datetime.fromisoformat(data["at"]),
        lang=data["lang"],
        source=data["source"],
        address=data["address"],
        shingles=tuple(data["shingles"]),
        length=data["length"],
        words=tuple(data["words"]),
        title=tuple(data["title"]),
        facts=data["facts"],
        norm=_norm(data["facts"]),
        documents=_documents(data["facts"]),
        meetings=tuple(
            Meeting(frozenset(russian), frozenset(libyan), place, date)
            for russian, libyan, place, date in data["meetings"]
        ),
    )

"""Pure. What is kept of an item to recognise its copies and the event it reports:
a few hundred bytes, no text.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.model import ContactStatus, ContactType
from monitor.stories import fingerprint, lexicon, sound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.model import Contact, Decision, Fact, Item

#: the facts kept of an item, those of the title first, and sounds of names besides
MAX_FACTS, MAX_SOUNDS = 44, 12
#: where a fact stands: in the title, in the lead, further down
TITLE, LEAD, BODY = 3, 2, 1
#: words of the text that are its lead, and those that are read at all
LEAD_WORDS, READ_WORDS = 60, 120
#: words of a title
MAX_TITLE = 12
#: letters of the shortest name that is compared
SHORT_NAME = 3
#: kinds of entities to the first letter of their keys; what the letters of all keys mean stands with
#: `Signature.facts`
_ENTITIES = {"person": "p", "place": "l", "body": "b", "event": "b", "country": "c"}


@dataclass(frozen=True, slots=True)
class Meeting:
    """A reported contact, as far as it tells events apart: who of either party by name, where, when, how."""

    #: of the parties in the order of their watchlist
    sides: tuple[frozenset[str], frozenset[str]]
    place: str = ""
    #: ISO date as exact as the text has it, or ""
    date: str = ""
    kind: ContactType = ContactType.OTHER
    status: ContactStatus = ContactStatus.HAPPENED
    #: "" in what an earlier version kept, which knew one pair of parties only
    watchlist: str = ""
    #: of a message the id of the party that sends it, or ""
    sender: str = ""


class Odd(NamedTuple):
    """A word of a title that no table knows:
    what it says can only be compared by its letters and its sound.
    """

    #: its first letters, folded; of a nation the key of its country
    stem: str
    sound: str
    #: written large inside a title that does not write all its words so; None where a script has no large
    #: letters
    name: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An item's sketches, facts and meetings."""

    #: when it was published, or first seen
    at: datetime
    lang: str
    #: feed or outlet: two items of one source share its boilerplate
    source: str
    #: bottom sketch of the shingles, and how many there were
    shingles: Sequence[int]
    length: int
    #: hashes of the title's longer words
    title: Sequence[int]
    #: where each fact stands best. Keys begin with their kind: p person, l place, b body, c country, s sense,
    #: u UN document,
    #: n number, d what was done, t thing, r reaction, ~ sound of a name
    facts: Mapping[str, int]
    #: the watchlists that it matched
    lists: tuple[str, ...] = ()
    #: what a watchlist asks to be done, as facts: it is its topic
    topic: frozenset[str] = frozenset()
    #: how much each fact tells in the stream that the item came in, 0 to 1 (`rarity`); empty: not weighed yet
    rare: Mapping[str, float]
    #: how many stories of its watchlists the stream had lately
    crowd: int = 0
    meetings: tuple[Meeting, ...]
    #: something that a watchlist asks for stands below the title
    stated: bool = True
    odd: tuple[Odd, ...] = ()
    #: the countries of its places, as facts
    within: frozenset[str] = frozenset()
    #: a running title or an explainer
    series: bool = False
    #: what its headline says was or will not be done, as keys of `facts`
    undone: frozenset[str] = frozenset()
    memo: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def documents(self) -> frozenset[str]:
        """UN documents named in title or lead."""
        return frozenset(key for key, place in self.facts.items() if key[0] == "u" and place >= LEAD)

    @property
    def bare(self) -> bool:
        """A headline without a text, or with one that says nothing more."""
        return all(place == TITLE or key[0] in "~n" for key, place in self.facts.items())

    def named(self, kinds: str, least: int = LEAD) -> frozenset[str]:
        """The facts of these kinds that stand at least there;
        worked out once, an item is compared with dozens.
        """
        known = self.memo.get((kinds, least))
        if known is None:
            known = frozenset(key for key, place in self.facts.items() if key[0] in kinds and place >= least)
            self.memo[kinds, least] = known
        return known


def signature(item: Item, decision: Decision, now: datetime) -> Signature:
    """The signature of a decided item; `now` (aware) stands in for a missing date. It is not weighed yet."""
    title = fingerprint.words(item.title)
    below = list(sound.names(f"{item.summary}\n{item.content}"[: 8 * LEAD_WORDS], decision.lang))
    body = fingerprint.words(f"{item.summary}\n{item.content}")
    # titles are changed by every desk: copies are told by the text, where there is one
    shingles = fingerprint.shingles(body if len(body) > len(title) else [*title, *body])
    return Signature(
        at=(item.published_at or now).astimezone(UTC),
        lang=sys.intern(decision.lang),
        source=sys.intern(item.feed_id or item.outlet),
        shingles=fingerprint.sketch(shingles, fingerprint.SHINGLES),
        length=len(shingles),
        title=fingerprint.sketch(map(fingerprint.hashed, fingerprint.stems(title)), MAX_TITLE),
        facts=_facts(decision, title, body, _sounds(item.title, below, decision.lang)),
        lists=tuple(sys.intern(name) for name in sorted({m.watchlist for m in decision.matches})),
        topic=_topic(decision),
        rare={},
        meetings=tuple(
            dict.fromkeys(
                _meeting(c, item.title, decision.lang) for c in decision.contacts if not c.background
            )
        ),
        stated=not decision.matches or any(e.field != "title" for m in decision.matches for e in m.evidence),
        series=lexicon.is_series(title, decision.lang),
        odd=tuple(_odd(decision, title[:1], below)),
        within=frozenset(f"c:{fact.country[1:]}" for fact in decision.facts if fact.country),
        undone=lexicon.claims(title, decision.lang).not_done,
    )


def _odd(decision: Decision, first: Sequence[str], below: Collection[str]) -> Iterator[Odd]:
    """The words of the title that say what no table knows; `first`: its first word;
    `below`: names in the text.
    """
    lang = decision.lang
    words = [(word, written) for written in decision.unnamed for word in fingerprint.words(written)[:1]]
    known = {word for word, _ in words if lexicon.is_small(word, lang) or any(lexicon.concepts([word], lang))}
    # a title that writes everything large does not tell names by it: the text below does
    shouted = any(written[0].isupper() and word not in first for word, written in words if word in known)
    for word, written in words:
        if written[0] == "@":
            yield Odd(f"c:{written[1:]}", "", name=True)
            continue
        plain = list(lexicon.bare(word))[-1] if lang == "ar" else word
        heard = sound.skeleton(plain)
        sure = not (shouted or word in first) or heard in below
        name = None if lang == "ar" else written[0].isupper() and sure
        if word not in known and len(word) >= (fingerprint.MIN_WORD if name is False else SHORT_NAME):
            yield Odd(plain[: fingerprint.STEM], heard, name)


def _facts(
    decision: Decision, title: Sequence[str], body: Sequence[str], sounds: Mapping[str, int]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for fact in decision.facts:
        _better(found, _key(fact), fact.weight)
    lead, rest = body[:LEAD_WORDS], body[LEAD_WORDS:READ_WORDS]
    for words, place in ((title, TITLE), (lead, LEAD), (rest, BODY)):
        for key in lexicon.concepts(words, decision.lang):
            _better(found, key, place)
    kept = sorted(found.items(), key=lambda pair: -pair[1])[:MAX_FACTS]
    kept += list(sounds.items())[:MAX_SOUNDS]
    return {sys.intern(key): place for key, place in kept}


def _sounds(title: str, below: Iterable[str], lang: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for heard, place in ((sound.names(f". {title}", lang), TITLE), (below, LEAD)):
        for name in heard:
            _better(found, f"~{name}", place)
    return found


def _better(found: dict[str, int], key: str, place: int) -> None:
    if place > found.get(key, 0):
        found[key] = place


def _key(fact: Fact) -> str:
    if fact.key[0] == "@":
        return f"{_ENTITIES.get(fact.kind, 'b')}:{fact.key[1:]}"
    return f"s:{fact.key[1:]}" if fact.key[0] == "%" else fact.key


def _topic(decision: Decision) -> frozenset[str]:
    """What a rule asks to be done ("leave", "withdrawal"): every item of its watchlist has it.

    Who met whom, and how, is no topic.
    """
    if decision.contacts:
        return frozenset()
    named = {fact.key[1:] for fact in decision.facts if fact.key[0] == "@"}
    said = {e.text for m in decision.matches for e in m.evidence if e.term not in named}
    keys = (lexicon.concepts(fingerprint.words(text), decision.lang) for text in said)
    return frozenset(key for key in chain.from_iterable(keys) if key[0] == "d")


def _meeting(contact: Contact, title: str, lang: str) -> Meeting:
    one, other = contact.parties.values()
    return Meeting(
        sides=(_named(one, contact.general), _named(other, contact.general)),
        place=contact.place or "",
        date=contact.date or "",
        kind=contact.type,
        status=contact.status,
        watchlist=contact.watchlist,
        sender=_sender(contact, title, lang) if contact.type is ContactType.MESSAGE else "",
    )


def _sender(contact: Contact, title: str, lang: str) -> str:
    """The party whose message it is, by the headline: whom it names first has written, unless it says that
    they get it. "" where it names nobody.
    """
    named = {re.sub(r"\W", "", name).casefold(): side for side, ns in contact.parties.items() for name in ns}
    told = [
        (e.start, e.end, named.get(re.sub(r"\W", "", e.term))) for e in contact.evidence if e.field == "title"
    ]
    first = min((one for one in told if one[2]), default=None)
    if first is None:
        return ""
    start, end, side = first
    text = " ".join((*fingerprint.words(title[:start]), lexicon.FIRST, *fingerprint.words(title[end:])))
    writes = side if not lexicon.gets(text, lang) else next(s for s in contact.parties if s != side)
    return sys.intern(writes or "")


def _named(names: Iterable[str], general: frozenset[str]) -> frozenset[str]:
    return frozenset(sys.intern(name) for name in names if name not in general)


def as_json(of: Signature) -> dict[str, Any]:
    """Plain data for the store."""
    return {
        "at": of.at.isoformat(),
        "lang": of.lang,
        "source": of.source,
        "shingles": list(of.shingles),
        "length": of.length,
        "title": list(of.title),
        "told": dict(of.facts),
        "lists": list(of.lists),
        "crowd": of.crowd,
        "rare": {key: round(value, 2) for key, value in of.rare.items()},
        "meetings": [
            [*map(sorted, m.sides), m.place, m.date, m.kind.value, m.status.value, m.watchlist, m.sender]
            for m in of.meetings
        ],
        "series": of.series,
        "stated": of.stated,
        "within": sorted(of.within),
        "odd": [list(word) for word in of.odd],
        "undone": sorted(of.undone),
        "topic": sorted(of.topic),
    }


def from_json(data: Mapping[str, Any]) -> Signature:
    """The inverse of `as_json`; of what an earlier version kept, copies and meetings are still told."""
    return Signature(
        at=datetime.fromisoformat(data["at"]),
        lang=data["lang"],
        source=data["source"],
        shingles=tuple(data["shingles"]),
        length=data["length"],
        title=tuple(data["title"]),
        facts=data.get("told", {}),
        lists=tuple(data.get("lists", ())),
        rare=data.get("rare", {}),
        crowd=data.get("crowd", 0),
        meetings=tuple(_read_meeting(*kept) for kept in data["meetings"]),
        topic=frozenset(data.get("topic", ())),
        stated=data.get("stated", True),
        series=data.get("series", False),
        within=frozenset(data.get("within", ())),
        odd=tuple(Odd(*word) for word in data.get("odd", ())),
        undone=frozenset(data.get("undone", ())),
    )


def _read_meeting(
    one: Iterable[str],
    other: Iterable[str],
    place: str,
    date: str,
    kind: str = "other",
    status: str = "happened",
    watchlist: str = "",
    sender: str = "",
) -> Meeting:
    sides = frozenset(one), frozenset(other)
    return Meeting(sides, place, date, ContactType(kind), ContactStatus(status), watchlist, sender)

"""Pure. The contacts that an item reports: who with whom, of what kind, whether it took place, where and when.

Each sentence with a word of contact is read as a frame (frames.py); a frame with both sides, or with one side and a
pronoun or title for the other (coreference), is an event. Events of one status that share a participant are one contact:
a title and its lead, a list continued below. A third party between the sides makes no contact.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from monitor.contacts.ahead import to_come
from monitor.contacts.clauses import Frame, Word, is_namesake, read
from monitor.contacts.coreference import Discourse
from monitor.contacts.participants import Parties, parties
from monitor.contacts.parties import SPOKESMAN, Cast, Rank
from monitor.contacts.place_and_date import day_of, is_long_ago, place_of
from monitor.contacts.speakers import denier_of, negator_of, speaker_of
from monitor.contacts.status import is_circumstance, rumour_of, status_of
from monitor.languages import grammar
from monitor.matching.evaluate import Span, keys_of
from monitor.matching.matcher import evidence_of
from monitor.model import RUMOUR, Contact, ContactStatus, ContactType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from monitor.matching.matcher import ContactExtractor
    from monitor.matching.mentions import Mention, Scan
    from monitor.matching.rules import ContactSpec, Watchlists
    from monitor.model import Speaker

#: the sense of a word of contact to the kind of contact; of several in a clause the first listed decides
TYPES = {
    "invite": ContactType.VISIT,
    "call": ContactType.CALL,
    "meeting": ContactType.MEETING,
    "message": ContactType.MESSAGE,
    "agreement": ContactType.AGREEMENT,
    "host": ContactType.VISIT,
    "visit": ContactType.VISIT,
    "presence": ContactType.VISIT,
    "transfer": ContactType.TRANSFER,
    "joint": ContactType.MEETING,
}
_NAMELESS = f" {grammar.NAMELESS}"
_TOOK_PLACE = frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})
#: sentences with words of contact read per item
MOST = 60
#: of an item, those that tell its news: the title and the first ones below
LEAD = 3
#: what stands behind somebody whom a headline quotes
LEADS = ":"


@dataclass(slots=True)
class Event:
    """A contact under way to be told: what one clause says, later what all clauses of it say."""

    type: ContactType
    status: ContactStatus
    parties: Parties
    frame: Frame
    cue: Word
    place: str | None
    day: str | None
    #: 2: dated long before the item; 1: told as something earlier
    old: int
    speaker: Speaker | None = None
    #: the word that says that it is only said to have taken place
    rumour: Mention | None = None
    mentions: list[Mention] = field(default_factory=list)


def listener(watchlists: Watchlists) -> Callable[[Scan], Speaker | None]:
    """What tells who denies the news of an item that reports no contact: "The Kremlin denies that fighters arrived"."""
    specs = ([rule.contact for rule in of.rules if rule.contact] for of in watchlists.lists)
    sides = watchlists.press.sides
    casts = [Cast.of(watchlists.entities, listed, sides) for listed in specs if listed]

    def denier(scan: Scan) -> Speaker | None:
        return next((speaker for cast in casts if (speaker := _denier(scan, cast)) is not None), None)

    return denier


def _denier(scan: Scan, cast: Cast) -> Speaker | None:
    news = takewhile(lambda frame: frame.sentence.index < LEAD, _frames(scan, cast))
    told = [
        (frame, scan.lang_of(frame.sentence.index)) for frame in news if frame.sayings or LEADS in frame.text
    ]
    found = (who(frame, cast, lang) for who in (denier_of, negator_of) for frame, lang in told)
    return next((speaker for speaker in found if speaker is not None), None)


def extractor(watchlists: Watchlists) -> ContactExtractor:
    """What a Matcher of these `watchlists` needs to find contacts; the rules of one watchlist share their sides."""
    casts: dict[int, tuple[str, Cast, Cast]] = {}
    for watchlist in watchlists.lists:
        specs = [rule.contact for rule in watchlist.rules if rule.contact]
        shared = Cast.of(watchlists.entities, specs, watchlists.press.sides)
        casts.update((id(spec), (watchlist.id, shared, shared.only(spec))) for spec in specs)
    last: list[tuple[Scan, Cast, tuple[Event, ...]]] = []

    def extract(scan: Scan, spec: ContactSpec) -> tuple[Contact, ...]:
        watchlist, cast, own = casts[id(spec)]
        known = next((events for old, by, events in last if old is scan and by is cast), None)
        events = tuple(events_of(scan, cast)) if known is None else known
        last[:] = [(scan, cast, events)]
        return tuple(_contact(event, scan, watchlist, cast.parties) for event in events if _suits(event, own))

    return extract


def events_of(scan: Scan, cast: Cast) -> Iterator[Event]:
    """All contacts of an item, those of the title first; the work grows with the mentions."""
    told: list[Event] = []
    discourse = Discourse(cast)
    waiting: list[Frame] = []
    lead: list[Frame] = []
    for frame in _frames(scan, cast):
        if frame.sentence.field != "content" or not lead or lead[-1].sentence.field != "content":
            lead.append(frame)
        found = list(_events(frame, scan, discourse))
        told += found or _joining(frame, told)
        discourse.hear(frame, [event.parties for event in found])
        if frame.sentence.field != "content" and not found:
            waiting.append(frame)
        elif waiting:
            late = [event for early in waiting for event in _events(early, scan, discourse)]
            told = [*late, *told]
            waiting.clear()
    merged = _merged(told)
    for event in merged:
        _fill(event.parties, lead, discourse)
    return iter(merged)


def _fill(found: Parties, lead: Sequence[Frame], discourse: Discourse) -> None:
    """Put persons that the lead names in the place of offices and spokesmen: "the French minister", "a spokesman said"."""
    for side in discourse.cast.parties:
        spoken = [a for a in found.of(side) if SPOKESMAN in a.mention.tags]
        if spoken:
            others = [a for frame in lead for a in discourse.holders(frame, side)]
            found.actors = [a for a in found.actors if a not in spoken]
            found.actors += others[:1] if not found.of(side) else []
            found.actors += [replace(spoken[0], name=discourse.country(side), rank=Rank.COUNTRY)]
        named = [a for frame in lead for a in frame.actors if a.side == side and a.rank is Rank.PERSON]
        named = [a for a in named if a.part in {"core", "speaker"} and SPOKESMAN not in a.mention.tags]
        if found.best(side) >= Rank.OFFICE and len({a.name for a in named}) == 1:
            found.actors.append(named[0])


def _joining(frame: Frame, told: Sequence[Event]) -> list[Event]:
    """A sentence that only adds people to the event of the one before: "also present were"."""
    if not told or not frame.grammar.also.search(frame.text):
        return []
    last = told[-1]
    core = [a for a in frame.actors if a.part == "core" and a.rank <= Rank.OFFICE]
    near = frame.sentence.index - last.frame.sentence.index <= 2
    if near and core and all(a.side in frame.parties for a in core):
        last.parties.join(Parties(core))
    return []


def _frames(scan: Scan, cast: Cast) -> Iterator[Frame]:
    by_sentence: dict[int, list[Mention]] = {}
    for mention in scan.mentions:
        if mention.silenced_by is None or is_namesake(mention):
            by_sentence.setdefault(mention.sentence, []).append(mention)
    for number in sorted(by_sentence)[:MOST]:
        yield read(scan, scan.sentences[number], by_sentence[number], cast)


def _events(frame: Frame, scan: Scan, discourse: Discourse) -> Iterator[Event]:
    for cues in _by_clause(frame):
        found = parties(frame, cues, discourse)
        if found is None:
            continue
        cue = cues[0]
        span = frame.clause(cue.start)
        lang = scan.lang_of(frame.sentence.index)
        status = status_of(frame, cue)
        coming = to_come(frame, cue, lang, scan.published)
        if status in _TOOK_PLACE and coming:
            status = ContactStatus.PLANNED
        ahead = status in {ContactStatus.PLANNED, ContactStatus.INVITED, ContactStatus.POSTPONED}
        text = frame.text[slice(*span)]
        own_day = day_of(text, lang, scan.published, ahead=ahead)
        day = own_day or day_of(frame.text, lang, scan.published, ahead=ahead)
        if ahead and coming and coming.exact and scan.published:
            day = (scan.published.date() + timedelta(days=coming.days)).isoformat()
        old = 2 if is_long_ago(own_day, scan.published) else int(bool(frame.grammar.earlier.search(text)))
        yield Event(
            type=_type(cues, found, frame.parties),
            status=status,
            parties=found,
            frame=frame,
            cue=cue,
            place=place_of(frame, span, None),
            day=day,
            old=old if frame.sentence.field == "content" else 0,
            speaker=speaker_of(frame, cue, status, discourse.cast, lang, discourse.hearing),
            rumour=rumour_of(frame, cue) if status in _TOOK_PLACE else None,
            mentions=[cue.mention, *(a.mention for a in found.actors)],
        )


def _by_clause(frame: Frame) -> Iterator[list[Word]]:
    """The words of contact, those of one clause together, the one that tells the kind first."""
    clauses: dict[tuple[int, int], list[Word]] = {}
    order = list(TYPES)
    for cue in frame.cues:
        clauses.setdefault(frame.clause(cue.start), []).append(cue)
    for cues in clauses.values():
        listed = [c for c in cues if c.sense != "invite" or not is_circumstance(frame, c)] or cues
        yield sorted(
            listed, key=lambda c: (order.index(c.sense) if c.sense in order else len(order), c.start)
        )


def _type(cues: Sequence[Word], found: Parties, sides: Iterable[str]) -> ContactType:
    kind = TYPES.get(cues[0].sense, ContactType.OTHER)
    if cues[0].sense == "host" and all(any(a.kind == "person" for a in found.of(side)) for side in sides):
        return ContactType.MEETING
    return kind


# --- one contact from many clauses -----------------------------------------------------------------------


def _merged(told: Sequence[Event]) -> list[Event]:
    events: list[Event] = []
    fresh = any(event.old == 0 for event in told)
    for event in told:
        if event.old == 1 and fresh:
            event.old = 0
        same = next((e for e in events if _as_one(e, event) and _same(e, event)), None)
        if same is None:
            events.append(event)
            continue
        if same.rumour and not event.rumour:
            same.status, same.speaker, same.rumour = event.status, event.speaker, None
        same.parties.join(event.parties)
        same.speaker = same.speaker or event.speaker
        same.place, same.day = same.place or event.place, same.day or event.day
        same.mentions += event.mentions
    return events


def _as_one(one: Event, other: Event) -> bool:
    """Whether two statuses go together: what is only said to have taken place says nothing beside a firm word."""
    return one.status is other.status or (one.rumour is None) != (other.rumour is None)


def _same(one: Event, other: Event) -> bool:
    """Whether two events may be one: both of the story's time or both before it, and somebody in common."""
    if (one.old > 0) != (other.old > 0):
        return False
    return any(
        one.parties.names(side) & other.parties.names(side)
        or Rank.COUNTRY in (one.parties.best(side), other.parties.best(side))
        for side in one.frame.parties
    )


def _suits(event: Event, own: Cast) -> bool:
    """Whether both sides are those that the rule asks for; an office of a side always is."""
    return all(
        any(a.rank is Rank.OFFICE or not keys.isdisjoint(keys_of(a.mention)) for a in event.parties.of(side))
        for side, keys in own.parties.items()
    )


def _contact(event: Event, scan: Scan, watchlist: str, parties: Iterable[str]) -> Contact:
    mentions = {id(m): m for m in event.mentions}
    hearsay = evidence_of([Span(0, 0, (event.rumour,))], scan) if event.rumour else ()
    said = tuple(replace(why, term=RUMOUR) for why in hearsay)
    whole = (a.name for a in event.parties.actors if a.rank >= Rank.METONYM or a.name.endswith(_NAMELESS))
    return Contact(
        watchlist=watchlist,
        parties={party: event.parties.listed(party) for party in parties},
        type=event.type,
        status=event.status,
        place=event.place,
        date=event.day,
        background=event.old > 0,
        general=frozenset(whole),
        evidence=said + evidence_of([Span(0, 0, tuple(mentions.values()))], scan),
        speaker=event.speaker,
    )

"""Pure. The contacts that an item reports: who with whom, of what kind, whether it took place, where and
when.

Each sentence with a word of contact is read as a frame (frames.py); a frame with both sides, or with one side
and a pronoun or title for the other (coreference), is an event. Events of one status that share a participant
are one contact: a title and its lead, a list continued below. A third party between the sides makes no
contact.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.contacts.ahead import to_come
from monitor.contacts.clauses import SAYING, read
from monitor.contacts.coreference import Discourse, fill, heard_there, points_back
from monitor.contacts.kind import IDLE, TYPES, is_expected, is_purpose, kind_of, main_first, of_both
from monitor.contacts.model import Frame, Parties, Word
from monitor.contacts.participants import parties
from monitor.contacts.parties import CONTACT, Cast, Rank, is_namesake
from monitor.contacts.place_and_date import day_of, is_long_ago, place_of
from monitor.contacts.reasons import Reason, Refusal, reason_of, stronger
from monitor.contacts.speakers import denier_of, negator_of, speaker_of
from monitor.contacts.status import is_circumstance, rumour_of, status_of
from monitor.languages import grammar
from monitor.languages.grammar import OFFICIAL
from monitor.matching.evaluate import Span
from monitor.matching.matcher import Told, evidence_of
from monitor.model import RUMOUR, Contact, ContactStatus, ContactType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.matching.matcher import ContactExtractor
    from monitor.matching.mentions import Mention, Scan
    from monitor.matching.rules import Watchlists
    from monitor.model import Speaker

_NAMELESS = f" {grammar.NAMELESS}"
_TELLING = frozenset({CONTACT, OFFICIAL})
_TOOK_PLACE = frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})
_AHEAD = frozenset({ContactStatus.PLANNED, ContactStatus.INVITED, ContactStatus.POSTPONED})
#: words of contact that may be how an invitation comes: "handed over an invitation from", "the embassy"
_HANDED_OVER = frozenset({"transfer", "message", "mission"})
#: sentences with words of contact read per item
MOST = 60
#: sentences behind a contact that may add to who was there
CARRIES_ON = 2
#: of an item, those that tell its news: the title and the first ones below
LEAD = 3
#: letters before a word of contact that a sentence begins with: an article, "during the"
SUBJECT = 12
#: what stands behind somebody whom a headline quotes
LEADS = ":"


@dataclass(slots=True)
class Event:
    """A contact under way to be told: what one clause says, later what all clauses of it say."""

    #: why it is a contact; a refusal where only the other clauses of it can say so
    reason: Reason | Refusal
    type: ContactType
    status: ContactStatus
    parties: Parties
    frame: Frame
    cues: Sequence[Word]
    place: str | None
    day: str | None
    #: 2: dated long before the item; 1: told as something earlier
    old: int
    speaker: Speaker | None = None
    #: the word that says that it is only said to have taken place
    rumour: Mention | None = None
    #: the words of the clause that gave the reason, and those of all its clauses
    own: tuple[Mention, ...] = ()
    mentions: list[Mention] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refused:
    """A clause with words of contact that tells of none, and the step that said so."""

    frame: Frame
    cues: Sequence[Word]
    step: Refusal


@dataclass(slots=True)
class Account:
    """What an item tells: its contacts, those of the title first, and the clauses that only look like one."""

    events: list[Event] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def casts_of(watchlists: Watchlists) -> dict[str, Cast]:
    """By id of a watchlist that looks for contacts: who is who for it."""
    entities, sides = watchlists.entities, watchlists.press.sides
    return {watchlist: Cast.of(entities, parties, sides) for watchlist, parties in watchlists.parties.items()}


def listener(watchlists: Watchlists) -> Callable[[Scan], Speaker | None]:
    """What tells who denies the news of an item that reports no contact:
    "The Élysée denies that fighters arrived".
    """
    casts = tuple(casts_of(watchlists).values())

    def denier(scan: Scan) -> Speaker | None:
        return next((speaker for cast in casts if (speaker := _denier(scan, cast)) is not None), None)

    return denier


def _denier(scan: Scan, cast: Cast) -> Speaker | None:
    news = [
        read(scan, scan.sentences[number], mentions, cast)
        for number, mentions in _spoken_of(scan)
        if number < LEAD and (LEADS in scan.text(number) or any(m.term == SAYING for m in mentions))
    ]
    told = [
        (frame, scan.lang_of(frame.sentence.index)) for frame in news if frame.sayings or LEADS in frame.text
    ]
    found = (who(frame, cast, lang) for who in (denier_of, negator_of) for frame, lang in told)
    return next((speaker for speaker in found if speaker is not None), None)


def extractor(watchlists: Watchlists) -> ContactExtractor:
    """What a Matcher of these `watchlists` needs to find contacts;
    an item is read once for all rules of a watchlist.
    """
    casts = casts_of(watchlists)
    types = {watchlist.id: frozenset(watchlist.types) for watchlist in watchlists.lists}
    last: list[tuple[Scan, str, tuple[Told, ...]]] = []

    def extract(scan: Scan, watchlist: str) -> tuple[Told, ...]:
        known = next((told for old, by, told in last if old is scan and by == watchlist), None)
        if known is not None:
            return known
        cast = casts[watchlist]
        events = account_of(scan, cast).events
        told = tuple(
            _told(event, scan, watchlist, cast) for event in events if event.type in types[watchlist]
        )
        last[:] = [(scan, watchlist, told)]
        return told

    return extract


def account_of(scan: Scan, cast: Cast) -> Account:
    """What an item tells of contacts between the parties of `cast`; the work grows with the mentions."""
    account, discourse = Account(), Discourse(cast)
    waiting: list[Frame] = []
    lead: list[Frame] = []
    spoken_of = _spoken_of(scan)
    last = max((n for n, mentions in spoken_of if any(m.term == CONTACT for m in mentions)), default=-1)
    for number, mentions in spoken_of:
        # behind the lead nothing is remembered of a sentence without names and offices, and nothing is told
        # of the contact behind the last words of contact, but by the sentences that carry on
        led = lead and lead[-1].sentence.field == "content" and not waiting
        if led and (number > last + CARRIES_ON or _names_nobody(mentions)):
            continue
        frame = read(scan, scan.sentences[number], mentions, cast)
        if frame.sentence.field != "content" or not lead or lead[-1].sentence.field != "content":
            lead.append(frame)
        found = _read_clauses(frame, scan, discourse)
        account.events += found.events or _joining(frame, account.events)
        discourse.hear(frame, [event.parties for event in found.events])
        if frame.sentence.field != "content" and not found.events:
            waiting.append(frame)
            continue
        account.refused += found.refused
        if waiting:
            late = [_read_clauses(early, scan, discourse) for early in waiting]
            account.events = [event for one in late for event in one.events] + account.events
            account.refused = [no for one in late for no in one.refused] + account.refused
            waiting.clear()
    for early in waiting:
        account.refused += _read_clauses(early, scan, discourse).refused
    merged = _merged(account.events)
    account.events = _reasonable(merged)
    account.refused += [
        Refused(event.frame, event.cues, event.reason)
        for event in merged
        if isinstance(event.reason, Refusal)
    ]
    for event in account.events:
        fill(event.parties, lead, discourse)
    return account


def _joining(frame: Frame, told: Sequence[Event]) -> list[Event]:
    """A sentence that only adds people to the event before: "also present were", "it was led by"."""
    leads = frame.grammar.leads.search(frame.text)
    adds = frame.grammar.also.search(frame.text) or (leads and points_back(frame, leads.span()))
    if not told:
        return []
    last = told[-1]
    near = frame.sentence.index - last.frame.sentence.index <= CARRIES_ON
    if near and frame.grammar.at_it.search(frame.text):
        last.parties.join(Parties(heard_there(frame)))
    if not (adds or _goes_on(frame, last)):
        return []
    core = [a for a in frame.actors if a.part == "core" and a.rank <= Rank.OFFICE]
    if near and core and all(a.side in frame.parties for a in core):
        last.parties.join(Parties(core))
    return []


def _goes_on(frame: Frame, last: Event) -> bool:
    """Whether the next sentence begins with the contact itself, and names one side of it and nobody else:
    "The message was addressed to Marin".
    """
    subject = next((cue for cue in frame.cues if cue.start <= SUBJECT), None)
    if subject is None or TYPES.get(subject.sense) is not last.type or frame.foreign or frame.world:
        return False
    acting = [a for a in frame.actors if a.part == "core" and a.rank < Rank.COUNTRY]
    own = frame.clause(subject.start)
    same = all(a.rank is Rank.PERSON and own[0] <= a.start < own[1] and a.start > subject.end for a in acting)
    return (
        same and len({a.side for a in acting}) == 1 and frame.sentence.index - last.frame.sentence.index == 1
    )


def _spoken_of(scan: Scan) -> list[tuple[int, list[Mention]]]:
    """The first sentences that mention anything, with what counts in them."""
    by_sentence: dict[int, list[Mention]] = {}
    for mention in scan.mentions:
        if mention.silenced_by is None or is_namesake(mention):
            by_sentence.setdefault(mention.sentence, []).append(mention)
    return sorted(by_sentence.items())[:MOST]


def _names_nobody(mentions: Sequence[Mention]) -> bool:
    return not any(m.term[0] == "@" or m.term in _TELLING for m in mentions)


def _read_clauses(frame: Frame, scan: Scan, discourse: Discourse) -> Account:
    account = Account()
    for cues in _by_clause(frame):
        found = parties(frame, cues, discourse)
        if isinstance(found, Refusal):
            account.refused.append(Refused(frame, cues, found))
        else:
            account.events.append(_event(frame, cues, found, scan, discourse))
    return account


def _event(frame: Frame, cues: Sequence[Word], found: Parties, scan: Scan, discourse: Discourse) -> Event:
    cue, lang = cues[0], scan.lang_of(frame.sentence.index)
    told = [cue, *(c for c in cues[1:] if is_purpose(frame, c))]
    days = (to_come(frame, c, lang, scan.published) for c in told)
    status, coming = status_of(frame, cue), next((day for day in days if day), None)
    if status in _TOOK_PLACE and (coming or is_expected(cues)):
        status = ContactStatus.PLANNED
    span = frame.clause(cue.start)
    own_day = day_of(frame.text[slice(*span)], lang, scan.published, ahead=status in _AHEAD)
    day = own_day or day_of(frame.text, lang, scan.published, ahead=status in _AHEAD)
    if status in _AHEAD and coming and coming.exact and scan.published:
        day = (scan.published.date() + timedelta(days=coming.days)).isoformat()
    words = (cue.mention, *(a.mention for a in found.actors))
    return Event(
        reason=reason_of(frame, cues, found, discourse),
        type=kind_of(cue, found, frame.parties),
        status=status,
        parties=found,
        frame=frame,
        cues=cues,
        place=place_of(frame, span, None),
        day=day,
        old=_age(frame, span, own_day, scan),
        speaker=speaker_of(frame, cue, status, discourse.cast, lang, discourse.hearing),
        rumour=rumour_of(frame, cue) if status in _TOOK_PLACE else None,
        own=words,
        mentions=[*words],
    )


def _age(frame: Frame, span: tuple[int, int], day: str | None, scan: Scan) -> int:
    """As `Event.old` has it; a title is always the news, and "when" is of the day of the clause before."""
    if frame.sentence.field != "content":
        return 0
    grammar, start, clause = frame.grammar, span[0], frame.text[slice(*span)]
    if is_long_ago(day, scan.published):
        return 2
    before = frame.clause(start - 1) if start and grammar.when.match(clause) else span
    if day is None and before != span:
        lang = scan.lang_of(frame.sentence.index)
        return _age(frame, before, day_of(frame.text[slice(*before)], lang, scan.published), scan)
    # "she said that she had met him": the tense is that of what is told
    reported = start > 0 and (grammar.that.match(clause) or grammar.says.match(clause))
    return int(bool(grammar.earlier.search(clause) or (not reported and grammar.had.search(clause))))


def _by_clause(frame: Frame) -> Iterator[list[Word]]:
    """The words of contact, those of one clause together, the one that tells the kind first."""
    clauses: dict[tuple[int, int], list[Word]] = {}
    for cue in frame.cues:
        clauses.setdefault(frame.clause(cue.start), []).append(cue)
    for cues in clauses.values():
        yield main_first(frame, _without_circumstance(frame, cues))


def _without_circumstance(frame: Frame, cues: list[Word]) -> list[Word]:
    """Without "at the invitation of", where another word of contact is what took place because of it."""
    listed = [c for c in cues if c.sense != "invite" or not is_circumstance(frame, c)]
    return listed if any(c.sense not in _HANDED_OVER for c in listed) else cues


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
        reason = stronger(same.reason, event.reason)
        if reason is not same.reason:
            same.reason, same.own = reason, event.own
        if event.frame.sentence.index < LEAD:
            expected = is_expected(same.cues)
            idle = same.cues[0].sense == IDLE
            words = same.frame.text[same.cues[0].start : same.cues[0].end]
            vague = same.frame.grammar.discusses.match(words) is not None
            same.type = of_both(same.type, event.type, same.status, expected=expected, idle=idle, vague=vague)
            same.cues = event.cues if idle else same.cues
        same.parties.join(event.parties)
        same.speaker = same.speaker or event.speaker
        same.place, same.day = same.place or event.place, same.day or event.day
        same.mentions += event.mentions
    return events


def _as_one(one: Event, other: Event) -> bool:
    """Whether two statuses go together:
    what is only said to have taken place says nothing beside a firm word.
    """
    return one.status is other.status or (one.rumour is None) != (other.rumour is None)


def _reasonable(events: Sequence[Event]) -> list[Event]:
    """The events that have a reason, and with them what tells of the same people beside a mere country."""
    sure = [event for event in events if isinstance(event.reason, Reason)]
    for event in events:
        if isinstance(event.reason, Refusal):
            event.reason = next((e.reason for e in sure if _shares(e.parties, event.parties)), event.reason)
    return [event for event in events if isinstance(event.reason, Reason)]


def _shares(one: Parties, other: Parties) -> bool:
    """Whether somebody is named in both."""
    return any(one.names(side) & other.names(side) for side in {a.side for a in one.actors})


def _same(one: Event, other: Event) -> bool:
    """Whether two events may be one: both of the story's time or both before it, and somebody in common."""
    if (one.old > 0) != (other.old > 0):
        return False
    return any(
        one.parties.names(side) & other.parties.names(side)
        or Rank.COUNTRY in (one.parties.best(side), other.parties.best(side))
        for side in one.frame.parties
    )


def _told(event: Event, scan: Scan, watchlist: str, cast: Cast) -> Told:
    mentions = {id(m): m for m in event.mentions}
    hearsay = evidence_of([Span(0, 0, (event.rumour,))], scan) if event.rumour else ()
    said = tuple(replace(why, term=RUMOUR) for why in hearsay)
    whole = (a.name for a in event.parties.actors if a.rank >= Rank.METONYM or a.name.endswith(_NAMELESS))
    contact = Contact(
        watchlist=watchlist,
        parties={party: event.parties.listed(party) for party in cast.parties},
        type=event.type,
        status=event.status,
        place=event.place,
        date=event.day,
        background=event.old > 0,
        general=frozenset(whole),
        evidence=said + evidence_of([Span(0, 0, tuple(mentions.values()))], scan),
        speaker=event.speaker,
    )
    start, end = min(m.token for m in event.own), max(m.token_end for m in event.own)
    return Told(
        contact, event.reason.id if isinstance(event.reason, Reason) else "", Span(start, end, event.own)
    )

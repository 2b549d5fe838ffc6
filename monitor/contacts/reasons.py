"""Pure. Why a clause tells of a contact, or why it does not: the two declared tables, and the step that looks
them up.

Where both parties take part in person nothing more is asked. A country alone ("Spain", "the French") stands
for a party in many a sentence that tells of no contact; so each reason for which it may do says which words
of contact it needs, how near they stand, and whether anybody else may be named beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.contacts.bounds import (
    acts_there,
    bound_elsewhere,
    is_at_home,
    is_other_news,
    leads_elsewhere,
    parted,
)
from monitor.contacts.kind import TYPES
from monitor.contacts.others import has_partner, only_says, others_receive
from monitor.contacts.parties import FORCES, NAVY, Rank
from monitor.matching.rules import Rule, clauses
from monitor.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.contacts.coreference import Discourse
    from monitor.contacts.model import Actor, Frame, Parties, Word
    from monitor.contacts.parties import Cast
    from monitor.matching.mentions import Mention
    from monitor.matching.rules import Node


class Refusal(StrEnum):
    """The step that said no, in words for `explain`."""

    NOBODY_MADE_ONE = "it says that there was none"
    THIRD_PARTY = "a third party stands between the sides"
    OWN_SIDE = "two of one side meet each other"
    ONE_SIDE = "only one side takes part"
    MEANWHILE = "each side does something else at the same time"
    BOTH_COUNTRIES = "two countries, and neither acts with the other"
    COUNTRY_ELSEWHERE = "a country alone, and the other side is in another sentence"
    COUNTRY_AMONG_OTHERS = "a country alone, and somebody of neither side is named"
    COUNTRY_FAR = "a country alone, too far from the word of contact"
    COUNTRY_CLAUSE = "a country alone, in another clause than the word of contact"
    COUNTRY_SPOKEN_OF = "a country alone, and somebody who only speaks about it"
    TROOPS = "troops in a country, and nobody who receives them"
    SOMETHING_ELSE = "a country alone, in a sentence that rejects, warns or tells of sport"
    COUNTRY_AFTER_OTHERS = "a country alone, after one side dealt with somebody else"
    TITLE_OF_OTHERS = "the title is about a third party, and no sentence names both sides"
    APART_WORD = "no sentence names both sides, and the word of contact is no act between them"
    APART_JOURNEY = "no sentence names both sides, and the journey leads to a third country"
    APART_BODY = "no sentence names both sides, and one of them is no more than somebody's body"
    SOMEBODY_ELSE = "a country alone, and what is said there is done by somebody else"
    ONLY_A_NAME = "the word of contact only says who somebody is, and the other side acts elsewhere"
    OTHER_NEWS = "a semicolon parts the sides: two pieces of news"
    GATHERING = "a gathering of many states"
    ONLY_PLACES = "both are no more than places"
    COUNTRY_WORD = "a country alone, and the word of contact needs somebody who acts"


#: words between a country and an office that belong together
OFFICE = 3
#: letters between a name and the clause about it: a comma and a space
BESIDE = 2
#: words between a nation's adjective and what it is an adjective of
ADJECTIVE = 3
#: the whole sentence
SENTENCE = 1000
_AGAINST = frozenset({"%rejection"})
_PLACES = frozenset({"country", "demonym", "place"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it is a contact; its `id` is what alerts and tests call the rule."""

    id: str
    title: str
    #: at most medium: told from afar, or with words that often mean less
    weak: bool = False
    #: words of contact with which a country alone may be a party
    senses: frozenset[str] = frozenset()
    #: kinds of entities that may stand for the country
    lands: frozenset[str] = frozenset({"country", "place", "demonym"})
    #: words between the word of contact and the country
    reach: int = 8
    #: whether the country must stand in the clause of the word, unless nobody else is named
    clause: bool = True
    #: whether the country may be no more than where it is said to be: "in Spain"
    places: bool = True
    #: words that make it something else, anywhere in the sentence
    unless: frozenset[str] = frozenset()
    #: kinds of entities of neither side that may be named in the sentence; an official of theirs never
    company: frozenset[str] = frozenset()


BOTH = Reason(id="both-take-part", title="Both sides take part")
APART = Reason(
    id="told-in-sentences",
    title="A contact told over several sentences",
    weak=True,
    senses=frozenset(TYPES) - {"joint"} | {"mission"},
)
PAIR = Reason(
    id="pair-of-countries",
    title="The two countries named as a pair, with a word of contact",
    weak=True,
    senses=frozenset({"meeting", "agreement", "transfer", "mission", "credentials", "joint", "message"}),
    unless=frozenset({"%sports-context"}),
)
#: for a country alone beside somebody who acts; the first that has one of the clause's words
WITH_COUNTRY = (
    Reason(
        id="visit-to-the-other-side",
        title="Somebody in the other side's country, or on the way there",
        senses=frozenset({"visit", "presence", "expected", "host", "invite"}),
        lands=frozenset({"country", "place"}),
        reach=12,
        company=_PLACES | {"body"},
    ),
    Reason(
        id="delivery",
        title="Arms, goods or money for the other side",
        senses=frozenset({"transfer"}),
        clause=False,
        company=_PLACES,
        unless=_AGAINST,
    ),
    Reason(
        id="training",
        title="Training, cadets and exercises",
        senses=frozenset({"training"}),
        reach=SENTENCE,
        clause=False,
        unless=_AGAINST,
    ),
    Reason(
        id="agreement",
        title="An agreement or base with the other side's state",
        senses=frozenset({"agreement"}),
        reach=SENTENCE,
        clause=False,
        unless=_AGAINST | {"%calls.resolution"},
    ),
    Reason(
        id="message",
        title="A letter, call or summons to the other side's state",
        weak=True,
        senses=frozenset({"message", "call", "award"}),
        places=False,
    ),
    Reason(
        id="embassy",
        title="An embassy or consulate",
        weak=True,
        senses=frozenset({"mission", "credentials"}),
        reach=SENTENCE,
        clause=False,
    ),
    Reason(
        id="state-and-somebody",
        title="Somebody in contact with the other side's state",
        senses=frozenset({"meeting", "joint"}),
    ),
)
REASONS = (BOTH, *WITH_COUNTRY, PAIR, APART)


def declared_rules(
    watchlist: str, severity: Severity, source: str, gate: Node, place: tuple[str, int | None]
) -> Iterator[Rule]:
    """A rule for each reason of a contact;
    they share `gate`, which only says which items are worth reading.
    """
    for reason in REASONS:
        yield Rule(
            watchlist=watchlist,
            id=reason.id,
            title=reason.title,
            source=source,
            query=gate,
            severity=min(severity, Severity.MEDIUM, key=lambda s: s.rank) if reason.weak else severity,
            contact=(reason.id,),
            declared=True,
            clauses=clauses(gate),
            file=place[0],
            line=place[1],
        )


def reason_of(frame: Frame, cues: Sequence[Word], made: Parties, discourse: Discourse) -> Reason | Refusal:
    """Why the parties of a clause are in contact, or why not."""
    bare = [side for side in frame.parties if made.best(side) is Rank.COUNTRY]
    apart = made.reaches_beyond(frame)
    if not apart and is_other_news(frame, cues, made):
        return Refusal.OTHER_NEWS
    if all(_names(cue, made) for cue in cues) and (apart or not _in_clause_of(frame, cues[0], made)):
        return Refusal.ONLY_A_NAME
    if bare:
        return Refusal.COUNTRY_ELSEWHERE if apart else _with_country(frame, cues, made, discourse)
    if apart:
        return _told_apart(frame, cues, made, discourse)
    return Refusal.ONLY_PLACES if all(a.part == "place" for a in made.actors) else BOTH


def _with_country(
    frame: Frame, cues: Sequence[Word], made: Parties, discourse: Discourse
) -> Reason | Refusal:
    """Why a contact with nobody but a country on one side is one, or why not."""
    acting = [a for a in made.actors if a.rank is not Rank.COUNTRY]
    if all(a.part == "place" for a in made.actors):
        return Refusal.ONLY_PLACES
    if acting and all(a.part == "speaker" and a.kind == "person" for a in acting):
        return Refusal.COUNTRY_SPOKEN_OF
    if discourse.just_strayed(frame) or discourse.others_go_on(frame):
        return Refusal.COUNTRY_AFTER_OTHERS
    if _troops_only(made):
        return Refusal.TROOPS
    if not acting:
        sport = discourse.headline & PAIR.unless
        return Refusal.SOMETHING_ELSE if sport else _allowed(PAIR, frame, cues, made)
    senses = {cue.sense for cue in cues}
    tried = [_allowed(reason, frame, cues, made) for reason in WITH_COUNTRY if reason.senses & senses]
    allowed = (said for said in tried if isinstance(said, Reason))
    return next(allowed, tried[0] if tried else Refusal.COUNTRY_WORD)


def _told_apart(frame: Frame, cues: Sequence[Word], made: Parties, discourse: Discourse) -> Reason | Refusal:
    """One side is named in another sentence:
    who it is must be told by name or office, and of an act of people.
    """
    if APART.senses.isdisjoint(cue.sense for cue in cues):
        return Refusal.APART_WORD
    if any(all(_composed_body(a, discourse.cast) for a in made.of(side)) for side in discourse.cast.parties):
        return Refusal.APART_BODY
    if bound_elsewhere(frame, cues):
        return Refusal.APART_JOURNEY
    return Refusal.TITLE_OF_OTHERS if discourse.about_others else APART


def stronger(one: Reason | Refusal, other: Reason | Refusal) -> Reason | Refusal:
    """Of two tellings of one contact the reason that says more; a reason before a refusal."""
    if isinstance(one, Refusal):
        return other
    if isinstance(other, Refusal):
        return one
    return min(one, other, key=REASONS.index)


def _allowed(reason: Reason, frame: Frame, cues: Sequence[Word], made: Parties) -> Reason | Refusal:
    fitting = [cue for cue in cues if cue.sense in reason.senses and _is_of_the_country(frame, cue, made)]
    if not fitting:
        return Refusal.COUNTRY_WORD
    if reason.clause and reason is not PAIR:
        fitting = [cue for cue in fitting if acts_there(frame, cue, made)]
        if not fitting:
            return Refusal.SOMEBODY_ELSE
    company = ((m, kind) for m, kind in frame.strangers if not only_says(frame, m))
    if any(kind not in reason.company or _acts(frame, m) for m, kind in company):
        return Refusal.COUNTRY_AMONG_OTHERS
    if not frame.said.isdisjoint(reason.unless):
        return Refusal.SOMETHING_ELSE
    lands = _lands(reason, made)
    if reason is WITH_COUNTRY[-1]:  # "a man from Bonn" is nobody's state
        lands = [a for a in lands if a.kind != "place" or not frame.ahead_of(a.start, frame.grammar.origin)]
    if not (pairs := _in_one_clause(reason, frame, fitting, lands)):
        return Refusal.COUNTRY_CLAUSE
    pairs = [(cue, land) for cue, land in pairs if not leads_elsewhere(frame, cue, land)]
    if reason is PAIR:
        pairs = [(cue, land) for cue, land in pairs if _of_both(frame, cue, lands)]
    if any(_gap(cue.mention, land.mention) <= _reach(frame, reason, cue, land) for cue, land in pairs):
        return reason
    return Refusal.COUNTRY_FAR


def _is_of_the_country(frame: Frame, cue: Word, made: Parties) -> bool:
    """Whether a word of contact may be one with the country: it names nobody, and no other partner."""
    others = has_partner(frame, cue) or others_receive(frame, cue)
    took_part = cue.sense == "visit" and frame.grammar.gathering.match(frame.text, cue.start)
    return not (took_part or _names(cue, made) or is_at_home(frame, cue, made) or others)


def _lands(reason: Reason, made: Parties) -> list[Actor]:
    """The countries that may stand for a party."""
    lands = (a for a in made.actors if a.rank is Rank.COUNTRY and a.kind in reason.lands)
    return [land for land in lands if reason.places or land.part != "place"]


def _in_one_clause(
    reason: Reason, frame: Frame, cues: Sequence[Word], lands: Sequence[Actor]
) -> list[tuple[Word, Actor]]:
    """The words of contact with the countries that stand together with them."""
    alone = not reason.clause or (not frame.strangers and reason is not PAIR)
    pairs = [(cue, land) for cue in cues for land in lands if alone or _together(frame, cue, land)]
    if reason.clause or reason.reach >= SENTENCE:
        pairs = [(cue, land) for cue, land in pairs if not parted(frame, cue, land)]
    return pairs


def _reach(frame: Frame, reason: Reason, cue: Word, land: Actor) -> int:
    """How near a country must be; a nation's adjective beside another word says nothing of its state:
    "rang Marin after the French strikes".
    """
    words: tuple[Word | Actor, ...] = (cue, land)
    start, end = min(w.end for w in words), max(w.start for w in words)
    officials = any(start <= office.start < end for office in frame.offices)
    plain = land.kind != "demonym" or not reason.clause or officials
    return reason.reach if plain else min(reason.reach, ADJECTIVE)


def _of_both(frame: Frame, cue: Word, lands: Sequence[Actor]) -> bool:
    """Whether a word of contact is the pair's: near it, or done by it; not "filmed between France and
    Spain, it tells of a meeting", nor "France and Spain's output fell after a meeting".
    """
    first, last = _pair(lands)
    between = frame.grammar.between.search(frame.text[: first.start]) is not None
    gathered = frame.grammar.gathering.search(frame.text, *frame.clause(cue.start)) or (
        not between
        and any(_gap(a.mention, last.mention) <= OFFICE and a.start > last.end for a in frame.foreign)
    )
    if gathered or frame.is_where(first) or frame.is_where(last):
        return False
    if last.start < cue.start and frame.grammar.partner.match(frame.text[cue.end :].lstrip()):
        return False
    if min(_gap(cue.mention, land.mention) for land in (first, last)) <= ADJECTIVE:
        return True
    joined = first.kind == "demonym" or frame.text[first.end : first.end + 1] in {"-", "–"}
    return not joined and not between and frame.text[last.end : last.end + 1] != "'"


def _pair(lands: Sequence[Actor]) -> tuple[Actor, Actor]:
    """Of the countries of two sides the two that stand nearest to each other, in order."""
    pairs = ((a, b) for a in lands for b in lands if a.side != b.side and a.start <= b.start)
    return min(pairs, key=lambda pair: pair[1].start - pair[0].end)


def _composed_body(actor: Actor, cast: Cast) -> bool:
    """Whether it is made of a country and a word: "the French government", with no entity of its own."""
    spec = cast.entity(actor.mention)
    return actor.kind == "body" and spec is not None and spec.kind not in {"person", "body"}


def _names(cue: Word, made: Parties) -> bool:
    """Whether a word of contact only says who somebody is: "the delegation"."""
    return any(a.rank is Rank.OFFICE and a.start <= cue.start and cue.end <= a.end for a in made.actors)


def _in_clause_of(frame: Frame, cue: Word, made: Parties) -> bool:
    """Whether both sides stand in the clause of a word of contact."""
    start, end = frame.clause(cue.start)
    return frame.parties <= {a.side for a in made.actors if start <= a.start < end}


def _acts(frame: Frame, stranger: Mention) -> bool:
    """Whether a country of neither side stands beside an office: "his Algerian counterpart"."""
    return any(o.sense == "person" and _gap(o.mention, stranger) <= OFFICE for o in frame.offices)


def _troops_only(made: Parties) -> bool:
    """Whether nobody acts but armed forces on the ground; a warship in a port is received there."""
    acting = [a for a in made.actors if a.rank is not Rank.COUNTRY]
    return any(
        all(FORCES in a.mention.tags and NAVY not in a.mention.tags for a in acting if a.side == side)
        for side in {a.side for a in acting}
    )


def _together(frame: Frame, cue: Word, land: Actor) -> bool:
    """Whether both stand in one clause: "in Moscow, where he held talks" is one for this."""
    start, end = frame.clause(cue.start)
    if (
        (land.part == "place" and land.start > 0)
        or frame.clause(land.start) == (start, end)
        or cue.start <= land.start < cue.end
    ):
        return True
    return 0 <= start - land.end <= BESIDE and frame.grammar.where.match(frame.text[start:end]) is not None


def _gap(one: Mention, other: Mention) -> int:
    return max(one.token - other.token_end, other.token - one.token_end)

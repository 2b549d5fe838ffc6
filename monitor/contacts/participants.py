"""Pure. Who takes part in the contact of one clause:
its actors, then those its sentence and its story lend it.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from monitor.contacts.bounds import antecedent, groups, is_about_another
from monitor.contacts.model import Actor, Frame, Parties, Word
from monitor.contacts.others import (
    BEFORE,
    TRAVEL,
    between_sides,
    both_met,
    gathered,
    has_met_others,
    has_partner,
    meet_each_other,
    outsiders,
    stayed_away,
    teller,
)
from monitor.contacts.parties import METONYM, SPOKESMAN, THIRD, Rank
from monitor.contacts.reasons import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.contacts.coreference import Discourse

#: letters between a name and the clause that goes on about it: a comma and a space
NEXT_TO = 2
#: letters before a clause in which "beside him" may stand, apart by a dash
ASIDE = 12
#: nothing but these: a country named in the clause takes part
_STATES = frozenset(
    {"message", "agreement", "transfer", "training", "mission", "credentials", "invite", "award"}
)


def parties(frame: Frame, cues: Sequence[Word], discourse: Discourse) -> Parties | Refusal:
    """Both sides of what `cues` of one clause tell,
    or the step that says that it is no contact between them.
    """
    span = frame.clause(cues[0].start)
    if all(_lacking(frame, cue) for cue in cues) or stayed_away(frame, span):
        return Refusal.NOBODY_MADE_ONE
    own = [a for a in teller(frame, span) if a.side in frame.parties]
    core = [*antecedent(frame, span), *own, *(a for a in frame.within(span, "core") if a.kind != "demonym")]
    around = sorted([*core, *outsiders(frame, span)], key=lambda a: a.start)
    if has_met_others(frame, span) or not any(between_sides(frame, cue, around) for cue in cues):
        return Refusal.THIRD_PARTY
    if any(both_met(frame, cue, core) for cue in cues):
        return Refusal.THIRD_PARTY
    found = [a for a in core if a.side in frame.parties and a.rank < Rank.COUNTRY]
    lands = [a for a in core if a.rank is Rank.COUNTRY]
    for side in discourse.cast.parties:
        if not any(a.side == side for a in found):
            if meet_each_other(frame, [a for a in found if a.side != side], cues):
                return Refusal.OWN_SIDE
            found += _standing_in(frame, side, cues, discourse, lands)
    found += _list_goes_on(frame, span, found)
    made = Parties(found)
    return _unfit(frame, made, cues, discourse) or made


def _standing_in(
    frame: Frame, side: str, cues: Sequence[Word], discourse: Discourse, lands: Sequence[Actor]
) -> list[Actor]:
    """Who is meant of a side that the clause names nobody of: somebody, else the country."""
    return (
        _missing(frame, side, cues, discourse)
        or [a for a in lands if a.side == side]
        or _land(frame, frame.clause(cues[0].start), side, cues)
    )


def _active(frame: Frame, actor: Actor) -> bool:
    return actor.part in {"core", "indirect"} or (
        actor.part not in {"topic", "viewer"} and frame.sentence.field != "content"
    )


def _list_goes_on(frame: Frame, span: tuple[int, int], found: Sequence[Actor]) -> list[Actor]:
    """Names of the clauses that carry on:
    "Oun, who chairs the Spanish side, and Toggi", "at the ministry, where Baour", "beside him Toggi".
    """
    if not found or any(a.side == THIRD and a.part == "core" for a in frame.actors):
        return []
    more = []
    for actor in frame.actors:
        own = frame.clause(actor.start)
        if (
            actor.rank is Rank.PERSON
            and actor.part == "core"
            and own[0] >= span[1]
            and actor.side in frame.parties
        ):
            busy = any(own[0] <= cue.start < own[1] for cue in frame.cues)
            before = frame.text[own[0] : actor.start]
            words = frame.grammar
            if not busy and (
                words.continued.match(before)
                or words.where.match(before)
                or words.also.search(frame.text, max(0, own[0] - ASIDE), actor.start)
            ):
                more.append(actor)
    return more


def _lacking(frame: Frame, cue: Word) -> bool:
    """ "Without an agreement": nobody made one."""
    return frame.grammar.without.search(frame.text[max(0, cue.start - BEFORE) : cue.start]) is not None


def _unfit(frame: Frame, made: Parties, cues: Sequence[Word], discourse: Discourse) -> Refusal | None:
    """Why these are no parties to a contact:
    a country alone is enough only beside somebody, or in a pair of countries.
    """
    lacking = [side for side in frame.parties if not made.of(side)]
    if lacking:
        apart = any(_meanwhile(frame, a, cues[0]) for a in frame.actors if a.side in lacking)
        return Refusal.MEANWHILE if apart else Refusal.ONE_SIDE
    if gathered(frame, made, cues, discourse):
        return Refusal.GATHERING
    bare = [side for side in frame.parties if made.best(side) is Rank.COUNTRY]
    if bare and made.reaches_beyond(frame) and frame.sentence.field == "content":
        return Refusal.COUNTRY_ELSEWHERE
    if len(bare) == 2 and not _paired(frame, made, cues):
        return Refusal.BOTH_COUNTRIES
    if bare and all(c.sense == "mission" for c in cues) and not _attended(frame, made):
        return Refusal.COUNTRY_WORD
    return None


def _missing(frame: Frame, side: str, cues: Sequence[Word], discourse: Discourse) -> list[Actor]:
    """Who stands for a side that the clause does not name:
    in the sentence, in the story, then who only speaks.
    """
    foreign = _third_in(frame, (0, len(frame.text)))
    elsewhere = _elsewhere(frame, side, cues)
    if elsewhere and not (foreign and _third_in(frame, frame.clause(elsewhere[0].start))):
        nearest = min(elsewhere, key=lambda a: (a.rank >= Rank.OFFICE, abs(a.start - cues[0].start)))
        return next(g for g in groups(frame, elsewhere) if nearest in g)
    telling = _teller(frame, side, cues)
    if telling:
        return telling
    voices = _voices([a for a in frame.actors if a.side == side])
    if any(not _speaks_for_itself(frame, a, cues) for a in voices):
        return []
    if not foreign:
        partner = any(a.side not in (side, THIRD) and _active(frame, a) for a in frame.actors)
        lent = discourse.lend(frame, side, cues, partner=partner)
        lent = [] if _headed_by(frame, side, cues) else [a for a in lent if not _only_speaks(frame, a, cues)]
        if _may_meet_each_other(frame, side, cues):
            lent = [a for a in lent if a.part not in {"speaker", "viewer"}]
        if lent:
            return lent
    return _beside(frame, side, cues)


def _teller(frame: Frame, side: str, cues: Sequence[Word]) -> list[Actor]:
    """Who tells of himself: "the minister said that he discussed it with Marin", where no "he" is needed."""
    span = frame.clause(cues[0].start)
    acting = frame.within(span, "core")
    if (
        all(c.sense in _STATES for c in cues)
        or not span[0]
        or not acting
        or not frame.grammar.that.match(frame.text[span[0] : span[1]])
    ):
        return []
    if any(a.side in (side, THIRD) for a in acting) or not frame.ahead_of(
        acting[0].start, frame.grammar.with_whom
    ):
        return []
    told = frame.within(frame.clause(span[0] - 1), "speaker")
    return [a for a in told if a.side == side and a.rank is Rank.PERSON and SPOKESMAN not in a.mention.tags][
        -1:
    ]


def _may_meet_each_other(frame: Frame, side: str, cues: Sequence[Word]) -> bool:
    """Whether two people of the other side stand in one list where the subject stands:
    "he called on Oun and Toggi to sit down for talks".
    """
    span = frame.clause(cues[0].start)
    people = [a for a in frame.within(span, "core") if a.rank is Rank.PERSON and a.side not in (side, THIRD)]
    lists = groups(frame, [a for a in people if frame.grammar.verb_first or a.start < cues[-1].start])
    return any(len({a.name for a in group}) > 1 for group in lists)


def _elsewhere(frame: Frame, side: str, cues: Sequence[Word]) -> list[Actor]:
    """Who of a side takes part in the sentence's other clauses, or stands right before this one."""
    span = frame.clause(cues[0].start)
    start = span[0]
    if is_about_another(frame, span):
        return []
    return [
        a
        for a in _named(frame, side)
        if (a.part == "core" or (a.part != "speaker" and 0 <= start - a.end <= NEXT_TO))
        and _quoted(frame, a.start) == _quoted(frame, cues[0].start)
        and not _in_later_piece(frame, a, cues[0])
        and not _meanwhile(frame, a, cues[0])
        and not is_about_another(frame, frame.clause(a.start))
    ]


def _quoted(frame: Frame, at: int) -> int | None:
    """Where the clause begins that a third party tells: "Ann Bee told him | that Marin sends greetings"."""
    start, _ = frame.clause(at)
    if not start or not frame.grammar.that.match(frame.text[start:]):
        return None
    return start if any(a.side == THIRD for a in frame.within(frame.clause(start - 1), "speaker")) else None


def _meanwhile(frame: Frame, actor: Actor, cue: Word) -> bool:
    """Whether each acts in a clause of its own, at the same time: "Marin left while Sanna was in Bonn"."""
    own, other = frame.clause(cue.start), frame.clause(actor.start)
    between = (bound for bound in frame.bounds if min(own, other)[0] < bound <= max(own, other)[0])
    if not any(frame.parts(bound) for bound in between):
        return False
    subject = frame.within(other, "core")[:1]
    return any(a.side == actor.side for a in subject) and any(
        a.side not in (actor.side, THIRD) for a in frame.within(own, "core")
    )


def _in_later_piece(frame: Frame, actor: Actor, cue: Word) -> bool:
    """Whether an office is named first behind the semicolon that ends the news of a word of contact."""
    return actor.rank >= Rank.OFFICE and actor.start > cue.end and ";" in frame.text[cue.end : actor.start]


def _beside(frame: Frame, side: str, cues: Sequence[Word]) -> list[Actor]:
    """The nearest of a side that has another part:
    somebody's envoy rather than a speaker rather than a palace.
    """
    for part in ("indirect", "speaker", "place"):
        close = [a for a in _named(frame, side) if a.part == part]
        if part == "speaker":
            close = [a for a in _voices(close) if _speaks_for_itself(frame, a, cues)]
        if close:
            return [min(close, key=lambda a: abs(a.start - cues[0].start))]
    return []


def _voices(actors: Sequence[Actor]) -> list[Actor]:
    """Who of them speaks; a body rather than its spokesman."""
    voices = [a for a in actors if a.part == "speaker"]
    bodies = any(a.rank is Rank.BODY for a in voices)
    return [a for a in voices if not bodies or SPOKESMAN not in a.mention.tags]


def _named(frame: Frame, side: str) -> list[Actor]:
    return [a for a in frame.actors if a.side == side and a.rank <= Rank.METONYM]


def _speaks_for_itself(frame: Frame, actor: Actor, cues: Sequence[Word]) -> bool:
    """A ministry speaks of its own deals;
    a person of meetings, while of a deal, or to a third party, he has a view.
    """
    if _third_in(frame, frame.clause(actor.start)) or any(has_partner(frame, cue) for cue in cues):
        return False
    return actor.kind != "person" or any(c.sense not in _STATES - {"message", "invite"} for c in cues)


def _only_speaks(frame: Frame, lent: Actor, cues: Sequence[Word]) -> bool:
    """Whether the sentence itself names whom it means, as one who tells what another does."""
    own = [a for a in frame.actors if (a.side, a.name) == (lent.side, lent.name)]
    return any(
        a.part in {"speaker", "viewer", "topic"} and not _speaks_for_itself(frame, a, cues) for a in own
    )


def _headed_by(frame: Frame, side: str, cues: Sequence[Word]) -> bool:
    """Whether a title is what somebody of a side says of others: "Marin: the general is ready to sign"."""
    return frame.sentence.field == "title" and any(
        a.side == side and a.part == "speaker" and not _speaks_for_itself(frame, a, cues)
        for a in frame.actors
    )


def _third_in(frame: Frame, span: tuple[int, int]) -> bool:
    return any(a.side == THIRD for a in frame.within(span, "core"))


def _land(frame: Frame, span: tuple[int, int], side: str, cues: Sequence[Word]) -> list[Actor]:
    travel = any(c.sense in TRAVEL for c in cues)
    states = any(c.sense in _STATES for c in cues)
    whole = (0, len(frame.text))
    for scope in (span,) if _third_in(frame, whole) else (span, whole):
        lands = [
            a
            for a in frame.actors
            if a.side == side
            and a.rank >= Rank.METONYM
            and a.part not in {"topic", "viewer"}
            and scope[0] <= a.start < scope[1]
            and not _meanwhile(frame, a, cues[0])
        ]
        wanted = [a for a in lands if travel or states or a.part == "core"]
        if wanted:
            return [min(wanted, key=lambda a: (not _in_pair(frame, a), a.start))]
    return []


def _in_pair(frame: Frame, land: Actor) -> bool:
    """Whether the other party's country stands right beside it."""
    others = (a for a in frame.lands if a.side in frame.parties - {land.side})
    return any(abs(a.mention.token - land.mention.token) <= 1 for a in others)


def _attended(frame: Frame, made: Parties) -> bool:
    """ "France reopened its embassy in the presence of the Spanish minister"."""
    there = frame.grammar.also.search(frame.text)
    return there is not None and any(a.rank < Rank.METONYM and a.start >= there.end() for a in made.actors)


def _is_state(frame: Frame, actor: Actor) -> bool:
    """A country, or the capital that newspapers say for it, unless something is only there: "in Madrid"."""
    if actor.kind == "country":
        return True
    return METONYM in actor.mention.tags and not frame.is_where(actor)


def _paired(frame: Frame, made: Parties, cues: Sequence[Word]) -> bool:
    """ "Franco-Spanish talks", "talks between France and Spain", "France denies a deal with Spain"."""
    one_party, other_party = frame.parties
    only_given = all(cue.sense == "transfer" for cue in cues)
    for one, other in product(made.of(one_party), made.of(other_party)):
        first, second = sorted((one, other), key=lambda a: a.start)
        gap = second.mention.token - first.mention.token_end
        states = _is_state(frame, first) and _is_state(frame, second)
        if states and any(_hands_over(frame, cue, second) for cue in cues if first.end < cue.start):
            return True
        if only_given:
            continue
        if gap <= 2 or frame.grammar.joined.match(frame.text[first.end : second.start]):
            return True
        facing = states and frame.ahead_of(second.start, frame.grammar.with_whom)
        if facing and any(first.end < cue.start <= second.start for cue in cues):
            return True
    return False


def _hands_over(frame: Frame, cue: Word, receiver: Actor) -> bool:
    """Whether a state is given something: "gave Spain two ships", "delivered two ships to Spain"."""
    if cue.sense != "transfer" or receiver.start < cue.end:
        return False
    given = frame.ahead_of(receiver.start, frame.grammar.given_to)
    said = frame.grammar.gives.search(frame.text, cue.start, cue.end)
    return bool(said and (given or receiver.start == cue.end + 1))

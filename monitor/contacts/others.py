"""Pure. Whether a word of contact is one with somebody else: a third party between the sides or behind the
verb, two of one side who meet each other, two of many guests who met nobody in particular.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.contacts.bounds import AROUND, NAME, REACH, antecedent, groups, is_event, linked
from monitor.contacts.parties import THIRD, Rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.contacts.coreference import Discourse
    from monitor.contacts.model import Actor, Frame, Parties, Word
    from monitor.matching.mentions import Mention

#: letters before a word of contact in which "without" or "between" belong to it: a preposition and an
#: adjective or two
BEFORE = 40
#: letters between a state and what it does: a space, a quote
BESIDE = 2
#: so many states beside both sides, and a ceremony has guests
CROWD = 3
#: words of contact that say somebody is in the other's country: the country alone then stands for the host
TRAVEL = frozenset({"visit", "presence", "host", "invite", "expected"})
#: words of contact whose object is whom somebody met
_FACING = frozenset({"meeting", "host", "call"})
#: words by which somebody wants others to do something
_ASKED = frozenset({"%calls.demand"})


def has_met_others(frame: Frame, span: tuple[int, int]) -> bool:
    """Whether a clause tells of somebody of neither side: "a bishop with whom Marin spoke"."""
    return frame.grammar.whom.match(frame.text, span[0]) is not None and not antecedent(frame, span)


def has_partner(frame: Frame, cue: Word) -> bool:
    """Whether the words name with whom, and it is nobody of either side: "talks with the unions"."""
    if frame.grammar.nobody.match(frame.text, cue.end):
        return True
    end = frame.clause(cue.start)[1]
    found = frame.grammar.partner.search(frame.text, cue.start, min(end, cue.end + REACH))
    if (
        found is None
        or frame.grammar.verb_last
        or any(cue.end <= c.start < found.start() for c in frame.cues)
    ):
        return False
    rest = frame.text[found.end() : min(end, found.end() + NAME)]
    named: list[Actor | Word] = [*frame.actors, *frame.offices]
    known = any(found.end() <= w.start < found.end() + NAME for w in named)
    return bool(rest.strip()) and not known and not frame.grammar.pronoun.search(rest)


def between_sides(frame: Frame, cue: Word, around: Sequence[Actor]) -> bool:
    """Whether a word of contact is not between one side and a third party."""
    people = sorted([*around, *_foreign_partner(frame, cue)], key=lambda a: a.start)
    if any(a.side == THIRD for a in teller(frame, frame.clause(cue.start))):
        return any(frame.parties <= {a.side for a in listed} for listed in groups(frame, people))
    among = (
        listed for listed in groups(frame, people) if listed[0].start >= cue.end and _meets(frame, listed)
    )
    sides = [{a.side for a in listed} for listed in among]
    if any(THIRD in some and not frame.parties <= some for some in sides):
        return False
    return all(a.side != THIRD for a in people) or linked(frame, cue, people)


def _meets(frame: Frame, listed: Sequence[Actor]) -> bool:
    """Whether those of a list do something with each other: "between Paris and the Spanish government"."""
    before = frame.text[max(0, listed[0].start - BEFORE) : listed[0].start]
    return len(listed) > 1 and frame.grammar.between.search(before) is not None


def _foreign_partner(frame: Frame, cue: Word) -> list[Actor]:
    """Another state or its body with which something is done: "talks with Malta"."""
    end = frame.clause(cue.start)[1]
    last = max((c.end for c in frame.cues if cue.end <= c.end < end), default=cue.end)
    return [
        a
        for a in frame.foreign
        if last <= a.start < end and frame.grammar.with_whom.search(frame.text[last - 1 : a.start])
    ]


def outsiders(frame: Frame, span: tuple[int, int]) -> list[Actor]:
    """Third parties that speak in the clause: "Tetteh told Bogdanov about talks with Dbeibah"."""
    return [a for a in frame.within(span, "speaker") if a.side == THIRD]


def teller(frame: Frame, span: tuple[int, int]) -> list[Actor]:
    """Who says what he did himself in a clause: "Bee | said she had met Marin and would ring Toggi"."""
    own = span[0] and frame.grammar.that_he.match(frame.text[span[0] : span[1]])
    return frame.within(frame.clause(span[0] - 1), "speaker")[-1:] if own else []


def both_met(frame: Frame, cue: Word, core: Sequence[Actor]) -> bool:
    """Whether both sides stand behind a verb that has a subject of its own, joined by "and":
    "the premier received Marin in the morning and Ann Bee in the evening".
    """
    grammar, start = frame.grammar, frame.clause(cue.start)[0]
    behind = [a for a in core if a.start >= cue.end]
    subject = frame.text[start : cue.start].strip()
    if grammar.verb_first or grammar.verb_last or cue.sense not in _FACING or len(behind) != len(core):
        return False
    if not frame.parties <= {a.side for a in behind} or not subject or grammar.pronoun.search(subject):
        return False
    joined = any(
        grammar.joiner.search(frame.text, one.end, other.start)
        for one, other in pairwise(behind)
        if one.side != other.side
    )
    before = frame.text[cue.end : behind[0].start]
    return joined and not any(words.search(before) for words in (grammar.with_whom, grammar.origin))


def stayed_away(frame: Frame, span: tuple[int, int]) -> bool:
    """ "Neither Marin nor the Spanish minister attended": both did not, which says nothing of the two."""
    found = ((a.side, frame.ahead_of(a.start, frame.grammar.neither)) for a in frame.within(span, "core"))
    absent = {side: word.start() for side, word in found if word}
    return frame.parties <= absent.keys() and len(set(absent.values())) > 1


def gathered(frame: Frame, made: Parties, cues: Sequence[Word], discourse: Discourse) -> bool:
    """ "Ministers from Spain, France and Malta attended", "both spoke at the UN session":
    two of many met nobody in particular.
    """
    span = frame.clause(cues[0].start)
    ranks = [made.best(side) for side in frame.parties]
    # whoever travels to the other side does so while the United Nations warn, and among other guests
    session = any(cue.sense == "joint" for cue in cues) and (frame.world or discourse.of_the_world)
    guests = max(ranks) < Rank.METONYM and frame.grammar.many.search(frame.text, *span)
    others = min(ranks) >= Rank.OFFICE and frame.grammar.others.search(frame.text, *span)
    if (session or guests or others) and all(is_event(frame, cue) for cue in cues):
        return True
    states = {a.name for a in frame.foreign}
    ceremony = all(is_event(frame, cue) or cue.sense == "mission" for cue in cues)
    if len(states) >= CROWD and ceremony and max(ranks) > Rank.PERSON:
        return True
    many = frame.grammar.gathering.search(frame.text, *span) and any(
        span[0] <= a.start < span[1] and a.kind == "country" for a in frame.foreign
    )
    return bool(many) and min(ranks) >= Rank.OFFICE


def meet_each_other(frame: Frame, others: Sequence[Actor], cues: Sequence[Word]) -> bool:
    """Whether two of one side meet each other, or are to: no seat is free for the other side."""
    lists = groups(frame, [a for a in others if a.kind == "person"])
    if len({a.name for people in lists for a in people}) < 2:
        return False
    start = frame.clause(cues[0].start)[0]
    if not frame.grammar.verb_last and frame.grammar.pronoun.search(frame.text, start, lists[0][0].start):
        return False  # "where he is to meet Marin and the mayor, Ann Bee": he meets both
    if frame.grammar.mutual.search(frame.text, *frame.clause(cues[0].start)):
        return True
    if any(c.sense in TRAVEL for c in cues):
        return False
    if len(lists) == 1 and not frame.said.isdisjoint(_ASKED):
        return True
    if len(lists) > 1:
        return not frame.grammar.also.search(frame.text, lists[0][0].end, lists[-1][0].start)
    first, last = lists[0][0], lists[0][-1]
    mutual = frame.grammar.verb_last and frame.grammar.partner.search(frame.text, first.end, last.start)
    return bool(
        mutual or frame.grammar.between.search(frame.text[max(0, first.start - BEFORE) : first.start])
    )


def others_receive(frame: Frame, cue: Word) -> bool:
    """Whether another state stands right before a word of receiving: "Malta hosts Marin"."""
    hosts = (a for a in frame.foreign if a.kind != "body" and 0 < cue.start - a.end <= BESIDE)
    return cue.sense == "host" and not all(frame.is_where(a) for a in hosts)


def only_says(frame: Frame, stranger: Mention) -> bool:
    """Whether a body of neither side only says what is told: "…, UN experts say"."""
    bodies = (a for a in frame.foreign if a.kind == "body" and a.mention is stranger)
    return any(frame.grammar.says.match(frame.text[a.end : a.end + AROUND]) for a in bodies)

"""Pure. Where the clauses of a sentence begin, about whom one goes on, and who acts in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.contacts.model import NEXT
from monitor.contacts.parties import Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.contacts.model import Actor, Frame, Parties, Word

#: words of contact that lead somewhere
_JOURNEY = frozenset({"visit", "expected", "host"})
_COMMA = re.compile("[,،]")
#: what ends one piece of a sentence before the next one's subject
_AFTER_COMMA = re.compile(r"[,،]\s*\Z")


def cut(frame: Frame) -> None:
    """Cut a sentence into clauses, never inside a name or a word of contact."""
    taken = [(a.start, a.end) for a in frame.actors] + [(c.start, c.end) for c in frame.cues]
    found = {word.start() for word in frame.grammar.boundary.finditer(frame.text)}
    found |= {word.start() for word in frame.grammar.then.finditer(frame.text)}
    if frame.sentence.field == "title":
        found.update(_headline_bounds(frame))
    frame.apart = {*_opened(frame), *_side_by_side(frame)}
    found |= frame.apart
    frame.bounds = [at for at in sorted(found) if not any(start <= at < end for start, end in taken)]


def _headline_bounds(frame: Frame) -> Iterator[int]:
    """Where a headline goes on with what somebody else did: "as Marin meets …"."""
    for actor in frame.actors:
        before = frame.grammar.meanwhile_before.search(frame.text[: actor.start])
        if actor.rank is Rank.PERSON and before and not frame.text.startswith("'", actor.end):
            yield before.start()


def _opened(frame: Frame) -> Iterator[int]:
    """Where the main clause begins behind "while Marin was in Bonn":
    at the comma, else, where verbs come first, at the first of them that is a word of contact.
    """
    if not frame.grammar.meanwhile.match(frame.text):
        return
    comma = _COMMA.search(frame.text)
    if comma:
        yield comma.start()
    elif frame.grammar.verb_first and frame.actors:
        verbs = (
            cue.start - 1
            for cue in frame.cues
            if cue.start > frame.actors[0].end and frame.grammar.past.match(frame.text, cue.start)
        )
        yield from list(verbs)[:1]


def _side_by_side(frame: Frame) -> Iterator[int]:
    """The commas between sentences in a row: "Marin met Ann Bee, Oun called an election"."""
    if frame.grammar.verb_last or frame.grammar.verb_first:
        return
    people = [a for a in frame.actors if a.rank <= Rank.METONYM]
    for number, actor in enumerate(people):
        comma = _AFTER_COMMA.search(frame.text[: actor.start])
        if comma and _acts(frame, actor) and any(_acts(frame, other) for other in people[:number]):
            yield comma.start()


def _acts(frame: Frame, actor: Actor) -> bool:
    """Whether a verb, or whom something is done with, follows a name at once."""
    after = frame.text[actor.end :].lstrip()
    if frame.text[actor.end : actor.end + 1] != " ":
        return False
    verb = frame.grammar.verbal.match(after) or frame.grammar.past.match(after)
    return bool(verb or frame.grammar.partner.match(after) or _told(frame, actor))


def _told(frame: Frame, actor: Actor) -> bool:
    return any(cue.start == actor.end + 1 for cue in frame.cues)


def antecedent(frame: Frame, span: tuple[int, int]) -> list[Actor]:
    """Whom a relative clause is about, the name right before it;
    or who acted before "then", where nobody is named in front of its verb.
    """
    if frame.grammar.then.match(frame.text, span[0]) and not _own_subject(frame, span):
        before = frame.clause(span[0] - 1)
        return [*antecedent(frame, before), *frame.within(before, "core")][:1] if span[0] else []
    if not frame.grammar.relative.match(frame.text[span[0] : span[0] + NEXT]):
        return []
    return [a for a in frame.actors if 0 <= span[0] - a.end <= 2 and a.part not in {"topic", "place"}][-1:]


def _own_subject(frame: Frame, span: tuple[int, int]) -> bool:
    """Whether a clause names who acts: before its word of contact, or behind a verb that comes first."""
    people = [a for a in frame.within(span, "core") if a.rank < Rank.COUNTRY]
    if frame.grammar.verb_first:
        return len(people) > 1
    return any(a.start < min(c.start for c in frame.cues if c.start >= span[0]) for a in people)


def acts_there(frame: Frame, cue: Word, made: Parties) -> bool:
    """Whether somebody of a side stands in the clause of a word of contact, or the clause is about him:
    "Marin won, an analyst in Bonn said" tells of no journey.
    """
    span = frame.clause(cue.start)
    about = antecedent(frame, span)
    if cue.sense == "presence" and frame.grammar.says.match(frame.text[cue.end :]):
        span = (max(span[0], frame.text.rfind(",", 0, cue.start)), span[1])
    acting = [a for a in made.actors if a.rank is not Rank.COUNTRY]
    return any(span[0] <= a.start < span[1] or a in about for a in acting)


def leads_elsewhere(frame: Frame, cue: Word, land: Actor) -> bool:
    """Whether a journey ends in a third country: "bound for Spain, seen after a visit to Malta"."""
    if cue.sense not in _JOURNEY:
        return False
    start, end = frame.clause(cue.start)
    if frame.grammar.verb_last:
        return land.start > cue.end and any(start <= a.start < cue.start for a in frame.foreign)
    return land.start < cue.start and any(cue.end <= a.start < end for a in frame.foreign)

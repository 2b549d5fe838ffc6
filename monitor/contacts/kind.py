"""Pure. Of what kind a contact is: its main verb decides.

A meeting is what people of both sides have held: "flew to Paris and met Marin" is one, and a visit that the
lead fills with talks that took place becomes one. A visit is a journey to the other side of which no meeting
is told, or only as its purpose: "flew to Paris to meet Marin", "in Paris for talks", «прилетел на встречу».
So of a journey that is planned, put off or cancelled the headline decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.contacts.parties import Rank
from monitor.languages.grammar import NAMELESS
from monitor.model import ContactStatus, ContactType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.contacts.model import Actor, Frame, Parties, Word

#: the sense of a word of contact to the kind of contact; of several in a clause the first listed decides
TYPES = {
    "credentials": ContactType.OTHER,
    "award": ContactType.OTHER,
    "invite": ContactType.VISIT,
    "call": ContactType.CALL,
    "meeting": ContactType.MEETING,
    "message": ContactType.MESSAGE,
    "agreement": ContactType.AGREEMENT,
    "host": ContactType.VISIT,
    "transfer": ContactType.TRANSFER,
    "visit": ContactType.VISIT,
    "presence": ContactType.VISIT,
    "expected": ContactType.VISIT,
    "joint": ContactType.MEETING,
}
_ORDER = {sense: place for place, sense in enumerate(TYPES)}
#: words of contact that tell of nothing done: "the embassy"
IDLE = "mission"
#: what fills a visit when it took place
_HELD = frozenset({ContactType.MEETING, ContactType.AGREEMENT})
_JOURNEY = frozenset({"visit", "presence"})
#: what may be the purpose of a journey
_PURPOSES = frozenset({"meeting", "agreement", "joint"})


def main_first(frame: Frame, cues: Sequence[Word]) -> list[Word]:
    """The words of contact of one clause, the one that tells the kind first:
    what is only the purpose of a journey comes last.
    """
    journey = any(cue.sense in _JOURNEY for cue in cues)
    invited_there = any(cue.sense == "meeting" and _is_on(frame, cue) for cue in cues)

    def last(cue: Word) -> bool:
        return (journey and is_purpose(frame, cue)) or (invited_there and cue.sense == "invite")

    return sorted(cues, key=lambda cue: (last(cue), _ORDER.get(cue.sense, len(_ORDER)), cue.start))


def _is_on(frame: Frame, cue: Word) -> bool:
    """Whether a meeting is on while something else is done: "during his talks with Marin he invited …"."""
    found = frame.grammar.at_it.finditer(frame.text, *frame.clause(cue.start))
    return any(said.start() <= cue.start < said.end() for said in found)


def is_purpose(frame: Frame, cue: Word) -> bool:
    """Whether the clause only says that somebody travels for it: "to meet", "for talks"."""
    if cue.sense not in _PURPOSES:
        return False
    found = frame.grammar.aim.finditer(frame.text, *frame.clause(cue.start))
    return any(aim.start() <= cue.start <= aim.end() + 1 for aim in found)


def kind_of(cue: Word, found: Parties, sides: Iterable[str]) -> ContactType:
    """The kind that the main word tells of; who receives somebody in person has met him."""
    if cue.sense == "presence" and all(found.best(side) is Rank.COUNTRY for side in sides):
        return ContactType.MEETING  # nobody travels: "in Paris the Franco-Spanish commission began its work"
    if cue.sense == "host" and all(any(map(_comes_in_person, found.of(side))) for side in sides):
        return ContactType.MEETING
    return TYPES.get(cue.sense, ContactType.OTHER)


def _comes_in_person(actor: Actor) -> bool:
    return actor.kind == "person" or actor.name.endswith(NAMELESS)


def of_both(
    one: ContactType, other: ContactType, status: ContactStatus, *, expected: bool, idle: bool, vague: bool
) -> ContactType:
    """The kind of what two clauses tell of, `one` first: a visit with a meeting held is a meeting.

    `expected`: the first clause only says that somebody is expected; what he comes for decides. `idle`: it
    only names an embassy; what the other tells decides. `vague`: it says that something was discussed, which
    may be on the telephone.
    """
    if idle or (vague and other is ContactType.CALL):
        return other
    held = expected or status is ContactStatus.HAPPENED
    return other if held and other in _HELD and one is ContactType.VISIT else one


def is_expected(cues: Sequence[Word]) -> bool:
    """Whether the words of contact of a clause only say that somebody is to come: "expected in Rome"."""
    return any(cue.sense == "expected" for cue in cues) and all(
        TYPES.get(cue.sense) is ContactType.VISIT for cue in cues
    )

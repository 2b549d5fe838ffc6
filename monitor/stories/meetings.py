"""Pure. Do two items tell one meeting: who with whom, how, where, when. The same people meet again and again.

Both sides the same within a day and a half, without another place or day, are one meeting. A plan and what
came of it may lie days apart, and so may a denial and what it denies. Elsewhere, two days later, or by other
means it is another one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from monitor.model import ContactStatus, ContactType

if TYPE_CHECKING:
    from monitor.stories.signature import Meeting, Signature

Verdict = Literal["same", "half", "again", "other", ""]
#: how far apart two reports of one meeting come out when neither says its day
REPORTED = timedelta(hours=36)
#: a plan is looked for this long before, a denial this long after
PLANNED, DENIED = timedelta(days=5), timedelta(days=7)
#: other counterparts this much later are another meeting
OTHER_GUEST = timedelta(days=2)
#: what is handed over at one place is a visit for one desk and a delivery for another, this far apart
HANDED_OVER = timedelta(hours=12)
#: outlets date one meeting up to this many days apart
SLACK = 1

_AHEAD = frozenset(
    {ContactStatus.PLANNED, ContactStatus.INVITED, ContactStatus.POSTPONED, ContactStatus.CANCELLED}
)
_TOOK_PLACE = frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})
#: ways to be in touch that are not taken for each other
_MEANS = {ContactType.CALL: "call", ContactType.MESSAGE: "message", ContactType.TRANSFER: "transfer"}
_ORDER: tuple[Verdict, ...] = ("same", "half", "again", "other")


def compared(ours: Signature, theirs: Signature) -> Verdict:
    """What the meetings of two items say:
    the surest of all pairs, or nothing where one of them tells of none.
    """
    first, then = (ours, theirs) if ours.at <= theirs.at else (theirs, ours)
    apart, elsewhere = then.at - first.at, _elsewhere(ours, theirs)
    found = {_pair(a, b, apart, elsewhere) for a in first.meetings for b in then.meetings if _of_one(a, b)}
    return next((verdict for verdict in _ORDER if verdict in found), "")


def _of_one(a: Meeting, b: Meeting) -> bool:
    """Whether they are between the same parties, as far as is known."""
    return a.watchlist == b.watchlist or not (a.watchlist and b.watchlist)


def _elsewhere(ours: Signature, theirs: Signature) -> bool:
    """Whether both texts name places, and none in common."""
    places = ours.named("l", 1), theirs.named("l", 1)
    return bool(places[0] and places[1]) and places[0].isdisjoint(places[1])


def _pair(a: Meeting, b: Meeting, apart: timedelta, elsewhere: bool) -> Verdict:
    days = _days(a.date, b.date)
    sides = _side(a.sides[0], b.sides[0]), _side(a.sides[1], b.sides[1])
    if "other" in sides:
        return "other"
    if _by_other_means(a, b) and not (_handed_over(a, b) and apart <= HANDED_OVER):
        return "again"
    if days is not None and days > SLACK:
        return "again"
    if sides == ("same", "same") and a.place and b.place and a.place != b.place and elsewhere:
        return "again"
    if apart > _reach(a, b, days):
        return "again"
    return "same" if sides == ("same", "same") else "half" if "same" in sides else ""


def _by_other_means(a: Meeting, b: Meeting) -> bool:
    return _MEANS.get(a.kind) != _MEANS.get(b.kind) and ContactType.OTHER not in (a.kind, b.kind)


def _handed_over(a: Meeting, b: Meeting) -> bool:
    """Whether one tells of a delivery, and the other of people at the same place."""
    there = bool(a.place) and a.place == b.place
    return there and {_MEANS.get(a.kind), _MEANS.get(b.kind)} == {"transfer", None}


def _reach(first: Meeting, then: Meeting, days: int | None) -> timedelta:
    if days is not None:
        return DENIED
    statuses = {first.status, then.status}
    if ContactStatus.DENIED in statuses:
        # "no meeting is planned" says nothing about one that took place later
        late = first.status is ContactStatus.DENIED and then.status in _TOOK_PLACE
        return REPORTED if late else DENIED
    if first.status is ContactStatus.CANCELLED and then.status in _TOOK_PLACE:
        return REPORTED
    return PLANNED if statuses & _AHEAD and (statuses & _TOOK_PLACE or len(statuses) > 1) else REPORTED


def _side(ours: frozenset[str], theirs: frozenset[str]) -> str:
    if not ours or not theirs:
        return "open"
    return "other" if ours.isdisjoint(theirs) else "same"


def _days(one: str, other: str) -> int | None:
    """Days between two exact dates; None where either is missing or inexact."""
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return None

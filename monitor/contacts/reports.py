"""Pure. What one item says of one contact, as far as it tells contacts apart: who, what, where, and a span of
days.

Newsrooms name the same meeting differently: one has both ministers, one "a delegation", one no day. So a side
is compared by its persons first, and a contact without a day gets the days in which it can lie by its status
and by when it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from monitor.model import ContactStatus, ContactType
from monitor.model.words import days_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

    from monitor.model import Contact, StoryItem

#: days before and after its telling in which a contact without a day lies
_AHEAD = {ContactStatus.PLANNED: 21, ContactStatus.INVITED: 28}
_AROUND = {
    ContactStatus.HAPPENED: (2, 0),
    ContactStatus.ONGOING: (2, 0),
    ContactStatus.DENIED: (7, 7),
    ContactStatus.CANCELLED: (7, 14),
    ContactStatus.POSTPONED: (7, 14),
}
#: an old contact that is mentioned without a day lies in this many days before
REMEMBERED = 60
#: statuses of something that took place
TOOK_PLACE = frozenset({ContactStatus.HAPPENED, ContactStatus.ONGOING})


class Likeness(IntEnum):
    """How the parties of one side compare."""

    #: both name persons, none in common
    OTHER = 0
    #: one of them names nobody in particular
    OPEN = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a contact."""

    people: frozenset[str]
    #: bodies and offices; countries and nameless delegations tell nothing and are left out
    bodies: frozenset[str]

    def likeness(self, other: Party) -> Likeness:
        """Whether it can be the same side of the same contact."""
        if not self.people.isdisjoint(other.people):
            return Likeness.SAME
        if self.people and other.people:
            return Likeness.OTHER
        return Likeness.OPEN if self.bodies.isdisjoint(other.bodies) else Likeness.SAME

    @property
    def names(self) -> frozenset[str]:
        """Everybody in particular."""
        return self.people | self.bodies


NOBODY = Party(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Span:
    """Days in which a contact lies, both included."""

    first: date
    last: date
    #: the text names the day
    exact: bool = False
    #: the days to come, because it is only planned
    ahead: bool = False

    def gap(self, other: Span) -> int:
        """Days between two spans; 0 where they touch."""
        return max(0, (other.first - self.last).days, (self.first - other.last).days)

    def months(self, slack: int) -> Iterator[tuple[int, int]]:
        """Every (year, month) within `slack` days of the span."""
        end = self.last + timedelta(days=slack)
        day = (self.first - timedelta(days=slack)).replace(day=1)
        while day <= end:
            yield day.year, day.month
            day = (day + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Report:
    """One item's word on one contact."""

    at: datetime
    item: StoryItem
    contact: Contact
    #: in the order of the watchlist
    parties: tuple[Party, Party]
    #: None for something long ago without a day
    span: Span | None


def reports(items: Iterable[StoryItem], people: Collection[str]) -> list[Report]:
    """All reports, in the order in which we came to know them:
    more items at the end change nothing before them.
    """
    made = [
        Report(
            at=item.told_at,
            item=item,
            contact=contact,
            parties=_parties(contact, people),
            span=span(contact, item.told_at.date()),
        )
        for item in items
        for contact in item.contacts
    ]
    return sorted(made, key=arrival)


def arrival(report: Report) -> tuple[datetime, datetime, int]:
    """What reports are ordered by: when we came to know them."""
    return report.item.first_seen_at, report.at, report.item.id


def _parties(contact: Contact, people: Collection[str]) -> tuple[Party, Party]:
    one, other = contact.parties.values()
    return _party(one, contact.general, people), _party(other, contact.general, people)


def _party(names: Iterable[str], general: frozenset[str], people: Collection[str]) -> Party:
    known = frozenset(names) - general
    persons = frozenset(name for name in known if name in people)
    return Party(persons, known - persons)


def span(contact: Contact, told: date) -> Span | None:
    """The days in which a contact told on `told` lies;
    None for a year, and for something old without any day.
    """
    named = days_of(contact.date)
    if named is not None and (named[1] - named[0]).days <= 31:
        return Span(*named, exact=named[0] == named[1])
    if contact.background:
        return None
    ahead = _AHEAD.get(contact.status)
    before, after = (0, ahead) if ahead else _AROUND.get(contact.status, (0, 0))
    return Span(told - timedelta(days=before), told + timedelta(days=after), ahead=ahead is not None)


def remembered(report: Report) -> Span:
    """Where to look for the old contact that a report mentions: its year, or the weeks before."""
    named = days_of(report.contact.date)
    if named is not None:
        return Span(*named)
    told = report.at.date()
    return Span(told - timedelta(days=REMEMBERED), told)


#: ways to be in touch that one trip does not mix up with another
_APART = frozenset({ContactType.CALL, ContactType.MESSAGE, ContactType.TRANSFER})


def kinds_agree(one: ContactType, other: ContactType) -> bool:
    """Whether two kinds can be one contact: a visit, its meetings and what is signed there are."""
    if one is other or ContactType.OTHER in (one, other):
        return True
    return one not in _APART and other not in _APART


def places_agree(one: str | None, other: str | None) -> bool:
    """Whether two places can be one: either is unknown,
    or one is named within the other ("Rajma, Benghazi").
    """
    if not one or not other:
        return True
    a, b = one.casefold(), other.casefold()
    return a in b or b in a

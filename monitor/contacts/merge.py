"""Pure. Which reports tell one contact: the same people on both sides within two days; the rest by what is
left open.

Reports are placed in the order in which they came, so that a later one never changes what was told apart
before it. One that names the people of two contacts of one day makes them one. An old contact that is only
mentioned is attached to the one it means and never makes it new.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.contacts.reports import (
    NOBODY,
    REMEMBERED,
    TOOK_PLACE,
    Likeness,
    Party,
    Span,
    arrival,
    kinds_agree,
    places_agree,
    remembered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.contacts.reports import Report
    from monitor.model import ContactType

#: outlets date the same meeting up to this many days apart; less where a side is left open, more where it is
#: told
#: within one story and the day is not said
SLACK, SLACK_OPEN, SLACK_UNSAID = 2, 1, 4
DAYS_OF_A_YEAR = 366
#: both sides are the same people
CERTAIN = 2 * Likeness.SAME
#: a plan that leaves a side open is looked for this many days ahead only
NEAR = 7


@dataclass(slots=True, eq=False)
class Group:
    """The reports of one contact."""

    number: int
    reports: list[Report] = field(default_factory=list)
    parties: tuple[Party, Party] = (NOBODY, NOBODY)
    kinds: set[ContactType] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    stories: set[str] = field(default_factory=set)
    items: set[int] = field(default_factory=set)
    #: when it took or takes place; None for what is only remembered, without a day
    span: Span | None = None
    #: the group that took this one in
    into: Group | None = None

    @property
    def background(self) -> bool:
        """Nobody tells it as news."""
        return all(report.contact.background for report in self.reports)

    def add(self, more: Iterable[Report]) -> None:
        """Take reports in."""
        for report in more:
            self.reports.append(report)
            (one, other), (more_one, more_other) = self.parties, report.parties
            self.parties = _joined(one, more_one), _joined(other, more_other)
            self.kinds.add(report.contact.type)
            self.items.add(report.item.id)
            if report.contact.place:
                self.places.add(report.contact.place)
            if report.item.story_id:
                self.stories.add(report.item.story_id)
        self.reports.sort(key=arrival)
        self.span = when(self.reports)


def _joined(one: Party, other: Party) -> Party:
    return Party(one.people | other.people, one.bodies | other.bodies)


def when(reports: Iterable[Report]) -> Span | None:
    """The days of a contact: the day most reports name,
    else that of the first who says that it took place.
    """
    told = [r for r in reports if not r.contact.background] or list(reports)
    spans = [(r, r.span) for r in told if r.span is not None]
    exact = Counter(span for _, span in spans if span.exact)
    if exact:
        return exact.most_common(1)[0][0]
    took_place = [span for r, span in spans if r.contact.status in TOOK_PLACE]
    if took_place:
        return took_place[0]
    return spans[-1][1] if spans else None


@dataclass(frozen=True, slots=True, order=True)
class _Bond:
    """How a report hangs together with a group; the greater the better."""

    likeness: int
    same_story: bool
    #: days apart, negative
    nearness: int
    age: int


def bond(report: Report, group: Group) -> _Bond | None:
    """Whether a report tells the contact of `group`, and how surely."""
    if not all(kinds_agree(report.contact.type, kind) for kind in group.kinds):
        return None
    alike = [told.likeness(known) for told, known in zip(report.parties, group.parties, strict=True)]
    if Likeness.OTHER in alike:
        return None
    likeness = sum(alike)
    same_story = report.item.story_id in group.stories
    if likeness < CERTAIN and not _open_fits(report, group, likeness=likeness, same_story=same_story):
        return None
    apart = _apart(report, group, certain=likeness == CERTAIN)
    if apart is None or apart > _slack(report, group, certain=likeness == CERTAIN, same_story=same_story):
        return None
    return _Bond(likeness, same_story, -apart, -group.number)


def _open_fits(report: Report, group: Group, *, likeness: int, same_story: bool) -> bool:
    """Whether what a report leaves open can be what the group says."""
    if report.item.id in group.items and not _retold(report, group, likeness):
        return False
    place = report.contact.place
    if not same_story and not all(places_agree(place, other) for other in group.places):
        return False
    if likeness > 2 * Likeness.OPEN or same_story:
        return True
    return place in group.places and report.contact.type in group.kinds


def _retold(report: Report, group: Group, likeness: int) -> bool:
    """Whether a text says another thing of the same contact: a plan, and that it is denied;
    else it tells them apart.
    """
    said = {other.contact.status for other in group.reports if other.item.id == report.item.id}
    return likeness > 2 * Likeness.OPEN and report.contact.status not in said


def _slack(report: Report, group: Group, *, certain: bool, same_story: bool) -> int:
    if report.contact.background and report.span is None:
        # a year, or the weeks before: its bounds were looked at already
        return max(REMEMBERED, DAYS_OF_A_YEAR if report.contact.date else 0)
    if not certain:
        return SLACK_OPEN
    said = report.span is not None and report.span.exact and group.span is not None and group.span.exact
    return SLACK_UNSAID if same_story and not said else SLACK


def _apart(report: Report, group: Group, *, certain: bool) -> int | None:
    """Days between a report and a group; None where it cannot mean it."""
    if report.contact.background:
        return _remembered_apart(report, group, certain=certain)
    if group.span is None or report.span is None or (group.background and not group.span.exact):
        return None
    return _near(report.span, certain).gap(_near(group.span, certain))


def _remembered_apart(report: Report, group: Group, *, certain: bool) -> int | None:
    if report.span is not None:
        return report.span.gap(group.span) if group.span is not None else None
    if not certain and report.contact.place not in group.places:
        return None
    if group.span is not None:
        # the latest contact before is meant: the nearer the better, and a later one never
        apart = (report.at.date() - group.span.first).days
        return apart if apart >= 0 and remembered(report).gap(group.span) == 0 else None
    last = group.reports[-1]
    same = last.contact.date == report.contact.date
    return 0 if same and remembered(report).gap(remembered(last)) == 0 else None


def _near(span: Span, certain: bool) -> Span:
    if certain or not span.ahead:
        return span
    return replace(span, last=min(span.last, span.first + timedelta(days=NEAR)))


def grouped(reports: Iterable[Report]) -> list[Group]:
    """Reports by contact, in the order in which the contacts were first told."""
    index = _Index()
    groups: list[Group] = []
    for report in reports:
        bonds = sorted(
            ((found, group) for group in index.near(report) if (found := bond(report, group))),
            key=lambda pair: pair[0],
            reverse=True,
        )
        if bonds:
            home = _merged(report, bonds)
        else:
            home = Group(len(groups))
            groups.append(home)
        home.add([report])
        index.put(home, report)
    return [group for group in groups if group.into is None]


def _merged(report: Report, bonds: list[tuple[_Bond, Group]]) -> Group:
    """The group that a report belongs to; others of that day whose people it names are taken in."""
    best, home = bonds[0]
    if report.contact.background or best.likeness < CERTAIN:
        return home
    same = [g for b, g in bonds if b.likeness == CERTAIN and b.nearness == 0 and _one_day(g, home)]
    oldest = min([home, *same], key=lambda g: g.number)
    for group in same:
        if group is not oldest:
            oldest.add(group.reports)
            group.into = oldest
    if home is not oldest and home.into is None:
        oldest.add(home.reports)
        home.into = oldest
    return oldest


def _one_day(one: Group, other: Group) -> bool:
    if one is other:
        return True
    spans = one.span, other.span
    kinds = all(kinds_agree(a, b) for a in one.kinds for b in other.kinds)
    return kinds and spans[0] is not None and spans[1] is not None and spans[0].gap(spans[1]) == 0


class _Index:
    """Groups by name, story and place, each with the months it may lie in:
    an archive of years stays quick.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, tuple[int, int] | None], dict[int, Group]] = {}

    def put(self, group: Group, report: Report) -> None:
        """Make a group findable by what its newest report says."""
        where: set[tuple[int, int] | None] = set()
        for span in (report.span, group.span):
            where.update(span.months(SLACK_UNSAID) if span is not None else ())
        for name in (*_keys(report), *_places(report, all_of_them=True)):
            for month in where or {None}:
                self._groups.setdefault((name, month), {})[group.number] = group

    def near(self, report: Report) -> Iterator[Group]:
        """Groups that a report may belong to, each once."""
        span = report.span or remembered(report)
        months: list[tuple[int, int] | None] = [*span.months(SLACK_UNSAID)]
        if report.span is None:
            months.append(None)
        found: dict[int, Group] = {}
        for name in (*_keys(report), *_places(report, all_of_them=False)):
            for month in months:
                for group in self._groups.get((name, month), {}).values():
                    while group.into is not None:
                        group = group.into
                    found[group.number] = group
        return iter(found.values())


def _keys(report: Report) -> Iterator[str]:
    for party in report.parties:
        yield from party.names
    if report.item.story_id:
        yield f"in story {report.item.story_id}"


def _places(report: Report, *, all_of_them: bool) -> Iterator[str]:
    """A place tells only where persons are missing:
    reports that name both sides look among those that do not.
    """
    place, nameless = report.contact.place, not all(party.people for party in report.parties)
    if place and (all_of_them or nameless):
        yield f"at {place}"
    if place and ((all_of_them and nameless) or not (all_of_them or nameless)):
        yield f"somebody at {place}"

"""Pure. The register of contacts: each once, across stories and languages, with who says so,
as it may be cited.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import xxhash

from monitor.contacts.merge import grouped
from monitor.contacts.reports import TOOK_PLACE, reports
from monitor.folding import folded
from monitor.model import ContactSource, ContactStatus, DateFlag, LedgerContact, Participant, Story
from monitor.model.words import days_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date, datetime

    from monitor.contacts.merge import Group
    from monitor.contacts.parties import EntityIndex, Titles
    from monitor.contacts.reports import Report
    from monitor.model import Contact, ContactType, Corroboration, Evidence, StoryItem

    #: the office that somebody holds on a day, "" for none known
    Roles = Callable[[str, date | None], str]

#: statuses before a contact: told late they change nothing
_BEFORE = frozenset({ContactStatus.PLANNED, ContactStatus.INVITED})
#: sentences kept of one source
MAX_EVIDENCE = 5


def ledger(
    items: Iterable[StoryItem],
    roles: Roles,
    *,
    people: Collection[str],
    titles: Titles = MappingProxyType({}),
    corroborate: Callable[[Story], Corroboration | None] | None = None,
) -> tuple[LedgerContact, ...]:
    """Every contact that `items` report, the earliest first. Later items rename nothing; at most two prove to
    be one.

    `people`: canonical names of persons; other names are bodies and offices. Contacts of two watchlists are
    never one; `titles` are those of their parties. `corroborate` judges the items of one
    contact, given as a story with only that contact in it.
    """
    told = reports(items, people)
    taken: set[str] = set()
    found: list[LedgerContact] = []
    for watchlist in sorted({report.contact.watchlist for report in told}):
        groups = grouped(report for report in told if report.contact.watchlist == watchlist)
        made = (_contact(group, roles, corroborate, taken) for group in groups)
        found += (replace(contact, titles=titles.get(watchlist, {})) for contact in made)
        taken.update(contact.id for contact in found)
    return tuple(sorted(found, key=lambda c: (c.day, c.id)))


def _contact(
    group: Group,
    roles: Roles,
    corroborate: Callable[[Story], Corroboration | None] | None,
    taken: Collection[str],
) -> LedgerContact:
    told = [r for r in group.reports if not r.contact.background] or group.reports
    by_time = sorted(told, key=lambda r: (r.at, r.item.id))
    on = _date(group, told)
    day = named[0] if (named := days_of(on)) is not None else by_time[0].at.date()
    kinds = tuple(kind for kind, _ in Counter(r.contact.type for r in told).most_common())
    # what is only said to have taken place changes no status that somebody vouches for
    history = _history([r for r in by_time if not r.contact.rumoured] or by_time)
    name = _id(group.reports[0], taken)
    return LedgerContact(
        id=name,
        watchlist=group.reports[0].contact.watchlist,
        parties=_by_party(group, told, roles, day),
        type=kinds[0],
        types=kinds,
        status=history[-1][1],
        history=history,
        place=_commonest(r.contact.place for r in told),
        date=on,
        background=group.background,
        sources=_sources(group.reports),
        corroboration=corroborate(_as_story(name, told)) if corroborate else None,
    )


def _by_party(
    group: Group, told: Sequence[Report], roles: Roles, day: date
) -> dict[str, tuple[Participant, ...]]:
    return {
        party: _participants([_named(r.contact, party) for r in told], own.people, roles, day)
        for party, own in zip(group.reports[0].contact.parties, group.parties, strict=True)
    }


def _id(first: Report, taken: Collection[str]) -> str:
    """Stable for the same first report;
    `taken`: ids of contacts that another watchlist has from the same words.
    """
    said = first.contact
    words = (first.item.item.feed_id, first.item.item.key, said.type, said.date or "", *sorted(said.names))
    made = (_hashed("\n".join(key)) for key in (words, (*words, said.watchlist)))
    return next(name for name in made if name not in taken)


def _hashed(key: str) -> str:
    return f"c-{xxhash.xxh3_64_hexdigest(key.encode(errors='replace'))[:10]}"


def _date(group: Group, told: Sequence[Report]) -> str | None:
    if group.span is not None and group.span.exact:
        return group.span.first.isoformat()
    said = [r.contact.date for r in told if days_of(r.contact.date)]
    return _commonest(day for day in said if len(day or "") == max(len(d or "") for d in said))


def _commonest(said: Iterable[str | None]) -> str | None:
    """What most say; of equals the first."""
    counted = Counter(word for word in said if word)
    return counted.most_common(1)[0][0] if counted else None


def _history(told: Sequence[Report]) -> tuple[tuple[datetime, ContactStatus], ...]:
    """Every change of the status. A plan told late, or again by an outlet that said it before, is none."""
    history: list[tuple[datetime, ContactStatus]] = []
    said: set[tuple[str, ContactStatus]] = set()
    for report in told:
        status, by = report.contact.status, (report.item.outlet, report.contact.status)
        fresh = not history or status is not history[-1][1]
        if fresh and by not in said and not _stale(status, history):
            history.append((report.at, status))
        said.add(by)
    return tuple(history)


def _stale(status: ContactStatus, history: Sequence[tuple[datetime, ContactStatus]]) -> bool:
    past = {was for _, was in history}
    if status in _BEFORE:
        return status in past or not past <= _BEFORE
    return status is ContactStatus.ONGOING and ContactStatus.HAPPENED in past


def _named(contact: Contact, party: str) -> list[tuple[str, bool]]:
    """Its names, and whether each stands for the whole party."""
    return [(name, name in contact.general) for name in contact.parties.get(party, ())]


def _participants(
    said: Sequence[Sequence[tuple[str, bool]]], people: Collection[str], roles: Roles, day: date
) -> tuple[Participant, ...]:
    """Persons before bodies, those whom most reports name first;
    a bare country only where nobody is named.
    """
    counted = Counter(name for names in said for name, _ in names)
    general = {name for names in said for name, whole in names if whole}
    named = [name for name in counted if name not in general] or list(counted)
    order = sorted(named, key=lambda name: (name not in people, -counted[name]))
    return tuple(Participant(name=name, role=roles(name, day)) for name in order)


def _sources(told: Iterable[Report]) -> tuple[ContactSource, ...]:
    """One source an item, the earliest first."""
    found: dict[int, ContactSource] = {}
    for report in sorted(told, key=lambda r: (r.at, r.item.id)):
        of = report.item
        before = found.get(of.id)
        found[of.id] = ContactSource(
            item_id=of.id,
            story_id=of.story_id,
            outlet=of.outlet,
            side=of.side,
            reliability=of.feed.reliability,
            lang=of.item.lang,
            url=of.item.url,
            published_at=of.item.published_at if of.item.date_flag is DateFlag.OK else None,
            first_seen_at=of.first_seen_at,
            status=_firmer(before.status, report.contact.status) if before else report.contact.status,
            evidence=_sentences((*(before.evidence if before else ()), *report.contact.evidence)),
            withdrawn_at=of.withdrawn_at,
            copy_of=of.copy_of,
            speaker=report.contact.speaker or (before.speaker if before else None),
        )
    return tuple(found.values())


def _firmer(one: ContactStatus, other: ContactStatus) -> ContactStatus:
    """Of two things one item says: what took place over what was planned."""
    return other if one in _BEFORE or (other in TOOK_PLACE and one not in TOOK_PLACE) else one


def _sentences(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Each place once."""
    return tuple({(e.field, e.start, e.end): e for e in evidence}.values())[:MAX_EVIDENCE]


def _as_story(name: str, told: Sequence[Report]) -> Story:
    """The items that report a contact as news, with nothing but this contact in them."""
    own: dict[int, list[Contact]] = {}
    items = {r.item.id: r.item for r in told}
    for report in told:
        own.setdefault(report.item.id, []).append(report.contact)
    return Story(id=name, items=tuple(replace(item, contacts=tuple(own[key])) for key, item in items.items()))


# Which contacts are asked for.


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Every condition that is given must hold."""

    contact_id: str | None = None
    #: it is one of these that looks for it
    watchlists: frozenset[str] = frozenset()
    #: each is one of its parties
    parties: frozenset[str] = frozenset()
    #: all of them take part: a name in any language, or a part of the English one
    persons: tuple[str, ...] = ()
    #: one of these sides tells it
    sides: frozenset[str] = frozenset()
    #: it is told as one of these kinds
    kinds: frozenset[ContactType] = frozenset()
    statuses: frozenset[ContactStatus] = frozenset()
    #: days, both included; a contact counts with every day it may lie on
    since: date | None = None
    until: date | None = None
    #: also those that are only mentioned
    background: bool = False


def chosen(contacts: Iterable[LedgerContact], wanted: Filter, known: EntityIndex) -> list[LedgerContact]:
    """Those that pass, in their order."""
    people = [_Called(said, known) for said in wanted.persons]
    return [contact for contact in contacts if _passes(contact, wanted, people)]


def _passes(of: LedgerContact, wanted: Filter, people: Iterable[_Called]) -> bool:
    if wanted.contact_id is not None:
        return of.id == wanted.contact_id
    first, last = days_of(of.date) or (of.day, of.day)
    return (
        (wanted.background or not of.background)
        and (wanted.since is None or last >= wanted.since)
        and (wanted.until is None or first <= wanted.until)
        and (not wanted.watchlists or of.watchlist in wanted.watchlists)
        and wanted.parties.issubset(of.parties)
        and (not wanted.statuses or of.status in wanted.statuses)
        and (not wanted.kinds or not wanted.kinds.isdisjoint((of.type, *of.types)))
        and (not wanted.sides or not wanted.sides.isdisjoint(of.by_side))
        and all(any(map(one.is_called, of.participants)) for one in people)
    )


class _Called:
    """Who is meant by a name, or has it as part of theirs; each name is looked at once."""

    def __init__(self, said: str, known: EntityIndex) -> None:
        self._meant, self._part = known.meant(said), folded(said)
        self._known: dict[str, bool] = {}

    def is_called(self, who: Participant) -> bool:
        """Whether a participant is."""
        found = self._known.get(who.name)
        if found is None:
            found = who.name in self._meant or self._part in folded(who.name)
            self._known[who.name] = found
        return found

"""Which contacts are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.folding import folded
from monitor.model.dates import days_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from monitor.contacts.entity_index import WhoIsWho
    from monitor.model import ContactStatus, ContactType, LedgerContact, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Every condition that is given must hold."""

    contact_id: str | None = None
    #: all of them take part: a name in any language, or a part of the English one
    persons: tuple[str, ...] = ()
    #: one of these sides tells it
    sides: frozenset[Side] = frozenset()
    #: it is told as one of these kinds
    kinds: frozenset[ContactType] = frozenset()
    statuses: frozenset[ContactStatus] = frozenset()
    #: days, both included; a contact counts with every day it may lie on
    since: date | None = None
    until: date | None = None
    #: also those that are only mentioned
    background: bool = False


def chosen(contacts: Iterable[LedgerContact], wanted: Filter, known: WhoIsWho) -> list[LedgerContact]:
    """Those that pass, in their order."""
    return [contact for contact in contacts if _passes(contact, wanted, known)]


def _passes(of: LedgerContact, wanted: Filter, known: WhoIsWho) -> bool:
    if wanted.contact_id is not None:
        return of.id == wanted.contact_id
    first, last = days_of(of.date) or (of.day, of.day)
    return (
        (wanted.background or not of.background)
        and (wanted.since is None or last >= wanted.since)
        and (wanted.until is None or first <= wanted.until)
        and (not wanted.statuses or of.status in wanted.statuses)
        and (not wanted.kinds or not wanted.kinds.isdisjoint((of.type, *of.types)))
        and (not wanted.sides or not wanted.sides.isdisjoint(of.by_side))
        and all(_takes_part(of, said, known) for said in wanted.persons)
    )


def _takes_part(of: LedgerContact, said: str, known: WhoIsWho) -> bool:
    names = {p.name for p in (*of.russian, *of.libyan)}
    part = folded(said)
    return not names.isdisjoint(known.meant(said)) or any(part in folded(name) for name in names)

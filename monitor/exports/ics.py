"""Pure. Contacts as a calendar (RFC 5545): an all-day event each, which a later import brings up to date.

The one doorway to icalendar.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from monitor.exports import plain
from monitor.model import ContactStatus
from monitor.model.words import days_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from monitor.model import LedgerContact

_STATUS = {
    ContactStatus.HAPPENED: "CONFIRMED",
    ContactStatus.ONGOING: "CONFIRMED",
    ContactStatus.CANCELLED: "CANCELLED",
    ContactStatus.DENIED: "CANCELLED",
}


def write(contacts: Iterable[LedgerContact]) -> bytes:
    """The calendar document, UTF-8, CRLF."""
    calendar = Calendar()
    calendar.add("prodid", "-//foreign-influence-monitor//contacts//EN")
    calendar.add("version", "2.0")
    listed = list(contacts)
    calendar.add("name", plain.clean(plain.heading(listed)))
    calendar.add("x-wr-calname", plain.clean(plain.heading(listed)))
    for contact in listed:
        calendar.add_component(_event(contact))
    return bytes(calendar.to_ical())


def _event(of: LedgerContact) -> Event:
    event = Event()
    first, last = _days(of)
    event.add("uid", f"{of.id}@foreign-influence-monitor")
    event.add("dtstamp", plain.last_news(of))
    event.add("last-modified", plain.last_news(of))
    event.add("sequence", len(of.history) - 1)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    # nobody is busy because others meet
    event.add("transp", "TRANSPARENT")
    event.add("status", _STATUS.get(of.status, "TENTATIVE"))
    event.add("summary", plain.clean(f"{plain.title(of)} ({plain.STATUS_WORDS[of.status]})"))
    event.add("description", plain.clean(_description(of)))
    event.add("categories", [of.watchlist, of.type.value, of.status.value])
    if of.place:
        event.add("location", plain.clean(of.place))
    if link := next((s.url for s in of.sources if s.url), None):
        event.add("url", plain.uri(link))
    return event


def _days(of: LedgerContact) -> tuple[date, date]:
    """The days of the event: a month where only the month is known; the first telling where less is."""
    named = days_of(of.date)
    if named is None or (named[1] - named[0]).days > 31:
        told = plain.first_told(of).date()
        return told, told
    return named


def _description(of: LedgerContact) -> str:
    sources = [
        f"{s.outlet} ({s.side}, {s.told_at:%Y-%m-%d}) {s.url or ''}".rstrip()
        + "".join(f"\n  {sentence}" for sentence in plain.sentences(s))
        for s in of.sources
    ]
    return "\n".join([plain.summary(of), "", *sources])

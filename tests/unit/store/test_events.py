"""Events are open once, last while they are found, and their end is owed to whom they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import EventKind, Finding
from monitor.store import events
from tests.support.stored import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

FAILING = Finding(kind=EventKind.FEED_FAILING, subject="gazette", detail="HTTP 500")
GAP = Finding(kind=EventKind.FEED_GAP, subject="gazette")


def test_what_lasts_is_one_event(tx: Connection) -> None:
    """Seen again, with its latest detail and its first moment."""
    again = Finding(kind=EventKind.FEED_FAILING, subject="gazette", detail="timeout")

    assert (events.see(tx, [FAILING, FAILING], NOW), events.see(tx, [again], NOW + HOUR)) == (1, 0)
    (event,) = events.unclosed(tx)
    assert (event.opened_at, event.seen_at, event.detail) == (NOW, NOW + HOUR, "timeout")


def test_one_event_is_open_for_each_subject(tx: Connection) -> None:
    """A closed one is opened anew."""
    other = Finding(kind=EventKind.FEED_FAILING, subject="herald")
    events.see(tx, [FAILING, other], NOW)
    events.close(tx, [e for e in events.unclosed(tx) if e.subject == "gazette"], NOW + HOUR)
    events.see(tx, [FAILING], NOW + 2 * HOUR)

    assert sorted(e.subject for e in events.unclosed(tx)) == ["gazette", "herald"]
    assert events.openings(tx, NOW)[FAILING.key] == 2
    assert events.openings(tx, NOW + HOUR) == {FAILING.key: 1}


def test_who_was_told_is_owed_the_end(tx: Connection) -> None:
    """Each on its own."""
    events.see(tx, [FAILING], NOW)
    (event,) = events.unnotified(tx)
    events.note_notified(tx, event, ["desk", "ops"], NOW + MINUTE)
    assert events.unnotified(tx) == ()

    events.close(tx, events.unclosed(tx), NOW + HOUR)
    (ended,) = events.unnotified(tx)
    events.note_notified(tx, ended, ["desk"], NOW + HOUR)
    (still,) = events.unnotified(tx)
    assert still.told_to == ("ops",)
    events.note_notified(tx, still, ["ops"], NOW + HOUR)
    assert events.unnotified(tx) == ()


def test_nobody_hears_the_end_of_what_only_happened(tx: Connection) -> None:
    """Nor of what nobody was told of."""
    events.see(tx, [FAILING, GAP], NOW)
    for event in events.unclosed(tx):
        if event.kind is EventKind.FEED_GAP:
            events.note_notified(tx, event, ["desk"], NOW)
    events.close(tx, events.unclosed(tx), NOW + HOUR)

    assert events.unnotified(tx) == ()


def test_a_window_sees_what_was_open_in_it(tx: Connection) -> None:
    """Also what has ended since."""
    events.see(tx, [FAILING, GAP], NOW)
    events.close(tx, [e for e in events.unclosed(tx) if e.kind is EventKind.FEED_GAP], NOW + HOUR)

    assert len(events.since(tx, NOW)) == 2
    assert [e.kind for e in events.since(tx, NOW + DAY)] == [EventKind.FEED_FAILING]

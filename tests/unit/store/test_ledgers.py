"""Alert groups and digests: told once, remembered what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.model import Severity
from monitor.store import alerts, digests, facts, stories
from monitor.store.digests import LedgerRow
from tests.support.stored import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection


def opened(tx: Connection, receiver: str = "desk", story: str = "s-1", minutes: int = 1) -> bool:
    stories.join(tx, story, NOW, severity=Severity.HIGH)
    return alerts.open_group(tx, receiver, story, now=NOW, due_at=NOW + minutes * MINUTE, reason="new")


def test_one_group_waits_for_a_story_and_receiver(tx: Connection) -> None:
    """Further items join the wait; they may shorten it, never put it off."""
    assert opened(tx, minutes=5)
    assert not opened(tx, minutes=9)
    assert alerts.next_due(tx) == NOW + 5 * MINUTE
    assert not opened(tx, minutes=2)
    assert alerts.next_due(tx) == NOW + 2 * MINUTE
    assert opened(tx, receiver="siem")
    assert opened(tx, story="s-2")


def test_due_groups_in_the_order_of_their_wait(tx: Connection) -> None:
    """The future waits."""
    opened(tx, story="s-1", minutes=2)
    opened(tx, story="s-2", minutes=1)
    opened(tx, story="s-3", minutes=9)
    assert alerts.due(tx, NOW) == ()
    found = alerts.due(tx, NOW + 5 * MINUTE)
    assert [g.story_id for g in found] == ["s-2", "s-1"]
    assert (found[0].state, found[0].reason, found[0].opened_at) == ("open", "new", NOW)


def test_a_group_is_settled_once(tx: Connection) -> None:
    """The second to try learns that it may not send."""
    opened(tx)
    (group,) = alerts.due(tx, NOW + HOUR)
    assert alerts.settle(tx, group.id, "sent", NOW + HOUR, severity=Severity.HIGH, match_id=7)
    assert not alerts.settle(tx, group.id, "sent", NOW + HOUR)
    last = alerts.last_sent(tx, "desk", "s-1")
    assert last is not None
    assert (last.settled_at, last.severity, last.match_id) == (NOW + HOUR, Severity.HIGH, 7)
    assert alerts.last_sent(tx, "siem", "s-1") is None
    assert alerts.next_due(tx) is None


def test_a_dropped_group_told_nobody(tx: Connection) -> None:
    """Silenced or inhibited, with the reason kept; the story may open again."""
    opened(tx)
    (group,) = alerts.due(tx, NOW + HOUR)
    assert alerts.settle(tx, group.id, "dropped", NOW, reason="silenced by ann")
    assert alerts.last_sent(tx, "desk", "s-1") is None
    assert opened(tx)


def ledger(day: int = 1, **changes: Any) -> LedgerRow:
    at = NOW + day * DAY
    values = {
        "series": "daily",
        "local_date": f"{at:%Y-%m-%d}",
        "receiver": "desk",
        "since": at - DAY,
        "until": at,
        "since_seq": day * 10,
        "until_seq": day * 10 + 10,
        "created_at": at,
    }
    return LedgerRow(**values | changes)


def test_a_reader_gets_a_digest_once(tx: Connection) -> None:
    """By series, local date, receiver and recipient; the same instant of another reader is another row."""
    assert digests.enter(tx, ledger())
    assert not digests.enter(tx, ledger(until_seq=99))
    assert digests.enter(tx, ledger(recipient="a@x.example"))
    assert digests.enter(tx, ledger(receiver="siem"))
    assert digests.enter(tx, ledger(series="weekly"))


def test_the_last_row_is_where_the_next_window_begins(tx: Connection) -> None:
    """The one that was written last: the third day's is from an hour in which the clock was ahead."""
    for day in (1, 3, 2):
        digests.enter(tx, ledger(day, kind="catch-up"))
    digests.enter(tx, ledger(9, recipient="a@x.example"))
    assert digests.last(tx, "daily", "desk") == ledger(2, kind="catch-up")
    assert digests.last(tx, "daily", "desk", "b@x.example") is None


def test_told_through_is_the_slowest_reader(tx: Connection) -> None:
    """One that got nothing yet holds everything."""
    digests.enter(tx, ledger(1))
    digests.enter(tx, ledger(2, receiver="siem"))
    assert digests.told_through(tx, [("daily", "desk"), ("daily", "siem")]) == 20
    assert digests.told_through(tx, [("daily", "siem")]) == 30
    assert digests.told_through(tx, [("daily", "desk"), ("weekly", "desk")]) == 0
    assert digests.told_through(tx, []) is None


def test_facts_are_put_over_and_firsts_stay(tx: Connection) -> None:
    """An instance id is made once."""
    facts.put(tx, "tick:poll", {"n": 1}, NOW)
    facts.put(tx, "tick:poll", {"n": 2}, NOW + HOUR)
    assert facts.get(tx, "tick:poll") == {"n": 2}
    assert facts.first(tx, "instance", "one", NOW) == "one"
    assert facts.first(tx, "instance", "two", NOW + DAY) == "one"
    assert facts.get(tx, "unknown") is None
    assert facts.stamped(tx, "tick:") == {"tick:poll": NOW + HOUR}


def test_addresses_that_have_a_digest_are_known(tx: Connection) -> None:
    """Of the date, through any receiver; not the receivers themselves."""
    for receiver, recipient in (("desk", ""), ("desk", "a@x.example"), ("leads", "b@x.example")):
        digests.enter(tx, ledger(receiver=receiver, recipient=recipient))
    digests.enter(tx, ledger(series="weekly", recipient="c@x.example"))
    day = ledger().local_date
    assert digests.recipients(tx, "daily", day) == {"a@x.example", "b@x.example"}
    assert digests.recipients(tx, "daily", "2020-01-01") == frozenset()

"""A promise is kept until it is settled, by one sender at a time, under one id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from monitor.model import Delivered, Rejected, TryLater
from monitor.store import journal, outbox, receivers
from tests.support.stored import DAY, HOUR, MINUTE, NOW, message, promised

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.model import Delivery, Message, Outcome

LEASE = 2 * MINUTE


def enqueued(
    tx: Connection, receiver: str = "desk", *messages: Message, **options: object
) -> tuple[str, ...]:
    return outbox.enqueue(tx, receiver, promised(*(messages or (message(),))), NOW, **options)  # type: ignore[arg-type]


def claimed(tx: Connection, now: datetime = NOW, token: str = "me", **options: object) -> Delivery | None:
    return outbox.claim(tx, now, lease=LEASE, token=token, **options)  # type: ignore[arg-type]


def held(tx: Connection, now: datetime = NOW, token: str = "me") -> Delivery:
    found = claimed(tx, now, token)
    assert found is not None
    return found


def state_of(tx: Connection, delivery_id: str) -> str:
    return next(line.state for line in journal.lines(tx) if line.id == delivery_id)


def test_what_goes_in_comes_out(tx: Connection) -> None:
    """The message is stored rendered: every attempt sends the same."""
    sent = message(recipient="a@x.example", text="مرحبا 🙂", nested={"list": [1, None, True]})
    ((delivery_id, _),) = pairs = promised(sent)
    assert outbox.enqueue(tx, "desk", pairs, NOW) == (delivery_id,)
    delivery = held(tx)
    assert delivery.message == sent
    assert (delivery.id, delivery.receiver, delivery.attempts) == (delivery_id, "desk", 0)
    assert (delivery.created_at, delivery.lease_token) == (NOW, "me")


def test_a_claimed_delivery_is_nobody_elses(tx: Connection) -> None:
    """Until its lease ends; then it goes on under the same id, and the journal says that it was lost."""
    (delivery_id,) = enqueued(tx)
    assert held(tx).id == delivery_id
    assert claimed(tx, NOW + LEASE - MINUTE, "other") is None
    again = held(tx, NOW + LEASE, "other")
    assert (again.id, again.attempts, again.lease_token) == (delivery_id, 0, "other")
    assert [t.outcome for t in journal.tries(tx, delivery_id)] == ["lost"]


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Delivered(), id="delivered"),
        pytest.param(TryLater(reason="busy"), id="try later"),
        pytest.param(Rejected(reason="no"), id="rejected"),
    ],
)
def test_who_lost_the_lease_cannot_settle(tx: Connection, outcome: Outcome) -> None:
    """The fence: a sender that woke up late changes nothing, neither state nor journal nor receiver."""
    (delivery_id,) = enqueued(tx)
    late = held(tx)
    winner = held(tx, NOW + LEASE, "other")
    before = (journal.lines(tx), journal.tries(tx, delivery_id), receivers.states(tx))
    assert not outbox.settle(tx, late, outcome, NOW, NOW + LEASE)
    assert not outbox.extend(tx, late, NOW + DAY)
    assert not outbox.release(tx, late, NOW)
    assert (journal.lines(tx), journal.tries(tx, delivery_id), receivers.states(tx)) == before
    assert outbox.settle(tx, winner, Delivered(), None, NOW + LEASE)
    assert not outbox.settle(tx, winner, Rejected(reason="twice"), None, NOW + LEASE), "settled once"
    assert state_of(tx, delivery_id) == "delivered"


@pytest.mark.parametrize(
    ("outcome", "retry_at", "state", "error"),
    [
        pytest.param(Delivered(detail="250 ok"), None, "delivered", "", id="delivered"),
        pytest.param(TryLater(reason="busy"), NOW + HOUR, "pending", "busy", id="try later"),
        pytest.param(TryLater(reason="busy"), None, "dead", "busy", id="tried long enough"),
        pytest.param(Rejected(reason="no such user"), None, "rejected", "no such user", id="rejected"),
        pytest.param(
            Rejected(reason="revoked", suspend=True), None, "pending", "revoked", id="receiver suspended"
        ),
    ],
)
def test_every_edge_of_the_state_machine(
    tx: Connection, outcome: Outcome, retry_at: datetime | None, state: str, error: str
) -> None:
    """The state, the reason, the count and the journal of each outcome."""
    (delivery_id,) = enqueued(tx)
    assert outbox.settle(tx, held(tx), outcome, retry_at, NOW + MINUTE, elapsed=timedelta(seconds=2))
    (line,) = journal.lines(tx)
    assert (line.state, line.last_error, line.attempts) == (state, error, 1)
    assert (line.settled_at is not None) == (state != "pending")
    (attempt,) = journal.tries(tx, delivery_id)
    assert (attempt.attempt, attempt.at, attempt.elapsed) == (1, NOW + MINUTE, timedelta(seconds=2))


def test_a_retry_waits_for_its_time(tx: Connection) -> None:
    """And counts its attempts."""
    enqueued(tx)
    outbox.settle(tx, held(tx), TryLater(reason="busy", ambiguous=True), NOW + HOUR, NOW)
    assert claimed(tx, NOW + HOUR - MINUTE) is None
    assert held(tx, NOW + HOUR).attempts == 1
    assert "may have been taken" in journal.tries(tx, journal.lines(tx)[0].id)[0].detail


def test_oldest_first_and_a_retry_holds_up_no_other(tx: Connection) -> None:
    """First in, first out, for a receiver."""
    first, second = (enqueued(tx)[0] for _ in range(2))
    outbox.settle(tx, held(tx), TryLater(reason="busy"), NOW + HOUR, NOW)
    delivery = held(tx)
    assert delivery.id == second
    outbox.settle(tx, delivery, Delivered(), None, NOW)
    assert held(tx, NOW + HOUR).id == first


def test_a_receiver_is_tried_by_one_sender_at_a_time(tx: Connection) -> None:
    """Another receiver is not held up by it."""
    enqueued(tx), enqueued(tx)
    (other,) = enqueued(tx, "siem")
    held(tx)
    assert held(tx, token="second").id == other
    assert claimed(tx, token="third") is None


def test_a_lane_takes_what_is_its_receivers(tx: Connection) -> None:
    """And nothing else, however old."""
    enqueued(tx)
    (other,) = enqueued(tx, "siem")
    found = claimed(tx, receiver="siem")
    assert found is not None
    assert found.id == other
    assert claimed(tx, receiver="nobody") is None


def test_who_is_due_and_when(tx: Connection) -> None:
    """By receiver: new, retried, paused, in a sender's hands; not who is suspended."""
    for name in ("new", "retried", "paused", "suspended", "leased"):
        enqueued(tx, name)
    ends = {
        "retried": TryLater(reason="busy"),
        "paused": TryLater(reason="down", pause_receiver=True),
        "suspended": Rejected(reason="gone", suspend=True),
    }
    for name, outcome in ends.items():
        delivery = claimed(tx, receiver=name)
        assert delivery is not None
        outbox.settle(tx, delivery, outcome, NOW + HOUR, NOW)
    enqueued(tx, "paused")
    assert claimed(tx, receiver="leased") is not None
    later = NOW + HOUR
    assert outbox.due(tx, NOW) == {"new": NOW, "retried": later, "paused": later, "leased": NOW + LEASE}


def test_who_is_due_can_be_claimed(tx: Connection) -> None:
    """A part that waits for its earlier one is not due: a lane would begin for nothing, again and again."""
    enqueued(tx, "desk", message("1/2"), message("2/2"))
    outbox.settle(tx, held(tx), TryLater(reason="busy"), NOW + HOUR, NOW)
    assert outbox.due(tx, NOW) == {"desk": NOW + HOUR}
    outbox.settle(tx, held(tx, NOW + HOUR), Delivered(), None, NOW + HOUR)
    assert outbox.due(tx, NOW + HOUR) == {"desk": NOW}


def test_parts_of_a_message_go_in_order(tx: Connection) -> None:
    """The second waits while the first is owed, and goes when it is settled in any way."""
    first, second = enqueued(tx, "desk", message("1/2"), message("2/2"))
    outbox.settle(tx, held(tx), TryLater(reason="busy"), NOW + HOUR, NOW)
    assert claimed(tx) is None
    delivery = held(tx, NOW + HOUR)
    assert delivery.id == first
    outbox.settle(tx, delivery, Rejected(reason="no"), None, NOW + HOUR)
    assert held(tx, NOW + HOUR).id == second


def test_recipients_do_not_wait_for_each_other(tx: Connection) -> None:
    """One bad address holds up no other."""
    enqueued(tx, "mail", message(recipient="a@x.example"), message(recipient="b@x.example"))
    outbox.settle(tx, held(tx), TryLater(reason="mailbox full"), NOW + HOUR, NOW)
    assert held(tx).message.recipient == "b@x.example"


def test_a_cause_promises_once(tx: Connection) -> None:
    """A job that runs twice for one alert group enqueues nothing new; another receiver is another promise."""
    pair = (message("1/2"), message("2/2"))
    assert len(enqueued(tx, "desk", *pair, cause="alert:1")) == 2
    assert enqueued(tx, "desk", *pair, cause="alert:1") == ()
    assert len(enqueued(tx, "siem", *pair, cause="alert:1")) == 2
    assert len(enqueued(tx, "desk", *pair, cause="alert:2")) == 2
    assert len(enqueued(tx)) == len(enqueued(tx)) == 1, "without a cause each is its own"


def test_a_paused_receiver_rests_and_goes_on_by_itself(tx: Connection) -> None:
    """All its messages wait, those of others do not."""
    enqueued(tx), enqueued(tx)
    (other,) = enqueued(tx, "siem")
    outbox.settle(tx, held(tx), TryLater(reason="429", pause_receiver=True), NOW + HOUR, NOW)
    assert held(tx).id == other
    assert claimed(tx, NOW + HOUR - MINUTE, receiver="desk") is None
    assert claimed(tx, NOW + HOUR, receiver="desk") is not None


def test_a_suspended_receivers_messages_wait_for_it(tx: Connection) -> None:
    """A revoked hook loses no alert: after `resume` everything goes out."""
    ids = {enqueued(tx)[0] for _ in range(2)}
    outbox.settle(tx, held(tx), Rejected(reason="hook revoked", suspend=True), None, NOW)
    assert claimed(tx, NOW + 30 * DAY) is None
    (state,) = receivers.states(tx)
    assert (state.name, state.suspended_at, state.suspended_reason) == ("desk", NOW, "hook revoked")
    assert receivers.resume(tx) == 1
    sent = set()
    for _ in range(2):
        delivery = held(tx, NOW + 30 * DAY)
        outbox.settle(tx, delivery, Delivered(), None, NOW + 30 * DAY)
        sent.add(delivery.id)
    assert sent == ids
    (state,) = receivers.states(tx)
    assert (state.last_error, state.suspended_at, state.last_delivered_at) == ("", None, NOW + 30 * DAY)


def test_a_rejected_form_is_tried_once_more_in_the_plainest(tx: Connection) -> None:
    """Under the same id; a second refusal is final."""
    (delivery_id,) = enqueued(tx)
    plain = message("plain", text="only words")
    refused = Rejected(reason="invalid_blocks", degrade=True)
    assert outbox.settle(tx, held(tx), refused, None, NOW, plainer=plain)
    delivery = held(tx)
    assert (delivery.id, delivery.message) == (delivery_id, plain)
    assert outbox.settle(tx, delivery, refused, None, NOW, plainer=plain)
    assert state_of(tx, delivery_id) == "rejected"


def test_what_a_plainer_form_leaves_out_stays_in_the_journal(tx: Connection) -> None:
    """Delivered, but not whole: the line, the attempt and the counts say so."""
    enqueued(tx), enqueued(tx, "siem")
    whole = claimed(tx, receiver="siem")
    assert whole is not None
    outbox.settle(tx, whole, Delivered(), None, NOW)
    plain = replace(message(), left_out="12 stories")
    outbox.settle(tx, held(tx), Rejected(reason="invalid_blocks", degrade=True), None, NOW, plainer=plain)
    outbox.settle(tx, held(tx), Delivered(detail="ok"), None, NOW)
    _, line = journal.lines(tx)
    assert (line.state, line.end) == ("delivered", "delivered in part: 12 stories left out")
    assert journal.tries(tx, line.id)[-1].detail == "in part: 12 stories left out; ok"
    assert journal.counts(tx) == {"delivered": 1, "delivered in part": 1}


def test_later_parts_belong_under_the_first(tx: Connection) -> None:
    """Or under what the message updates; where the first part was never taken, they stand for themselves."""
    enqueued(tx, "desk", message("1/3"), message("2/3"), message("3/3"))
    first = held(tx)
    assert (first.part, first.thread) == (0, {})
    outbox.settle(tx, first, Delivered(remote={"ts": "1"}), None, NOW)
    second = held(tx)
    assert (second.part, second.thread) == (1, {"ts": "1"})
    outbox.settle(tx, second, Delivered(remote={"ts": "2"}), None, NOW)
    third = held(tx)
    assert third.thread == {"ts": "1"}
    outbox.settle(tx, third, Delivered(), None, NOW)
    enqueued(tx, "desk", message("1/2"), message("2/2"), threads={"": first.id})
    for _ in range(2):
        delivery = held(tx)
        assert delivery.thread == {"ts": "1"}
        outbox.settle(tx, delivery, Delivered(remote={"ts": "9"}), None, NOW)
    enqueued(tx, "desk", message("1/2"), message("2/2"))
    outbox.settle(tx, held(tx), Rejected(reason="no"), None, NOW)
    assert held(tx).thread == {}


def test_a_long_send_extends_its_lease(tx: Connection) -> None:
    """Nobody takes over while it works."""
    enqueued(tx)
    delivery = held(tx)
    assert outbox.extend(tx, delivery, NOW + HOUR)
    assert claimed(tx, NOW + LEASE, "other") is None


def test_a_released_claim_is_free_at_once(tx: Connection) -> None:
    """The process stops before it tried: no attempt is counted."""
    enqueued(tx)
    assert outbox.release(tx, held(tx), NOW)
    assert held(tx, NOW, "other").attempts == 0


def test_orphans_are_free_at_start(tx: Connection) -> None:
    """After a crash nobody waits for leases of the dead."""
    (delivery_id,) = enqueued(tx)
    held(tx)
    assert outbox.release_orphans(tx, NOW) == 1
    assert held(tx, NOW, "new").id == delivery_id


def test_what_is_too_late_expires(tx: Connection) -> None:
    """Not while a sender holds it."""
    (early,) = enqueued(tx, expires_at=NOW + HOUR)
    (kept,) = enqueued(tx)
    delivery = held(tx)
    assert delivery.id == early
    assert outbox.expire(tx, NOW + HOUR) == 0
    outbox.release(tx, delivery, NOW)
    assert outbox.expire(tx, NOW + HOUR - MINUTE) == 0
    assert outbox.expire(tx, NOW + HOUR) == 1
    assert (state_of(tx, early), state_of(tx, kept)) == ("expired", "pending")


def test_dead_letters_are_tried_again_under_their_old_ids(tx: Connection) -> None:
    """From the start of the schedule, or all at once."""
    ids = [enqueued(tx)[0] for _ in range(3)]
    for outcome in (Rejected(reason="no"), TryLater(reason="busy"), Delivered()):
        outbox.settle(tx, held(tx), outcome, None, NOW)
    assert {line.id for line in journal.lines(tx, states=journal.DEAD)} == set(ids[:2])
    assert journal.retry(tx, NOW + 5 * DAY, [ids[0], ids[2]]) == (ids[0],), (
        "what was delivered is not sent again"
    )
    delivery = held(tx, NOW + 5 * DAY)
    assert (delivery.id, delivery.attempts, delivery.created_at) == (ids[0], 0, NOW + 5 * DAY)
    assert journal.lines(tx)[-1].created_at == NOW, "the journal remembers when it was promised"
    assert journal.retry(tx, NOW + 6 * DAY) == (ids[1],)


def test_the_journal_counts(tx: Connection) -> None:
    """What is owed, to whom and since when."""
    assert (journal.counts(tx), journal.next_due(tx)) == ({}, None)
    enqueued(tx), enqueued(tx)
    outbox.enqueue(tx, "siem", promised(message()), NOW + HOUR)
    outbox.settle(tx, held(tx), Delivered(), None, NOW)
    held(tx)
    assert journal.counts(tx) == {"delivered": 1, "leased": 1, "pending": 1}
    assert journal.owed(tx) == {"desk": 1, "siem": 1}
    assert journal.next_due(tx) == NOW + HOUR
    assert [line.receiver for line in journal.lines(tx, receiver="siem")] == ["siem"]
    assert len(journal.lines(tx, states=["leased", "pending"])) == 2
    assert len(journal.lines(tx, limit=1)) == 1


def test_whether_there_is_anything_to_look_after(tx: Connection) -> None:
    """What is owed, and a receiver's trouble for as long as it lasts."""
    assert receivers.all_well(tx)
    enqueued(tx)
    assert not receivers.all_well(tx)
    outbox.settle(tx, held(tx), Delivered(), None, NOW)
    assert receivers.all_well(tx)
    enqueued(tx)
    outbox.settle(tx, held(tx), Rejected(reason="gone", suspend=True), None, NOW)
    assert not receivers.all_well(tx)


def test_a_message_in_parts_is_sent_again_whole_and_in_order(tx: Connection) -> None:
    """Whichever part was asked for, to its reader alone; a file gets a name of its own. Not while one is owed."""
    parts = [replace(message(f"part {n}", name="digest"), channel="file") for n in (1, 2)]
    (first, _), (second, _), _ = sent = promised(*parts, message("other", recipient="#x"))
    outbox.enqueue(tx, "desk", sent, NOW)
    new = str(uuid4())
    for which in (first, second, None):  # the order in which they go out
        assert which is None or not journal.send_again(tx, first, NOW, new_id=new, author="Ana")
        taken = outbox.claim(tx, NOW, lease=HOUR, token="t")
        assert taken is not None
        outbox.settle(tx, taken, Delivered(), None, NOW, elapsed=HOUR)

    assert journal.send_again(tx, second, NOW, new_id=new, author="Ana")
    got = []
    while again := outbox.claim(tx, NOW, lease=HOUR, token="t"):
        outbox.settle(tx, again, Delivered(), None, NOW, elapsed=HOUR)
        got.append(again)
    assert [(one.part, one.message.subject) for one in got] == [(0, "part 1"), (1, "part 2")]
    assert got[1].id == new
    assert {one.id for one in got}.isdisjoint((first, second))
    names = {one.message.payload["name"] for one in got}
    assert names == {f"digest-{one.id[:8]}" for one in got}
    assert not journal.send_again(tx, str(uuid4()), NOW, new_id=new, author="Ana")

"""A slow relay, endpoints that hang, and Slack beside them, all real on loopback: nobody waits for another."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from monitor.jobs.deliver import deliver_due
from monitor.jobs.lanes import ROOM, Pace
from monitor.store import journal
from tests.support.postoffice import Office, late, office
from tests.support.slackhook import Hook, Reply
from tests.support.smtp import Smtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: what is promised: from due to received
PROMISED = 2.0
HANGS = Reply(stall=True)


def mail(smtp: Smtp) -> dict[str, Any]:
    relay = {"host": "127.0.0.1", "port": smtp.port, "security": "none"}
    return {"name": "mail", "email": {"to": ["a@example.test"], "from": "m@example.test", "smtp": relay}}


def hung(name: str, hook: Hook, timeout: str = "4s") -> dict[str, Any]:
    return {"name": name, "webhook": {"url": hook.url, "timeout": timeout}}


def slack(hook: Hook) -> dict[str, Any]:
    return {"name": "slack", "slack": {"webhook_url": hook.url}}


def until(said: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def lateness(hook: Hook) -> list[float]:
    return late((request.json()["text"], request.at) for request in hook.requests)


def told_in_the_meantime(desk: Office, hook: Hook, count: int = 6) -> None:
    """Promise one alert after the other to Slack, which gets each of them in time."""
    for n in range(count):
        desk.promise("slack", "slack")
        until(lambda n=n: len(hook.requests) > n)  # type: ignore[misc]
        time.sleep(0.2)
    assert max(lateness(hook)) < PROMISED


def test_a_slow_relay_with_a_queue_and_a_webhook_that_hangs_hold_up_nobody(tmp_path: Path) -> None:
    """Twenty mails at 0.8 s each: Slack does not wait for one of them, and the relay takes one at a time."""
    with Smtp(slow=0.8) as smtp, Hook(HANGS) as siem, Hook() as hook:
        ports = (siem.port, hook.port)
        with office(tmp_path, [slack(hook), mail(smtp), hung("siem", siem)], ports) as desk:
            desk.promise("mail", "email", 20)
            desk.promise("siem", "webhook", 5)
            told_in_the_meantime(desk, hook)
            assert 1 <= len(smtp.mails) < 20
            assert [m.parsed["Subject"] for m in smtp.mails] == sorted(
                m.parsed["Subject"] for m in smtp.mails
            )
            assert len(smtp.seen) <= len(smtp.mails) + 1, "one at a time"
            assert desk.failed == []


def test_more_receivers_hang_than_there_are_threads(tmp_path: Path) -> None:
    """A hundred, all at their very first message; whoever answers still finds a thread."""
    with ExitStack() as stack:
        hook, hole = stack.enter_context(Hook()), stack.enter_context(Hook(HANGS))
        names = [f"hung-{n:03}" for n in range(100)]
        given = [slack(hook), *(hung(name, hole) for name in names)]
        desk = stack.enter_context(office(tmp_path, given, (hook.port, hole.port)))
        desk.promise("slack", "slack")
        until(lambda: len(hook.requests) == 1)
        for name in names:
            desk.promise(name, "webhook", 3)
        until(lambda: len(hole.requests) >= 40)
        told_in_the_meantime(desk, hook, 12)
        lanes = sum(thread.name == "lane" for thread in threading.enumerate())
        assert 16 <= lanes <= ROOM[Pace.BRISK]


def test_what_falls_due_later_is_found_without_a_nudge(tmp_path: Path) -> None:
    """A retry after five seconds; nobody writes anything in between."""
    with Hook(Reply(500, "boom"), Reply()) as hook, office(tmp_path, [slack(hook)], (hook.port,)) as desk:
        desk.promise("slack", "slack")
        until(lambda: counts(desk).get("delivered", 0) == 1)
        with desk.db.snapshot() as tx:
            (line,) = journal.lines(tx)
            first, _second = journal.tries(tx, line.id)
        waited = (hook.requests[1].at - first.at).total_seconds()
        assert 4.9 < waited < 5 + PROMISED


def test_a_single_pass_is_held_no_longer_than_one_deadline(tmp_path: Path) -> None:
    """`monitor once`: a webhook that hangs costs one attempt, however much it is owed; all others get theirs."""
    with Smtp(slow=0.1) as smtp, Hook(HANGS) as siem, Hook() as hook:
        given = [slack(hook), mail(smtp), hung("siem", siem, "3s")]
        with office(tmp_path, given, (siem.port, hook.port), serve=False) as desk:
            desk.promise("siem", "webhook", 50)
            desk.promise("mail", "email", 10)
            desk.promise("slack", "slack", 10)
            began = time.monotonic()
            counts = deliver_due(desk.deliverer)
            assert time.monotonic() - began < 3 + PROMISED
            assert counts == {"delivered": 20, "later": 1}


def test_the_end_waits_for_what_is_in_hand_and_begins_nothing(tmp_path: Path) -> None:
    """The mail that the relay has is settled, the next one stays owed."""
    with Smtp(slow=0.6) as smtp, office(tmp_path, [mail(smtp)], ()) as desk:
        desk.promise("mail", "email", 5)
        until(lambda: bool(smtp.seen))
        desk.stopping.set()
        until(lambda: bool(smtp.mails))
        until(lambda: counts(desk).get("delivered", 0) == 1)
        time.sleep(0.3)
        assert (len(smtp.seen), counts(desk)) == (1, {"delivered": 1, "pending": 4})


def counts(desk: Office) -> dict[str, int]:
    with desk.db.snapshot() as tx:
        return dict(journal.counts(tx))

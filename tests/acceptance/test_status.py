"""`status` and `health` at moments of trouble: what is due for too long is never called well, by whatever cause."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.cli.main import application
from monitor.jobs import watch
from monitor.model import Delivered, FetchFault, Fulltext, Rejected, TryLater
from monitor.model.matchers import parse
from monitor.store import alerts, facts, feeds, items, outbox, receivers, silences
from monitor.store.database import Database
from monitor.store.tables_news import polls
from monitor.timing import TICKS
from tests.support.line import line, start, until
from tests.support.slackhook import Hook, Reply
from tests.support.stored import HOUR, MINUTE, assessed, feed, message, poll, promised, state, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

SECOND = timedelta(seconds=1)
CONFIG = """
data: {data}
receivers: [{{name: desk, file: {{}}}}, {{name: ops, file: {{}}}}]
route: {{receiver: desk, routes: [{{match: {{severity: critical}}, receiver: ops}}]}}
digests: {digests}
delivery: {{tell_after: 10m}}
"""


@dataclass
class Desk:
    """A monitor that runs, or does not, and the database that it left."""

    config: Path
    db: Database
    now: datetime

    def said(self, *words: str) -> tuple[int, str]:
        """The exit status of a command and what it printed to standard output."""
        done = CliRunner().invoke(application(), [*words, "--config", str(self.config)])
        return done.exit_code, done.stdout

    def at_work(self, since: timedelta, quiet: timedelta = timedelta()) -> None:
        """Every tick was completed `quiet` ago, in a process that began `since` ago."""
        with self.db.transaction() as tx:
            for name in TICKS:
                facts.ticked(tx, name, self.now - quiet)
            facts.at_work(tx, self.now - since)


@contextmanager
def desk(folder: Path, *, running: bool = True, digests: str = "[]") -> Iterator[Desk]:
    """Two feeds that were polled a minute ago and are due in an hour; nothing is owed."""
    config = folder / "monitor.yaml"
    config.write_text(CONFIG.format(data=folder / "data", digests=digests), encoding="utf-8")
    db = Database.open(f"sqlite:///{folder}/data/monitor.db")
    made = Desk(config, db, datetime.now(UTC))
    try:
        with db.transaction() as tx:
            facts.first(tx, "installed-at", (made.now - 24 * HOUR).isoformat(), made.now)
            feeds.sync(tx, [feed(), feed("herald")], made.now, jitter=lambda: 0.0)
        for name in ("gazette", "herald"):
            polled(made, name, made.now + HOUR)
        made.at_work(24 * HOUR)
        with db.lock() if running else nullcontext():
            yield made
    finally:
        db.close()


def polled(made: Desk, name: str, due: datetime, ago: timedelta = MINUTE) -> None:
    at = made.now - ago
    now = state(feed(name), next_poll_at=due, last_polled_at=at, last_success_at=at, last_new_at=at)
    with made.db.transaction() as tx:
        feeds.settle(tx, poll(of=now, at=at, status="not-modified"))


def promise(tx: Connection, made: Desk, ago: timedelta) -> None:
    outbox.enqueue(tx, "ops", promised(message()), made.now - ago)


def a_dead_host(made: Desk) -> None:
    """Its feeds wait, the others are polled."""
    polled(made, "herald", made.now - 20 * MINUTE)


def polling_hangs(made: Desk) -> None:
    """Nobody is polled, and the ticks go on."""
    with made.db.transaction() as tx:
        tx.execute(polls.delete())
    polled(made, "herald", made.now - 20 * MINUTE, ago=HOUR)


def a_webhook_hangs(made: Desk) -> None:
    """The sender has the message in its hands, and three more wait."""
    with made.db.transaction() as tx:
        for _ in range(4):
            promise(tx, made, 20 * MINUTE)
        assert outbox.claim(tx, made.now - 19 * MINUTE, lease=HOUR, token="me")


def a_slow_relay(made: Desk) -> None:
    """It takes one message after the other, and the last ones are old."""
    with made.db.transaction() as tx:
        for _ in range(4):
            promise(tx, made, 20 * MINUTE)
        held = outbox.claim(tx, made.now - MINUTE, lease=HOUR, token="me")
        assert held
        outbox.settle(tx, held, Delivered(), None, made.now - SECOND)


def tried_again_and_again(made: Desk) -> None:
    """The next try is in an hour, and it is not the first."""
    with made.db.transaction() as tx:
        promise(tx, made, 20 * MINUTE)
        held = outbox.claim(tx, made.now - MINUTE, lease=HOUR, token="me")
        assert held
        outbox.settle(tx, held, TryLater(reason="HTTP 503"), made.now + HOUR, made.now - MINUTE)


def paused_for_long(made: Desk) -> None:
    """It asked for an hour's rest; nobody else was told."""
    with made.db.transaction() as tx:
        promise(tx, made, 20 * MINUTE)
        again = TryLater(reason="HTTP 429", pause_receiver=True)
        receivers.learn(tx, "ops", again, made.now + HOUR, made.now - 20 * MINUTE)


def suspended(made: Desk) -> None:
    """Everything for it waits."""
    with made.db.transaction() as tx:
        promise(tx, made, 20 * MINUTE)
        receivers.learn(tx, "ops", Rejected(reason="HTTP 410", suspend=True), None, made.now)
        receivers.note_notified(tx, "ops", "desk", made.now)


def no_alert_is_made(made: Desk) -> None:
    """A group is due and stays open."""
    with made.db.transaction() as tx:
        told(tx, "s-1", assessed(), at=made.now - HOUR)
        due = made.now - 20 * MINUTE
        alerts.open_group(tx, "desk", "s-1", now=due, due_at=due, reason="new")


def the_process_hangs(made: Desk) -> None:
    """It has the lock, and not even the watcher ends."""
    made.at_work(24 * HOUR, quiet=12 * MINUTE)


@pytest.mark.parametrize(
    ("trouble", "said", "unwell"),
    [
        pytest.param(a_dead_host, "polling is late: 1 due, the oldest (herald)", False, id="a dead host"),
        pytest.param(polling_hangs, "polling stands still: 1 due", True, id="polling hangs"),
        pytest.param(
            a_webhook_hangs,
            "lane ops stands still: 4 due, the oldest (being sent)",
            True,
            id="a webhook hangs",
        ),
        pytest.param(a_slow_relay, "lane ops is late: 3 due", False, id="a slow relay"),
        pytest.param(tried_again_and_again, "(the last answer: HTTP 503)", True, id="tried again and again"),
        pytest.param(paused_for_long, "receiver ops since", True, id="paused for long"),
        pytest.param(suspended, "receiver ops is suspended: HTTP 410", False, id="suspended"),
        pytest.param(no_alert_is_made, "alerting stands still: 1 due", True, id="no alert is made"),
        pytest.param(the_process_hangs, "job watch stands still", True, id="the process hangs"),
    ],
)
def test_trouble_is_never_called_well(
    tmp_path: Path, trouble: Callable[[Desk], None], said: str, unwell: bool
) -> None:
    """Exit 1 and a problem that names it; the probe fails where nothing moves and nobody else was told."""
    with desk(tmp_path) as made:
        trouble(made)
        code, text = made.said("status")
        data = json.loads(made.said("status", "--json")[1])
        probe = made.said("health")

    assert code == 1
    assert "all is well" not in text
    assert [line for line in text.splitlines() if line.startswith("PROBLEM") and said in line], text
    assert any(said in problem for problem in data["problems"])
    assert probe[0] == (1 if unwell else 0), probe[1]


def test_a_digest_that_is_due_and_not_made_is_trouble(tmp_path: Path) -> None:
    """Three hours after its time."""
    at = datetime.now(UTC) - 3 * HOUR
    with desk(tmp_path, digests=f"[{{series: daily, at: '{at:%H:%M}', receivers: [ops]}}]") as made:
        code, said = made.said("status")

    assert code == 1
    assert f"digest stands still: 1 due, the oldest (daily for ops) since {at:%Y-%m-%d %H:%M}:00 UTC" in said


def nothing(_made: Desk) -> None:
    """All is done."""


def only_just_due(made: Desk) -> None:
    """A feed that the next tick will take."""
    polled(made, "herald", made.now - 5 * SECOND)


def due_for_minutes(made: Desk) -> None:
    """Too young to be told."""
    polled(made, "herald", made.now - 5 * MINUTE)


def just_started(made: Desk) -> None:
    """After a night: everything is old."""
    polled(made, "herald", made.now - 9 * HOUR, ago=10 * HOUR)
    with made.db.transaction() as tx:
        promise(tx, made, 9 * HOUR)
    made.at_work(MINUTE)


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        pytest.param(nothing, "all is well", id="all is done"),
        pytest.param(only_just_due, "all is well", id="only just due"),
        pytest.param(
            due_for_minutes, "nothing is overdue yet; waiting: polling (waiting)", id="due, but young"
        ),
        pytest.param(
            just_started,
            "nothing is overdue yet; waiting: polling (catching-up), lane ops (catching-up)",
            id="just started after a night",
        ),
    ],
)
def test_what_is_no_trouble_is_no_problem(tmp_path: Path, moment: Callable[[Desk], None], last: str) -> None:
    """And `all is well` is said only where nothing waits."""
    with desk(tmp_path) as made:
        moment(made)
        code, text = made.said("status")
        probe = made.said("health")

    assert (code, text.splitlines()[-1]) == (0, last)
    assert probe == (0, "ok\n")


def test_a_monitor_that_does_not_run_is_said_to(tmp_path: Path) -> None:
    """What is due then is overdue, however lately it was started; the probe fails at once."""
    with desk(tmp_path, running=False) as made:
        made.at_work(MINUTE)
        code, text = made.said("status")
        assert (code, text.splitlines()[-1]) == (
            0,
            "nothing is overdue; no monitor is running (start it: `monitor run`)",
        )
        assert text.startswith("monitor     not running; last at work")
        assert made.said("health")[0] == 1

        just_started(made)
        code, text = made.said("status")
    assert code == 1
    assert "PROBLEM     no monitor is running" in text
    assert "PROBLEM     lane ops stands still" in text


def test_silences_in_force_are_listed(tmp_path: Path) -> None:
    """What they fit, until when, by whom and why; what is over or to come is not in force."""
    with desk(tmp_path) as made:
        with made.db.transaction() as tx:
            for value, begins in (("wagner", -HOUR), ("later", HOUR)):
                silences.add(
                    tx,
                    [parse(f"watchlist={value}")],
                    author="ana",
                    reason="known",
                    starts_at=made.now + begins,
                    ends_at=made.now + 2 * HOUR,
                    now=made.now,
                )
        _, text = made.said("status")
        data = json.loads(made.said("status", "--json")[1])

    (silence,) = data["silences"]
    assert (silence["matchers"], silence["author"]) == (['watchlist="wagner"'], "ana")
    until_ = f"{made.now + 2 * HOUR:%Y-%m-%d %H:%M:%S} UTC"
    assert f'silence     1: watchlist="wagner" until {until_}, by ana: known' in text


def test_a_webhook_that_takes_and_hangs_is_told_while_others_get_theirs(tmp_path: Path) -> None:
    """The daemon itself, with a receiver that never answers: from five seconds on it is a problem."""
    with line(tmp_path) as (world, path), Hook(Reply(stall=True)) as hook:
        said = path.read_text(encoding="utf-8").replace(
            "receivers:\n", f"receivers:\n  - {{name: siem, webhook: {{url: '{hook.url}'}}}}\n"
        )
        said = said.replace(
            "  group_wait: 0s\n",
            "  group_wait: 0s\n  routes: [{matchers: [], receiver: siem, continue: true}, {matchers: [], receiver: desk}]\n",
        )
        said = said.replace("allow_ports: [", f"allow_ports: [{hook.port}, ")
        path.write_text(said + "delivery: {tell_after: 5s}\n", encoding="utf-8")
        made = Desk(path, None, datetime.now(UTC))  # type: ignore[arg-type]
        daemon = start(path)
        try:
            assert until(lambda: bool(hook.requests) and bool(world.slack))
            assert until(lambda: lane(made)["waited_seconds"] > 6)
            seen = [made.said("status") for _ in range(3)]
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=60)

    assert {code for code, _ in seen} == {1}
    assert all("siem" in text.partition("PROBLEM")[2] for _, text in seen), seen[0][1]


def lane(made: Desk) -> dict[str, Any]:
    """What `status` knows of the hanging receiver's lane."""
    work = json.loads(made.said("status", "--json")[1])["work"]
    return next((w for w in work if w["name"] == "lane siem"), {"waited_seconds": 0})


def unread(made: Desk) -> None:
    """Three hours without an answer of one feed, an article behind a paywall, and a night without a monitor."""
    with made.db.transaction() as tx:
        for name in TICKS:
            facts.ticked(tx, name, made.now - 30 * HOUR)
        watch.note_down_time(tx, made.now - 20 * HOUR)
        for name in TICKS:
            facts.ticked(tx, name, made.now)
        lost = assessed("a", fulltext=Fulltext.UNAVAILABLE, fulltext_detail="HTTP 403")
        items.record(tx, poll(lost, at=made.now - 5 * HOUR, remarks=("entry 3: no title",)))
        begun = made.now - 4 * HOUR
        gone = state(
            feed("herald"), next_poll_at=begun, fault=FetchFault.DNS, fault_detail="no such name", failures=1
        )
        feeds.settle(tx, poll(of=gone, at=begun, status="failed"))


def test_coverage_says_what_was_not_seen_and_why(tmp_path: Path) -> None:
    """For a person in sections, for a program in one list; of one feed alone where it is asked."""
    with desk(tmp_path) as made:
        assert made.said("coverage")[1].splitlines()[-1] == "nothing is known to be missing"
        unread(made)
        status, said = made.said("coverage", "--since", "2d")
        lines = [" ".join(line.split()) for line in said.splitlines()]
        assert status == 0
        assert lines[1] == "1 item was seen: 1 no-match"
        for heading in ("no monitor was running (1)", "documents that were not read whole (1)"):
            assert heading in lines
        assert any(line.endswith("herald 3 h, 1 failed poll; dns: no such name") for line in lines)
        assert any(line.endswith("gazette 1 item; HTTP 403") for line in lines)
        status, said = made.said("coverage", "--since", "2d", "--feed", "herald", "--json")
        (line,) = json.loads(said)["unseen"]
        assert (line["kind"], line["subject"], line["count"]) == ("outage", "herald", 1)
        assert "are kept for 90 d:" in made.said("coverage", "--since", "100d")[1]
        assert made.said("coverage", "--since", "1d", "--until", "2d")[0] == 2

"""Kill the daemon again and again under load, let it finish what is left, and hand over what can be judged."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.crash.crew import Alone, Crew, until
from tests.crash.plan import MIGRATION, Kill
from tests.crash.publisher import Publisher
from tests.crash.receivers import Hooks, Ledger, Workspace, smtp
from tests.crash.workplace import SERIES, Ports, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.crash.nursery import Daemon

FEEDS = 20
#: loopback addresses that they lie at, where several workers ask them
HOSTS = 10
#: the chance that a good answer brings a new item, in a campaign of so many kills; in a longer one it is smaller,
#: because the last digest tells everything and has a limit of size
PACE, KILLS = 0.35, 100
#: a failpoint that is not passed within this many seconds of a life is a random kill
PATIENCE = 25.0
#: what is left over must be done in this time
DRAIN = 240.0
_LEDGER = "SELECT series, local_date, receiver FROM digests"
_OPEN_GROUPS = "SELECT count(*) FROM alert_groups WHERE state = 'open'"
_OWED = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'leased')"


@dataclass(slots=True)
class Life:
    """One process of the daemon."""

    kill: Kill | None
    reached: bool = False
    exit: int | None = None
    pid: int = 0


@dataclass(slots=True)
class Outcome:
    """What is judged afterwards."""

    workplace: Workplace
    publisher: Publisher
    ledger: Ledger
    lives: list[Life] = field(default_factory=list)
    seconds: float = 0.0
    #: a scheduler and workers, not one daemon
    workers: bool = False
    #: what was done instead of a kill
    disturb: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    #: how those ended that nobody killed
    bystanders: list[tuple[str, int]] = field(default_factory=list)
    #: why the daemon did not come to rest; empty: it did
    restless: str = ""
    #: processes of dead daemons that lived on
    orphans: list[int] = field(default_factory=list)


def run(
    folder: Path,
    kills: Sequence[Kill],
    *,
    seed: int,
    url: str = "",
    direct: bool = False,
    workers: bool = False,
    clock: float = 0.0,
    disturb: Mapping[str, Callable[[], None]] = MappingProxyType({}),
    told: Callable[[int], None] = lambda _number: None,
) -> Outcome:
    """All `kills`, one after the other, and the rest of the work in peace; `told` hears how many are done.

    `workers`: a scheduler and two of them, the clock of one wrong by `clock` seconds. `disturb`: what is done instead
    of a kill, by the name of its failpoint.
    """
    began = time.monotonic()
    pace = PACE * min(1, KILLS / len(kills))
    ledger, publisher = Ledger(seed), Publisher(FEEDS, pace, seed, hosts=HOSTS if workers else 1)
    with smtp(ledger) as mail, Hooks(ledger) as hooks, Workspace(ledger) as bot, publisher.web:
        series = SERIES + sum(kill.failpoint.startswith("digest-") for kill in kills)
        ports = Ports(mail.port, hooks.port, bot.port)
        workplace = Workplace(folder, publisher, ports=ports, url=url, series=series)
        outcome = Outcome(workplace, publisher, ledger, workers=workers, disturb=disturb)
        crew: Alone | Crew = (
            Crew(workplace, direct=direct, seed=seed, clock=clock)
            if workers
            else Alone(workplace, direct=direct)
        )
        try:
            _lives(outcome, crew, kills, told)
            _rest(outcome, crew)
        finally:
            crew.close()
    outcome.bystanders = crew.ended
    outcome.orphans = [life.pid for life in outcome.lives if life.pid and _group_lives(life.pid)]
    outcome.seconds = time.monotonic() - began
    return outcome


def _lives(outcome: Outcome, crew: Alone | Crew, kills: Sequence[Kill], told: Callable[[int], None]) -> None:
    """A failpoint that was not passed is tried once more at the end.

    A series moves to its second zone, and a digest is due, at an even pace and whenever a digest is to be killed.
    """
    missed: list[Kill] = []
    digests = 0
    for number, kill in enumerate(kills):
        digests += kill.failpoint.startswith("digest-")
        outcome.workplace.configure(moved=digests + number * SERIES // len(kills))
        if not _life(outcome, crew, kill) and kill.failpoint and kill.failpoint not in MIGRATION:
            missed.append(Kill(kill.failpoint))
        told(number + 1)
    for kill in missed:
        _life(outcome, crew, kill)


def _life(outcome: Outcome, crew: Alone | Crew, kill: Kill) -> bool:
    """One process from its birth to its death; whether it died where it was to die."""
    ledger, publisher = outcome.ledger, outcome.publisher
    life = Life(kill)
    ledger.life = len(outcome.lives)
    if kill.failpoint in outcome.disturb:
        return _disturbed(outcome, crew, life)
    if kill.failpoint == "pruning":
        outcome.workplace.leave_old_poll()
    asked = publisher.answered
    daemon = crew.victim(kill)
    life.pid = daemon.pid
    outcome.lives.append(life)
    with _trap(outcome, daemon, kill):
        if kill.failpoint:
            life.reached = until(lambda: not daemon.alive(), PATIENCE)
        else:
            if not kill.starting:
                until(lambda: publisher.answered > asked or not daemon.alive(), PATIENCE)
            time.sleep(kill.after)
            life.reached = daemon.alive()
        daemon.signal(signal.SIGKILL)
        life.exit = daemon.end()
    # what a dead sender's last bytes still say is noted in its own life
    time.sleep(0.1)
    return life.reached


def _disturbed(outcome: Outcome, crew: Alone | Crew, life: Life) -> bool:
    """Something happens to everybody at work, who live on."""
    assert life.kill is not None
    asked = outcome.publisher.answered
    crew.all()
    outcome.lives.append(life)
    life.reached = until(lambda: outcome.publisher.answered > asked, PATIENCE)
    time.sleep(life.kill.after)
    outcome.disturb[life.kill.failpoint]()
    time.sleep(0.1)
    return life.reached


@contextlib.contextmanager
def _trap(outcome: Outcome, daemon: Daemon, kill: Kill):  # type: ignore[no-untyped-def]
    """A server of ours kills its client."""
    left = [kill.times]

    def spring(name: str) -> None:
        if name == kill.failpoint:
            left[0] -= 1
            if left[0] == 0:
                daemon.signal(signal.SIGKILL)

    outcome.ledger.taken = lambda channel: spring(f"taken-{channel}")
    outcome.publisher.halfway = lambda: spring("half-fed")
    yield
    outcome.ledger.taken = lambda _channel: None
    outcome.publisher.halfway = lambda: None


def _rest(outcome: Outcome, crew: Alone | Crew) -> None:
    """Nobody kills, publishes or refuses any more: wait until nothing is owed, then stop in order."""
    outcome.ledger.calm = outcome.publisher.calm = True
    outcome.workplace.configure(moved=outcome.workplace.series)
    outcome.ledger.life = len(outcome.lives)
    life = Life(None, reached=True)
    asked = outcome.publisher.answered
    daemon = crew.all()
    life.pid = daemon.pid
    outcome.lives.append(life)
    until(lambda: outcome.publisher.answered >= asked + FEEDS or not daemon.alive(), DRAIN)
    until(lambda: not owed(outcome) or not daemon.alive(), DRAIN)
    outcome.restless = owed(outcome)
    crew.dismiss()
    daemon.signal(signal.SIGTERM)
    if not until(lambda: not daemon.alive(), 30):
        daemon.signal(signal.SIGKILL)
    life.exit = daemon.end()


def owed(outcome: Outcome) -> str:
    """What is still to be done, in words; empty when nothing is."""
    with outcome.workplace.db.snapshot() as tx:
        stored = set(tx.execute(text("SELECT guid FROM items")).scalars())
        counts = {
            "items": len({p.guid for p in outcome.publisher.published} - stored),
            "groups": tx.execute(text(_OPEN_GROUPS)).scalar(),
            "deliveries": tx.execute(text(_OWED)).scalar(),
            "digests": len(outcome.workplace.last_digests() - {tuple(r) for r in tx.execute(text(_LEDGER))}),
        }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _group_lives(pid: int) -> bool:
    """Whether a process of the daemon's session is still there, after a moment to find out that it is alone."""

    def gone() -> bool:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return not until(gone, 5)

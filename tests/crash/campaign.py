"""Kill the daemon again and again under load, let it finish what is left, and hand over what can be judged."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from monitor.failpoints import VARIABLE
from tests.crash.plan import MIGRATION, OUTSIDE, Kill
from tests.crash.publisher import Publisher
from tests.crash.receivers import Hooks, Ledger, Workspace, smtp
from tests.crash.workplace import SERIES, Ports, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
FEEDS = 20
#: the chance that a good answer brings a new item
PACE = 0.35
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
    #: why the daemon did not come to rest; empty: it did
    restless: str = ""
    #: processes of dead daemons that lived on
    orphans: list[int] = field(default_factory=list)


class Nursery:
    """Where the daemons come from; `direct`: each a new interpreter instead of a fork."""

    def __init__(self, *, direct: bool) -> None:
        self._direct = direct
        self._process: subprocess.Popen[str] | None = None
        if not direct:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=_environment(),
            )

    def born(self, workplace: Workplace, failpoint: str) -> _Daemon:
        """A running `monitor run`."""
        argv = ["monitor", "run", "--config", str(workplace.config)]
        env = {VARIABLE: failpoint} if failpoint else {}
        if self._process is None:
            with workplace.log.open("ab") as log:
                started = subprocess.Popen(
                    [sys.executable, "-m", *argv],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    cwd=ROOT,
                    env=_environment() | env,
                    start_new_session=True,
                )
            return _Daemon(started.pid, started.wait)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"argv": argv, "env": env, "log": str(workplace.log)}) + "\n")
        self._process.stdin.flush()
        out = self._process.stdout
        return _Daemon(int(out.readline()), lambda: int(out.readline()))

    def close(self) -> None:
        """No more births."""
        if self._process is not None:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()


class _Daemon:
    """A process, and whether it is there."""

    def __init__(self, pid: int, wait: Callable[[], int]) -> None:
        self.pid = pid
        self._wait = wait
        self.exit: int | None = None

    def alive(self) -> bool:
        """A zombie is dead."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] not in "ZX"

    def signal(self, number: int) -> None:
        """To this process alone, as the kernel would: its children are left to find out."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self) -> int:
        """Its exit status, negative for a signal."""
        if self.exit is None:
            self.exit = self._wait()
        return self.exit


def run(
    folder: Path,
    kills: Sequence[Kill],
    *,
    seed: int,
    url: str = "",
    direct: bool = False,
    told: Callable[[int], None] = lambda _number: None,
) -> Outcome:
    """All `kills`, one after the other, and the rest of the work in peace; `told` hears how many are done."""
    began = time.monotonic()
    ledger, publisher = Ledger(seed), Publisher(FEEDS, PACE, seed)
    with smtp(ledger) as mail, Hooks(ledger) as hooks, Workspace(ledger) as bot, publisher.web:
        series = SERIES + sum(kill.failpoint.startswith("digest-") for kill in kills)
        ports = Ports(mail.port, hooks.port, bot.port)
        workplace = Workplace(folder, publisher, ports=ports, url=url, series=series)
        outcome = Outcome(workplace, publisher, ledger)
        nursery = Nursery(direct=direct)
        try:
            _lives(outcome, nursery, kills, told)
            _rest(outcome, nursery)
        finally:
            nursery.close()
    outcome.orphans = [life.pid for life in outcome.lives if _group_lives(life.pid)]
    outcome.seconds = time.monotonic() - began
    return outcome


def _lives(outcome: Outcome, nursery: Nursery, kills: Sequence[Kill], told: Callable[[int], None]) -> None:
    """A failpoint that was not passed is tried once more at the end.

    A series moves to its second zone, and a digest is due, at an even pace and whenever a digest is to be killed.
    """
    missed: list[Kill] = []
    digests = 0
    for number, kill in enumerate(kills):
        digests += kill.failpoint.startswith("digest-")
        outcome.workplace.configure(moved=digests + number * SERIES // len(kills))
        if not _life(outcome, nursery, kill) and kill.failpoint and kill.failpoint not in MIGRATION:
            missed.append(Kill(kill.failpoint))
        told(number + 1)
    for kill in missed:
        _life(outcome, nursery, kill)


def _life(outcome: Outcome, nursery: Nursery, kill: Kill) -> bool:
    """One process from its birth to its death; whether it died where it was to die."""
    ledger, publisher = outcome.ledger, outcome.publisher
    inside = kill.failpoint and kill.failpoint not in OUTSIDE
    life = Life(kill)
    ledger.life = len(outcome.lives)
    asked = publisher.answered
    daemon = nursery.born(outcome.workplace, f"{kill.failpoint}:{kill.times}" if inside else "")
    life.pid = daemon.pid
    outcome.lives.append(life)
    with _trap(outcome, daemon, kill):
        if kill.failpoint:
            life.reached = _until(lambda: not daemon.alive(), PATIENCE)
        else:
            if not kill.starting:
                _until(lambda: publisher.answered > asked or not daemon.alive(), PATIENCE)
            time.sleep(kill.after)
            life.reached = daemon.alive()
        daemon.signal(signal.SIGKILL)
        life.exit = daemon.end()
    # what a dead sender's last bytes still say is noted in its own life
    time.sleep(0.1)
    return life.reached


@contextlib.contextmanager
def _trap(outcome: Outcome, daemon: _Daemon, kill: Kill):  # type: ignore[no-untyped-def]
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


def _rest(outcome: Outcome, nursery: Nursery) -> None:
    """Nobody kills, publishes or refuses any more: wait until nothing is owed, then stop in order."""
    outcome.ledger.calm = outcome.publisher.calm = True
    outcome.workplace.configure(moved=outcome.workplace.series)
    outcome.ledger.life = len(outcome.lives)
    life = Life(None, reached=True)
    asked = outcome.publisher.answered
    daemon = nursery.born(outcome.workplace, "")
    life.pid = daemon.pid
    outcome.lives.append(life)
    _until(lambda: outcome.publisher.answered >= asked + FEEDS or not daemon.alive(), DRAIN)
    _until(lambda: not owed(outcome) or not daemon.alive(), DRAIN)
    outcome.restless = owed(outcome)
    daemon.signal(signal.SIGTERM)
    if not _until(lambda: not daemon.alive(), 30):
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


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


def _group_lives(pid: int) -> bool:
    """Whether a process of the daemon's session is still there, after a moment to find out that it is alone."""

    def gone() -> bool:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return not _until(gone, 5)


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    return kept | {"MONITOR_LOG_FORMAT": "logfmt", "PYTHONPATH": str(ROOT)}

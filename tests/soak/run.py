"""Let a monitor live through a week of trouble, as fast as its configuration makes it, and measure it meanwhile."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

from benchmarks.processes import cpu_seconds, pss_mb, tree
from tests.crash.nursery import environment
from tests.crash.receivers import Hooks, Ledger, smtp
from tests.crash.workplace import Ports
from tests.soak.press import Press
from tests.soak.workplace import READERS_OF_DIGESTS, Workplace
from tests.support import disk, postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.store.database import Database
    from tests.support.smtp import Smtp

ROOT = Path(__file__).resolve().parents[2]
#: a feed is asked four times in an hour
POLLS_AN_HOUR = 4
#: seconds for which another process keeps the database, or the disk is full: longer than we wait for a lock
HELD = 12.0
#: seconds by which a clock is set at least: less is drift
AHEAD = 10.0
#: what is left over must be done in this time
DRAIN = 420.0
#: a daemon that was started asks its first feed within so many seconds, on a machine with other work too
STARTED = 90.0
_OPEN_GROUPS = "SELECT count(*) FROM alert_groups WHERE state = 'open'"
_LEDGER = "SELECT series, receiver FROM digests"
_OWED = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'leased')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The daemon's processes at one moment."""

    #: seconds since the run began, and since the daemon was started
    at: float
    age: float
    #: of all its processes together
    pss_mb: float
    descriptors: int


@dataclass(slots=True)
class Life:
    """One process of the daemon, and how it is to end."""

    pid: int
    began: float
    wanted: int = 0
    exit: int | None = None


@dataclass(slots=True)
class Outcome:
    """What is judged afterwards."""

    workplace: Workplace
    press: Press
    ledger: Ledger
    length: timedelta
    days: float
    lives: list[Life] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    #: what was done to it, and what could not be done here, with the reason
    troubles: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    #: what is still to be done at the end, in words; empty: nothing
    owed: str = ""
    #: series and receiver of each digest that falls due
    digests: set[tuple[str, str]] = field(default_factory=set)
    seconds: float = 0.0
    database_mb: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def run(
    folder: Path, *, feeds: int, days: float, interval: int, seed: int, kind: str = "sqlite",
    told: Callable[[str], None] = lambda _line: None,
) -> Iterator[Outcome]:  # fmt: skip
    """`days` of a week in which a quarter of an hour takes `interval` seconds, on a database of that `kind`, which is
    there as long as the outcome is looked at.
    """
    hour = float(interval * POLLS_AN_HOUR)
    length = timedelta(seconds=days * 24 * hour)
    ledger, press = Ledger(seed), Press(feeds, hour=hour, hours=days * 24, seed=seed)
    with ExitStack() as stack:
        mail, hooks = stack.enter_context(smtp(ledger)), stack.enter_context(Hooks(ledger))
        stack.enter_context(press.web)
        server = stack.enter_context(postgres.server()) if kind == "postgres" else None
        small, why = stack.enter_context(disk.mounted("1g")) if server is None else (None, "")
        url = server.url(server.create()) if server else ""
        ports = Ports(mail.port, hooks.port, 0)
        place = Workplace(folder, press, ports=ports, url=url, interval=interval)
        place.write(length=length, disk=small)
        outcome = Outcome(place, press, ledger, length, days)
        outcome.digests = {
            (f"s{n}", name) for n in range(len(place.series(length))) for name in READERS_OF_DIGESTS
        }
        if why:
            outcome.left_out.append(f"a full disk: {why}")
        soak = _Soak(outcome, mail, server, small, told)
        soak.live(_timeline(soak, hour, days, seed))
        soak.drain()
        yield outcome


@dataclass
class _Soak:
    outcome: Outcome
    mail: Smtp
    server: postgres.Server | None
    small: Path | None
    told: Callable[[str], None]
    daemon: subprocess.Popen[bytes] | None = None
    began: float = field(default_factory=time.monotonic)

    # --- the daemon

    def start(self) -> None:
        """A new `monitor run`, at work; how long that takes, the rest of the run waits."""
        began, asked = time.monotonic(), self.outcome.press.answered
        place = self.outcome.workplace
        with place.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.clock", str(place.clock), "run", "--config", str(place.config)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT, start_new_session=True,
                env=environment(),
            )  # fmt: skip
        self.outcome.lives.append(Life(self.daemon.pid, began))
        while self.outcome.press.answered == asked and time.monotonic() < began + STARTED:
            time.sleep(0.05)
        self.began += time.monotonic() - began

    def end(self, how: signal.Signals) -> None:
        """End it by a signal, and keep what it used."""
        assert self.daemon is not None
        self.outcome.cpu_seconds += cpu_seconds(self.daemon.pid)
        life = self.outcome.lives[-1]
        life.wanted = -how if how is signal.SIGKILL else 0
        self.daemon.send_signal(how)
        try:
            life.exit = self.daemon.wait(40)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            life.exit = self.daemon.wait()

    # --- what is done to it

    def kill(self) -> None:
        """A crash; the container starts it again."""
        self.end(signal.SIGKILL)
        self.start()

    def down(self, how: signal.Signals, seconds: float) -> None:
        """It is away for a while."""
        self.end(how)
        time.sleep(seconds)
        self.start()

    def refuse(self, channel: str, *, wanted: bool) -> None:
        """A receiver takes nothing any more, or takes everything again."""
        if channel == "email":
            self.mail.reply.update({"greeting": "421 4.3.2 closed"} if wanted else {})
            if not wanted:
                self.mail.reply.pop("greeting", None)
            return
        (self.outcome.ledger.down.add if wanted else self.outcome.ledger.down.discard)(channel)

    def lock(self, seconds: float) -> None:
        """Another process keeps the database."""
        with _held(self.outcome.workplace):
            time.sleep(seconds)

    def fill(self, seconds: float) -> None:
        """No room is left."""
        assert self.small is not None
        hog = disk.fill(self.small)
        time.sleep(seconds)
        hog.unlink()

    def set_clock(self, ahead: float) -> None:
        """The daemon's clock is set: so many seconds ahead, or right again."""
        clock = self.outcome.workplace.clock
        fresh = clock.with_suffix(".new")
        fresh.write_text(str(ahead), encoding="utf-8")
        fresh.replace(clock)

    def restart_server(self) -> None:
        """The database's server loses its power and comes back."""
        assert self.server is not None
        self.server.stop()
        time.sleep(2)
        self.server.start()

    # --- the course of it

    def live(self, timeline: list[tuple[float, str, Callable[[], None]]]) -> None:
        """All of `timeline`: (seconds after the beginning, what it is, what is done)."""
        self.start()
        stop = threading.Event()
        sampler = threading.Thread(target=self._sample, args=(stop,), daemon=True)
        sampler.start()
        for at, what, act in timeline:
            self._sleep_until(at)
            self.outcome.troubles.append(what)
            self.told(f"{time.monotonic() - self.began:6.0f} s  {what}")
            act()
        self._sleep_until(self.outcome.length.total_seconds())
        stop.set()
        sampler.join()

    def drain(self) -> None:
        """Nobody misbehaves or publishes any more: wait until nothing is owed, then stop in order."""
        outcome = self.outcome
        outcome.press.rest()
        outcome.ledger.calm = True
        for channel in ("slack", "webhook", "email"):
            self.refuse(channel, wanted=False)
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGHUP)
        end = time.monotonic() + DRAIN
        with closing(outcome.workplace.database) as db:
            while (owed := _owed(outcome, db)) and time.monotonic() < end:
                self.told(f"{time.monotonic() - self.began:6.0f} s  still owed: {owed}")
                time.sleep(max(1.0, outcome.workplace.interval))
            outcome.database_mb = _size_mb(outcome, db)
        outcome.owed = owed
        self.end(signal.SIGTERM)
        outcome.seconds = time.monotonic() - self.began

    def _sleep_until(self, at: float) -> None:
        time.sleep(max(0.0, self.began + at - time.monotonic()))

    def _sample(self, stop: threading.Event) -> None:
        pause = max(1.0, self.outcome.length.total_seconds() / 300)
        while not stop.wait(pause):
            life = self.outcome.lives[-1]
            now = time.monotonic()
            with suppress(OSError, IndexError, ValueError):
                self.outcome.samples.append(
                    Sample(
                        at=now - self.began, age=now - life.began, pss_mb=sum(map(pss_mb, tree(life.pid))),
                        descriptors=len(list(Path(f"/proc/{life.pid}/fd").iterdir())),
                    )
                )  # fmt: skip


def _timeline(
    soak: _Soak, hour: float, days: float, seed: int
) -> list[tuple[float, str, Callable[[], None]]]:
    """Every trouble of a week, at the same share of a shorter run."""
    random = Random(f"soak {seed}")
    scale = hour * days / 7
    plan: list[tuple[float, str, Callable[[], None]]] = []

    def at(hours: float, what: str, act: Callable[[], None]) -> None:
        plan.append((hours * scale, f"hour {hours:.0f}: {what}", act))

    for begun, channel in ((20, "slack"), (60, "webhook"), (100, "email")):
        at(begun, f"{channel} takes nothing for a day", lambda c=channel: soak.refuse(c, wanted=True))  # type: ignore[misc]
        at(begun + 24, f"{channel} takes everything again", lambda c=channel: soak.refuse(c, wanted=False))  # type: ignore[misc]
    for _ in range(round(8 * max(days / 7, 0.25))):
        at(random.uniform(2, 160), "the daemon is killed", soak.kill)
    at(50, "the daemon is stopped for four hours", lambda: soak.down(signal.SIGTERM, 4 * scale))
    at(130, "the daemon is killed and away for two hours", lambda: soak.down(signal.SIGKILL, 2 * scale))
    ahead = max(AHEAD, 3 * scale)
    for hours in (40.0, 110.0):
        at(hours, "the clock is set ahead by three hours", lambda: soak.set_clock(ahead))
        at(hours + 2, "the clock is set right", lambda: soak.set_clock(0))
    held = min(HELD, 6 * scale)
    for hours in (30.0, 90.0, 145.0):
        at(hours, f"another process keeps the database for {held:.0f} s", lambda: soak.lock(held))
    for hours in (70.0, 118.0):
        if soak.server is not None:
            at(hours, "the database's server is restarted", soak.restart_server)
        elif soak.small is not None:
            at(hours, f"the disk is full for {held:.0f} s", lambda: soak.fill(held))
    return sorted(plan, key=lambda found: found[0])


def _owed(outcome: Outcome, db: Database) -> str:
    """What is still to be done, in words; empty when nothing is."""
    with db.snapshot() as tx:
        stored = set(tx.execute(text("SELECT guid FROM items")).scalars())
        counts = {
            "items": len(outcome.press.offered() - stored),
            "groups": tx.execute(text(_OPEN_GROUPS)).scalar(),
            "deliveries": tx.execute(text(_OWED)).scalar(),
            "digests": len(outcome.digests - {tuple(row) for row in tx.execute(text(_LEDGER))}),
        }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


@contextmanager
def _held(place: Workplace) -> Iterator[None]:
    """Keep the database from everybody who writes."""
    if place.url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(place.url).database or "", timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()
        return
    import psycopg

    with psycopg.connect(place.url.replace("+psycopg", "")) as other_server:
        other_server.execute("LOCK TABLE items, feeds, deliveries IN ACCESS EXCLUSIVE MODE")
        yield
        other_server.rollback()


def _size_mb(outcome: Outcome, db: Database) -> float:
    if outcome.workplace.url.startswith("sqlite"):
        return sum(path.stat().st_size for path in outcome.workplace.data.glob("monitor.db*")) / 1e6
    with db.snapshot() as tx:
        return float(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) / 1e6

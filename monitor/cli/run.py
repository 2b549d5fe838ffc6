"""`run`, `once`, `demo`, `preview`, `send-test`."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from contextlib import nullcontext
from email import message_from_bytes, policy
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from monitor import daemon, logs, roles
from monitor.app import App, opened
from monitor.cli.common import (
    PARTLY,
    ConfigOption,
    isolated,
    loaded,
    say,
    stop,
)
from monitor.cli.serve import serving
from monitor.cli.status import next_digest
from monitor.config import load
from monitor.errors import StoreError
from monitor.jobs import preview as previews
from monitor.jobs.claims import RENEW
from monitor.jobs.reach import MANY, UNREACHED
from monitor.net.redaction import redact
from monitor.store.queue import QUEUES
from monitor.timing import BY_RHYTHM, LINGER_SECONDS, LOOK_SECONDS, TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.app import App
    from monitor.config.load import Settings
    from monitor.demo.world import World
    from monitor.model import PollRecord


log = logs.get("daemon")

#: between pings of the dead-man switch
HEARTBEAT_SECONDS = 60.0
#: between two looks of the scheduler that nobody wakes
DISPATCH_SECONDS = 60.0


class Role(StrEnum):
    """What `monitor run` does."""

    ALL = "all"
    SCHEDULER = "scheduler"


def run(
    config: ConfigOption = None,
    role: Annotated[
        Role, typer.Option(help="`scheduler`: leave the work to `monitor worker`; needs PostgreSQL.")
    ] = Role.ALL,
) -> None:
    """Watch until SIGTERM or Ctrl-C. Needs no account, no configuration and no network to start."""
    # signals first: a SIGHUP that comes while the files are read means that they are to be read again
    with daemon.Signals() as signals:
        found, stopping = loaded(config), daemon.Stopping()
        if role is not Role.ALL:
            roles.refuse_unfit(found, f"--role {role}")
        opening = opened(found, role=role, stopping=stopping)
        with opening as app, app.db.listening(), serving(app) as desk:
            say(greeting(app, desk))
            jobs = _alone(app) if role is Role.ALL else _scheduling(app)
            finished = _watch(app, jobs, signals, stopping)
        _end(finished)


Ticks: TypeAlias = "dict[str, tuple[float, Callable[[], object]]]"
#: of the daemon: its ticks, its services, and when there is something to do
Jobs: TypeAlias = "tuple[Ticks, dict[str, daemon.Service], Callable[[], Mapping[str, float]]]"


def _watch(app: App, jobs: Jobs, signals: daemon.Signals, stopping: daemon.Stopping) -> bool:
    """Do `jobs` until SIGTERM or Ctrl-C; whether all work in hand was finished."""
    ticks, services, away = jobs
    return daemon.run(
        {**ticks, "heartbeat": (HEARTBEAT_SECONDS, app.heartbeat)},
        waits=daemon.Waits(
            away=away,
            look_every=LOOK_SECONDS if app.db.hears else daemon.LOOK_SECONDS,
            hear=app.db.hear,
        ),
        services=services,
        signals=signals,
        stopping=stopping,
        reload=app.reload,
        failed=app.failed,
        jumped=app.clock_jumped,
        alive=app.stamp_health,
    )


def _alone(app: App) -> Jobs:
    """All the work."""
    services: dict[str, daemon.Service] = {"deliver": app.deliveries()}
    ticks = {n: (seconds, getattr(app, n)) for n, seconds in TICKS.items() if n not in services}
    ticks["poll"] = (TICKS["poll"], partial(app.poll, linger=LINGER_SECONDS))
    return ticks, services, app.away


def _scheduling(app: App) -> Jobs:
    """What is left to the scheduler where workers work."""
    scheduler = roles.Scheduler(app)
    ticks = {n: (TICKS[n], getattr(app, n)) for n in BY_RHYTHM}
    ticks["dispatch"] = (DISPATCH_SECONDS, scheduler.dispatch)
    return ticks, {}, scheduler.away


def work(
    config: ConfigOption = None,
    queues: Annotated[
        str,
        typer.Option(
            help="What to do of it: poll feeds, parse articles, make alerts and digests (`digest`), deliver."
        ),
    ] = ",".join(QUEUES),
) -> None:
    """Do what the scheduler says is due, on any machine; as many workers as you like. Needs PostgreSQL."""
    try:
        named = roles.queues_named(queues)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--queues") from None
    with daemon.Signals() as signals:
        _work(loaded(config), named, signals)


def _work(found: Settings, queues: Sequence[str], signals: daemon.Signals) -> None:
    roles.refuse_unfit(found, "a worker")
    stopping = daemon.Stopping()
    with opened(found, role="worker", stopping=stopping) as app:
        worker = roles.Worker(app, queues)
        say(f"a worker on {redact(found.database)}: {', '.join(queues)}\nCtrl-C stops it\n")
        finished = daemon.run(
            {"renew": (RENEW, worker.renew)},
            services=worker.services(),
            signals=signals,
            stopping=stopping,
            reload=worker.reload,
            failed=app.failed,
        )
        worker.close()
    if worker.refused:
        raise StoreError(worker.refused)
    _end(finished)


def _end(finished: bool) -> None:
    log.info("stopped", finished=finished)
    if not finished:
        # a thread that hangs in the network must not keep the process: its lease will run out
        sys.stderr.flush()
        os._exit(0)


def once(
    config: ConfigOption = None,
    digest: Annotated[bool, typer.Option("--digest", help="Also make today's digest now.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Poll feeds that are not due, too.")] = False,
) -> None:
    """Poll everything due, alert, digest if due, deliver, exit.

    Exit 3 when something could not be delivered.
    """
    # a single pass is not there any more when a first poll falls due later
    with opened(loaded(config), lasting=False) as app:
        undelivered = pass_once(app, digest=digest, everything=everything)
    if undelivered:
        stop(f"{undelivered} deliveries are still owed; `monitor deliveries list` says why", PARTLY)


def pass_once(app: App, *, digest: bool, everything: bool) -> int:
    """One pass of the whole line, without waiting for group_wait; how many deliveries are still owed."""
    previews.make_due(app.db, app.clock(), app.parts.feeds if everything else ())
    failing: list[PollRecord] = []
    asked: Counter[str] = Counter()
    polled = app.poll(partial(_tell, failing, asked))
    _tell_failures(failing, asked.total())
    previews.hurry_groups(app.db, app.clock())
    alerts = app.alert()
    digests = app.digest(now=digest)
    app.watch()
    sent = app.deliver()
    say(
        f"{polled['new']} new items, {polled['matched']} matched, {alerts} alerts, {digests} digests, "
        f"{sent['delivered']} delivered"
    )
    return previews.owed(app.db)


def _tell(failing: list[PollRecord], asked: Counter[str], record: PollRecord) -> None:
    """One line for each feed that said something; those that failed are kept."""
    state = record.state
    asked[state.feed.id] += 1
    if state.fault is not None:
        failing.append(record)
    elif record.assessed:
        matched = sum(bool(a.decision.matches) for a in record.assessed)
        say(f"  {state.feed.id}: {len(record.assessed)} new, {matched} matched")


def _tell_failures(failing: Sequence[PollRecord], asked: int) -> None:
    """A line for each, or one line where nothing at all could be reached."""
    if len(failing) == asked >= MANY and all(r.state.fault in UNREACHED for r in failing):
        first = failing[0].state
        say(
            f"  none of {asked} feeds can be reached, as {first.feed.id}: {first.fault_detail}; is there a "
            "network? (`monitor doctor --online`)"
        )
        return
    for state in (record.state for record in failing):
        say(f"  {state.feed.id}: {state.fault}: {state.fault_detail}")


def run_demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo keeps its data.")] = Path("data/demo"),
    stay: Annotated[bool, typer.Option("--stay", help="Stay up, with the desk, until Ctrl-C.")] = False,
) -> None:
    """The offline minute: sample feeds, the real pipeline, a real SMTP server and a Slack-shaped endpoint."""
    from monitor.demo import world  # a mail server, which no other command has

    clear(folder)
    logs.configure({"MONITOR_LOG_LEVEL": "ERROR", **os.environ})
    stopping = daemon.Stopping()
    with (
        daemon.Signals() if stay else nullcontext() as signals,
        world.world(load.bundled("seeds") / "sample") as made,
    ):
        path = world.prepare(made, folder, desk=stay)
        say(f"sample feeds at {made.feeds_url}, SMTP at port {made.smtp_port}, Slack-shaped endpoint ready\n")
        with opened(load.load(path, {}), stopping=stopping) as app, app.db.listening(), serving(app) as desk:
            undelivered = pass_once(app, digest=True, everything=True)
            say(demo_summary(made, folder / "out"))
            if signals is not None:
                say(f"\nthe desk is at {desk}\nCtrl-C stops it")
                _watch(app, _alone(app), signals, stopping)
    if undelivered or not made.mail or not made.slack:
        raise typer.Exit(PARTLY)


# What `run`, `check` and `demo` say, worded for people.


def greeting(app: App, desk: str | None = None) -> str:
    """What is about to happen, where it can be seen (`desk`: the address), when the next digest is due, and
    what to set to get e-mail and Slack.
    """
    found = app.parts.settings
    config, now = found.config, app.clock()
    enabled = [f for f in app.parts.feeds if f.enabled]
    rules = len(app.parts.watchlists.rules)
    lines = [
        f"monitor watches {len(enabled)} feeds with {rules} rules in "
        f"{len(app.parts.watchlists.lists)} watchlists",
        *([f"  desk       {desk}"] if desk else []),
        f"  database   {redact(found.database)}",
        f"  alerts     to {found.route.receiver}"
        + (f" and {len(found.route.routes)} more routes" if found.route.routes else ""),
    ]
    for receiver in config.receivers:
        where = f" ({path}/)" if (path := getattr(receiver.settings, "path", None)) else ""
        lines.append(f"  receiver   {receiver.name}: {receiver.kind}{where}")
    for series in found.digests:
        due, zone = next_digest(found, series, now)
        when = f"{due.astimezone(zone):%a %d %b %H:%M %Z}" if due else "never"
        lines.append(f"  digest     {series.series}: next {when}, to {', '.join(series.receivers)}")
    if not any(r.kind == "slack" for r in config.receivers):
        lines.append(
            "  for Slack  set MONITOR_SLACK_WEBHOOK_URL, or receivers in monitor.yaml (`monitor init`)"
        )
    if not any(r.kind == "email" for r in config.receivers):
        lines.append("  for e-mail set MONITOR_EMAIL_TO, MONITOR_EMAIL_FROM and MONITOR_SMTP_HOST")
    if config.contact is None:
        lines.append("  contact    none: set MONITOR_CONTACT, so that publishers can write to you")
    return "\n".join((*lines, "Ctrl-C stops it; work in hand is finished first\n"))


def clear(folder: Path) -> None:
    """Remove an earlier demo's data, and nothing that is not one."""
    if (folder / "monitor.yaml").is_file() and "monitor demo" in (folder / "monitor.yaml").read_text("utf-8"):
        shutil.rmtree(folder)


def demo_summary(made: World, out: Path) -> str:
    """The alert and the digest as they arrived, and where the pages lie."""
    lines = [f"\n{len(made.slack)} Slack messages arrived; the first says:", ""]
    lines += (
        [f"    {line}" for line in str(made.slack[0]["text"]).splitlines()] if made.slack else ["    (none)"]
    )
    for raw in made.mail[:1]:
        mail = message_from_bytes(raw, policy=policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        lines += ["", f"1 mail arrived for {mail['To']}: {isolated(str(mail['Subject']))}", ""]
        lines += [f"    {line}" for line in text.splitlines()]
    pages = sorted(out.glob("*.html"))
    lines += ["", *(f"open {page}" for page in pages)]
    return "\n".join(lines)

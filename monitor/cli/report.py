"""What `run`, `status`, `health` and `demo` say: gathered from the store, worded for people."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from monitor.alerts.digest import for_reader, next_due
from monitor.cli.common import isolated
from monitor.errors import StoreError
from monitor.model import EventKind, Severity
from monitor.store import events, facts, feeds, health, journal, receivers
from monitor.store.database import Database
from monitor.timing import late_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from monitor.app import App
    from monitor.config import DigestConfig
    from monitor.demo import World
    from monitor.model import Event
    from monitor.settings import Settings

#: a delivery that waits longer than this is a problem
OWED_TOO_LONG = timedelta(hours=1)


def greeting(app: App) -> str:
    """What is about to happen, when the next digest is due, and what to set to get e-mail and Slack."""
    found = app.parts.settings
    config, now = found.config, app.clock()
    enabled = [f for f in app.parts.feeds if f.enabled]
    rules = len(app.parts.watchlists.rules)
    lines = [
        f"monitor watches {len(enabled)} feeds with {rules} rules in {len(app.parts.watchlists.lists)} watchlists",
        f"  database   {found.database}",
        f"  alerts     to {found.route.receiver}"
        + (f" and {len(found.route.routes)} more routes" if found.route.routes else ""),
    ]
    for receiver in config.receivers:
        where = f" ({receiver.file.path}/)" if receiver.file is not None else ""
        lines.append(f"  receiver   {receiver.name}: {receiver.kind}{where}")
    for series in found.digests:
        due, zone = _next(found, series, now)
        when = f"{due.astimezone(zone):%a %d %b %H:%M %Z}" if due else "never"
        lines.append(f"  digest     {series.series}: next {when}, to {', '.join(series.receivers)}")
    if not any(r.slack for r in config.receivers):
        lines.append(
            "  for Slack  set MONITOR_SLACK_WEBHOOK_URL, or receivers in monitor.yaml (`monitor init`)"
        )
    if not any(r.email for r in config.receivers):
        lines.append("  for e-mail set MONITOR_EMAIL_TO, MONITOR_EMAIL_FROM and MONITOR_SMTP_HOST")
    if config.contact is None:
        lines.append("  contact    none: set MONITOR_CONTACT, so that publishers can write to you")
    return "\n".join((*lines, "Ctrl-C stops it; work in hand is finished first\n"))


def status(found: Settings, now: datetime) -> dict[str, Any]:
    """Everything `monitor status` knows, as plain data; `problems` is empty when all is well."""
    db = Database.open(found.database, create=False)
    try:
        with db.snapshot() as tx:
            lines = health.health(tx, now)
            states, mute = receivers.states(tx), receivers.failing(tx, now - OWED_TOO_LONG)
            counts, oldest = journal.counts(tx), journal.oldest_owed_at(tx)
            next_poll, ticks = feeds.next_due(tx), facts.ticks(tx)
            amiss = events.unclosed(tx)
    finally:
        db.close()
    watched = [f for f in lines if f.state != "disabled"]
    unwell = [f for f in watched if f.state in ("failing", "gone", "quiet")]
    resting = [r for r in states if r.suspended_at is not None]
    problems = [f"receiver {r.name} is suspended: {r.suspended_reason}" for r in resting]
    problems += [
        f"nothing has reached receiver {r.name} since {r.failing_since:%Y-%m-%d %H:%M} UTC: {r.last_error}"
        for r in mute
        if r.suspended_at is None and r.failing_since is not None
    ]
    problems += [f"{counts[s]} deliveries are {s}" for s in ("rejected", "dead", "expired") if counts.get(s)]
    if oldest is not None and now - oldest > OWED_TOO_LONG:
        problems.append(f"a delivery waits since {oldest:%Y-%m-%d %H:%M} UTC")
    if watched and len(unwell) * 2 > len(watched):
        problems.append(f"{len(unwell)} of {len(watched)} feeds are not well")
    loud = [e for e in amiss if e.severity.rank >= Severity.HIGH.rank]
    problems += [str(e) for e in loud if e.kind is not EventKind.RECEIVER_SUSPENDED]
    return {
        "problems": problems,
        "feeds": {
            "watched": len(watched),
            "ok": sum(f.state == "ok" for f in watched),
            "unwell": [{"id": f.feed.id, "state": f.state, "detail": f.detail} for f in unwell],
        },
        "receivers": [
            {"name": r.name, "last_delivered_at": r.last_delivered_at, "last_error": r.last_error}
            for r in states
        ],
        "events": [_event(e) for e in amiss],
        "deliveries": dict(counts),
        "next_poll_at": next_poll,
        "ticks": dict(ticks),
        "digests": {s.series: _next(found, s, now)[0] for s in found.digests},
    }


def _next(found: Settings, series: DigestConfig, now: datetime) -> tuple[datetime | None, ZoneInfo]:
    """When the first of its readers is due, and in which time zone that one reads."""
    readers = [for_reader(series, r) for r in found.config.receivers if r.name in series.receivers]
    times = [(at, reader.timezone) for reader in readers if (at := next_due(reader, now)) is not None]
    return min(times, key=lambda found: found[0], default=(None, series.timezone))


def status_text(data: Mapping[str, Any]) -> str:
    """`status` for people."""
    watched, ok = data["feeds"]["watched"], data["feeds"]["ok"]
    lines = [f"feeds       {ok} of {watched} ok, next poll {_when(data['next_poll_at'])}"]
    lines += [f"  {f['state']:8} {f['id']}: {isolated(f['detail'])}" for f in data["feeds"]["unwell"]]
    lines += [f"event       {event_line(event)}" for event in data["events"]]
    owed = ", ".join(f"{count} {state}" for state, count in sorted(data["deliveries"].items()))
    lines.append(f"deliveries  {owed or 'none yet'}")
    for receiver in data["receivers"]:
        error = f"; last error: {receiver['last_error']}" if receiver["last_error"] else ""
        lines.append(f"  {receiver['name']}: last delivered {_when(receiver['last_delivered_at'])}{error}")
    lines += [f"digest      {series}: next {_when(at)}" for series, at in data["digests"].items()]
    lines += [f"tick        {name}: {_when(at)}" for name, at in sorted(data["ticks"].items())]
    lines += [f"PROBLEM     {problem}" for problem in data["problems"]] or ["all is well"]
    return "\n".join(lines)


def _when(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "never"


def late(found: Settings, now: datetime) -> tuple[list[str], list[dict[str, Any]]]:
    """The daemon's ticks that were not completed in time, in plain words; and what else is amiss, as plain data."""
    try:
        db = Database.open(found.database, create=False)
    except StoreError as error:
        return [str(error)], []
    try:
        with db.snapshot() as tx:
            return late_ticks(facts.ticks(tx), now), [_event(e) for e in events.unclosed(tx)]
    finally:
        db.close()


def _event(event: Event) -> dict[str, Any]:
    named = {"kind": event.kind.value, "subject": event.subject, "severity": event.severity.value}
    return named | {"detail": event.detail, "since": event.opened_at, "told_to": list(event.told_to)}


def event_line(event: Mapping[str, Any]) -> str:
    """One event for people."""
    subject = f" {event['subject']}" if event["subject"] else ""
    detail = f": {isolated(event['detail'])}" if event["detail"] else ""
    return f"{event['severity']} {event['kind']}{subject} since {_when(event['since'])}{detail}"


def not_yet(found: Settings) -> list[str]:
    """Keys that are taken and have no effect in this version, for `check`."""
    remarks = []
    config = found.config
    if (config.public_url is None) != (config.listen is None):
        there, missing = ("listen", "public_url") if config.public_url is None else ("public_url", "listen")
        remarks.append(f"{there} without {missing}: alerts carry no link to call them false; it takes both")
    return remarks


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

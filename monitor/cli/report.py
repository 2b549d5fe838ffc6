"""What `run`, `check` and `demo` say, worded for people."""

from __future__ import annotations

import shutil
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from monitor.cli.common import isolated
from monitor.cli.status import next_digest
from monitor.net.redaction import redact

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.app import App
    from monitor.config.load import Settings
    from monitor.demo.world import World


def greeting(app: App) -> str:
    """What is about to happen, when the next digest is due, and what to set to get e-mail and Slack."""
    found = app.parts.settings
    config, now = found.config, app.clock()
    enabled = [f for f in app.parts.feeds if f.enabled]
    rules = len(app.parts.watchlists.rules)
    lines = [
        f"monitor watches {len(enabled)} feeds with {rules} rules in {len(app.parts.watchlists.lists)} watchlists",
        f"  database   {redact(found.database)}",
        f"  alerts     to {found.route.receiver}"
        + (f" and {len(found.route.routes)} more routes" if found.route.routes else ""),
    ]
    for receiver in config.receivers:
        where = f" ({receiver.file.path}/)" if receiver.file is not None else ""
        lines.append(f"  receiver   {receiver.name}: {receiver.kind}{where}")
    for series in found.digests:
        due, zone = next_digest(found, series, now)
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

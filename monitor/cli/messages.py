"""`digest`, `preview`, `send-test`: messages before their time."""

from __future__ import annotations

import webbrowser
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.app import opened
from monitor.cli.common import (
    FINDINGS,
    MISCONFIGURED,
    PARTLY,
    ConfigOption,
    JsonOption,
    complain,
    counted,
    isolated,
    loaded,
    receiver_named,
    say,
    say_json,
    stop,
)
from monitor.cli.status import next_digest
from monitor.jobs import preview as previews
from monitor.jobs.digest import Wanted, wanted_now
from monitor.parts import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.config.load import Settings
    from monitor.config.model import DigestConfig


def digest(
    now: Annotated[bool, typer.Option("--now", help="Make it at this moment.")] = False,
    series: Annotated[str | None, typer.Option(help="Only this series.")] = None,
    receiver: Annotated[str | None, typer.Option(help="Only for this receiver.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """When digests are due; with --now one of all since the last, sent by the monitor that runs.

    It takes the place of the day's digest; where that went out already, it is one more. Exit 1 when there is
    nothing to tell.
    """
    found = loaded(config)
    receiver_named(found, receiver)
    wanted = [
        (s, name)
        for s in found.digests
        for name in s.receivers
        if series in (None, s.series) and receiver in (None, name)
    ]
    if not wanted:
        stop("no digest of that name goes there (`monitor digest` lists them)", MISCONFIGURED)
    if not now:
        _say_schedule(found, wanted, as_json=as_json)
        return
    with opened(found, exclusive=False) as app:
        digester = app.digester()
        made = []
        for one, name in wanted:
            with app.db.transaction() as tx:
                made.append(wanted_now(digester, tx, one, name))
        running = app.db.in_use()
    _say_made(made, running=running, as_json=as_json)
    if not any(one.messages for one in made):
        raise typer.Exit(FINDINGS)


def _say_schedule(found: Settings, wanted: Sequence[tuple[DigestConfig, str]], *, as_json: bool) -> None:
    lines = []
    for series, name in wanted:
        alone = series.model_copy(update={"receivers": [name]})
        lines.append((series.series, name, *next_digest(found, alone, datetime.now(UTC))))
    if as_json:
        say_json({"digests": [{"series": s, "receiver": name, "next": at} for s, name, at, _ in lines]})
        return
    for title, name, at, zone in lines:
        say(f"{title} to {name}: " + (f"next {at.astimezone(zone):%a %d %b %H:%M %Z}" if at else "never due"))


def _say_made(made: Sequence[Wanted], *, running: bool | None, as_json: bool) -> None:
    if as_json:
        say_json({"running": running, "digests": [asdict(one) for one in made]})
        return
    for one in made:
        since = f"since {one.since:%Y-%m-%d %H:%M} UTC"
        told = (
            f"{counted(one.stories, 'story')} {since}, {counted(one.messages, 'message')}"
            if one.messages
            else f"nothing to tell {since}"
        )
        say(f"{one.series} to {one.receiver}: {told}")
    if running is False and any(one.messages for one in made):
        say("no monitor is running: they are sent when one starts (`monitor run`, `monitor once`)")


def preview(
    what: Annotated[str, typer.Argument(help="digest or alert")] = "digest",
    receiver: Annotated[str | None, typer.Option(help="As which receiver would get it.")] = None,
    to: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("data/preview"),
    open_: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write what the next digest or the latest alert would be, without sending or recording anything."""
    if what not in ("digest", "alert"):
        stop(f"{what!r} cannot be previewed: say digest or alert", MISCONFIGURED)
    found = loaded(config)
    receiver_named(found, receiver)
    if what == "digest" and receiver is not None and not any(receiver in d.receivers for d in found.digests):
        stop(f"no digest goes to {receiver!r} (name it under `digests`)", MISCONFIGURED)
    with opened(found, exclusive=False) as app:
        files = previews.write(app.digester(), app.db, what, receiver, to)
    if not files:
        say("nothing matched yet, so there is nothing to show")
        raise typer.Exit(FINDINGS)
    for file in files:
        say(str(file))
    page = next((f for f in files if f.suffix == ".html"), None)
    if open_ and page is not None:
        webbrowser.open(page.resolve().as_uri())


def send_test(
    receiver: Annotated[str, typer.Argument(help="The receiver's name in the configuration.")],
    config: ConfigOption = None,
) -> None:
    """Send a clearly labelled test message to one receiver at once, past the outbox."""
    found = loaded(config)
    receiver_named(found, receiver)
    parts = build(found)
    known = parts.receivers[receiver]
    failures = previews.send_test(parts.templates, known, parts.notifiers[receiver], datetime.now(UTC))
    for failure in failures:
        complain(f"{isolated(receiver)}: {failure}")
    if failures:
        raise typer.Exit(PARTLY)
    say(f"{receiver}: delivered")

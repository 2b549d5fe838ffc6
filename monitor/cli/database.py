"""`items search`-like looks into the archive come here: `db …` and `deliveries …` today."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from monitor.cli.common import (
    FINDINGS,
    ConfigOption,
    JsonOption,
    complain,
    isolated,
    loaded,
    say,
    say_json,
    stop,
)
from monitor.cli.input import bar, progress
from monitor.config.model import DATABASE
from monitor.net.redaction import redact
from monitor.store import journal, queue, receivers
from monitor.store.database import Database
from monitor.store.move import Step, move
from monitor.store.restore import restore as put_back

db = typer.Typer(help="The database: upgrade, backup, restore, check.", no_args_is_help=True)
deliveries = typer.Typer(help="What was promised and what became of it.", no_args_is_help=True)


@db.command("upgrade")
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database to the newest tables; a copy of the old one is kept beside it."""
    url = loaded(config).database
    with Database.open(url) as found:
        if found.path is None:
            queue.prepare(found)
    say(f"{redact(url)} has the newest tables")


@db.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; must not exist.")],
    config: ConfigOption = None,
) -> None:
    """A consistent copy, while the daemon runs."""
    with Database.open(loaded(config).database, create=False) as found, progress("copying", None):
        found.backup(target)
    say(f"{target}: {target.stat().st_size:,} bytes")


@db.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `monitor db backup` wrote.")],
    config: ConfigOption = None,
) -> None:
    """Put a backup in the place of the database.

    The monitor must be stopped; the old database is kept beside it.
    """
    url = loaded(config).database
    with progress("copying and checking", None):
        path, aside = put_back(source, url, datetime.now(UTC))
        Database.open(url).close()
    say(f"{path} is what {source} holds, with the newest tables")
    if aside is not None:
        say(f"what was there before is {aside}; delete it when you do not need it", style="dim")


@db.command("move")
def move_to(
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="URL", help="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME; empty."
        ),
    ],
    config: ConfigOption = None,
) -> None:
    """Move everything to another database and compare it row by row.

    The monitor must be stopped. The old database stays as it is; stopped half way, the same command goes on.
    """
    if not re.match(DATABASE, to):
        raise typer.BadParameter("this is neither sqlite:///FILE nor postgresql+psycopg://USER@HOST/NAME")
    with bar(TextColumn("{task.fields[table]}")) as shown:
        moved = move(loaded(config).database, to, _Told() if shown is None else _Shown(shown))
    say(f"{moved.rows:,} rows moved and compared, {moved.items:,} items among them, in {moved.seconds:.0f} s")
    say("now set `database:` to that address in monitor.yaml; the old database is as it was")


class _Shown:
    """Shows how far a table is."""

    def __init__(self, shown: Progress) -> None:
        self._bar = shown
        self._task = shown.add_task("", table="")

    def __call__(self, step: Step) -> None:
        self._bar.update(
            self._task, description=step.doing, table=step.table, completed=step.done, total=step.total
        )


class _Told:
    """Says how far a table is, now and then and at its end."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, step: Step) -> None:
        if step.done < step.total and time.monotonic() < self._said + 2:
            return
        self._said = time.monotonic()
        complain(f"{step.table}: {step.done:,} of {step.total:,} rows {step.doing}")


@db.command("check")
def check(config: ConfigOption = None) -> None:
    """Whether the file is sound inside. Exit 1 when not."""
    with Database.open(loaded(config).database, create=False) as found, progress("checking", None):
        wrong = found.check()
    for line in wrong:
        complain(line)
    if wrong:
        raise typer.Exit(FINDINGS)
    say("sound")


@deliveries.command("list")
def list_deliveries(
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only these: pending, leased, delivered, rejected, dead, expired, summarised."),
    ] = None,
    dead: Annotated[
        bool, typer.Option("--dead", help="Only dead letters: rejected, dead (tried too long) or expired.")
    ] = False,
    receiver: str | None = None,
    limit: int = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The newest deliveries with state, attempts and last error."""
    with Database.reading(loaded(config).database) as tx:
        states = (*(state or ()), *(journal.DEAD if dead else ()))
        lines = journal.lines(tx, states=states, receiver=receiver, limit=limit)
    if as_json:
        names = (*journal.JournalLine.__dataclass_fields__, "end")
        say_json([{name: getattr(line, name) for name in names} for line in lines])
        return
    for line in lines:
        to = f"{line.receiver} {line.recipient}".strip()
        error = f"  {line.last_error}" if line.last_error else ""
        say(f"{line.id}  {line.end:10} {line.attempts}x  {to}  {isolated(line.subject)}{error}")


@deliveries.command("retry")
def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="Delivery ids; all dead letters otherwise.")] = None,
    config: ConfigOption = None,
) -> None:
    """Try dead letters (rejected, dead, expired) again, and let suspended receivers go on.

    What was listed in a summary is sent by itself when its id is named.
    """
    now = datetime.now(UTC)
    with Database.writing(loaded(config).database) as tx:
        again = journal.retry(tx, now, ids)
        resumed = receivers.resume(tx)
    say(f"{len(again)} will be tried again" + (f", {resumed} receivers go on" if resumed else ""))
    if ids and len(again) < len(set(ids)):
        stop("some ids are not dead letters, or their message was pruned")

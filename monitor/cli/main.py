"""The root of the commands, and what becomes of errors.

Exit status: 0 ok, 1 findings, 2 usage or configuration, 3 partly delivered, 70 a bug of ours.
"""

from __future__ import annotations

import sys
import traceback

import typer

from monitor import __version__, logs
from monitor.cli import (
    backtest,
    contacts,
    database,
    export,
    false_alarms,
    feeds,
    items,
    match,
    run,
    silences,
    stories,
    watchlists,
)
from monitor.cli.common import FINDINGS, MISCONFIGURED, OUR_BUG, begin, complain
from monitor.errors import ConfigError, StoreError
from monitor.net.redaction import redact

app = typer.Typer(
    name="monitor",
    help="Watches the news for foreign influence: explained matches, alerts at once, daily digests.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
for part in (run, match, database, contacts, export, silences, backtest):
    part.register(app)
app.add_typer(feeds.app, name="feeds")
app.add_typer(items.app, name="items")
app.add_typer(stories.app, name="stories")
app.add_typer(export.app, name="export")
app.add_typer(watchlists.app, name="watchlists")
app.add_typer(silences.app, name="silence")
app.add_typer(false_alarms.app, name="suppressions")
app.add_typer(database.db, name="db")
app.add_typer(database.deliveries, name="deliveries")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    logs.configure()
    begin()


def main() -> None:
    """Run the command line; never a traceback for what is the operator's or the world's doing."""
    try:
        app()
    except ConfigError as error:
        for mistake in error.mistakes:
            complain(str(mistake))
        count = len(error.mistakes)
        complain(f"{count} mistake{'s' if count != 1 else ''}; nothing was started")
        sys.exit(MISCONFIGURED)
    except StoreError as error:
        complain(redact(str(error)))
        sys.exit(MISCONFIGURED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FINDINGS)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        complain(redact(traceback.format_exc()))
        complain("this is a bug in monitor; the lines above are what a report needs")
        sys.exit(OUR_BUG)

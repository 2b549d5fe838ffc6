"""The root of the commands, and what becomes of errors.

A command is imported when it is called: `monitor health` runs every minute, and needs next to nothing.

Exit status: 0 ok, 1 findings, 2 usage or configuration, 3 partly delivered, 70 a bug of ours.
"""

from __future__ import annotations

import gc
import sys
import traceback
from importlib import import_module
from typing import Any

import typer

from monitor import __version__
from monitor.errors import ConfigError, StoreError
from monitor.net.redaction import redact

FINDINGS, MISCONFIGURED, OUR_BUG = 1, 2, 70

#: command -> the module and the function that do it, in the order of `--help`
COMMANDS = {
    "run": "run:run",
    "worker": "run:work",
    "serve": "serve:serve",
    "once": "run:once",
    "demo": "run:run_demo",
    "init": "init:init",
    "check": "check:check",
    "status": "status:status",
    "health": "health:health",
    "doctor": "doctor:doctor",
    "coverage": "coverage:coverage",
    "digest": "messages:digest",
    "preview": "messages:preview",
    "send-test": "messages:send_test",
    "match": "match:match",
    "explain": "explain:explain_item",
    "backtest": "backtest:backtest",
    "contacts": "contacts:contacts",
    "verify": "export:verify",
    "ack": "silences:ack",
    "backfill": "backtest:backfill",
}
#: group of commands -> the module and its application
GROUPS = {
    "feeds": "feeds:app",
    "items": "items:app",
    "stories": "stories:app",
    "export": "export:app",
    "watchlists": "watchlists:app",
    "routes": "routes:app",
    "silence": "silences:app",
    "suppressions": "false_alarms:app",
    "db": "database:db",
    "deliveries": "database:deliveries",
}
#: what neither logs nor reads a whole configuration, unless it has to
_LEAN = ("health",)


def application(named: str | None = None) -> typer.Typer:
    """The commands; with `named`, one of them, that one alone and without importing the others."""
    app = typer.Typer(
        name="monitor",
        help="Watches the news for foreign influence: explained matches, alerts at once, daily digests.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=True,
    )
    app.callback()(_root)
    alone = (named,) if named in COMMANDS or named in GROUPS else (*COMMANDS, *GROUPS)
    for name in alone:
        if name in COMMANDS:
            app.command(name)(_found(COMMANDS[name]))
        else:
            app.add_typer(_found(GROUPS[name]), name=name)
    return app


def _found(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"monitor.cli.{module}"), name)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    gc.enable()
    if context.invoked_subcommand not in _LEAN:
        import_module("monitor.logs").configure()
        import_module("monitor.cli.common").begin()


def main() -> None:
    """Run the command line; never a traceback for what is the operator's or the world's doing."""
    try:
        application(next(iter(sys.argv[1:]), None))()
    except ConfigError as error:
        for mistake in error.mistakes:
            _complain(str(mistake))
        count = len(error.mistakes)
        _complain(f"{count} mistake{'s' if count != 1 else ''}; nothing was started")
        sys.exit(MISCONFIGURED)
    except StoreError as error:
        _complain(redact(str(error)))
        sys.exit(MISCONFIGURED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FINDINGS)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        _complain(redact(traceback.format_exc()))
        _complain("this is a bug in monitor; the lines above are what a report needs")
        sys.exit(OUR_BUG)


def _complain(text: str) -> None:
    import_module("monitor.cli.common").complain(text)

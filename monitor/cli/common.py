"""What all commands share: settings from the usual options, plain printing, JSON printing, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

from monitor.config import load, places
from monitor.errors import suggestion
from monitor.fields import parse_duration

FINDINGS, MISCONFIGURED, PARTLY, OUR_BUG = 1, 2, 3, 70

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help=places.OPTION,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

console = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

#: first strong isolate and its end: a name in another direction does not reorder the line around it
FSI, PDI = "\u2068", "\u2069"


_heard: ContextVar[Callable[[str], object]] = ContextVar("heard", default=_errors.print)


def complain(text: str) -> None:
    """One line (or block) to standard error, or to who hears complaints in place of it."""
    _heard.get()(text)


def stop(text: str, status: int = FINDINGS) -> NoReturn:
    """End the command with `status`; `text` says why."""
    complain(text)
    raise typer.Exit(status)


@contextmanager
def heard(by: Callable[[str], object]) -> Iterator[None]:
    """Let `by` hear of complaints while the block runs: a daemon has a log."""
    token = _heard.set(by)
    try:
        yield
    finally:
        _heard.reset(token)


def say(text: str = "", *, style: str | None = None) -> None:
    """Text to standard output, without markup: feed text may hold brackets."""
    console.print(text, style=style, markup=False)


def say_json(value: Any) -> None:
    """`value` as one indented JSON document; an object says which configuration was read, in `config`."""
    read = _read.get()
    if isinstance(value, dict) and read is not None:
        value = {"config": str(read.path) if read.path else None, **value}
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def isolated(text: str) -> str:
    """`text` so that its direction stays its own."""
    return f"{FSI}{text}{PDI}"


def counted(number: int, what: str) -> str:
    """`1 story`, `2,000 stories`."""
    several = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else several}"


def own(text: str) -> str:
    """`text` isolated where its direction may differ;
    plain Latin needs no marks, and is then easily copied.
    """
    return text if text.isascii() else isolated(text)


@dataclass(frozen=True, slots=True)
class _Read:
    """Which configuration the running command read; None: there is no file."""

    path: Path | None


_read: ContextVar[_Read | None] = ContextVar("configuration", default=None)


def begin() -> None:
    """A command begins: it has read nothing yet."""
    _read.set(None)


def loaded(config: Path | None) -> load.Settings:
    """The effective settings; says first, on standard error, which file they are from. Raises ConfigError."""
    path = places.find(config, os.environ)
    read = _Read(path)
    again = _read.get() == read
    if not again:
        _read.set(read)
        complain(places.said(path))
    found = load.load(path)
    for remark in () if again else found.remarks:
        complain(f"note: {remark}")
    return found


def receiver_named(found: load.Settings, name: str | None) -> None:
    """Exit with 2 where there is no receiver `name`; None is none in particular."""
    if name is not None and found.receiver(name) is None:
        known = [r.name for r in found.config.receivers]
        complain(f"there is no receiver {name!r} ({suggestion(name, known) or ', '.join(known)})")
        raise typer.Exit(MISCONFIGURED)


def moment(text: str | None, now: datetime) -> datetime | None:
    """`30d` ago, or a date. Raises BadParameter."""
    if text is None:
        return None
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError):
        pass
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is neither a time span (30d, 12h) nor a date") from None

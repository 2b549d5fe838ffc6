"""`health`, the container's probe: it runs every minute, so it imports as little as it can."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.config import places
from monitor.store import liveness
from monitor.store.liveness import Health, InstanceLock


def health(
    config: Annotated[Path | None, typer.Option("--config", "-c", help=places.OPTION)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> None:
    """The container's probe: exit 0 while the daemon runs and what is due is done,
    1 when something stands still.
    """
    path = places.find(config, os.environ)
    now = datetime.now(UTC)
    seen = _written(path, now)
    if seen is None:
        full = import_module("monitor.cli.status")
        seen = full.probe(import_module("monitor.cli.common").loaded(config), now)
    else:
        typer.echo(places.said(path), err=True)
    _print(seen, path, as_json=as_json)
    if seen.late:
        raise typer.Exit(1)


def _written(path: Path | None, now: datetime) -> Health | None:
    """What a daemon that runs has just written; None: none runs, or its word is old."""
    database = places.database_file(path, os.environ)
    if database is None or not InstanceLock(database).taken():
        return None
    return liveness.read(database, now)


def _print(seen: Health, path: Path | None, *, as_json: bool) -> None:
    if as_json:
        data: dict[str, Any] = {"config": str(path) if path else None, "ok": not seen.late, "late": seen.late}
        typer.echo(
            json.dumps(
                {**data, "events": seen.events}, indent=2, ensure_ascii=False, default=datetime.isoformat
            )
        )
        return
    typer.echo("ok" if not seen.late else "; ".join(seen.late))
    for event in seen.events:
        typer.echo(f"note: {import_module('monitor.cli.status').event_line(event)}")

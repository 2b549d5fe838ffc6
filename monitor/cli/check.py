"""`check`: every mistake of the files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli import secrets_check
from monitor.cli.common import FINDINGS, ConfigOption, JsonOption, complain, loaded, say, say_json
from monitor.config import load
from monitor.delivery import channels
from monitor.errors import ConfigError
from monitor.languages.grammar import Syntax
from monitor.languages.tables import having
from monitor.parts import build

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.model import Feed


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every mistake in configuration, watchlists, templates and feeds at once. Exit 2 when there is one.

    Exit 1 when all is readable, and secrets are written out or open to others.
    """
    try:
        found = loaded(config)
    except ConfigError as error:
        raise _and_of_files(error, config) from None
    parts = build(found)
    remarks = [f"{r.name}: {remark}" for r in found.config.receivers for remark in channels.remarks(r)]
    remarks += not_yet(found) + unread(parts.feeds) + list(found.remarks)
    secrets = secrets_check.judged(found)
    remarks += [str(note) for note in secrets.notes]
    counts = {
        "configuration": str(found.path or "defaults and environment"),
        "feeds": len(parts.feeds),
        "watchlists": len(parts.watchlists.lists),
        "rules": len(parts.watchlists.rules),
        "receivers": len(found.config.receivers),
        "digests": len(found.digests),
    }
    if as_json:
        findings = [str(finding) for finding in secrets.findings]
        say_json({"ok": not findings, **counts, "findings": findings, "remarks": remarks})
        raise typer.Exit(FINDINGS if findings else 0)
    say("  ".join(f"{name}: {value}" for name, value in counts.items()))
    for remark in remarks:
        say(f"note: {remark}")
    for finding in secrets.findings:
        complain(str(finding))
    if secrets.findings:
        raise typer.Exit(FINDINGS)
    say("no mistakes")


def _and_of_files(error: ConfigError, config: Path | None) -> ConfigError:
    """`error` with the mistakes of the files that a configuration with mistakes names."""
    try:
        build(load.only_files(config))
    except ConfigError as other:
        more = tuple(m for m in other.mistakes if m not in error.mistakes)
        return ConfigError((*error.mistakes, *more))
    return error


def unread(feeds: Iterable[Feed]) -> list[str]:
    """Languages of feeds that have no words here, for `check`: of their texts only names are found."""
    known = {"mul", *having(Syntax)}
    by_language: dict[str, list[str]] = {}
    for feed in feeds:
        if feed.enabled and feed.language not in known:
            by_language.setdefault(feed.language, []).append(feed.id)
    said = "only words of the watchlists that its texts hold as they are can match"
    return [
        f"{', '.join(ids[:5])}{', …' if len(ids) > 5 else ''}: {lang} is not read; {said} "
        "(docs/how-to/add-a-language.md)"
        for lang, ids in sorted(by_language.items())
    ]


def not_yet(found: Settings) -> list[str]:
    """Keys that are taken and have no effect in this version, for `check`."""
    remarks = []
    config = found.config
    if config.public_url is not None and config.listen == "none":
        remarks.append("public_url with listen: none: nothing is served there, and alerts carry no links")
    return remarks

"""Items of the past for a backtest, and the watchlists of the past to compare with."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Mistake
from monitor.jobs import feedback
from monitor.jobs.assess import coverage, reassessed
from monitor.jobs.groups import open_groups
from monitor.jobs.place import gather
from monitor.store import archive, facts, items
from monitor.store.sql import batches
from monitor.watchlists.compile import compile_sources, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from monitor.config.routes import RouteConfig
    from monitor.matching.rules import Watchlists
    from monitor.model import Assessed, Decision, Item
    from monitor.store.database import Database
    from monitor.stories.judgement import StoryJudge


GIT_SECONDS = 60


def archived(db: Database, since: datetime, until: datetime | None) -> Iterator[tuple[str, Item]]:
    """The items first seen in [since, until) as they stand now, oldest first, a batch in memory at a time."""
    with db.snapshot() as tx:
        for number, item in archive.walk(tx, since, until):
            yield str(number), item


def how_many(db: Database, since: datetime, until: datetime | None) -> int:
    """How many items `archived` gives."""
    with db.snapshot() as tx:
        return archive.count(tx, archive.Filter(since=since, until=until))


def other_watchlists(against: str, folder: Path) -> Watchlists:
    """The watchlists of the folder `against`, or `folder` as it stood at the git revision `against`.

    Raises ConfigError: neither a folder nor a revision, no git, no checkout, no such folder then, or files
    that are wrong (those of a revision are named `revision:path`).
    """
    if Path(against).is_dir():
        return load(Path(against))
    if not folder.is_dir():
        raise _mistake(str(folder), "there is no such folder")
    if _git(folder, "rev-parse", "--is-inside-work-tree") is None:
        raise _mistake(
            against, f"no such folder, and {folder} is in no git checkout", "give a folder of watchlists"
        )
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{against}^{{commit}}")
    if commit is None:
        raise _mistake(against, f"neither a folder nor a commit of the checkout of {folder}")
    files = _git(folder, "archive", "--format=tar", commit.decode().strip())
    if files is None:
        raise _mistake(against, f"has no {folder.name} folder")
    return compile_sources(_unpacked(files), root=f"{against}:{folder.name}")


def _git(folder: Path, *words: str) -> bytes | None:
    """What a git command says in `folder`; None when it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            check=False,
            timeout=GIT_SECONDS,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise _mistake("git", "is not installed", "give a folder of watchlists to --against") from None
    return done.stdout if done.returncode == 0 else None


def _unpacked(files: bytes) -> dict[str, bytes]:
    """The YAML files that `load` would read, by relative path."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(files)) as tar:
        for member in tar:
            path = Path(member.name)
            deep = len(path.parts) - 1
            if member.isfile() and (
                (path.suffix == ".yaml" and deep <= 1) or (path.suffix == ".yml" and not deep)
            ):
                content = tar.extractfile(member)
                found[path.as_posix()] = content.read() if content else b""
    return found


def _mistake(file: str, message: str, remedy: str = "") -> ConfigError:
    return ConfigError((Mistake(file=file, line=None, column=None, message=message, remedy=remedy),))


# Let a new or edited rule speak of what was seen before it, because a person asks for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """What a backfill needs."""

    db: Database
    decide: Callable[[Item], Decision]
    #: `watchlist/rule` to its digest, of all rules
    rules: Mapping[str, str]
    route: RouteConfig
    judge: StoryJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What it came to."""

    read: int = 0
    #: items that the rule matches now and did not before
    matched: int = 0
    #: stories that wait to be told because of it
    waiting: int = 0


def backfill(work: Backfill, rule: str, since: datetime, now: datetime) -> Backfilled:
    """Match the items first seen since `since` with `rule`; what it newly finds joins its stories, alerts and
    digests.

    What it found before stays as it was, so that it may be run again. Nothing is done for a rule that is not
    there.
    """
    with work.db.transaction() as tx:
        facts.note_rules(tx, work.rules, now)
        if not facts.backdate_rule(tx, rule, since, now):
            return Backfilled()
    found: dict[int, Assessed] = {}
    read = 0
    with work.db.snapshot() as tx:
        for item_id, item in archive.walk(tx, since):
            read += 1
            entry = _fires(work, rule, item_id, item)
            if entry is not None:
                found[item_id] = entry
    matched = waiting = 0
    for ids in batches(found, 100):
        with work.db.transaction() as tx:
            new, opened = _write(tx, work, [found[item_id] for item_id in ids], now)
        matched, waiting = matched + new, waiting + opened
    return Backfilled(read=read, matched=matched, waiting=waiting)


def _fires(work: Backfill, rule: str, item_id: int, item: Item) -> Assessed | None:
    decision = work.decide(item)
    hits = tuple(m for m in decision.matches if f"{m.watchlist}/{m.rule}" == rule)
    if not hits:
        return None
    decision = replace(decision, matches=hits)
    return reassessed(item, decision, item_id, coverage(decision))


def _write(tx: Connection, work: Backfill, entries: Sequence[Assessed], now: datetime) -> tuple[int, int]:
    fresh = [entry for entry in entries if items.add_matches(tx, entry, now)]
    ids = [entry.revises for entry in fresh if entry.revises is not None]
    told = gather(tx, fresh, ids, now, work.judge.press.outlets)
    feedback.apply(tx, ids, now, work.judge.press.outlets)
    return len(fresh), open_groups(tx, told, work.route, judge=work.judge, now=now)

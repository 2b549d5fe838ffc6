"""Forget what is past its time: nothing undelivered or untold ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import failpoints, file_modes, logs
from monitor.delivery.file import FileConfig
from monitor.errors import ConfigError
from monitor.feeds import seeds
from monitor.store import digests, facts, feeds
from monitor.store.prune import Pruned
from monitor.store.prune import prune as delete_old

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.config.load import Settings
    from monitor.config.model import DigestConfig, RetentionConfig
    from monitor.model import Feed
    from monitor.store.database import Database


log = logs.get("prune")

#: how much further than the last pruning one may reach: a clock that is years ahead for an hour must not
#: empty the archive, and after a long rest a few days more or less of old rows do no harm
REACH = timedelta(days=1)
REACHED = "pruned-through"


def prune(
    db: Database, retention: RetentionConfig, series: Sequence[DigestConfig], clock: Callable[[], datetime]
) -> Pruned:
    """Delete what is older than its retention and told in every digest."""
    readers = [(s.series, receiver) for s in series for receiver in s.receivers]
    with db.transaction() as tx:
        told = digests.told_through(tx, readers)
        now = _reached(facts.get(tx, REACHED), clock())
        facts.put(tx, REACHED, now.isoformat(), now)
    gone = delete_old(
        db,
        now,
        unmatched=retention.unmatched,
        matched=retention.matched,
        journal=retention.journal,
        told_through=told,
    )
    failpoints.passed("pruned")
    log.info("pruned", items=gone.items, polls=gone.polls, deliveries=gone.deliveries)
    return gone


def _reached(last: str | None, now: datetime) -> datetime:
    """The moment to prune from: `now`, but at most a day after the `last` one."""
    return min(now, datetime.fromisoformat(last) + REACH) if last else now


# At the start: what an older monitor left open to others is closed,
# and secrets leave the database for a file.

privacy_log = logs.get("privacy")


def tighten(found: Settings, db: Database) -> tuple[Path, ...]:
    """Take others' rights from what the program made; which had any. One line in the log says so."""
    closed = file_modes.tighten(_ours(found, db))
    if closed:
        shown = ", ".join(str(path) for path in closed[:5]) + (" …" if len(closed) > 5 else "")
        privacy_log.info("tightened", files=len(closed), detail=f"others could read {shown}")
    return closed


def _ours(found: Settings, db: Database) -> Iterator[Path]:
    """The database and what lies with it, our keys and lists, the folders of messages, the data folder."""
    yield from db.files()
    yield from (found.data / file_modes.LINK_KEY, found.added, *found.kept_files)
    for receiver in found.config.receivers:
        if isinstance(receiver.settings, FileConfig) and receiver.settings.path is not None:
            folder = Path(receiver.settings.path)
            yield from (*sorted(folder.glob("*.*")), folder) if _own_folder(folder, found) else ()
    if _own_folder(found.data, found):
        yield found.data


def _own_folder(folder: Path, found: Settings) -> bool:
    """Whether a folder holds nothing of anybody else that we know of:
    no configuration, nobody's home, no work in hand.
    """
    here = folder.resolve()
    others = [Path.cwd(), Path.home(), *(path.resolve() for path in found.feeds if path != found.added)]
    if found.path is not None:
        others.append(found.path.resolve())
    return not any(other.is_relative_to(here) for other in others)


def kept_in_files(db: Database, file: Path, known: tuple[Feed, ...]) -> tuple[Feed, ...]:
    """The `known` feeds, and those that the database alone had:
    they are in `file` now, so that it needs no secret.
    """
    with db.snapshot() as tx:
        ids = {feed.id for feed in known}
        alone = tuple(feed for feed in feeds.added(tx) if feed.id not in ids)
    if not alone:
        return known
    try:
        seeds.add(file, alone)
    except (seeds.Unwritable, ConfigError) as why:
        privacy_log.warning(
            "feeds_not_kept", file=str(file), reason=str(why), detail="they stay in the database"
        )
        return known
    privacy_log.info("feeds_kept", feeds=len(alone), file=str(file), detail="they were in the database alone")
    return (*known, *alone)

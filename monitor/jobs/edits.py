"""Edits of watchlists by a person: what one would change, tried on the archive before it is written; writing
it, if nobody else has written meanwhile; and keeping an item as a test.

An edit is tried in a process of its own: it compiles everything anew and decides thousands of items twice,
which must cost polling and pages nothing.
"""

from __future__ import annotations

import difflib
import hashlib
import multiprocessing
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from monitor.contacts.extract import extractor, listener
from monitor.errors import ConfigError, MonitorError
from monitor.feeds import seeds
from monitor.feeds.worker import confine
from monitor.languages import detect
from monitor.matching.matcher import Matcher
from monitor.store import archive
from monitor.store.database import Database
from monitor.watchlists import save_test, selftest
from monitor.watchlists.backtest import Backtest
from monitor.watchlists.compile import compile_sources, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from multiprocessing.connection import Connection
    from pathlib import Path

    from monitor.config.load import Settings
    from monitor.errors import Mistake
    from monitor.model import Item
    from monitor.watchlists.compile import Watchlists
    from monitor.watchlists.selftest import Outcome, WithTests

#: how far back an edit is tried, on how many items at most, and for how many seconds of CPU time
PERIOD, MAX_ITEMS, MAX_SECONDS = timedelta(days=30), 20_000, 40.0
#: of the whole process, by the clock; bytes of its memory
WALL_SECONDS, MEMORY = 300.0, 3 << 30
#: changed items that are named of each watchlist and kind; failing tests that are named
NAMED = 20
#: between two words about how far it is
_TOLD_EVERY = 0.5


def seen(data: bytes) -> str:
    """What a form carries, to tell whether a file is still as it was."""
    return hashlib.sha256(data).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A file of the watchlists as it is to become."""

    folder: Path
    #: within the folder
    file: str
    before: bytes
    after: bytes

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.file

    @property
    def patch(self) -> str:
        """What changes, as `patch` reads it."""
        old, new = (
            data.decode("utf-8", "replace").splitlines(keepends=True) for data in (self.before, self.after)
        )
        return "".join(difflib.unified_diff(old, new, f"a/{self.file}", f"b/{self.file}"))


class Changed(MonitorError):
    """Somebody else has changed the file meanwhile."""


def write(edit: Edit, program: Path) -> None:
    """Put the file in the place of the one that the edit began with, whole or not at all.

    `program`: where our own files are. Raises Changed, and seeds.Unwritable.
    """
    try:
        target = edit.path.resolve()
        if target.is_relative_to(program):
            raise seeds.Unwritable("it belongs to the program, and the next version replaces it")
        with seeds.alone(target):
            if (target.read_bytes() if target.exists() else b"") != edit.before:
                raise Changed(f"{edit.file} was changed meanwhile")
            seeds.put(target, edit.after)
    except OSError as error:
        raise seeds.Unwritable((error.strerror or "cannot be written").lower()) from None


# What an edit would change.


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far a trial is, and what it found until now."""

    state: Literal["reading", "running", "done", "wrong", "failed"] = "reading"
    #: `wrong`: why it cannot be
    mistakes: tuple[Mistake, ...] = ()
    #: tests that the edit breaks
    failing: tuple[str, ...] = ()
    #: items that were decided, of how many
    done: int = 0
    of: int = 0
    #: of each watchlist and kind of change: how many, and the first of them (as `Backtest.as_json` has it)
    changes: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    #: `failed`: what happened
    detail: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.state not in ("reading", "running")


def check(edit: Edit) -> None:
    """Raises ConfigError: the folder cannot be read with the edit."""
    _compiled(edit, edit.after)


def _compiled(edit: Edit, data: bytes, cache: Path | None = None) -> WithTests:
    sources = {**read(edit.folder), edit.file: data}
    return compile_sources(sources, root=edit.folder.as_posix(), cache=cache)


class Trial:
    """An edit that is tried, and how far it is."""

    def __init__(self, edit: Edit, found: Settings, now: datetime) -> None:
        self.edit = edit
        #: how far it is
        self.told = Told()
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe(duplex=False)
        args = (theirs, edit, found.database, found.pattern_cache, now)
        self._process = context.Process(target=_try, args=args, daemon=True)
        self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, args=(ours,), name="trial", daemon=True).start()

    def end(self) -> None:
        """Nobody waits for it any more."""
        self._process.kill()

    def _listen(self, ours: Connection) -> None:
        deadline = time.monotonic() + WALL_SECONDS
        with ours, suppress(EOFError, OSError):
            while ours.poll(max(0.0, deadline - time.monotonic())):
                self.told = ours.recv()
        self._process.kill()
        self._process.join()
        if not self.told.over:
            self.told = replace(self.told, state="failed", detail="it was ended, or took too long")


def _try(say: Connection, edit: Edit, database: str, cache: Path, now: datetime) -> None:
    """In the child: compile, run the tests, decide the items of the last days, the newest first."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    confine(MEMORY, parent.join)
    os.nice(10)
    try:
        after = _compiled(edit, edit.after)
    except ConfigError as error:
        say.send(Told(state="wrong", mistakes=error.mistakes))
        return
    say.send(Told(state="running"))
    try:
        before = _compiled(edit, edit.before, cache)
    except ConfigError:
        before = None
    told = Told(state="running", failing=tuple(map(str, _failing(after)))[:NAMED])
    run = Backtest(_matcher(after), _matcher(before) if before else None, samples=0, changes=NAMED)
    with Database.reading(database) as tx:
        since = now - PERIOD
        of = min(MAX_ITEMS, archive.count(tx, archive.Filter(since=since)))
        found = archive.walk(tx, since, newest_first=True)
        for now_told in _decided(run, replace(told, of=of), found):
            told = now_told
            say.send(told)
    say.send(replace(told, state="done"))


def _decided(run: Backtest, told: Told, found: Iterator[tuple[int, Item]]) -> Iterator[Told]:
    """How far it is, now and then, and at the end."""
    last, began = time.monotonic(), time.process_time()
    for (number, item), _ in zip(found, range(told.of), strict=False):
        run.add(str(number), item)
        if time.process_time() - began > MAX_SECONDS:
            break
        if time.monotonic() - last > _TOLD_EVERY:
            last = time.monotonic()
            yield replace(told, done=run.items, changes=run.as_json()["changes"])
    yield replace(told, done=run.items, changes=run.as_json()["changes"])


def _failing(lists: WithTests) -> tuple[Outcome, ...]:
    return selftest.run(lists, extract=extractor(lists), detect=_language).failures


def _matcher(lists: Watchlists) -> Matcher:
    return Matcher(lists, extract=extractor(lists), denier=listener(lists))


def _language(text: str) -> str:
    return detect.detect(text, None)


# An item as a test beside a watchlist.


class Twin(MonitorError):
    """There is a test of the same words."""


def with_test(lists: WithTests, folder: Path, watchlist: str, test: save_test.NewTest) -> Edit:
    """The edit that adds a test at the end of the file that has those of the watchlist, or of a new one.

    Raises Twin, and ConfigError where the file is wrong.
    """
    twin = save_test.twin(lists.cases, watchlist, test.item)
    if twin is not None:
        raise Twin(f"{twin.file}:{twin.line}: the same words are a {twin.test.kind} test already")
    file = save_test.file_of(lists, watchlist)
    old = file.read_bytes() if file.exists() else b""
    new = save_test.addition(old, str(file), watchlist, test)
    return Edit(folder=folder, file=file.relative_to(folder).as_posix(), before=old, after=old + new)


def problem(lists: WithTests, watchlist: str, test: save_test.NewTest) -> str:
    """Why a test does not hold as the rules are now; empty: it holds."""
    kept = selftest.TestFile.model_validate({test.kind: test.item.model_dump(exclude_defaults=True)})
    case = selftest.Case(watchlist=watchlist, test=kept, file="", line=None)
    return selftest.run(lists, [case], extract=extractor(lists), detect=_language).outcomes[0].problem

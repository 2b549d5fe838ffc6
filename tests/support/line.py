"""The whole line in a test: the demo's loopback world with a watchlist of a few lines."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from monitor.cli.main import main
from monitor.config import load
from monitor.demo import world as demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENTITIES = """
entities:
  - id: khalifa-haftar
    name: Khalifa Haftar
    kind: person
    tags: [libya-actor]
    aliases: {en: [Khalifa Haftar], ru: [Хафтар], ar: [خليفة حفتر, حفتر]}
  - id: vladimir-putin
    name: Vladimir Putin
    kind: person
    tags: [russia-actor]
    aliases: {en: [Putin], ru: [Путин, Евкуров], ar: [بوتين]}
"""
WATCHLIST = """
watchlist: contacts
title: Contacts
severity: high
falsepositives: [none known]
rules:
  - {id: both-sides, title: Both sides in a sentence, query: '#russia-actor SENTENCE #libya-actor'}
"""


@contextmanager
def line(tmp_path: Path, *, smtp: str = "", database: str | None = None) -> Iterator[tuple[demo.World, Path]]:
    """The loopback world over the sample feeds, and the configuration to use it; three items of it match.

    `database`: its address; None: the file in the data folder.
    """
    watchlists = tmp_path / "watchlists"
    (watchlists / "entities").mkdir(parents=True)
    (watchlists / "entities" / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (watchlists / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    with demo.world(load.bundled("seeds") / "sample") as world:
        path = demo.prepare(world, tmp_path / "data")
        text = path.read_text(encoding="utf-8") + f"watchlists: {watchlists}\n"
        text += f"database: {database}\n" if database else ""
        path.write_text(text, encoding="utf-8")
        yield world, path


def prepared(folder: Path) -> None:
    """Leave in `folder` what `monitor init` and a first pass over the sample feeds make: `config/` and `data/`."""
    with demo.world(load.bundled("seeds") / "sample") as world:
        path = demo.prepare(world, folder / "data")
        done = command("once", "--all", "--digest", "--config", str(path))
    assert done.returncode == 0, done.stderr
    for name in ("monitor.yaml", "feeds.yaml"):
        (folder / "data" / name).unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command("init", "config").returncode == 0


def start(path: Path) -> subprocess.Popen[str]:
    """`monitor run` as its own process."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")} | {
        "MONITOR_LOG_FORMAT": "logfmt"
    }
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", "run", "--config", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
    )


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """One `monitor` command, to its end: in this process, which has loaded the code already."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    env = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    handlers = logging.root.handlers[:]
    with (
        patch.dict(os.environ, env, clear=True),
        patch.object(sys, "argv", ["monitor", *words]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    logging.root.handlers[:] = handlers
    said, complained = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(["monitor", *words], int(ended.value.code or 0), said, complained)


def until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether `holds` came true in time."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()

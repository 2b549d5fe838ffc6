"""What the daemon leaves for the probe, and when the probe looks for itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.app import opened
from monitor.cli.main import application
from monitor.config import load, places
from monitor.errors import ConfigError
from monitor.model import EventKind
from monitor.store import events, liveness
from monitor.store.liveness import FRESH, Health

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = {
    "kind": "tick-late",
    "subject": "poll",
    "severity": "high",
    "detail": "",
    "since": NOW,
    "told_to": [],
}
SICK = Health(("poll stands still: 3 feeds",), (EVENT,))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration that polls nothing."""
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    path = tmp_path / "monitor.yaml"
    path.write_text("data: state\nfeeds: [feeds.yaml]\n", encoding="utf-8")
    return path


@pytest.fixture
def app(config: Path) -> Iterator[App]:
    """A monitor at work."""
    with opened(load.load(config, {})) as made:
        yield made


def _probe(config: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(application("health"), ["health", "--json", "--config", str(config)])
    return done.exit_code, json.loads(done.stdout)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Words and moments come back as they were, for as long as they are fresh."""
    database = tmp_path / "monitor.db"
    liveness.write(database, SICK, NOW)

    assert liveness.read(database, NOW + FRESH) == SICK
    assert liveness.read(database, NOW + FRESH + timedelta(seconds=1)) is None
    assert liveness.path_beside(database).stat().st_mode & 0o077 == 0


def test_a_wrong_file_is_told_by_the_one_process_that_schedules(app: App, config: Path) -> None:
    """Others read the same files: theirs would be told twice, and be over as soon as one of them is right."""
    right = config.read_text()
    config.write_text("nonsense: [")
    for alone, told in ((False, []), (True, [EventKind.RELOAD_REFUSED])):
        with pytest.raises(ConfigError):
            app.reload(alone=alone)
        app.watch()
        with app.db.snapshot() as tx:
            assert [event.kind for event in events.unclosed(tx)] == told
    config.write_text(right)
    app.reload(alone=False)
    app.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    app.watch()
    with app.db.snapshot() as tx:
        assert EventKind.RELOAD_REFUSED in [event.kind for event in events.unclosed(tx)]


@pytest.mark.parametrize(
    "left", [b"", b"{", b"[]", b"null", b'{"version": 0, "at": "2026-03-01T12:00:00+00:00", "late": [], "events": []}']
)  # fmt: skip
def test_a_file_that_is_cut_or_foreign_counts_as_none(tmp_path: Path, left: bytes) -> None:
    """No word is better than a wrong one."""
    database = tmp_path / "monitor.db"
    liveness.path_beside(database).write_bytes(left)

    assert liveness.read(database, NOW) is None


def test_the_probe_repeats_what_the_daemon_that_runs_has_written(app: App, config: Path) -> None:
    """It is the daemon's own word, good or bad."""
    app.watch()
    assert _probe(config)[0] == 0

    assert app.db.path is not None
    liveness.write(app.db.path, SICK, datetime.now(UTC))
    status, said = _probe(config)
    assert (status, said["ok"], said["late"]) == (1, False, list(SICK.late))
    assert said["config"] == str(config)


def test_the_word_of_a_daemon_that_is_gone_counts_for_nothing(config: Path) -> None:
    """The lock ends with the process, whatever it left behind."""
    with opened(load.load(config, {})) as app:
        app.watch()
    status, said = _probe(config)

    assert status == 1
    assert "no monitor is running" in said["late"][0]


def test_the_probe_imports_neither_the_database_nor_the_watchlists(app: App, config: Path) -> None:
    """What runs every minute for months starts in the time of a small script."""
    app.watch()
    script = (
        "import sys, atexit; sys.argv = ['monitor', 'health', '--config', sys.argv[1]]\n"
        "heavy = {'sqlalchemy', 'httpx', 'numpy', 'structlog', 'feedparser', 'monitor.parts'}\n"
        "atexit.register(lambda: print('heavy:', sorted(heavy & sys.modules.keys())))\n"
        "from monitor.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(config)], capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines() == ["ok", "heavy: []"], done.stderr


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("data: state\n", {}),
        ("database: sqlite:///other/x.db\n", {}),
        ("database: sqlite:////var/lib/x.db\n", {}),
        ("contact: a@b.example\n", {}),
        ("data: state\n", {"MONITOR_DATA": "elsewhere"}),
        ("database: sqlite:///x.db\n", {"MONITOR_DATABASE": "sqlite:///y.db"}),
        ("data: state\ndatabase: sqlite:///x.db\n", {"MONITOR_DATA": "elsewhere"}),
    ],
)
def test_the_database_is_where_the_whole_configuration_says(
    tmp_path: Path, text: str, environ: dict[str, str]
) -> None:
    """Two readers of one file agree."""
    path = tmp_path / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    whole = load.load(path, environ).database.removeprefix("sqlite:///")

    assert str(places.database_file(path, environ)) == os.path.normpath(whole)


@pytest.mark.parametrize(
    "text", ["database: postgresql://db/monitor\n", "data: ${HOME}/x\n", "data: ~/x\n", "data: [\n", "- a\n"]
)
def test_what_only_the_whole_configuration_can_tell_is_left_to_it(tmp_path: Path, text: str) -> None:
    """Another database, a reference, a mistake."""
    path = tmp_path / "monitor.yaml"
    path.write_text(text, encoding="utf-8")

    assert places.database_file(path, {}) is None

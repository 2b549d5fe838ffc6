"""The promises of the design card, on real HTTP and SMTP and both databases."""

from __future__ import annotations

import email
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from email import policy
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import select

from monitor.app import opened
from monitor.cli.run import pass_once
from monitor.config import load
from monitor.store.database import Database
from monitor.store.tables_news import items
from tests.support.line import command, line, start, until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_feeds_become_alerts_and_a_digest_and_nothing_is_repeated(tmp_path: Path, database_url: str) -> None:
    """Three of eighteen items match, in three languages, and tell one event: one alert, one digest, then silence."""
    with line(tmp_path, database=database_url) as (world, path):
        with opened(load.load(path, {})) as app:
            owed = pass_once(app, digest=True, everything=True)
        with opened(load.load(path, {})) as app:
            again = pass_once(app, digest=True, everything=True)

        assert (owed, again) == (0, 0)
        assert len(world.slack) == 1
        assert len(world.mail) == 1
        mail = email.message_from_bytes(world.mail[0], policy=policy.default)

    assert "1 high" in str(mail["Subject"])
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "6 of 7 feeds healthy" in body.get_content()
    kinds = {p.suffix for p in (tmp_path / "data" / "out").iterdir()}
    assert kinds == {".eml", ".html", ".txt", ".json"}


def test_every_item_ends_in_one_recorded_state(tmp_path: Path, database_url: str) -> None:
    """The coverage ledger has no hole."""
    with line(tmp_path, database=database_url) as (_world, path), opened(load.load(path, {})) as app:
        pass_once(app, digest=False, everything=True)
    with Database.reading(database_url) as tx:
        found = tx.execute(select(items.c.coverage, items.c.story_id)).all()

    assert Counter(row.coverage for row in found) == {"matched": 3, "no-match": 15}
    assert len({row.story_id for row in found if row.coverage == "matched"}) == 1


def test_the_demo_works_where_somebody_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make demo` calls it: the folder is named from the working folder, the paths in it go by its file."""
    monkeypatch.chdir(tmp_path)
    shown = command("demo")
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "data" / "demo" / "out").is_dir()
    assert (tmp_path / "data" / "demo" / "monitor.db").is_file()


def test_the_first_single_pass_polls_all_feeds(tmp_path: Path, database_url: str) -> None:
    """Nobody is there any more when a first poll that is put off falls due; the second pass has nothing to ask."""
    with line(tmp_path, database=database_url) as (world, path):
        first, second = (command("once", "--config", str(path)) for _ in range(2))
        assert len(world.slack) == 1
    assert first.returncode == second.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1].startswith("18 new items, 3 matched, 1 alerts"), first.stdout
    assert second.stdout.splitlines()[-1].startswith("0 new items")


def test_the_daemon_delivers_and_stops_cleanly(tmp_path: Path, database_url: str) -> None:
    """SIGTERM: work in hand is finished, exit 0; health is good while it runs; a second instance is refused."""
    with line(tmp_path, database=database_url) as (world, path):
        daemon = start(path)
        try:
            arrived = until(lambda: len(world.slack) == 1)
            health = command("health", "--config", str(path))
            second = command("once", "--config", str(path))
        finally:
            daemon.send_signal(signal.SIGTERM)
            said, _ = daemon.communicate(timeout=40)

    assert arrived, said
    assert health.returncode == 0, health.stdout
    assert second.returncode == 2
    assert "another monitor" in second.stderr
    assert daemon.returncode == 0, said
    assert "next" in said
    assert "services/demo" not in said


def test_a_reload_with_a_mistake_keeps_the_running_configuration(tmp_path: Path) -> None:
    """SIGHUP on a broken file: every mistake in the log, and the watch goes on."""
    with line(tmp_path) as (world, path):
        daemon = start(path)
        try:
            assert until(lambda: len(world.slack) == 1)
            good = path.read_text(encoding="utf-8")
            path.write_text(good + "recievers: []\n", encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            assert daemon.stdout is not None
            lines: list[str] = []
            for text in daemon.stdout:
                lines.append(text)
                if "reload_refused" in text:
                    break
            path.write_text(good, encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            for text in daemon.stdout:
                lines.append(text)
                if "reloaded" in text or "reload_refused" in text:
                    break
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=40)

    assert "recievers" in "".join(lines)
    assert "reloaded" in lines[-1]
    assert daemon.returncode == 0


def test_a_broken_configuration_is_exit_2_with_every_mistake(tmp_path: Path) -> None:
    """Configuration, watchlist, template and feeds are all read before anything starts."""
    with line(tmp_path) as (_world, path):
        (tmp_path / "watchlists" / "contacts.yaml").write_text("watchlist: contacts\nrulez: []\n")
        (tmp_path / "data" / "feeds.yaml").write_text("feeds:\n  - {id: a, url: 'gopher://x', title: A}\n")
        checked = command("check", "--config", str(path))

    assert checked.returncode == 2
    assert "contacts.yaml:2" in checked.stderr
    assert "feeds.yaml:2" in checked.stderr


def test_an_unreachable_relay_delays_only_itself(tmp_path: Path) -> None:
    """SMTP is down: Slack and the folder have everything, the mail is owed and tried again."""
    with line(tmp_path) as (world, path):
        text = path.read_text(encoding="utf-8").replace(f"port: {world.smtp_port}", "port: 1")
        path.write_text(text, encoding="utf-8")
        with opened(load.load(path, {})) as app:
            owed = pass_once(app, digest=True, everything=True)

        assert len(world.slack) == 1
        assert world.mail == []
    assert owed == 1
    assert any((tmp_path / "data" / "out").iterdir())


def test_the_demo_stays_up_with_its_desk(tmp_path: Path) -> None:
    """As `make demo ARGS=--stay` calls it: the desk shows the story, the messages lead to it, and SIGINT ends it well."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    words = [sys.executable, "-u", "-m", "monitor", "demo", "--stay", str(tmp_path / "demo")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C stops it" not in said:
            line_ = process.stdout.readline()
            assert line_, said
            said += line_
        desk = re.findall(r"the desk is at (http://127\.0\.0\.1:\d+/)", said)[0]
        page = httpx.get(desk).text
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    stories = set(re.findall(rf"{desk}(stories/s-\w+)", said))
    assert stories
    assert any(f"/{story}" in page for story in stories)

"""What people do while the daemon runs: commands beside it act through the database, and it does the work."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.store import feeds
from monitor.store.database import Database
from tests.support.line import command, line, start, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.demo.world import World

pytestmark = pytest.mark.xdist_group("acts")

ROUTES = """
time_intervals: [{name: always, time_intervals: [{times: [{start_time: "00:00", end_time: "24:00"}]}]}]
"""


class Place:
    """A daemon at work, and commands beside it."""

    def __init__(self, world: World, config: Path) -> None:
        self.world, self.config = world, config

    def do(self, *words: str, status: int = 0) -> str:
        """What a command said; it must end with `status`."""
        done = command(*words, "--config", str(self.config))
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stdout + done.stderr

    def data(self, *words: str, status: int = 0) -> Any:
        """The same as JSON."""
        done = command(*words, "--json", "--config", str(self.config))
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    def has_asked_all(self) -> bool:
        """Whether nothing is still to come of the first poll."""
        with Database.reading(f"sqlite:///{self.config.parent}/monitor.db") as tx:
            return all(state.last_polled_at for state in feeds.everything(tx))

    def polled_at(self, feed_id: str) -> datetime:
        """When a feed was asked last."""
        with Database.reading(f"sqlite:///{self.config.parent}/monitor.db") as tx:
            state = feeds.get(tx, feed_id)
        assert state is not None
        return state.last_polled_at or datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A daemon that has told its first story."""
    with line(tmp_path_factory.mktemp("acts")) as (world, path):
        path.write_text(path.read_text("utf-8") + ROUTES, "utf-8")
        daemon = start(path)
        try:
            made = Place(world, path)
            assert until(lambda: len(world.slack) == 1 and made.has_asked_all())
            yield made
        finally:
            daemon.send_signal(signal.SIGTERM)
            said, _ = daemon.communicate(timeout=40)
    assert daemon.returncode == 0, said


def test_a_feed_is_asked_at_once(place: Place) -> None:
    """The daemon wakes and does it; one that nobody knows is named, and then none is asked."""
    name = place.data("feeds", "list")[0]["id"]
    before = place.polled_at(name)
    with Database.writing(f"sqlite:///{place.config.parent}/monitor.db") as tx:
        tx.exec_driver_sql("UPDATE feeds SET not_before = NULL")
    made = place.data("feeds", "poll", name)
    assert made["running"] is True
    assert [f["id"] for f in made["feeds"]] == [name]
    assert until(lambda: place.polled_at(name) > before, 20)
    assert "nobody: no such feed" in place.do("feeds", "poll", "nobody", name, status=1)
    assert "due" in place.do("feeds", "poll", "--all")


def test_a_digest_is_made_at_once(place: Place) -> None:
    """As the day's digest; the daemon sends it. Once more, and only what came since is told."""
    assert "daily to analysts: next " in place.do("digest")
    made = place.data("digest", "--now", "--receiver", "analysts")["digests"]
    assert [(d["series"], d["receiver"], d["stories"], d["messages"]) for d in made] == [
        ("daily", "analysts", 1, 1)
    ]
    assert until(lambda: len(place.world.mail) == 1, 20)
    again = place.data("digest", "--now", "--receiver", "analysts")["digests"][0]
    assert again["stories"] == 0
    assert again["key"] > made[0]["key"]
    assert again["since"] == made[0]["until"]
    assert "no digest of that name" in place.do("digest", "--series", "hourly", status=2)


def test_it_is_said_where_a_story_goes(place: Place) -> None:
    """And that it was told. What is in no story goes nowhere, what a story might be is routed, too."""
    story = place.data("stories")["stories"][0]["id"]
    told = json.loads(command("routes", "test", story, "--json", "--config", str(place.config)).stdout)
    assert (told["story"], told["alerts"]) == (story, True)
    (route,) = told["routes"]
    assert route["receiver"] == "desk"
    assert route["told_at"]
    assert bool(route["held"]) is (route["reason"] != "changed")
    assert told["digests"] == [{"series": "daily", "receivers": ["analysts", "folder"]}]
    assert f"{story}  high" in command("routes", "test", story, "--config", str(place.config)).stdout
    found = place.data("items", "search", "--coverage", "no-match")["items"]
    assert "matched no watchlist" in place.do("routes", "test", str(found[0]["id"]), status=1)
    assert "alert   desk  by route" in place.do("routes", "test", "severity=critical", "lang=ru")
    assert "severity" in place.do("routes", "test", "severity=loud", status=2)


def test_it_is_said_what_a_mute_and_a_silence_do(place: Place, tmp_path: Path) -> None:
    """Before anybody relies on them: by the same configuration with a mute, and for a silence that is not made."""
    story = place.data("stories")["stories"][0]["id"]
    muted = tmp_path / "monitor.yaml"
    text = place.config.read_text("utf-8").replace("route:\n", "route:\n  mute_time_intervals: [always]\n")
    muted.write_text(
        text.replace("data: .", f"data: {place.config.parent}").replace(
            "feeds: ", f"feeds: {place.config.parent}/"
        )
    )
    done = command("routes", "test", story, "--json", "--config", str(muted))
    (route,) = json.loads(done.stdout)["routes"]
    assert datetime.fromisoformat(route["waits_until"]) > datetime.now(UTC) + timedelta(hours=1)
    fits = place.data("silence", "preview", "--match", f"story={story}")["fits"]
    assert [one["id"] for one in fits] == [story]


def test_long_work_shows_a_bar_on_a_terminal_and_nowhere_else(place: Place, tmp_path: Path) -> None:
    """On standard error, so that what is written to a file is the same."""
    words = ["db", "backup", str(tmp_path / "one.db"), "--config", str(place.config)]
    assert "copying" not in command(*words).stderr
    main, other = pty.openpty()
    words[2] = str(tmp_path / "two.db")
    env = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], stdout=subprocess.PIPE, stderr=other, env=env
    ) as process:
        os.close(other)
        out, _ = process.communicate(timeout=60)
        shown = os.read(main, 65536).decode()
    os.close(main)
    assert process.returncode == 0
    assert "copying" in shown
    assert "copying" not in out.decode()

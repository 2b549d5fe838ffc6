"""`monitor silence` and `monitor ack`: names, ends, JSON and exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.cli.main import app
from monitor.store import acks, alerts, feeds, merges
from monitor.store.database import Database
from tests.support.stored import NOW, assessed, feed, match, told

if TYPE_CHECKING:
    from pathlib import Path

ADD = ("silence", "add", "--match", "watchlist=wagner", "--author", "ann", "--reason", "exercise")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line over an empty data folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "USER"):
        monkeypatch.delenv(name, raising=False)
    runner = CliRunner()

    def run_(*words: str) -> tuple[int, str]:
        found = runner.invoke(app, list(words))
        return found.exit_code, found.stdout

    return run_


def test_a_silence_is_made_listed_and_ended(run: Any) -> None:
    """With who, why and until when; ending it twice is a finding."""
    code, out = run(*ADD, "--match", "side=~libya-.*", "--for", "4h", "--json")
    made = json.loads(out)
    assert (code, made["id"], made["author"], made["state"]) == (0, 1, "ann", "active")
    assert made["matchers"] == ['watchlist="wagner"', 'side=~"libya-.*"']
    length = datetime.fromisoformat(made["ends_at"]) - datetime.fromisoformat(made["starts_at"])
    assert length == timedelta(hours=4)
    assert "exercise" in run("silence", "list")[1]
    assert [run("silence", "expire", "1")[0] for _ in range(2)] == [0, 1]
    assert run("silence", "list") == (0, "nothing is silenced\n")
    assert [row["state"] for row in json.loads(run("silence", "list", "--all", "--json")[1])] == ["expired"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(ADD, id="no end"),
        pytest.param((*ADD, "--for", "4h", "--until", "2099-01-01"), id="two ends"),
        pytest.param((*ADD, "--for", "soon"), id="no span"),
        pytest.param((*ADD, "--until", "tomorrow"), id="no moment"),
        pytest.param((*ADD, "--for", "4h", "--match", "colour=red"), id="no label"),
        pytest.param(
            ("silence", "add", "--match", "lang=en", "--for", "4h", "--reason", "x"), id="no author"
        ),
        pytest.param(("silence", "add", "--for", "4h", "--author", "a", "--reason", "x"), id="no matcher"),
    ],
)
def test_a_silence_that_is_not_complete_is_refused(run: Any, words: tuple[str, ...]) -> None:
    """Exit 2, and nothing is stored."""
    assert run(*words)[0] == 2
    assert run("silence", "list") == (0, "nothing is silenced\n")


def test_a_merged_story_is_acknowledged_as_the_whole(run: Any, tmp_path: Path) -> None:
    """By its old id too; what was told of it is marked."""
    db = Database.open(f"sqlite:///{tmp_path}/data/monitor.db")
    with db.transaction() as tx:
        feeds.sow(tx, [feed()], NOW, jitter=lambda: 0.0)
        for name in ("s-a", "s-b"):
            told(tx, name, assessed(name, matches=(match(),)))
            alerts.open_group(tx, "desk", name, now=NOW, due_at=NOW)
        alerts.settle(tx, 1, "sent", NOW)
        merges.merge(tx, "s-a", "s-b", NOW)
    code, out = run("ack", "s-a", "--author", "ann", "--note", "on it", "--for", "8h", "--json")
    made = json.loads(out)
    assert (code, made["story_id"], made["author"], made["note"]) == (0, "s-b", "ann", "on it")
    with db.snapshot() as tx:
        assert [ack.id for ack in acks.of(tx, ["s-b"])] == [1]
        last = alerts.last_sent(tx, "desk", "s-b")
    db.close()
    assert last is not None
    assert last.acked_by == "ann"
    assert datetime.fromisoformat(made["expires_at"]) > datetime.now(UTC)

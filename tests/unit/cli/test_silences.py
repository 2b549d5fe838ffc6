"""`monitor silence` and `monitor ack`: names, ends, JSON and exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from monitor.cli.main import application
from monitor.store import alerts, feeds, merges, silences
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
        found = runner.invoke(application(), list(words))
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
        feeds.sync(tx, [feed()], NOW, jitter=lambda: 0.0)
        for name in ("s-a", "s-b"):
            told(tx, name, assessed(name, matches=(match(),)))
            alerts.open_group(tx, "desk", name, now=NOW, due_at=NOW)
        alerts.settle(tx, 1, "sent", NOW)
        merges.merge(tx, "s-a", "s-b", NOW)
    code, out = run("ack", "s-a", "--author", "ann", "--note", "on it", "--for", "8h", "--json")
    made = json.loads(out)
    assert (code, made["story_id"], made["author"], made["note"]) == (0, "s-b", "ann", "on it")
    with db.snapshot() as tx:
        assert [ack.id for ack in silences.acknowledgements(tx, ["s-b"])] == [1]
        last = alerts.last_sent(tx, "desk", "s-b")
    db.close()
    assert last is not None
    assert last.acked_by == "ann"
    assert datetime.fromisoformat(made["expires_at"]) > datetime.now(UTC)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("--match", "severity=~.*"), "fits everything", id="it fits everything"),
        pytest.param(("--match", "side="), "fits nothing", id="it fits nothing"),
        pytest.param(("--match", "watchlist=wagnr"), "did you mean 'wagner'?", id="a watchlist that is not there"),
        pytest.param(("--match", "rule=wagner/nam"), "there is no rule", id="a rule that is not there"),
        pytest.param(("--match", "sevrity=high"), "did you mean 'severity'?", id="a label that is not there"),
        pytest.param(("--match", "side=UN"), "did you mean 'un'?", id="in other letters"),
        pytest.param(("--match", "severity=low"), "fits nothing that alerts", id="what does not alert"),
        pytest.param(("--match", "severity=high", "--match", "severity=medium"), "never hold together", id="both"),
        pytest.param(("--match", "story=s-nope"), "there is no story 's-nope'", id="a story that is not there"),
        pytest.param(("--match", "story!=s-nope"), "excludes nothing", id="but for a story that is not there"),
        pytest.param(("--match", "story=~s-nope|s-none"), "there is no story 's-none'", id="two such"),
        pytest.param(("--match", "story="), "fits nothing", id="no story"),
        pytest.param(("--match", "story=~s-.*"), "fits everything", id="what every story is called"),
        pytest.param(("--match", "story!~s-.*"), "fits nothing", id="what no story is called"),
        pytest.param(("--match", "feed=nope"), "there is no feed 'nope'", id="a feed that is not there"),
        pytest.param(("--all", "--match", "lang=en"), "", id="all, and something"),
        pytest.param((), "", id="nothing named"),
    ],
)  # fmt: skip
def test_a_silence_that_cannot_be_meant_is_refused(words: tuple[str, ...], says: str, run: Any) -> None:
    """Exit 2 with the remedy, and nothing is stored."""
    given = ("silence", "add", *words, "--author", "ann", "--reason", "x", "--for", "1h")
    found = CliRunner().invoke(application(), list(given))
    assert found.exit_code == 2
    assert says in found.stderr
    assert run("silence", "list") == (0, "nothing is silenced\n")


def test_every_slip_is_told_at_once(run: Any) -> None:
    """One line each."""
    words = ("silence", "preview", "--match", "watchlist=wagnr", "--match", "side=libya")
    said = CliRunner().invoke(application(), list(words)).stderr
    assert "watchlist 'wagnr'" in said
    assert "side 'libya'" in said


def test_a_silence_says_what_it_holds_back(run: Any, tmp_path: Path) -> None:
    """Stories with news of the last week, those that wait to be told first; a preview keeps nothing."""
    now = datetime.now(UTC)
    db = Database.open(f"sqlite:///{tmp_path}/data/monitor.db")
    with db.transaction() as tx:
        feeds.sync(tx, [feed()], now, jitter=lambda: 0.0)
        for name, at in (("s-a", now), ("s-b", now), ("s-old", now - timedelta(days=30))):
            told(
                tx,
                name,
                assessed(name, matches=(match(watchlist="wagner"),), title=f"Title of {name}"),
                at=at,
            )
        alerts.open_group(tx, "desk", "s-b", now=now, due_at=now)
    db.close()
    code, out = run("silence", "preview", "--match", "watchlist=wagner")
    assert code == 0
    lines = out.splitlines()
    assert "it fits 2, of which 1 waits to be told" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["s-b", "s-a"]
    assert "Title of s-b  (waits)" in lines[1]
    assert run("silence", "list") == (0, "nothing is silenced\n")
    made = json.loads(run(*ADD, "--for", "1h", "--json")[1])
    assert [(one["id"], one["waits"]) for one in made["fits"]] == [("s-b", True), ("s-a", False)]
    assert made["config"] is None
    assert "it fits nothing" in run("silence", "preview", "--match", "participants=Nobody")[1]


def test_everything_is_silenced_only_by_name(run: Any) -> None:
    """`--all`: every story, and nothing that the monitor says of itself."""
    code, out = run("silence", "add", "--all", "--author", "ann", "--reason", "x", "--for", "1h", "--json")
    assert code == 0
    assert json.loads(out)["matchers"] == ['story=~".+"']


def test_an_acknowledgement_for_nobody_is_refused(run: Any) -> None:
    """With the receiver that may be meant."""
    found = CliRunner().invoke(application(), ["ack", "s-a", "--author", "ann", "--receiver", "foldr"])
    assert found.exit_code == 2
    assert "there is no receiver 'foldr' (did you mean 'folder'?)" in found.stderr

"""An analyst calls an item false: it is silenced, kept as a test, listed, reviewed, and ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from monitor.model import Coverage
from tests.support.line import command
from tests.support.stored import match
from tests.support.workplace import archive, workplace

if TYPE_CHECKING:
    from pathlib import Path

FALSE = {
    "content": "The Wagner Group of Bayreuth sang.",
    "matches": (match("named", watchlist="wagner"),),
    "coverage": Coverage.MATCHED,
}


def test_a_false_alarm_becomes_a_suppression_and_a_test(tmp_path: Path) -> None:
    """The rule still fires, so the test fails until somebody mends it; the item is quiet at once."""
    config = str(workplace(tmp_path))
    archive(tmp_path, FALSE)
    said = command(
        *("ack", "1", "--false-positive", "--watchlist", "wagner", "--author", "ana"),
        *("--reason", "a choir", "--for", "30d", "--config", config),
    )

    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("suppression 1: 1 item silenced, and what is like it, until ")
    assert "correct the rule before" in said.stderr
    test = (tmp_path / "watchlists" / "wagner.test.yaml").read_text(encoding="utf-8")
    assert "no_match:" in test
    assert 'why: "ana: a choir"' in test

    again = command("ack", "1", "--false-positive", "--author", "ana", "--reason", "x", "--config", config)
    assert (again.returncode, again.stdout) == (2, "")
    assert "nothing matched in 1" in again.stderr


def test_suppressions_are_reviewed_and_end(tmp_path: Path) -> None:
    """With what each silenced."""
    config = str(workplace(tmp_path))
    archive(tmp_path, FALSE)
    made = command(
        *("ack", "1", "--false-positive", "--author", "ana", "--reason", "a choir", "--no-test", "--json"),
        *("--config", config),
    )
    assert json.loads(made.stdout)["silenced"] == 1

    (listed,) = json.loads(command("suppressions", "list", "--json", "--config", config).stdout)
    assert (listed["watchlist"], listed["author"], listed["silenced"], listed["state"]) == (
        "wagner",
        "ana",
        1,
        "active",
    )
    reviewed = command("suppressions", "review", "1", "--for", "400d", "--json", "--config", config)
    assert json.loads(reviewed.stdout)["silenced"][0]["item"] == 1
    assert json.loads(reviewed.stdout)["expires_at"] > listed["expires_at"]
    assert "1 silenced" in command("suppressions", "review", "1", "--config", config).stdout

    assert command("suppressions", "expire", "1", "--config", config).returncode == 0
    assert command("suppressions", "expire", "1", "--config", config).returncode == 1
    assert command("suppressions", "list", "--config", config).stdout == "nothing is suppressed\n"
    assert command("suppressions", "review", "9", "--config", config).returncode == 1


def test_flags_of_false_alarms_need_the_word(tmp_path: Path) -> None:
    """A plain acknowledgement has no rule."""
    said = command("ack", "s-1", "--author", "ana", "--rule", "named", "--config", str(workplace(tmp_path)))

    assert said.returncode == 2
    assert "--false-positive" in said.stderr

"""`watchlists …`: what they print, as text and as JSON, and when they end with 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from monitor.cli.main import application
from tests.support.workplace import workplace

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "watchlist: wagner\ntests:\n- match: The Wagner Group left.\n- no_match: A fine day.\n"
BAD = GOOD + "- {match: Nobody came., why: who knows}\n- todo_match: Nor here.\n"


def run(folder: Path, *words: str, tests: str = GOOD) -> Result:
    config = workplace(folder, extra={"wagner.test.yaml": tests})
    return CliRunner().invoke(application(), ["watchlists", *words, "--config", str(config)])


def test_tests_that_hold_are_counted(tmp_path: Path) -> None:
    """Exit 0."""
    done = run(tmp_path, "test")

    assert (done.exit_code, done.stdout) == (0, "2 tests, 0 failed, 0 known gaps\n")


def test_a_test_that_fails_is_named_with_its_place(tmp_path: Path) -> None:
    """Exit 1; known gaps are counted and do not fail."""
    done, as_json = run(tmp_path, "test", tests=BAD), run(tmp_path, "test", "--json", tests=BAD)

    assert (done.exit_code, as_json.exit_code) == (1, 1)
    assert "wagner.test.yaml:5: nothing alerted [who knows]: Nobody came." in done.stderr
    assert done.stdout.endswith("4 tests, 1 failed, 1 known gaps\n")
    assert json.loads(as_json.stdout)["tests"] == 4
    assert len(json.loads(as_json.stdout)["failures"]) == 1


def test_findings_are_given_with_file_and_line(tmp_path: Path) -> None:
    """As lines for people and as objects for machines; exit 1."""
    done, as_json = run(tmp_path, "lint"), run(tmp_path, "lint", "--json")
    found = json.loads(as_json.stdout)

    assert (done.exit_code, as_json.exit_code) == (1, 1)
    assert len(done.stdout.splitlines()) == len(found) + 1
    assert f"{len(found)} findings" in done.stdout
    assert set(found[0]) == {"kind", "file", "line", "message", "remedy", "severity"}
    assert {"coverage", "untested"} <= {f["kind"] for f in found}


def test_what_nobody_looked_up_is_a_table_or_json(tmp_path: Path) -> None:
    """Exit 1 where there is any."""
    text = (
        "entities:\n- id: envoy\n  name: Envoy\n  kind: person\n  aliases: {en: [Envoyson]}\n"
        "  roles:\n  - {title: envoy, from: 2020-03, checked: 2021-02-03}\n"
    )
    config = workplace(tmp_path, extra={"wagner.test.yaml": GOOD, "entities/envoys.yaml": text})
    words = ["watchlists", "lint", "--stale", "--config", str(config)]
    table = CliRunner().invoke(application(), words)
    as_json = CliRunner().invoke(application(), [*words, "--json"])
    early = CliRunner().invoke(application(), [*words, "--before", "2021-02-03", "--json"])

    assert (table.exit_code, as_json.exit_code, early.exit_code) == (1, 1, 0)
    assert "2021-02-03  @envoy" in table.stdout
    assert "entities/envoys.yaml:7" in table.stdout
    (ours,) = (f for f in json.loads(as_json.stdout) if f["who"] == "@envoy")
    assert (ours["checked"], ours["since"], ours["line"]) == ("2021-02-03", "2020-03-01", 7)
    assert json.loads(early.stdout) == []


@pytest.mark.parametrize("words", [("list",), ("list", "--json")])
def test_the_rules_are_listed(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Under their watchlists."""
    done = run(tmp_path, *words)

    assert done.exit_code == 0
    if "--json" in words:
        assert {"id": "wagner", "title": "Wagner", "rules": ["named"]} in json.loads(done.stdout)
    else:
        assert "named                        high     test         ⁨The group is named⁩" in done.stdout

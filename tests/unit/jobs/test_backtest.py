"""Other watchlists to compare with: a folder, or this one as a git revision has it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from monitor.errors import ConfigError
from monitor.jobs.backtest import other_watchlists
from tests.support.analyst import SOURCES, WAGNER
from tests.support.workplace import workplace

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two commits: the second one renames a rule; a third state is not committed."""
    workplace(tmp_path)
    wagner = tmp_path / "watchlists" / "wagner.yaml"
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "nothing yet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    git(tmp_path, "tag", "good")
    wagner.write_text(WAGNER.replace("id: named", "id: second"), encoding="utf-8")
    git(tmp_path, "commit", "-q", "-am", "second")
    wagner.write_text("broken: [", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("revision", "rule"),
    [pytest.param("HEAD", "second", id="the last commit"), pytest.param("HEAD~1", "named", id="the one before"),
     pytest.param("good", "named", id="a tag")],
)  # fmt: skip
def test_a_revision_is_read_whole(checkout: Path, revision: str, rule: str) -> None:
    """Entities and vocabularies of then too, whatever lies in the folder now."""
    found = other_watchlists(revision, checkout / "watchlists")

    assert [r.id for w in found.lists if w.id == "wagner" for r in w.rules] == [rule]
    assert found.lists[0].file.startswith(f"{revision}:watchlists/")
    assert set(found.vocabularies) == {"contact"}


def test_a_folder_is_taken_as_it_is(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Even when a revision has the same name."""
    other = tmp_path_factory.mktemp("other")
    workplace(
        other, extra={"more.yaml": "watchlist: more\ntitle: M\nrules: [{id: r, title: R, query: '@mali'}]\n"}
    )

    found = other_watchlists(str(other / "watchlists"), checkout / "watchlists")

    assert len(found.lists) == len([n for n in SOURCES if "/" not in n]) + 1


@pytest.mark.parametrize(
    ("against", "said"),
    [
        pytest.param("no-such", "neither a folder nor a commit of the checkout", id="no such revision"),
        pytest.param(
            "--output=x", "neither a folder nor a commit of the checkout", id="no option gets through"
        ),
        pytest.param("HEAD~2", "has no watchlists folder", id="no such folder then"),
    ],
)
def test_what_cannot_be_compared_with_is_a_mistake(checkout: Path, against: str, said: str) -> None:
    """With the reason, not git's."""
    with pytest.raises(ConfigError) as wrong:
        other_watchlists(against, checkout / "watchlists")

    assert str(wrong.value).startswith(f"{against}: {said}")


def test_mistakes_of_a_revision_are_named_with_it(checkout: Path) -> None:
    """So that nobody looks for them in the file as it is now."""
    git(checkout, "commit", "-q", "-am", "broken")

    with pytest.raises(ConfigError, match=r"^HEAD:watchlists/wagner\.yaml:"):
        other_watchlists("HEAD", checkout / "watchlists")


def test_outside_a_checkout_only_a_folder_will_do(tmp_path: Path) -> None:
    """And it says so."""
    workplace(tmp_path)

    with pytest.raises(ConfigError, match=r"is in no git checkout \(give a folder of watchlists\)"):
        other_watchlists("HEAD", tmp_path / "watchlists")


def test_without_git_only_a_folder_will_do(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the container."""
    monkeypatch.setenv("PATH", str(checkout))

    with pytest.raises(ConfigError, match=r"git: is not installed"):
        other_watchlists("HEAD", checkout / "watchlists")

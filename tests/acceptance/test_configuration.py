"""After `monitor init config` every command reads what was made, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner, Result

from monitor.cli.main import application
from monitor.errors import ConfigError
from tests.support import line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: these read no configuration
WITHOUT = {"demo", "init"}
SAYS = "configuration: config/monitor.yaml\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which `monitor init config` was run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    assert run("init", "config").exit_code == 0
    (tmp_path / "article.txt").write_text("News\nThe Wagner Group left Bamako.\n", encoding="utf-8")
    (tmp_path / "items.jsonl").write_text(
        '{"id": "x", "title": "The Wagner Group left."}\n', encoding="utf-8"
    )
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(application(), list(words))


READS = [
    ("watchlists", "test"),
    ("watchlists", "lint"),
    ("watchlists", "list"),
    ("explain", "article.txt"),
    ("match", "items.jsonl"),
    ("check",),
]


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_a_broken_query_in_ones_own_file_is_found(words: tuple[str, ...], folder: Path) -> None:
    """By every command that the README names; the packaged watchlists would pass."""
    mine = folder / "config" / "watchlists" / "wagner.yaml"
    text = mine.read_text(encoding="utf-8")
    assert "query: " in text
    head, _, tail = text.partition("query: ")
    mine.write_text(f"{head}query: '#wagnr AND ('\n    # {tail}", encoding="utf-8")
    found = run(*words)
    assert isinstance(found.exception, ConfigError)
    assert {m.file for m in found.exception.mistakes} == {"config/watchlists/wagner.yaml"}
    assert found.stderr.startswith(SAYS)


@pytest.mark.parametrize("words", [*READS[3:], ("silence", "list"), ("status",)], ids=" ".join)
def test_what_was_read_is_said_first(words: tuple[str, ...], folder: Path) -> None:
    """On standard error, once; what machines read stays as it is."""
    found = run(*words)
    assert found.stderr.startswith(SAYS)
    assert found.stderr.count("configuration: ") == 1
    assert "configuration: " not in found.stdout.partition("feeds: ")[0] or words == ("check",)


@pytest.mark.parametrize("words", [("check",), ("health",), ("watchlists", "test")], ids=" ".join)
def test_json_says_it_in_a_field(words: tuple[str, ...], folder: Path) -> None:
    """Where it is an object."""
    assert '"config": "config/monitor.yaml"' in run(*words, "--json").stdout


def test_without_a_file_the_packaged_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes ours for theirs."""
    monkeypatch.chdir(tmp_path)
    assert "configuration: none found; the packaged one" in run("watchlists", "list").stderr


def test_the_data_folder_stays_where_it_was(folder: Path) -> None:
    """`make run` without a file, then `init`: the same database."""
    assert run("silence", "list").exit_code == 0
    assert (folder / "data" / "monitor.db").is_file()
    assert not (folder / "config" / "data").exists()


def commands(group: typer.models.CommandInfo | object, path: str = "") -> Iterator[tuple[str, set[str]]]:
    for name, command in getattr(group, "commands", {}).items():
        at = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, at)
        else:
            yield at, {option for p in command.params for option in p.opts}


def test_every_command_that_reads_a_configuration_can_be_told_which() -> None:
    """`--config` everywhere, with one meaning."""
    found = dict(commands(typer.main.get_command(application())))
    assert len(found) > 30
    assert {name for name, options in found.items() if "--config" not in options} == WITHOUT


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("preview", "digest", "--receiver", "foldr"), "did you mean 'folder'?", id="a preview"),
        pytest.param(("send-test", "foldr"), "did you mean 'folder'?", id="a test message"),
    ],
)
def test_a_receiver_that_is_not_there_is_told(words: tuple[str, ...], says: str, folder: Path) -> None:
    """Not "nothing matched yet"."""
    found = run(*words)
    assert found.exit_code == 2
    assert says in found.stderr


def test_a_preview_for_a_receiver_without_a_digest_says_so(folder: Path) -> None:
    """It is there, and no digest goes to it."""
    file = folder / "config" / "monitor.yaml"
    text = file.read_text(encoding="utf-8").replace("receivers: [folder]", "receivers: [other]", 1)
    text = text.replace("receivers:\n", "receivers:\n  - {name: other, file: {path: other}}\n", 1)
    file.write_text(text, encoding="utf-8")
    found = run("preview", "digest", "--receiver", "folder")
    assert found.exit_code == 2
    assert "no digest goes to 'folder'" in found.stderr


def test_check_tells_the_mistakes_of_all_files_at_once(folder: Path) -> None:
    """Also when the configuration itself has some."""
    file = folder / "config" / "monitor.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\ncolour: red\n", encoding="utf-8")
    (folder / "config" / "feeds.yaml").write_text("feeds: [{id: x}]\n", encoding="utf-8")
    (folder / "config" / "watchlists" / "more.yaml").write_text("watchlist: more\n", encoding="utf-8")
    error = run("check").exception
    assert isinstance(error, ConfigError)
    assert {m.file for m in error.mistakes} == {
        "config/monitor.yaml",
        "config/feeds.yaml",
        "config/watchlists/more.yaml",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(
            "{match: {watchlist: wagnr}, receiver: folder}", "did you mean 'wagner'?", id="a watchlist"
        ),
        pytest.param("{matchers: [rule=wagner/nam], receiver: folder}", "there is no rule", id="a rule"),
        pytest.param("{match: {side: libya}, receiver: folder}", "there is no side", id="a side"),
        pytest.param("{match: {severty: high}, receiver: folder}", "did you mean 'severity'?", id="a label"),
        pytest.param("{match: {feed: gazete}, receiver: folder}", "there is no feed 'gazete'", id="a feed"),
        pytest.param("{matchers: ['severity=~.*'], receiver: folder}", "fits everything", id="everything"),
    ],
)
def test_check_finds_a_route_that_cannot_be_meant(line: str, says: str, folder: Path) -> None:
    """With file, line and column."""
    file = folder / "config" / "monitor.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "  group_by: [story]\n", f"  routes:\n    - {line}\n  group_by: [story]\n", 1
    )
    file.write_text(text, encoding="utf-8")
    error = run("check").exception
    assert isinstance(error, ConfigError)
    (mistake,) = error.mistakes
    at = next(n for n, one in enumerate(text.splitlines(), 1) if line in one)
    assert str(mistake).startswith(f"config/monitor.yaml:{at}:")
    assert says in str(mistake)


def test_a_side_is_what_ones_own_file_declares(folder: Path) -> None:
    """Of feeds and routes, each mistake at its line, with what may be meant."""
    for name in ("sides.yaml", "outlets.yaml"):
        file = folder / "config" / "watchlists" / name
        file.write_text(
            file.read_text(encoding="utf-8").replace("libya-west", "tripolitania"), encoding="utf-8"
        )
    (folder / "config" / "feeds.yaml").write_text(
        "feeds:\n  - {id: a, title: A, url: 'https://a.example/', side: tripolitania}\n"
        "  - {id: b, title: B, url: 'https://b.example/', side: tripolitana}\n",
        encoding="utf-8",
    )
    mine = folder / "config" / "monitor.yaml"
    mine.write_text(
        "data: data\nfeeds: feeds.yaml\nwatchlists: watchlists\nreceivers: [{name: desk, file: {path: out}}]\n"
        "route: {receiver: desk, routes: [{match: {side: libya-wset}}]}\n",
        encoding="utf-8",
    )
    found = run("check")
    assert isinstance(found.exception, ConfigError)
    told = [str(mistake) for mistake in found.exception.mistakes]
    said = "config/feeds.yaml:3:56: sides.yaml declares no side 'tripolitana' (did you mean 'tripolitania'?)"
    assert said in told
    assert any("there is no side 'libya-wset'" in line for line in told)
    assert len(told) == 2, told


OLD_RULE = """
rules:
  - id: both
    title: Both
    query: '#russia SENTENCE #libya'
    contact: {russian: '#russia', libyan: '#libya', type: '%contact'}   # kept
"""
OLD_TEST = """
  - {match: Putin met Haftar., lang: en, contact: {russian: [Vladimir Putin], libyan: [Khalifa Haftar]}}
"""


def test_what_an_earlier_version_read_is_upgraded_with_copies(folder: Path) -> None:
    """`check` names the command; afterwards it finds nothing, and a second run does nothing."""
    lists = folder / "config" / "watchlists"
    declared = (lists / "russia-libya-contacts.yaml").read_text(encoding="utf-8")
    old = declared[: declared.index("contacts:\n")] + OLD_RULE
    (lists / "russia-libya-contacts.yaml").write_text(old, encoding="utf-8")
    tests = "watchlist: russia-libya-contacts\ntests:" + OLD_TEST
    (lists / "russia-libya-contacts.test.yaml").write_text(tests, encoding="utf-8")
    (lists / "contacts.test.yaml").unlink()
    (lists / "sides.yaml").unlink()
    story = folder / "config" / "templates" / "email" / "_line.txt"
    told = story.read_text(encoding="utf-8")
    ours = told + "{% for contact in story.contacts %}{{ contact.russian|join(', ') }}{% endfor %}\n"
    story.write_text(ours, encoding="utf-8")

    before = run("check")
    done = run("init", "--upgrade", "config")
    after, again = run("check"), run("init", "--upgrade", "config")

    assert isinstance(before.exception, ConfigError)
    assert "`monitor init --upgrade FOLDER` rewrites it" in str(before.exception)
    assert done.exit_code == 0, done.output
    line = old.count("\n", 0, old.index("contact: {")) + 1
    assert f"config/watchlists/russia-libya-contacts.yaml:{line}\n  - contact: {{russian:" in done.stdout
    assert "5 places rewritten" in done.stdout
    assert (lists / "russia-libya-contacts.yaml.bak").read_text(encoding="utf-8") == old
    assert "contact: true   # kept" in (lists / "russia-libya-contacts.yaml").read_text(encoding="utf-8")
    assert story.with_name("_line.txt.bak").read_text(encoding="utf-8") == ours
    assert (lists / "sides.yaml").is_file()
    assert after.exit_code == 0, after.exception or after.output
    assert again.stdout == "nothing to rewrite\n"
    assert len(list(folder.rglob("*.bak*"))) == 3


def test_what_cannot_be_upgraded_leaves_everything_as_it_is(folder: Path) -> None:
    """With file, line and remedy; copies neither."""
    lists = folder / "config" / "watchlists"
    mine = lists / "wagner.yaml"
    mine.write_text(
        mine.read_text(encoding="utf-8") + "    contact: {a: '@x', b: '#libya'}\n", encoding="utf-8"
    )
    (lists / "sides.yaml").unlink()
    stood = {path: path.read_bytes() for path in (folder / "config").rglob("*") if path.is_file()}

    done = run("init", "--upgrade", "config")

    assert isinstance(done.exception, ConfigError)
    assert "a: names no tag (give them a tag of their own" in str(done.exception)
    assert {path: path.read_bytes() for path in (folder / "config").rglob("*") if path.is_file()} == stood


def test_templates_that_were_right_are_tried_again_when_they_change(tmp_path: Path) -> None:
    """What an earlier check found stands for the very same templates, and for no others."""
    (tmp_path / "state").mkdir()
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    template = tmp_path / "templates" / "email" / "notice.txt"
    template.parent.mkdir(parents=True)
    template.write_text("Look here.", encoding="utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text("data: state\nfeeds: [feeds.yaml]\ntemplates: templates\n", encoding="utf-8")

    first = line.command("check", "--config", str(config))
    assert first.returncode == 0, first.stderr
    template.write_text("{{ title", encoding="utf-8")
    for _ in range(2):
        wrong = line.command("check", "--config", str(config))
        assert wrong.returncode == 2
        assert "notice.txt:1" in wrong.stderr
    template.write_text("Look here.", encoding="utf-8")
    assert line.command("check", "--config", str(config)).returncode == 0

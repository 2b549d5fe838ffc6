"""The commands that the pages show, run in their order, offline, in a folder of their own for each page."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.docs import PAGES, ROOT, Block, blocks, commands
from tests.support.line import command, prepared

SHOWN = [page for page in PAGES if any(b.language in ("sh", "console") and b.mark != "not run" for b in blocks(page))]  # fmt: skip
#: programs that check a case without us
OTHERS = ("head", "jq", "mkdir", "sha256sum")

pytestmark = pytest.mark.xdist_group("docs")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo's feeds were polled, alerted and digested: `config/` as `init` writes it, `data/`."""
    folder = tmp_path_factory.mktemp("archive")
    prepared(folder)
    return folder


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", SHOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_do_what_the_page_says(
    page: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends with 0, or as the comment before its block says."""
    folder = tmp_path / "work"
    shutil.copytree(archive, folder)
    if "monitor init" in page.read_text(encoding="utf-8"):
        shutil.rmtree(folder / "config")
    monkeypatch.chdir(folder)
    for block in blocks(page):
        if block.mark in ("file", "add to"):
            _write(folder / block.said, block)
        if block.language in ("sh", "console") and block.mark != "not run":
            _run(block, monkeypatch)
            monkeypatch.chdir(folder)


def test_a_decision_has_the_keys_that_the_page_shows(tmp_path: Path) -> None:
    """Its item, decided: the same keys at every place."""
    page = ROOT / "docs" / "reference" / "json.md"
    given, shown = (block.text for block in blocks(page) if block.language == "json")
    (tmp_path / "items.jsonl").write_text(given, encoding="utf-8")
    done = command("match", str(tmp_path / "items.jsonl"))
    assert _keys(json.loads(done.stdout)) == _keys(json.loads(shown))


def _keys(value: Any) -> Any:
    """The keys of a value and of all within; of a list those of its elements, each once."""
    if isinstance(value, dict):
        return {key: _keys(inner) for key, inner in value.items()}
    return sorted({json.dumps(_keys(inner)) for inner in value}) if isinstance(value, list) else None


def _write(at: Path, block: Block) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    before = at.read_text(encoding="utf-8") if block.mark == "add to" else ""
    at.write_text(before + block.text, encoding="utf-8")


def _run(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = int(block.mark.removeprefix("exits ")) if block.mark.startswith("exits") else 0
    lines = list(commands(block))
    for n, line in enumerate(lines, start=1):
        words = shlex.split(line, comments=True)
        program = Path(words[0]).name
        if program == "cd":
            monkeypatch.chdir(words[1])
        elif program == "monitor":
            ended, said = _monitor(words[1:])
            assert ended == (wanted if n == len(lines) else 0), f"{block}: {line}\n{said}"
        elif program != "make":  # its targets are checked with the options
            assert program in OTHERS, f"{block}: {line}"
            if shutil.which(program):
                subprocess.run(["sh", "-c", line], check=True, capture_output=True, timeout=60)


def _monitor(words: list[str]) -> tuple[int, str]:
    """One command, its output in the file after `>` where there is one; exit status and what it said."""
    into = words.index(">") if ">" in words else len(words)
    done = command(*words[:into])
    if words[into:]:
        Path(words[into + 1]).write_text(done.stdout, encoding="utf-8")
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)[-4000:]

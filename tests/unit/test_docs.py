"""What the pages for readers say is so: links lead somewhere, YAML loads, commands exist, files and functions are there."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor import documents
from monitor.config import load
from monitor.feeds.seeds import load_feeds
from monitor.watchlists import compile
from monitor.watchlists.files import read_press
from scripts import cli_reference
from tests.support.docs import PAGES, ROOT, Block, anchors, blocks, commands, links, prose

BLOCKS = [block for page in PAGES for block in blocks(page)]
SHELL = [block for block in BLOCKS if block.language in ("sh", "console")]
YAML = [block for block in BLOCKS if block.language == "yaml" and block.mark != "not loaded"]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MAKE = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
COMMANDS = dict(cli_reference.commands())
#: other programs that a page may show
OTHERS = {"cd", "docker", "git", "head", "jq", "make", "mkdir", "python", "sha256sum"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that there is, and in it to a heading that there is."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page}: {link}"
        assert not anchor or anchor in anchors(target), f"{page}: {link}"


def test_every_page_is_in_the_index() -> None:
    """docs/README.md leads to each page of docs/, decisions through their folder."""
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert {p for p in PAGES if p.is_relative_to(index.parent)} - {index} <= named


def test_code_and_data_name_pages_that_there_are() -> None:
    """In comments, docstrings and messages."""
    folders = ("monitor", "watchlists", "templates", "seeds", "scripts", "tests", "benchmarks")
    kinds = (".py", ".yaml", ".toml", ".txt", ".md", ".html", ".json")
    files = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in kinds]
    for path in (*files, *ROOT.glob("*.yaml"), ROOT / "Makefile"):
        for page in re.findall(
            r"(?<![\w./])docs/[\w./-]+\.md", path.read_text(encoding="utf-8", errors="replace")
        ):
            assert (ROOT / page).exists(), f"{path}: {page}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_word_is_there_that_tires_a_reader(page: Path) -> None:
    """For those who read English as a second language, at night; quotations and the history stay as they are."""
    if page.name == "CHANGELOG.md" or "decisions" in page.parts:
        return
    plain = re.sub(r"`[^`]*`|\[[^\]]*\]|\*[^*]*\*|\"[^\"]*\"", "", prose(page))
    assert (
        re.findall(r"\b(?:amiss|ails|mended|plaster|one mouth|tells? of|(?:is|are|was|were) told)\b", plain)
        == []
    )


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_what_it_is(block: Block) -> None:
    """Commands and YAML are marked as such, so that they are tried."""
    assert block.language in ("sh", "console", "yaml", "json", "text", "mermaid"), str(block)
    if block.language == "text":
        assert not re.search(r"^(\$ |\.venv/bin/)?monitor [a-z]+( |$)", block.text, re.MULTILINE), str(block)


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_commands_and_their_options_exist(block: Block) -> None:
    """Those that are not run, too."""
    for line in commands(block):
        words = shlex.split(line, comments=True)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        program = Path(words[0]).name if words else ""
        if program == "make":
            assert words[1] in MAKE, str(block)
        elif program == "monitor":
            _check_options(words[1:], str(block))
        else:
            assert program in OTHERS or block.mark == "not run", f"{block}: {line}"


def _check_options(words: list[str], where: str) -> None:
    if words[:1] in (["--version"], ["--help"]):
        return
    named = max((w for w in COMMANDS if tuple(words[: len(w)]) == w), key=len, default=None)
    assert named, f"{where}: monitor {' '.join(words)}"
    known = {o for p in COMMANDS[named].params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    for word in words[len(named) :]:
        option = word.partition("=")[0]
        assert not re.match(r"--?[a-z]", word) or option in known, f"{where}: {word}"


def test_the_reference_of_commands_is_the_program_s() -> None:
    """`python scripts/cli_reference.py` writes it anew."""
    assert cli_reference.PAGE.read_text(encoding="utf-8") == cli_reference.page()


@pytest.mark.parametrize("block", YAML, ids=str)
def test_yaml_is_loaded_by_the_real_loader(block: Block, tmp_path: Path) -> None:
    """Configuration, watchlists, entities, vocabularies, tests, sides and feeds, each by the keys that it has."""
    data = documents.read(block.text, str(block)).data
    text = _with_secrets(block.text, tmp_path)
    if isinstance(data.get("feeds"), list) and isinstance(data["feeds"][0], dict):
        assert load_feeds(text, str(block))
    elif "sides" in data:
        assert read_press({"sides.yaml": text.encode()}).sides
    elif kind := next((k for k in ("watchlist", "rules", "entities", "vocabulary") if k in data), ""):
        assert compile.compile_sources(_files(kind, block, data), root=str(block)).lists
    else:
        (tmp_path / "monitor.yaml").write_text(text, encoding="utf-8")
        assert load.load(tmp_path / "monitor.yaml", {}).config


def _with_secrets(text: str, folder: Path) -> str:
    """The text with the files that it names under /run and /etc in `folder`, where they can be read."""
    named = re.compile(r"/(?:run|etc)/[\w./-]+")
    for name in named.findall(text):
        at = folder / name[1:]
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text("https://hooks.example.org/x", encoding="utf-8")
    return named.sub(lambda name: f"{folder}{name[0]}", text)


def _files(kind: str, block: Block, data: dict[str, Any]) -> dict[str, bytes]:
    """The block as a file of its kind, among those that it needs: the shipped names and words, the list that it tests."""
    shipped, text = _shipped(), block.text
    common = {n: f for n, f in shipped.items() if "/" in n or n == "un-documents.yaml"}
    if kind == "rules":
        return {**common, "example.yaml": f"watchlist: example\ntitle: Example\n{text}".encode()}
    if kind == "watchlist" and "tests" in data:
        own = {
            f"{name}.yaml": b.text.encode() for b in YAML if b.page == block.page and (name := _list_of(b))
        }
        lists = {n: f for n, f in shipped.items() if n == f"{data['watchlist']}.yaml"} | own
        tested = {n: f.replace(b"status: stable", b"status: test") for n, f in lists.items()}
        return {**common, **tested, f"{data['watchlist']}.test.yaml": text.encode()}
    if kind == "watchlist":
        return {**common, f"{data['watchlist']}.yaml": text.encode()}
    alone = b"watchlist: example\ntitle: Example\nrules: [{id: a, title: A, query: word}]\n"
    words = {n: f for n, f in common.items() if n.startswith("vocabulary/") and kind == "entities"}
    return {**words, "example.yaml": alone, f"{kind}/example.yaml": text.encode()}


def _list_of(block: Block) -> str:
    """The watchlist that the block is; empty: it is none."""
    data = documents.read(block.text, str(block)).data
    return data["watchlist"] if "rules" in data and "watchlist" in data else ""


@cache
def _shipped() -> dict[str, bytes]:
    root = ROOT / "watchlists"
    return {str(p.relative_to(root)): p.read_bytes() for p in (*root.glob("*.yaml"), *root.glob("*/*.yaml"))}


NAMED = re.findall(r"`((?:monitor|watchlists|templates|seeds|tests|scripts|docs|benchmarks)/[\w./-]*|[\w-]+\.(?:md|toml|yaml))`(?:(?:,| and)?\s`([a-z_A-Z.]+)\(?\)?`)?",
                   prose(CONTRIBUTING) if CONTRIBUTING.exists() else "")  # fmt: skip


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_contributing_names_files_and_functions_that_there_are(path: str, name: str) -> None:
    """A function, class or constant stands in the file that is named before it."""
    assert (ROOT / path).exists()
    if name:
        assert name.split(".")[-1] in _names(ROOT / path)


def test_contributing_names_enough_of_them() -> None:
    """The pattern above finds them: twenty changes, ten hops."""
    assert len(NAMED) > 40
    assert sum(bool(name) for _, name in NAMED) > 20


@cache
def _names(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = set()
    for node in tree:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_the_map_lists_every_folder() -> None:
    """In the order of the house's sentence."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    folders = [p.name for p in (ROOT / "monitor").iterdir() if (p / "__init__.py").exists()]
    assert sorted(re.findall(r"^\| `monitor/(\w+)/` \|", text, re.MULTILINE)) == sorted(folders)

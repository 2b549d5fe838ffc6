"""The house about itself: sizes, the wheel, the README's example, the commands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from monitor.config import load
from tests.support.line import command

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
MODULES = sorted((ROOT / "monitor").rglob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_has_one_reason_to_change(path: Path) -> None:
    """At most 400 lines, no function over 40, a docstring that says what it is."""
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 400
    if "migrations" not in path.parts:
        assert ast.get_docstring(ast.parse(text))
        assert [f.name for f in functions(path) if length(f) > 40] == []


def test_the_median_function_is_short() -> None:
    """At most seven lines, from its name to its end."""
    lengths = [length(f) for path in MODULES if "migrations" not in path.parts for f in functions(path)]

    assert median(lengths) <= 7


def test_the_engine_knows_no_country() -> None:
    """The questions stand in the watchlists; only the demo tells of one, and a language has its name."""
    named = re.compile("libya|russia|wagner|haftar|kremlin", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in MODULES
        if "demo" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line.replace("Russian", "") if "languages" in path.parts else line)
    ]

    assert found == []


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    """And so is what `monitor init` writes, with its own copies."""
    example = load.load(ROOT / "monitor.example.yaml", {})
    made = command("init", str(tmp_path / "config"))
    checked = command("check", "--config", str(tmp_path / "config" / "monitor.yaml"))

    assert example.route.receiver == "folder"
    assert made.returncode == 0, made.stderr
    assert checked.returncode == 0, checked.stderr
    for name in ("wagner.yaml", "sides.yaml", "outlets.yaml"):
        assert (tmp_path / "config" / "watchlists" / name).is_file()


def test_the_same_pythons_are_named_everywhere() -> None:
    """pyproject.toml names them; README, Makefile, the image and the tools follow; CI takes them from there."""
    named, oldest, newest = PYTHONS, PYTHONS[0], PYTHONS[-1]
    said = {
        name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile", "Dockerfile")
    }

    assert named == sorted(named, key=lambda version: int(version[2:]))
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert re.findall(r"You need Python (.*?),? `make`", said["README.md"]) == [listed(named)]
    assert re.findall(r"Needs only python3 \((.*?)\)", said["Makefile"]) == [listed(named)]
    assert set(re.findall(r"FROM python:(\S+)-slim", said["Dockerfile"])) == {newest}
    assert f"--python-version {oldest} " in said["Makefile"]
    assert "scripts/pythons.sh" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def listed(versions: list[str]) -> str:
    """`3.11, 3.12 or 3.13`."""
    return f"{', '.join(versions[:-1])} or {versions[-1]}"


def test_of_the_pythons_of_this_machine_the_named_ones_are_found() -> None:
    """Ours among them, where it is on PATH or with pyenv; each once, oldest first, and each can make an environment."""
    found = subprocess.run(
        ["sh", str(ROOT / "scripts" / "pythons.sh")], capture_output=True, text=True, check=True
    ).stdout.split("\n")[:-1]
    asked = "import sys, ensurepip; print('%d.%d' % sys.version_info[:2])"
    versions = [subprocess.check_output([python, "-c", asked], text=True).strip() for python in found]

    assert versions
    assert versions == sorted(set(versions), key=lambda version: int(version[2:]))


def test_one_version_of_a_package_serves_every_python_that_is_named() -> None:
    """A lock that has two versions of a package may tell them apart only beyond the newest Python."""
    newest = int(PYTHONS[-1][2:])
    for lock in sorted(ROOT.glob("requirements*.lock")):
        pins = re.findall(r"^(\S+)==(.*)$", lock.read_text(encoding="utf-8"), re.MULTILINE)
        names = Counter(name for name, _ in pins)
        for name, which in pins:
            for at in re.findall(r"python_(?:full_)?version [<>=]+ '3\.(\d+)", which):
                assert names[name] == 1 or int(at) > newest, f"{lock.name}: {name}=={which}"


def test_the_wheel_carries_what_it_needs(tmp_path: Path) -> None:
    """Watchlists, templates, seeds, schemas and the example are inside, and nothing of the tests."""
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
    ]
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
    ).returncode:
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())

    for folder in ("watchlists", "templates", "seeds"):
        inside = {str(p.relative_to(ROOT)) for p in (ROOT / folder).rglob("*") if p.is_file()}
        assert {f"monitor/bundled/{name}" for name in inside} <= names
    assert "monitor/bundled/monitor.example.yaml" in names
    assert not any(name.startswith("tests/") for name in names)


@pytest.mark.parametrize(
    "words",
    ["run", "once", "demo", "init", "check", "status", "health", "preview", "send-test", "match", "explain", "backtest",
     "watchlists test", "watchlists lint", "watchlists list", "feeds list", "feeds add", "feeds remove", "feeds import",
     "feeds export", "feeds discover", "feeds status", "db upgrade", "db backup", "deliveries list",
     "deliveries retry", "contacts"],
)  # fmt: skip
def test_every_command_says_what_it_does(words: str) -> None:
    """`--help` of each has its sentence."""
    from typer.testing import CliRunner

    from monitor.cli.main import application

    result = CliRunner().invoke(application(), [*words.split(), "--help"])

    assert result.exit_code == 0
    assert len(result.output.split("Usage:")[1].strip().splitlines()) > 3

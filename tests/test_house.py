"""The house about itself: sizes, the wheel, the README's example, the commands."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path
from statistics import median

import pytest

from monitor import settings
from tests.support.line import command

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "monitor").rglob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_has_one_reason_to_change(path: Path) -> None:
    """At most 400 lines, no function over 50, a docstring that says what it is."""
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 400
    if "migrations" not in path.parts:
        assert ast.get_docstring(ast.parse(text))
        assert [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno > 50] == []


def test_the_median_function_is_short() -> None:
    """Under ten lines."""
    lengths = [(f.end_lineno or 0) - f.lineno + 1 for path in MODULES for f in functions(path)]

    assert median(lengths) < 10


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    """And so is what `monitor init` writes, with its own copies."""
    example = settings.load(ROOT / "monitor.example.yaml", {})
    made = command("init", str(tmp_path / "config"))
    checked = command("check", "--config", str(tmp_path / "config" / "monitor.yaml"))

    assert example.route.receiver == "folder"
    assert made.returncode == 0, made.stderr
    assert checked.returncode == 0, checked.stderr
    assert (tmp_path / "config" / "watchlists" / "wagner.yaml").is_file()


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

    from monitor.cli.main import app

    result = CliRunner().invoke(app, [*words.split(), "--help"])

    assert result.exit_code == 0
    assert len(result.output.split("Usage:")[1].strip().splitlines()) > 3

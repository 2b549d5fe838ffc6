"""docs/reference/faults.md says what the tests prove, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.faults.rows import CHANNELS
from tests.faults.table import PAGE, page, proofs

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_tests_prove() -> None:
    """`python -m tests.faults.table` writes it anew."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_test_that_the_page_names_is_there() -> None:
    """Asked of pytest itself, parameters included."""
    files = sorted({proof.partition("::")[0] for proof in proofs()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-n", "0", *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-2000:]
    assert set(proofs()) - {_of_any_database(line) for line in found.stdout.splitlines()} == set()


def _of_any_database(test: str) -> str:
    """The name of a test without the database that it runs on: a fault is proved where SQLite's run is there."""
    return re.sub(r"\[sqlite\]|(?<=\[)sqlite-|-sqlite(?=\])", "", test)


def test_no_fault_is_listed_twice() -> None:
    """A row is a test; its words are its name."""
    for rows in CHANNELS.values():
        assert len({row.fault for row in rows}) == len(rows)
    assert len(set(proofs())) == len(proofs())

"""Failpoints end a process where they are asked to, and do nothing otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from monitor.config import load

PROGRAM = """
from monitor import failpoints
for number in range(4):
    print(number, flush=True)
    failpoints.passed("claimed")
    failpoints.passed("settled")
"""


@pytest.mark.parametrize(
    ("wanted", "lines", "status"),
    [
        pytest.param(None, 4, 0, id="not asked for"),
        pytest.param("claimed", 1, -9, id="the first time"),
        pytest.param("settled:3", 3, -9, id="the third time"),
        pytest.param("settled:5", 4, 0, id="never passed so often"),
        pytest.param("fetched", 4, 0, id="another failpoint"),
    ],
)
def test_a_process_dies_at_its_failpoint(wanted: str | None, lines: int, status: int) -> None:
    """By SIGKILL, in the midst of the line."""
    env = {k: v for k, v in os.environ.items() if k != "MONITOR_FAILPOINT"}
    env |= {"MONITOR_FAILPOINT": wanted} if wanted else {}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )

    assert (done.stdout.count("\n"), done.returncode) == (lines, status)


def test_the_variable_is_no_mistake_of_the_configuration() -> None:
    """Other unknown variables are."""
    assert load.load(None, {"MONITOR_FAILPOINT": "claimed:2"}).config.receivers

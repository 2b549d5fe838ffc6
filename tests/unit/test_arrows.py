"""Arrows end a process where they are asked to, and do nothing otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from monitor import settings

PROGRAM = """
from monitor import arrows
for number in range(4):
    print(number, flush=True)
    arrows.passed("claimed")
    arrows.passed("settled")
"""


@pytest.mark.parametrize(
    ("wanted", "lines", "status"),
    [
        pytest.param(None, 4, 0, id="not asked for"),
        pytest.param("claimed", 1, -9, id="the first time"),
        pytest.param("settled:3", 3, -9, id="the third time"),
        pytest.param("settled:5", 4, 0, id="never passed so often"),
        pytest.param("fetched", 4, 0, id="another arrow"),
    ],
)
def test_a_process_dies_at_its_arrow(wanted: str | None, lines: int, status: int) -> None:
    """By SIGKILL, in the midst of the line."""
    env = {k: v for k, v in os.environ.items() if k != "MONITOR_ARROW"}
    env |= {"MONITOR_ARROW": wanted} if wanted else {}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )

    assert (done.stdout.count("\n"), done.returncode) == (lines, status)


def test_the_variable_is_no_mistake_of_the_configuration() -> None:
    """Other unknown variables are."""
    assert settings.load(None, {"MONITOR_ARROW": "claimed:2"}).config.receivers

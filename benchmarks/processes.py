"""What a process and all that it has started cost, as Linux says it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def tree(pid: int) -> list[int]:
    """The process and its living descendants."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the tree, and of those that have ended and were waited for; in hundredths."""
    ticks = 0
    for one in tree(pid):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_exactly(pid: int) -> float:
    """Seconds that the threads of one process have had a core, to the microsecond; 0 for one that has ended."""
    spent = 0
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def pss_mb(pid: int) -> float:
    """One process's memory, shared pages by its share (PSS, proc(5)); 0 for one that has ended."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) / 1024

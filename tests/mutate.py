"""Mutation testing of the rooms whose mistakes nobody would see: `make mutate [MUTANTS=200] [SEED=1] [ROOM=alerts]`.

A mutant is one function of ours with one small thing wrong: `<` for `<=`, an argument left out, another word. A unit
test that notices it fails. A mutant that no test notices is a mistake that somebody could make tomorrow. mutmut makes
them and runs those tests; which of them, in what copy of the house and how the result is read is here.
See docs/how-to/find-untested-code.md.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key

ROOT = Path(__file__).resolve().parent.parent
#: where the copies are made; `cd build/mutate/alerts && ../../../.venv/bin/mutmut browse` looks at one
BUILD = ROOT / "build" / "mutate"
#: how sentences are read is tried by the analysts' tests beside the watchlists, too
WATCHLISTS = "tests/contract/test_watchlists_shipped.py"
#: room -> the tests that can notice something in it (tests of many seconds left out: each mutant would run them)
ROOMS = {
    "alerts": ["tests/unit/alerts"],
    "stories": ["tests/unit/stories", "--ignore=tests/unit/stories/test_copies.py"],
    "contacts": ["tests/unit/contacts", f"{WATCHLISTS}::test_every_test_beside_a_watchlist_holds"],
}
GOAL = 85
#: what a test may need beside the code
COPIED = ["monitor", "tests", "watchlists", "templates", "seeds", "monitor.example.yaml", "pyproject.toml"]
#: a mutant that never ends is noticed too, but the machine may be busy: thirty seconds, and six times what it takes
SECONDS, TIMES = 5, 6
#: lines of which no test can say anything: what the type checker needs
UNTESTABLE = r"^\s*assert "
#: what counts as noticed; whatever else happened to a mutant is named
NOTICED = ("killed", "timeout", "segfault")


class Mutant(NamedTuple):
    """One mistake: the name that mutmut gives it, and the file (from the root) that it is made in."""

    name: str
    file: Path


def mutants_of(room: str, place: Path) -> list[Mutant]:
    """Every mutant that mutmut would make in the room, in the order of the files."""
    with chdir(place):
        return [
            Mutant(get_mutant_name(file, name), file)
            for file in sorted(Path("monitor", room).glob("*.py"))
            for name in mutate_file_contents(str(file), file.read_text(encoding="utf-8")).mutant_names
        ]


def sample(found: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """`count` of them, the same ones for the same seed and the same code."""
    return random.Random(seed).sample(found, min(count, len(found)))


def workshop(room: str) -> Path:
    """A copy of the house, with mutmut's settings for the room, so that nothing happens in the tree that you edit."""
    place = BUILD / room
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, place / name)
    with (place / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[tool.mutmut]\n")
        for key, value in settings_of(room).items():
            settings.write(f"{key} = {json.dumps(value)}\n")
    return place


def settings_of(room: str) -> dict[str, object]:
    """For `[tool.mutmut]`. A fresh fork for each mutant: what an earlier test cached would hide the mistake."""
    return {
        "source_paths": ["monitor"],
        "only_mutate": [f"monitor/{room}/*.py"],
        "do_not_mutate_patterns": [UNTESTABLE],
        "also_copy": [name for name in COPIED if name not in ("monitor", "tests", "pyproject.toml")],
        "pytest_add_cli_args": ["-n", "0", "--hypothesis-profile=ci"],
        "pytest_add_cli_args_test_selection": ROOMS[room],
        "process_isolation": "forkserver",
        "use_git_change_detection": False,
        "track_dependencies": False,
        "timeout_constant": SECONDS,
        "timeout_multiplier": TIMES,
    }


def outcomes(place: Path, tried: list[Mutant]) -> dict[Mutant, str]:
    """What became of each mutant, in mutmut's words: `killed`, `survived`, `no tests`, `timeout`, …"""
    codes: dict[str, int | None] = {}
    for file in {mutant.file for mutant in tried}:
        meta = place / "mutants" / f"{file}.meta"
        codes |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {mutant: status_by_exit_code[codes[mutant.name]] for mutant in tried}


def change(place: Path, mutant: Mutant) -> tuple[int, str, str]:
    """The line of the file that was made wrong (its number), as it is, and as the mutant has it."""
    with chdir(place):
        diff = get_diff_for_mutant(mutant.name, path=mutant.file).splitlines()
    hunk = next(n for n, line in enumerate(diff) if line.startswith("@@"))
    before = int(re.findall(r"-(\d+)", diff[hunk])[0])
    changed = next(n for n, line in enumerate(diff[hunk + 1 :]) if line[0] in "+-")
    was = [line[1:].strip() for line in diff[hunk:] if line.startswith("-")]
    now = [line[1:].strip() for line in diff[hunk:] if line.startswith("+")]
    text = (place / mutant.file).read_text(encoding="utf-8")
    return nearest(text, mutant, before + changed, was[0] if was else ""), " ".join(was), " ".join(now)


def nearest(text: str, mutant: Mutant, offset: int, was: str) -> int:
    """The number of the line `was` in the function, nearest to `offset` from where it begins."""
    name, inside = orig_function_and_class_names_from_key(mutant.name)
    tree = ast.parse(text)
    scope = next((n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == inside), tree)
    function = next(n for n in scope.body if isinstance(n, ast.FunctionDef) and n.name == name)
    lines = text.splitlines()
    guess = function.lineno + offset - 1
    within = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    return min(
        (n for n in within if lines[n - 1].strip() == was), key=lambda n: abs(n - guess), default=guess
    )


def report(room: str, place: Path, became: dict[Mutant, str]) -> float:
    """Print what was noticed in the room and name what was not; returns the score in percent."""
    noticed = sum(status in NOTICED for status in became.values())
    score = 100 * noticed / len(became) if became else 100.0
    counted = ", ".join(f"{count} {status}" for status, count in sorted(Counter(became.values()).items()))
    print(f"\n{room}: {noticed} of {len(became)} noticed, {score:.0f} % ({counted})")
    lost = [(m, change(place, m), status) for m, status in became.items() if status not in NOTICED]
    for mutant, (line, was, now), status in sorted(lost, key=lambda entry: (entry[0].file, entry[1])):
        print(f"{mutant.file}:{line}: {status} ({mutant.name.rpartition('.')[2]})\n  - {was}\n  + {now}")
    return score


def tried_in(room: str, count: int, seed: int, workers: int) -> float:
    """The score of the room."""
    place = workshop(room)
    found = mutants_of(room, place)
    chosen = sample(found, count, seed)
    print(f"\n{room}: {len(chosen)} of {len(found)} mutants, seed {seed}", flush=True)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mutmut.__main__ import cli; cli()",
            "run",
            "--max-children",
            str(workers),
        ]
        + [mutant.name for mutant in chosen],
        cwd=place,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"{room}: mutmut ended with {done.returncode}; the tests must pass before they are tried"
        )
    return report(room, place, outcomes(place, chosen))


def main() -> None:
    """Ends with 1 when a room is below the goal."""
    parser = argparse.ArgumentParser(description="how many of our mistakes the unit tests notice")
    parser.add_argument("--mutants", type=int, default=200, help="how many in all, evenly over the rooms")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", choices=ROOMS, action="append", help="only this one; may be given again")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    rooms = asked.room or list(ROOMS)
    scores = {room: tried_in(room, asked.mutants // len(rooms), asked.seed, asked.workers) for room in rooms}
    print("\n" + ", ".join(f"{room} {score:.0f} %" for room, score in scores.items()) + f" (goal {GOAL} %)")
    raise SystemExit(min(scores.values()) < GOAL)


if __name__ == "__main__":
    main()

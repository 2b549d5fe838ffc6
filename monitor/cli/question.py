"""The files of a new question, for `monitor init --question`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from monitor import documents
from monitor.cli.common import complain, say
from monitor.config import load
from monitor.contacts.parties import THIRD_PARTY
from monitor.errors import suggestion
from monitor.watchlists import question

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.watchlists.question import State

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STATES = "states.yaml"
_PARTIES, _OTHERS, _WORLD = (f"entities/{name}.yaml" for name in ("parties", "other-states", "world"))
#: stands for a state that is to be filled in
_BLANK = {
    "first": "first",
    "second": "second",
    "First": "First",
    "Second": "Second",
    "first-people": "First",
    "second-people": "Second",
    "second-capital": "the second capital",
}


def question_files(name: str, between: str | None) -> dict[str, str]:
    """The watchlist's files by their path: filled in for two known states, else to be filled in.

    Raises BadParameter for a name that is no id, and for a state that is not in the table.
    """
    if not _ID.fullmatch(name):
        raise typer.BadParameter(f"{name!r}: small letters, digits and hyphens, like iran-iraq")
    folder = load.bundled("seeds") / "question"
    text = (folder / _STATES).read_text(encoding="utf-8")
    states = question.states_of(documents.read(text, _STATES).data)
    pair = _named(between, states) if between is not None else question.parties_in(name, states)
    values = {"name": name, **(_values(*pair) if pair else _BLANK)}
    files = {
        target: question.filled((folder / source).read_text(encoding="utf-8"), values)
        for target, source in {
            f"{name}.yaml": "watchlist.yaml",
            f"{name}.test.yaml": "tests.yaml" if pair else "tests-blank.yaml",
            "entities/people.yaml": "people.yaml",
            _PARTIES: "parties.yaml" if pair else "parties-blank.yaml",
            _WORLD: "world.yaml",
        }.items()
    }
    for state in pair or ():
        files[_WORLD] = files[_WORLD].replace(f"[{THIRD_PARTY}, {state.id}]", f"[{state.id}]")
    if pair:
        files[_PARTIES] += "".join(row for state in pair for row in question.entities_of(state))
    files[_OTHERS] = (
        "# yaml-language-server: $schema=../schema/entities.schema.json\n"
        "# Every other state is somebody else. A country that is of your question goes to parties.yaml.\n"
        "entities:\n" + "".join(question.others_of(states, pair or ()))
    )
    return files


def write_question(folder: Path, files: dict[str, str]) -> None:
    """Write what is not there yet, and say what is what."""
    for name, text in files.items():
        path = folder / name
        if path.exists():
            complain(f"{path} exists already, and stays as it is")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        purpose = next(
            line[2:] for line in text.splitlines() if line.startswith("# ") and "$schema" not in line
        )
        say(f"{path}  {purpose}")


def _named(between: str, states: dict[str, State]) -> tuple[State, State]:
    said = [word.strip() for word in between.split(",")]
    if len(said) != 2:
        raise typer.BadParameter(f"--between {between}: two states with a comma between them, like Iran,Iraq")
    for word in said:
        if question.found(word, states) is None:
            known = [name for state in states.values() for name in state.names["en"]]
            raise typer.BadParameter(f"--between: no state is called {word!r}; {suggestion(word, known)}")
    one, other = (question.found(word, states) for word in said)
    if one is None or other is None or one is other:
        raise typer.BadParameter(f"--between {between}: that is one state, not two")
    return one, other


def _values(one: State, other: State) -> dict[str, str]:
    return {
        "first": one.id,
        "second": other.id,
        "First": one.name,
        "Second": other.name,
        "first-people": one.nation,
        "second-people": other.nation,
        "second-capital": other.capital["en"][0],
    }

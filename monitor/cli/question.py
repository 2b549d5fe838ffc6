"""The files of a new question, for `monitor init --question`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from monitor import documents
from monitor.cli.common import complain, say
from monitor.config import load
from monitor.contacts.parties import THIRD_PARTY
from monitor.watchlists import question
from monitor.watchlists.question import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STATES = "states.yaml"
_WORLD = "world.yaml"
_THIRD_COUNTRY = "third-country"
#: what the files of states are for
_OTHERS = "Every other state is somebody else. A country that is of your question goes to parties.yaml."
_EACH = "Every state, for `confirm`: '#rwanda' is the country, its people and its capital."
#: so near to a known name that it is a slip, not a group's
_SLIP = 0.8
#: stands for a party that is to be filled in
_BLANK = {
    "first": "first",
    "second": "second",
    "First": "First",
    "Second": "Second",
    "first-people": "First",
    "second-people": "Second",
    "second-capital": "the second capital",
}


class Kind(StrEnum):
    """What a question asks."""

    CONTACTS = "contacts"
    NAMES = "names"
    DEPARTURE = "departure"


def question_files(name: str, between: str | None, kind: Kind) -> dict[str, str]:
    """The watchlist's files by their path: filled in for what is known, else to be filled in.

    Raises BadParameter for a name that is no id, and for parties that no question of this kind can have.
    """
    if not _ID.fullmatch(name):
        raise typer.BadParameter(f"{name!r}: small letters, digits and hyphens, like iran-iraq")
    states = question.states_of(_seed(_STATES))
    if kind is Kind.NAMES:
        return _names_files(name, states)
    bodies = question.bodies_of(_seed(_WORLD))
    known = {**states, **bodies}
    pair = question.parties_in(name, known) if between is None else _said(between, known)
    if kind is Kind.DEPARTURE and (pair is None or not pair[1].people):
        raise typer.BadParameter("--kind departure needs who asks, and where: --between NATO,Serbia")
    groups = [party for party in pair or () if party.id not in known]
    for party in groups:
        complain(f"no state is called {party.name!r}: written down as a group, under this name only")
    parties = _template("parties.yaml" if pair else "parties-blank.yaml", _values_of(name, pair))
    for party in pair or ():
        parties += "" if party.id in bodies else "".join(question.entities_of(party))
    others = question.others_of(states, pair or (), _THIRD_COUNTRY)
    return {
        **_asked(kind, name, pair),
        "entities/parties.yaml": parties,
        "entities/world.yaml": _world(pair or (), kind),
        "entities/other-states.yaml": _states(_OTHERS, others),
    }


def _names_files(name: str, states: Mapping[str, State]) -> dict[str, str]:
    values = {"name": name, "First": question.title(name)}
    return {
        f"{name}.yaml": _template("names.yaml", values),
        f"{name}.test.yaml": _template("tests-names.yaml", values),
        f"entities/{name}.yaml": _template("named.yaml", values),
        "entities/states.yaml": _states(_EACH, question.others_of(states)),
    }


def _asked(kind: Kind, name: str, pair: tuple[State, State] | None) -> dict[str, str]:
    """The question, its tests and who acts."""
    asks, tests = "watchlist.yaml", "tests.yaml"
    if kind is Kind.DEPARTURE:
        asks, tests = "departure.yaml", "tests-departure.yaml"
    elif pair is None:
        tests = "tests-blank.yaml"
    elif not all(party.people for party in pair):
        tests = "tests-groups.yaml"
    seeds = {f"{name}.yaml": asks, f"{name}.test.yaml": tests, "entities/people.yaml": "people.yaml"}
    if kind is Kind.DEPARTURE:
        seeds["vocabulary/troops.yaml"] = "troops.yaml"
    return {target: _template(seed, _values_of(name, pair)) for target, seed in seeds.items()}


def _world(pair: Iterable[State], kind: Kind) -> str:
    """Leaders and bodies of the world; who is of a party has its tag. Where nobody meets, no others."""
    world = _template(_WORLD, {})
    for party in pair:
        world = world.replace(f"[{THIRD_PARTY}, {party.id}]", f"[{party.id}]")
        world = re.sub(rf"(id: {party.id}, .*?tags: )\[{THIRD_PARTY}\]", rf"\1[{party.id}]", world)
    if kind is Kind.CONTACTS:
        return world
    kept = [line for line in world.splitlines(keepends=True) if f"[{THIRD_PARTY}" not in line]
    return "".join(kept) if "- {id" in "".join(kept) else f"{''.join(kept).rstrip()} []\n"


def _states(purpose: str, rows: Iterable[str]) -> str:
    head = "# yaml-language-server: $schema=../schema/entities.schema.json\n"
    return f"{head}# {purpose}\nentities:\n{''.join(rows)}"


def _template(name: str, values: Mapping[str, str]) -> str:
    path = load.bundled("seeds") / "question" / name
    return question.filled(path.read_text(encoding="utf-8"), values)


def _seed(name: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = documents.read(_template(name, {}), name).data
    return data


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


def _said(between: str, known: Mapping[str, State]) -> tuple[State, State]:
    """The two parties of `--between`: known ones, else groups under the names that are given."""
    said = [word.strip() for word in between.split(",")]
    if len(said) != 2 or not all(said):
        raise typer.BadParameter(f"--between {between}: two parties with a comma between, like Iran,Iraq")
    names = [name for party in known.values() for name in party.names["en"]]
    for word in said:
        near = get_close_matches(word, names, n=1, cutoff=_SLIP)
        if near and question.found(word, known) is None:
            raise typer.BadParameter(f"--between: no state is called {word!r}; did you mean {near[0]!r}?")
    one, other = (question.found(word, known) or State.group(word) for word in said)
    if one.id == other.id:
        raise typer.BadParameter(f"--between {between}: that is one party, not two")
    return one, other


def _values_of(name: str, pair: tuple[State, State] | None) -> dict[str, str]:
    return {"name": name, **(_values(*pair) if pair else _BLANK)}


def _values(one: State, other: State) -> dict[str, str]:
    return {
        "first": one.id,
        "second": other.id,
        "First": one.name,
        "Second": other.name,
        "first-people": one.nation,
        "second-people": other.nation,
        "first-actor": one.actor,
        "second-actor": other.actor,
        "second-capital": other.capital["en"][0] if other.capital else other.name,
    }
